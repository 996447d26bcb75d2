"""Typical waits that come in bunches, with those that go on still counted while they were seen."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers, all_finite
from groundplan.inference.longrun import LEVEL, SERIES_WEEKS, few_weeks, variance_of_mean
from groundplan.inference.proportions import effective_trials, wilson_bounds
from groundplan.inference.survival import waiting_curve
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Unit

_HALF: Final = 0.5 - 1e-12  # a product of shares may miss a half by its last digit


def median_wait_by_week(
    durations: npt.ArrayLike,
    arrived: npt.ArrayLike,
    week: npt.NDArray[np.int64],
    weeks: int,
    unit: Unit,
    n_of: str,
    *,
    level: float = LEVEL,
) -> Measured:
    """The time within which half arrive, of waits that began in consecutive weeks [unit].

    Those that had not arrived count for as long as they were seen (Kaplan-Meier). week: the index
    of each wait's week, 0 to weeks - 1. The interval is Woodruff's: Wilson's for the share that
    arrives by the median, with the effective sample that the weekly sums of its influence function
    leave, read off the curve. Below eight weeks, or too few that arrived: Unknown.

    Source: Kaplan and Meier (1958), JASA 53; Woodruff (1952), JASA 47; influence function: Reid
    (1981), Annals of Statistics 9; clustered waits: Ying and Wei (1994), Journal of Multivariate
    Analysis 50. Errors: ValueError for negative or missing durations.
    """
    duration, event = all_finite(durations), np.asarray(arrived, dtype=bool)
    n = len(duration)
    if weeks < SERIES_WEEKS:
        return few_weeks(weeks)
    if n == 0:
        return Unknown("there are no waits", 0, 1, n_of)
    curve = waiting_curve(duration, event)
    share = 1 - curve.waiting
    if not len(share) or share[-1] < _HALF:
        have = round(n * float(share[-1])) if len(share) else 0
        return Unknown("too few have got there so far", have, max(-(-n // 2), have + 1), n_of)
    value = float(curve.times[np.argmax(share >= _HALF)])
    worth, freedom = _effective(duration, event, value, week, weeks, level)
    bounds = wilson_bounds(0.5, worth, level)
    if share[-1] < bounds[1]:
        return Unknown("too few are left to bound the time", n, 2 * n, n_of)
    low, high = (float(curve.times[np.argmax(share >= bound)]) for bound in bounds)
    method = f"Kaplan-Meier, Woodruff, {freedom} cosine averages over weeks"
    return Estimate(value, min(low, value), max(high, value), level, unit, n, n_of, method)


def _effective(
    duration: Floats,
    event: npt.NDArray[np.bool_],
    at: float,
    week: Integers,
    weeks: int,
    level: float,
) -> tuple[float, int]:
    """How many independent trials the share arrived by `at` is worth, and degrees of freedom."""
    n = len(duration)
    influence, left = _influence(duration, event, at)
    sums = np.bincount(week, weights=influence, minlength=weeks)
    variance, freedom = variance_of_mean(sums * weeks / n)
    clustered = effective_trials(1 - left, n, variance, freedom, level)
    alone = float(np.sum(influence**2)) / n**2  # were waits independent; censoring is in it
    return max(min(clustered, left * (1 - left) / alone if alone > 0 else n), 1.0), freedom


def _influence(duration: Floats, event: npt.NDArray[np.bool_], at: float) -> tuple[Floats, float]:
    """What each wait does to the share still waiting at a time, and that share; shape (n,)."""
    n = len(duration)
    times, inverse = np.unique(duration, return_inverse=True)
    arrivals = np.bincount(inverse, weights=event, minlength=len(times))
    leaving = np.bincount(inverse, minlength=len(times))
    at_risk = n - np.concatenate(([0], np.cumsum(leaving)[:-1]))
    early = times <= at
    hazard = np.where(early, arrivals / at_risk, 0.0)
    left = float(np.prod(1 - hazard))
    seen = np.cumsum(hazard / (at_risk / n))[inverse]
    own = np.where(event & early[inverse], n / at_risk[inverse], 0.0)
    return -left * (own - seen), left
