"""The use cases that answer: the one look for harm, the one analysis, and what is published."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from groundplan.experiments import inputs as asked
from groundplan.experiments.drawing import ends_on, starts_on
from groundplan.experiments.material import Brought, Material, aim_of, gather, guardrail_of
from groundplan.experiments.outcomes import OUTCOMES
from groundplan.experiments.register import find_sealed, find_study
from groundplan.experiments.standing import fails_audit
from groundplan.experiments.tasks import analyse_tasks, watch_harm
from groundplan.experiments.verdicts import (
    as_body,
    harm_p,
    read_verdict,
    say_effect,
    say_scale,
    speak,
    stop,
    verdict_of,
)
from groundplan.experiments.views import Moved, Said, Verdict
from groundplan.inference.panels.analysis import analyse
from groundplan.inference.panels.findings import Finding
from groundplan.inference.panels.sequential import plan_looks
from groundplan.records import studies as records
from groundplan.records.journal import Visibility
from groundplan.records.studies import STREAM, Measure, Seal, Study, Units
from groundplan.terms.errors import Refused
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context

LEAST_WEEKS_FOR_LOOK = 4


def conclude(context: Context, scope: Scope, inputs: asked.HistoryInputs) -> Said:
    """Analyse a study once, after its end; what comes out is written down, whatever it is.

    Refused before the end, and while facts do not reach it.
    """
    version, one, seal = find_sealed(context, scope, inputs.number)
    assert one.plan is not None
    end = ends_on(one.plan, one.seal)
    if context.now.date() < end:
        hint = "Note departures meanwhile; a look for harm has to be planned before."
        raise Refused(f"Study {one.number} runs until {end}, and nobody looks before.", hint)
    body = work_out(context, scope, one, seal, Brought(inputs.panel, inputs.columns))
    context.journal.append(STREAM, records.ANALYSED, body, expected=version)
    return Said(one.number, str(body["sentence"]))


def repeat(context: Context, scope: Scope, inputs: asked.HistoryInputs) -> Said:
    """Run a study's analysis again, to see the same digits come out; nothing is written."""
    one = find_study(context, inputs.number)
    if one.result is None or one.seal is None:
        raise Refused(f"Study {one.number} was not analysed yet.", "Conclude it after its end.")
    brought = Brought(inputs.panel, inputs.columns)
    again, was = work_out(context, scope, one, one.seal, brought), one.result.found
    if again["digest"] != was["digest"]:
        says = "Facts of these weeks changed since, such as who is who; the answer was then: "
        return Said(one.number, says + str(was["sentence"]))
    names = ("estimate", "low", "high", "p", "verdict")
    same = all(again[name] == was[name] for name in names)
    return Said(one.number, "The same digits came out." if same else "Other digits came out.")


def work_out(
    context: Context, scope: Scope, one: Study, seal: Seal, brought: Brought
) -> dict[str, Any]:
    """What the analysis of a sealed study answers, as the journal keeps it."""
    assert one.measure is not None
    assert one.plan is not None
    level = plan_looks(with_harm_look=bool(one.looks)).final_level
    rng = np.random.default_rng([seal.seed, one.number])
    if one.plan.kind is Units.TASKS:
        verdict, digest = analyse_tasks(one, brought, rng, level)
        guard = Moved(one.measure.guardrail, None, "Of single tasks no guardrail is counted.")
    else:
        made = gather(
            context, scope, one, ends_on(one.plan, one.seal), brought, aim_of(one.measure)
        )
        made = replace(made, design=replace(made.design, level=level))
        verdict, digest = answer(made, one.measure, rng), made.digest
        guard = _guard(context, scope, one, brought, rng)
    verdict = stop(verdict, fails_audit(one, context.now.date()))
    return {
        "number": one.number,
        **as_body(speak(verdict, one.intervention, name_outcome(one.measure))),
        "digest": digest,
        "guardrail": {"what": guard.what, "held": guard.held, "says": guard.says},
    }


def answer(made: Material, measure: Measure, rng: np.random.Generator) -> Verdict:
    """The verdict on a study's panel, by the path that the decision table chooses."""
    found = analyse(made.panel, made.design, rng)
    better = 1 if measure.more_is_better else -1
    return verdict_of(found, len(made.panel.periods), better=better)


def name_outcome(measure: Measure) -> str:
    """What people call an outcome."""
    known = OUTCOMES.get(measure.outcome)
    return known.signal.title if known else measure.outcome


