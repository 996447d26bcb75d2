# SPDX-License-Identifier: Apache-2.0
"""Line counts between two blobs, exactly as ``git log --numstat`` has them."""

from ._native import count

__all__ = ["__version__", "count"]
__version__ = "0.1.0"
