"""Small calendars for tests, written here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from groundplan.facts.calendar import CalendarEvent
from groundplan.sources.ics.shape import Read, read_events

SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)
ANN = "ann@example.com"


def event(*lines: str, uid: str = "one") -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]


def calendar(*events: Sequence[str], before: Sequence[str] = ()) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example//tests", *before]
    for each in events:
        lines += each
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def read(body: bytes, zone: str = "UTC") -> Read:
    return read_events(body, SINCE, UNTIL, zone, (ANN,))


def starts(events: Sequence[CalendarEvent]) -> list[str]:
    return [f"{each.starts_at:%m-%d %H:%M}" for each in events]
