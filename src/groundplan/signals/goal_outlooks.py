"""What facts say of a goal: may it start, will it be reached, was it, and were the chances right.

Below the practices, because goals and updates must tell the same of one goal.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from groundplan.inference import chances
from groundplan.inference.chances import Record
from groundplan.inference.goal_chances import Aim, Outlook, foresee, settle
from groundplan.inference.reliability.verdicts import Reliability
from groundplan.records.goals import Goal
from groundplan.records.measured import Kpi
from groundplan.signals.kpis import Gauge, look
from groundplan.terms.errors import Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import SHARE

LONGEST_SILENCE: Final = timedelta(days=31)  # since the KPI's newest session, for a start
BY_HAND: Final = ("CSV",)  # what brought a session that nothing measured by itself


@dataclass(frozen=True, slots=True)
class Scored:
    """How the chances of goals came true. statements: that were scored, of so many goals."""

    record: Record | Unknown
    statements: int
    goals: int


def look_at_goal(goal: Goal, found: Gauge | Unknown, today: date) -> Outlook | Unknown:
    """How likely the KPI is at the goal's target over the closing days of its period."""
    if isinstance(found, Unknown):
        return found
    days, values = found.days(), found.values()
    inside = days < goal.period.end_on.toordinal()
    return foresee(days[inside], values[inside], _aim(goal), today.toordinal(), found.unit)


def judge_start(
    goal: Goal, kpi: Kpi | None, found: Gauge | Unknown, today: date, rng: np.random.Generator
) -> tuple[str, ...]:
    """What keeps a goal from starting, each with what to do; empty once its KPI can be trusted.

    It must be measured by itself, and see a change as large as that from baseline to target.
    """
    if kpi is None:
        return (f"There is no KPI {goal.kpi} here any more: define it again.",)
    if kpi.unit != goal.unit:
        return (
            f"{kpi.name} is measured in {kpi.unit} now, and the goal was set in {goal.unit}: park "
            "it and set it anew.",
        )
    told = look(found, kpi, rng, abs(goal.target - goal.baseline)).reliability
    if isinstance(found, Unknown) or isinstance(told, Unknown):
        return (f"{kpi.name} cannot be trusted yet: {told}.",)
    return (
        *_about_measuring(kpi, found, today),
        *told.to_do,
        *_about_baseline(goal, found, told),
    )


def _about_measuring(kpi: Kpi, found: Gauge, today: date) -> list[str]:
    to_do = []
    if kpi.runs and kpi.runs[-1].source in BY_HAND:
        to_do.append(
            "Its newest session was brought by hand: let it be measured by itself, by groundplan "
            "bench run or by a tool in CI."
        )
    if today - found.levels[-1].on > LONGEST_SILENCE:
        to_do.append(f"It was last measured on {found.levels[-1].on}: measure it again.")
    return to_do


def _about_baseline(goal: Goal, found: Gauge, told: Reliability) -> list[str]:
    """Where the KPI stands now, against what the goal says; half the way is no baseline."""
    sees = 0.0 if isinstance(told.sees.since_before, Unknown) else told.sees.since_before.value
    now, way = found.levels[-1].value, abs(goal.target - goal.baseline)
    if abs(now - goal.baseline) <= max(sees, way / 2):
        return []
    return [
        f"Its baseline is {found.unit.say(goal.baseline)}, but the KPI shows "
        f"{found.unit.say(now)}: park it and set it anew, from where you are."
    ]


def settle_goal(
    goal: Goal, found: Gauge | Unknown, today: date
) -> tuple[bool | None, float | None]:
    """Whether a goal was reached, and its KPI's mean over the closing days; None if unknown.

    Refused before its period is over, unless the target is met already.
    """
    over = goal.period.end_on <= today
    aim = _aim(goal) if over else Aim(goal.target, _is_lower(goal), float(today.toordinal()))
    level = found if isinstance(found, Unknown) else settle(found.days(), found.values(), aim)
    reached = None if isinstance(level, Unknown) else aim.is_met(level)
    if not over and not reached:
        raise Refused(
            f"{goal.due} is not over, and {goal.kpi} is not at {goal.target:g} {goal.unit} yet.",
            f"To make room, park it: groundplan goals park {goal.goal_id} REASON",
        )
    return reached, None if isinstance(level, Unknown) else level


def score_goals(known: Iterable[Goal]) -> Scored:
    """The record of all chances that were said of goals which have ended with a known result."""
    told = [
        (goal.goal_id, one.chance, goal.result.reached)
        for goal in known
        if goal.result is not None and goal.result.reached is not None
        for one in goal.told
        if one.chance is not None and one.on < goal.period.end_on
    ]
    pairs = [(chance, reached) for _, chance, reached in told]
    return Scored(chances.score(pairs), len(pairs), len({goal for goal, *_ in told}))


def say_result(goal: Goal) -> str:
    """How it ended, and which chances were said of it."""
    result = goal.result
    if result is None:
        return ""
    level = "" if result.level is None else f" at {result.level:.4g} {goal.unit}"
    ends = {True: "reached", False: "not reached", None: "nobody can tell: nothing was measured"}
    said = [SHARE.format(one.chance) for one in goal.told if one.chance is not None]
    chances = f" The chances that were said of it: {', '.join(said)}." if said else ""
    return f"{goal.goal_id} is closed, {ends[result.reached]}{level}.{chances}"


def _aim(goal: Goal) -> Aim:
    return Aim(goal.target, _is_lower(goal), float(goal.period.end_on.toordinal() - 1))


def _is_lower(goal: Goal) -> bool:
    return goal.target < goal.baseline
