"""Time to think: what meetings leave of a working day, and a few blocks worth keeping free.

Two hours are the least that counts, as for Multitudes and Uplevel. The planner proposes; it moves
nothing, and a meeting that could be elsewhere is named with what moving it would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats
from groundplan.terms.units import Hours, Share

SLOTS_AN_HOUR: Final = 2
FOCUS_HOURS: Final = 2.0
LENGTHS: Final = (4, 6)  # slots of a block: two hours or three
WORTH: Final = (2.0, 2.7)  # of a block of each length; the third hour is worth less
QUIET_BONUS: Final = 0.5  # for a block while the others are quiet, too
LATER: Final = 0.002  # of a worth per slot: of equal blocks the earlier one
MOVED: Final = 0.5  # what a meeting elsewhere costs each of its people
BLOCKS_A_WEEK: Final = 3
QUIET_SLOTS: Final = 4
QUIET_SHARE: Final = 0.5  # of person-days, below which no window is quiet
GAP: Final = 1e-3  # the solver stops so near to the optimum
LIMIT_S: Final = 20.0
WEEK: Final = 5  # working days

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Split:
    """How working hours divide. broken: free, in pieces too short to think. pieces: of them."""

    working: Hours
    meetings: Hours
    focus: Hours
    broken: Hours
    pieces: int

    @property
    def fragmentation(self) -> Share | None:
        """What share of the free hours is broken up; None where nothing is free."""
        free = self.focus + self.broken
        return self.broken / free if free > 0 else None


def split(working: Floats, meetings: Floats, least: Hours = FOCUS_HOURS) -> Split:
    """How working hours divide into meetings, gaps of `least` or more, and shorter ones [hours].

    working: spans of work, shape (d, 2), hours since any moment, apart from each other; meetings:
    the same, shape (n, 2), in any order. Where two meetings overlap the time counts once, outside
    of work not at all.
    """
    met = focus = broken = 0.0
    pieces = 0
    spans = meetings.reshape(-1, 2)
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    for opens, closes in working:
        at = opens
        gaps = []
        for start, end in ordered[(ordered[:, 0] < closes) & (ordered[:, 1] > opens)]:
            gaps.append(max(start, opens) - at)
            met += max(min(end, closes) - max(start, at), 0.0)
            at = max(at, min(end, closes))
        for gap in (*gaps, closes - at):
            focus += gap if gap >= least else 0.0
            broken += gap if 0 < gap < least else 0.0
            pieces += 0 < gap < least
    return Split(float((working[:, 1] - working[:, 0]).sum()), met, focus, broken, pieces)


@dataclass(frozen=True, slots=True)
class Movable:
    """A meeting that could be elsewhere in its week, as its organiser says. slots: its length."""

    people: tuple[int, ...]
    day: int
    slot: int
    slots: int

    def taken(self, day: int, slot: int, width: int) -> Iterator[tuple[int, int, int]]:
        """Person, day and slot of all that it takes at a place; width: slots of a day."""
        for person in self.people:
            for taken in range(slot, min(slot + self.slots, width)):
                yield person, day, taken


@dataclass(frozen=True, slots=True)
class Quiet:
    """A window in which most of a team is free, each week. free_share: of its person-days."""

    weekday: int
    slot: int
    free_share: Share


@dataclass(frozen=True, slots=True)
class Block:
    """Time to keep free. quiet: whether it lies in the team's quiet window, at least in part.

    freed_by: the movable meetings that would have to be elsewhere.
    """

    person: int
    day: int
    slot: int
    slots: int
    quiet: bool
    freed_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place for a movable meeting that leaves its people more time. It stays where it is."""

    meeting: int
    day: int
    slot: int


@dataclass(frozen=True, slots=True)
class FocusPlan:
    """Blocks by person and day, and meetings that would be better elsewhere. gap: to the best."""

    blocks: tuple[Block, ...]
    elsewhere: tuple[Elsewhere, ...]
    gap: Share


