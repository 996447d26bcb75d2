# SPDX-License-Identifier: Apache-2.0
__all__ = ["__version__", "count", "count_pairs", "requests"]

__version__: str

def count(old: bytes | None, new: bytes | None, /) -> tuple[int, int] | None:
    """Return (added, deleted), the lines that ``git log --numstat`` counts from old
    to new, or None if git takes either side for binary. None as an argument means
    that the file does not exist on that side.
    """

def requests(ids: bytes, id_size: int, /) -> bytes:
    """Return the lines to give to ``git cat-file --batch`` for `count_pairs`.

    ids: hexadecimal object ids of `id_size` characters, old and new of the first pair, of
    the second, and so on; zeros for a file that is not there.
    """

def count_pairs(ids: bytes, id_size: int, fd: int, /) -> bytes:
    """Count many pairs of blobs from what ``git cat-file --batch`` answers on `fd`.

    Three 32-bit integers for each pair: 0 counted, 1 binary or 2 missing, then added and
    deleted lines; for fewer pairs if the answers end too soon, because git gave up on a
    damaged object. Other threads run meanwhile.
    """
