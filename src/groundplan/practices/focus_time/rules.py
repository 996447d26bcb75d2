"""Focus time as rows: working hours, weeks, and blocks with their reasons. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from groundplan.inference.focus import (
    QUIET_SLOTS,
    SLOTS_AN_HOUR,
    FocusPlan,
    Quiet,
)
from groundplan.inference.working_time import HALF_HOUR, moment_of
from groundplan.records.calendars import Kept
from groundplan.sources.ics import brought
from groundplan.sources.ics.write import OwnEvent, write_calendar
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import FileText, Hours, Share

ONCE_LINKED: Final = "once you link your accounts on /people"
QUIET_WHY: Final = "Most of those of your team who share their busy times are free of meetings"


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
    """One's own weeks and blocks. brought_on: None while no calendar was brought.

    stale: whether it tells less than this week and the next. zone, opens, closes, days_off: when
    its owner works, as it was told. shared: whether busy times count for the team's window;
    counts: and weeks for its numbers. link_on: since when a link to the blocks works, None without.
    """

    brought_on: date | None
    until_on: date | None
    stale: bool
    zone: str
    opens: str
    closes: str
    days_off: str
    shared: bool
    counts: bool
    link_on: date | None
    left_out: int
    weeks: tuple[Week, ...]
    blocks: tuple[KeptFree, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """The blocks as a calendar of their own (RFC 5545)."""

    ics: str


@dataclass(frozen=True, slots=True)
class FollowInputs:
    """The secret of a link."""

    ticket: str = field(metadata={"help": "the last part of the link, without .ics"})


@dataclass(frozen=True, slots=True)
class Link:
    """A link by which a calendar program follows the blocks. path: on the server; shown once."""

    path: str
    says: str


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    says: str
    left_out: tuple[str, ...] = ()


def split_own_weeks(kept: Kept, today: date) -> tuple[Week, ...]:
    """The weeks that the calendar tells of whole, as rows."""
    return tuple(
        Week(
            one.week_on,
            one.hours.working,
            one.hours.meetings,
            one.hours.focus,
            one.hours.broken,
            one.hours.fragmentation,
        )
        for one in brought.split_own_weeks(kept, today)
    )


def say_blocks(
    kept: Kept, days: Sequence[date], plan: FocusPlan, now: datetime
) -> tuple[KeptFree, ...]:
    """The blocks of a plan that are not over, with the reason for each."""
    told = []
    for block in plan.blocks:
        start = moment_of(days[block.day], block.slot, kept.zone)
        end = start + block.slots * HALF_HOUR
        if end <= now:
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
    (window,) = place_quiet(quiet, monday, 1)
    local, end = (at.astimezone(ZoneInfo(zone)) for at in window)
    return f"{local:%A}, {local:%H:%M} to {end:%H:%M}"


def turn_quiet(quiet: Quiet, monday: date, zone: str) -> Quiet:
    """A window of the team, found in UTC, as a place in the days of a zone."""
    ((start, _),) = place_quiet(quiet, monday, 1)
    at = start.astimezone(ZoneInfo(zone))
    return Quiet(at.weekday(), (at.hour * 60 + at.minute) // 30, quiet.free_share)


def write_feed(
    blocks: Sequence[KeptFree], quiet: Sequence[tuple[datetime, datetime]], whose: str, on: date
) -> str:
    """Blocks and the team's quiet windows as a calendar that any client subscribes to.

    whose: tells these events from another's. on: since when they stand, so that a calendar that
    says the same is the same text.
    """
    mark = hashlib.sha256(whose.encode()).hexdigest()[:8]
    at = datetime.combine(on, time(), UTC)
    events = [
        OwnEvent(f"focus-{mark}-{_digits(b.starts_at)}", b.starts_at, b.ends_at, "Focus", b.why, at)
        for b in blocks
    ] + [
        OwnEvent(f"quiet-{mark}-{_digits(start)}", start, end, "Quiet in your team", QUIET_WHY, at)
        for start, end in quiet
    ]
    return write_calendar(events, "Focus time")


def place_quiet(quiet: Quiet, monday: date, weeks: int) -> list[tuple[datetime, datetime]]:
    """When a window of the team, found in UTC, is in these weeks."""
    starts = (
        moment_of(monday + timedelta(weeks=nr, days=quiet.weekday), quiet.slot, "UTC")
        for nr in range(weeks)
    )
    return [(start, start + QUIET_SLOTS * HALF_HOUR) for start in starts]


def _digits(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M}"