def find_quiet(free: Bools, slots: int = QUIET_SLOTS) -> Quiet | None:
    """The window of a weekday in which the most person-days are free; None if fewer than half.

    free: by person, working day (Monday first, whole weeks) and slot, shape (p, d, s). Of equal
    windows the earliest.
    """
    people, days, width = free.shape
    if not people or width < slots or days % WEEK:
        return None
    open_all = np.lib.stride_tricks.sliding_window_view(free, slots, axis=2).all(axis=3)
    share = open_all.reshape(people, days // WEEK, WEEK, -1).mean(axis=(0, 1))
    best = int(share.argmax())
    weekday, slot = divmod(best, share.shape[1])
    if share[weekday, slot] < QUIET_SHARE:
        return None
    return Quiet(weekday, slot, float(share[weekday, slot]))


def plan(
    free: Bools,
    movable: Sequence[Movable] = (),
    quiet: Quiet | None = None,
    most: int = BLOCKS_A_WEEK,
) -> FocusPlan:
    """A few blocks for each person: one a day, `most` a week, in hours that are free.

    free: as for `find_quiet`, movable meetings not counted as busy. One mixed-integer programme for
    all, as movable meetings bind people together; solved by HiGHS (Huangfu and Hall 2018,
    Parallelizing the dual revised simplex method, Math. Program. Comput. 10) to `gap`.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415

    model = _Model(free, movable, quiet)
    if not model.worth:
        return FocusPlan((), (), 0.0)
    matrix, low, high = model.constraints(most)
    found = milp(
        c=-np.array(model.worth),
        integrality=np.ones(len(model.worth), dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, low, high),
        options={"mip_rel_gap": GAP, "time_limit": LIMIT_S},
    )
    if found.x is None:
        return FocusPlan((), (), 1.0)
    return model.tell(found.x > 0.5, float(found.mip_gap or 0.0))


@dataclass(slots=True)
class _Model:
    """The programme: a variable for each place of a block, and of a movable meeting."""

    free: Bools
    movable: Sequence[Movable]
    quiet: Quiet | None
    blocks: list[tuple[int, int, int, int]] = field(default_factory=list)
    places: list[tuple[int, int, int]] = field(default_factory=list)
    worth: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        for length, worth in zip(LENGTHS, WORTH, strict=True):
            if length > self.free.shape[2]:
                continue
            windows = np.lib.stride_tricks.sliding_window_view(self.free, length, axis=2)
            for person, day, slot in np.argwhere(windows.all(axis=3)).tolist():
                self.blocks.append((person, day, slot, length))
                bonus = QUIET_BONUS if self.is_quiet(day, slot, length) else 0.0
                self.worth.append(worth + bonus - LATER * slot)
        if self.blocks:
            for nr, meeting in enumerate(self.movable):
                self.place(nr, meeting)

    def place(self, nr: int, meeting: Movable) -> None:
        """Where a meeting can be: as it is, and wherever all its people are free that week."""
        self.places.append((nr, meeting.day, meeting.slot))
        self.worth.append(0.0)
        monday = meeting.day - meeting.day % WEEK
        all_free = self.free[list(meeting.people), monday : monday + WEEK].all(axis=0)
        if meeting.slots > all_free.shape[1]:
            return
        windows = np.lib.stride_tricks.sliding_window_view(all_free, meeting.slots, axis=1)
        for weekday, slot in np.argwhere(windows.all(axis=2)).tolist():
            if (monday + weekday, slot) != (meeting.day, meeting.slot):
                self.places.append((nr, monday + weekday, slot))
                self.worth.append(-MOVED * len(meeting.people))

    def is_quiet(self, day: int, slot: int, length: int) -> bool:
        """Whether a block lies in the quiet window, at least for an hour."""
        if self.quiet is None or day % WEEK != self.quiet.weekday:
            return False
        shared = min(slot + length, self.quiet.slot + QUIET_SLOTS) - max(slot, self.quiet.slot)
        return shared >= SLOTS_AN_HOUR

    def constraints(self, most: int) -> tuple[Any, Floats, Floats]:
        """One block a day and `most` a week; each meeting in one place; nobody in two at once."""
        from scipy.sparse import csr_matrix  # noqa: PLC0415

        people, days, width = self.free.shape
        weeks = -(-days // WEEK)
        week_row = people * days
        meeting_row = week_row + people * weeks
        slot_row = meeting_row + len(self.movable)
        bound = self.bound_slots()
        low = np.zeros(slot_row + len(bound))
        high = np.ones(len(low))
        high[week_row:meeting_row] = most
        low[meeting_row:slot_row] = 1.0
        high[slot_row:] = np.maximum(1.0, self.booked(bound))
        cells: list[tuple[int, int, float]] = []
        for column, (person, day, slot, length) in enumerate(self.blocks):
            cells.append((person * days + day, column, 1.0))
            cells.append((week_row + person * weeks + day // WEEK, column, 1.0))
            for s in range(slot, slot + length):
                if (nr := bound.get((person, day, s))) is not None:
                    row = slot_row + nr  # where two meetings meet already, a block meets neither
                    cells.append((row, column, float(high[row])))
        for column, (nr, day, slot) in enumerate(self.places, len(self.blocks)):
            cells.append((meeting_row + nr, column, 1.0))
            taken = self.movable[nr].taken(day, slot, width)
            cells += [(slot_row + bound[key], column, 1.0) for key in taken]
        rows, columns, values = zip(*cells, strict=True)
        shape = (len(low), len(self.worth))
        return csr_matrix((values, (rows, columns)), shape=shape), low, high

    def bound_slots(self) -> dict[tuple[int, int, int], int]:
        """The slots of people in which a movable meeting could be, numbered."""
        width = self.free.shape[2]
        keys = dict.fromkeys(
            key for nr, day, slot in self.places for key in self.movable[nr].taken(day, slot, width)
        )
        return {key: nr for nr, key in enumerate(keys)}

    def booked(self, bound: dict[tuple[int, int, int], int]) -> Floats:
        """How many movable meetings are in each bound slot as it is: some people are in two."""
        count = np.zeros(len(bound))
        for meeting in self.movable:
            for key in meeting.taken(meeting.day, meeting.slot, self.free.shape[2]):
                count[bound[key]] += 1
        return count

    def tell(self, chosen: Bools, gap: float) -> FocusPlan:
        """The plan that a solution stands for."""
        picked = np.flatnonzero(chosen).tolist()
        first = len(self.blocks)
        places = [self.places[column - first] for column in picked if column >= first]
        gone = {
            nr for nr, day, slot in places
            if (day, slot) != (self.movable[nr].day, self.movable[nr].slot)
        }  # fmt: skip
        told = tuple(
            Block(person, day, slot, length, self.is_quiet(day, slot, length), tuple(
                nr for nr in sorted(gone) if _meets(self.movable[nr], person, day, slot, length)
            ))
            for person, day, slot, length in sorted(self.blocks[c] for c in picked if c < first)
        )  # fmt: skip
        return FocusPlan(told, tuple(Elsewhere(*p) for p in places if p[0] in gone), gap)


def _meets(meeting: Movable, person: int, day: int, slot: int, length: int) -> bool:
    """Whether a meeting is, where it is now, in the way of a block."""
    overlaps = meeting.slot < slot + length and slot < meeting.slot + meeting.slots
    return person in meeting.people and meeting.day == day and overlaps
