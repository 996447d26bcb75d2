"""How long things take when some are still on their way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from groundplan.inference.arrays import Floats, Integers, all_finite
from groundplan.inference.longrun import LEVEL
from groundplan.inference.proportions import wilson_bounds
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import SHARE, Unit


@dataclass(frozen=True, slots=True)
class Curve:
    """The share still waiting after each time at which something arrived; shapes (k,)."""

    times: Floats
    waiting: Floats
    log_log_error: Floats
    at_risk: Integers
    n: int

    def bounds(self, level: float) -> tuple[Floats, Floats]:
        """The pointwise interval of `waiting`, on the log(-log) scale (Kalbfleisch, Prentice)."""
        z = float(ndtri((1 + level) / 2))
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            spread = np.exp(np.minimum(z * self.log_log_error, 700.0))
            low = np.where(self.waiting > 0, self.waiting**spread, 0.0)
            high = np.where(self.waiting > 0, self.waiting ** (1 / spread), 1.0)
        # Nobody is left: no variance, so the exact bound of those last at risk (Clopper, Pearson).
        sure = self.waiting == 0
        exact = 1 - ((1 - level) / 2) ** (1 / np.maximum(self.at_risk, 1))
        earlier = high[~sure][-1] if (~sure).any() else 1.0
        high = np.where(sure, np.minimum(exact, earlier), high)
        return low, high


def waiting_curve(durations: npt.ArrayLike, arrived: npt.ArrayLike) -> Curve:
    """The share still waiting over time, those under way counted while they could be seen.

    Product-limit estimator with Greenwood's variance; at ties arrivals come before leavings.

    Source: Kaplan and Meier (1958), Journal of the American Statistical Association 53; Greenwood
    (1926). Errors: ValueError for negative or missing durations.
    """
    duration = all_finite(durations)
    event = np.asarray(arrived, dtype=bool)
    if (duration < 0).any():
        raise ValueError("a duration is negative")
    times, inverse = np.unique(duration, return_inverse=True)
    deaths = np.bincount(inverse, weights=event, minlength=len(times))
    leaving = np.bincount(inverse, minlength=len(times))
    at_risk = len(duration) - np.concatenate(([0], np.cumsum(leaving)[:-1])).astype(np.int64)
    some = deaths > 0
    times, deaths, at_risk = times[some], deaths[some], at_risk[some]
    waiting: Floats = np.cumprod(1 - deaths / at_risk, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        error = np.sqrt(greenwood) / np.abs(np.log(waiting))
    return Curve(times, waiting, np.nan_to_num(error, posinf=0.0), at_risk, len(duration))


def quantile_of_waiting(
    durations: npt.ArrayLike,
    arrived: npt.ArrayLike,
    unit: Unit,
    n_of: str,
    *,
    share: float = 0.5,
    level: float = LEVEL,
) -> Measured:
    """The time by which a `share` has arrived [unit].

    Unknown while the curve, or its upper bound, has not come down that far.

    Source: Brookmeyer and Crowley (1982), Biometrics 38, with log(-log) bounds (Klein and
    Moeschberger 2003, section 4.5).
    """
    curve = waiting_curve(durations, arrived)
    target = 1 - share + 1e-12
    low_bound, high_bound = curve.bounds(level)
    reached = curve.waiting <= target
    if not reached.any():
        have = round(curve.n * (1 - float(curve.waiting[-1]))) if len(curve.times) else 0
        need = int(np.ceil(curve.n * share)) or 1
        return Unknown("too few have got there so far", have, max(need, have + 1), n_of)
    value = float(curve.times[reached][0])
    low = float(curve.times[low_bound <= target][0])
    above = high_bound <= target
    if not above.any():
        return Unknown("too few are left to bound the time", curve.n, 2 * curve.n, n_of)
    high = float(curve.times[above][0])
    return Estimate(value, low, high, level, unit, curve.n, n_of, "Kaplan-Meier, log-log bounds")


def share_arrived_by(
    durations: npt.ArrayLike,
    arrived: npt.ArrayLike,
    by: float,
    n_of: str,
    *,
    level: float = LEVEL,
) -> Measured:
    """The share that has arrived by a time [share], those still under way not held against it.

    Wilson's interval on the effective sample of Greenwood's variance (Cutler and Ederer 1958).

    Source: Kaplan and Meier (1958); effective sample: Cutler and Ederer (1958), Journal of Chronic
    Diseases 8; Dorey and Korn (1987), Statistics in Medicine 6.
    """
    duration = all_finite(durations)
    seen_through = (duration >= by).any() or np.asarray(arrived, dtype=bool).all()
    if not len(duration) or not seen_through:
        return Unknown("nobody has been watched for so long", 0, 1, n_of)
    curve = waiting_curve(duration, arrived)
    passed = curve.times <= by
    if not passed.any():
        watched = float((duration >= by).sum())
        low, high = wilson_bounds(0.0, watched, level)
        return Estimate(0.0, low, high, level, SHARE, curve.n, n_of, "Kaplan-Meier, Wilson")
    waiting = float(curve.waiting[passed][-1])
    error = float(curve.log_log_error[passed][-1]) * abs(np.log(waiting)) if waiting > 0 else 0.0
    worth = (1 - waiting) / (waiting * error**2) if waiting > 0 and error > 0 else float(curve.n)
    low, high = wilson_bounds(1 - waiting, max(min(worth, curve.n), 1.0), level)
    return Estimate(
        1 - waiting, low, high, level, SHARE, curve.n, n_of, "Kaplan-Meier, Wilson on Greenwood"
    )
