"""Milestones as the journal holds them: what was agreed, what was answered, what shows it is done.

Below the practice `milestones`, because updates, goals and the intake of requests read them too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry

STREAM: Final = "milestones"
DEFINED: Final = "milestones.defined"
ANSWERED: Final = "milestones.answered"
REPLIED: Final = "milestones.replied"
STARTED: Final = "milestones.started"
VERIFIED: Final = "milestones.verified"
REPLANNED: Final = "milestones.replanned"
GIVEN_UP: Final = "milestones.given_up"
NOTICED: Final = "milestones.noticed"
KINDS: Final = (DEFINED, ANSWERED, REPLIED, STARTED, VERIFIED, REPLANNED, GIVEN_UP, NOTICED)


class Sort(StrEnum):
    """What a point of a milestone is."""

    MUST = "must-have"
    DATA = "data check"
    NICE = "nice-to-have"
    SUCCESS = "success metric"
    GUARDRAIL = "guardrail metric"
    USE = "use"


class Check(StrEnum):
    """The three of done, done, done."""

    BUILT = "built"
    PROVEN = "proven"
    USED = "used"


class State(StrEnum):
    """Where a milestone stands."""

    BEFORE = "before the start"
    UNDER_WAY = "under way"
    DONE = "done, done, done"
    GIVEN_UP = "given up"


ACTIVE: Final = (State.BEFORE, State.UNDER_WAY)
CHECKED: Final[Mapping[Check, frozenset[Sort]]] = {
    Check.BUILT: frozenset({Sort.MUST, Sort.DATA}),
    Check.PROVEN: frozenset({Sort.SUCCESS, Sort.GUARDRAIL}),
    Check.USED: frozenset({Sort.USE}),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What shows that a point holds. by: on whose word it rests, "" where facts show it."""

    on: date
    shows: str
    link: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was agreed. place: names it, from 1; link: to the work that settles it.

    signal: what a metric is read from, "" if nothing reads it yet. cut: why it was dropped.
    """

    place: int
    sort: Sort
    text: str
    link: str = ""
    signal: str = ""
    cut: str = ""
    proof: Proof | None = None

    def __str__(self) -> str:
        return f"{self.place}. {self.text}"


@dataclass(frozen=True, slots=True)
class Reply:
    """A fact that was laid beside a doubt."""

    by: str
    fact: str
    link: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said before the start. fact: which one would change their mind."""

    number: int
    by: str
    clear: bool
    convinced: bool
    fact: str
    on: date
    replies: tuple[Reply, ...] = ()

    @property
    def doubts(self) -> bool:
        """Whether it keeps the gate shut."""
        return not (self.clear and self.convinced)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone with all that was said of it.

    answers: by person, the last word of each. despite: why it started over doubts, if it did.
    moves: every promised day that was given up, with the reason. noticed_on: partners last heard.
    """

    number: int
    outcome: str
    serves: str
    points: tuple[Point, ...]
    promised_on: date
    by: str
    team: str
    defined_on: date
    answers: Mapping[str, Answer] = field(default_factory=dict)
    started_on: date | None = None
    despite: str = ""
    moves: tuple[tuple[date, str], ...] = ()
    noticed_on: date | None = None
    given_up: str = ""

    @property
    def standing(self) -> tuple[Point, ...]:
        """The points that were not cut."""
        return tuple(point for point in self.points if not point.cut)

    def behind(self, check: Check) -> tuple[Point, ...]:
        """The points that a check asks for."""
        return tuple(point for point in self.standing if point.sort in CHECKED[check])

    def passes(self, check: Check) -> bool:
        """Whether something shows every point that a check asks for."""
        return all(point.proof is not None for point in self.behind(check))

    @property
    def state(self) -> State:
        """Where it stands; done only once all three checks hold, never by anybody's tick."""
        if self.given_up:
            return State.GIVEN_UP
        if self.started_on is None:
            return State.BEFORE
        return State.DONE if all(map(self.passes, Check)) else State.UNDER_WAY


