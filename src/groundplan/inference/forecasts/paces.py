"""The pace of finished work: its rate, how it drifts, and how it clumps.

Weekly counts are drawn from a pace that wanders. The weekly bootstrap knows the clumps but not the
wandering, so its far promises break. Everything here works on many windows of counts at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from groundplan.inference.arrays import Floats, all_finite

LONGEST_WEEKS: Final = 26  # of history that the pace is read from
_MEMORY_WEEKS = 6.0  # of exponential weights: newer weeks say more
_BULK = 3.0  # times the 90th percentile: more in one week is a clean-up, not a pace
_WIDEST_BURST = 9.0


@dataclass(frozen=True, slots=True)
class Constants:
    """What was learnt from other projects (evidence/forecast_coverage), six numbers.

    revival: items added to every window, so that silence is not for ever.
    drift, drift_rate, drift_silence, drift_horizon: the logarithm of the squared relative error of
    the pace four weeks ahead at one item a week, and its slopes in the logarithms of the rate, of
    the weeks of silence and of the horizon. burst: the share of observed clumping that recurs.
    """

    revival: float
    drift: float
    drift_rate: float
    drift_silence: float
    drift_horizon: float
    burst: float


SHIPPED: Final = Constants(2.035, -0.268, -0.558, 0.4, 0.16, 0.502)


@dataclass(frozen=True, slots=True)
class Pace:
    """One pace, or an array of them of any shape (...), with what makes it uncertain.

    rate: items a week. drift: squared relative error of the rate, four weeks ahead. burst: squared
    relative excess of one week over a Poisson count. horizon: the slope of log drift.
    """

    rate: Floats
    drift: Floats
    burst: Floats
    horizon: float


def measure_pace(
    counts: npt.ArrayLike, constants: Constants = SHIPPED, worked: npt.ArrayLike = 1.0
) -> Pace:
    """The pace behind counts of consecutive weeks, oldest first, shape (..., weeks) [items/week].

    A rate with exponential weights, for a usual week; weeks with more than three times the 90th
    percentile count as that. worked: what was worked in each week, 1 is usual. Errors: ValueError
    for negative or missing counts, or fewer than two weeks.

    Source: negative binomial counts with a wandering mean, as in Harvey and Fernandes (1989),
    Journal of Business & Economic Statistics 7(4).
    """
    values = all_finite(counts)
    if (values < 0).any():
        raise ValueError("a count is negative")
    weeks = values.shape[-1]
    if weeks < 2:
        raise ValueError("a pace needs two weeks")
    usual = np.maximum(np.quantile(values, 0.9, axis=-1, keepdims=True), 1.0)
    values = np.minimum(values, _BULK * usual)
    weights = np.exp(-np.arange(weeks)[::-1] / _MEMORY_WEEKS)
    rate = values @ weights / (np.broadcast_to(worked, values.shape) @ weights)
    rate = rate + constants.revival / weeks
    mean = values.mean(axis=-1)
    excess = np.maximum(values.var(axis=-1, ddof=1) - mean, 0.0)
    burst = np.minimum(excess / np.maximum(mean, 1e-9) ** 2, _WIDEST_BURST)
    silence = (np.cumsum(values[..., ::-1], axis=-1) == 0).sum(axis=-1)
    drift = np.exp(
        constants.drift
        + constants.drift_rate * np.log(mean + 0.1)
        + constants.drift_silence * np.log1p(silence)
    )
    return Pace(rate, drift, constants.burst * burst, constants.drift_horizon)


def chance_at_most(
    pace: Pace, items: npt.ArrayLike, weeks: npt.ArrayLike, worked: npt.ArrayLike | None = None
) -> Floats:
    """The probability of at most so many items within so many weeks [share], not recalibrated.

    worked: usual weeks of work within these weeks (absence, holidays, one more person), if it is
    not the same number. Shapes broadcast; items below zero have no chance.
    """
    horizon = np.asarray(weeks, dtype=np.float64)
    mean = pace.rate * (horizon if worked is None else np.asarray(worked, dtype=np.float64))
    spread = pace.drift * (horizon / 4) ** pace.horizon + pace.burst / horizon
    wanted = np.floor(np.asarray(items, dtype=np.float64))
    chance = betainc(1 / spread, np.maximum(wanted, 0.0) + 1, 1 / (1 + spread * mean))
    return np.asarray(np.where(wanted < 0, 0.0, chance), dtype=np.float64)
