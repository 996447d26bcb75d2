"""The difference between treated units and the others, stretch by stretch around the start.

A picture beside the answer, never the answer. Errors come from the assignments that were not made,
because those of large samples are far too small with few units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, stdtrit

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.assignments import assign
from groundplan.inference.panels.collapse import are_amounts, block_means, log_means
from groundplan.inference.panels.contrasts import sum_scores
from groundplan.inference.panels.effects import Scale
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.staggered import EventStudy
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
DRAWS: Final = 499
MOST_STRETCHES: Final = 8  # on either side; a week's own points would say more than is known
LEAST_BEFORE: Final = 6  # periods
LEAST_KEPT: Final = 0.75  # of units that must be observed in every stretch


@dataclass(frozen=True, slots=True)
class Traced:
    """Effects by time since the start. length: periods of a stretch.

    shown: each stretch against all others before the start; since: of its middle. changes: against
    the last one before the start, two stretches together where there are enough and counted as
    one, as `find_breakdown` takes it.
    """

    length: int
    shown: EventStudy
    changes: EventStudy


@dataclass(frozen=True, slots=True)
class _Shape:
    """How outcomes are cut. starts: first treated periods; since: stretches from the start on, -1
    being the base; length: periods of one; amounts: whether their logs are averaged."""

    starts: Integers
    since: Integers
    length: int
    scale: Scale
    amounts: bool


def trace_stretches(
    panel: Panel,
    scale: Scale,
    rng: np.random.Generator,
    *,
    strata: Integers | None = None,
    level: float = LEVEL,
    draws: int = DRAWS,
) -> Traced | Unknown:
    """Differences over stretches of equal length before and after the start [scale of estimation].

    Units of each start are compared with those that are not treated yet by the end of the stretch,
    starts weighted by their units. The bands hold all at once: how far estimates lie from zero
    under other assignments, once what was found is taken off the treated cells. Left out: units
    without an outcome in some stretch, periods beyond the last whole one.

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225, equation 3.4, with
    controls not yet treated; Fisher (1935) for the errors.
    """
    if (have := int(panel.starts[0])) < LEAST_BEFORE:
        return Unknown("too little is known before the start", have, LEAST_BEFORE, "periods")
    shape = _choose_shape(panel, scale)
    values = _cut(panel, shape)
    kept = np.asarray(np.isfinite(values).all(axis=(1, 2)))
    some = panel.select(kept)
    if kept.mean() < LEAST_KEPT or set(some.starts) != set(panel.starts):
        need = int(np.ceil(LEAST_KEPT * kept.size))
        return Unknown("too few units are observed throughout", int(kept.sum()), need, "units")
    begun = np.searchsorted(shape.starts, some.treated_from)
    groups = np.where(some.treated, begun, len(shape.starts))
    own = _score(values[kept], shape, groups)
    if own is None:
        return Unknown("nobody is untreated to compare with", 0, 1, "units")
    found = sum_scores(own, groups[None])[0]
    tried = assign(groups, draws, rng, None if strata is None else strata[kept]).labels
    if len(tried) * (1 - level) < 1 - 1e-9:
        return Unknown("too few assignments were possible", len(tried), 20, "assignments")
    rest = _score(_cut(_without(some, found, shape), shape), shape, groups)
    assert rest is not None
    return _tell(shape, found, sum_scores(rest, tried), groups, level)


def _choose_shape(panel: Panel, scale: Scale) -> _Shape:
    """Two stretches or more before every start, and one or more from it on."""
    before, after = int(panel.starts[0]), len(panel.periods) - int(panel.starts[-1])
    length = min(-(-max(before, after) // MOST_STRETCHES), before // 2, after)
    since = np.arange(-min(MOST_STRETCHES, before // length), min(MOST_STRETCHES, after // length))
    amounts = scale == "percent" and are_amounts(panel.outcome)
    return _Shape(panel.starts, since, length, scale, amounts)


def _cut(panel: Panel, shape: _Shape) -> Floats:
    """The mean of every unit's stretches around every start, (units, starts, stretches)."""
    values = []
    for start in shape.starts.tolist():
        edges = start + shape.length * np.append(shape.since, shape.since[-1] + 1)
        inside, at = panel.outcome[:, edges[0] : edges[-1]], edges[:-1] - edges[0]
        means = block_means(inside, at, shape.scale)
        if shape.scale == "percent":
            means = log_means(inside, means, at, amounts=shape.amounts)
        values.append(means)
    return np.stack(values, axis=1)


