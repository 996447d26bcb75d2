"""What the row of the decision table that a study falls into comes to: one estimator, run once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.assignments import Assignments
from groundplan.inference.panels.caveats import Check, trigger_of
from groundplan.inference.panels.collapse import compare_gains, expressed
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.imputation import imputation_effect
from groundplan.inference.panels.interrupted import interrupted_effect
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.permutation import DRAWS, Given, permute
from groundplan.inference.panels.preparation import Ready
from groundplan.inference.panels.scales import choose_scale, mean_of_units
from groundplan.inference.panels.staggered import staggered_effect
from groundplan.terms.estimate import Unknown

TWO: Final = "two estimators"
ZEROS: Final = "Some outcomes are zero, so only imputation on logs of block means is defined."
LEAST_FOR_COVARIATE: Final = 12  # units; with fewer it costs more than it mends
LEAST_FOR_NOISE: Final = 5  # periods before the start


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a row of the table came to. others: as in `Finding`."""

    effect: Effect
    others: Floats
    given: Given
    scale_because: str
    checks: tuple[Check, ...] = ()


def estimate(
    ready: Ready,
    rng: np.random.Generator,
    draws: int = DRAWS,
    made: Assignments | None = None,
) -> Estimated | Unknown:
    """What the study's row comes to, with the checks that belong to the row itself."""
    if ready.route.refuses or ready.collapsed is None:
        return Unknown(ready.route.inference.removeprefix("refuse: "), 0, 1, "comparison")
    if ready.route.name in ("placebo dates", "difference series"):
        return _follow_series(ready)
    collapsed, design = ready.collapsed, ready.design
    if ready.route.name == "interval only":
        effect = compare_gains(collapsed, design.level)
        return Estimated(effect, np.empty(0), Given(), collapsed.because)
    given = _given(ready)
    strata = design.strata if design.rule == "blocked" else None
    found = permute(
        collapsed, rng, strata=strata, given=given, made=made, draws=draws, level=design.level
    )
    if not np.isfinite(found.effect.estimate) or not found.effect.se:
        return Unknown("all units changed alike", 1, 2, "different changes")
    told = Estimated(found.effect, found.others, given, collapsed.because)
    if ready.route.name != "many units" or (made and not found.effect.is_significant):
        return told  # among many placebos, one that the permutation does not bear out is settled
    return _agree(ready, told, rng)


def _given(ready: Ready) -> Given:
    """What the row allows for: noise of few treated, the weeks before the start of others."""
    outcome, weights = ready.panel.outcome, ready.design.weights
    start = int(ready.panel.starts[0])
    assert ready.collapsed is not None
    scale = ready.collapsed.scale
    if ready.route.name == "few treated" and start >= LEAST_FOR_NOISE:
        return Given(noise=noise_of(outcome[:, :start], scale))
    if ready.route.name == "comparison" and ready.facts.units >= LEAST_FOR_COVARIATE:
        told = trigger_of(outcome, start, scale)
        if told is not None and np.ptp(told) > 0:
            return Given(covariates=told[:, None], weights=weights)
    return Given(weights=weights)


def noise_of(before: Floats, scale: Scale) -> Floats:
    """How restless each unit was before the start, half way to the typical unit, (units,)."""
    level = mean_of_units(before)[:, None]
    if scale == "percent":
        before, level = before / np.where(level > 0, level, np.nan), np.ones_like(level)
    rest = before - level
    rest = rest - np.nan_to_num(mean_of_units(rest.T))
    spread = np.nan_to_num(mean_of_units(rest**2))
    typical = float(np.median(spread))
    if typical <= 0:
        return np.ones(len(before))
    return np.asarray(np.sqrt((spread + typical) / 2))


