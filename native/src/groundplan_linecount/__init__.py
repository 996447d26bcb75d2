# SPDX-License-Identifier: Apache-2.0
"""Line counts between two blobs, exactly as ``git log --numstat`` has them."""

from ._native import count, count_pairs, requests

__all__ = ["__version__", "count", "count_pairs", "requests"]
__version__ = "0.2.0"
