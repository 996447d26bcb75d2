"""How likely a KPI is at its target when a period ends, from its own series.

What the team plans is not in it: who expects a jump that the series has never seen expects more
than this can know, and the record of past chances shows how often that was right.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.changepoints.segments import winsorise
from groundplan.inference.predictions import weighted_quantiles
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Unit

LEAST_LEVELS: Final = 8
MOST_LEVELS: Final = 200  # newest ones that are looked at
CLOSING_DAYS: Final = 28.0  # of the period's end, whose mean counts
LEVEL: Final = 0.9
METHOD: Final = "local level with a fading drift, averaged over its parameters, Student's t"
# Chosen on half of the series of evidence/goal_chances, judged on the others.
FADES_IN: Final = 0.5  # of the history's length: in this time a drift loses 63% of its pace
TAILS: Final = 2  # degrees of freedom ahead at most: what comes may be of another kind
MOST_SURE: Final = 0.98
# How far a level wanders between two sessions, and drifts over the history, in widths of noise.
_STEPS: Final = (0.0, 0.03, 0.06, 0.1, 0.2, 0.4, 0.8, 1.6, 4.0, 12.0)
_DRIFTS: Final = (0.0, 1.0, 4.0, 16.0)
NO_DRIFT: Final = 0.9  # its share of the weight beforehand
_ATOMS: Final = 199  # of each model, where quantiles of all together are read
_FINEST: Final = 1e-9  # noise, of the size of the values: what adding in floating point leaves


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: a value, from above or below, until a day on the series' own clock."""

    target: float
    lower_is_better: bool
    end_day: float

    def is_met(self, level: float) -> bool:
        """Whether a level is at the target or beyond."""
        return level <= self.target if self.lower_is_better else level >= self.target


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a KPI will be when its period ends. chance: of reaching the target [share].

    now: its level today; at_end: its mean over the closing days, at 90% [the KPI's unit].
    """

    chance: float
    now: Estimate
    at_end: Estimate


def foresee(
    days: npt.ArrayLike, levels: npt.ArrayLike, aim: Aim, today: float, unit: Unit
) -> Outlook | Unknown:
    """How likely a KPI's mean over the closing days of the period reaches the target [share].

    days: when each level was measured, in order [days]; levels: one a session. No chance below 2%
    or above 98% before the end. How: `look_ahead`.
    """
    end = look_ahead(days, levels, aim.end_day, today)
    if isinstance(end, Unknown):
        return end
    told = (
        Estimate(middle, min(low, middle), max(high, middle), LEVEL, unit, end.now.freedom + 1,
                 "sessions", METHOD)
        for low, middle, high in (end.now.quantiles(), end.ends())
    )  # fmt: skip
    return Outlook(end.chance(aim), *told)


def look_ahead(
    days: npt.ArrayLike, levels: npt.ArrayLike, end_day: float, today: float
) -> End | Unknown:
    """What a KPI's mean over the closing days of a period will be.

    The level wanders, drifts and is measured with noise; how much of each is averaged over a grid,
    by how likely it makes the series, on the values and, where all are above zero, on their
    logarithms. A drift fades. Outliers are drawn in. What is measured already of the closing days
    counts as it is. No randomness.

    Source: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter; fading:
    Gardner and McKenzie (1985), Management Science 31; averaging: Hoeting et al. (1999),
    Statistical Science 14. Checked in evidence/goal_chances.
    Errors: ValueError for values that are no numbers, or days out of order.
    """
    at, values = _check(days, levels)
    if len(values) < LEAST_LEVELS:
        reason = "too few sessions to see how the KPI moves"
        return Unknown(reason, len(values), LEAST_LEVELS, "sessions")
    closing = closing_days(at)
    begins = max(end_day - closing, today)
    come = max((end_day - begins) / _gap(at), 1.0) if begins < end_day else 0.0
    seen = values[(at > end_day - closing) & (at <= end_day)]
    if not come and not len(seen):
        return Unknown("nothing was measured in the closing days", 0, 1, "sessions")
    models = _fit(at[-MOST_LEVELS:], values[-MOST_LEVELS:])
    ahead = models.ahead((begins + end_day) / 2 - float(at[-1]), max(come, 1.0))
    still_open = come / (come + len(seen))
    known = (1 - still_open) * float(seen.mean()) if len(seen) else 0.0
    return End(models.now(), ahead, still_open, known)


def settle(days: npt.ArrayLike, levels: npt.ArrayLike, aim: Aim) -> float | Unknown:
    """The mean level over the closing days of a period that is over [the KPI's unit]."""
    at, values = _check(days, levels)
    closing = values[(at > aim.end_day - closing_days(at)) & (at <= aim.end_day)]
    if not len(closing):
        return Unknown("nothing was measured in the closing days", 0, 1, "sessions")
    return float(closing.mean())


def closing_days(days: Floats) -> float:
    """How many of a period's last days count: 28, more where sessions are further apart [days]."""
    return max(CLOSING_DAYS, _gap(days) if len(days) > 1 else 0.0)


def _check(days: npt.ArrayLike, levels: npt.ArrayLike) -> tuple[Floats, Floats]:
    at, values = all_finite(days), all_finite(levels)
    if len(at) != len(values) or (np.diff(at) < 0).any():
        raise ValueError("each level needs its day, and days stand in order")
    return at, values


def _gap(days: Floats) -> float:
    """The usual time between sessions [days]; at least an hour."""
    return max(float(np.median(np.diff(days))), 1 / 24)


@dataclass(frozen=True, slots=True)
class _Mixture:
    """Student's t around many places, some of them of a logarithm; shapes (models,)."""

    weight: Floats
    place: Floats
    scale: Floats
    logged: npt.NDArray[np.bool_]
    freedom: int

    def below(self, value: float) -> float:
        """The chance of less than a value [share]."""
        point = np.where(self.logged, np.log(value) if value > 0 else -np.inf, value)
        return float(self.weight @ stdtr(self.freedom, (point - self.place) / self.scale))

    def quantiles(self) -> tuple[float, float, float]:
        """The lower end, the middle and the upper end of the interval."""
        shares = (np.arange(_ATOMS) + 0.5) / _ATOMS
        atoms = self.place[:, None] + self.scale[:, None] * stdtrit(self.freedom, shares)
        atoms = np.where(self.logged[:, None], np.exp(np.clip(atoms, -700, 700)), atoms)
        weights = np.broadcast_to(self.weight[:, None], atoms.shape)
        tail = (1 - LEVEL) / 2
        found = weighted_quantiles(
            atoms.reshape(1, -1), weights.reshape(1, -1), np.array([tail, 0.5, 1 - tail])
        )[0]
        return float(found[0]), float(found[1]), float(found[2])


@dataclass(frozen=True, slots=True)
class End:
    """The mean over the closing days: what is open of it, as a share, and what is known.

    now: the level today; ahead: the mean of what is still to come.
    """

    now: _Mixture
    ahead: _Mixture
    still_open: float
    known: float

    def chance(self, aim: Aim) -> float:
        """The chance that it is at the target or beyond [share]."""
        if not self.still_open:
            return float(aim.is_met(self.known))
        under = self.ahead.below((aim.target - self.known) / self.still_open)
        return min(max(under if aim.lower_is_better else 1 - under, 1 - MOST_SURE), MOST_SURE)

    def ends(self) -> tuple[float, float, float]:
        """Its lower end, middle and upper end, at 90%."""
        if not self.still_open:
            return self.known, self.known, self.known
        low, middle, high = (self.known + self.still_open * v for v in self.ahead.quantiles())
        return low, middle, high


@dataclass(frozen=True, slots=True)
class _Models:
    """The level and its drift now, as each model of the grid sees them; shapes (models,).

    Variances are in squared widths of noise. step: of the wandering, a day; fades: in days.
    """

    weight: Floats
    noise: Floats
    level: Floats
    drift: Floats
    variances: tuple[Floats, Floats, Floats]
    step: Floats
    logged: npt.NDArray[np.bool_]
    freedom: int
    fades: float

    def now(self) -> _Mixture:
        """The level today."""
        return self._mix(self.level, self.variances[0], self.freedom)

    def ahead(self, days: float, sessions: float) -> _Mixture:
        """The mean of so many sessions around a day ahead."""
        go = self.fades * -np.expm1(-days / self.fades)
        own, both, drift = self.variances
        wander = own + 2 * go * both + go**2 * drift + self.step * max(days, 0.0)
        place = self.level + go * self.drift
        return self._mix(place, wander + 1 / sessions, min(self.freedom, TAILS))

    def _mix(self, place: Floats, variance: Floats, freedom: int) -> _Mixture:
        scale = self.noise * np.sqrt(np.maximum(variance, 0.0))
        return _Mixture(self.weight, place, scale, self.logged, freedom)


def _fit(at: Floats, values: Floats) -> _Models:
    """Every model of the grid, weighed by how likely it makes the series."""
    drawn = winsorise(values[None, :])[0]
    sides = [_filter(at, drawn, logged=False)]
    if (drawn > 0).all():
        sides.append(_filter(at, np.log(drawn), logged=True))
    evidence = np.concatenate([side[0] for side in sides])
    columns = [np.concatenate(column) for column in zip(*(side[1] for side in sides), strict=True)]
    weight = np.exp(evidence - evidence.max())
    noise, level, drift, own, both, of_drift, step = columns
    half = len(sides[0][0])
    span = max(float(at[-1] - at[0]), 1.0)
    return _Models(
        weight / weight.sum(), noise, level, drift, (own, both, of_drift), step,
        np.arange(len(evidence)) >= half, len(values) - 1, FADES_IN * span,
    )  # fmt: skip


def _filter(at: Floats, values: Floats, *, logged: bool) -> tuple[Floats, tuple[Floats, ...]]:
    """The Kalman filter of every model at once, given the first value: log likelihood, and state.

    The width of noise is left free: its likelihood, integrated, is Student's t.
    """
    grid = np.array(list(product(_STEPS, _DRIFTS)))
    span, gap = max(float(at[-1] - at[0]), 1.0), _gap(at)
    step = grid[:, 0] ** 2 / gap
    level, drift = np.full(len(grid), values[0]), np.zeros(len(grid))
    own, both, of_drift = np.ones(len(grid)), np.zeros(len(grid)), (grid[:, 1] / span) ** 2
    squares, spread = np.zeros(len(grid)), np.zeros(len(grid))
    for days, value in zip(np.diff(at), values[1:], strict=True):
        level = level + days * drift
        own = own + 2 * days * both + days**2 * of_drift + step * days
        both = both + days * of_drift
        error, of_error = value - level, own + 1
        squares += error**2 / of_error
        spread += np.log(of_error)
        gain, turn = own / of_error, both / of_error
        level, drift = level + gain * error, drift + turn * error
        own, both, of_drift = own - gain * own, both - gain * both, of_drift - turn * both
    freedom = len(values) - 1
    size = float(np.abs(values).max()) if not logged else 1.0
    noise = np.sqrt(squares / freedom + (_FINEST * max(size, 1e-300)) ** 2)
    prior = np.log(np.where(grid[:, 1] > 0, (1 - NO_DRIFT) / (len(_DRIFTS) - 1), NO_DRIFT))
    jacobian = values[1:].sum() if logged else 0.0
    evidence = prior - 0.5 * spread - freedom * np.log(noise) - jacobian
    return np.asarray(evidence), (noise, level, drift, own, both, of_drift, step)
