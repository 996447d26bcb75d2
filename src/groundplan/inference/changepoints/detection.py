"""Which changes of level a series of measurements shows, and how seldom a quiet one would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.changepoints.alarms import (
    LEAST_POINTS,
    alarm_probability,
    price_of_break,
)
from groundplan.inference.changepoints.choice import Steps, weigh
from groundplan.inference.changepoints.places import gap_probability, local_strength, place, size
from groundplan.inference.changepoints.segments import Fit, prepare, winsorise
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Style, Unit

ALARM_RATE: Final = 0.05  # of quiet series
MOST_POINTS: Final = 400  # that are looked at one by one
MOST_BLOCKS: Final = 150  # of longer series, whose blocks' means are looked at
MOST_CHANGES: Final = 12
MOST_GAP_PROBABILITY: Final = 0.01  # of a gap between levels, whatever the dependence
AS_MEASURED: Final = Unit("as_measured", "as measured", Style.RATE)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of level: `index` is the first point after it, counting from 0.

    low, high: the interval of index, at 90%. size: the level after less the level before.
    alarm_probability: of a quiet series as long, how likely is any alarm as strong as this
    [share]; 0.001 stands for all that is rarer.
    """

    index: int
    low: int
    high: int
    size: Estimate
    alarm_probability: float


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes of a series, in order; `found` is empty where nothing speaks for one.

    n: points. resemblance: the autocorrelation found between neighbours around their levels.
    growth: per point, where steady growth lies under the levels, else 0. pooled: how many points
    were taken as one. alarm_rate: how many of a hundred quiet series would have any change here
    [share]. alarm_probability: how likely a quiet series shows as much as this one.
    """

    found: tuple[Change, ...]
    n: int
    resemblance: float
    growth: float
    pooled: int
    alarm_rate: float
    alarm_probability: float


def find_changes(
    values: npt.ArrayLike, *, alarm_rate: float = ALARM_RATE, unit: Unit = AS_MEASURED
) -> Changes | Unknown:
    """When a series of measurements, oldest first, changed its level, and by how much.

    At most `alarm_rate` of quiet series get any change: series that resemble their neighbours
    (autoregression up to 0.6), with outliers, steady growth or one slow wave. Steps must explain
    the series better than each of these does, each step at a price that simulated quiet series
    seldom pay. A level that lasts fewer than five points, or a fiftieth of the series, is none; in
    a series of more than 400 points a thirtieth. Points count in their order, as if evenly spaced.
    No randomness: the same series, the same answer. Unknown below twenty points.

    Source: evidence/change_points, which compares it with the field's methods. Errors: ValueError
    for missing values, or an alarm rate outside 0.001 to 0.2.
    """
    series = all_finite(values)
    points = len(series)
    if points < LEAST_POINTS:
        return Unknown("too short to tell a change from chance", points, LEAST_POINTS, "points")
    pooled = 1 if points <= MOST_POINTS else -(-points // MOST_BLOCKS)
    blocks = _means(series, pooled)
    price = price_of_break(alarm_rate, len(blocks))
    spread = float(np.ptp(series))
    if spread == 0 or not np.isfinite(spread):
        return Changes((), points, 0.0, 0.0, pooled, alarm_rate, 1.0)
    rivals = weigh(blocks / spread, MOST_CHANGES)
    chance = alarm_probability(rivals.strength(), len(blocks))
    steps = rivals.choose(price)
    kept, strengths = _worth(steps, price) if steps else (None, ())
    if steps is None or kept is None or not kept.starts:
        fit = rivals.quiet_fit
        return Changes((), points, fit.resemblance, 0.0, pooled, alarm_rate, chance)
    found = tuple(
        _describe(series, steps, kept, at, pooled, spread, strength, unit)
        for at, strength in enumerate(strengths)
    )
    growth = steps.slope * spread / pooled
    return Changes(found, points, kept.resemblance, growth, pooled, alarm_rate, chance)


def _means(series: Floats, pooled: int) -> Floats:
    """Means of blocks of so many points without outliers; what is over at the start is in none."""
    if pooled == 1:
        return series
    whole = winsorise(series[None, :])[0, len(series) % pooled :]
    return np.asarray(whole.reshape(-1, pooled).mean(axis=1))


def _worth(steps: Steps, price: float) -> tuple[Fit, tuple[float, ...]]:
    """The breaks that are each worth their price, in the whole series and by their own segments.

    The weakest goes first, until all of them are.
    """
    fit = steps.fit
    while fit.starts:
        local = local_strength(steps.series, fit.starts, fit.resemblance)
        without = [fit.starts[:at] + fit.starts[at + 1 :] for at in range(len(fit.starts))]
        whole = [steps.series.fit(starts).deviance - fit.deviance for starts in without]
        likely = gap_probability(steps.series, fit.starts) > MOST_GAP_PROBABILITY
        strength = np.where(likely, 0.0, np.minimum(local, whole))
        weakest = int(np.argmin(strength))
        if strength[weakest] >= price:
            return fit, tuple(float(s) for s in strength)
        fit = steps.series.fit(without[weakest])
    return fit, ()


def _describe(
    series: Floats,
    steps: Steps,
    fit: Fit,
    at: int,
    pooled: int,
    spread: float,
    strength: float,
    unit: Unit,
) -> Change:
    ends = (0, *fit.starts, len(steps.series.values))
    first, start, after = ends[at : at + 3]
    index, low, high = place(steps.series, first, start, after, fit.resemblance)
    told = size(steps.series, first, start, after, fit.resemblance, unit)
    parts = (told.value * spread, told.low * spread, told.high * spread)
    shift = Estimate(*parts, told.level, unit, told.n * pooled, told.n_of, told.method)
    if pooled > 1:
        skipped = len(series) % pooled
        index, low, high = (skipped + pooled * p for p in (index, low, high))
        index = _sharpen(series, index, pooled)
        low, high = min(low - pooled, index), max(high + pooled, index)
    chance = alarm_probability(strength, len(steps.series.values))
    return Change(index, max(low, 1), min(high, len(series) - 1), shift, chance)


def _sharpen(series: Floats, index: int, pooled: int) -> int:
    """The point within two blocks around a change of blocks that parts the levels best."""
    first, after = max(0, index - 10 * pooled), min(len(series), index + 10 * pooled)
    near = prepare(series[first:after])
    starts = np.arange(max(index - 2 * pooled, first + 5), min(index + 2 * pooled, after - 5))
    if not len(starts):
        return index
    ends = np.array(0), np.array(after - first)
    total = near.fine.squares(ends[0], starts - first) + near.fine.squares(starts - first, ends[1])
    told = near.deviances(total, 2, near.fine.phi[:, None])
    return int(starts[int(np.argmin(told.min(axis=0)))])
