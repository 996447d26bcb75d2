"""Counts lines with git alone: pairs become two trees, and one `git diff-tree` compares them.

The numbers are git's own, yet no history is walked, no rename is looked for twice, and equal
pairs are counted once. A file that came or went whole needs no comparison: its lines are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from groundplan.sources.git.fetch import Git, GitFailed, remove
from groundplan.sources.git.pairs import (
    BINARY,
    COUNTED,
    MISSING,
    NO_MODE,
    Counts,
    Numbers,
    Pairs,
    blobs_of,
    comes_or_goes,
    has_contents,
)
from groundplan.sources.git.walk import present

MOST_PAIRS_AT_ONCE = 60_000
BINARY_WITHIN = 8_000  # git looks for a NUL in so many bytes
BIG_FILE = 512 * 1024 * 1024  # core.bigFileThreshold: git takes larger ones for binary
NAME_DIGITS = 8
_OTHER_MODES = {b"100644": b"100755", b"100755": b"100644", b"100664": b"100644"}
_OTHER_MODES |= {b"120000": b"100644"}
_DIFF = ("diff-tree", "-r", "-z", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv")


def count_with_git(git: Git, pairs: Pairs) -> Counts:
    """The counts of `pairs` as `git log --numstat` has them."""
    counts = Counts.of(len(pairs))
    whole = comes_or_goes(pairs)
    counts.put(whole, count_whole(git, pairs[whole]))
    both = np.flatnonzero(~whole)
    for at in range(0, len(both), MOST_PAIRS_AT_ONCE):
        some = both[at : at + MOST_PAIRS_AT_ONCE]
        counts.put(some, _count(git, pairs[some]))
    return counts


def count_whole(git: Git, pairs: Pairs) -> Counts:
    """The counts of files that were added or deleted."""
    comes = pairs["old_mode"] == NO_MODE
    plain = has_contents(pairs)
    blobs = np.where(comes, pairs["new_id"], pairs["old_id"])[plain]
    lines = np.ones(len(pairs), dtype=np.int64)  # a submodule is a line that names its commit
    state = np.full(len(pairs), COUNTED)
    told = np.array(list(_lines_of(git, [blob.decode("ascii") for blob in blobs.tolist()])))
    told = told.reshape(-1, 2).astype(np.int64)
    state[plain], lines[plain] = told[:, 0], told[:, 1]
    return Counts(state, np.where(comes, lines, 0), np.where(comes, 0, lines))


def _lines_of(git: Git, blobs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """State and lines of each file, as git sees it."""
    with git.objects() as objects:
        for content in objects.contents(blobs):
            if content is None:
                yield MISSING, 0
            elif content.find(b"\0", 0, BINARY_WITHIN) >= 0 or len(content) > BIG_FILE:
                yield BINARY, 0
            else:
                ends_open = not content.endswith(b"\n") and bool(content)
                yield COUNTED, content.count(b"\n") + ends_open


def _count(git: Git, pairs: Pairs) -> Counts:
    try:
        return _compare(git, pairs)
    except GitFailed:
        pass
    wanted = blobs_of(pairs)
    lost = np.array(sorted(wanted - present(git, wanted)), dtype=pairs["old_id"].dtype)
    whole = ~(np.isin(pairs["old_id"], lost) | np.isin(pairs["new_id"], lost))
    counts = Counts.of(len(pairs))
    counts.put(whole, _halve(git, pairs[whole]))
    return counts


def _halve(git: Git, pairs: Pairs) -> Counts:
    """Count as many as git can, isolating those over which it gives up."""
    counts = Counts.of(len(pairs))
    if not len(pairs):
        return counts
    try:
        return _compare(git, pairs)
    except GitFailed:
        if len(pairs) == 1:
            return counts
    middle = len(pairs) // 2
    for half in (slice(None, middle), slice(middle, None)):
        counts.put(half, _halve(git, pairs[half]))
    return counts


def _compare(git: Git, pairs: Pairs) -> Counts:
    algorithm = "sha256" if pairs["old_id"].itemsize == 64 else "sha1"
    before, before_path = git.write_tree(_tree(pairs["old_mode"], pairs["old_id"]), algorithm)
    after, after_path = git.write_tree(_tree(_other_modes(pairs), pairs["new_id"]), algorithm)
    try:
        listing = git.output(*_DIFF, before, after)
    finally:
        remove([before_path, after_path])
    return _counts_in(listing, len(pairs))


def _counts_in(listing: bytes, rows: int) -> Counts:
    """The counts that `--numstat -z` printed; git is silent about files that compare equal."""
    words = listing.replace(b"-", b"-1").replace(b"\0", b" ")
    added, deleted, names = np.fromstring(words, dtype=np.int64, sep=" ").reshape(-1, 3).T
    counts = Counts.of(rows, COUNTED)
    state = np.where(added < 0, BINARY, COUNTED)
    counts.put(names, Counts(state, np.maximum(added, 0), np.maximum(deleted, 0)))
    return counts


def _other_modes(pairs: Pairs) -> npt.NDArray[np.bytes_]:
    """The new modes, changed where a moved file is the same: git skips equal entries."""
    modes: npt.NDArray[np.bytes_] = pairs["new_mode"].copy()
    same = (pairs["old_mode"] == pairs["new_mode"]) & (pairs["old_id"] == pairs["new_id"])
    for mode, other in _OTHER_MODES.items():
        modes[same & (pairs["new_mode"] == mode)] = other
    return modes


def _tree(modes: npt.NDArray[np.bytes_], blobs: npt.NDArray[np.bytes_]) -> bytes:
    """A tree object's content: file nr n is called n, in digits that sort as git sorts."""
    rows = len(modes)
    digits = _places(np.arange(rows))
    ids = bytes.fromhex(np.ascontiguousarray(blobs).tobytes().decode("ascii"))
    return np.hstack(
        [
            np.ascontiguousarray(modes).view(np.uint8).reshape(rows, -1),
            np.full((rows, 1), ord(" "), np.uint8),
            digits,
            np.zeros((rows, 1), np.uint8),
            np.frombuffer(ids, np.uint8).reshape(rows, -1),
        ]
    ).tobytes()


def _places(numbers: Numbers) -> npt.NDArray[np.uint8]:
    tens = 10 ** np.arange(NAME_DIGITS)[::-1]
    digits: npt.NDArray[np.uint8] = (ord("0") + numbers[:, None] // tens % 10).astype(np.uint8)
    return digits
