"""When did the work behind a landed change begin? Walks from pull refs to the main line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def first_authored(
    tips: Mapping[int, str],
    parents: Mapping[str, Sequence[str]],
    authored: Mapping[str, float],
    most: int = 10_000,
) -> dict[int, float]:
    """For each pull number, the earliest author time among the commits only it has.

    tips: pull number → newest commit. parents, authored: of commits that are not on the main line;
    a walk stops where it leaves them. Pulls whose walk exceeds `most` commits are left out: they
    are forks that drifted, not one piece of work.
    """
    return {
        number: min(times)
        for number, tip in tips.items()
        if (times := _walk(tip, parents, authored, most))
    }


def _walk(
    tip: str, parents: Mapping[str, Sequence[str]], authored: Mapping[str, float], most: int
) -> list[float]:
    seen = {tip}
    todo = [tip]
    times: list[float] = []
    while todo:
        commit = todo.pop()
        if commit not in parents:
            continue
        if commit in authored:
            times.append(authored[commit])
        if len(seen) > most:
            return []
        for parent in parents[commit]:
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return times
