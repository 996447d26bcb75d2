"""Medians of heavy-tailed things, such as sizes and waiting times, that come in bunches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Integers, all_finite
from groundplan.inference.longrun import LEVEL, SERIES_WEEKS, few_weeks, variance_of_mean
from groundplan.inference.proportions import effective_trials, wilson_bounds
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Unit


def median_by_week(
    values: npt.ArrayLike,
    week: npt.NDArray[np.int64],
    weeks: int,
    unit: Unit,
    n_of: str,
    *,
    level: float = LEVEL,
) -> Measured:
    """The median of values that fell into consecutive weeks [unit].

    week: the index of each value's week, 0 to weeks - 1. The interval is Woodruff's: a Wilson
    interval for the share of values at or below the median, with the effective sample that
    clustering leaves (share_by_week), read off the sorted values. It assumes no distribution.
    Below eight weeks: Unknown.

    Source: Woodruff (1952), Journal of the American Statistical Association 47; Sitter and Wu
    (2001), Statistics and Probability Letters 52. Errors: ValueError for missing values.
    """
    value = all_finite(values)
    n = len(value)
    if weeks < SERIES_WEEKS:
        return few_weeks(weeks)
    if n == 0:
        return Unknown("there are no values", 0, 1, n_of)
    middle = float(np.median(value))
    effective, freedom = _effective(value <= middle, week, weeks, level)
    low_share, high_share = wilson_bounds(0.5, effective, level)
    first = max(int(np.ceil(n * low_share)) - 1, 0)
    last = min(int(np.floor(n * high_share)), n - 1)
    ordered = np.partition(value, (first, last))
    low, high = min(float(ordered[first]), middle), max(float(ordered[last]), middle)
    method = f"Woodruff, {freedom} cosine averages over weeks"
    return Estimate(middle, low, high, level, unit, n, n_of, method)


def _effective(
    below: npt.NDArray[np.bool_], week: Integers, weeks: int, level: float
) -> tuple[float, int]:
    n = len(below)
    success = np.bincount(week, weights=below, minlength=weeks)
    trial = np.bincount(week, minlength=weeks)
    share = float(success.sum()) / n
    variance, freedom = variance_of_mean((success - share * trial) * weeks / n)
    return effective_trials(share, n, variance, freedom, level), freedom
