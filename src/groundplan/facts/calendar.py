"""The kinds of fact that a calendar leaves: when its owner was busy, and who said yes. No words.

A calendar is its owner's: titles, places and other people's addresses never get this far.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from groundplan.facts.kinds import Column, FactKind, Type

CALENDAR_PREFIX: Final = "items:calendar-"  # no repository's id has a colon

ACCEPTED, ORGANISED, UNLISTED = "accepted", "organised", ""
ANSWERS: Final = (ACCEPTED, "declined", "tentative", "needs-action", "delegated", ORGANISED)

LONGEST_MEETING: Final = 12.0  # hours; what is longer is a trip or a reminder
MEETS: Final = 2  # people who said yes, from which on an event is a meeting
_COMES: Final = (ACCEPTED, ORGANISED, UNLISTED)

Span: TypeAlias = tuple[int, int, int]
"""Start and end [minutes since 1970], and 1 for a meeting, else 0."""

_SOURCE = Column("source", Type.TEXT, "the connection's id in this workspace")
_SEEN = Column("seen", Type.BIGINT, "the raw reply that told it; larger is later")

CALENDAR_EVENTS = FactKind(
    name="calendar_events",
    version=1,
    grain="one occurrence of an event in its owner's calendar, as one reading told it",
    columns=(
        _SOURCE,
        Column("series", Type.TEXT, "digest of the event's own id, the same for all occurrences"),
        Column("nr", Type.INTEGER, "position among the occurrences of the reading, from 0"),
        Column("starts_at", Type.TIMESTAMP, "UTC"),
        Column("ends_at", Type.TIMESTAMP, "UTC; of an event without an end, when it starts"),
        Column("whole_day", Type.BOOLEAN, "days rather than hours; UTC midnights"),
        Column("recurring", Type.BOOLEAN, "one of a series"),
        Column("status", Type.TEXT, "confirmed, tentative or cancelled"),
        Column("shows", Type.TEXT, "busy, free, or empty where the calendar does not say"),
        Column("answer", Type.TEXT, "the owner's: " + ", ".join(ANSWERS) + "; empty if unlisted"),
        Column("invited", Type.INTEGER, "people on the list, with the organiser; no rooms"),
        Column("accepted", Type.INTEGER, "of these, who said yes, with the organiser"),
        _SEEN,
    ),
    key=("source", "nr", "seen"),
)

CALENDAR_READINGS = FactKind(
    name="calendar_readings",
    version=1,
    grain="one reading of a whole calendar: what it does not tell between its days is not there",
    columns=(
        _SOURCE,
        Column("since_at", Type.TIMESTAMP, "UTC; occurrences that start from then on"),
        Column("until_at", Type.TIMESTAMP, "UTC; up to then, exclusive"),
        Column("events", Type.INTEGER, "occurrences told"),
        _SEEN,
    ),
    key=("source", "seen"),
)

# How the working hours of a week divide, whoever tells it.
WEEK_COLUMNS: Final = (
    Column("week_on", Type.DATE, "its Monday, by the owner's clock"),
    Column("days", Type.INTEGER, "worked on: no weekends, no days off"),
    Column("working_hours", Type.DOUBLE, "of these days"),
    Column("meeting_hours", Type.DOUBLE, "in meetings, of the working hours"),
    Column("focus_hours", Type.DOUBLE, "in gaps of two hours or more"),
    Column("broken_hours", Type.DOUBLE, "in shorter gaps"),
)

CALENDAR_WEEKS = FactKind(
    name="calendar_weeks",
    version=1,
    grain="a week of a calendar, told once it was over; the first telling holds",
    columns=(
        _SOURCE,
        *WEEK_COLUMNS,
        _SEEN,
    ),
    key=("source", "week_on", "seen"),
)

CALENDAR_KINDS = (CALENDAR_EVENTS, CALENDAR_READINGS, CALENDAR_WEEKS)

# Of each day the newest reading that reached it holds; what it does not tell was taken away.
HELD_EVENTS: Final = """
select e.* from {calendar_events} e where e.seen = (
  select max(r.seen) from {calendar_readings} r
  where r.source = e.source and r.since_at <= e.starts_at and e.starts_at < r.until_at
)
"""


def source_of(address: str) -> str:
    """The connection's id of the calendar whose owner has this e-mail address."""
    digest = hashlib.sha256(address.strip().lower().encode()).hexdigest()
    return f"{CALENDAR_PREFIX}{digest[:16]}"


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One occurrence, in the words of `CALENDAR_EVENTS`. starts_at, ends_at: aware UTC."""

    series: str
    starts_at: datetime
    ends_at: datetime
    whole_day: bool
    recurring: bool
    status: str
    shows: str
    answer: str
    invited: int
    accepted: int

    @property
    def hours(self) -> float:
        """Length [hours]."""
        return (self.ends_at - self.starts_at).total_seconds() / 3600


def take_spans(events: Iterable[CalendarEvent], zone: str = "UTC") -> list[Span]:
    """When somebody is busy: start, end [minutes since 1970], and whether it is a meeting.

    A meeting has two who said yes, its owner among them or not asked. What was declined or
    cancelled, shows as free or has no length is left out, and so is what is longer than 12 hours,
    unless it is whole days that the calendar says are busy. zone: whose midnights a day has.
    """
    spans = []
    for one in events:
        away = one.whole_day and one.shows == "busy"
        if one.status == "cancelled" or one.answer == "declined" or one.shows == "free":
            continue
        if one.hours <= 0 or (not away and (one.whole_day or one.hours > LONGEST_MEETING)):
            continue
        comes = one.status == "confirmed" and one.answer in _COMES
        meets = comes and not one.whole_day and one.accepted >= MEETS
        bounds = (one.starts_at, one.ends_at)
        if one.whole_day:
            bounds = (_midnight(one.starts_at, zone), _midnight(one.ends_at, zone))
        start, end = (int(at.timestamp()) // 60 for at in bounds)
        spans.append((start, end, int(meets)))
    return spans


def is_away(span: Span) -> bool:
    """Whether a busy time is whole days, as of a vacation: nothing else is so long."""
    return span[1] - span[0] > 60 * LONGEST_MEETING


def _midnight(at: datetime, zone: str) -> datetime:
    return at.replace(tzinfo=ZoneInfo(zone))
