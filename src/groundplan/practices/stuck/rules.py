"""Being stuck as rows: what one sees of one's own spells, what was found, how long it took."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from groundplan.inference.go_to import Expert
from groundplan.inference.stuck import Baseline, Lasted
from groundplan.records.stuck import How, Spell
from groundplan.records.words import check_line
from groundplan.signals.stuck_times import TeamTimes, Times
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import HOURS, SHARE, Hours

FOUND: Final = 5  # documents and words of an answer
TOLD_IN: Final = ("principles", "milestones", "intake", "updates")  # streams that are searched
_LABEL: Final = re.compile(r"[\s,;.]*\b(about|tried|unclear)\s*:\s*", re.IGNORECASE)
_NUMBER = {"help": "the spell's number, as listed"}


@dataclass(frozen=True, slots=True)
class BeginInputs:
    """What one is at, or stuck with; private."""

    about: str = field(
        metadata={
            "help": "a path, a symbol or a question; or all at once, as in a chat: "
            "src/api.py tried: a restart unclear: why it is empty"
        }
    )
    tried: str = field(default="", metadata={"help": "what was tried"})
    unclear: str = field(default="", metadata={"help": "what is unclear"})


@dataclass(frozen=True, slots=True)
class NumberInputs:
    """Which spell."""

    number: int = field(metadata=_NUMBER)


@dataclass(frozen=True, slots=True)
class NoteInputs:
    """What was tried since, or is unclear."""

    number: int = field(metadata=_NUMBER)
    tried: str = field(default="", metadata={"help": "what was tried"})
    unclear: str = field(default="", metadata={"help": "what is unclear"})


@dataclass(frozen=True, slots=True)
class ShowInputs:
    """Who may read a spell from now on."""

    number: int = field(metadata=_NUMBER)
    to: str = field(default="", metadata={"help": "a colleague's name or id; your lead if empty"})


@dataclass(frozen=True, slots=True)
class AnswerInputs:
    """What helps, or where to look."""

    number: int = field(metadata=_NUMBER)
    text: str = field(metadata={"help": "what helps, in a sentence or two"})


@dataclass(frozen=True, slots=True)
class EndInputs:
    """How a spell ended."""

    number: int = field(metadata=_NUMBER)
    how: How = field(default=How.ALONE, metadata={"help": "what got you on"})
    learnt: str = field(default="", metadata={"help": "what it was; you find it again next time"})


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answered."""

    by: str
    at: datetime
    text: str

    def __str__(self) -> str:
        return f"{self.by}: {self.text}"


@dataclass(frozen=True, slots=True)
class Row:
    """A spell as its reader has it. whose: a name, "you" for one's own; hours: without weekends."""

    number: int
    whose: str
    about: str
    tried: str
    unclear: str
    began_at: datetime
    hours: Hours
    shown_to: tuple[str, ...]
    answers: tuple[Reply, ...]
    how: How | None
    learnt: str


@dataclass(frozen=True, slots=True)
class Mine:
    """One's own spells, and those that others showed. nudge: today's one, "" without; nudged: the
    spell that it is about, 0 without."""

    running: tuple[Row, ...]
    asked_of_you: tuple[Row, ...]
    past: tuple[Row, ...]
    nudge: str
    nudged: int


@dataclass(frozen=True, slots=True)
class Written:
    """Where something was written about it."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


@dataclass(frozen=True, slots=True)
class Found:
    """A private answer. checked: how often those who are named so were right."""

    number: int
    about: str
    files: tuple[str, ...]
    people: tuple[Expert, ...]
    written: tuple[Written, ...]
    says: str
    checked: str


@dataclass(frozen=True, slots=True)
class Record:
    """Own times, and those of whom one answered. baseline: when one is nudged, and how rightly.

    counts: whether one's own times count for the team's.
    """

    answered: Times
    unblocked: Times
    answered_by_you: Times
    baseline: Baseline
    says: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Team:
    """How soon a team's spells were answered and over, of those who let theirs count."""

    answered: TeamTimes
    unblocked: TeamTimes


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    number: int
    says: str


def read_words(inputs: BeginInputs) -> dict[str, str]:
    """The body of a spell, also from one text as people type it in a chat."""
    about, *rest = _LABEL.split(inputs.about)
    told = {name.lower(): words for name, words in zip(rest[::2], rest[1::2], strict=True)}
    words = {"about": about or told.get("about", ""), **told}
    return {
        "about": check_line("about", words["about"]),
        "tried": check_words("tried", inputs.tried or words.get("tried", "")),
        "unclear": check_words("unclear", inputs.unclear or words.get("unclear", "")),
    }


def find_text(body: Mapping[str, object]) -> str:
    """The longest words of an entry, short enough for a line."""
    return max((each for each in body.values() if isinstance(each, str)), key=len, default="")[:160]


def check_words(name: str, text: str) -> str:
    """A line that may be empty."""
    return text.strip() and check_line(name, " ".join(text.split()))


def show(one: Spell, viewer: str, name: Callable[[str], str], now: datetime) -> Row:
    """A spell as a row."""
    return Row(
        number=one.number,
        whose="you" if one.owner == viewer else name(one.owner),
        about=one.about,
        tried=one.tried,
        unclear=one.unclear,
        began_at=one.began_at,
        hours=round(one.hours(now), 2),
        shown_to=tuple(map(name, one.shown)) if one.owner == viewer else (),
        answers=tuple(Reply(name(each.by), each.at, each.text) for each in one.answers),
        how=one.how,
        learnt=one.learnt,
    )


def list_lasted(own: Sequence[Spell], now: datetime) -> list[Lasted]:
    """Spells that are over and of which it is known how; asked is not alone."""
    return [
        Lasted(one.hours(now), one.how is How.ALONE and one.shown_at is None)
        for one in own
        if one.how not in (None, How.MOVED)
    ]


def say_nudge(one: Spell, baseline: Baseline, now: datetime) -> str:
    """Today's nudge, with how often nudges like it would have been right."""
    on = f"{HOURS.say(round(one.hours(now), 1))} on {one.about}"
    why = f"beyond the {HOURS.say(baseline.hours)} that all agree on"
    if not baseline.agreed:
        why = f"most of your own spells were over after {HOURS.say(baseline.hours)}"
    return f"You have been at it for {on}: {why}. {say_precision(baseline)}"


def say_precision(baseline: Baseline) -> str:
    """How often nudges would have been right, in a sentence."""
    found = baseline.precision
    if isinstance(found, Unknown):
        return "Whether such a nudge is right for you is not known yet."
    span = f"{SHARE.format(found.low)} to {SHARE.format(found.high)}"
    return f"Of {found.n} such nudges {SHARE.say(found.value)} would have been right ({span})."
