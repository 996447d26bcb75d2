"""What the field sells: past weeks drawn at random, with replacement, as if each week were alike.

It is here to be compared with, on every tracker that is back-tested. No page shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers

FUTURES: Final = 500


@dataclass(frozen=True, slots=True)
class Drawn:
    """Chances of bootstrap futures. at_most: of counts by horizon, shape (origins, horizons, grid);
    by_week: of having finished the wanted items after 1, 2, ... weeks, (origins, wanted, weeks).
    """

    at_most: Floats
    by_week: Floats


def draw_weeks(
    windows: list[Integers],
    horizons: tuple[int, ...],
    grids: Integers,
    wanted: Integers,
    weeks: int,
    rng: np.random.Generator,
    *,
    block: int = 1,
) -> Drawn:
    """Draw futures for each window of weekly counts, and read off their chances.

    grids: counts to judge, (origins, horizons, grid). wanted: items to finish, (origins, wanted).
    block: consecutive weeks drawn together.

    Source: throughput Monte Carlo as in Magennis (2015), Forecasting and Simulating Software
    Development Projects; blocks as in Kuensch (1989), Annals of Statistics 17(3).
    """
    at_most = np.empty(grids.shape)
    by_week = np.empty((*wanted.shape, weeks))
    pieces = -(-weeks // block)
    for i, window in enumerate(windows):
        size = min(block, len(window))
        start = rng.integers(len(window) - size + 1, size=(FUTURES, pieces, 1))
        chosen = (start + np.arange(block) % size).reshape(FUTURES, -1)[:, :weeks]
        total = np.cumsum(window[chosen], axis=1)
        for j, horizon in enumerate(horizons):
            ordered = np.sort(total[:, horizon - 1])
            at_most[i, j] = np.searchsorted(ordered, grids[i, j], side="right") / FUTURES
        for j, items in enumerate(wanted[i]):
            by_week[i, j] = (total >= items).mean(axis=0)
    return Drawn(at_most, by_week)
