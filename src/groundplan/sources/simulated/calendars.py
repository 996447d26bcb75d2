"""When people work: weekdays without holidays, less everybody's own days off.

Days are counted from the world's first Monday and may be negative.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.simulated.worlds import RUN_IN_WEEKS, RUN_OUT_WEEKS, World

FIXED_HOLIDAYS: Final = ((1, 1), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31))
VACATIONS: Final = ((0.65, 7, 1, 62, 14), (0.5, 12, 20, 6, 9), (0.9, 2, 1, 300, 6))
"""Chance, first month and day, over how many days it may begin, and its length [days]."""
SICK_A_DAY: Final = 0.008
OPENS: Final = 9.0  # of a working day, local time
HOURS: Final = 8.5


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of a world with run-in and run-out.

    first: the first day's number; days, weeks: of each, from the world's beginning, shape (n,).
    workdays: which are weekdays and no holidays, shape (n,). reached: working days before each,
    shape (n + 1,).
    """

    starts_on: date
    first: int
    days: Integers
    workdays: npt.NDArray[np.bool_]
    reached: Floats

    @property
    def weeks(self) -> Floats:
        """The week of each day, from the world's first, shape (n,)."""
        weeks: Floats = np.floor(self.days / 7.0)
        return weeks

    def work_of(self, times: Floats) -> Floats:
        """Times [days] as working days since the calendar began."""
        day = np.floor(times).astype(np.int64) - self.first
        hour = (times % 1) * 24
        part = np.clip((hour - OPENS) / HOURS, 0, 1) * self.workdays[day]
        worked: Floats = self.reached[day] + part
        return worked

    def time_of(self, work: Floats) -> Floats:
        """Working days since the calendar began as times [days]; its end where it is too short."""
        within = np.minimum(work, self.reached[-1] - 1e-6)
        day = np.searchsorted(self.reached, within, side="right") - 1
        hour = OPENS + HOURS * (within - self.reached[day])
        times: Floats = day + self.first + hour / 24
        return times


def make_calendar(world: World) -> Calendar:
    """The calendar that all teams of a world share."""
    first = -7 * RUN_IN_WEEKS
    days = np.arange(first, 7 * (world.weeks + RUN_OUT_WEEKS), dtype=np.int64)
    free = np.array(sorted(_holidays(world.starts_on, int(days[0]), int(days[-1]))))
    workdays = (days % 7 < 5) & ~np.isin(days, free)
    reached = np.concatenate([[0.0], np.cumsum(workdays)])
    return Calendar(world.starts_on, first, days, workdays, reached)


def draw_own_days(calendar: Calendar, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """The days on which one person works, shape (n,): not on vacation and not ill."""
    works = calendar.workdays & (rng.random(len(calendar.days)) >= SICK_A_DAY)
    last = calendar.starts_on + timedelta(days=int(calendar.days[-1]))
    for year in range(calendar.starts_on.year - 1, last.year + 1):
        for chance, month, day, spread, length in VACATIONS:
            begins = (date(year, month, day) - calendar.starts_on).days - calendar.first
            begins += int(rng.integers(0, spread))
            if rng.random() < chance:
                works[max(begins, 0) : max(begins + length, 0)] = False
    return works


def _holidays(starts_on: date, first: int, last: int) -> Iterator[int]:
    for year in range(
        (starts_on + timedelta(days=first)).year, (starts_on + timedelta(days=last)).year + 1
    ):
        for month, day in FIXED_HOLIDAYS:
            yield (date(year, month, day) - starts_on).days
        easter = (_easter(year) - starts_on).days
        yield from (easter - 2, easter + 1)


def _easter(year: int) -> date:
    """Easter Sunday (Meeus, Jones and Butcher, valid for Gregorian years)."""
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leaps - (8 * century + 13) // 25 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
