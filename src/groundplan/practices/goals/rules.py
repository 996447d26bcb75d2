"""Goals as rows: what keeps one from starting, where it stands, what became of its chances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from groundplan.inference.goal_chances import Aim, Outlook
from groundplan.records.goal_periods import name_period
from groundplan.records.goals import Goal, Month, MonthlyCheck, State, list_checks
from groundplan.records.measured import Kpi
from groundplan.records.words import check_line
from groundplan.signals.kpis import Gauge, Level
from groundplan.signals.signal import Finding
from groundplan.sources.measurements.history import Point
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.period import Period
from groundplan.terms.units import SHARE

MOST_LEVELS: Final = 200  # of a series
_GOAL: Final = {"help": "the goal's id, as listed, such as G3"}


@dataclass(frozen=True, slots=True)
class SetInputs:
    """A goal: what for, by which KPI, from where to where."""

    title: str = field(metadata={"help": "what will be so, in a sentence"})
    why: str = field(metadata={"help": "why it matters to whom"})
    kpi: str = field(metadata={"help": "the KPI that shows it, as benchmarks list it"})
    target: float = field(metadata={"help": "what the KPI is to show in the end [its unit]"})
    owner: str = field(metadata={"help": "who answers for it"})
    key_result: str = field(
        metadata={
            "help": "of the wider organisation, which it serves: words, or a key of alignment"
        }
    )
    if_not_done: str = field(metadata={"help": "what happens if it is not done"})
    baseline: float | None = field(
        default=None, metadata={"help": "what the KPI shows now [its unit]; no goal without one"}
    )
    due: str = field(default="", metadata={"help": "its period, such as 2026 H2; else this one"})


@dataclass(frozen=True, slots=True)
class GoalInputs:
    """Which goal."""

    goal: str = field(metadata=_GOAL)


@dataclass(frozen=True, slots=True)
class SayInputs:
    """Which goal, and how it goes or what came of it."""

    goal: str = field(metadata=_GOAL)
    says: str = field(metadata={"help": "in your words; what the KPI shows stands beside them"})


@dataclass(frozen=True, slots=True)
class ParkInputs:
    """Which goal makes room, and why."""

    goal: str = field(metadata=_GOAL)
    reason: str = field(metadata={"help": "why it is parked"})


@dataclass(frozen=True, slots=True)
class FrameInputs:
    """How long the team's periods are."""

    months: int = field(metadata={"help": "3, 4, 6 or 12, counted from January"})


@dataclass(frozen=True, slots=True)
class Serving:
    """A milestone under a goal."""

    number: int
    outcome: str
    state: str
    promised_on: date

    def __str__(self) -> str:
        return f"{self.number}. {self.outcome} ({self.state}, promised for {self.promised_on})"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a goal stands today. to_do: what keeps it from starting; empty once it has begun.

    outlook: where its KPI stands and will be; checks: of the months that owe one; missed: how many
    were.
    """

    goal_id: str
    title: str
    state: State
    due: str
    days_left: int
    outlook: Outlook | Unknown
    to_do: tuple[str, ...]
    checks: tuple[MonthlyCheck, ...]
    missed: int
    check_due: bool
    milestones: tuple[Serving, ...]
    goal: Goal


@dataclass(frozen=True, slots=True)
class Listed:
    """The goals that take a place now, then parked and closed ones, newest first.

    period: the one that runs; free: places left in it.
    """

    period: str
    free: int
    active: tuple[Standing, ...]
    parked: tuple[Standing, ...]
    closed: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A goal with its KPI's series, and the changes of its level."""

    standing: Standing
    levels: tuple[Level, ...]
    changes: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Time:
    """What share of the team's active days went to a goal, since it was begun."""

    goal: str
    share: Measured


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    goal: str
    says: str


def check_new(
    inputs: SetInputs, kpi: Kpi, found: Gauge | Unknown, period: Period
) -> dict[str, object]:
    """The body of a goal; BadInput names the field that makes no sense."""
    if inputs.baseline is None:
        now = f"; now {found.levels[-1].value:.4g} {kpi.unit}" if isinstance(found, Gauge) else ""
        hint = "Without a baseline nobody could tell what the goal has moved."
        raise BadInput("baseline", "nothing", f"what {kpi.name} shows before the start{now}", hint)
    for name, value in (("baseline", inputs.baseline), ("target", inputs.target)):
        if not math.isfinite(value):
            raise BadInput(name, value, "a number")
    aim = Aim(inputs.target, kpi.better == "lower", 0.0)
    if aim.is_met(inputs.baseline):
        allowed = f"{'below' if aim.lower_is_better else 'above'} the baseline, as {kpi.better} is "
        raise BadInput("target", f"{inputs.target:g}", f"{allowed}better for {kpi.name}")
    words = ("title", "why", "owner", "key_result", "if_not_done")
    texts = {name: check_line(name, getattr(inputs, name)) for name in words}
    return {
        **texts, "kpi": kpi.name, "unit": kpi.unit, "version": kpi.version,
        "baseline": float(inputs.baseline), "target": float(inputs.target),
        "due": name_period(period),
    }  # fmt: skip


def find_sentence(goals: Sequence[Goal], today: date) -> Finding | None:
    """A finding where a monthly check is missing."""
    for goal in goals:
        checks = list_checks(goal, today)
        missed = sum(one.stands is Month.MISSED for one in checks)
        if goal.state is State.UNDER_WAY and checks and checks[-1].stands is not Month.DONE:
            so_far = f"{missed} missed so far" if missed else "this month's is due"
            sentence = f"{goal.goal_id} waits for its monthly progress check: {so_far}."
            return Finding("goals", sentence, 0.5, f"{goal.title}.", "/goals")
    return None


def say_chance(row: Standing) -> str:
    """The chance in a sentence, as it is recorded."""
    if isinstance(row.outlook, Unknown):
        return f"How likely it is reached is not known yet: {row.outlook}."
    return f"{SHARE.format(row.outlook.chance)} likely to be at its target at the end of {row.due}."


def stand(
    goal: Goal,
    outlook: Outlook | Unknown,
    to_do: tuple[str, ...],
    milestones: tuple[Serving, ...],
    today: date,
) -> Standing:
    """A goal as a row."""
    checks = list_checks(goal, today)
    return Standing(
        goal_id=goal.goal_id,
        title=goal.title,
        state=goal.state,
        due=goal.due,
        days_left=max((goal.period.end_on - today).days, 0),
        outlook=outlook,
        to_do=to_do,
        checks=checks,
        missed=sum(one.stands is Month.MISSED for one in checks),
        check_due=any(one.stands is Month.DUE for one in checks),
        milestones=milestones,
        goal=goal,
    )
