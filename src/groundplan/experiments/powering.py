"""What a plan could see, told before anything begins."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from groundplan.experiments import inputs as asked
from groundplan.experiments.material import Brought, aim_of, check_sides, read_history
from groundplan.experiments.planning import LEAST_WEEKS_BEFORE
from groundplan.experiments.register import find_draft
from groundplan.experiments.tasks import detectable, read_tasks
from groundplan.experiments.views import Said
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.power import Power, find_units, foresee_power, say_power
from groundplan.inference.panels.sequential import plan_looks
from groundplan.records import studies as records
from groundplan.records.studies import STREAM, Measure, Plan, RollOut, Study, Units
from groundplan.terms.errors import Refused
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope
from groundplan.usecase import Context

MOST_POINTS: Final = 20
NOTHING_LEFT: Final = 99.0  # percent; nothing falls by more than all of it
LARGEST: Final = 500.0  # percent; beyond, no intervention needs a study
_WAVES: Final = 6


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What was foreseen. detects: in percent, None if nothing is; says: in sentences."""

    detects: float | None
    curve: tuple[tuple[float, float], ...]
    says: tuple[str, ...]


def show_power(context: Context, scope: Scope, inputs: asked.HistoryInputs) -> Said:
    """Say which effects the plan would find, from its units' own history; it is written down."""
    version, one = find_draft(context, scope, inputs.number)
    if one.plan is None or one.measure is None:
        raise Refused(f"Study {one.number} is not planned yet.", "Answer the questions first.")
    brought = Brought(inputs.panel, inputs.columns)
    if one.plan.kind is Units.TASKS:
        told = foresee_tasks(one.measure, brought, _level_of(one.plan))
    else:
        told = foresee(context, scope, one, brought)
    body: dict[str, Any] = {
        "number": one.number,
        "plan": one.plan_digest,
        "detects": told.detects,
        "curve": [list(pair) for pair in told.curve],
        "says": list(told.says),
    }
    context.journal.append(STREAM, records.POWERED, body, expected=version)
    return Said(one.number, " ".join(told.says))


def foresee(context: Context, scope: Scope, one: Study, brought: Brought) -> Foreseen:
    """The effects that a study of units over weeks would find."""
    assert one.plan is not None
    assert one.measure is not None
    plan, measure = one.plan, one.measure
    history, people = read_history(context, scope, one, aim_of(measure), brought)
    if people is not None:
        check_sides(plan, people, scope.floor)
    design = _design(plan, measure, history)
    treated, steps = _treated(plan, len(history.units)), _steps(plan)
    # half of the history at most, so that there are several stretches to plant effects into
    told = foresee_power(history, treated, plan.weeks_before, plan.weeks, context.rng,
                         steps=steps, design=design)  # fmt: skip
    if isinstance(told, Unknown):
        hints = [*_shorten(plan, history), *_advice(plan)]
        return Foreseen(None, (), (f"It could see nothing: {told}.", *hints))
    level = _level(history) if told.scale == "difference" else 1.0
    detects = told.detectable / level * (100 if told.scale == "difference" else 1)
    most = LARGEST if measure.more_is_better else NOTHING_LEFT
    known = detects if detects <= most else None
    if known is None:
        told = replace(told, detectable=math.inf)
    says = [say_power(told, _word(plan, told.units), "weeks")]
    if told.scale == "difference" and known is not None:
        says[0] = f"{says[0].rstrip('.')}: {known:.0f}% of the usual {level:.3g}."
    says.append(f"That is by {told.route.design}; {told.windows} stretches of history, "
                f"{told.runs} placebo interventions.")  # fmt: skip
    if told.route.strength == "suggestive":
        says.append("Without other units the answer is a hint at most, never a finding.")
    if known is None or known > measure.worth:
        says += [*_needed(context, one, history, design, told), *_advice(plan)]
    return Foreseen(known, _curve(told, level, most), tuple(says))


