"""Calendars as occurrences. Pure: the same file between the same days comes to the same events."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from groundplan.facts.calendar import (
    ACCEPTED,
    CALENDAR_EVENTS,
    CALENDAR_READINGS,
    CALENDAR_WEEKS,
    ORGANISED,
    UNLISTED,
    CalendarEvent,
)
from groundplan.facts.raw import RawReply
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.ics.checks import check_event
from groundplan.sources.ics.lines import OWNER, Block, Scanned, scan
from groundplan.sources.ics.weeks import shape_weeks, working_time_of
from groundplan.sources.ics.write import OWN_MARK

if TYPE_CHECKING:
    from icalendar import Component

EVENT_OF: Final = "event"
FORM: Final = 2  # raised when the same calendar would come to other rows
CALENDAR: Final = "ics/calendar"
MARK: Final = "X-GROUNDPLAN-BLOCK"  # on an occurrence: which event of the file it is one of

MOST_EVENTS: Final = 200_000  # of a file, and occurrences that come of it
_STATUSES: Final = ("confirmed", "tentative", "cancelled")
_DIGITS: Final = re.compile(
    r"([0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?:T[0-9]{6}Z?)?"
)
_FREE: Final = frozenset(("TRANSPARENT", "FREE"))

_ZONES = threading.Lock()  # the library knows the zones of one file at a time


@dataclass(frozen=True, slots=True)
class Left:
    """What was left out: on which line of the file, which event, and why."""

    line: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a calendar tells: occurrences by start, what makes no sense, and its zone's name."""

    events: tuple[CalendarEvent, ...]
    rejected: tuple[Left, ...]
    zone_name: str = ""


def read_events(
    body: bytes, since: datetime, until: datetime, zone: str = "UTC", mine: Collection[str] = ()
) -> Read:
    """The occurrences that start between two moments (aware), the second one exclusive.

    zone: for times without one, where the calendar names none. mine: the owner's addresses, lower
    case. Series are expanded by recurring-ical-events. A series that cannot be is left out with the
    line of its event and the reason; whatever comes, nothing is raised.
    """
    found = scan(body)
    rejected: list[Left] = []
    if not found.calendars and not found.events:
        rejected.append(Left(1, "the whole file", "no calendar in it"))
    elif len(found.events) > MOST_EVENTS:
        rejected.append(Left(1, "the whole file", f"more than {MOST_EVENTS:,} events"))
        return Read((), tuple(rejected))
    with _ZONES:
        _know_zones(found, rejected)
        series = _parse(found, rejected, since, until)
        told: list[CalendarEvent] = []
        for (calendar, uid), members in series.items():
            home = found.zone_names.get(calendar, "")
            try:
                told += _expand(found, members, uid, home, (since, until), zone, mine)
            except Exception as error:  # any file of the world may come; one series stops no other
                at = min(nr for nr, _ in members)
                rejected.append(Left(found.events[at].nr, EVENT_OF, _why(error)))
    told.sort(key=lambda one: (one.starts_at, one.ends_at, one.series))
    named = next(iter(found.zone_names.values()), "")
    return Read(tuple(told), tuple(sorted(rejected, key=lambda one: one.line)), named)


def shape(reply: RawReply) -> Shaped:
    """The rows of one calendar as it was kept. `about` says between which days, and the zone."""
    about = reply.about
    since, until = (datetime.fromisoformat(str(about[name])) for name in ("since", "until"))
    read = read_events(reply.body, since, until, str(about["zone"]), (OWNER,))
    shaped = Shaped()
    for nr, event in enumerate(read.events):
        shaped.add(CALENDAR_EVENTS, {
            "series": event.series, "nr": nr, "starts_at": _zoneless(event.starts_at),
            "ends_at": _zoneless(event.ends_at), "whole_day": event.whole_day,
            "recurring": event.recurring, "status": event.status, "shows": event.shows,
            "answer": event.answer, "invited": event.invited, "accepted": event.accepted,
        })  # fmt: skip
    shaped.add(CALENDAR_READINGS, {
        "since_at": _zoneless(since), "until_at": _zoneless(until), "events": len(read.events),
    })  # fmt: skip
    for week in shape_weeks(read.events, working_time_of(about, read.zone_name), about, reply.at):
        shaped.add(CALENDAR_WEEKS, week)
    for left in read.rejected:
        shaped.reject(reply.kind, f"line {left.line}: {left.what}", left.reason)
    return shaped


def _know_zones(found: Scanned, rejected: list[Left]) -> None:
    """Make the file's own time zones known to the library, and no other file's."""
    from icalendar import Timezone  # noqa: PLC0415
    from icalendar.timezone import tzp  # noqa: PLC0415

    tzp.use_default()
    for block in found.time_zones:
        try:
            tzp.cache_timezone_component(Timezone.from_ical(block.text))
        except Exception as error:
            rejected.append(Left(block.nr, "time zone", _why(error)))


