"""How long things take that may never end: work in flight, and work that was set aside.

A share never comes; the time of the rest is log-normal; what is still open counts for as long as it
was watched. Few own cases lean on what other trackers showed, many speak for themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

from groundplan.inference.arrays import Floats, all_finite
from groundplan.terms.estimate import Estimate
from groundplan.terms.units import RATIO, SHARE, Share, WorkingDays

LEVEL: Final = 0.8  # of intervals
GIVEN_UP: Final = 130.0  # working days, half a year: what is not back by then counts as given up
_POINTS: Final = (41, 41, 15)  # of the grid: share that comes, middle, spread
_BINS: Final = 64  # of open times; a posterior does not see finer
_RAMPS: Final = np.linspace(-3.0, 3.0, 121)  # logarithms of the factor on what is left


@dataclass(frozen=True, slots=True)
class Prior:
    """How trackers differ. share: of what comes, worth so many cases (beta distribution).
    middle: the logarithm of the median time [log working days], between: its standard deviation
    between trackers. spread: the standard deviation within one, of logarithms."""

    share: Share
    cases: float
    middle: float
    between: float
    spread: float


@dataclass(frozen=True, slots=True)
class RampPrior:
    """How much longer what is left takes after a return: mean and deviation of the logarithm."""

    middle: float
    between: float


# Fitted to all trackers of evidence/switching; a test compares them with its result.json.
AWAY: Final = Prior(share=0.776, cases=10.0, middle=2.833, between=0.5, spread=1.545)
WORK: Final = Prior(share=0.859, cases=5.351, middle=1.25, between=0.539, spread=1.76)
RAMP: Final = RampPrior(middle=-0.137, between=0.5)
TRACKERS: Final = 11  # that ever set work aside
_SPREAD_BETWEEN: Final = 0.25  # of the logarithm of the spread, between trackers


@dataclass(frozen=True, slots=True)
class Axes:
    """Where likelihoods are computed: logits of the share that comes, middles, log spreads."""

    logit: Floats
    middle: Floats
    log_spread: Floats


@dataclass(frozen=True, slots=True)
class Learnt:
    """What may hold of one tracker, as many possibilities with their weights, shapes (k,).

    n: own cases behind it. middle, spread: of the logarithm of the time of what comes.
    """

    share: Floats
    middle: Floats
    spread: Floats
    weight: Floats
    n: int

    def draw(self, size: int, rng: np.random.Generator, after: WorkingDays = 0.0) -> Floats:
        """Times of new cases [working days], infinite for what never comes, shape (size,).

        after: they have lasted for so long already; the answer counts from then on.
        """
        lasts = self._lasts(after)
        weight = self.weight * (1 - self.share + self.share * lasts)
        some = rng.choice(len(weight), size=size, p=weight / weight.sum())
        share, lasted = self.share[some], lasts[some]
        comes = rng.random(size) < share * lasted / (1 - share + share * lasted)
        luck = ndtri(1 - lasted * (1 - rng.random(size)))
        times = np.exp(self.middle[some] + self.spread[some] * luck)
        return np.where(comes, np.maximum(times - after, 0.0), np.inf)

    def chance_of_never(self, by: WorkingDays = GIVEN_UP) -> Estimate:
        """The chance that a case has not come by then [share], with what is not known of it."""
        values = 1 - self.share * (1 - self._lasts(by))
        value = float(values @ self.weight)
        low, high = _quantiles(values, self.weight)
        return Estimate(
            value, min(low, value), max(high, value), LEVEL, SHARE, self.n, "own cases",
            "log-normal with a share that never comes, partially pooled",
        )  # fmt: skip

    def centre(self) -> tuple[float, float]:
        """The mean of the middle and of the spread."""
        return float(self.middle @ self.weight), float(self.spread @ self.weight)

    def _lasts(self, by: float) -> Floats:
        if by <= 0:
            return np.ones_like(self.share)
        return np.asarray(ndtr((self.middle - np.log(by)) / self.spread))


def learn(days: npt.ArrayLike, came: npt.ArrayLike, never: npt.ArrayLike, prior: Prior) -> Learnt:
    """What a tracker's cases say of how long such things take, and how many never come.

    days: how long each lasted, or was watched [working days]. came: it ended; never: it was given
    up; neither: it was open still. Any number of cases, also none.

    Source: Boag (1949), JRSS B 11 (a share that never comes); Farewell (1982), Biometrics 38;
    partial pooling: Gelman and Hill (2007), chapter 12. Posterior by quadrature.
    Errors: ValueError for negative or missing days, or what both came and was given up.
    """
    cases = _Cases.of(days, came, never)
    axes = _coarse(prior)
    for _ in range(2):  # look everywhere, then closely
        weight = np.exp(_standardise(cases.log_likelihood(axes) + log_prior(prior, axes)))
        axes = _refine(axes, weight)
    posterior = np.exp(_standardise(cases.log_likelihood(axes) + log_prior(prior, axes)))
    logit, middle, log_spread = np.meshgrid(axes.logit, axes.middle, axes.log_spread, indexing="ij")
    kept = (posterior > 1e-7 * posterior.max()).ravel()
    weight = posterior.ravel()[kept]
    return Learnt(
        share=1 / (1 + np.exp(-logit.ravel()[kept])),
        middle=middle.ravel()[kept],
        spread=np.exp(log_spread.ravel()[kept]),
        weight=weight / weight.sum(),
        n=cases.n,
    )


@dataclass(frozen=True, slots=True)
class Ramp:
    """What may hold of the factor on the time that is left after a return; shapes (k,)."""

    factor: Floats
    weight: Floats
    n: int

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """Factors [times], shape (size,)."""
        return rng.choice(self.factor, size=size, p=self.weight)

    def estimate(self) -> Estimate:
        """The factor [times]; 1 where a return costs nothing."""
        value = float(np.exp(np.log(self.factor) @ self.weight))
        low, high = _quantiles(self.factor, self.weight)
        return Estimate(
            value, min(low, value), max(high, value), LEVEL, RATIO, self.n, "own returns",
            "accelerated failure time against work never set aside, partially pooled",
        )  # fmt: skip


def learn_ramp(
    left: npt.ArrayLike,
    came: npt.ArrayLike,
    before: npt.ArrayLike,
    work: Learnt,
    prior: RampPrior = RAMP,
) -> Ramp:
    """How many times as long the rest takes after a return as it does in work never set aside.

    left: from each return until done, or as far as it was watched; before: spent in work earlier
    [working days]. Compared with work that has gone on for as long, so that large items, which are
    set aside more often, do not count as slow.

    Source: landmark comparison: Anderson, Cain and Gelber (1983), Journal of Clinical Oncology 1;
    accelerated failure time: Kalbfleisch and Prentice (2002), chapter 7.
    """
    likely = ramp_likelihood(left, came, before, work)
    weight = np.exp(_standardise(likely + _normal(_RAMPS, prior.middle, prior.between)))
    return Ramp(np.exp(_RAMPS), weight / weight.sum(), len(all_finite(left)))


def ramp_likelihood(
    left: npt.ArrayLike, came: npt.ArrayLike, before: npt.ArrayLike, work: Learnt
) -> Floats:
    """The log-likelihood of factors from exp(-3) to exp(3) on what is left, shape (121,)."""
    days, spent = np.maximum(all_finite(left), 1e-3), all_finite(before)
    ended = np.asarray(came, dtype=bool)
    middle, spread = work.centre()
    at = np.log(spent[:, None] + days[:, None] * np.exp(-_RAMPS))
    z = (at - middle) / spread
    density = -0.5 * z**2 - np.log(spread) - at - _RAMPS
    each = np.where(ended[:, None], density, log_ndtr(-z))
    each = each - log_ndtr((middle - np.log(np.maximum(spent, 1e-3))) / spread)[:, None]
    return np.asarray(each.sum(axis=0))


def log_prior(prior: Prior, axes: Axes) -> Floats:
    """The logarithm of a prior's density at every point of a grid, but for a constant."""
    log_share, log_rest = -np.logaddexp(0, -axes.logit), -np.logaddexp(0, axes.logit)
    share = prior.cases * (prior.share * log_share + (1 - prior.share) * log_rest)
    middle = _normal(axes.middle, prior.middle, prior.between)
    spread = _normal(axes.log_spread, float(np.log(prior.spread)), _SPREAD_BETWEEN)
    return np.asarray(share[:, None, None] + middle[None, :, None] + spread[None, None, :])


