"""Switching as rows: both courses, the choice as it was recorded, and what came of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Any, Final, TypeAlias

import numpy as np

from groundplan.facts.interruptions import Interruptions, InWork
from groundplan.inference.proportions import share_of
from groundplan.inference.resumption import GIVEN_UP, LEVEL
from groundplan.inference.switching import (
    GONE,
    HELD,
    MOST_URGENT,
    Advice,
    Range,
    Weighed,
    check_range,
    score_chances,
)
from groundplan.records.switched import Came, Choice, Chosen
from groundplan.records.words import check_line
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.period import after_working_days, working_days
from groundplan.terms.units import RATIO, Share, WorkingDays

MOST_ROWS: Final = 200
NEWS: Final = timedelta(weeks=2)  # for which a return is told on the team page
LONG: Final = 10.0  # working days aside, from which on a return is news

CHECKED: Final = (
    f"On public trackers 80% ranges for the time aside held in {HELD[0]:.0%} of {HELD[1]} cases; "
    f"{GONE[0]:.0%} were said to be given up, and {GONE[1]:.0%} of {GONE[2]} were."
)

Times: TypeAlias = Annotated[float, RATIO]
_TRACKER = {"help": "which tracker; the busiest if left out"}
_LOW = "; 80% sure with the next field; told from history if both are 0"
_HIGH = "at most so many"


@dataclass(frozen=True, slots=True)
class ListInputs:
    """Of which tracker, and which of what lies aside."""

    tracker: str = field(default="", metadata=_TRACKER)
    text: str = field(default="", metadata={"help": "words of what was set aside, or of its note"})


@dataclass(frozen=True, slots=True)
class CompareInputs:
    """An item in work, and what wants to go first."""

    item: str = field(metadata={"help": "the item in work, by its key, as listed"})
    new: str = field(metadata={"help": "what wants to go first, in a sentence"})
    left_low: WorkingDays = field(
        default=0.0, metadata={"help": "work left of the item, at least" + _LOW}
    )
    left_high: WorkingDays = field(default=0.0, metadata={"help": _HIGH})
    new_low: WorkingDays = field(default=0.0, metadata={"help": "the new work, at least" + _LOW})
    new_high: WorkingDays = field(default=0.0, metadata={"help": _HIGH})
    urgency: Times = field(
        default=1.0,
        metadata={"help": "a day's delay of the new work is as bad as so many of the item's"},
    )
    tracker: str = field(default="", metadata=_TRACKER)


@dataclass(frozen=True, slots=True)
class ChooseInputs(CompareInputs):
    """The choice between the two, with what was compared."""

    choice: Choice = field(default=Choice.FINISH, metadata={"help": "what the team does"})
    reason: str = field(default="", metadata={"help": "why"})
    note: str = field(
        default="", metadata={"help": "where the item stands, for whoever picks it up again"}
    )


@dataclass(frozen=True, slots=True)
class Lying:
    """An item that was set aside. back_on: None while it lies. note: where it stood."""

    item_id: str
    title: str
    since: date
    days: WorkingDays
    back_on: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Board:
    """What is in work, longest first; what lies aside, longest first; what came back in the last
    two weeks. given_up, ramp: as learnt so far. learnt_from: what they rest on; checked: how such
    claims did elsewhere."""

    tracker: str
    until: date | None
    in_work: tuple[InWork, ...]
    aside: tuple[Lying, ...]
    back: tuple[Lying, ...]
    given_up: Measured
    ramp: Measured
    learnt_from: str
    checked: str = CHECKED


@dataclass(frozen=True, slots=True)
class Done:
    """The days by which a piece of work is done on a course: 80% between low and high."""

    course: str
    work: str
    low_on: date
    middle_on: date
    high_on: date


@dataclass(frozen=True, slots=True)
class Compared:
    """Finishing first against switching now. The days hold where an item set aside comes back;
    given_up: the chance that it does not. The other fields are as in inference/switching.py."""

    item_id: str
    title: str
    new: str
    in_work_days: WorkingDays
    advice: Advice
    because: str
    days: tuple[Done, ...]
    delay_new: Measured
    delay_item: Measured
    given_up: Measured
    ramp: Measured
    lost: Measured
    worth: Measured
    learnt_from: str
    checked: str = CHECKED


@dataclass(frozen=True, slots=True)
class Record:
    """Choices, newest first, and what came of them. held: ranges that held, of those over.
    given_up: of what was set aside over half a year ago; said: the mean chance of it that was
    claimed; skill: of those chances. followed: of advice that was given."""

    choices: tuple[Chosen, ...]
    held: Measured
    given_up: Measured
    said: Share | None
    skill: Measured
    followed: Measured


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def check(inputs: CompareInputs) -> tuple[Range | None, Range | None]:
    """The ranges as typed; BadInput for what cannot be."""
    if not 0 < inputs.urgency <= MOST_URGENT:
        raise BadInput("urgency", inputs.urgency, f"more than 0, up to {MOST_URGENT:g}")
    check_line("new", inputs.new)
    return (
        check_range("left_low", inputs.left_low, inputs.left_high),
        check_range("new_low", inputs.new_low, inputs.new_high),
    )


def find_item(told: Interruptions, key: str) -> InWork:
    """The item in work of that key; NotFound if there is none."""
    wanted = key.strip().casefold().lstrip("#")
    found = [one for one in told.in_work if one.item_id.casefold().lstrip("#") == wanted]
    if not found:
        raise NotFound(f"No item {key.strip()[:80]!r} is in work.", "switching.list shows them.")
    return found[0]


def compare(
    found: Weighed | Unknown, item: InWork, new: str, today: date, learnt_from: str
) -> Compared:
    """The answer; where nothing can be told, every number says why."""
    about = (item.item_id, item.title, new, item.days)
    if isinstance(found, Unknown):
        return Compared(*about, Advice.CANNOT_TELL, str(found), (), *(found,) * 6, learnt_from)
    days = [
        _done(course, work, days, today)
        for course, both in (("finish first", found.finish), ("switch now", found.switch))
        for work, days in ((item.title, both.item), (new, both.new))
    ]
    return Compared(
        *about, found.advice, found.because, tuple(days), found.delay_new, found.delay_item,
        found.given_up, found.ramp, found.lost, found.worth, learnt_from,
    )  # fmt: skip


def _done(course: str, work: str, days: Estimate, today: date) -> Done:
    on = [after_working_days(today, each) for each in (days.low, days.value, days.high)]
    return Done(course, work, *on)


def write_choice(
    inputs: ChooseInputs, source: str, item: InWork, found: Weighed | Unknown, today: date
) -> Mapping[str, Any]:
    """The body of a choice: what was claimed stands in it, so that nobody can say it better."""
    weighed = None if isinstance(found, Unknown) else found
    low = high = given_up = None
    if weighed is not None:
        switched = inputs.choice is Choice.SWITCH
        days = (weighed.switch if switched else weighed.finish).item
        low, high = (after_working_days(today, end).isoformat() for end in (days.low, days.high))
        given_up = weighed.given_up.value if switched else None
    return {
        "source": source, "item_id": item.item_id, "title": item.title,
        "new": check_line("new", inputs.new), "choice": inputs.choice.value,
        "advice": (weighed.advice if weighed else Advice.CANNOT_TELL).value,
        "reason": inputs.reason.strip() and check_line("reason", inputs.reason),
        "note": inputs.note.strip() and check_line("note", inputs.note),
        "low_on": low, "high_on": high, "given_up": given_up, "urgency": inputs.urgency,
    }  # fmt: skip


def is_over(one: Chosen, today: date) -> bool:
    """Whether half a year has passed since a choice."""
    return working_days(one.on, today) > GIVEN_UP


def keep_record(choices: Sequence[Chosen], today: date) -> Record:
    """How choices, and what was claimed with them, turned out.

    Only what had its full time counts, so that what ends early is not counted more often.
    """
    held = [
        one.came is Came.DONE and one.low_on <= (one.ended_on or today) <= one.high_on
        for one in choices
        if one.low_on and one.high_on and one.high_on < today and one.came is not Came.GIVEN_UP
    ]
    ended = [one for one in choices if one.given_up is not None and is_over(one, today)]
    chances = np.array([one.given_up for one in ended], dtype=float)
    gone = np.array([one.came is Came.GIVEN_UP for one in ended], dtype=float)
    advised = [one for one in choices if one.advice != Advice.CANNOT_TELL]
    followed = sum(one.advice.startswith(one.choice) for one in advised)
    return Record(
        choices=tuple(reversed(choices)),
        held=share_of(sum(held), len(held), "ranges", level=LEVEL),
        given_up=share_of(float(gone.sum()), len(gone), "choices", level=LEVEL),
        said=float(chances.mean()) if ended else None,
        skill=score_chances(chances, gone),
        followed=share_of(followed, len(advised), "choices", level=LEVEL),
    )


def list_aside(
    told: Interruptions, notes: Mapping[str, str], text: str
) -> tuple[tuple[Lying, ...], tuple[Lying, ...]]:
    """What lies aside, longest first, and what came back lately, newest first."""
    words = text.casefold().split()
    rows = [
        Lying(one.item_id, one.title, one.since, working_days(one.since, one.until or told.until),
              one.until, notes.get(one.item_id, ""))
        for one in told.aside
        if one.ended != "dropped"
    ]  # fmt: skip
    rows = [
        row for row in rows
        if all(word in f"{row.item_id} {row.title} {row.note}".casefold() for word in words)
    ]  # fmt: skip
    lying = sorted((row for row in rows if row.back_on is None), key=lambda row: row.since)
    lately = [row for row in rows if row.back_on and told.until - row.back_on <= NEWS]
    lately.sort(key=lambda row: row.back_on or row.since, reverse=True)
    return tuple(lying[:MOST_ROWS]), tuple(lately[:MOST_ROWS])


def find_sentence(aside: Sequence[Lying], back: Sequence[Lying]) -> Finding | None:
    """What came back after long, else what has lain aside for so long that it is given up."""
    returned = [row for row in back if row.days >= LONG]
    if returned:
        one = returned[0]
        says = f"{one.title[:80]} is back in work after {one.days:g} working days aside."
        note = f"It stood here: {one.note}" if one.note else "Does anybody know where it stood?"
        return Finding("switching", says, 0.3, note, "/switching")
    forgotten = sum(row.days > GIVEN_UP for row in aside)
    if not forgotten:
        return None
    says = f"{forgotten} begun {'item has' if forgotten == 1 else 'items have'} lain aside for "
    says += "over half a year."
    hint = "Pick it up, or drop it for good."
    return Finding("switching", says, 0.2, hint, "/switching")
