"""Estimates and what became of them, as arrays in the order in which they became known.

What predicts may only look at what was known before: this room knows which rows those are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Anything, Floats, Integers


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Settled items of one or more people, oldest first; shapes (n,).

    person: a number for each person. estimate, actual [one unit each, all above 0].
    tick: the moment, as a rank; items of one moment do not know of each other.
    """

    person: Integers
    estimate: Floats
    actual: Floats
    tick: Integers

    def __len__(self) -> int:
        return len(self.tick)

    @property
    def log_ratio(self) -> Floats:
        """How far each actual lies from its estimate [natural logarithms]."""
        ratio: Floats = np.log(self.actual / self.estimate)
        return ratio

    def select(self, rows: npt.NDArray[np.bool_] | Integers) -> Outcomes:
        """Some of the items; positions or a mask, oldest first."""
        return Outcomes(self.person[rows], self.estimate[rows], self.actual[rows], self.tick[rows])

    def then(self, person: int, estimate: float) -> Outcomes:
        """The same items and, after them, one whose actual is not known yet."""
        after = int(self.tick[-1]) + 1 if len(self) else 0
        return Outcomes(
            np.append(self.person, person),
            np.append(self.estimate, estimate),
            np.append(self.actual, np.nan),
            np.append(self.tick, after),
        )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Items that say nothing about a ratio, by reason [items]."""

    without_estimate: int
    without_actual: int
    estimate_not_above_zero: int
    actual_not_above_zero: int

    @property
    def total(self) -> int:
        """All of them [items]."""
        return (
            self.without_estimate
            + self.without_actual
            + self.estimate_not_above_zero
            + self.actual_not_above_zero
        )


def arrange(
    estimate: npt.ArrayLike,
    actual: npt.ArrayLike,
    person: npt.ArrayLike | None = None,
    at: npt.ArrayLike | None = None,
) -> tuple[Outcomes, LeftOut]:
    """The items that have a ratio, in order, and how many were left out for which reason [items].

    estimate, actual: numbers, missing ones as NaN. person: any labels; none means one person.
    at: anything that sorts (dates, numbers); none means the order of the rows. An actual of zero
    says that the item was dropped or is below the unit: it has no ratio, as a missing one.

    Errors: ValueError if the columns differ in length.
    """
    planned, spent = np.asarray(estimate, dtype=float), np.asarray(actual, dtype=float)
    n = len(planned)
    who: Anything = np.zeros(n, dtype=np.int64) if person is None else np.asarray(person)
    when: Anything = np.arange(n) if at is None else np.asarray(at)
    if not n == len(spent) == len(who) == len(when):
        raise ValueError(f"columns differ in length: {n}, {len(spent)}, {len(who)}, {len(when)}")
    no_estimate = ~np.isfinite(planned)
    zero_estimate = ~no_estimate & (planned <= 0)
    rest = ~no_estimate & ~zero_estimate
    no_actual = rest & ~np.isfinite(spent)
    zero_actual = rest & ~no_actual & (np.nan_to_num(spent) <= 0)
    left_out = LeftOut(
        *(int(part.sum()) for part in (no_estimate, no_actual, zero_estimate, zero_actual))
    )
    rows = np.flatnonzero(rest & ~no_actual & ~zero_actual)
    tick = np.unique(when[rows], return_inverse=True)[1].astype(np.int64)
    number = np.unique(who[rows], return_inverse=True)[1].astype(np.int64)
    order = np.argsort(tick, kind="stable")
    rows = rows[order]
    return Outcomes(number[order], planned[rows], spent[rows], tick[order]), left_out


@dataclass(frozen=True, slots=True)
class Past:
    """For each item, where its past lies; shapes (n,).

    order: positions of the items, person by person, oldest first. first, end: where in `order`
    the own items known before begin and end. known: how many items of anybody were known before.
    """

    order: Integers
    first: Integers
    end: Integers
    known: Integers

    @property
    def own(self) -> Integers:
        """Own settled items known before [items]."""
        return self.end - self.first

    def newest_own(self, rows: Integers, most: int) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Positions of the newest own items, newest first, and which are real; (rows, most)."""
        place = self.end[rows][:, None] - 1 - np.arange(most)
        return self.order[np.maximum(place, 0)], place >= self.first[rows][:, None]

    def newest_of_all(self, rows: Integers, most: int) -> tuple[Integers, npt.NDArray[np.bool_]]:
        """Positions of anybody's newest items, newest first, and which are real; (rows, most)."""
        place = self.known[rows][:, None] - 1 - np.arange(most)
        return np.maximum(place, 0), place >= 0


def find_past(items: Outcomes) -> Past:
    """What was known when each item was estimated: whatever has an earlier tick."""
    n = len(items)
    known = np.searchsorted(items.tick, items.tick, side="left")
    order = np.argsort(items.person, kind="stable")
    sorted_person = items.person[order]
    key = sorted_person * (n + 1) + order
    return Past(
        order,
        np.searchsorted(sorted_person, items.person),
        np.searchsorted(key, items.person * (n + 1) + known),
        known,
    )
