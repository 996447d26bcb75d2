"""Many whole futures of a plan at once, for what one date cannot answer: two goals, an order.

Each item's date has exactly the forecast's chances. Within one future, luck at one place in the
plan resembles luck at another the more, the nearer they are.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from groundplan.inference.arrays import Floats
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS, TIMES, Forecast

Weeks32 = npt.NDArray[np.float32]

RESEMBLANCE: Final = 0.34  # of luck at n and m items: (n/m) to this power (evidence)
_REACH, _STEPS = 4.5, 1024  # of standard normal luck, and cells of its table


def simulate_futures(plan: Forecast, items: int, futures: int, rng: np.random.Generator) -> Weeks32:
    """When each of the next items is done, in each of many futures [weeks], (items, futures).

    Items are done in the order of the plan; two years stand for later than one. The marginal
    distribution of every knot (`place_knots`) is the forecast's; between knots a future runs
    straight. Luck is a stationary Gauss-Markov process in the logarithm of the place.
    """
    knots = place_knots(items)
    table = arrival_table(plan, knots)
    luck = _draw_luck(knots, futures, rng)
    cell = ((luck + _REACH) * (_STEPS / (2 * _REACH))).astype(np.int32)
    np.clip(cell, 0, _STEPS - 1, out=cell)
    at_knots = np.empty(luck.shape, dtype=np.float32)
    for j in range(len(knots)):
        np.take(table[j], cell[j], out=at_knots[j])
    np.maximum.accumulate(at_knots, axis=0, out=at_knots)
    return _lines_between(knots, items).T @ at_knots


def place_knots(items: int) -> npt.NDArray[np.int64]:
    """Places in the plan that are forecast exactly: the last, half of it, a quarter, to the first.

    No two are nearer: the luck of neighbours would part further than their dates allow.
    """
    if items < 1:
        raise ValueError("a plan has at least one item")
    halvings = 2.0 ** np.arange(int(np.log2(items)) + 1)
    return np.unique(np.append(np.rint(items / halvings), 1)).astype(np.int64)


def arrival_table(plan: Forecast, places: npt.NDArray[np.int64]) -> Weeks32:
    """When the item at each place is done, by luck from good to bad [weeks].

    A row for each place, a column for each cell of luck (standard normal, low is early). Later than
    a year counts as two years, so that lines between knots stay finite.
    """
    chances = np.zeros((len(TIMES), len(places)))
    chances[1:] = plan.chance(places, TIMES[1:])
    chances = np.maximum.accumulate(chances, axis=0)
    middle = (np.arange(_STEPS) + 0.5) * (2 * _REACH / _STEPS) - _REACH
    wanted = ndtr(middle)
    rows: list[Floats] = []
    for column in chances.T:
        rising = column + np.arange(len(TIMES)) * 1e-12
        rows.append(np.interp(wanted, rising, TIMES, right=2.0 * FURTHEST_WEEKS))
    return np.asarray(rows, dtype=np.float32)


def _draw_luck(knots: npt.NDArray[np.int64], futures: int, rng: np.random.Generator) -> Weeks32:
    luck = rng.standard_normal((len(knots), futures), dtype=np.float32)
    for j in range(1, len(knots)):
        alike = np.float32((knots[j - 1] / knots[j]) ** RESEMBLANCE)
        luck[j] *= np.sqrt(1 - alike**2)
        luck[j] += alike * luck[j - 1]
    return luck


def _lines_between(knots: npt.NDArray[np.int64], items: int) -> Weeks32:
    places = np.arange(1, items + 1)
    rows = [np.interp(places, knots, np.eye(len(knots))[j]) for j in range(len(knots))]
    return np.asarray(rows, dtype=np.float32)
