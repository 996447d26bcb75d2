"""Which groups of people may be published over which stretches of time: nothing that is published
can be added and subtracted until fewer people than a floor are left.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class _Block:
    """A published stretch, when it was, and the rows in it that no later group publishes too."""

    start: int
    end: int
    seen: int
    own: Integers


@dataclass(frozen=True, slots=True)
class _Course:
    """What became of a group: its blocks, the rows in them, shape (n,), and, at each time, up to
    which step it is settled what is published of it, shape (steps + 1,).
    """

    blocks: tuple[_Block, ...]
    published: npt.NDArray[np.bool_]
    settled: list[int]


def publish(
    contributions: Contributions, groups: Sequence[Group], floor: int, patience: int
) -> list[list[Stretch]]:
    """The stretches of time over which each group is published, oldest first [steps].

    A stretch is closed as soon as at least `floor` people stand behind it who stand behind nothing
    that is published of a group that comes after in `groups`, and neither they nor the whole are
    dominated by one or two people. So, of any combination of published sums, with any signs and
    factors: take the first group in it; the people of its own are touched by no other, and they
    are `floor` at least (complementary suppression; the sums form a triangular system). A stretch
    that does not close within `patience` steps is given up, so that groups before may have it.

    What is published stays published: a stretch depends on what was there when it was closed,
    and a group that becomes known later begins after the last stretch that it would betray.

    Give first what may have to stand back: a group before those nested in it. Groups may overlap
    in any way; over repositories or areas, let a row be what one person did in one of them.

    Not protected: what a reader knows besides (a member who subtracts their own share, somebody
    who knows who was away); rows that come in or are corrected after they were published, such as
    a repository that is added; statistics that are no sums, such as medians, are held to the same
    groups, without a proof.

    Source: Hundepool et al., Statistical Disclosure Control, 2012, chapter 4 (dominance rule,
    secondary suppression).
    """
    inside = [group.inside & group.may_publish[contributions.step] for group in groups]
    follow = _Follower(contributions, groups, inside, floor, patience)
    begun: list[int] = []
    courses: dict[int, _Course] = {}
    for known in sorted({group.known for group in groups}):
        for nr in [nr for nr, group in enumerate(groups) if group.known == known]:
            follow.begin[nr] = follow.stand_back(nr, courses, begun)
            inside[nr] = inside[nr] & (contributions.step >= follow.begin[nr])
            begun.append(nr)
        courses = follow.all_of(begun)
    return [[(b.start, b.end) for b in courses[nr].blocks] for nr in range(len(groups))]


def is_safe(amounts: Mapping[int, float], floor: int) -> bool:
    """Whether people who contributed these amounts are a group: enough of them, none dominating."""
    if len(amounts) < floor:
        return False
    total = sum(amounts.values())
    return all(sum(heapq.nlargest(n, amounts.values())) <= share * total for n, share in DOMINANCE)


class _Follower:
    """Follows groups through time. inside: what is left of each, changed by its owner."""

    def __init__(
        self,
        contributions: Contributions,
        groups: Sequence[Group],
        inside: list[npt.NDArray[np.bool_]],
        floor: int,
        patience: int,
    ) -> None:
        self.given = contributions
        self.groups = groups
        self.inside = inside
        self.floor = floor
        self.patience = patience
        self.begin = [0] * len(groups)
        steps = np.arange(contributions.steps + 1)
        self.offsets = np.searchsorted(contributions.step, steps).tolist()

    def stand_back(self, nr: int, courses: Mapping[int, _Course], begun: Sequence[int]) -> int:
        """The first step from which a new group may be published beside what was seen before."""
        start = 0
        for before, course in courses.items():
            for block in course.blocks if before < nr else ():
                if self._aware(before, nr, block.seen):
                    continue
                new = [h for h in begun if h > before and not self._aware(before, h, block.seen)]
                taken = np.any([self.inside[h][block.own] for h in [*new, nr]], axis=0)
                left = block.own[~taken]
                mine = self.inside[nr][block.own].any()
                if mine and not is_safe(_sums(self.given, left), self.floor):
                    start = max(start, block.end)
        return start

    def all_of(self, numbers: Sequence[int]) -> dict[int, _Course]:
        """What becomes of these groups if there are no others."""
        courses: dict[int, _Course] = {}
        for nr in sorted(numbers, reverse=True):
            courses[nr] = self._follow(nr, dict(courses))
        return courses

    def _aware(self, nr: int, other: int, time: float) -> bool:
        return self.groups[other].known <= max(self.groups[nr].known, time)

    def _follow(self, nr: int, later: Mapping[int, _Course]) -> _Course:
        blocks: list[_Block] = []
        settled = [self.begin[nr]]
        aware: list[int] = []
        theirs = np.zeros(len(self.given.step), dtype=bool)
        for time in range(1, self.given.steps + 1):
            if len(aware) < len(later):
                aware = [h for h in later if self._aware(nr, h, time)]
                theirs = np.any([theirs, *(later[h].published for h in aware)], axis=0)
            start = settled[-1]
            open_still = [(h, later[h].settled[time]) for h in aware]
            while (block := self._close(nr, start, time, theirs, open_still)) is not None:
                blocks.append(block)
                start = block.end
            if time - start >= self.patience or not self.groups[nr].may_publish[time - 1]:
                start = max(start, time)
            settled.append(start)
        published = np.zeros(len(self.given.step), dtype=bool)
        for block in blocks:
            there = (self.given.step >= block.start) & (self.given.step < block.end)
            published |= self.inside[nr] & there
        return _Course(tuple(blocks), published, settled)

    def _close(
        self,
        nr: int,
        start: int,
        time: int,
        theirs: npt.NDArray[np.bool_],
        open_still: Sequence[tuple[int, int]],
    ) -> _Block | None:
        """The shortest stretch from `start` that can be published at a time."""
        rows = slice(self.offsets[start], self.offsets[max(start, time)])
        inside, step = self.inside[nr][rows], self.given.step[rows]
        own = inside & ~theirs[rows]
        for h, settled in open_still:
            if settled < time:  # what is not settled yet may still be published
                own &= ~(self.inside[h][rows] & (step >= settled))
        if len(np.unique(self.given.person[rows][own])) < self.floor:
            return None
        for here in np.unique(step[own]).tolist():
            upto = step <= here
            mine = np.flatnonzero(upto & own) + rows.start
            whole = np.flatnonzero(upto & inside) + rows.start
            if all(is_safe(_sums(self.given, part), self.floor) for part in (mine, whole)):
                return _Block(start, here + 1, time, mine)
        return None


def _sums(contributions: Contributions, rows: Integers) -> dict[int, float]:
    sums: dict[int, float] = {}
    for who, much in zip(
        contributions.person[rows].tolist(), contributions.amount[rows].tolist(), strict=True
    ):
        sums[who] = sums.get(who, 0.0) + much
    return sums
