"""How good promises were: how often they came true, how sharp they were, and how far off."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers

_CELLS: Final = 120


def count_grid(scale: npt.ArrayLike, most: npt.ArrayLike) -> Integers:
    """Counts at which a distribution is judged: every small one, then in growing steps.

    scale and most broadcast to (...); the answer has shape (..., grid) and ends above both.
    """
    top = np.maximum(12 * np.asarray(scale, dtype=np.float64), np.asarray(most)) + _CELLS
    steps = np.arange(_CELLS)
    growth = np.log(top / (_CELLS - 1))[..., None] / (_CELLS - 1)
    grid = np.rint(steps * np.exp(growth * steps)).astype(np.int64)
    return np.asarray(grid)


def crps_of_counts(grid: Integers, at_most: Floats, came: Integers) -> Floats:
    """The continuous ranked probability score of forecast counts [items]; lower is better.

    grid and at_most: counts and their chances, (..., grid); came: what happened, (...).

    Source: Gneiting and Raftery (2007), Journal of the American Statistical Association 102.
    """
    width = np.diff(grid, axis=-1)
    missed = at_most[..., :-1] - (came[..., None] <= grid[..., :-1])
    return np.asarray((width * missed**2).sum(axis=-1), dtype=np.float64)


def crps_of_times(by_week: Floats, took: Floats, known_weeks: Floats) -> Floats:
    """The score of a forecast time, over the weeks that the history goes on for [weeks].

    by_week: the chance of being done after 1, 2, ... weeks; took: when it was done [weeks], of
    which only what lies before the end of the history counts; so open items are censored.

    Source: the threshold-weighted score of Gneiting and Ranjan (2011), Journal of Business &
    Economic Statistics 29(3).
    """
    weeks = np.arange(1, by_week.shape[-1] + 1)
    missed = by_week - (took[..., None] <= weeks)
    seen = weeks <= known_weeks[..., None]
    return np.asarray((missed**2 * seen).sum(axis=-1), dtype=np.float64)


def interval_width(grid: Integers, at_most: Floats, level: float) -> Floats:
    """The width of the central interval that should hold this share of outcomes [items]."""
    low = read_quantile(grid, at_most, (1 - level) / 2)
    return np.asarray(read_quantile(grid, at_most, (1 + level) / 2) - low, dtype=np.float64)


def read_quantile(grid: Integers, at_most: Floats, level: float) -> Floats:
    """The smallest count with at least this chance of being enough, between counts of the grid."""
    after = np.clip((at_most < level).sum(axis=-1), 1, grid.shape[-1] - 1)[..., None]
    high, low = (np.take_along_axis(at_most, at, -1)[..., 0] for at in (after, after - 1))
    above, below = (np.take_along_axis(grid, at, -1)[..., 0] for at in (after, after - 1))
    part = np.clip((level - low) / np.maximum(high - low, 1e-12), 0.0, 1.0)
    return np.where(at_most[..., 0] >= level, 0.0, np.ceil(below + part * (above - below)))


def times_reached(by_week: Floats, level: float) -> Floats:
    """When a chance that rises week by week first is this high [weeks]; infinity if never."""
    rising = np.maximum.accumulate(by_week, axis=-1)
    rising = np.concatenate([np.zeros((*rising.shape[:-1], 1)), rising], axis=-1)
    after = np.clip((rising < level).sum(axis=-1), 1, rising.shape[-1] - 1)
    high = np.take_along_axis(rising, after[..., None], -1)[..., 0]
    low = np.take_along_axis(rising, after[..., None] - 1, -1)[..., 0]
    time = after - 1 + (level - low) / np.maximum(high - low, 1e-12)
    return np.where(high >= level, time, np.inf)
