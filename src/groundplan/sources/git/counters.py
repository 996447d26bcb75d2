"""Which counter counts lines: the native one if it is installed, else git."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TypeAlias

from groundplan.sources.git.fetch import Git
from groundplan.sources.git.lines import BINARY, COUNTED, MISSING, Count, Counter, Pair
from groundplan.sources.git.trees import BIG_FILE, NO_MODE, blobs_of, count_with_git

NativeCount: TypeAlias = Callable[[bytes | None, bytes | None], tuple[int, int] | None]

KEPT_BLOBS = 16  # versions of a path come one after the other, each the old of one, new of the next


def native_count() -> NativeCount | None:
    """The optional package's counter, None if it is not installed."""
    try:
        found: NativeCount = import_module("groundplan_linecount").count
    except (ImportError, AttributeError):
        return None
    return found


def best_counter() -> Counter:
    """The fastest exact counter there is here."""
    count = native_count()
    return count_with_git if count is None else native_counter(count)


def native_counter(count: NativeCount) -> Counter:
    """A counter that reads each blob once and compares it natively."""

    def count_natively(git: Git, pairs: Sequence[Pair]) -> list[Count]:
        plain = [nr for nr, pair in enumerate(pairs) if _is_plain(pair)]
        others = sorted(set(range(len(pairs))) - set(plain))
        counts = [Count(MISSING)] * len(pairs)
        for nr, counted in zip(
            others, count_with_git(git, [pairs[nr] for nr in others]), strict=True
        ):
            counts[nr] = counted
        sides = [(pairs[nr].old_id, pairs[nr].new_id) for nr in plain]
        absent = [(pairs[nr].old_mode, pairs[nr].new_mode) for nr in plain]
        for nr, modes, contents in zip(plain, absent, _contents(git, sides), strict=True):
            counts[nr] = _counted(count, modes, contents)
        return counts

    return count_natively


def _is_plain(pair: Pair) -> bool:
    """Whether both sides are files or links whose contents are compared as they are."""
    return len(blobs_of(pair)) == 2 - (pair.old_mode, pair.new_mode).count(NO_MODE)


def _counted(
    count: NativeCount, modes: tuple[str, str], contents: tuple[bytes | None, bytes | None]
) -> Count:
    for mode, content in zip(modes, contents, strict=True):
        if mode != NO_MODE and content is None:
            return Count(MISSING)
        if content is not None and len(content) > BIG_FILE:
            return Count(BINARY)
    numbers = count(*contents)
    return Count(BINARY) if numbers is None else Count(COUNTED, *numbers)


def _contents(
    git: Git, sides: Sequence[tuple[str, str]]
) -> Iterator[tuple[bytes | None, bytes | None]]:
    """The contents of each pair's blobs in order; a blob used again soon is kept."""
    wanted = list(_requests(sides))
    kept: OrderedDict[str, bytes | None] = OrderedDict()
    with git.objects() as objects:
        answers = objects.contents(wanted)
        for pair in sides:
            for blob in pair:
                if blob.strip("0") and blob not in kept:
                    kept[blob] = next(answers)
            yield kept.get(pair[0]), kept.get(pair[1])
            _forget(kept, pair)


def _requests(sides: Sequence[tuple[str, str]]) -> Iterator[str]:
    kept: OrderedDict[str, bytes | None] = OrderedDict()
    for pair in sides:
        for blob in pair:
            if blob.strip("0") and blob not in kept:
                kept[blob] = None
                yield blob
        _forget(kept, pair)


def _forget(kept: OrderedDict[str, bytes | None], used: tuple[str, str]) -> None:
    for blob in used:
        if blob in kept:
            kept.move_to_end(blob)
    while len(kept) > KEPT_BLOBS:
        kept.popitem(last=False)
