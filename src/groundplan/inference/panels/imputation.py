"""What treated cells would have been, imputed from all cells that were not treated.

The most precise staggered estimate where trends are parallel; it takes gaps and leavers as they
are. As a bare number it is a good statistic for a permutation test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import Panel
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
LEAST_COHORT: Final = 5  # smaller ones share their spread with all others as long after the start
LEAST_UNITS: Final = 200
_ROUNDING: Final = 1e-12  # of the largest outcome: smaller errors are none


@dataclass(frozen=True, slots=True)
class TwoWay:
    """Cells that fix the effects of units and periods, prepared once for any outcome.

    seen: (units, periods), which cells are used. inverse: (periods, periods), of the equations
    that remain for periods when units are eliminated.
    """

    seen: npt.NDArray[np.bool_]
    inverse: Floats

    def solve(self, by_unit: Floats, by_period: Floats) -> tuple[Floats, Floats]:
        """The unit and period terms whose sums over the seen cells are these, (units,), (periods,).

        Units without a seen cell get 0; of the many equivalent answers the shortest is taken.
        """
        count = np.maximum(self.seen.sum(axis=1), 1)
        periods = self.inverse @ (by_period - self.seen.T @ (by_unit / count))
        return (by_unit - self.seen @ periods) / count, periods


def prepare_two_way(seen: npt.NDArray[np.bool_]) -> TwoWay | None:
    """Ready for units and periods; None if the cells fall apart into groups that do not touch."""
    seen = np.asarray(seen)
    share = seen / np.maximum(seen.sum(axis=1, keepdims=True), 1)
    left = np.diag(seen.sum(axis=0).astype(np.float64)) - seen.T @ share
    values, vectors = np.linalg.eigh(left)
    large = values > 1e-9 * max(1.0, float(values[-1]))
    if int(large.sum()) != int(seen.any(axis=0).sum()) - 1:
        return None
    kept = vectors[:, large]
    return TwoWay(seen, (kept / values[large]) @ kept.T)


def impute_effects(panel: Panel) -> Floats | Unknown:
    """Each treated cell less what it would have been, NaN elsewhere, (units, periods).

    What it would have been: the unit's and the period's effects, from all cells before treatment
    or without it. NaN also where the unit or the period has no such cell. Unknown where those
    cells fall apart.
    """
    made = _untreated(panel)
    if isinstance(made, Unknown):
        return made
    return _effects(panel, made)


def imputation_effect(panel: Panel, *, level: float = LEVEL) -> Effect | Unknown:
    """The average effect over all treated cells that can be imputed [outcome's unit].

    Errors are clustered by unit; a treated cell's spread is taken around the mean of its cohort
    and period, for cohorts under five units around the mean of all cells as long after the start:
    a mean of one has no spread, and errors would collapse. Large samples are assumed.

    Source: Borusyak, Jaravel and Spiess (2024), Review of Economic Studies 91(6), theorem 3 and
    equation 8.
    """
    made = _untreated(panel)
    if isinstance(made, Unknown):
        return made
    effects = _effects(panel, made)
    told = np.isfinite(effects)
    if not told.any():
        return Unknown("no treated cell can be imputed", 0, 1, "treated cells")
    weights = told / told.sum()
    estimate = float(effects[told].mean())
    error = _error(panel, made, effects, weights)
    if error <= _ROUNDING * float(np.nanmax(np.abs(panel.outcome))):
        return Unknown("changes do not vary among units", 0, 1, "units that differ")
    reach = float(ndtri((1 + level) / 2)) * error
    p = float(2 * ndtr(-abs(estimate) / error))
    return Effect(
        estimate,
        estimate - reach,
        estimate + reach,
        level,
        p,
        error,
        "imputation (Borusyak, Jaravel and Spiess)",
        "difference",
        _caveats(panel, told),
    )


def _untreated(panel: Panel) -> TwoWay | Unknown:
    seen = np.isfinite(panel.outcome) & ~panel.is_treated()
    if not panel.treated.any():
        return Unknown("no unit is treated", 0, 1, "treated units")
    made = prepare_two_way(seen) if seen.any() else None
    if made is None:
        return Unknown("the untreated cells do not connect units and periods", 0, 1, "comparison")
    return made


def _effects(panel: Panel, made: TwoWay) -> Floats:
    known = np.where(made.seen, panel.outcome, 0.0)
    units, periods = made.solve(known.sum(axis=1), known.sum(axis=0))
    possible = panel.is_treated() & (made.seen.sum(axis=1)[:, None] > 0)
    possible &= made.seen.sum(axis=0) > 0
    return np.where(possible, panel.outcome - units[:, None] - periods, np.nan)


def _error(panel: Panel, made: TwoWay, effects: Floats, weights: Floats) -> float:
    """The standard error of a weighted sum of imputed effects."""
    units, periods = made.solve(weights.sum(axis=1), weights.sum(axis=0))
    on_untreated = np.where(made.seen, units[:, None] + periods, 0.0)
    known = np.where(made.seen, panel.outcome, 0.0)
    own, shared = made.solve(known.sum(axis=1), known.sum(axis=0))
    rest = np.where(made.seen, panel.outcome - own[:, None] - shared, 0.0)
    apart = np.where(weights > 0, effects - _neighbours_mean(panel, effects), 0.0)
    by_unit = (weights * apart - on_untreated * rest).sum(axis=1)
    return float(np.sqrt((by_unit**2).sum()))


def _neighbours_mean(panel: Panel, effects: Floats) -> Floats:
    """For each treated cell the mean effect of those that it is like, (units, periods)."""
    start = panel.treated_from
    sizes = np.bincount(start[panel.treated], minlength=effects.shape[1])
    small = panel.treated & (sizes[np.maximum(start, 0)] < LEAST_COHORT)
    since = np.arange(effects.shape[1]) - start[:, None]
    group: Integers = np.where(small[:, None], since, start[:, None] * effects.shape[1] + since)
    group = group + effects.shape[1] * effects.shape[1] * ~small[:, None]
    told = np.isfinite(effects)
    _, place = np.unique(group[told], return_inverse=True)
    means = np.bincount(place, effects[told]) / np.bincount(place)
    found = np.full(effects.shape, np.nan)
    found[told] = means[place]
    return found


def _caveats(panel: Panel, told: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    words = []
    left = int((panel.is_treated() & np.isfinite(panel.outcome) & ~told).sum())
    if left:
        words.append(f"{left} treated cells are left out: nothing untreated to impute them from")
    if len(panel.units) < LEAST_UNITS:
        words.append(f"errors of large samples, from {len(panel.units)} units: too narrow")
    return tuple(words)
