"""Principles as rows: stated, invoked, reviewed, retired. No clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.words import check_line
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound, Refused

STREAM: Final = "principles"
STATED: Final = "principles.stated"
INVOKED: Final = "principles.invoked"
REVIEWED: Final = "principles.reviewed"
RETIRED: Final = "principles.retired"

MOST: Final = 10  # a list that nobody can recite guides nobody
YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class StateInputs:
    """A new principle."""

    text: str = field(metadata={"help": "the principle, in one sentence"})
    born_of: str = field(metadata={"help": "the incident or reflection that it comes from"})
    link: str = field(default="", metadata={"help": "where that is written down, an address"})


@dataclass(frozen=True, slots=True)
class InvokeInputs:
    """Where a principle settled a question."""

    number: int = field(metadata={"help": "the principle's number, as listed"})
    settled: str = field(metadata={"help": "the question or decision that it settled"})


@dataclass(frozen=True, slots=True)
class ReviewInputs:
    """Which principle was looked at again and stays."""

    number: int = field(metadata={"help": "the principle's number, as listed"})


@dataclass(frozen=True, slots=True)
class RetireInputs:
    """Which principle goes, and why."""

    number: int = field(metadata={"help": "the principle's number, as listed"})
    reason: str = field(metadata={"help": "why it no longer serves"})


@dataclass(frozen=True, slots=True)
class Invocation:
    """A question that a principle settled."""

    settled: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Principle:
    """A principle with all that was said of it. reviewed_at: stated or last kept."""

    number: int
    text: str
    born_of: str
    link: str
    by: str
    stated_at: datetime
    reviewed_at: datetime
    invocations: tuple[Invocation, ...] = ()
    retired: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A principle that holds. invoked: within the last year [times]; due: its review is."""

    number: int
    text: str
    born_of: str
    link: str
    stated_by: str
    stated_at: datetime
    invoked: int
    last_invoked_at: datetime | None
    last_settled: str
    review_on: date
    due: bool


@dataclass(frozen=True, slots=True)
class RetiredRow:
    """A principle that was taken off the list."""

    number: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Principles:
    """What holds, in the order in which it was stated, and what no longer does."""

    standing: tuple[Row, ...]
    retired: tuple[RetiredRow, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """What now holds."""

    number: int
    says: str


def step(known: Mapping[int, Principle], entry: Entry) -> Mapping[int, Principle]:
    """The principles after one more entry."""
    body = entry.body
    if entry.kind == STATED:
        said = (body["text"], body["born_of"], body["link"], entry.by, entry.at, entry.at)
        return {**known, entry.version: Principle(entry.version, *said)}
    one = known.get(body["number"])
    if one is None:  # its statement was erased, or is not for this reader
        return known
    if entry.kind == INVOKED:
        new = Invocation(body["settled"], entry.by, entry.at)
        one = replace(one, invocations=(*one.invocations, new))
    elif entry.kind == REVIEWED:
        one = replace(one, reviewed_at=entry.at)
    elif entry.kind == RETIRED:
        one = replace(one, retired=body["reason"])
    return {**known, one.number: one}


NOTHING: Mapping[int, Principle] = {}
PRINCIPLES: Final = Fold("principles", NOTHING, step)


def standing(known: Mapping[int, Principle]) -> list[Principle]:
    """Those that hold."""
    return [one for one in known.values() if not one.retired]


def show(one: Principle, stated_by: str, now: datetime) -> Row:
    """A principle as a row: its use within the year before `now`, and when it is to be reviewed."""
    recent = [said for said in one.invocations if said.at > now - YEAR]
    last = one.invocations[-1] if one.invocations else None
    review_at = one.reviewed_at + YEAR
    return Row(
        number=one.number,
        text=one.text,
        born_of=one.born_of,
        link=one.link,
        stated_by=stated_by,
        stated_at=one.stated_at,
        invoked=len(recent),
        last_invoked_at=last.at if last else None,
        last_settled=last.settled if last else "",
        review_on=review_at.date(),
        due=review_at <= now,
    )


def check_new(inputs: StateInputs, known: Mapping[int, Principle]) -> dict[str, str]:
    """The body of a new principle; BadInput by field, Refused where there are enough."""
    body = {
        "text": check_line("text", inputs.text),
        "born_of": check_line("born_of", inputs.born_of),
        "link": inputs.link.strip() and check_line("link", inputs.link),
    }
    if body["link"] and not body["link"].startswith(("https://", "http://")):
        raise BadInput("link", inputs.link[:40], "an address that begins with https://")
    if any(one.text.casefold() == body["text"].casefold() for one in standing(known)):
        raise Refused("That principle holds already.")
    if len(standing(known)) >= MOST:
        raise Refused(
            f"{MOST} principles hold already; a longer list guides nobody.", "Retire one first."
        )
    return body


def find_one(known: Mapping[int, Principle], number: int) -> Principle:
    """The principle of that number; NotFound if none holds."""
    one = known.get(number)
    if one is None or one.retired:
        raise NotFound(f"There is no principle {number}.", "principles.list shows their numbers.")
    return one


def find_sentence(rows: Sequence[Row]) -> Finding | None:
    """A finding where a year has passed without anybody looking at a principle."""
    due = [row for row in rows if row.due]
    if not due:
        return None
    idle = sum(row.invoked == 0 for row in due)
    what = "1 principle is" if len(due) == 1 else f"{len(due)} principles are"
    return Finding(
        about="principles",
        sentence=f"{what} due for the yearly review; {idle or 'none'} of them settled nothing "
        "in that year.",
        weight=0.15,
        detail="What nobody invokes is decoration: keep it with a reason, or retire it.",
        href="/principles",
    )
