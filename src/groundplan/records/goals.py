"""Goals as the journal holds them: set, begun, checked month by month, parked, closed, scored.

Below the practice `goals`, because alignment counts the time that went to them and updates tell
how they stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.goal_periods import name_period, next_month, read_period
from groundplan.records.journal import Entry
from groundplan.terms.errors import Refused
from groundplan.terms.period import Period

STREAM: Final = "goals"
FRAMED: Final = "goals.framed"
SET: Final = "goals.set"
STARTED: Final = "goals.started"
CHECKED: Final = "goals.checked"
PARKED: Final = "goals.parked"
RESUMED: Final = "goals.resumed"
CLOSED: Final = "goals.closed"
KINDS: Final = (FRAMED, SET, STARTED, CHECKED, PARKED, RESUMED, CLOSED)

MOST_ACTIVE: Final = 2  # of a team in one period
USUAL_MONTHS: Final = 6
LEAST_DAYS_OF_MONTH: Final = 15  # under way, for a month to owe a check


class State(StrEnum):
    """Where a goal stands."""

    SET = "not started"
    UNDER_WAY = "under way"
    PARKED = "parked"
    CLOSED = "closed"


OPEN: Final = (State.SET, State.UNDER_WAY)  # these take one of the two places


@dataclass(frozen=True, slots=True)
class Told:
    """What was known of a goal on a day: at its start, or at a progress check.

    says: how it goes, in somebody's words; "" at the start. level: of the KPI [its unit]; chance:
    of reaching the target by the end of the period [share]; None where it was not known.
    """

    on: date
    by: str
    says: str
    level: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """How a goal ended. reached: what the KPI says, None where it cannot tell; says: in words."""

    on: date
    by: str
    reached: bool | None
    level: float | None
    says: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal with all that was said of it.

    goal_id: such as G3, the same in every reader's eyes. kpi: its name; baseline, target: of it
    [its unit]; version: of its definition when the goal was set. due: the period's name, such as
    "2026 H2". key_result: of the wider organisation, which it serves. spans: when it was under
    way, the last one without an end while it is. parked: why, while it is. told: chances and
    progress, oldest first.
    """

    goal_id: str
    team: str
    title: str
    why: str
    kpi: str
    unit: str
    version: int
    baseline: float
    target: float
    due: str
    owner: str
    key_result: str
    if_not_done: str
    set_by: str
    set_on: date
    state: State = State.SET
    spans: tuple[tuple[date, date | None], ...] = ()
    parked: str = ""
    told: tuple[Told, ...] = ()
    result: Result | None = None

    @property
    def period(self) -> Period:
        """The period in which it is to be reached."""
        return read_period(self.due)

    @property
    def rests(self) -> bool:
        """Whether its KPI must go on being measured as it is."""
        return self.state in (State.UNDER_WAY, State.PARKED)

    @property
    def started_on(self) -> date | None:
        """When it was begun first; None before."""
        return self.spans[0][0] if self.spans else None

    @property
    def checks(self) -> tuple[Told, ...]:
        """Its progress checks: what was told after the start."""
        return tuple(one for one in self.told if one.says)

    def is_active(self, period: Period, today: date) -> bool:
        """Whether it takes a place in a period; one that is over takes it until it is closed."""
        if self.state not in OPEN:
            return False
        return self.due == name_period(period) or self.period.end_on <= today

    def is_named(self, text: str) -> bool:
        """Whether a text means it: its id stands in it, or it is its title."""
        words = re.findall(r"[A-Za-z]+\d+", text)
        return self.goal_id in words or text.strip().casefold() == self.title.casefold()


@dataclass(frozen=True, slots=True)
class Goals:
    """Every goal that the reader may read, by its id; and the length of periods, by team."""

    goals: Mapping[str, Goal] = field(default_factory=dict)
    months: Mapping[str, int] = field(default_factory=dict)

    def of_team(self, team: str) -> list[Goal]:
        """A team's goals, oldest first."""
        return [goal for goal in self.goals.values() if goal.team == team]

    def months_of(self, team: str) -> int:
        """How long a team's periods are [months]."""
        return self.months.get(team, USUAL_MONTHS)


class Month(StrEnum):
    """What became of the progress check of a month."""

    DONE = "done"
    MISSED = "missed"
    DUE = "due"