@dataclass(frozen=True, slots=True)
class _Cases:
    """What a likelihood needs of cases: sums of what came, counts, open times in bins."""

    log_days: Floats
    gone: int
    open_log: Floats
    open_count: Floats
    n: int

    @staticmethod
    def of(days: npt.ArrayLike, came: npt.ArrayLike, never: npt.ArrayLike) -> _Cases:
        lasted = all_finite(days)
        ended, gone = np.asarray(came, dtype=bool), np.asarray(never, dtype=bool)
        if (lasted < 0).any() or (ended & gone).any():
            raise ValueError("a time is negative, or what came was given up too")
        log_days = np.log(np.maximum(lasted, 1e-3))
        waiting = log_days[~ended & ~gone]
        count, edges = np.histogram(waiting, bins=_BINS) if len(waiting) else ([], [0.0])
        middles = (np.asarray(edges)[1:] + np.asarray(edges)[:-1]) / 2
        kept = np.asarray(count) > 0
        return _Cases(
            log_days[ended], int(gone.sum()), middles[kept],
            np.asarray(count, dtype=np.float64)[kept], len(lasted),
        )  # fmt: skip

    def log_likelihood(self, axes: Axes) -> Floats:
        """At every point of a grid, shape (shares, middles, spreads)."""
        log_share, log_rest = -np.logaddexp(0, -axes.logit), -np.logaddexp(0, axes.logit)
        spread = np.exp(axes.log_spread)[None, :]
        n, total = len(self.log_days), float(self.log_days.sum())
        squares = float((self.log_days**2).sum())
        middle = axes.middle[:, None]
        fit = -(squares - 2 * middle * total + n * middle**2) / (2 * spread**2) - n * np.log(spread)
        likely = n * log_share + self.gone * log_rest
        found = likely[:, None, None] + fit[None]
        lasts = log_ndtr((middle[..., None] - self.open_log) / spread[..., None])
        for here, log_share_here in enumerate(log_share):
            still = np.logaddexp(log_rest[here], log_share_here + lasts)
            found[here] += still @ self.open_count
        return np.asarray(found)


