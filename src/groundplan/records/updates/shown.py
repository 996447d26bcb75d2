"""An update as its readers have it: what is public, what is for one partner, as a document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from groundplan.records.kinds import Body
from groundplan.records.updates.lines import Line, Section, Sections, pack
from groundplan.records.updates.published import Approval, Month, Update, Updates, pack_statements

HEADINGS: Final[Mapping[Section, str]] = {
    Section.DONE: "Done, done, done", Section.IN_FLIGHT: "In flight",
    Section.SLIPPED: "Slipped, and why", Section.NEXT: "Next",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A line as one reads it. shown: what facts, or the team's word, show of it."""

    ref: str
    text: str
    shown: tuple[str, ...]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Shown:
    """An update as the viewer may read it. yours: the lines that are for them. record: how past
    statements had come true by then. corrects: the update that it takes the place of, or 0."""

    number: int
    month: Month
    team: str
    published_on: date
    corrects: int
    yours: tuple[Row, ...]
    done: tuple[Row, ...]
    in_flight: tuple[Row, ...]
    slipped: tuple[Row, ...]
    next: tuple[Row, ...]
    record: str
    markdown: str

    def __str__(self) -> str:
        return f"{self.team}, {self.month}"


def check_done(sections: Sections, by_facts: Sections) -> tuple[str, ...]:
    """Why lines under done are not done: facts must show what each is about as done."""
    known = {line.ref for line in by_facts[Section.DONE]}
    return tuple(
        f"{line.ref or line.text[:40]!s} is not done, done, done: no facts show it."
        for line in sections[Section.DONE]
        if line.ref not in known
    )


def find_unsaid(sections: Sections, by_facts: Sections) -> tuple[str, ...]:
    """What facts tell of things that the words leave out, so that news are not missed."""
    said = {line.ref for lines in sections.values() for line in lines}
    told = (line for lines in by_facts.values() for line in lines)
    return tuple(f"{line.ref} {line.text}" for line in told if line.ref not in said)


def add_shown(sections: Sections, by_facts: Sections) -> Sections:
    """The lines with what facts show of what they are about."""
    shown = {line.ref: line.shown for line in by_facts[Section.DONE]}
    done = tuple(
        Line(one.ref, one.text, one.people, shown.get(one.ref, ()))
        for one in sections[Section.DONE]
    )
    return {**sections, Section.DONE: done}


def make_public(sections: Sections) -> Sections:
    """What every partner may read: nobody's requests, and not whom a line is for."""
    return {
        section: tuple(
            Line(one.ref, one.text, (), one.shown) for one in lines if not one.confidential
        )
        for section, lines in sections.items()
    }


def pick_for(sections: Sections, person: str) -> Sections:
    """The lines that are for one partner."""
    return {
        section: tuple(Line(o.ref, o.text, (), o.shown) for o in lines if person in o.people)
        for section, lines in sections.items()
    }


def count_lines(sections: Sections) -> int:
    """How many lines there are."""
    return sum(map(len, sections.values()))


def find_told(known: Updates, team: str, month: Month, given: Approval | None) -> Update | None:
    """The update that told a month in the approved words; in any words without an approval."""
    found = [one for one in known.of(team) if one.month == month]
    if given is not None:
        found = [one for one in found if one.sections == make_public(given.sections)]
    return found[0] if found else None


def write_update(given: Approval, known: Updates, team: str, month: Month, record: str) -> Body:
    """The body of an update: the approved words, as far as every partner may read them."""
    public = make_public(given.sections)
    refs = {line.ref for lines in public.values() for line in lines}
    stated = tuple(one for one in given.statements if one.ref in refs)
    before = find_told(known, team, month, None)
    return {
        "month": month,
        "sections": pack(public),
        "statements": pack_statements(stated),
        "record": record,
        "corrects": before.number if before else 0,
    }


def show(one: Update, viewer: str, team: str) -> Shown:
    """An update as a viewer reads it."""
    rows = {s: tuple(Row(o.ref, o.text, o.shown) for o in one.sections[s]) for s in Section}
    mine = one.digests.get(viewer, {})
    yours = tuple(Row(o.ref, o.text, o.shown) for lines in mine.values() for o in lines)
    return Shown(
        number=one.number,
        month=one.month,
        team=team,
        published_on=one.on,
        corrects=one.corrects,
        yours=yours,
        done=rows[Section.DONE],
        in_flight=rows[Section.IN_FLIGHT],
        slipped=rows[Section.SLIPPED],
        next=rows[Section.NEXT],
        record=one.record,
        markdown=write_markdown(one, team, yours),
    )


def write_markdown(one: Update, team: str, yours: Sequence[Row] = ()) -> str:
    """An update as a document."""
    lines = [f"# {escape(say_title(one.month, team))}", "", f"Published on {one.on}."]
    if yours:
        lines += ["", "## For you", "", *(f"- {escape(row.text)}" for row in yours)]
    for section in Section:
        lines += ["", f"## {HEADINGS[section]}", ""]
        for line in one.sections[section]:
            lines += [f"- {escape(line.text)}", *(f"  - {escape(each)}" for each in line.shown)]
        if not one.sections[section]:
            lines.append("Nothing.")
    return "\n".join([*lines, "", escape(one.record), ""])


def escape(text: str) -> str:
    """Words that Markdown takes as they are."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>#|" else letter for letter in text)


def say_title(month: Month, team: str) -> str:
    """What an update is called."""
    return f"{team}: {date.fromisoformat(f'{month}-01'):%B %Y}"
