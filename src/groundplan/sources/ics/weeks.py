"""The weeks of a calendar as facts: how working hours divided, told once a week is over. Pure.

What is told once stays: two reports of a team cannot be subtracted because somebody tidied up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from groundplan.facts.calendar import CalendarEvent, Span, is_away, take_spans
from groundplan.inference.working_time import (
    CLOSES,
    OPENS,
    WeekSplit,
    WorkingTime,
    split_weeks,
    take_off,
)
from groundplan.sources.ics.hours import read_working_time, say_clock
from groundplan.terms.errors import BadInput
from groundplan.terms.period import monday_of

Row = Mapping[str, Any]
_WEEK: Final = timedelta(weeks=1)
ANYWHERE: Final = "UTC"  # the zone of whoever names none


def working_time_of(about: Mapping[str, Any], zone_name: str) -> WorkingTime:
    """When a calendar's owner works.

    about: what was said when it was connected: zone, opens, closes, days_off. zone_name: what the
    calendar calls its own zone, for whoever said none.
    """
    said = str(about.get("zone", ANYWHERE))
    hours = (
        str(about.get("opens") or say_clock(OPENS)),
        str(about.get("closes") or say_clock(CLOSES)),
        str(about.get("days_off", "")),
    )
    if said == ANYWHERE and zone_name:
        try:
            return read_working_time(zone_name, *hours)
        except BadInput:  # a name that this machine does not know
            pass
    return read_working_time(said, *hours)


def shape_weeks(
    events: Sequence[CalendarEvent], times: WorkingTime, about: Mapping[str, Any], at: str
) -> list[Row]:
    """The whole weeks of a reading that were over when it was kept (`at`, ISO 8601)."""
    since, until = (datetime.fromisoformat(str(about[name])) for name in ("since", "until"))
    over = datetime.fromisoformat(at).astimezone(ZoneInfo(times.zone)).date()
    first = monday_of(since.date() + timedelta(days=6))
    mondays = _mondays(first, min(over, until.astimezone(UTC).date()))
    told = divide(take_spans(events, times.zone), times, mondays)
    return [row_of(week) for week in told if week.days]


def divide(
    spans: Sequence[Span], times: WorkingTime, mondays: Sequence[date]
) -> tuple[WeekSplit, ...]:
    """How some weeks of a calendar divide; days that are away as a whole are not worked on."""
    busy, meetings, away = (
        np.array([span[:2] for span in chosen], dtype=np.float64).reshape(-1, 2)
        for chosen in (spans, [s for s in spans if s[2]], [s for s in spans if is_away(s)])
    )
    return split_weeks(take_off(times, away, mondays), busy, meetings, mondays)


def row_of(week: WeekSplit) -> Row:
    """A week as a row of `calendar_weeks`."""
    return {
        "week_on": week.week_on,
        "days": week.days,
        "working_hours": week.hours.working,
        "meeting_hours": week.hours.meetings,
        "focus_hours": week.hours.focus,
        "broken_hours": week.hours.broken,
    }


def _mondays(first: date, until: date) -> list[date]:
    """The Mondays of the weeks that end by a day."""
    return [first + nr * _WEEK for nr in range(max((until - first).days // 7, 0))]
