"""Shares, when the things counted come in bunches: by week or by person."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.longrun import (
    LEVEL,
    SERIES_WEEKS,
    clustered_variance,
    few_weeks,
    reach,
    variance_of_mean,
)
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import SHARE


def wilson_bounds(share: float, n: float, level: float) -> tuple[float, float]:
    """The score interval of a share seen in `n` independent trials [share].

    Source: Wilson (1927), Journal of the American Statistical Association 22; recommended by
    Newcombe (1998), Statistics in Medicine 17, and Brown, Cai and DasGupta (2001).
    """
    z = float(ndtri((1 + level) / 2))
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    low = 0.0 if share == 0 else max(0.0, centre - half)
    high = 1.0 if share == 1 else min(1.0, centre + half)
    return min(low, share), max(high, share)


def share_of(successes: float, n: float, n_of: str, *, level: float = LEVEL) -> Measured:
    """The share of independent trials that succeed [share], with Wilson's interval.

    Errors: ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"need 0 <= successes <= n, got {successes} of {n}")
    if n == 0:
        return Unknown("there is nothing to take a share of", 0, 1, n_of)
    share = successes / n
    low, high = wilson_bounds(share, n, level)
    return Estimate(share, low, high, level, SHARE, round(n), n_of, "Wilson score")


def share_by_week(
    successes: npt.ArrayLike, trials: npt.ArrayLike, n_of: str, *, level: float = LEVEL
) -> Measured:
    """The share of trials that succeed, both summed by consecutive week [share].

    Wilson's interval on the effective sample: the trials divided by the design effect that the
    weeks' resemblance causes, corrected for the doubt about that effect. Never narrower than
    Wilson's for independent trials. Below eight weeks: Unknown.

    Source: Korn and Graubard (1998), Survey Methodology 24(2); Dean and Pacheco (2014), Survey
    Practice 7(2); dependence between weeks: Lazarus et al. (2018), JBES 36(4).
    Errors: ValueError unless 0 <= successes <= trials in every week.
    """
    success, trial = _checked(successes, trials)
    if len(trial) < SERIES_WEEKS:
        return few_weeks(len(trial))
    n = float(trial.sum())
    if n == 0:
        return Unknown("there is nothing to take a share of", 0, 1, n_of)
    share = float(success.sum()) / n
    variance, freedom = variance_of_mean((success - share * trial) * len(trial) / n)
    low, high = wilson_bounds(share, effective_trials(share, n, variance, freedom, level), level)
    method = f"Wilson on the effective sample, {freedom} cosine averages over weeks"
    return Estimate(share, low, high, level, SHARE, round(n), n_of, method)


def share_by_cluster(
    successes: npt.ArrayLike, trials: npt.ArrayLike, n_of: str, *, level: float = LEVEL
) -> Measured:
    """The share of trials that succeed, both summed by independent cluster [share].

    As `share_by_week`, for clusters without an order, such as people.

    Source: Korn and Graubard (1998); Liang and Zeger (1986), Biometrika 73(1).
    Errors: ValueError unless 0 <= successes <= trials in every cluster.
    """
    success, trial = _checked(successes, trials)
    n = float(trial.sum())
    if n == 0:
        return Unknown("there is nothing to take a share of", 0, 1, n_of)
    if len(trial) < 2:
        return Unknown("they are all of one kind", len(trial), 2, "independent cases")
    share = float(success.sum()) / n
    variance, freedom = clustered_variance(success - share * trial, n)
    low, high = wilson_bounds(share, effective_trials(share, n, variance, freedom, level), level)
    method = f"Wilson on the effective sample, {len(trial)} clusters"
    return Estimate(share, low, high, level, SHARE, round(n), n_of, method)


def effective_trials(share: float, n: float, variance: float, freedom: int, level: float) -> float:
    """How many independent trials are worth the clustered ones [trials].

    variance: of the share, by clusters, with its degrees of freedom.
    Source: Korn and Graubard (1998), with (z / t)^2 for the doubt about the design effect.
    """
    if share in (0.0, 1.0) or variance == 0:
        return n
    shrink = (float(ndtri((1 + level) / 2)) / reach(level, freedom)) ** 2
    worth = share * (1 - share) / variance * shrink
    return float(min(n, max(worth, 1.0)))


def _checked(successes: npt.ArrayLike, trials: npt.ArrayLike) -> tuple[Floats, Floats]:
    success, trial = all_finite(successes), all_finite(trials)
    if success.shape != trial.shape or (success < 0).any() or (success > trial).any():
        raise ValueError("need 0 <= successes <= trials, each with its trials")
    return success, trial
