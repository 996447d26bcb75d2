"""A calendar that its owner brings as a file: what is kept of it, and its weeks that are over.

The body of a journal's entry, and back. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from groundplan.facts.calendar import take_spans
from groundplan.inference.arrays import Floats
from groundplan.inference.working_time import WeekSplit, WorkingTime
from groundplan.records.calendars import Kept
from groundplan.sources.ics.shape import read_events
from groundplan.sources.ics.weeks import divide, row_of
from groundplan.terms.errors import BadInput
from groundplan.terms.period import monday_of

WEEKS_BACK, WEEKS_AHEAD = 8, 2
MOST_SPANS: Final = 4_000
LONGEST_AWAY: Final = timedelta(days=366)  # that began before the weeks that are kept
_WEEK: Final = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Brought:
    """What is kept of a calendar: an entry's body; and the events that made no sense, by line."""

    body: Mapping[str, Any]
    left_out: tuple[str, ...]


def read_brought(calendar: str, address: str, times: WorkingTime, today: date) -> Brought:
    """When whoever has this address is busy, from eight weeks ago to two weeks ahead.

    Errors: BadInput for what is no calendar, or more than a file of this size may hold.
    """
    if "@" not in address:
        raise BadInput("address", address, "your e-mail address, as on invitations")
    monday = monday_of(today)
    since, until = monday - WEEKS_BACK * _WEEK, monday + (WEEKS_AHEAD + 1) * _WEEK
    read = read_events(
        calendar.encode(),
        _midnight(since - LONGEST_AWAY),
        _midnight(until + timedelta(days=1)),
        times.zone,
        (address.strip().lower(),),
    )
    if read.rejected and not read.events:
        first = read.rejected[0]
        raise BadInput("calendar", f"line {first.line}", f"a calendar (.ics): {first.reason}")
    begins = _midnight(since - timedelta(days=1)).timestamp() / 60
    spans = [span for span in take_spans(read.events, times.zone) if span[1] > begins]
    if len(spans) > MOST_SPANS:
        raise BadInput("calendar", f"{len(spans):,} events", f"{MOST_SPANS:,} in eleven weeks")
    body = {
        "zone": times.zone, "opens": times.opens, "closes": times.closes,
        "days_off": sorted(map(str, times.days_off)), "since_on": str(since),
        "until_on": str(until), "spans": spans, "left_out": len(read.rejected),
    }  # fmt: skip
    return Brought(body, tuple(f"line {one.line}: {one.reason}" for one in read.rejected))


def times_of(kept: Kept) -> WorkingTime:
    """When the owner of a calendar works."""
    return WorkingTime(kept.zone, kept.opens, kept.closes, kept.days_off)


def busy_of(kept: Kept) -> Floats:
    """When they are busy [minutes since 1970], shape (n, 2)."""
    return np.array([span[:2] for span in kept.spans], dtype=np.float64).reshape(-1, 2)


def split_own_weeks(kept: Kept, today: date) -> tuple[WeekSplit, ...]:
    """The weeks that the calendar tells of whole, from its first event on, and how they divide."""
    monday = monday_of(today) - WEEKS_BACK * _WEEK
    told = (monday + nr * _WEEK for nr in range(WEEKS_BACK + WEEKS_AHEAD))
    whole = [w for w in told if kept.since_on <= w and w + _WEEK <= kept.until_on]
    return divide(kept.spans, times_of(kept), whole)


def list_over(kept: Kept, first: date, now: datetime) -> list[list[Any]]:
    """The weeks from a day on that are over by their owner's clock and were worked in, as an entry
    tells them: Monday, days worked, hours of work, in meetings, in one piece, broken up.
    """
    today = now.astimezone(ZoneInfo(kept.zone)).date()
    rows = (
        row_of(week)
        for week in split_own_weeks(kept, today)
        if week.days and first <= week.week_on and week.week_on + _WEEK <= today
    )
    return [[str(row["week_on"]), *list(row.values())[1:]] for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
