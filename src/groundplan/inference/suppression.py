"""Which groups of people may be published over which stretches of time: nothing that is published
can be added and subtracted until fewer people than a floor are left.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers

# (n, k)-dominance: the n largest contributors make at most the share k of what is published
DOMINANCE: Final = ((1, 0.5), (2, 0.85))

Stretch: TypeAlias = tuple[int, int]
"""Half-open steps of time."""


@dataclass(frozen=True, slots=True)
class Contributions:
    """What people contributed: one row for each step of time and person, shapes (n,).

    step: from 0, ascending. person: whole numbers. amount: of what is published, not negative.
    steps: how many steps of time there are, also those without rows.
    """

    step: Integers
    person: Integers
    amount: Floats
    steps: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group whose numbers may be asked for.

    inside: the contributions that belong to it, shape (n,). may_publish: whether it is a group at
    all in a step, shape (steps,). known: the time, in steps, at which it was first spoken of.
    """

    inside: npt.NDArray[np.bool_]
    may_publish: npt.NDArray[np.bool_]
    known: float


@dataclass(slots=True)
class _Block:
    """A published stretch, and the rows in it that no later group publishes too."""

    start: int
    end: int
    own: Integers


def publish(
    contributions: Contributions, groups: Sequence[Group], floor: int
) -> list[list[Stretch]]:
    """The stretches of time over which each group is published, oldest first [steps].

    A stretch is closed as soon as at least `floor` people stand behind it who stand behind no
    group that comes after in `groups`, and neither they nor the whole are dominated by one or two
    people. So, of any combination of published sums, with any signs and factors: take the first
    group in it; the people of its own are touched by no other, and they are `floor` at least
    (complementary suppression; the published sums form a triangular system).

    What is published stays published: a stretch depends on contributions before its end, on
    groups that were known by then, and on those known when its own group was. A group that
    becomes known later begins after the last stretch that it would betray.

    Give first what may have to stand back: a group before those nested in it. Groups may overlap
    in any way; over repositories or areas, let a row be what one person did in one of them.

    Not protected: what a reader knows besides (a member who subtracts their own share, somebody
    who knows who was away); rows that are corrected after they were published; statistics that
    are no sums, such as medians, are held to the same groups, without a proof.

    Source: Hundepool et al., Statistical Disclosure Control, 2012, chapter 4 (dominance rule,
    secondary suppression).
    """
    inside = [group.inside & group.may_publish[contributions.step] for group in groups]
    blocks: list[list[_Block]] = [[] for _ in groups]
    for nr in sorted(range(len(groups)), key=lambda nr: (groups[nr].known, nr)):
        unaware = [
            block
            for before, group in zip(blocks[:nr], groups, strict=False)
            for block in before
            if groups[nr].known > max(group.known, block.end)
        ]
        start = _stand_back(contributions, unaware, inside[nr], floor)
        inside[nr] = inside[nr] & (contributions.step >= start)
        for block in unaware:
            block.own = block.own[~inside[nr][block.own]]
        blocks[nr] = list(_pool(contributions, groups, inside, nr, start, floor))
    return [[(block.start, block.end) for block in found] for found in blocks]


def is_safe(amounts: Mapping[int, float], floor: int) -> bool:
    """Whether people who contributed these amounts are a group: enough of them, none dominating."""
    if len(amounts) < floor:
        return False
    total = sum(amounts.values())
    return all(sum(heapq.nlargest(n, amounts.values())) <= share * total for n, share in DOMINANCE)


def _stand_back(
    contributions: Contributions,
    blocks: Sequence[_Block],
    inside: npt.NDArray[np.bool_],
    floor: int,
) -> int:
    """The first step from which a new group may be published beside `blocks`."""
    start = 0
    for block in blocks:
        left = block.own[~inside[block.own]]
        if len(left) < len(block.own) and not is_safe(_sums(contributions, left), floor):
            start = max(start, block.end)
    return start


def _pool(
    contributions: Contributions,
    groups: Sequence[Group],
    inside: Sequence[npt.NDArray[np.bool_]],
    nr: int,
    start: int,
    floor: int,
) -> Iterator[_Block]:
    at = np.flatnonzero(inside[nr])
    person, amount = contributions.person[at].tolist(), contributions.amount[at].tolist()
    offsets = np.searchsorted(contributions.step[at], np.arange(contributions.steps + 1)).tolist()
    later = range(nr + 1, len(groups))
    aware, own = -1, np.ones(len(at), dtype=bool)
    whole: dict[int, float] = {}
    mine: dict[int, float] = {}
    for step in range(start, contributions.steps):
        if not groups[nr].may_publish[step]:
            start, whole, mine = step + 1, {}, {}
            continue
        known = max(groups[nr].known, step + 1)
        others = [h for h in later if groups[h].known <= known]
        if len(others) != aware:
            aware, own = len(others), ~np.any([~own, *(inside[h][at] for h in others)], axis=0)
            mine = _sums(contributions, at[_rows(own, offsets[start], offsets[step])])
        for row in range(offsets[step], offsets[step + 1]):
            whole[person[row]] = whole.get(person[row], 0.0) + amount[row]
            if own[row]:
                mine[person[row]] = mine.get(person[row], 0.0) + amount[row]
        if is_safe(mine, floor) and is_safe(whole, floor):
            rows = _rows(own, offsets[start], offsets[step + 1])
            yield _Block(start, step + 1, at[rows])
            start, whole, mine = step + 1, {}, {}


def _rows(mask: npt.NDArray[np.bool_], first: int, end: int) -> Integers:
    return np.flatnonzero(mask[first:end]) + first


def _sums(contributions: Contributions, rows: Integers) -> dict[int, float]:
    sums: dict[int, float] = {}
    for who, much in zip(
        contributions.person[rows].tolist(), contributions.amount[rows].tolist(), strict=True
    ):
        sums[who] = sums.get(who, 0.0) + much
    return sums
