"""Where a change lies and how large it is, with what is not known of both."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import stdtr

from groundplan.inference.arrays import Floats
from groundplan.inference.changepoints.segments import (
    FINE,
    Series,
    least_segment,
    whiten,
    winsorise,
)
from groundplan.inference.longrun import reach, variance_of_mean
from groundplan.terms.estimate import Estimate
from groundplan.terms.units import Unit

LEVEL: Final = 0.9


def place(
    series: Series, first: int, start: int, after: int, resemblance: float
) -> tuple[int, int, int]:
    """The start of the later of two levels between `first` and `after`, its lowest and highest.

    Every start whose likelihood is not too far below the best one's, neighbours and resemblance
    fixed: the difference is the larger of two exponential variables, one for each side. Exact for
    many small steps of a random walk, a little wide else.

    Source: Siegmund (1988), Confidence sets in change-point problems, International Statistical
    Review 56.
    """
    least = min(least_segment(len(series.values)), start - first, after - start)
    starts = np.arange(first + least, after - least + 1)
    phi = np.array([resemblance])
    white = whiten(series.values, phi)
    total = (white.squares(np.array(first), starts) + white.squares(starts, np.array(after)))[0]
    points = after - first
    told = points * np.log(total + series.floor * points / len(series.values))
    best = int(np.argmin(told))
    limit = -2 * float(np.log(1 - np.sqrt(LEVEL)))
    held = starts[told <= told[best] + limit]
    return int(starts[best]), int(held[0]), int(held[-1])


def size(
    series: Series, first: int, start: int, after: int, resemblance: float, unit: Unit
) -> Estimate:
    """By how much the level after a start exceeds the one before [unit].

    Generalised least squares under autoregression, its coefficient freed of the bias that two
    estimated levels bring (Marriott and Pope 1954, Biometrika 41); Student's t with the points of
    both segments less four. The position is taken as known.
    """
    unbiased = resemblance + 2 * (1 + 3 * resemblance) / (after - first)
    white = whiten(series.values, np.array([min(unbiased, float(FINE[-1]))]))
    ends = np.array([first, start]), np.array([start, after])
    levels, weights = (part[0] for part in white.levels(*ends))
    freedom = after - first - 4
    squared = float(white.squares(*ends).sum()) + series.floor * (after - first) / len(
        series.values
    )
    error = float(np.sqrt(squared / freedom * np.sum(1 / weights)))
    gap = float(levels[1] - levels[0])
    far = reach(LEVEL, freedom) * error
    method = "generalised least squares, AR(1), Student's t"
    return Estimate(gap, gap - far, gap + far, LEVEL, unit, after - first, "points", method)


def local_strength(series: Series, starts: tuple[int, ...], resemblance: float) -> Floats:
    """What each break is worth by its two segments alone, which may be quieter than others."""
    white = whiten(series.values, np.array([resemblance]))
    ends = np.array([0, *starts, len(series.values)])
    first, start, after = ends[:-2], ends[1:-1], ends[2:]
    points = after - first
    floor = series.floor * points / len(series.values)
    apart = (white.squares(first, start) + white.squares(start, after))[0] + floor
    together = white.squares(first, after)[0] + floor
    return np.asarray(points * np.log(together / apart) + np.log1p(-(resemblance**2)))


def gap_probability(series: Series, starts: tuple[int, ...]) -> Floats:
    """How likely levels without a break differ as much as the two around each break [share].

    Whatever the dependence: Welch's test with cosine averages in place of variances, so that it
    also holds where neighbours resemble each other in another way than an autoregression.

    Source: Lazarus, Lewis, Stock and Watson (2018), see `variance_of_mean`.
    """
    values = winsorise(series.values[None, :])[0]
    parts = np.split(values, starts)
    means = np.array([part.mean() for part in parts])
    told = [variance_of_mean(part - mean) for part, mean in zip(parts, means, strict=True)]
    variance = np.array([v for v, _ in told]) + series.floor / len(values) ** 2
    freedom = np.array([terms for _, terms in told])
    both = variance[1:] + variance[:-1]
    loose = both**2 / (variance[1:] ** 2 / freedom[1:] + variance[:-1] ** 2 / freedom[:-1])
    return np.asarray(2 * stdtr(loose, -np.abs(np.diff(means)) / np.sqrt(both)))