def log_likelihood(
    days: npt.ArrayLike, came: npt.ArrayLike, never: npt.ArrayLike, axes: Axes
) -> Floats:
    """The log-likelihood of a tracker's cases at every point of a grid; as `learn`."""
    return _Cases.of(days, came, never).log_likelihood(axes)


def _coarse(prior: Prior) -> Axes:
    wide, (shares, middles, spreads) = 4 * prior.between + 1.0, _POINTS
    centre = float(np.log(prior.spread))
    return Axes(
        np.linspace(-5.0, 7.0, shares),
        np.linspace(prior.middle - wide, prior.middle + wide, middles),
        np.linspace(centre - 1.0, centre + 1.0, spreads),
    )


def _refine(axes: Axes, weight: Floats) -> Axes:
    total = weight.sum()
    close = [
        _around(axis, weight.sum(axis=tuple({0, 1, 2} - {nr})) / total, points)
        for nr, (axis, points) in enumerate(
            zip((axes.logit, axes.middle, axes.log_spread), _POINTS, strict=True)
        )
    ]
    return Axes(*close)


def _around(axis: Floats, weight: Floats, points: int) -> Floats:
    mean = float(axis @ weight)
    deviation = float(np.sqrt(((axis - mean) ** 2) @ weight)) + float(axis[1] - axis[0]) / 2
    return np.linspace(mean - 4.5 * deviation, mean + 4.5 * deviation, points)


def _normal(values: Floats, mean: float, deviation: float) -> Floats:
    return np.asarray(-0.5 * ((values - mean) / deviation) ** 2 - np.log(deviation))


def _standardise(log_weight: Floats) -> Floats:
    return np.asarray(log_weight - log_weight.max())


def _quantiles(values: Floats, weight: Floats) -> tuple[float, float]:
    order = np.argsort(values)
    reached = np.cumsum(weight[order])
    wanted = ((1 - LEVEL) / 2 * reached[-1], (1 + LEVEL) / 2 * reached[-1])
    at: Sequence[int] = np.minimum(np.searchsorted(reached, wanted), len(values) - 1).tolist()
    return float(values[order][at[0]]), float(values[order][at[1]])