@dataclass(frozen=True, slots=True)
class MonthlyCheck:
    """The progress check of one month. first_on: the month's first day."""

    first_on: date
    stands: Month

    def __str__(self) -> str:
        return f"{self.first_on:%Y-%m} {self.stands}"


def list_checks(goal: Goal, today: date) -> tuple[MonthlyCheck, ...]:
    """The monthly checks that a goal owes up to a day, oldest first.

    A calendar month owes one if the goal was under way on 15 of its days; the month that is not
    over is due, never missed.
    """
    days = {day for span in goal.spans for day in _days(span, min(today, _last_day(goal)))}
    firsts = sorted({day.replace(day=1) for day in days})
    checked = {one.on.replace(day=1) for one in goal.checks}
    found = []
    for first in firsts:
        over = next_month(first) <= today
        under_way = sum(day.replace(day=1) == first for day in days)
        if first in checked:
            found.append(MonthlyCheck(first, Month.DONE))
        elif not over and goal.state is State.UNDER_WAY:
            found.append(MonthlyCheck(first, Month.DUE))
        elif over and under_way >= LEAST_DAYS_OF_MONTH:
            found.append(MonthlyCheck(first, Month.MISSED))
    return tuple(found)


def _last_day(goal: Goal) -> date:
    return goal.period.end_on - timedelta(days=1)


def _days(span: tuple[date, date | None], last: date) -> Iterable[date]:
    start, end = span[0], min(span[1] or last, last)
    return (start + timedelta(days=nr) for nr in range((end - start).days + 1))


def step(known: Goals, entry: Entry) -> Goals:
    """The goals after one more entry."""
    body = entry.body
    if entry.kind == FRAMED:
        return replace(known, months={**known.months, entry.team: body["months"]})
    if entry.kind == SET:
        new = _read(entry)
        return replace(known, goals={**known.goals, new.goal_id: new})
    one = known.goals.get(body["goal"])
    if one is None:  # its first entry was erased, or is not for this reader
        return known
    return replace(known, goals={**known.goals, one.goal_id: _change(one, entry)})


def _read(entry: Entry) -> Goal:
    body = entry.body
    texts = {
        name: body[name]
        for name in ("title", "why", "kpi", "unit", "due", "owner", "key_result", "if_not_done")
    }
    return Goal(
        goal_id=f"G{entry.version}",
        team=entry.team,
        version=body["version"],
        baseline=body["baseline"],
        target=body["target"],
        set_by=entry.by,
        set_on=entry.at.date(),
        **texts,
    )


def _change(one: Goal, entry: Entry) -> Goal:
    body, on = entry.body, entry.at.date()
    if entry.kind in (STARTED, CHECKED):
        known = (body["says"], body["level"], body["chance"])
        one = replace(one, told=(*one.told, Told(on, entry.by, *known)))
    if entry.kind == RESUMED and not one.spans:
        return replace(one, state=State.SET, parked="")
    if entry.kind in (STARTED, RESUMED):
        spans = (*one.spans, (on, None))
        return replace(one, state=State.UNDER_WAY, spans=spans, parked="")
    if entry.kind == PARKED:
        return replace(one, state=State.PARKED, spans=_end(one, on), parked=body["reason"])
    if entry.kind == CLOSED:
        result = Result(on, entry.by, body["reached"], body["level"], body["says"])
        return replace(one, state=State.CLOSED, spans=_end(one, on), result=result)
    return one


def _end(one: Goal, on: date) -> tuple[tuple[date, date | None], ...]:
    return tuple((start, end or on) for start, end in one.spans)


def list_active(known: Goals, team: str, period: Period, today: date) -> list[Goal]:
    """The team's goals that take a place in a period."""
    return [goal for goal in known.of_team(team) if goal.is_active(period, today)]


def check_place(known: Goals, team: str, period: Period, today: date) -> None:
    """Refused where two goals are active already; parking one, with a reason, makes room."""
    active = list_active(known, team, period, today)
    if len(active) >= MOST_ACTIVE:
        named = " and ".join(f"{goal.goal_id} ({goal.title})" for goal in active)
        raise Refused(
            f"{MOST_ACTIVE} goals are active in {name_period(period)}: {named}. A third one would "
            "be served by taking from these.",
            f"Park one, with the reason: groundplan goals park {active[-1].goal_id} REASON",
        )


GOALS: Final = Fold("goals", Goals(), step)
