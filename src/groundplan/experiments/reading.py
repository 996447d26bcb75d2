"""The use cases that read: the list of studies, one in full, and the library of findings."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from groundplan.experiments import standing
from groundplan.experiments.drawing import ends_on, starts_on
from groundplan.experiments.inputs import Better, NumberInputs
from groundplan.experiments.library import pool_findings, say_prior
from groundplan.experiments.naming import name_units, spell_units
from groundplan.experiments.pulses import judge_guards, say_pulses
from groundplan.experiments.register import find_study
from groundplan.experiments.verdicts import read_verdict
from groundplan.experiments.views import Chance, Library, Row, Shown, Step, Studies
from groundplan.records.roster import name_of, team_name
from groundplan.records.studies import STREAM, Plan, Seal, Study, Units
from groundplan.records.study_folds import FINDINGS, STUDIES
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs


def list_studies(context: Context, _: Scope, __: NoInputs) -> Studies:
    """The studies that the viewer may read."""
    rows = [_row(context, one) for one in context.journal.fold(STREAM, STUDIES).values()]
    closed = (Step.NOTHING, Step.PUBLISH)
    return Studies(
        tuple(row for row in rows if row.waits_for not in closed),
        tuple(row for row in reversed(rows) if row.waits_for in closed),
    )


def read(context: Context, scope: Scope, inputs: NumberInputs) -> Shown:
    """A study in full: its plan, what it could see, how it was run, and what came out."""
    return show(context, scope, find_study(context, inputs.number))


def read_library(context: Context, _: Scope, __: NoInputs) -> Library:
    """What was found in all studies that were published, and what several say together."""
    found = context.journal.fold(STREAM, FINDINGS)
    named = [replace(one, team=team_name(context.roster, one.team)) for one in reversed(found)]
    return Library(tuple(named), pool_findings(found))


def _row(context: Context, one: Study) -> Row:
    today = context.now.date()
    return Row(
        number=one.number,
        question=one.question,
        intervention=one.intervention,
        team=team_name(context.roster, one.team),
        waits_for=standing.waits_for(one, today),
        says=standing.say_step(one, today),
        verdict=str(one.result.found["verdict"]) if one.result else "",
        ends_on=ends_on(one.plan, one.seal) if one.plan else None,
    )


def show(context: Context, scope: Scope, one: Study) -> Shown:
    """A study as its page and its report have it."""
    today, plan, seal = context.now.date(), one.plan, one.seal
    found = context.journal.fold(STREAM, FINDINGS)
    return Shown(
        number=one.number,
        question=one.question,
        intervention=one.intervention,
        hypothesis=one.hypothesis,
        team=team_name(context.roster, one.team),
        drafted_by=name_of(context.roster, one.by),
        drafted_on=one.drafted_on,
        waits_for=standing.waits_for(one, today),
        says=standing.say_step(one, today),
        yours=one.team == scope.team,
        **_measured(one),
        **_planned(plan, seal),
        chosen=spell_units(context, one, plan.units) if plan and not plan.whole else (),
        treated=spell_units(context, one, plan.treated) if plan else (),
        next_monday=monday_of(today) + timedelta(weeks=1),
        **_foreseen(one),
        **_sealed(context, seal),
        assignment=standing.begun_of(one, name_units(context, one), today),
        audit=standing.audit(one, today),
        deviations=one.deviations,
        looks=one.looks,
        pulses=say_pulses(one),
        draws=len(one.draws),
        verdict=read_verdict(one.result.found) if one.result else None,
        guards=judge_guards(one),
        analysed_on=one.result.on if one.result else None,
        published_on=one.published_on,
        given_up=one.given_up,
        prior=say_prior(found, one),
    )


def _foreseen(one: Study) -> dict[str, Any]:
    power = one.power
    return {
        "detects": power.detects if power else None,
        "power_says": power.says if power else (),
        "power_of_plan": power is not None and power.plan == one.plan_digest,
        "curve": tuple(Chance(*pair) for pair in power.curve) if power else (),
    }


def _sealed(context: Context, seal: Seal | None) -> dict[str, Any]:
    return {
        "sealed_on": seal.on if seal else None,
        "sealed_by": name_of(context.roster, seal.by) if seal else "",
        "digest": seal.digest if seal else "",
        "seed": seal.seed if seal else None,
        "exploratory": seal is not None and seal.exploratory,
        "despite": seal.despite if seal else "",
    }


def _measured(one: Study) -> dict[str, Any]:
    if one.measure is None:
        words = ("outcome", "outcome_says", "better", "guardrail", "guardrail_name",
                 "guardrail_better", "pulse")  # fmt: skip
        return {**dict.fromkeys(words, ""), "worth": 0.0, "margin": 0.0, "in_file": False}
    tasks = one.plan is not None and one.plan.kind is Units.TASKS
    return {
        "outcome": one.measure.outcome,
        "outcome_says": standing.say_measure(one.measure),
        "better": _better(more=one.measure.more_is_better),
        "worth": one.measure.worth,
        "guardrail": standing.say_guardrail(one.measure),
        "guardrail_name": one.measure.guardrail,
        "guardrail_better": _better(more=one.measure.guardrail_more_is_better),
        "margin": one.measure.margin,
        "in_file": one.measure.in_file or one.measure.guardrail_in_file or tasks,
        "pulse": one.measure.pulse,
    }


def _better(*, more: bool) -> str:
    return (Better.MORE if more else Better.LESS).value


def _planned(plan: Plan | None, seal: Seal | None) -> dict[str, Any]:
    return {
        "roll_out": plan.roll_out.value if plan else "",
        "kind": plan.kind.value if plan else "",
        "units": len(plan.units) if plan else 0,
        "units_say": standing.say_units(len(plan.units), plan.kind.value) if plan else "",
        "start_on": starts_on(plan, seal) if plan else None,
        "ends_on": ends_on(plan, seal) if plan else None,
        "weeks": plan.weeks if plan else 0,
        "weeks_before": plan.weeks_before if plan else 0,
        "step_weeks": plan.step_weeks if plan else 0,
        "dates": plan.dates if plan else 0,
        "because_of": plan.because_of if plan else "",
        "stop_rule": plan.stop_rule if plan else "",
    }
