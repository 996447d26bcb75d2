# SPDX-License-Identifier: Apache-2.0
__all__ = ["__version__", "count"]

__version__: str

def count(old: bytes | None, new: bytes | None, /) -> tuple[int, int] | None:
    """Return (added, deleted), the lines that ``git log --numstat`` counts from old
    to new, or None if git takes either side for binary. None as an argument means
    that the file does not exist on that side.
    """
