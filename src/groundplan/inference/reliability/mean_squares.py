"""Sums and differences of mean squares, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import chi2
from scipy.stats import f as f_distribution

LEVEL: Final = 0.9


@dataclass(frozen=True, slots=True)
class MeanSquare:
    """A mean square and its degrees of freedom."""

    value: float
    freedom: int


def combine(
    first: MeanSquare, second: MeanSquare, times: float, other: float, level: float = LEVEL
) -> tuple[float, float, float]:
    """`times` mean squares plus `other` (of either sign) of a second one: value, low, high.

    The modified large-sample interval, exact where one of them is alone; a low end below zero is
    zero. Source: Graybill and Wang (1980), JASA 75; Ting et al. (1990), Journal of Statistical
    Computation and Simulation 35; Burdick and Graybill (1992), Confidence Intervals on Variance
    Components, chapter 3.
    """
    tail = (1 - level) / 2
    a, b = times * first.value, abs(other) * second.value
    value = a + (b if other > 0 else -b)
    g1, h1 = _reaches(first.freedom, tail)
    if not other:
        return value, value - g1 * a, value + h1 * a
    g2, h2 = _reaches(second.freedom, tail)
    if other > 0:
        low, high = np.hypot(g1 * a, g2 * b), np.hypot(h1 * a, h2 * b)
        return value, max(value - low, 0.0), value + high
    top = float(f_distribution.isf(tail, first.freedom, second.freedom))
    bottom = float(f_distribution.ppf(tail, first.freedom, second.freedom))
    low_cross = ((top - 1) ** 2 - (g1 * top) ** 2 - h2**2) / top
    high_cross = ((1 - bottom) ** 2 - (h1 * bottom) ** 2 - g2**2) / bottom
    low = np.sqrt(max((g1 * a) ** 2 + (h2 * b) ** 2 + low_cross * a * b, 0.0))
    high = np.sqrt(max((h1 * a) ** 2 + (g2 * b) ** 2 + high_cross * a * b, 0.0))
    return value, max(value - low, 0.0), max(value + high, 0.0)


def _reaches(freedom: int, tail: float) -> tuple[float, float]:
    """How far a mean square's true value may lie below and above it, as shares of it."""
    return (
        1 - freedom / float(chi2.isf(tail, freedom)),
        freedom / float(chi2.ppf(tail, freedom)) - 1,
    )
