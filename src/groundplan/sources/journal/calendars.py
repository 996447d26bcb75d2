"""Weeks of calendars that their owners let count for the team, in the form of connected ones.

They are private entries: of whoever shares them only sums over five people and more are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from groundplan.facts.engines.duckdb import Columns, as_columns, empty_columns
from groundplan.facts.said import SAID_WEEKS
from groundplan.records.calendars import COUNTED, STREAMS
from groundplan.records.journal import Entry

_HOURS: Final = ("working_hours", "meeting_hours", "focus_hours", "broken_hours")


def tells_weeks(entry: Entry) -> bool:
    """Whether an entry says how weeks of its owner's calendar divided."""
    return entry.kind == COUNTED and not entry.erased and entry.stream.startswith(STREAMS)


def shape_weeks(entries: Iterable[Entry]) -> Columns:
    """The weeks that entries of the streams `calendars/...` tell, columns of `SAID_WEEKS`."""
    lists = empty_columns(SAID_WEEKS)
    for entry in filter(tells_weeks, entries):
        for week_on, days, *hours in entry.body["weeks"]:
            row = {
                "colleague": entry.owner,
                "week_on": date.fromisoformat(week_on),
                "days": days,
                **dict(zip(_HOURS, hours, strict=True)),
                "seen": entry.seq,
            }
            for name, value in row.items():
                lists[name].append(value)
    return as_columns(SAID_WEEKS, lists)
