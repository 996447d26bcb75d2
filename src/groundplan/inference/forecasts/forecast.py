"""How many by then, and when for so many: one forecast answers both, so they never disagree."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, all_finite
from groundplan.inference.forecasts.paces import (
    LONGEST_WEEKS,
    SHIPPED,
    Constants,
    Pace,
    chance_at_most,
    measure_pace,
)
from groundplan.inference.forecasts.recalibration import (
    LEAST_ITEMS,
    LEAST_WEEKS,
    SHIPPED_SHAPE,
    Record,
    Shape,
    blend,
    prior_curve,
    read_curve,
    replay,
)
from groundplan.inference.forecasts.year_ends import share_worked
from groundplan.terms.estimate import Unknown

FURTHEST_WEEKS: Final = 52  # ahead; beyond it no promise was tested
# Weeks ahead at which dates are told apart: days first, then weeks.
TIMES: Final = np.concatenate([np.arange(15) / 7, np.arange(3.0, FURTHEST_WEEKS + 1)])
_ARRIVALS = (np.arange(32) + 0.5) / 32  # levels at which new work is looked at


@dataclass(frozen=True, slots=True)
class Forecast:
    """The future of one tracker: its pace, and what is known of such forecasts.

    window: weeks of history that the pace was read from. record: what came of the tracker's own
    earlier forecasts. ahead: what is worked in each of the coming weeks, 1 is usual. Chances are of
    finished items, counted from the end of the history.
    """

    pace: Pace
    window: int
    record: Record
    shape: Shape
    ahead: Floats

    def chance(
        self, items: npt.ArrayLike, weeks: npt.ArrayLike, capacity: Sequence[float] = ()
    ) -> Floats:
        """How likely at least so many items are done within so many weeks [share].

        The answer has a row for each horizon and a column for each number of items. capacity: what
        is worked in each coming week as a share of what is worked in it anyway (holidays, absence,
        one more person); weeks that it does not name stay as they are.
        """
        wanted = np.atleast_1d(np.asarray(items, dtype=np.float64))
        horizon = np.atleast_1d(np.asarray(weeks, dtype=np.float64))
        shares = self.ahead.copy()
        shares[: len(capacity)] *= np.asarray(capacity, dtype=np.float64)[: len(shares)]
        worked = worked_weeks(horizon, shares)
        raw = chance_at_most(self.pace, wanted - 1, horizon[:, None], worked[:, None])
        return 1.0 - read_curve(self._curves(horizon), raw)

    def how_many(self, weeks: float, level: float, capacity: Sequence[float] = ()) -> int | Unknown:
        """The most items of which one can say, this sure: at least so many within so many weeks.

        Counts are whole, so the claim is at least this sure. Unknown where not even one item is,
        and beyond a year. Errors: ValueError for a level outside (0, 1).
        """
        _check(level)
        if not 0 < weeks <= FURTHEST_WEEKS:
            return _too_far(weeks)
        most = 16
        while self.chance(most, weeks, capacity)[0, 0] >= level:
            most *= 4
        chances = self.chance(np.arange(1, most + 1), weeks, capacity)[0]
        count = int(np.searchsorted(-chances, -level, side="right"))
        if count == 0:
            sure = math.floor(100 * float(chances[0]))
            return Unknown("one item is not that sure", sure, math.ceil(100 * level), "percent")
        return count

    def at_most(self, weeks: float, level: float, capacity: Sequence[float] = ()) -> int | Unknown:
        """The fewest items of which one can say, this sure: no more than so many will be done."""
        _check(level)
        if not 0 < weeks <= FURTHEST_WEEKS:
            return _too_far(weeks)
        most = 16
        while self.chance(most, weeks, capacity)[0, 0] > 1 - level:
            most *= 4
        chances = self.chance(np.arange(1, most + 1), weeks, capacity)[0]
        return int(np.searchsorted(-chances, -(1 - level), side="left"))

    def when(
        self,
        items: int,
        level: float,
        capacity: Sequence[float] = (),
        growth: Forecast | None = None,
    ) -> float | Unknown:
        """The earliest time of which one can say, this sure: so many are done by then [weeks].

        growth: a forecast of the items that join this plan in the meantime, from its own history
        of weekly additions; taken as independent of what gets done. Unknown where it is not that
        sure within a year. Errors: ValueError for no items, or a level outside (0, 1).
        """
        _check(level)
        if items < 1:
            raise ValueError("there is nothing to finish")
        chances = self.chances_by_time(items, capacity, growth)
        time = _first_time(chances, level)
        if time is None:
            sure, need = math.floor(100 * float(chances[-1])), math.ceil(100 * level)
            return Unknown("not that sure within a year", sure, need, "percent")
        return time

    def dates(
        self, places: Iterable[int], levels: Sequence[float], capacity: Sequence[float] = ()
    ) -> list[list[float | None]]:
        """When the item at each place of a plan is done, at each level of sureness [weeks].

        A row for each place, as `when` would say it; None where it is not that sure within a year.
        All at once, so that a plan can be forecast again while it is being reordered.
        """
        for level in levels:
            _check(level)
        chances = self.chance(list(places), TIMES[1:], capacity).T
        rows = np.maximum.accumulate(np.insert(chances, 0, 0.0, axis=1), axis=1)
        return [[_first_time(row, level) for level in levels] for row in rows]

    def chances_by_time(
        self, items: int, capacity: Sequence[float] = (), growth: Forecast | None = None
    ) -> Floats:
        """How likely so many items are done by each of `TIMES` [share], rising."""
        chances = np.zeros(len(TIMES))
        if growth is None:
            chances[1:] = self.chance(items, TIMES[1:], capacity)[:, 0]
            return np.maximum.accumulate(chances)
        for i, weeks in enumerate(TIMES[1:], start=1):
            joined = growth.quantiles(float(weeks), _ARRIVALS)
            chances[i] = self.chance(items + joined, weeks, capacity)[0].mean()
        return np.maximum.accumulate(chances)

    def quantiles(
        self, weeks: float, levels: npt.ArrayLike, capacity: Sequence[float] = ()
    ) -> npt.NDArray[np.int64]:
        """The counts that hold these shares of the futures at or below them [items]."""
        wanted = np.asarray(levels, dtype=np.float64)
        most = 16
        while self.chance(most, weeks, capacity)[0, 0] > 1 - wanted.max():
            most *= 4
        at_most = 1.0 - self.chance(np.arange(1, most + 1), weeks, capacity)[0]
        return np.searchsorted(at_most, wanted, side="left").astype(np.int64)

    def _curves(self, weeks: Floats) -> Floats:
        weight, sums = self.record.near(weeks)
        return blend(prior_curve(self.shape, weeks, self.window), weight, sums)


def forecast(
    counts: npt.ArrayLike,
    until: np.datetime64 | None = None,
    *,
    constants: Constants = SHIPPED,
    shape: Shape = SHIPPED_SHAPE,
    longest: int = LONGEST_WEEKS,
) -> Forecast | Unknown:
    """Forecast from the items done in each week of a history, oldest first, whole weeks only.

    The pace is read from the last `longest` weeks; forecasts made at every earlier week of the
    history are scored, and their record recalibrates this one. until: the day that ends the last
    week, by which year's ends are known to be quiet; without it every week is a usual one. Unknown
    below six weeks, or below five items in the window. Errors: ValueError for negative, broken or
    missing counts.

    Source: evidence/forecast_coverage.
    """
    values = all_finite(counts)
    if values.ndim != 1 or (values < 0).any() or (values % 1 != 0).any():
        raise ValueError("counts are whole numbers of one row of weeks")
    history = values.astype(np.int64)
    if len(history) < LEAST_WEEKS:
        return Unknown("too short a history", len(history), LEAST_WEEKS, "weeks")
    recent = history[-longest:]
    if recent.sum() < LEAST_ITEMS:
        reason = f"too few items were done in the last {len(recent)} weeks"
        return Unknown(reason, int(recent.sum()), LEAST_ITEMS, "items")
    worked = np.ones(len(history) + FURTHEST_WEEKS)
    if until is not None:
        worked = share_worked(until, len(history), FURTHEST_WEEKS)
    past = replay(history, worked, constants, longest)
    known = past.known_at(np.array([len(history)]))
    record = Record(known.weights[0], known.sums[0])
    pace = measure_pace(recent, constants, worked[: len(history)][-longest:])
    return Forecast(pace, len(recent), record, shape, worked[len(history) :])


def worked_weeks(weeks: Floats, shares: Floats) -> Floats:
    """Usual weeks of work within so many calendar weeks, whose shares are given [weeks]."""
    done = np.concatenate([[0.0], np.cumsum(shares)])
    within = np.interp(weeks, np.arange(len(done)), done)
    return np.asarray(np.maximum(within + np.maximum(weeks - len(shares), 0.0), 1e-9))


def _first_time(chances: Floats, level: float) -> float | None:
    if chances[-1] < level:
        return None
    after = int(np.searchsorted(chances, level, side="left"))
    step = (level - chances[after - 1]) / (chances[after] - chances[after - 1])
    return float(TIMES[after - 1] + step * (TIMES[after] - TIMES[after - 1]))


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a level lies between 0 and 1, not at {level}")


def _too_far(weeks: float) -> Unknown:
    return Unknown(
        f"no promise was tested beyond {FURTHEST_WEEKS} weeks",
        FURTHEST_WEEKS,
        math.ceil(weeks),
        "weeks",
    )
