"""Groundplan's own events as iCalendar (RFC 5545), and how they are known again. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

OWN_MARK: Final = "@groundplan"  # what the ids of our own events end with
PRODUCT: Final = "-//Groundplan//focus_time//EN"
REFRESH: Final = "PT4H"  # how often a client is asked to look again
_LONGEST_LINE: Final = 74  # bytes, without the break
_SPECIAL: Final = re.compile(r"([\\;,])")


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """An event of ours. starts_at, ends_at, stamped_at: aware UTC. takes: shown as busy."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    title: str
    why: str
    stamped_at: datetime
    takes: bool = False

    @property
    def lines(self) -> list[str]:
        """Its content lines, not folded yet."""
        return [
            "BEGIN:VEVENT",
            f"UID:{self.uid}{OWN_MARK}",
            f"DTSTAMP:{_moment(self.stamped_at)}",
            f"DTSTART:{_moment(self.starts_at)}",
            f"DTEND:{_moment(self.ends_at)}",
            f"SUMMARY:{_text(self.title)}",
            f"DESCRIPTION:{_text(self.why)}",
            f"TRANSP:{'OPAQUE' if self.takes else 'TRANSPARENT'}",
            "END:VEVENT",
        ]


def write_calendar(events: Sequence[OwnEvent], name: str) -> str:
    """Events as a calendar that any client subscribes to or imports; the same ones, the same text.

    name: as clients list it.
    """
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN",
        f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESH}", f"X-PUBLISHED-TTL:{REFRESH}",
    ]  # fmt: skip
    for one in events:
        lines += one.lines
    return "\r\n".join([*map(_fold, lines), "END:VCALENDAR", ""])


def _moment(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", words).replace("\n", "\\n")


def _fold(line: str) -> str:
    """A line in pieces of at most 75 bytes, no letter cut in two."""
    pieces, size = [""], 0
    for letter in line:
        size += len(letter.encode())
        if size > _LONGEST_LINE:
            pieces.append(" ")
            size = 1 + len(letter.encode())
        pieces[-1] += letter
    return "\r\n".join(pieces)