def _score(values: Floats, shape: _Shape, groups: Integers) -> Floats | None:
    """What a unit adds to each stretch's change since the base, in each group that it may be in,
    (units, groups, stretches); None where some stretch has nobody to be compared with."""
    many = len(shape.starts)
    change = values - values[:, :, shape.since == -1]
    sizes = np.bincount(groups, minlength=many + 1).astype(np.float64)
    share = sizes[:many] / sizes[:many].sum()
    begun = np.append(shape.starts, np.iinfo(np.int64).max)
    scores = np.zeros((len(values), many + 1, len(shape.since)))
    for nr, start in enumerate(shape.starts.tolist()):
        for at, since in enumerate(shape.since.tolist()):
            end = start + max(since + 1, 0) * shape.length
            others = (begun >= end) & (begun > start) & (sizes > 0)
            if not others.any():
                return None
            mine = share[nr] * change[:, nr, at]
            scores[:, nr, at] += mine / sizes[nr]
            scores[:, others, at] -= (mine / sizes[others].sum())[:, None]
    return scores


def _without(panel: Panel, found: Floats, shape: _Shape) -> Panel:
    """The panel as if what was found had not been there, stretch by stretch."""
    outcome = panel.outcome.copy()
    for unit in np.flatnonzero(panel.treated).tolist():
        for since, size in zip(shape.since.tolist(), found.tolist(), strict=True):
            first = int(panel.treated_from[unit]) + since * shape.length
            cells = outcome[unit, first : first + shape.length]
            cells[:] = cells * np.exp(-size) if shape.scale == "percent" else cells - size
    return Panel(panel.units, panel.periods, outcome, panel.treated_from)


def _tell(shape: _Shape, found: Floats, errors: Floats, groups: Integers, level: float) -> Traced:
    """errors: (assignments, stretches), without what was found."""
    # that was each group's own mean, so as many degrees of freedom are gone
    freedom = len(groups) - len(np.unique(groups))
    errors = errors * np.sqrt((len(groups) - 1) / freedom)
    since, middle = shape.since, (shape.length - 1) // 2
    turned = _against_all_before(since)
    at = since * shape.length + middle
    shown = with_bands(at, turned @ found, errors @ turned.T, freedom, level)
    pairs = _in_pairs(since)
    coarse = np.arange(len(pairs)) - int((since < 0).sum()) // (len(since) // len(pairs))
    ahead = coarse != -1
    turned = (pairs - pairs[~ahead])[ahead]
    changes = with_bands(coarse[ahead], turned @ found, errors @ turned.T, freedom, level)
    return Traced(shape.length, shown, changes)


def _in_pairs(since: Integers) -> Floats:
    """Means of neighbouring stretches where there are enough: short ones are mostly noise."""
    before, after = int((since < 0).sum()), int((since >= 0).sum())
    if before < 4 or after < 2:
        return np.eye(len(since))
    first = np.arange(before % 2, len(since) - 1, 2)
    return np.asarray((np.eye(len(since))[first] + np.eye(len(since))[first + 1]) / 2)


def _against_all_before(since: Integers) -> Floats:
    """Turns changes since the base into differences to the other stretches before the start."""
    turned = np.eye(len(since))
    before = np.flatnonzero(since < 0)
    for at in range(len(since)):
        others = before[before != at]
        turned[at, others] -= 1 / len(others)
    return turned


def with_bands(
    since: Integers, effect: Floats, errors: Floats, freedom: int, level: float
) -> EventStudy:
    """Effects with bands as wide as the largest error among all of them, in units of each one's own
    spread, which is known with so many degrees of freedom. errors: (draws, horizons)."""
    spread = errors.std(axis=0)
    safe = np.where(spread > 0, spread, np.inf)
    widest = np.sort(np.abs(errors / safe).max(axis=1))[::-1]
    most = float(widest[int(np.floor((1 - level) * len(widest) + 1e-9)) - 1])
    reach = -float(stdtrit(freedom, ndtr(-most))) * spread
    covariance = np.atleast_2d(np.cov(errors, rowvar=False))
    return EventStudy(since, effect, spread, effect - reach, effect + reach, level, covariance)
