"""Counts per week and ratios of sums, for counts that clump and weeks that resemble each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from groundplan.inference.arrays import all_finite
from groundplan.inference.longrun import LEVEL, SERIES_WEEKS, few_weeks, reach, variance_of_mean
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Unit

_ROUNDING = 1 / 12  # variance of a whole number around its rate: no series is quieter than this
_WIDEST = 50.0  # natural logarithms; beyond it an interval says nothing anyway


def mean_per_week(counts: npt.ArrayLike, unit: Unit, *, level: float = LEVEL) -> Measured:
    """The weekly rate behind counts of consecutive weeks [unit].

    The interval comes from the series itself, on the log scale (equal-weighted cosines), so
    over-dispersion and resemblance between weeks widen it. Below eight weeks: Unknown.

    Source: Lazarus et al. (2018), Journal of Business & Economic Statistics 36(4); without any
    event Garwood (1936), Biometrika 28. Errors: ValueError for negative or missing counts.
    """
    values = all_finite(counts)
    if (values < 0).any():
        raise ValueError("a count is negative")
    weeks = len(values)
    if weeks < SERIES_WEEKS:
        return few_weeks(weeks)
    rate = float(values.mean())
    if rate == 0:
        return _nothing_seen(weeks, level, unit, weeks, "weeks")
    variance, freedom = variance_of_mean(values)
    error = float(np.sqrt(max(variance, _ROUNDING / weeks)))
    low, high = _around(rate, reach(level, freedom) * error)
    method = f"log rate, {freedom} cosine averages over weeks"
    return Estimate(rate, low, high, level, unit, weeks, "weeks", method)


def ratio_of_sums(
    tops: npt.ArrayLike,
    bottoms: npt.ArrayLike,
    unit: Unit,
    n_of: str,
    *,
    level: float = LEVEL,
) -> Measured:
    """The sum of `tops` over the sum of `bottoms`, both summed by consecutive week [unit].

    For amounts per occasion, such as switches per person-day: the delta method on the log scale
    over weeks; never narrower than independent events would be. Below eight weeks: Unknown.

    Source: Cochran (1977), Sampling Techniques, chapter 6, with the variance of Lazarus et al.
    (2018). Errors: ValueError for negative or missing sums.
    """
    top, bottom = all_finite(tops), all_finite(bottoms)
    if (top < 0).any() or (bottom < 0).any():
        raise ValueError("a sum is negative")
    weeks, total = len(bottom), float(bottom.sum())
    if weeks < SERIES_WEEKS:
        return few_weeks(weeks)
    if total == 0:
        return Unknown("nothing happened", 0, 1, n_of)
    ratio = float(top.sum()) / total
    if ratio == 0:
        return _nothing_seen(total, level, unit, round(total), n_of)
    variance, freedom = variance_of_mean((top - ratio * bottom) * weeks / total)
    independent = float(ndtri((1 + level) / 2)) * float(np.sqrt(ratio / total))
    low, high = _around(ratio, max(reach(level, freedom) * float(np.sqrt(variance)), independent))
    method = f"log ratio, {freedom} cosine averages over weeks"
    return Estimate(ratio, low, high, level, unit, round(total), n_of, method)


def _around(value: float, half_width: float) -> tuple[float, float]:
    """The interval of this half width, laid on the log scale."""
    factor = float(np.exp(min(half_width / value, _WIDEST)))
    return value / factor, value * factor


def _nothing_seen(exposure: float, level: float, unit: Unit, n: int, n_of: str) -> Estimate:
    high = -float(np.log((1 - level) / 2)) / exposure
    return Estimate(0.0, 0.0, high, level, unit, n, n_of, "exact Poisson")
