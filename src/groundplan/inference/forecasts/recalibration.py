"""Making a promise come true as often as it says: by other projects' record, then by one's own.

The raw chance of a pace is passed through the shape that other projects' outcomes had, and that
shape gives way to the tracker's own record as it grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from groundplan.inference.arrays import Floats
from groundplan.inference.forecasts.paces import (
    LONGEST_WEEKS,
    SHIPPED,
    Constants,
    Pace,
    chance_at_most,
    measure_pace,
)

LEAST_WEEKS: Final = 6  # of history before the first forecast
LEAST_ITEMS: Final = 5  # done in the window that a forecast is made from
HORIZONS: Final = (1, 2, 4, 8, 13, 26, 52)  # weeks ahead that a tracker's record is kept for
OTHERS: Final = 20.0  # forecasts of one's own that weigh as much as all other projects
_CELLS = 200
_GRID: Floats = np.linspace(0.0, 1.0, _CELLS + 1)
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Shape:
    """How outcomes of other projects fell within their raw chances (evidence/forecast_coverage).

    A raw chance p becomes Phi(shift + stretch * Phi^-1(p)); shift and log(stretch) are linear in
    1, log(horizon / 4), log(window / 12) and log(horizon / 4)^2, weeks both.
    """

    shift: tuple[float, float, float, float]
    stretch: tuple[float, float, float, float]


SHIPPED_SHAPE: Final = Shape((0.012, -0.035, -0.069, 0.007), (0.111, 0.048, 0.01, -0.039))
PLAIN_SHAPE: Final = Shape((0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 0.0))


@dataclass(frozen=True, slots=True)
class Record:
    """What came of a tracker's own forecasts, by horizon.

    weights: forecasts that do not overlap, shape (..., horizons). sums: how many of them came out
    at or below each raw chance of a fixed grid, shape (..., horizons, grid).
    """

    weights: Floats
    sums: Floats

    def near(self, weeks: npt.ArrayLike) -> tuple[Floats, Floats]:
        """The record at other horizons, between the kept ones in log weeks; replaces that axis."""
        ahead = np.log(np.asarray(weeks, dtype=np.float64))
        place = np.interp(ahead, np.log(HORIZONS), np.arange(len(HORIZONS)))
        below = np.minimum(place.astype(np.int64), len(HORIZONS) - 2)
        part = place - below
        weight = self.weights[..., below] * (1 - part) + self.weights[..., below + 1] * part
        lower, upper = self.sums[..., below, :], self.sums[..., below + 1, :]
        return weight, lower + part[..., None] * (upper - lower)


def no_record() -> Record:
    """The record of a tracker that never forecast anything."""
    return Record(np.zeros(len(HORIZONS)), np.zeros((len(HORIZONS), len(_GRID))))


def prior_curve(shape: Shape, weeks: npt.ArrayLike, window: npt.ArrayLike) -> Floats:
    """The recalibrated chance at each raw chance of the grid, by other projects alone [share].

    weeks and window broadcast to (...); the answer has shape (..., grid). Days ahead are read as
    one week, the shortest horizon that was studied.
    """
    ahead, seen = np.broadcast_arrays(
        np.log(np.maximum(np.asarray(weeks, dtype=np.float64), 1.0) / 4),
        np.log(np.asarray(window, dtype=np.float64) / 12),
    )
    terms = np.stack([np.ones_like(ahead), ahead, seen, ahead**2], axis=-1)
    shift = (terms @ np.array(shape.shift))[..., None]
    stretch = np.exp(terms @ np.array(shape.stretch))[..., None]
    curve = ndtr(shift + stretch * ndtri(np.clip(_GRID, _EDGE, 1 - _EDGE)))
    curve[..., 0], curve[..., -1] = 0.0, 1.0
    return np.asarray(curve, dtype=np.float64)


def blend(prior: Floats, weight: Floats, sums: Floats) -> Floats:
    """Other projects' curve giving way to the own record, shape (..., grid) [share].

    The mean of a Dirichlet process with the others as its base and a concentration of `OTHERS`.

    Source: Ferguson (1973), Annals of Statistics 1(2); recalibration of predictive distributions
    as in Dawid (1984), Journal of the Royal Statistical Society A 147.
    """
    return np.asarray((OTHERS * prior + sums) / (OTHERS + weight)[..., None], dtype=np.float64)


def read_curve(curve: Floats, raw: npt.ArrayLike) -> Floats:
    """The recalibrated chances of raw ones [share]; curve (..., grid), raw (..., n)."""
    place = np.clip(np.asarray(raw, dtype=np.float64), 0.0, 1.0) * _CELLS
    below = np.minimum(place.astype(np.int64), _CELLS - 1)
    lower = np.take_along_axis(curve, below, axis=-1)
    upper = np.take_along_axis(curve, below + 1, axis=-1)
    return np.asarray(lower + (place - below) * (upper - lower), dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Replay:
    """Forecasts made at every past week of a tracker, and what came of them.

    origins: weeks of history that each forecast had. pace: one for each. raw: the raw chances of
    fewer than, and at most, what came within each horizon, shape (origins, horizons, 2); NaN where
    the future is not over. growing: `Record.sums` of the first forecasts, by number of them.
    """

    origins: npt.NDArray[np.int64]
    windows: npt.NDArray[np.int64]
    pace: Pace
    raw: Floats
    growing: Floats

    def known_at(self, weeks: npt.NDArray[np.int64]) -> Record:
        """The record as it stood after so many weeks of history: only futures that were over."""
        ends = np.array(HORIZONS)
        known = np.searchsorted(self.origins, weeks[:, None] - ends, side="right")
        return Record(known / ends, self.growing[known, np.arange(len(ends))])


def replay(
    counts: npt.NDArray[np.int64],
    worked: Floats,
    constants: Constants = SHIPPED,
    longest: int = LONGEST_WEEKS,
) -> Replay:
    """Forecast at every week of a history, oldest first, from at most `longest` weeks before it.

    worked: what is worked in each of these weeks, 1 is usual. Left out: weeks before which less
    than `LEAST_ITEMS` items were done in the window.
    """
    total = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(min(LEAST_WEEKS, longest), len(counts) + 1)
    window = np.minimum(at, longest)
    enough = total[at] - total[at - window] >= LEAST_ITEMS
    at, window = at[enough], window[enough]
    pace = _measure_all(counts, worked, at, window, constants)
    ends = np.array(HORIZONS)
    later = at[:, None] + ends
    over = np.minimum(later, len(counts))
    came = total[over] - total[at][:, None]
    done = np.concatenate([[0.0], np.cumsum(worked)])
    effort = np.where(later > len(counts), 1.0, done[over] - done[at][:, None])
    each = Pace(pace.rate[:, None], pace.drift[:, None], pace.burst[:, None], pace.horizon)
    raw = np.stack([chance_at_most(each, came - k, ends, effort) for k in (1, 0)], axis=-1)
    raw[later > len(counts)] = np.nan
    share = _spread(raw) / ends[:, None]
    growing = np.concatenate([np.zeros((1, *share.shape[1:])), np.nancumsum(share, axis=0)])
    return Replay(at, window, pace, raw, growing)


def _spread(raw: Floats) -> Floats:
    """An outcome between two raw chances (counts are discrete) as a distribution on the grid."""
    low, high = raw[..., 0, None], raw[..., 1, None]
    return np.clip((_GRID - low) / np.maximum(high - low, 1e-9), 0.0, 1.0)


def _measure_all(
    counts: npt.NDArray[np.int64],
    worked: Floats,
    at: npt.NDArray[np.int64],
    window: npt.NDArray[np.int64],
    constants: Constants,
) -> Pace:
    columns = np.zeros((3, len(at)))
    for weeks in np.unique(window):
        here = window == weeks
        first = at[here] - weeks
        seen, usual = (
            np.lib.stride_tricks.sliding_window_view(series, int(weeks))[first]
            for series in (counts, worked[: len(counts)])
        )
        pace = measure_pace(seen, constants, usual)
        columns[:, here] = pace.rate, pace.drift, pace.burst
    return Pace(columns[0], columns[1], columns[2], constants.drift_horizon)
