"""Counts lines with git alone: pairs become two trees, and one `git diff-tree` compares them.

The numbers are git's own, yet no history is walked, no rename is looked for twice, and equal
pairs are counted once. A file that came or went whole needs no comparison: its lines are counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundplan.sources.git.fetch import Git, GitFailed, remove
from groundplan.sources.git.lines import BINARY, COUNTED, MISSING, Count, Pair
from groundplan.sources.git.walk import present

MOST_PAIRS_AT_ONCE = 60_000
BINARY_WITHIN = 8_000  # git looks for a NUL in so many bytes
BIG_FILE = 512 * 1024 * 1024  # core.bigFileThreshold: git takes larger ones for binary
NO_MODE = "000000"
_OTHER_MODES = {"100644": "100755", "100755": "100644", "100664": "100644", "120000": "100644"}
_DIFF = ("diff-tree", "-r", "-z", "--numstat", "--no-renames", "--no-ext-diff", "--no-textconv")


def count_with_git(git: Git, pairs: Sequence[Pair]) -> list[Count]:
    """The counts of `pairs` as `git log --numstat` has them."""
    whole = [nr for nr, pair in enumerate(pairs) if NO_MODE in (pair.old_mode, pair.new_mode)]
    alone = set(whole)
    both = [nr for nr in range(len(pairs)) if nr not in alone]
    counts = [Count(MISSING)] * len(pairs)
    for nr, count in zip(whole, count_whole(git, [pairs[nr] for nr in whole]), strict=True):
        counts[nr] = count
    for at in range(0, len(both), MOST_PAIRS_AT_ONCE):
        some = both[at : at + MOST_PAIRS_AT_ONCE]
        for nr, count in zip(some, _count(git, [pairs[nr] for nr in some]), strict=True):
            counts[nr] = count
    return counts


def count_whole(git: Git, pairs: Sequence[Pair]) -> list[Count]:
    """The counts of files that were added or deleted."""
    counts: list[Count] = []
    with git.objects() as objects:
        contents = objects.contents([blob for pair in pairs for blob in blobs_of(pair)])
        for pair in pairs:
            lines = 1 if not blobs_of(pair) else lines_of(next(contents))
            if lines is None:
                counts.append(Count(MISSING))
            elif lines < 0:
                counts.append(Count(BINARY))
            elif pair.old_mode == NO_MODE:
                counts.append(Count(COUNTED, lines, 0))
            else:
                counts.append(Count(COUNTED, 0, lines))
    return counts


def lines_of(content: bytes | None) -> int | None:
    """How many lines a file has, as git sees it; negative if it is binary, None if missing."""
    if content is None:
        return None
    if content.find(b"\0", 0, BINARY_WITHIN) >= 0 or len(content) > BIG_FILE:
        return -1
    return content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


def _count(git: Git, pairs: Sequence[Pair]) -> list[Count]:
    try:
        return _compare(git, pairs)
    except GitFailed:
        pass
    wanted = {blob for pair in pairs for blob in blobs_of(pair)}
    lost = wanted - present(git, wanted)
    whole = [nr for nr, pair in enumerate(pairs) if not lost.intersection(blobs_of(pair))]
    counts = [Count(MISSING)] * len(pairs)
    for nr, count in zip(whole, _halve(git, [pairs[nr] for nr in whole]), strict=True):
        counts[nr] = count
    return counts


def _halve(git: Git, pairs: Sequence[Pair]) -> list[Count]:
    """Count as many as git can, isolating those over which it gives up."""
    if not pairs:
        return []
    try:
        return _compare(git, pairs)
    except GitFailed:
        if len(pairs) == 1:
            return [Count(MISSING)]
    middle = len(pairs) // 2
    return _halve(git, pairs[:middle]) + _halve(git, pairs[middle:])


def _compare(git: Git, pairs: Sequence[Pair]) -> list[Count]:
    algorithm = "sha256" if len(pairs[0].old_id) == 64 else "sha1"
    old = [(nr, pair.old_mode, pair.old_id) for nr, pair in enumerate(pairs)]
    new = [(nr, _other_mode(pair), pair.new_id) for nr, pair in enumerate(pairs)]
    before, before_path = git.write_tree(_tree(old), algorithm)
    after, after_path = git.write_tree(_tree(new), algorithm)
    try:
        listing = git.output(*_DIFF, before, after)
    finally:
        remove([before_path, after_path])
    counts = [Count(COUNTED, 0, 0)] * len(pairs)
    for line in listing.split(b"\0"):
        if line:
            added, deleted, name = line.split(b"\t")
            counts[int(name)] = (
                Count(BINARY) if added == b"-" else Count(COUNTED, int(added), int(deleted))
            )
    return counts


def _other_mode(pair: Pair) -> str:
    """The new mode, changed where a moved file is the same: git would not look at equal entries."""
    same = (pair.old_mode, pair.old_id) == (pair.new_mode, pair.new_id)
    return _OTHER_MODES.get(pair.new_mode, pair.new_mode) if same else pair.new_mode


def _tree(entries: Sequence[tuple[int, str, str]]) -> bytes:
    return b"".join(
        b"%s %08d\0%s" % (mode.lstrip("0").encode(), nr, bytes.fromhex(blob))
        for nr, mode, blob in entries
        if mode != NO_MODE
    )


def blobs_of(pair: Pair) -> list[str]:
    """The blobs of a pair that have contents to compare: submodules have none."""
    sides = ((pair.old_mode, pair.old_id), (pair.new_mode, pair.new_id))
    return [blob for mode, blob in sides if mode != NO_MODE and not mode.startswith("16")]