def _follow_series(ready: Ready) -> Estimated | Unknown:
    """One series: the treated units' mean, less the others' where there are any.

    Of units that were observed throughout. Percent: of logs, or where some period holds nothing,
    of the mean before the start; what is one series cannot lose more than all of it.
    """
    panel, design = ready.panel, ready.design
    start = int(panel.starts[0])
    scale, because = design.scale, "as asked for"
    if scale == "auto":
        scale, because = choose_scale(panel.outcome, start)
    whole = np.isfinite(panel.outcome).all(axis=1)
    sides = [whole & panel.treated] + ([whole & ~panel.treated] if ready.facts.controls else [])
    if not all(side.any() for side in sides):
        return Unknown(
            "no unit has an outcome in every period", 0, 1, "units without gaps on each side"
        )
    series = [panel.outcome[side].mean(axis=0) for side in sides]
    before = [float(one[:start].mean()) for one in series]
    logs = scale == "percent" and all((one > 0).all() for one in series)
    if scale == "percent" and not all(before):
        scale, because = "difference", "there was nothing before, so no percentage is defined"
    if scale == "percent":
        series = [np.log(one) if logs else one / of for one, of in zip(series, before, strict=True)]
    gap = series[0] if len(series) == 1 else series[0] - series[1]
    found = interrupted_effect(gap, start, level=design.level)
    if isinstance(found, Unknown):
        return found
    ends = found.estimate, found.low, found.high
    least = -100.0 if len(series) == 1 else -np.inf
    shown = expressed(*ends, scale) if logs or scale == "difference" else tuple(
        max(least, 100 * end) for end in ends
    )  # fmt: skip
    effect = replace(found, estimate=shown[0], low=shown[1], high=shown[2], scale=scale)
    return Estimated(effect, np.empty(0), Given(), because)


def _agree(ready: Ready, told: Estimated, rng: np.random.Generator) -> Estimated:
    """Of many units: the large-sample estimate, which the permutation must bear out.

    p is the larger one. Where only the permutation sees no effect, the interval holds both.
    """
    panel, level = ready.panel, ready.design.level
    by_order = told.effect
    if by_order.scale == "percent":
        if (panel.outcome <= 0).any():
            alone = replace(by_order, caveats=(*by_order.caveats, ZEROS))
            return replace(told, effect=alone)
        panel = replace(panel, outcome=np.log(panel.outcome))
    found = staggered_effect(panel, rng, level=level)
    if isinstance(found, Unknown) or ready.design.weights is not None:
        return told
    wider, p = _for_small_cohorts(found, panel)
    middle = found.estimate
    ends = middle, middle - wider * (middle - found.low), middle + wider * (found.high - middle)
    estimate, low, high = expressed(*ends, by_order.scale)
    borne_out = by_order.is_significant or p > 1 - level
    check = _compare(found, panel, by_order.scale)
    effect = replace(
        found,
        estimate=estimate,
        low=low if borne_out else min(low, by_order.low),
        high=high if borne_out else max(high, by_order.high),
        p=max(p, by_order.p or 0.0),
        method=f"{found.method}; {by_order.method}; both must agree",
        scale=by_order.scale,
    )
    return replace(told, effect=effect, checks=(check,))


def _compare(found: Effect, panel: Panel, scale: Scale) -> Check:
    """Imputation beside it, which compares with all earlier periods and takes units with gaps."""
    other = imputation_effect(panel, level=found.level)
    if isinstance(other, Unknown):
        return Check(TWO, f"Imputation cannot be made: {other.reason}.", None)
    ends = expressed(other.estimate, other.low, other.high, scale)
    apart = abs(found.estimate - other.estimate) > (found.se or 0.0)
    turned = found.estimate * other.estimate < 0
    says = "Imputation, which compares with all earlier periods, comes to about the same."
    if apart:
        says = "Imputation, which compares with all earlier periods, differs by over one error."
    return Check(TWO, says, not apart and not turned, turned, other.p, ends[1], ends[2])


def _for_small_cohorts(found: Effect, panel: Panel) -> tuple[float, float]:
    """How many times wider an interval of large samples must be, and its p.

    Bessel's correction for the smallest cohort, and Student's t over the treated: with twenty on a
    side, intervals without them cover 92.8%, with them 94.4% (evidence/power).
    """
    _, sizes = np.unique(panel.treated_from[panel.treated], return_counts=True)
    least, freedom = max(2, int(sizes.min())), int(sizes.sum()) - 1
    bessel = float(np.sqrt(least / (least - 1)))
    wider = bessel * float(stdtrit(freedom, (1 + found.level) / 2) / ndtri((1 + found.level) / 2))
    p = found.p or 0.0
    if found.se:
        p = max(p, float(2 * stdtr(freedom, -abs(found.estimate) / (bessel * found.se))))
    return wider, p
