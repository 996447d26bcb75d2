"""The lines of an update: what each is about, whom it is for, and what it states with odds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeAlias

from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput
from groundplan.terms.units import Share

MOST_LINES: Final = 30  # of a section: what nobody reads tells nobody anything
_REF: Final = re.compile(r"([MRGP]\d{1,9}) +(?=\S)")
_STATED: Final = re.compile(r"\b(\d{1,3})% by (\d{4}-\d{2}-\d{2})\b")
_SURE: Final = 0.99  # what is said as 100% is scored as nearly that: nothing is certain


class Section(StrEnum):
    """The four parts of an update."""

    DONE = "done"
    IN_FLIGHT = "in flight"
    SLIPPED = "slipped"
    NEXT = "next"

    @property
    def field(self) -> str:
        """Its name as an input."""
        return self.value.replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ref: what it is about (M3: milestone 3, R7: request 7, G1: goal 1, P9: a promise),
    "" for own words. people: the ids of the partners whom it is for. shown: where what it says can
    be seen."""

    ref: str
    text: str
    people: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    @property
    def confidential(self) -> bool:
        """Whether it is for nobody else: what somebody asked for is theirs and the team's."""
        return self.ref.startswith("R")


@dataclass(frozen=True, slots=True)
class Statement:
    """A day with odds, as it was said [share]. forecast: what the facts' own forecast said of that
    day, None where the words are a person's."""

    ref: str
    by: date
    chance: Share
    forecast: Share | None = None


Sections: TypeAlias = Mapping[Section, tuple[Line, ...]]
EMPTY: Final[Sections] = dict.fromkeys(Section, ())


def read_line(field: str, words: str, find_person: Callable[[str], str]) -> Line:
    """A line as somebody typed it: `[REF ]text[ | names]`; BadInput for one without text.

    find_person: the id of whoever is meant by a name. Other words that a bar divides stay text.
    """
    text, _, names = words.rpartition(" | ")
    text, names = (text, names) if text else (words, "")
    people = tuple(dict.fromkeys(find_person(name) for name in names.split(",") if name.strip()))
    text = check_line(field, text)
    found = _REF.match(text)
    ref, text = (found[1], text[found.end() :]) if found else ("", text)
    return Line(ref, text, people)


def write_line(line: Line, name: Callable[[str], str]) -> str:
    """A line as `read_line` reads it."""
    words = f"{line.ref} {line.text}" if line.ref else line.text
    return f"{words} | {', '.join(map(name, line.people))}" if line.people else words


def check_section(
    section: Section, words: Iterable[str], find_person: Callable[[str], str]
) -> tuple[Line, ...]:
    """The lines of a section; BadInput names the section for one that cannot be taken."""
    given = [each for each in words if each.strip()]
    if len(given) > MOST_LINES:
        raise BadInput(section.field, f"{len(given)} lines", f"at most {MOST_LINES}")
    return tuple(read_line(section.field, each, find_person) for each in given)


def find_statements(lines: Iterable[Line], forecasts: Iterable[Statement]) -> tuple[Statement, ...]:
    """What lines state, `78% by 2026-12-15`, each beside the forecast of that day if there is one.

    Left out: what is said of nothing that facts follow, and days that no calendar has.
    """
    known = {(one.ref, one.by): one.forecast for one in forecasts}
    return tuple(
        Statement(line.ref, on, chance, known.get((line.ref, on)))
        for line in lines
        if line.ref
        for chance, on in _read_odds(line.text)
    )


def _read_odds(text: str) -> Iterator[tuple[float, date]]:
    for percent, on in _STATED.findall(text):
        try:
            day = date.fromisoformat(on)
        except ValueError:
            continue
        if int(percent) <= 100:
            yield min(max(int(percent) / 100, 1 - _SURE), _SURE), day


def state_odds(chance: float, by: date) -> str:
    """Odds as `find_statements` reads them."""
    return f"{100 * min(max(chance, 1 - _SURE), _SURE):.0f}% by {by}"


def pack(sections: Sections) -> dict[str, list[dict[str, object]]]:
    """Sections as a body of the journal."""
    return {
        section.value: [
            {"ref": one.ref, "text": one.text, "people": list(one.people), "shown": list(one.shown)}
            for one in sections.get(section, ())
        ]
        for section in Section
    }


def unpack(body: Mapping[str, Any]) -> Sections:
    """Sections out of a body of the journal."""
    return {
        section: tuple(
            Line(one["ref"], one["text"], tuple(one["people"]), tuple(one["shown"]))
            for one in body[section.value]
        )
        for section in Section
    }
