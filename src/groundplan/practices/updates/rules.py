"""Updates as rows: what partners read, what is drafted, and how past statements came true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from groundplan.inference.stated_odds import StatedOdds, say_odds, score_odds
from groundplan.records.updates.deliveries import Step
from groundplan.records.updates.drafting import Outcome, judge_statement
from groundplan.records.updates.letters import Letter
from groundplan.records.updates.lines import Statement
from groundplan.records.updates.published import Kept, Month, Update
from groundplan.records.updates.recipients import Recipient
from groundplan.records.updates.shown import Shown
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Share

_MONTH: Final = {
    "help": "as 2026-01; last month while that is unpublished, else this one, if empty"
}
_NUMBER: Final = {"help": "the update's number, as listed"}
_DELIVERY: Final = {"help": "the delivery's number, as updates.outbox lists it"}
_LINES: Final = (
    "; each begins with what it is about, if facts follow it (M3: milestone, R7: request, G1: "
    "goal), and may end with a bar and the partners whom it is for: M3 Imports run | Ann Example"
)


@dataclass(frozen=True, slots=True)
class MonthInputs:
    """Which month."""

    month: str = field(default="", metadata=_MONTH)


@dataclass(frozen=True, slots=True)
class NumberInputs:
    """Which update."""

    number: int = field(metadata=_NUMBER)


@dataclass(frozen=True, slots=True)
class EditInputs:
    """The words of an update, in place of the draft's or those before."""

    month: str = field(metadata={"help": "as 2026-01"})
    done: tuple[str, ...] = field(
        default=(), metadata={"help": "only what facts show as done, done, done" + _LINES}
    )
    in_flight: tuple[str, ...] = field(
        default=(), metadata={"help": "what is under way; odds as 78% by 2026-12-15 are scored"}
    )
    slipped: tuple[str, ...] = field(default=(), metadata={"help": "what slipped, and why"})
    next: tuple[str, ...] = field(default=(), metadata={"help": "what comes next"})


@dataclass(frozen=True, slots=True)
class PublishInputs:
    """An approved month, and where it goes beside the page."""

    month: str = field(default="", metadata=_MONTH)
    mail: bool = field(default=True, metadata={"help": "e-mail partners what is for them"})
    chat: tuple[str, ...] = field(
        default=(), metadata={"help": "chat rooms that get it, by the names of their webhooks"}
    )


@dataclass(frozen=True, slots=True)
class DeliverInputs:
    """What a courier says of a delivery."""

    delivery: int = field(metadata=_DELIVERY)
    step: Step = field(metadata={"help": "claim it before it is tried, then what came of it"})
    reason: str = field(default="", metadata={"help": "why it was not sent"})
    retry_s: float = field(default=0.0, metadata={"help": "seconds that the server asks to wait"})


@dataclass(frozen=True, slots=True)
class ResendInputs:
    """Which delivery is to be tried again."""

    delivery: int = field(metadata=_DELIVERY)


@dataclass(frozen=True, slots=True)
class SubscribeInputs:
    """Whether one gets e-mail."""

    mail: bool = field(metadata={"help": "whether what is for you comes by e-mail too"})


@dataclass(frozen=True, slots=True)
class Updates:
    """What was published, the newest first; and whether each month was told in time. mail: whether
    the viewer gets e-mail."""

    published: tuple[Shown, ...]
    cadence: tuple[Kept, ...]
    mail: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What partners would be told. done, in_flight, slipped, next: lines as they are typed.

    edited: the words are a person's. approved: whose yes they have, "" without. troubles: why they
    cannot be; unsaid: what facts tell and they do not. published: the update that told this, or 0.
    """

    month: Month
    done: tuple[str, ...]
    in_flight: tuple[str, ...]
    slipped: tuple[str, ...]
    next: tuple[str, ...]
    shown: tuple[str, ...]
    edited: bool
    approved: str
    troubles: tuple[str, ...]
    unsaid: tuple[str, ...]
    published: int
    recipients: tuple[Recipient, ...]
    record: str


@dataclass(frozen=True, slots=True)
class Scored:
    """A statement of the past. held: None while its day has not come, or nothing tells."""

    month: Month
    ref: str
    by: date
    chance: Share
    forecast: Share | None
    held: bool | None


@dataclass(frozen=True, slots=True)
class Record:
    """How statements whose day has come turned out: as they were said, and by the forecasts that
    stood behind them."""

    statements: tuple[Scored, ...]
    said: StatedOdds | Unknown
    forecast: StatedOdds | Unknown
    says: str


@dataclass(frozen=True, slots=True)
class Outbox:
    """Every delivery of the team's updates, the newest first."""

    deliveries: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def score(updates: Sequence[Update], outcomes: Mapping[str, Outcome], today: date) -> Record:
    """How what updates stated came true; the same words about the same day count once."""
    first: dict[Statement, Scored] = {}
    for one in updates:
        for each in one.statements:
            held = judge_statement(each, outcomes, today)
            told = (one.month, each.ref, each.by, each.chance, each.forecast, held)
            first.setdefault(each, Scored(*told))
    every = tuple(first.values())
    over = [(each, each.held) for each in every if each.held is not None]
    said = score_odds([(one.chance, held, one.ref) for one, held in over])
    bare = [(one.forecast, held, one.ref) for one, held in over if one.forecast is not None]
    return Record(every, said, score_odds(bare), say_odds(said))