def _curve(told: Power, level: float, most: float) -> tuple[tuple[float, float], ...]:
    factor = 100 / level if told.scale == "difference" else 1.0
    every = max(1, len(told.effects) // MOST_POINTS)
    pairs = zip(told.effects[::every].tolist(), told.power[::every].tolist(), strict=True)
    return tuple(
        (round(effect * factor, 3), round(power, 4))
        for effect, power in pairs
        if effect * factor <= most
    )


def _needed(context: Context, one: Study, history: Panel, design: Design, told: Power) -> list[str]:
    """How many units would do, in a sentence; of pairs, as many as without pairing would."""
    assert one.plan is not None
    assert one.measure is not None
    plan, worth = one.plan, one.measure.worth
    if told.units < 2 or plan.roll_out is RollOut.DATE:
        return []
    if design.rule == "blocked":
        design = replace(design, rule="complete", strata=None)
    wanted = worth if told.scale == "percent" else worth / 100 * _level(history)
    found = find_units(history, wanted, plan.weeks_before, plan.weeks, context.rng,
                       treated_share=told.treated / told.units, steps=_steps(plan),
                       design=design)  # fmt: skip
    if isinstance(found, Unknown):
        return [f"For {worth:g}% no number of such units would do: {found.reason}."]
    return [f"For {worth:g}% you would need about {found} {_word(plan, found)}."]


def _shorten(plan: Plan, history: Panel) -> list[str]:
    """With how many weeks before the start the plan would fit into what is known of its units."""
    known = len(history.periods)
    left = known - plan.weeks
    if not LEAST_WEEKS_BEFORE <= left < plan.weeks_before:
        return []
    return [f"Its units are known for {known} weeks: compare with {left} weeks before or fewer."]


def _advice(plan: Plan) -> list[str]:
    if plan.kind is not Units.FILE:
        return ["Lots among tasks need fewer people: a few people do hundreds of tasks."]
    return []


def _design(plan: Plan, measure: Measure, history: Panel) -> Design:
    rules = {RollOut.HALF: "complete", RollOut.STEPPED: "complete", RollOut.PAIRS: "blocked"}
    strata = None
    if plan.roll_out is RollOut.PAIRS:
        levels = np.argsort(np.argsort(np.nanmean(history.outcome, axis=1), kind="stable"))
        strata = (levels // 2).astype(np.int64)
    return Design(
        rule=rules.get(plan.roll_out, "observed"),  # type: ignore[arg-type]
        strata=strata,
        better="higher" if measure.more_is_better else "lower",
        level=_level_of(plan),
    )


def _treated(plan: Plan, units: int) -> int:
    if plan.roll_out in (RollOut.DATE, RollOut.STEPPED):
        return units
    return min(units, len(plan.treated)) if plan.roll_out is RollOut.CHOSEN else units // 2


def _steps(plan: Plan) -> int:
    return min(len(plan.units), _WAVES) if plan.roll_out is RollOut.STEPPED else 1


def _level(history: Panel) -> float:
    return abs(float(np.nanmean(history.outcome))) or 1.0


def _word(plan: Plan, count: int) -> str:
    words = {Units.EVERYBODY: "team", Units.FILE: "units"}
    word = words.get(plan.kind, plan.kind.value)
    return (
        {"people": "person", "repositories": "repository"}.get(word, word) if count == 1 else word
    )


def _level_of(plan: Plan) -> float:
    """The level of the end, which pays for a look before it where one is planned."""
    return plan_looks(with_harm_look=bool(plan.stop_rule)).final_level


def foresee_tasks(measure: Measure, brought: Brought, level: float) -> Foreseen:
    """The effect that as many tasks as the file holds would show."""
    tasks = read_tasks(brought)
    people = len(set(tasks.person))
    detects = detectable(tasks, level)
    needed = math.ceil(
        len(tasks.names) * (math.log1p(detects / 100) / math.log1p(measure.worth / 100)) ** 2
    )
    says = [f"With {len(tasks.names)} tasks of {people} people you could detect {detects:.0f}% "
            "(80% power)."]  # fmt: skip
    if detects > measure.worth:
        says.append(f"For {measure.worth:g}% you would need about {needed:,} tasks.")
    return Foreseen(detects, (), tuple(says))
