"""Focus time as rows: working hours, weeks, and blocks with their reasons. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.focus import (
    FOCUS_HOURS,
    QUIET_SLOTS,
    SLOTS_AN_HOUR,
    WEEK,
    Bools,
    FocusPlan,
    Quiet,
    split,
)
from groundplan.records.calendars import Kept
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.units import FileText, Hours, Share

WEEKS_BACK, WEEKS_AHEAD = 8, 2
MOST_SPANS: Final = 4_000
SLOTS_A_DAY: Final = 24 * SLOTS_AN_HOUR
_HALF_HOUR: Final = timedelta(hours=1 / SLOTS_AN_HOUR)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class BringInputs:
    """A calendar, and when its owner works."""

    calendar: FileText = field(metadata={"help": "your calendar as a file (.ics)"})
    address: str = field(metadata={"help": "your e-mail address, as on invitations"})
    zone: str = field(default="UTC", metadata={"help": "where you work, such as Europe/Berlin"})
    opens: str = field(default="09:00", metadata={"help": "when your day begins"})
    closes: str = field(default="17:00", metadata={"help": "when it ends"})
    days_off: str = field(
        default="", metadata={"help": "holidays and vacation: 2026-12-24 2026-12-27..2026-12-31"}
    )


@dataclass(frozen=True, slots=True)
class Week:
    """How the working hours of a week divide. fragmentation: of the free ones; None without any."""

    week_on: date
    working: Hours
    meetings: Hours
    focus: Hours
    broken: Hours
    fragmentation: Share | None


@dataclass(frozen=True, slots=True)
class KeptFree:
    """A block worth keeping free, and why. starts_at, ends_at: UTC; at: in the owner's own time."""

    starts_at: datetime
    ends_at: datetime
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class QuietWindow:
    """When most of those who share are free, every week, in UTC; `here`: in the reader's time.

    people: who share. unknown: why there is no window; None where there is one.
    """

    at: str
    here: str
    people: int
    unknown: Unknown | None = None


@dataclass(frozen=True, slots=True)
class Mine:
    """One's own weeks and blocks. brought_on: None while no calendar was brought."""

    brought_on: date | None
    until_on: date | None
    zone: str
    shared: bool
    left_out: int
    weeks: tuple[Week, ...]
    blocks: tuple[KeptFree, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """The blocks as a calendar of their own (RFC 5545)."""

    ics: str


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    says: str
    left_out: tuple[str, ...] = ()


def check_hours(inputs: BringInputs) -> tuple[int, int]:
    """Working hours as minutes of the day; BadInput for what is none."""
    told = []
    for name, text in (("opens", inputs.opens), ("closes", inputs.closes)):
        match = _CLOCK.fullmatch(text.strip())
        if match is None or int(match[1]) * 60 + int(match[2]) > 1_440:
            raise BadInput(name, text, "a time of day, such as 09:00")
        told.append(int(match[1]) * 60 + int(match[2]))
    if told[1] - told[0] < 60 * FOCUS_HOURS:
        raise BadInput(
            "closes", inputs.closes, f"at least {FOCUS_HOURS:g} hours after {inputs.opens}"
        )
    return told[0], told[1]


def check_zone(name: str) -> str:
    """A time zone's name; BadInput for one that nobody knows."""
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, KeyError):
        raise BadInput("zone", name, "a zone's name, such as Europe/Berlin") from None


def read_days_off(text: str) -> list[date]:
    """Days, and spans of days with two dots between; BadInput for what is neither."""
    found: list[date] = []
    for word in text.replace(",", " ").split():
        first, _, last = word.partition("..")
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise BadInput(
                "days_off", word, "days such as 2026-12-24 or 2026-12-27..2026-12-31"
            ) from None
        if not 0 <= (end - start).days <= 366:
            raise BadInput("days_off", word, "at most a year, the earlier day first")
        found += [start + timedelta(days=nr) for nr in range((end - start).days + 1)]
    return found


def find_working(kept: Kept, first: date, days: int) -> Floats:
    """The working hours of some days [minutes since 1970], shape (d, 2)."""
    zone = ZoneInfo(kept.zone)
    spans = []
    for nr in range(days):
        day = first + timedelta(days=nr)
        if day.weekday() < WEEK and day not in kept.days_off:
            hours = (datetime.combine(day, time()) + timedelta(minutes=at)
                     for at in (kept.opens, kept.closes))  # fmt: skip
            spans.append([at.replace(tzinfo=zone).timestamp() / 60 for at in hours])
    return np.array(spans, dtype=np.float64).reshape(-1, 2)