@dataclass(frozen=True, slots=True)
class Notice:
    """What partners were told of a delay, on a line each. about: the milestone's outcome."""

    on: date
    team: str
    about: str
    text: tuple[str, ...]


def settle(milestone: Milestone, found: Mapping[int, tuple[date, str]]) -> Milestone:
    """The milestone with what facts show of its points: by place, when, and in which words.

    Facts come before anybody's word.
    """
    points = tuple(
        replace(point, proof=Proof(*found[point.place], point.link))
        if point.place in found
        else point
        for point in milestone.points
    )
    return replace(milestone, points=points)


def step(known: Mapping[int, Milestone], entry: Entry) -> Mapping[int, Milestone]:
    """The milestones after one more entry."""
    if entry.kind == DEFINED:
        return {**known, entry.version: _read(entry)}
    one = known.get(entry.body["number"])
    if one is None:  # its definition was erased, or is not for this reader
        return known
    return {**known, one.number: _change(one, entry)}


def _change(one: Milestone, entry: Entry) -> Milestone:
    body, on = entry.body, entry.at.date()
    if entry.kind == ANSWERED:
        said = (body["clear"], body["convinced"], body["fact"])
        answer = Answer(entry.version, entry.by, *said, on)
        return replace(one, answers={**one.answers, entry.by: answer})
    if entry.kind == REPLIED:
        return replace(one, answers=_reply(one.answers, entry))
    if entry.kind == STARTED:
        return replace(one, started_on=on, despite=body["despite"])
    if entry.kind == VERIFIED:
        proof = Proof(on, body["shows"], body["link"], entry.by)
        points = (
            replace(point, proof=proof) if point.place == body["point"] else point
            for point in one.points
        )
        return replace(one, points=tuple(points))
    if entry.kind == REPLANNED:
        return _replan(one, body)
    if entry.kind == NOTICED:
        return replace(one, noticed_on=on)
    if entry.kind == GIVEN_UP:
        return replace(one, given_up=body["reason"])
    return one


def _read(entry: Entry) -> Milestone:
    body = entry.body
    points = tuple(
        Point(place, Sort(said["sort"]), said["text"], said["link"], said["signal"])
        for place, said in enumerate(body["points"], 1)
    )
    return Milestone(
        number=entry.version,
        outcome=body["outcome"],
        serves=body["serves"],
        points=points,
        promised_on=date.fromisoformat(body["promised_on"]),
        by=entry.by,
        team=entry.team,
        defined_on=entry.at.date(),
    )


def _reply(answers: Mapping[str, Answer], entry: Entry) -> Mapping[str, Answer]:
    reply = Reply(entry.by, entry.body["fact"], entry.body["link"])
    return {
        person: replace(said, replies=(*said.replies, reply))
        if said.number == entry.body["answer"]
        else said
        for person, said in answers.items()
    }


def _replan(one: Milestone, body: Mapping[str, Any]) -> Milestone:
    dropped, promised_on = body["dropped"], date.fromisoformat(body["promised_on"])
    points = tuple(
        replace(point, cut=body["reason"]) if point.place in dropped else point
        for point in one.points
    )
    moved = promised_on != one.promised_on
    moves = (*one.moves, (one.promised_on, body["reason"])) if moved else one.moves
    return replace(one, points=points, promised_on=promised_on, moves=moves)


NOTHING: Mapping[int, Milestone] = {}
MILESTONES: Final = Fold("milestones", NOTHING, step)


def _hear(notices: tuple[Notice, ...], entry: Entry) -> tuple[Notice, ...]:
    if entry.kind != NOTICED:
        return notices
    body = entry.body
    return (*notices, Notice(entry.at.date(), entry.team, body["about"], tuple(body["text"])))


UNHEARD: tuple[Notice, ...] = ()
NOTICES: Final = Fold("milestones.notices", UNHEARD, _hear)
