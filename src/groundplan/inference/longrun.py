"""How far a mean over weeks may lie from the truth, when weeks resemble their neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from groundplan.inference.arrays import Floats
from groundplan.terms.estimate import Unknown

LEVEL = 0.9
SERIES_WEEKS = 8  # below this a series says nothing about its own dependence


def cosines(weeks: int) -> int:
    """The number of cosine averages for a series of `weeks` [averages].

    0.3 n^(2/3), at least two: fewer than the 0.4 n^(2/3) of the paper, because weekly counts of
    small teams are skewed as well as dependent (evidence/interval_coverage).
    """
    return max(2, int(0.3 * weeks ** (2 / 3) + 0.5))


def variance_of_mean(series: npt.ArrayLike) -> tuple[float, int]:
    """The variance of the mean of a dependent series, and its degrees of freedom.

    Equal-weighted cosine estimator: the mean square of the series' lowest cosine averages. It
    needs no model of the dependence, and Student's t with as many degrees of freedom as averages
    carries the doubt about it. Weeks must be in order and none missing.

    Source: Lazarus, Lewis, Stock and Watson (2018), HAR inference: recommendations for practice,
    Journal of Business & Economic Statistics 36(4); Mueller (2007), Journal of Econometrics 141.
    """
    values: Floats = np.asarray(series, dtype=float)
    n = len(values)
    terms = cosines(n)
    steps = np.arange(1, n + 1) - 0.5
    waves = np.sqrt(2.0 / n) * np.cos(np.pi * np.outer(np.arange(1, terms + 1), steps) / n)
    return float(np.mean((waves @ values) ** 2)) / n, terms


def clustered_variance(totals: npt.ArrayLike, of: float) -> tuple[float, int]:
    """The variance of a sum of cluster totals that sum to zero, divided by `of`; its freedom.

    The sandwich estimator with one term a cluster and the G / (G - 1) correction.

    Source: Liang and Zeger (1986), Biometrika 73(1); Cameron and Miller (2015), Journal of Human
    Resources 50(2).
    """
    values: Floats = np.asarray(totals, dtype=float)
    groups = len(values)
    if groups < 2:
        return float("inf"), 1
    return float(np.sum(values**2)) * groups / (groups - 1) / of**2, groups - 1


def reach(level: float, freedom: float) -> float:
    """How many standard errors an interval of `level` reaches to each side (Student's t)."""
    return float(stdtrit(freedom, (1 + level) / 2))


def few_weeks(weeks: int) -> Unknown:
    """What to say of a series too short to show how it varies."""
    return Unknown("the history is too short to show how weeks vary", weeks, SERIES_WEEKS, "weeks")