def _guard(
    context: Context, scope: Scope, one: Study, brought: Brought, rng: np.random.Generator
) -> Moved:
    """Whether the guardrail held: Goodhart's check, a non-inferiority test by the same path."""
    assert one.measure is not None
    what = one.measure.guardrail
    known = OUTCOMES.get(what)
    title = known.signal.title if known else what
    assert one.plan is not None
    if one.measure.guardrail_in_file and not brought.names("guardrail"):
        return Moved(title, None, "The file's column of it was not named, such as guardrail=Bugs.")
    try:
        made = gather(
            context, scope, one, ends_on(one.plan, one.seal), brought, guardrail_of(one.measure)
        )
    except Refused as error:
        return Moved(title, None, error.message)
    found = analyse(made.panel, made.design, rng)
    return Moved(title, *judge_guardrail(found, one.measure))


def judge_guardrail(found: Finding, measure: Measure) -> tuple[bool | None, str]:
    """Held: worse by the margin is ruled out. Did not: worse at all is certain. Else neither."""
    if found.effect is None:
        return None, f"It cannot be told: {found.refused}."
    better = 1 if measure.guardrail_more_is_better else -1
    ends = sorted((better * found.effect.low, better * found.effect.high))
    shown = verdict_of(found, 0, better=better)
    says = f"It moved by {say_effect(shown)}."
    if ends[0] > -found.worth:
        return True, f"{says} Worse by {found.worth:.3g}{say_scale(found.scale)} is ruled out."
    if ends[1] < 0:
        return False, f"{says} What got better may have been paid for here."
    return None, f"{says} That is too wide to tell."


def look(context: Context, scope: Scope, inputs: asked.HistoryInputs) -> Said:
    """A planned look for harm: says whether to stop, and nothing else.

    One for units over weeks; at tasks that were drawn one by one as often as anybody likes.
    Refused where none was planned, after the one, before four weeks, and at the end.
    """
    version, one, seal = find_sealed(context, scope, inputs.number)
    assert one.plan is not None
    assert one.measure is not None
    if not one.plan.stop_rule:
        raise Refused("No look was planned, so nobody looks before the end.")
    tasks = one.plan.kind is Units.TASKS
    if one.looks and not tasks:
        raise Refused(f"The one look was on {one.looks[0].on}.", "The next one is the end.")
    today = context.now.date()
    earliest = starts_on(one.plan, seal) + timedelta(weeks=LEAST_WEEKS_FOR_LOOK)
    if not earliest <= today < ends_on(one.plan, one.seal):
        raise Refused(f"It may be looked at from {earliest} until {ends_on(one.plan, one.seal)}.")
    brought = Brought(inputs.panel, inputs.columns)
    if tasks:
        harm = watch_harm(one, brought, today)
    else:
        harm = _find_harm(context, scope, one, seal, brought)
    says = (
        f"Harm is certain enough to stop. {one.plan.stop_rule}"
        if harm
        else "No harm that is certain enough to stop; go on to the end."
    )
    body = {"number": one.number, "stop": harm, "says": says}
    context.journal.append(STREAM, records.LOOKED, body, expected=version)
    return Said(one.number, says)


def _find_harm(context: Context, scope: Scope, one: Study, seal: Seal, brought: Brought) -> bool:
    """Whether units over weeks show harm that is certain enough to stop."""
    assert one.measure is not None
    until = monday_of(min(context.now.date(), context.as_of.date()))
    made = gather(context, scope, one, until, brought, aim_of(one.measure))
    rng = np.random.default_rng([seal.seed, one.number, 1])
    found = analyse(made.panel, made.design, rng)
    better = 1 if one.measure.more_is_better else -1
    return found.effect is not None and plan_looks().is_harmful(harm_p(found.effect, better))


def publish(context: Context, scope: Scope, inputs: asked.NumberInputs) -> Said:
    """Put a study's answer into the library that every team reads."""
    version = context.journal.version(STREAM)
    one = find_study(context, inputs.number)
    if one.team != scope.team:
        raise Refused(f"Another team has study {one.number}.", "Act in that team.")
    if one.result is None or one.seal is None or one.measure is None:
        raise Refused(f"Study {one.number} has no answer yet.")
    if one.published_on is not None:
        raise Refused(f"It stands in the library since {one.published_on}.")
    verdict = read_verdict(one.result.found)
    percent = verdict.scale == "percent" and verdict.estimate is not None
    body = {
        "number": one.number,
        "intervention": one.intervention,
        "outcome": one.measure.outcome,
        "design": verdict.design,
        "verdict": verdict.verdict,
        "effect": verdict.estimate if percent else None,
        "low": verdict.low if percent else None,
        "high": verdict.high if percent else None,
        "log_effect": _log(verdict.estimate) if percent else None,
        "se": verdict.log_se if percent else None,
        "says": verdict.sentence,
        "exploratory": one.seal.exploratory,
    }
    kept = Visibility.PARTNERS
    context.journal.append(STREAM, records.FOUND, body, expected=version, visibility=kept)
    return Said(one.number, f"Everybody reads it: {verdict.sentence}")


def _log(percent: float | None) -> float | None:
    return math.log1p(percent / 100) if percent is not None and percent > -100 else None
