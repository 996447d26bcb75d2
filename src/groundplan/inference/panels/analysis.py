"""One study, one path, one verdict: what the decision table chooses is run once.

Nothing here tries a second path because the first one found nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from groundplan.inference.panels.assignments import Assignments
from groundplan.inference.panels.caveats import (
    Check,
    audit,
    check_donut,
    check_each_unit,
    check_trend,
    check_trigger,
    name_caveats,
)
from groundplan.inference.panels.designs import Design, Route, say_needs
from groundplan.inference.panels.effects import Scale
from groundplan.inference.panels.estimation import Estimated, estimate
from groundplan.inference.panels.event_time import trace_stretches
from groundplan.inference.panels.findings import Finding, Verdict, judge, say
from groundplan.inference.panels.opinions import ask_bootstrap, ask_mixture, bend_trends
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.permutation import DRAWS
from groundplan.inference.panels.preparation import Ready, prepare, refuse
from groundplan.inference.panels.scales import worth_on
from groundplan.inference.panels.staggered import EventStudy, event_study
from groundplan.terms.estimate import Unknown

MOST_HORIZONS: Final = 48  # that an event study shows one by one


def analyse(panel: Panel, design: Design, rng: np.random.Generator, draws: int = DRAWS) -> Finding:
    """Whether the intervention helped, hurt, did nothing worthwhile, or cannot be told.

    The table's row is chosen by facts that are known before outcomes are; it is run once, and the
    checks that may stop its verdict stand beside it. Refused, with a reason instead of an effect,
    are studies that no row can carry, outcomes that the intervention changes by definition, a
    second intervention on the same units, and more than a tenth of units off the plan.

    Errors: BadInput for a design that does not fit the panel.
    """
    ready = prepare(panel, design)
    found = audit(panel, design.planned)
    needs = say_needs(ready.facts) if ready.route.strength == "none" else ()
    refused = refuse(panel, design)
    told = None if refused else estimate(ready, rng, draws)
    if not isinstance(told, Estimated):
        reason = refused or (told.reason if told and ready.route.refuses else str(told))
        return Finding(
            "cannot tell", reason, reason, ready.route, ready.facts, None, "difference", "",
            (), (), found, np.empty(0), *say("cannot tell", ready.route, None),
            worth=design.worthwhile or design.worth_percent or 0.0, needs=needs if told else (),
        )  # fmt: skip
    checks, events, gap = _look(ready, told, rng)
    effect, worth = told.effect, _worth(ready, told.effect.scale)
    verdict, because = judge(effect, ready.route, ready.design, checks, worth)
    caveats = name_caveats(ready.panel, design, ready.route, ready.left_out)
    return Finding(
        verdict, because, "", ready.route, ready.facts, effect, effect.scale, told.scale_because,
        checks, (*caveats, *effect.caveats), found, told.others,
        *say(verdict, ready.route, effect), worth, events, gap, needs,
    )  # fmt: skip


def _worth(ready: Ready, scale: Scale) -> float:
    """The smallest effect worth having, on the effect's scale; 0 where none was named."""
    design = ready.design
    if design.worthwhile is not None or design.worth_percent is None:
        return design.worthwhile or 0.0
    return worth_on(ready.panel.outcome, int(ready.panel.starts[0]), scale, design.worth_percent)


def decide(
    panel: Panel,
    design: Design,
    rng: np.random.Generator,
    *,
    made: Assignments | None = None,
    draws: int = DRAWS,
) -> tuple[Verdict, Route]:
    """The verdict and the row of `analyse`, without what is only shown: for many placebos.

    made: the assignments with which the panel's is compared, if they were drawn before.
    """
    ready = prepare(panel, design)
    told = None if refuse(panel, design) else estimate(ready, rng, draws, made)
    if not isinstance(told, Estimated):
        return "cannot tell", ready.route
    if told.effect.is_significant:
        told = replace(told, checks=(*told.checks, *stopping_checks(ready, told, rng)))
    worth = _worth(ready, told.effect.scale)
    return judge(told.effect, ready.route, ready.design, told.checks, worth)[0], ready.route


def stopping_checks(ready: Ready, told: Estimated, rng: np.random.Generator) -> list[Check]:
    """The checks that may stop a verdict: of what came before the start, and a second opinion."""
    if ready.collapsed is None or not len(told.others):
        return []
    found = [check_trend(ready.panel, told.effect, ready.design, rng)]
    if ready.design.rule == "observed":
        found.append(check_trigger(ready.panel, told.effect.scale, rng))
    opinion = ask_bootstrap(ready.collapsed, told.effect, ready.design.rule, rng)
    return [*found, *([opinion] if opinion else [])]


def _look(
    ready: Ready, told: Estimated, rng: np.random.Generator
) -> tuple[tuple[Check, ...], EventStudy | None, EventStudy | None]:
    """All checks, in the order in which they are printed; effects over time, and the gap."""
    if ready.collapsed is None or not len(told.others):
        return told.checks, None, None
    found: list[Check | None] = [
        *told.checks,
        *stopping_checks(ready, told, rng),
        check_each_unit(ready.collapsed, told.given),
        check_donut(ready.panel, told.given, told.effect),
    ]
    shown, changes = _follow_time(ready, told.effect.scale, rng)
    gap = None
    if ready.design.rule == "observed":
        mixed, gap = ask_mixture(ready.panel, ready.route, told.effect, rng)
        found += [bend_trends(changes, told.effect.scale), mixed]
    return tuple(check for check in found if check is not None), shown, gap


def _follow_time(
    ready: Ready, scale: Scale, rng: np.random.Generator
) -> tuple[EventStudy | None, EventStudy | Unknown]:
    """Effects by time since the start: to be shown, and as changes since the last time before it.

    Many units: period by period, with errors of large samples; of others stretch by stretch.
    """
    panel, design = ready.panel, ready.design
    horizons = len(panel.periods) + int(panel.starts[-1]) - int(panel.starts[0])
    if ready.route.name == "many units" and horizons <= MOST_HORIZONS:
        whole = scale == "difference" or bool((panel.outcome > 0).all())
        logs = panel if scale == "difference" or not whole else replace(
            panel, outcome=np.log(panel.outcome)
        )  # fmt: skip
        study = event_study(logs, rng, control="not yet", base="universal", level=design.level)
        if whole and isinstance(study, EventStudy):
            return study, study
    strata = design.strata if design.rule == "blocked" else None
    traced = trace_stretches(panel, scale, rng, strata=strata, level=design.level)
    return (None, traced) if isinstance(traced, Unknown) else (traced.shown, traced.changes)
