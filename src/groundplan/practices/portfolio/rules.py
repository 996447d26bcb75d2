"""Candidates as rows: weighed against each other, declined with a prediction, scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np

from groundplan.inference.chances import Record, score
from groundplan.inference.portfolio import Candidate, Interval, Plan, Standing, plan
from groundplan.records.candidates import Candidate as Said
from groundplan.records.candidates import Place, Portfolio
from groundplan.records.words import check_line, check_number
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import PERSON_WEEKS, SHARE, PersonWeeks, Share, Style, Unit

MOST_WEEKS: Final = 100_000.0
MOST_VALUE: Final = 1e12
RISKY: Final = 0.3  # of worlds without any gain: a first project like that wants a safe second
SEED: Final = 1  # the same candidates, the same answer

_NUMBER = {"help": "the candidate's number, as listed"}


@dataclass(frozen=True, slots=True)
class FrameInputs:
    """What a plan must fit into."""

    capacity_weeks: PersonWeeks = field(metadata={"help": "what the team can do in the period"})
    unit: str = field(
        default="points", metadata={"help": "what value is told in, such as hours saved a year"}
    )


@dataclass(frozen=True, slots=True)
class AddInputs:
    """A candidate; each range holds what comes in 8 of 10 cases."""

    what: str = field(metadata={"help": "what would be done, in a sentence"})
    value_low: float = field(metadata={"help": "value if it is done, by whomever: at least"})
    value_high: float = field(metadata={"help": "at most"})
    weeks_low: PersonWeeks = field(metadata={"help": "what it costs the team: at least"})
    weeks_high: PersonWeeks = field(metadata={"help": "at most"})
    undone_low: float = field(default=0.0, metadata={"help": "value if nobody does it: at least"})
    undone_high: float = field(default=0.0, metadata={"help": "at most"})
    elsewhere: Share = field(
        default=0.0, metadata={"help": "the chance that it goes ahead without this team, 0 to 1"}
    )


@dataclass(frozen=True, slots=True)
class PickInputs:
    """Which candidate."""

    number: int = field(metadata=_NUMBER)


@dataclass(frozen=True, slots=True)
class DeclineInputs:
    """Which candidate goes, and what becomes of it."""

    number: int = field(metadata=_NUMBER)
    foretold: str = field(metadata={"help": "what happens if nobody does it, so that one can tell"})
    by_on: date = field(metadata={"help": "by when, a day to come"})
    chance: Share = field(metadata={"help": "how likely, 0.01 to 0.99"})


@dataclass(frozen=True, slots=True)
class SettleInputs:
    """What came of what was foretold."""

    number: int = field(metadata=_NUMBER)
    happened: bool = field(metadata={"help": "whether it happened by that day"})


@dataclass(frozen=True, slots=True)
class HoldInputs:
    """What one works on first, or beside it."""

    number: int = field(metadata=_NUMBER)
    place: Place = field(default="primary", metadata={"help": "first, or beside the first"})


@dataclass(frozen=True, slots=True)
class Row:
    """A candidate that is open or taken. standing: None until the capacity is said."""

    number: int
    what: str
    stage: str
    elsewhere: Share
    in_plan: bool
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class DeclinedRow:
    """A declined candidate. due: its day has come and nobody said what happened."""

    number: int
    what: str
    foretold: str
    by_on: date
    chance: Share
    happened: bool | None
    due: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody works on first and beside it; advice: where both are risky."""

    who: str
    primary: str
    second: str
    advice: str


@dataclass(frozen=True, slots=True)
class Board:
    """The portfolio. plan: the gain of the plan that gains most on average within the capacity."""

    capacity_weeks: PersonWeeks | None
    unit: str
    rows: tuple[Row, ...]
    plan: Estimate | None
    overruns: Share | None
    worlds: int
    declined: tuple[DeclinedRow, ...]
    held: tuple[Held, ...]
    record: Record | Unknown


@dataclass(frozen=True, slots=True)
class Done:
    """What now holds."""

    number: int
    says: str


def check_frame(inputs: FrameInputs) -> dict[str, Any]:
    """The body of a frame; BadInput by field."""
    check_number("capacity_weeks", inputs.capacity_weeks, 0, MOST_WEEKS)
    return {"capacity": inputs.capacity_weeks, "unit": check_line("unit", inputs.unit)[:40]}


def check_new(inputs: AddInputs, known: Portfolio) -> dict[str, Any]:
    """The body of a new candidate; BadInput by field, Refused if it stands there already."""
    what = check_line("what", inputs.what)
    ranges = {
        "value": _check_range(
            "value", inputs.value_low, inputs.value_high, -MOST_VALUE, MOST_VALUE
        ),
        "undone": _check_range(
            "undone", inputs.undone_low, inputs.undone_high, -MOST_VALUE, MOST_VALUE
        ),
        "weeks": _check_range("weeks", inputs.weeks_low, inputs.weeks_high, 0.01, MOST_WEEKS),
    }
    check_number("elsewhere", inputs.elsewhere, 0, 1)
    if any(one.what.casefold() == what.casefold() for one in known.staged("open", "taken")):
        raise Refused("That candidate stands there already.", "portfolio.list shows it.")
    return {"what": what, "elsewhere": inputs.elsewhere, **ranges}


