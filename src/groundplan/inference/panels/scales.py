"""Whether an effect on an outcome is a difference or a percentage, told by the outcomes alone.

The assignment is never looked at, so a randomisation test stays exact whatever is chosen.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Scale

MOST_EMPTY: Final = 0.05  # units with nothing but zeros; beyond it no percentage is formed
LEAST_DISPERSION: Final = 0.8  # variance over mean; below it whole numbers are marks, not counts
FEWEST_UNITS: Final = 5  # from which their changes can be compared
LEAST_SKEWNESS: Final = 1.0


def choose_scale(outcome: Floats, start: int) -> tuple[Scale, str]:
    """The scale on which effects are more nearly equal between units, and why, in words.

    outcome: (units, periods), NaN where not observed. start: the first period that is treated
    anywhere. Percent for counts, and for amounts of which units' changes resemble each other more
    in percent. Difference for what may be negative, for shares and marks, and where many units
    have nothing but zeros: no percentage is defined there (Chen and Roth 2024, Quarterly Journal
    of Economics 139(2)).
    """
    values = outcome[np.isfinite(outcome)]
    if (values < 0).any():
        return "difference", "outcomes may be negative"
    level = mean_of_units(outcome)
    if np.mean(level[np.isfinite(level)] == 0) > MOST_EMPTY:
        return "difference", "some units have nothing but zeros, so no percentage is defined"
    if values.max() <= 1:
        return "difference", "outcomes are shares"
    if is_count(values):
        spread = np.nanmean((outcome - level[:, None]) ** 2) / float(values.mean())
        if spread >= LEAST_DISPERSION:
            return "percent", "outcomes are counts"
        return "difference", "outcomes are marks on a scale of whole numbers"
    return _compare_changes(outcome, level, start)


def is_count(values: Floats) -> bool:
    """Whether all of the numbers are whole and none is negative."""
    told = values[np.isfinite(values)]
    return bool((told >= 0).all() and (told == np.round(told)).all())


def mean_of_units(outcome: Floats) -> Floats:
    """The mean of what was observed of each unit; NaN without any."""
    seen = np.isfinite(outcome)
    sums = np.where(seen, outcome, 0.0).sum(axis=1)
    means: Floats = np.divide(
        sums, seen.sum(axis=1), out=np.full(len(outcome), np.nan), where=seen.any(axis=1)
    )
    return means


def worth_on(outcome: Floats, start: int, scale: Scale, percent: float) -> float:
    """An effect in percent, on the scale on which an outcome is compared.

    A difference is that share of the mean before the start, of all periods where none is before.
    """
    if scale == "percent":
        return percent
    before = outcome[:, :start] if start else outcome
    return max(1e-12, percent / 100 * abs(float(np.nanmean(before))))


def _compare_changes(outcome: Floats, level: Floats, start: int) -> tuple[Scale, str]:
    """Of amounts: the scale on which units' changes differ less, relative to their level.

    Changes from before to after the start, and a quarter, half and three quarters through.
    """
    periods = outcome.shape[1]
    ratios = []
    for date in sorted({start, *(max(1, periods * part // 4) for part in (1, 2, 3))}):
        before, after = mean_of_units(outcome[:, :date]), mean_of_units(outcome[:, date:])
        known = np.isfinite(before) & np.isfinite(after) & (before > 0) & (after > 0)
        if known.sum() >= FEWEST_UNITS:
            absolute = float(np.std((after - before)[known]) / np.mean(level[known]))
            relative = float(np.std(np.log(after[known] / before[known])))
            ratios.append(np.log(max(relative, 1e-12) / max(absolute, 1e-12)))
    if ratios:
        if np.mean(ratios) < 0:
            return "percent", "units' changes resemble each other more in percent"
        return "difference", "units' changes resemble each other more as differences"
    rest = (outcome - level[:, None])[np.isfinite(outcome)]
    spread = float(np.std(rest))
    if spread > 0 and float(np.mean(rest**3)) / spread**3 > LEAST_SKEWNESS:
        return "percent", "outcomes are skewed to the right"
    return "difference", "outcomes are about symmetric"
