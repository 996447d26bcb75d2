"""Milestones as rows: what is asked, what is agreed, and when it will be there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from groundplan.facts.links import check_link
from groundplan.records.milestone_checks import Standing
from groundplan.records.milestones import Notice, Sort
from groundplan.records.words import check_line
from groundplan.signals.signal import Finding
from groundplan.terms.errors import BadInput

MOST_POINTS: Final = 20  # what nobody can recite, nobody can be clear about

_NUMBER = {"help": "the milestone's number, as listed"}
_LINKED = "; after a bar the pull request, issue or branch that it is in: Import runs | #12"
_READ = "; after a bar the signal that reads it: Half the rework | rework"


class Word(StrEnum):
    """An answer."""

    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class DefineInputs:
    """A milestone, before anybody begins."""

    outcome: str = field(metadata={"help": "what will be so once it is done, in a sentence"})
    serves: str = field(metadata={"help": "the goal that it serves"})
    used_by: str = field(metadata={"help": "who will use it, and what for"})
    promised_on: date = field(metadata={"help": "the day that is promised"})
    must_haves: tuple[str, ...] = field(
        default=(), metadata={"help": "what it is not done without, at least one" + _LINKED}
    )
    success: tuple[str, ...] = field(
        default=(), metadata={"help": "what moves, and how far, at least one" + _READ}
    )
    guardrails: tuple[str, ...] = field(
        default=(), metadata={"help": "what must not get worse" + _READ}
    )
    nice_to_haves: tuple[str, ...] = field(
        default=(), metadata={"help": "what is dropped first" + _LINKED}
    )
    data_work: bool = field(default=False, metadata={"help": "it rests on data"})
    data_check: str = field(
        default="",
        metadata={"help": "how you see that the data is usable, not merely queryable" + _LINKED},
    )


@dataclass(frozen=True, slots=True)
class AnswerInputs:
    """Whether the direction is clear and convincing; your team reads it with your name."""

    number: int = field(metadata=_NUMBER)
    clear: Word = field(metadata={"help": "do you know what to do, and when it is done?"})
    convinced: Word = field(metadata={"help": "do you believe that it is the right thing to do?"})
    fact: str = field(default="", metadata={"help": "what fact would change your mind"})


@dataclass(frozen=True, slots=True)
class ReplyInputs:
    """A fact for somebody who is unclear or unconvinced; they say themselves if it is enough."""

    number: int = field(metadata=_NUMBER)
    answer: int = field(metadata={"help": "the answer's number, as listed"})
    fact: str = field(metadata={"help": "the fact, in a sentence"})
    link: str = field(metadata={"help": "where it can be seen"})


@dataclass(frozen=True, slots=True)
class StartInputs:
    """Which milestone begins. despite: disagree and commit, where the gate is shut."""

    number: int = field(metadata=_NUMBER)
    despite: str = field(
        default="", metadata={"help": "disagree and commit: why it starts although doubts stand"}
    )


@dataclass(frozen=True, slots=True)
class VerifyInputs:
    """What shows that a must-have, a metric or the use is as agreed."""

    number: int = field(metadata=_NUMBER)
    point: int = field(metadata={"help": "the number of what was agreed, as listed"})
    shows: str = field(metadata={"help": "what was seen, in a sentence"})
    link: str = field(metadata={"help": "where it can be seen: an address, a pull request"})


@dataclass(frozen=True, slots=True)
class ReplanInputs:
    """A later day, fewer nice-to-haves, or both; never fewer checks."""

    number: int = field(metadata=_NUMBER)
    reason: str = field(metadata={"help": "what changed"})
    promised_on: date | None = field(
        default=None, metadata={"help": "the day that is promised now"}
    )
    drop: tuple[int, ...] = field(default=(), metadata={"help": "nice-to-haves, by their numbers"})


@dataclass(frozen=True, slots=True)
class GiveUpInputs:
    """Which milestone is not to be reached, and why."""

    number: int = field(metadata=_NUMBER)
    reason: str = field(metadata={"help": "why it is given up"})


@dataclass(frozen=True, slots=True)
class PublishInputs:
    """What partners are told of a delay."""

    number: int = field(metadata=_NUMBER)
    text: tuple[str, ...] = field(
        default=(), metadata={"help": "what partners read; the draft as it stands if empty"}
    )


@dataclass(frozen=True, slots=True)
class Milestones:
    """Those before the start or under way, by the promised day; then the others, newest first."""

    active: tuple[Standing, ...]
    closed: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Notices:
    """What partners were told of delays, the newest first."""

    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def check_new(inputs: DefineInputs, today: date, signals: Collection[str]) -> dict[str, object]:
    """The body of a milestone; BadInput names the field that makes no sense."""
    if inputs.promised_on < today:
        raise BadInput("promised_on", inputs.promised_on.isoformat(), f"{today} or later")
    for name, lines in (("must_haves", inputs.must_haves), ("success", inputs.success)):
        if not lines:
            raise BadInput(name, "nothing", "at least one, each on a line")
    if inputs.data_work and not inputs.data_check:
        allowed = "how you see that the data is usable: data work is not done without it"
        raise BadInput("data_check", "nothing", allowed)
    said = [*_read_points(inputs, signals)]
    if len(said) > MOST_POINTS:
        raise BadInput("must_haves", f"{len(said)} points", f"at most {MOST_POINTS} with the rest")
    return {
        "outcome": check_line("outcome", inputs.outcome),
        "serves": check_line("serves", inputs.serves),
        "promised_on": inputs.promised_on.isoformat(),
        "points": said,
    }


def _read_points(inputs: DefineInputs, signals: Collection[str]) -> Iterator[dict[str, str]]:
    data = (inputs.data_check,) if inputs.data_check else ()
    sorts = {
        "must_haves": (Sort.MUST, inputs.must_haves), "data_check": (Sort.DATA, data),
        "nice_to_haves": (Sort.NICE, inputs.nice_to_haves),
        "success": (Sort.SUCCESS, inputs.success),
        "guardrails": (Sort.GUARDRAIL, inputs.guardrails), "used_by": (Sort.USE, (inputs.used_by,)),
    }  # fmt: skip
    for name, (sort, lines) in sorts.items():
        for line in lines:
            text, _, told = (line, "", "") if sort is Sort.USE else line.rpartition("|")
            text, told = (text, told.strip()) if text else (told or line, "")
            metric = sort in (Sort.SUCCESS, Sort.GUARDRAIL)
            if metric and told and told not in signals:
                raise BadInput(name, told[:40], f"a signal: {', '.join(sorted(signals))}")
            link = "" if metric else check_link(told)
            signal = told if metric else ""
            yield {"sort": sort, "text": check_line(name, text), "link": link, "signal": signal}


def find_sentence(rows: Sequence[Standing]) -> Finding | None:
    """A finding where a promised day will not be kept, or is not sure enough any more."""
    late = [row for row in rows if row.likely] or [row for row in rows if row.late]
    if not late:
        return None
    what = f"{len(late)} milestone{'s' if len(late) > 1 else ''}"
    detail = f"First: {late[0].outcome}, {late[0].promised_on}. A later day or less scope is left."
    become = "is to be expected late" if len(late) == 1 else "are to be expected late"
    unsure = "can no longer be promised for the day that was said"
    sentence = f"{what} {become if late[0].likely else unsure}."
    return Finding("milestones", sentence, 0.6, detail, "/milestones")