def split_weeks(kept: Kept, today: date) -> tuple[Week, ...]:
    """The weeks that the calendar tells of whole, from its first event on, and how they divide.

    Before its first event a calendar was empty, or not kept: nobody knows.
    """
    meetings = np.array([span[:2] for span in kept.spans if span[2]], dtype=np.float64)
    begins = min((span[0] for span in kept.spans), default=None)
    monday = monday_of(today) - timedelta(weeks=WEEKS_BACK)
    told = []
    for nr in range(WEEKS_BACK + WEEKS_AHEAD):
        week = monday + timedelta(weeks=nr)
        until = week + timedelta(weeks=1)
        known = begins is not None and begins < _utc(until, 0, kept.zone).timestamp() / 60
        if known and kept.since_on <= week and until <= kept.until_on:
            one = split(find_working(kept, week, 7) / 60, meetings / 60)
            told.append(
                Week(week, one.working, one.meetings, one.focus, one.broken, one.fragmentation)
            )
    return tuple(told)


def find_free(kept: Kept, days: Sequence[date], zone: str) -> Bools:
    """The half hours of some days in which the owner works and is not busy, shape (d, 48)."""
    starts = np.array(
        [[_utc(day, slot, zone).timestamp() / 60 for slot in range(SLOTS_A_DAY)] for day in days]
    )
    ends = starts + 60 // SLOTS_AN_HOUR
    free = np.zeros(starts.shape, dtype=np.bool_)
    first = days[0] - timedelta(days=1)
    for opens, closes in find_working(kept, first, (days[-1] - first).days + 2):
        free |= (starts >= opens) & (ends <= closes)
    for start, end, _ in kept.spans:
        free &= (ends <= start) | (starts >= end)
    return free


def say_blocks(
    kept: Kept, days: Sequence[date], plan: FocusPlan, now: datetime
) -> tuple[KeptFree, ...]:
    """The blocks of a plan that are still to come, with the reason for each."""
    told = []
    for block in plan.blocks:
        start = _utc(days[block.day], block.slot, kept.zone)
        end = start + block.slots * _HALF_HOUR
        if start < now:
            continue
        local = start.astimezone(ZoneInfo(kept.zone))
        hours = block.slots / SLOTS_AN_HOUR
        why = f"{hours:g} hours without a meeting in your working hours"
        if block.quiet:
            why += ", while most of your team is free of meetings, too"
        clock = f"{local:%A %Y-%m-%d, %H:%M} to {end.astimezone(ZoneInfo(kept.zone)):%H:%M}"
        told.append(KeptFree(start, end, clock, why))
    return tuple(told)


def say_quiet(quiet: Quiet, monday: date, zone: str) -> str:
    """A window of the team, found in UTC, by the clock of a zone."""
    start = _utc(monday + timedelta(days=quiet.weekday), quiet.slot, "UTC")
    local, end = (at.astimezone(ZoneInfo(zone)) for at in (start, start + QUIET_SLOTS * _HALF_HOUR))
    return f"{local:%A}, {local:%H:%M} to {end:%H:%M}"


def turn_quiet(quiet: Quiet, monday: date, zone: str) -> Quiet:
    """A window of the team, found in UTC, as a place in the days of a zone."""
    at = _utc(monday + timedelta(days=quiet.weekday), quiet.slot, "UTC").astimezone(ZoneInfo(zone))
    return Quiet(at.weekday(), (at.hour * 60 + at.minute) // 30, quiet.free_share)


def write_feed(blocks: Sequence[KeptFree], now: datetime) -> str:
    """The blocks as a calendar that any client subscribes to or imports."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Groundplan//focus_time//EN"]
    for one in blocks:
        lines += [
            "BEGIN:VEVENT", f"UID:focus-{one.starts_at:%Y%m%dT%H%M}@groundplan",
            f"DTSTAMP:{now:%Y%m%dT%H%M%SZ}", f"DTSTART:{one.starts_at:%Y%m%dT%H%M%SZ}",
            f"DTEND:{one.ends_at:%Y%m%dT%H%M%SZ}", "SUMMARY:Focus", "TRANSP:TRANSPARENT",
            "DESCRIPTION:" + one.why.replace(",", "\\,"), "END:VEVENT",
        ]  # fmt: skip
    return "\r\n".join([*map(_fold, lines), "END:VCALENDAR", ""])


def _fold(line: str) -> str:
    return "\r\n ".join(line[at : at + 70] for at in range(0, len(line), 70))


def _utc(day: date, slot: int, zone: str) -> datetime:
    """The moment a half hour of a day begins, by the clock of a zone."""
    local = datetime.combine(day, time()) + slot * _HALF_HOUR
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