def check_declined(inputs: DeclineInputs, today: date) -> dict[str, Any]:
    """The body of a refusal with its prediction; BadInput by field."""
    check_number("chance", inputs.chance, 0.01, 0.99)
    if inputs.by_on <= today:
        raise BadInput("by_on", inputs.by_on, "a day to come")
    foretold = check_line("foretold", inputs.foretold)
    return {"foretold": foretold, "by_on": inputs.by_on.isoformat(), "chance": inputs.chance}


def _check_range(name: str, low: float, high: float, least: float, most: float) -> list[float]:
    check_number(f"{name}_low", low, least, most)
    check_number(f"{name}_high", high, least, most)
    if low > high:
        raise BadInput(f"{name}_low", low, f"at most {name}_high, {high:g}")
    return [low, high]


def find_one(known: Portfolio, number: int, *stages: str) -> Said:
    """The candidate of that number in one of the stages; NotFound if there is none."""
    one = known.candidates.get(number)
    if one is None or one.stage not in stages:
        said = " or ".join(stages)
        raise NotFound(f"There is no {said} candidate {number}.", "portfolio.list shows them.")
    return one


@lru_cache(maxsize=64)
def weigh(candidates: tuple[Candidate, ...], capacity: float, unit: str) -> Plan:
    """The plan of these candidates."""
    valued = Unit("value", unit, Style.RATE)
    return plan(candidates, capacity, np.random.default_rng(SEED), valued, PERSON_WEEKS)


def _as_quantities(one: Said) -> Candidate:
    value, undone, weeks = (Interval(*ends) for ends in (one.value, one.undone, one.weeks))
    return Candidate(one.what, value, undone, one.elsewhere, weeks)


def show(known: Portfolio, today: date, names: Mapping[str, str]) -> Board:
    """The portfolio as rows, what belongs in the plan most often first. names: of people."""
    ours, gone = known.staged("open", "taken"), known.staged("declined")
    found = None
    if ours and known.capacity is not None:
        found = weigh(tuple(map(_as_quantities, ours)), known.capacity, known.unit)
    rows = [_show_item(one, found, at) for at, one in enumerate(ours)]
    rows.sort(key=_belongs, reverse=True)
    return Board(
        known.capacity, known.unit, tuple(rows), found.gain if found else None,
        found.overruns if found else None, found.worlds if found else 0,
        tuple(_show_declined(one, today) for one in gone),
        tuple(_show_held(known, rows, names)),
        score([(one.chance, one.happened) for one in gone if one.happened is not None]),
    )  # fmt: skip


def _show_item(one: Said, found: Plan | None, at: int) -> Row:
    standing = found.standings[at] if found else None
    chosen = found is not None and one.what in found.chosen
    return Row(one.number, one.what, one.stage, one.elsewhere, chosen, standing)


def _belongs(row: Row) -> float:
    share = row.standing.belongs if row.standing else None
    return share.value if isinstance(share, Estimate) else 0.0


def _show_declined(one: Said, today: date) -> DeclinedRow:
    assert one.by_on is not None
    due = one.happened is None and one.by_on <= today
    return DeclinedRow(one.number, one.what, one.foretold, one.by_on, one.chance, one.happened, due)


def _show_held(known: Portfolio, rows: Sequence[Row], names: Mapping[str, str]) -> list[Held]:
    by_number = {row.number: row for row in rows if row.stage == "taken"}
    held = []
    for who in dict.fromkeys(person for person, _ in known.held):
        places: tuple[Place, Place] = ("primary", "second")
        first, second = (by_number.get(known.held.get((who, place), 0)) for place in places)
        if first or second:
            shown = (first.what if first else "", second.what if second else "")
            held.append(Held(names.get(who, who), *shown, advise(first, second)))
    return held


def advise(first: Row | None, second: Row | None) -> str:
    """A word where the first project is risky and the second is no safe place."""
    risky, second_too = _loses(first), _loses(second)
    if risky is None or risky < RISKY:
        return ""
    risk = f"The first gains nothing in {SHARE.format(risky)} of worlds"
    if second is None:
        return f"{risk}: a safe second project would help."
    if second_too is not None and second_too >= RISKY:
        return f"{risk}, and the second in {SHARE.format(second_too)}: choose a safer second."
    return ""


def _loses(row: Row | None) -> float | None:
    return row.standing.loses if row is not None and row.standing is not None else None


def find_sentence(known: Portfolio, today: date) -> Finding | None:
    """A finding where the day of a prediction has come and nobody said what happened."""
    rows = (_show_declined(one, today) for one in known.staged("declined"))
    due = [row for row in rows if row.due]
    if not due:
        return None
    what = "1 prediction" if len(due) == 1 else f"{len(due)} predictions"
    return Finding(
        about="portfolio.declined",
        sentence=f"The day of {what} about declined work has come: did it happen?",
        weight=0.2,
        detail=f"Foretold: {due[0].foretold}",
        href="/portfolio",
    )
