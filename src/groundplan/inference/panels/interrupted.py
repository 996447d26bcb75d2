"""One series that was interrupted once: did its level change, beyond what its own past does?

The last resort of a study without comparison. Model errors of single series are too small
even when done well, so every answer is held against placebo dates in the same series' past.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.panels.autoregression import degrees_of_freedom, fit_autoregressions
from groundplan.inference.panels.effects import Effect
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
BEFORE: Final = 26  # periods of the window before the start
LEAST_BEFORE: Final = 13
LEAST_AFTER: Final = 4
LEAST_DATES: Final = 19  # so that the real one can be the most extreme of twenty
_STEP: Final = 2  # the column of the level's change
_EASIER: Final = 1.5  # by plain size a start need only be among the largest 7.5% of dates
_METHOD: Final = "interrupted series, AR(1) by REML, Satterthwaite t, {dates} placebo dates"
_ALONE: Final = "One series without a comparison: whatever else changed on that date is in it."


@dataclass(frozen=True, slots=True)
class Windows:
    """One series cut into windows of one shape: the real start's, and those of placebo dates.

    real: (points,). placebo: (dates, points), all of them over before the start.
    """

    design: Floats
    real: Floats
    placebo: Floats
    dates: npt.NDArray[np.int64]


def interrupted_effect(
    series: npt.ArrayLike, start: int, *, before: int = BEFORE, level: float = LEVEL
) -> Effect | Unknown:
    """By how much the level of one series moved at `start`, on top of a straight trend [its unit].

    Counted: the `before` periods ahead of the start and all from it on. The same window is laid on
    every earlier date whose window ended before the start; p is the larger one of Student's t's
    and of the start's rank among those dates by standard errors, and the interval is widened to
    agree. A level that wanders passed for an effect in 6.5% of series by these two; so a claim at
    5% must also be among the largest 7.5% of dates by plain size. Left out: older periods, but
    for the placebo dates. Unknown where there are fewer than nineteen such dates, fewer than four
    periods after the start, or nothing varies. Raises ValueError for missing values, which would
    move the dates.

    Source: Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46; Turner
    et al. (2021), BMC Medical Research Methodology 21; placebo dates: Abadie, Diamond and
    Hainmueller (2015), American Journal of Political Science 59.
    """
    values = all_finite(series)
    cut = cut_windows(values, start, before)
    if isinstance(cut, Unknown):
        return cut
    if _are_level(cut.real[None, :]).any():
        return Unknown("the series does not vary around the start", 1, 2, "different values")
    return _held_against_dates(cut, level)


def _held_against_dates(cut: Windows, level: float) -> Effect:
    """The step of the real window, by the model and among the steps of all placebo dates."""
    windows = np.vstack([cut.real, cut.placebo])
    fits = fit_autoregressions(cut.design, windows - windows.mean(axis=1, keepdims=True))
    sizes = np.abs(fits.coefficients[:, _STEP])
    ratios = sizes / fits.errors[:, _STEP]
    error = float(fits.errors[0, _STEP])
    freedom = degrees_of_freedom(cut.design, float(fits.resemblance[0]), _STEP)
    by_model = float(2 * stdtr(freedom, -ratios[0]))
    p = max(by_model, _rank(ratios), _rank(sizes) / _EASIER)
    steps = max(float(stdtrit(freedom, (1 + level) / 2)), _reach(ratios[1:], level))
    reach = max(steps * error, _reach(sizes[1:], 1 - _EASIER * (1 - level)))
    estimate = float(fits.coefficients[0, _STEP])
    low, high = estimate - reach, estimate + reach
    method = _METHOD.format(dates=len(cut.dates))
    return Effect(estimate, low, high, level, p, error, method, "difference", (_ALONE,))


def cut_windows(values: Floats, start: int, before: int = BEFORE) -> Windows | Unknown:
    """The window of the start, and the same of every date whose window was over before it.

    Windows in which nothing varies are left out of the placebo dates: they carry no error.
    """
    after = len(values) - start
    if not 0 <= start <= len(values):
        raise ValueError(f"the start must lie in the series, got {start} of {len(values)}")
    if before < LEAST_BEFORE or after < LEAST_AFTER:
        return Unknown("the window is too short", after, LEAST_AFTER, "periods after the start")
    length = before + after
    dates = np.arange(before, start - after + 1)
    needed = before + after + LEAST_DATES - 1
    if len(dates) < LEAST_DATES:
        return Unknown("too few placebo dates fit before the start", start, needed, "periods")
    placebo = np.lib.stride_tricks.sliding_window_view(values[:start], length)
    varies = ~_are_level(placebo)
    if varies.sum() < LEAST_DATES:
        have = int(varies.sum())
        return Unknown("the past hardly varies", have, LEAST_DATES, "placebo dates that vary")
    at = np.arange(length)
    trend = (at - at.mean()) / length
    design = np.column_stack([np.ones(length), trend, (at >= before).astype(np.float64)])
    return Windows(design, values[start - before :], placebo[varies], dates[varies])


def _rank(values: Floats) -> float:
    """The share of all dates whose value is as large as the first one's, itself among them."""
    return (1 + int(np.sum(values[1:] >= values[0] * (1 - 1e-9)))) / len(values)


def _reach(values: Floats, level: float) -> float:
    """How large a value must be to be among the `1 - level` largest, itself among them."""
    most = int(np.floor((1 - level) * (len(values) + 1) + 1e-9)) - 1
    return float(np.sort(values)[::-1][most]) if most >= 0 else float("inf")


def _are_level(windows: Floats) -> npt.NDArray[np.bool_]:
    """Which rows do not vary but for rounding."""
    size = np.maximum(1.0, np.abs(windows).max(axis=1))
    return np.asarray(np.ptp(windows, axis=1) <= 1e-9 * size)
