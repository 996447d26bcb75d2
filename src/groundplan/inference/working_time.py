"""When somebody works, as spans and half hours: local clocks, days off, and what meetings leave.

Apart from `focus.py`, which knows hours but no days: zones and clocks that change live here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.focus import SLOTS_AN_HOUR, WEEK, Bools, Split, split

SLOTS_A_DAY: Final = 24 * SLOTS_AN_HOUR
HALF_HOUR: Final = timedelta(hours=1 / SLOTS_AN_HOUR)
OPENS, CLOSES = 9 * 60, 17 * 60  # of whoever says nothing else
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When somebody works, Monday to Friday. opens, closes: minutes of a day, on `zone`'s clock."""

    zone: str = "UTC"
    opens: int = OPENS
    closes: int = CLOSES
    days_off: frozenset[date] = frozenset()

    def works_on(self, day: date) -> bool:
        """Whether it is a working day."""
        return day.weekday() < WEEK and day not in self.days_off


@dataclass(frozen=True, slots=True)
class WeekSplit:
    """How the working hours of a week divide. days: worked on."""

    week_on: date
    days: int
    hours: Split


def find_spans(times: WorkingTime, first: date, days: int) -> Floats:
    """The working hours of some days [minutes since 1970], shape (d, 2)."""
    zone = ZoneInfo(times.zone)
    spans = []
    for day in (first + timedelta(days=nr) for nr in range(days)):
        if times.works_on(day):
            hours = (datetime.combine(day, time()) + timedelta(minutes=at)
                     for at in (times.opens, times.closes))  # fmt: skip
            spans.append([at.replace(tzinfo=zone).timestamp() / 60 for at in hours])
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def take_off(times: WorkingTime, away: Floats, mondays: Sequence[date]) -> WorkingTime:
    """The working time without the days of some weeks that are away as a whole.

    away: spans [minutes since 1970], shape (n, 2).
    """
    days = [monday + timedelta(days=nr) for monday in mondays for nr in range(WEEK)]
    gone = {
        day
        for day in days
        for opens, closes in find_spans(times, day, 1)
        if ((away[:, 0] <= opens) & (closes <= away[:, 1])).any()
    }
    return replace(times, days_off=times.days_off | gone)


def split_weeks(
    times: WorkingTime, busy: Floats, meetings: Floats, mondays: Sequence[date]
) -> tuple[WeekSplit, ...]:
    """How weeks divide, from the one of the first busy time on.

    busy, meetings: spans [minutes since 1970], shape (n, 2); the second are among the first. Before
    its first event a calendar was empty, or not kept: nobody knows.
    """
    if not len(busy):
        return ()
    begins = float(busy[:, 0].min())
    return tuple(
        WeekSplit(
            week_on=monday,
            days=sum(times.works_on(monday + timedelta(days=nr)) for nr in range(7)),
            hours=split(find_spans(times, monday, 7) / 60, meetings / 60),
        )
        for monday in mondays
        if begins < moment_of(monday + _WEEK, 0, times.zone).timestamp() / 60
    )


def find_free(times: WorkingTime, busy: Floats, days: Sequence[date], zone: str) -> Bools:
    """The half hours of some days, on the clock of `zone`, that are worked and not busy.

    busy: spans [minutes since 1970], shape (n, 2). The answer's shape is (days, 48).
    """
    starts = _half_hours(tuple(days), zone)
    ends = starts + 60 // SLOTS_AN_HOUR
    free = np.zeros(starts.shape, dtype=np.bool_)
    first = days[0] - timedelta(days=1)
    for opens, closes in find_spans(times, first, (days[-1] - first).days + 2):
        free |= (starts >= opens) & (ends <= closes)
    near = busy[(busy[:, 1] > starts[0, 0]) & (busy[:, 0] < ends[-1, -1])]
    begun, over = starts[:, :, np.newaxis] < near[:, 1], ends[:, :, np.newaxis] > near[:, 0]
    taken: Bools = (begun & over).any(axis=2)
    return free & ~taken


@lru_cache(maxsize=64)  # a team's calendars are all laid on the same days
def _half_hours(days: tuple[date, ...], zone: str) -> Floats:
    starts: Floats = np.array(
        [
            [moment_of(day, slot, zone).timestamp() / 60 for slot in range(SLOTS_A_DAY)]
            for day in days
        ]
    )
    starts.flags.writeable = False
    return starts


def moment_of(day: date, slot: int, zone: str) -> datetime:
    """The moment a half hour of a day begins, by the clock of a zone; aware UTC."""
    local = datetime.combine(day, time()) + slot * HALF_HOUR
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
