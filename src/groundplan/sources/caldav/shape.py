"""Our own events in somebody's calendar: sealed, so that what its owner changed is known. Pure.

The seal is a digest in the event itself; nothing has to be remembered to take it back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from groundplan.sources.ics.write import OWN_MARK, PRODUCT

if TYPE_CHECKING:
    from icalendar import Component

SEAL: Final = "X-GROUNDPLAN-SEAL"
BLOCK: Final = "focus-"  # the ids of blocks begin so; the quiet window is nobody's appointment
# What a reader sees of an event. Servers add stamps and alarms of their own, which change nothing.
_SEEN: Final = ("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "RRULE", "RDATE", "ATTENDEE")
_TIMES: Final = ("DTSTART", "DTEND")
_USUAL: Final = {"STATUS": "CONFIRMED", "TRANSP": "OPAQUE"}


@dataclass(frozen=True, slots=True)
class Sealed:
    """An event to be written: its id, and the whole object."""

    uid: str
    text: str


@dataclass(frozen=True, slots=True)
class Own:
    """An event of ours as it stands in a calendar. starts_at: UTC, as people read it."""

    uid: str
    starts_at: str
    changed: bool


def seal_blocks(ics: str) -> Iterator[Sealed]:
    """The blocks of a feed as events that keep their time busy, each sealed."""
    from icalendar import Calendar  # noqa: PLC0415

    for event in Calendar.from_ical(ics).walk("VEVENT"):
        if not str(event["UID"]).startswith(BLOCK):
            continue
        event["TRANSP"] = _USUAL["TRANSP"]
        event.add(SEAL, _digest(event))
        whole = Calendar()
        whole.add("VERSION", "2.0")
        whole.add("PRODID", PRODUCT)
        whole.add_component(event)
        yield Sealed(str(event["UID"]), whole.to_ical().decode())


def find_own(text: str) -> Own | None:
    """Our event in an object of a calendar; None if it is somebody else's, or makes no sense."""
    from icalendar import Calendar  # noqa: PLC0415

    if OWN_MARK not in text or SEAL not in text:
        return None
    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except Exception:  # any text may stand on a server
        return None
    first = events[0] if events else None
    if first is None or not str(first.get("UID", "")).endswith(OWN_MARK):
        return None
    # an occurrence of its own is a change, too
    changed = len(events) > 1 or str(first.get(SEAL, "")) != _digest(first)
    return Own(str(first["UID"]), _say_start(first), changed)


def _digest(event: Component) -> str:
    words = [f"{name}={_plain(event.get(name))}" for name in _SEEN]
    words += [f"{name}={_moment(event.get(name))}" for name in _TIMES]
    words += [f"{name}={_plain(event.get(name)) or usual}" for name, usual in _USUAL.items()]
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:32]


def _plain(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _moment(value: Any) -> str:
    """A time as UTC, so that a server may write it in a zone."""
    at = getattr(value, "dt", None)
    if isinstance(at, datetime):
        return f"{(at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC):%Y%m%dT%H%M%S}"
    return f"{at:%Y%m%d}" if isinstance(at, date) else ""


def _say_start(event: Component) -> str:
    at = getattr(event.get("DTSTART"), "dt", None)
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}" if isinstance(at, datetime) else f"{at}"
