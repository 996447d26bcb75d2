"""Promises as rows: what was said, and what became of it. No clock, no store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from groundplan.facts.links import check_link
from groundplan.inference.estimation import Ranged
from groundplan.inference.estimation_backtest import Backtest
from groundplan.inference.outcomes import LeftOut
from groundplan.inference.track_record import TrackRecord, Verdict
from groundplan.records.journal import Visibility
from groundplan.records.promised import Promise, State
from groundplan.records.words import check_line
from groundplan.sources.csv.shape import Guess
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.period import LEAST_DAYS, working_days
from groundplan.terms.units import FileText, Share, WorkingDays

MOST_DAYS: Final = 2_600.0  # ten years
LEAST_ODDS: Final = 0.5
MOST_ODDS: Final = 0.99
USUAL_ODDS: Final = 0.8

_LOW = {"help": "not done before so many working days"}
_HIGH = {"help": "done within so many working days"}
_ODDS = {"help": "how sure, 0.5 to 0.99: 0.8 means 8 of 10"}
_NUMBER = {"help": "the promise's number, as listed"}


@dataclass(frozen=True, slots=True)
class MakeInputs:
    """A promise: a range of working days with odds, or a date that one accepts."""

    what: str = field(metadata={"help": "what will be done, in a sentence"})
    low_days: WorkingDays = field(default=LEAST_DAYS, metadata=_LOW)
    high_days: WorkingDays = field(default=0.0, metadata=_HIGH)
    by: date | None = field(default=None, metadata={"help": "or: the date that you accept"})
    odds: Share = field(default=USUAL_ODDS, metadata=_ODDS)
    link: str = field(default="", metadata={"help": "the pull request, issue or branch it is in"})
    share: Visibility = field(default=Visibility.PRIVATE, metadata={"help": "who may read it"})


@dataclass(frozen=True, slots=True)
class SettleInputs:
    """Which promise is done, and since when."""

    number: int = field(metadata=_NUMBER)
    done_on: date | None = field(default=None, metadata={"help": "the day; today if empty"})


@dataclass(frozen=True, slots=True)
class WithdrawInputs:
    """Which promise no longer holds, and why."""

    number: int = field(metadata=_NUMBER)
    reason: str = field(metadata={"help": "why it no longer holds"})


@dataclass(frozen=True, slots=True)
class SuggestInputs:
    """The range that one would say."""

    low_days: WorkingDays = field(metadata=_LOW)
    high_days: WorkingDays = field(metadata=_HIGH)
    odds: Share = field(default=USUAL_ODDS, metadata=_ODDS)


@dataclass(frozen=True, slots=True)
class CalibrateInputs:
    """A history of estimates, from any tool."""

    history: FileText = field(
        metadata={"help": "a CSV file: person, item, estimate, actual, at; others are guessed"}
    )
    columns: tuple[str, ...] = field(
        default=(), metadata={"help": "what a column holds, such as actual=Took"}
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many promises came to what; late ones count as missed."""

    made: int
    open: int
    kept: int
    exceeded: int
    missed: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Mine:
    """One's own promises: the open ones by the day they are due, the others newest first."""

    open: tuple[Promise, ...]
    closed: tuple[Promise, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Record:
    """How one's own ranges did. beaten: of the people in the published reference, how many miss
    by more [share]."""

    record: TrackRecord | Unknown
    beaten: Measured
    says: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The range that one's own history would say instead, and why."""

    range: Ranged
    says: str


@dataclass(frozen=True, slots=True)
class Shared:
    """A promise that was shared. who: the team; inside the team, whose it is."""

    who: str
    what: str
    state: State
    odds: Share
    made_on: date
    low_on: date
    high_on: date
    done_on: date | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was promised to others: the open ones by the day they are due, then newest first."""

    open: tuple[Shared, ...]
    closed: tuple[Shared, ...]
    counts: Counts


@dataclass(frozen=True, slots=True)
class Calibration:
    """How ranges would have held over a whole history, each said from what was known before.

    guesses: which column was taken for what; left_out: rows without a ratio, by reason.
    """

    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    people: int
    items: int
    left_out: LeftOut
    backtest: Backtest | Unknown


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def show_shared(promise: Promise, who: str) -> Shared:
    """A promise as those read it with whom it was shared."""
    span = (promise.odds, promise.made_on, promise.low_on, promise.high_on, promise.done_on)
    return Shared(who, promise.what, promise.state, *span)


def count(promises: Iterable[Promise]) -> Counts:
    """How many promises came to what."""
    found = Counter(promise.state for promise in promises)
    return Counts(
        made=found.total(),
        open=found[State.OPEN],
        kept=found[State.KEPT],
        exceeded=found[State.EXCEEDED],
        missed=found[State.MISSED] + found[State.LATE],
        withdrawn=found[State.WITHDRAWN],
    )


def check_made(inputs: MakeInputs, today: date) -> dict[str, object]:
    """The body of a promise; BadInput names the field that makes no sense."""
    what, link = check_line("what", inputs.what), check_link(inputs.link)
    low, high = inputs.low_days, inputs.high_days
    if inputs.by is not None:
        if high or inputs.by < today:
            allowed = "a date or a range, not both" if high else f"{today} or later"
            raise BadInput("by", inputs.by.isoformat(), allowed)
        high = working_days(today, inputs.by)
    check_range(low, high, inputs.odds)
    return {"what": what, "low_days": low, "high_days": high, "odds": inputs.odds, "link": link}


def check_range(low: float, high: float, odds: float) -> None:
    """BadInput, naming the field, unless it is a range of working days with odds."""
    for name, value in (("low_days", low), ("high_days", high)):
        if not LEAST_DAYS <= value <= MOST_DAYS:  # NaN fails too
            raise BadInput(name, value, f"{LEAST_DAYS} to {MOST_DAYS:,.0f} working days")
    if low > high:
        raise BadInput("low_days", low, f"at most high_days, {high:g}")
    if not LEAST_ODDS <= odds <= MOST_ODDS:
        hint = f"Write {odds / 100:g} for {odds:g}%." if 50 <= odds <= 99 else ""
        raise BadInput("odds", odds, f"{LEAST_ODDS} to {MOST_ODDS}", hint)


def check_number(promises: Mapping[int, Promise], number: int) -> Promise:
    """The promise of that number; NotFound if there is none, Refused if it was withdrawn."""
    if number not in promises:
        raise NotFound(f"You made no promise {number}.", "promises.list shows them with numbers.")
    if promises[number].withdrawn:
        raise Refused(f"Promise {number} was withdrawn: {promises[number].withdrawn}")
    return promises[number]


def say_record(record: TrackRecord | Unknown) -> str:
    """The track record in a sentence."""
    if isinstance(record, Unknown):
        return "No promise is settled yet: settle a few, and this tells how often your ranges hold."
    held = f"{record.kept} of {record.settled} settled ranges held, stated at {record.stated:.0%}"
    said = f"{held}: {_VERDICTS[record.verdict]}."
    if record.verdict is Verdict.TOO_NARROW and record.exceeded > 2 * record.missed:
        said += " Most others came out earlier than you said."
    return said


_VERDICTS: Final = {
    Verdict.AS_STATED: "about as often as you say",
    Verdict.TOO_NARROW: "less often than you say; wider ranges would be honest",
    Verdict.TOO_WIDE: "more often than you say; narrower ranges would do",
    Verdict.UNKNOWN: "too few to tell yet",
}


def say_suggestion(said: Ranged, low: float, high: float) -> str:
    """Why another range, in a sentence."""
    if isinstance(said, Unknown):
        return str(said)
    span = f"{said.unit.format(said.low)} to {said.unit.say(said.high)}"
    things = "promise" if said.own_items == 1 else "promises"
    behind = (
        f"your own {said.own_items} settled {things}"
        if said.own_items
        else "how other people's estimates came out, as you have settled none yet"
    )
    return f"At {said.odds:.0%}, rather {span} than {low:g} to {high:g}: that goes by {behind}."