def _parse(
    found: Scanned, rejected: list[Left], since: datetime, until: datetime
) -> dict[tuple[int, str], list[tuple[int, Component]]]:
    """The events by calendar and id, as the library has them; those surely outside are skipped."""
    from icalendar import Event  # noqa: PLC0415

    series: dict[tuple[int, str], list[tuple[int, Component]]] = {}
    for nr, block in enumerate(found.events):
        if not block.whole:
            rejected.append(Left(block.nr, EVENT_OF, "has no END:VEVENT"))
            continue
        if _surely_outside(block, since, until) or _is_ours(block):
            continue
        try:
            event = Event.from_ical(block.text)
            check_event(event, until)
        except Exception as error:
            rejected.append(Left(block.nr, EVENT_OF, _why(error)))
            continue
        event.add(MARK, str(nr))
        uid = str(event.get("UID") or f"line {block.nr}")
        series.setdefault((block.calendar, uid), []).append((nr, event))
    return series


def _surely_outside(block: Block, since: datetime, until: datetime) -> bool:
    """Whether an event that happens once lies days away from what is asked for.

    Saves parsing most of a long calendar; of series and their changes every part is needed.
    """
    names = {line.partition(":")[0].partition(";")[0].upper(): line for line in block.lines}
    if not names.keys().isdisjoint(("RRULE", "RDATE", "RECURRENCE-ID")) or "DTSTART" not in names:
        return False
    day = _DIGITS.fullmatch(names["DTSTART"].rpartition(":")[2].strip())
    if day is None:
        return False
    low, high = since - timedelta(days=2), until + timedelta(days=2)
    return not f"{low:%Y%m%d}" <= day[1] <= f"{high:%Y%m%d}"


def _is_ours(block: Block) -> bool:
    """Whether Groundplan wrote it itself: a proposal is no reason to be busy."""
    return any(line.startswith("UID:") and line.endswith(OWN_MARK) for line in block.lines)


def _expand(
    found: Scanned,
    members: list[tuple[int, Component]],
    uid: str,
    home: str,
    span: tuple[datetime, datetime],
    zone: str,
    mine: Collection[str],
) -> Iterator[CalendarEvent]:
    import recurring_ical_events  # type: ignore[import-untyped]  # noqa: PLC0415
    from icalendar import Calendar  # noqa: PLC0415

    calendar = Calendar()
    if home:
        calendar.add("X-WR-TIMEZONE", home)
    for _, event in members:
        calendar.add_component(event)
    # a day more on both sides: times without a zone are placed in it only here
    wide = (span[0] - timedelta(days=1), span[1] + timedelta(days=1))
    told = recurring_ical_events.of(calendar).between(*wide)
    if len(told) > MOST_EVENTS:
        raise ValueError(f"more than {MOST_EVENTS:,} occurrences")
    recurring = any("RRULE" in event or "RDATE" in event for _, event in members)
    series = hashlib.sha256(uid.encode()).hexdigest()[:16]
    for one in told:
        start = _moment(one.start, zone)
        if span[0] <= start < span[1]:
            end, block = max(_moment(one.end, zone), start), found.events[int(one[MARK])]
            yield _tell(one, (start, end), (series, recurring), _answers(block, mine))


def _tell(
    one: Any, span: tuple[datetime, datetime], of: tuple[str, bool], answers: tuple[int, int, str]
) -> CalendarEvent:
    """One occurrence. of: its series, and whether that repeats."""
    return CalendarEvent(
        series=of[0],
        starts_at=span[0],
        ends_at=span[1],
        whole_day=not isinstance(one.start, datetime),
        recurring=of[1],
        status=_status(one),
        shows=_shows(one),
        answer=answers[2],
        invited=answers[0],
        accepted=answers[1],
    )


def _answers(block: Block, mine: Collection[str]) -> tuple[int, int, str]:
    """People invited, of these who said yes, and the owner's answer."""
    people = dict(block.people)
    if people and block.organiser:
        people.setdefault(block.organiser, ACCEPTED)  # who invites comes
    own = next((answer for who, answer in block.people.items() if who in mine), UNLISTED)
    if own == UNLISTED and block.organiser in mine:
        own = ORGANISED
    return len(people), sum(answer == ACCEPTED for answer in people.values()), own


def _status(event: Any) -> str:
    status = str(event.get("STATUS", "")).lower()
    return status if status in _STATUSES else "confirmed"


def _shows(event: Any) -> str:
    told = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS") or event.get("TRANSP") or "").upper()
    return "" if not told else "free" if told in _FREE else "busy"


def _moment(at: date, zone: str) -> datetime:
    """A date or time as aware UTC; a date is its midnight in UTC."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), UTC)
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _zoneless(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _why(error: Exception) -> str:
    text = " ".join(str(error).split())
    return (text or type(error).__name__)[:160]
