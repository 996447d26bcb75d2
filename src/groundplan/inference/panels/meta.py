"""What several studies of the same thing say together, and what the next one may expect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import chdtri, ndtr, stdtr, stdtrit

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
LEAST_STUDIES: Final = 3
_HARDLY: Final = 1e-10
_PARTS: Final = 200  # of the mixture that a prediction is
_GRID: Final = 2_000  # spreads at which sums of squares are known


@dataclass(frozen=True, slots=True)
class Pooled:
    """The mean effect over studies, and where the effect of one more study would lie.

    mean: the mean's Effect. low, high: the prediction interval at the mean's level, for the true
    effect in one more setting. spread: the standard deviation of true effects between studies.
    inconsistency: the share of the variation of estimates that is not chance (I squared).
    """

    mean: Effect
    low: float
    high: float
    spread: float
    inconsistency: float
    studies: int


@dataclass(frozen=True, slots=True)
class Prior:
    """What a team may expect of its next study: a mixture of normal distributions of the effect.

    weights, centres, scales: (parts,), one part for each spread that the studies may have.
    """

    weights: Floats
    centres: Floats
    scales: Floats

    def chance_above(self, effect: float) -> float:
        """The probability that the true effect exceeds this one."""
        return float(self.weights @ ndtr((self.centres - effect) / self.scales))

    def interval(self, level: float = LEVEL) -> tuple[float, float]:
        """The central range that holds the true effect with this probability."""
        return self._above((1 + level) / 2), self._above((1 - level) / 2)

    def _above(self, chance: float) -> float:
        """The effect that the true one exceeds with this probability."""
        reach = 40 * self.scales
        low, high = float((self.centres - reach).min()), float((self.centres + reach).max())
        return float(brentq(lambda x: self.chance_above(x) - chance, low, high))


def pool_studies(
    estimates: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    level: float = LEVEL,
    scale: Scale = "difference",
) -> Pooled | Unknown:
    """The mean of true effects, and the range of one more [the estimates' unit].

    Random effects: spread by restricted likelihood, the mean's interval by Hartung and Knapp with
    k - 1 degrees of freedom (never narrower than without their factor), the prediction interval
    from `expect_next` (never narrower than the mean's). Unknown under three studies. Raises
    ValueError for missing values and for errors that are not positive: a study without an error
    cannot be weighed.

    Source: Viechtbauer (2005), Journal of Educational and Behavioral Statistics 30; Knapp and
    Hartung (2003), Statistics in Medicine 22.
    """
    values, variances = _checked(estimates, errors)
    count = len(values)
    if count < LEAST_STUDIES:
        return Unknown("too few studies to say how they differ", count, LEAST_STUDIES, "studies")
    between = between_variance(values, variances)
    weights = 1 / (variances + between)
    mean = float(weights @ values / weights.sum())
    factor = float(weights @ (values - mean) ** 2) / (count - 1)
    error = float(np.sqrt(max(factor, 1.0) / weights.sum()))
    reach = float(stdtrit(count - 1, (1 + level) / 2)) * error
    p = float(2 * stdtr(count - 1, -abs(mean) / error))
    method = f"random effects of {count} studies, REML, Hartung-Knapp"
    low, high = _prior(values, variances).interval(level)
    return Pooled(
        Effect(mean, mean - reach, mean + reach, level, p, error, method, scale),
        min(low, mean - reach),
        max(high, mean + reach),
        float(np.sqrt(between)),
        between / (between + _typical(variances)),
        count,
    )


def expect_next(estimates: npt.ArrayLike, errors: npt.ArrayLike) -> Prior | Unknown:
    """What earlier studies say of the true effect in one more setting.

    The spread between studies is not taken as known: for each quantile of the weighted sum of
    squares around the mean, whose distribution is exact, there is one spread. Intervals from one
    estimated spread held one more effect in 91% of cases instead of 95%.

    Source: Nagashima, Noma and Furukawa (2019), Statistical Methods in Medical Research 28(6);
    Viechtbauer (2007), Statistics in Medicine 26, for the sum of squares.
    """
    values, variances = _checked(estimates, errors)
    if len(values) < LEAST_STUDIES:
        have = len(values)
        return Unknown("too few studies to say how they differ", have, LEAST_STUDIES, "studies")
    return _prior(values, variances)


def _prior(values: Floats, variances: Floats) -> Prior:
    """One normal part for each of many equally likely spreads."""
    least, most = float(variances.min()), float(np.ptp(values)) ** 2 + float(variances.max())
    spreads = np.concatenate([[0.0], np.geomspace(least * 1e-4, most * 1e6, _GRID)])
    weights = 1 / (variances + spreads[:, None])
    totals = weights.sum(axis=1)
    means = weights @ values / totals
    squares = (weights * (values - means[:, None]) ** 2).sum(axis=1)
    chances = (np.arange(_PARTS) + 0.5) / _PARTS
    quantiles = chdtri(len(values) - 1, chances)
    between = np.interp(quantiles, squares[::-1], spreads[::-1])
    weights = 1 / (variances + between[:, None])
    totals = weights.sum(axis=1)
    part = np.full(_PARTS, 1 / _PARTS)
    return Prior(part, weights @ values / totals, np.sqrt(between + 1 / totals))


def _checked(estimates: npt.ArrayLike, errors: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Estimates and variances that can be pooled."""
    values, spread = all_finite(estimates), all_finite(errors)
    if len(values) != len(spread) or (spread <= 0).any():
        raise ValueError("every study needs an estimate and a positive error")
    return values, spread**2


def between_variance(values: Floats, variances: Floats) -> float:
    """The variance of true effects between studies, by restricted likelihood, at least zero."""
    slope = _score(values, variances)
    if slope(0.0) <= 0 or np.ptp(values) == 0:
        return 0.0
    high = float(np.ptp(values)) ** 2
    while slope(high) > 0:
        high *= 2
    return float(brentq(slope, 0.0, high, xtol=_HARDLY * high, rtol=1e-12))


def _score(values: Floats, variances: Floats) -> Callable[[float], float]:
    """The slope of the restricted likelihood in the variance between studies, times two."""

    def slope(between: float) -> float:
        weights = 1 / (variances + between)
        total = weights.sum()
        apart = values - weights @ values / total
        squares = weights**2
        return float(squares @ apart**2 - total + squares.sum() / total)

    return slope


def _typical(variances: Floats) -> float:
    """The sampling variance of a typical study.

    Source: Higgins and Thompson (2002), Statistics in Medicine 21, equation 9.
    """
    weights = 1 / variances
    return float((len(weights) - 1) * weights.sum() / (weights.sum() ** 2 - weights @ weights))
