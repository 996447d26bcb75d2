"""The wild cluster bootstrap: a second opinion that does not need an assignment rule."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.collapse import Collapsed, expressed
from groundplan.inference.panels.effects import Effect

DRAWS: Final = 999
FEW: Final = 12  # units below which two-point signs give too few distinct draws
_SIX: Final = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
_WIDEST: Final = 64.0  # standard errors in which an end of the interval is looked for
_HALVINGS: Final = 40


def bootstrap_wild(
    collapsed: Collapsed,
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Effect:
    """The two-way fixed effects estimate, with the restricted wild cluster bootstrap of units.

    Residuals under the null get one random sign a unit (six-point weights below twelve units),
    and t with cluster-robust errors is compared with its draws; the interval holds the effects
    that are not rejected. Blocks weigh by their periods. With one or two treated units it hardly
    ever rejects, so it may confirm there, but not deny.

    Source: Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90(3); Webb
    (2023), Canadian Journal of Economics 56(3); MacKinnon and Webb (2017), Journal of Applied
    Econometrics 32(2), for its failure with few treated.
    """
    treatment = _within(collapsed.treatment(), collapsed.lengths)
    outcome = _within(collapsed.values, collapsed.lengths)
    size = float(np.sum(treatment**2 * collapsed.lengths))
    signs = _signs(len(outcome), draws, rng)
    estimate = float(np.sum(treatment * outcome * collapsed.lengths)) / size

    def p_of(effect: float) -> float:
        rest = outcome - effect * treatment
        return _share_as_far(rest, treatment, collapsed.lengths, signs)

    scores = np.sum(treatment * (outcome - estimate * treatment) * collapsed.lengths, axis=1)
    error = float(np.sqrt(np.sum(scores**2))) / size
    low = _end(p_of, estimate, -error, 1 - level)
    high = _end(p_of, estimate, error, 1 - level)
    shown = expressed(estimate, low, high, collapsed.scale)
    method = f"two-way fixed effects, wild cluster bootstrap, {len(signs):,} draws"
    return Effect(*shown, level, p_of(0.0), error, method, collapsed.scale)


def reject_wild(
    collapsed: Collapsed, effect: float, rng: np.random.Generator, *, draws: int = DRAWS
) -> float:
    """The p of one effect on the scale of estimation, by the same bootstrap."""
    treatment = _within(collapsed.treatment(), collapsed.lengths)
    rest = _within(collapsed.values, collapsed.lengths) - effect * treatment
    signs = _signs(len(rest), draws, rng)
    return _share_as_far(rest, treatment, collapsed.lengths, signs)


def _within(values: Floats, lengths: Floats) -> Floats:
    """Less the means of units and of blocks, blocks weighing by their periods."""
    rows = np.average(values, axis=-1, weights=lengths)[..., None]
    columns = values.mean(axis=-2, keepdims=True)
    grand = rows.mean(axis=-2, keepdims=True)
    return np.asarray(values - rows - columns + grand)


def _signs(units: int, draws: int, rng: np.random.Generator) -> Floats:
    """Random weights, (draws, units); all of them where signs are fewer than draws."""
    if units < FEW:
        return np.asarray(rng.choice(_SIX, (draws, units)))
    if 2**units <= draws:
        return np.array(list(product((-1.0, 1.0), repeat=units)))
    return np.asarray(rng.choice(np.array([-1.0, 1.0]), (draws, units)))


def _share_as_far(rest: Floats, treatment: Floats, lengths: Floats, signs: Floats) -> float:
    """The share of draws whose |t| is at least that of the residuals themselves: p."""
    weighted = treatment * lengths
    size = float(np.sum(weighted * treatment))
    actual = _ratio(rest[None], treatment, weighted, size)[0]
    drawn = _ratio(_within(signs[:, :, None] * rest, lengths), treatment, weighted, size)
    return float((1 + np.sum(np.abs(drawn) >= abs(actual) * (1 - 1e-9))) / (1 + len(signs)))


def _ratio(outcomes: Floats, treatment: Floats, weighted: Floats, size: float) -> Floats:
    """Estimates over their cluster-robust errors, (draws,), of demeaned outcomes."""
    estimates = np.einsum("dub,ub->d", outcomes, weighted) / size
    scores = np.einsum("dub,ub->du", outcomes, weighted)
    scores = scores - estimates[:, None] * np.sum(weighted * treatment, axis=1)
    errors = np.sqrt(np.sum(scores**2, axis=1))
    return np.asarray(
        np.divide(estimates * size, errors, out=np.zeros(len(errors)), where=errors > 0)
    )


def _end(p_of: object, estimate: float, step: float, alpha: float) -> float:
    """The farthest effect from the estimate, on the side of `step`, that is not rejected."""
    assert callable(p_of)
    if step == 0:
        return estimate
    out = 2.0
    while p_of(estimate + out * step) > alpha:
        out *= 2
        if out > _WIDEST:
            return float(np.sign(step) * np.inf)
    inside, outside = 0.0, out
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if p_of(estimate + middle * step) > alpha:
            inside = middle
        else:
            outside = middle
        if outside - inside < 1e-3 * outside:
            break
    return estimate + outside * step
