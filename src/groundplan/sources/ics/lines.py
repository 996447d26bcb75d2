"""The lines of an iCalendar file: which belong to which event, and what of them may be kept.

Real files break rules, so events are told apart here, and one that makes no sense stops no other.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

# What says when, and whether somebody comes. Titles, places and notes are nobody's business.
KEPT: Final = frozenset((
    "BEGIN", "END", "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "EXRULE",
    "RECURRENCE-ID", "SEQUENCE", "STATUS", "TRANSP", "TZID", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME",
    "X-WR-TIMEZONE", "X-MICROSOFT-CDO-BUSYSTATUS",
))  # fmt: skip
PEOPLE: Final = frozenset(("ATTENDEE", "ORGANIZER"))
OWNER: Final = "owner"
EVENT, ZONE = "VEVENT", "VTIMEZONE"

_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_LINE: Final = re.compile(r'([\w-]+)((?:;[^":;]*(?:"[^"]*"[^":;]*)*)*):(.*)', re.DOTALL)
_ANSWER: Final = re.compile(r';PARTSTAT="?([\w-]+)', re.IGNORECASE)
_SORT: Final = re.compile(r';CUTYPE="?([\w-]+)', re.IGNORECASE)
_ROOMS: Final = frozenset(("ROOM", "RESOURCE"))


@dataclass(frozen=True, slots=True)
class Line:
    """One content line, unfolded. nr: its first line in the file, from 1; of: how many it took."""

    nr: int
    of: int
    name: str
    params: str
    value: str
    text: str


@dataclass(slots=True)
class Block:
    """A component's lines. people: answers by who; calendar: counted from 0; whole: has an end."""

    kind: str
    nr: int
    calendar: int
    lines: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    organiser: str = ""
    whole: bool = False

    @property
    def text(self) -> str:
        """As a parser takes it."""
        return "\r\n".join((*self.lines, ""))


@dataclass(frozen=True, slots=True)
class Scanned:
    """Events and zones of a file. zones: the calendars' own zone names; calendars: how many."""

    events: tuple[Block, ...]
    time_zones: tuple[Block, ...]
    zone_names: dict[int, str]
    calendars: int


def read_lines(body: bytes) -> Iterator[Line]:
    """The content lines of a file, with their places."""
    text = body.decode("utf-8-sig", "replace")
    first, parts = 0, [""]
    for nr, physical in enumerate(_NEWLINE.split(text), 1):
        if physical[:1] in (" ", "\t") and first:
            parts.append(physical[1:])
            continue
        if first:
            yield _read_line(first, nr - first, "".join(parts))
        first, parts = nr, [physical]
    yield _read_line(first, 1 if len(parts) == 1 else len(parts), "".join(parts))


def scan(body: bytes) -> Scanned:
    """The events and time zones of a file, with only the properties that are kept."""
    events: list[Block] = []
    zones: list[Block] = []
    names: dict[int, str] = {}
    calendars, inside = 0, 0
    block: Block | None = None
    for line in read_lines(body):
        opens = line.value.strip().upper() if line.name in ("BEGIN", "END") else ""
        if line.name == "BEGIN" and opens == "VCALENDAR":
            calendars, block = calendars + 1, None
        elif line.name == "BEGIN" and opens in (EVENT, ZONE):
            block, inside = Block(opens, line.nr, max(calendars - 1, 0), [line.text]), 0
            (events if opens == EVENT else zones).append(block)
        elif block is None:
            if line.name == "X-WR-TIMEZONE":
                names.setdefault(max(calendars - 1, 0), line.value.strip())
        elif line.name == "END" and opens in (block.kind, "VCALENDAR"):
            block.lines.append(f"END:{block.kind}")
            block.whole = opens == block.kind
            block = None
        else:
            inside += (line.name == "BEGIN") - (line.name == "END")
            if block.kind == ZONE or (not inside and line.name not in ("BEGIN", "END")):
                _take(block, line)
    return Scanned(tuple(events), tuple(zones), names, calendars)


def keep_times(body: bytes, mine: Collection[str]) -> bytes:
    """A file with times and answers only; every line stays where it was.

    mine: the owner's addresses in lower case; everybody else becomes a number.
    """
    people: dict[str, str] = dict.fromkeys(mine, OWNER)
    kept: list[str] = []
    for line in read_lines(body):
        text = ""
        if line.name in KEPT:
            text = line.text
        elif line.name in PEOPLE:
            who = people.setdefault(_address(line.value), f"p{len(people) + 1}")
            marks = "".join(m[0].replace('"', "") for m in _marks(line.params))
            text = f"{line.name}{marks}:mailto:{who}"
        kept += [text, *[""] * (line.of - 1)]
    return "\r\n".join(kept).encode()


def _take(block: Block, line: Line) -> None:
    if line.name in KEPT:
        block.lines.append(line.text)
    elif line.name in PEOPLE:
        who = _address(line.value)
        sort = _SORT.search(line.params)
        if sort and sort[1].upper() in _ROOMS:
            return
        if line.name == "ORGANIZER":
            block.organiser = who
        else:
            answer = _ANSWER.search(line.params)
            block.people[who] = answer[1].lower() if answer else "needs-action"


def _marks(params: str) -> list[re.Match[str]]:
    return [m for m in (_ANSWER.search(params), _SORT.search(params)) if m]


def _address(value: str) -> str:
    return value.strip().lower().removeprefix("mailto:")


def _read_line(nr: int, of: int, text: str) -> Line:
    match = _LINE.match(text)
    if match is None:
        name, _, value = text.partition(":")
        return Line(nr, of, name.strip().upper(), "", value, text)
    return Line(nr, of, match[1].upper(), match[2], match[3], text)
