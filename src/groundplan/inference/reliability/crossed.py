"""Random hosts and random days, crossed: restricted maximum likelihood by searches on grids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import brentq
from scipy.stats import chi2

from groundplan.inference.arrays import Floats
from groundplan.inference.reliability.mean_squares import LEVEL
from groundplan.inference.reliability.runs import Cells

_STARTS: Final = np.concatenate([[0.0], np.geomspace(0.05, 50, 13)])  # ratios of deviations
_LEAST_REST: Final = 1e-3  # of all deviation; where nothing is left, the likelihood has no end
_FINE: Final = 1.002  # the last step of a search, as a factor
_NEAR: Final = 7  # values beside each other in a search
_FURTHEST: Final = 30  # times all deviation, an upper end of an interval


@dataclass(frozen=True, slots=True)
class Crossed:
    """Variances of hosts and of days with the ends of their intervals; rest: of a cell's mean."""

    host: tuple[float, float, float]
    day: tuple[float, float, float]
    rest: float


def fit_crossed(cells: Cells, level: float = LEVEL) -> Crossed:
    """Restricted maximum likelihood of random hosts and days, with profile intervals.

    The likelihood is computed for the ratios of the deviations to the rest's, days eliminated
    first, so that a batch of small matrices is all there is to it.
    """
    surface = _Surface(cells)
    starts = [axis.ravel() for axis in np.meshgrid(_STARTS, _STARTS, indexing="ij")]
    best = int(np.argmin(surface.profile(*starts)))
    (host, day), least = _search(surface.profile, (starts[0][best], starts[1][best]))
    rest = float(surface.evaluate(np.array([host]), np.array([day]))[1][0]) / surface.freedom
    scale = float(np.sqrt(rest))
    cut = least + float(chi2.ppf(level, 1))
    sizes = (host * scale, day * scale)
    ends = [_ends(surface, axis, sizes, scale, cut) for axis in (0, 1)]
    return Crossed((sizes[0] ** 2, *ends[0]), (sizes[1] ** 2, *ends[1]), rest)


def _ends(
    surface: _Surface, axis: int, sizes: tuple[float, float], scale: float, cut: float
) -> tuple[float, float]:
    """The variances at which the profile likelihood leaves the interval."""

    def above(log_size: float) -> float:
        """How far the best fit with this deviation lies beyond the cut."""
        size = float(np.exp(log_size))

        def deviance(other: Floats, rest: Floats) -> Floats:
            mine = np.full_like(rest, size)
            host, day = (mine, other) if axis == 0 else (other, mine)
            fixed, squares = surface.evaluate(host / rest, day / rest)
            return np.asarray(fixed + surface.freedom * np.log(rest**2) + squares / rest**2)

        return _search(deviance, (sizes[1 - axis], scale))[1] - cut

    value = max(sizes[axis], 1e-3 * scale)
    ends = (1e-4 * scale, value, _FURTHEST * surface.spread)
    lowest, middle, highest = (float(np.log(end)) for end in ends)
    low, high = lowest, highest
    if above(lowest) > 0 > above(middle):
        low = brentq(above, lowest, middle, xtol=1e-3)
    if above(middle) < 0 < above(highest):
        high = brentq(above, middle, highest, xtol=1e-3)
    least = float(np.exp(2 * low)) if low > lowest else 0.0
    return min(least, sizes[axis] ** 2), max(float(np.exp(2 * high)), sizes[axis] ** 2)


def _search(
    deviance: Callable[[Floats, Floats], Floats], start: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """The pair of least deviance, by grids that move, and grow finer once it lies inside."""
    (x, y), factor = start, 2.0
    scale = max(x, y, 1e-3)
    while True:
        near = [_near(value, factor, scale) for value in (x, y)]
        first, second = (axis.ravel() for axis in np.meshgrid(*near, indexing="ij"))
        told = deviance(first, second)
        best = int(np.argmin(told))
        x, y = float(first[best]), float(second[best])
        row, column = divmod(best, _NEAR)
        inside = all(0 < at < _NEAR - 1 or not near[n][at] for n, at in enumerate((row, column)))
        if factor < _FINE:
            return (x, y), float(told[best])
        if inside:
            factor = factor**0.4


def _near(value: float, factor: float, scale: float) -> Floats:
    if value < 1e-6 * scale:
        return np.linspace(0, scale * (factor - 1) / 10, _NEAR)
    return value * factor ** np.linspace(-1, 1, _NEAR)


class _Surface:
    """The restricted likelihood of crossed hosts and days by the ratios of their deviations."""

    def __init__(self, cells: Cells) -> None:
        y = cells.mean - cells.mean.mean()
        hosts, days = int(cells.host.max()) + 1, int(cells.day.max()) + 1
        self.met = np.zeros((hosts, days))
        np.add.at(self.met, (cells.host, cells.day), 1.0)
        self.freedom = len(y) - 1
        self.spread = float(np.std(y))
        self._least = self.freedom * (_LEAST_REST * self.spread) ** 2
        self._sums = np.zeros((2, hosts)), np.zeros((2, days))
        for row, column in enumerate((np.ones_like(y), y)):
            np.add.at(self._sums[0][row], cells.host, column)
            np.add.at(self._sums[1][row], cells.day, column)
        self._products = np.array([[len(y), y.sum()], [y.sum(), y @ y]])

    def evaluate(self, host: Floats, day: Floats) -> tuple[Floats, Floats]:
        """Batched: the log determinants, and the least sum of squares around the mean."""
        per_day = 1 + day[:, None] ** 2 * self.met.sum(axis=0)
        weight = day[:, None] ** 2 / per_day
        inner = np.einsum("hd,bd,gd->bhg", self.met, weight, self.met)
        block = np.einsum("b,bhg->bhg", host**2, np.diag(self.met.sum(axis=1)) - inner)
        block += np.eye(len(self.met))
        left = self._products - np.einsum("rd,bd,sd->brs", self._sums[1], weight, self._sums[1])
        told = self._sums[0] - np.einsum("rd,bd,hd->brh", self._sums[1], weight, self.met)
        told = told * host[:, None, None]
        left = left - told @ np.linalg.solve(block, np.swapaxes(told, 1, 2))
        weight = np.maximum(left[:, 0, 0], np.finfo(float).tiny)
        fixed = np.log(per_day).sum(axis=1) + np.linalg.slogdet(block)[1] + np.log(weight)
        squares = left[:, 1, 1] - left[:, 0, 1] ** 2 / weight
        return fixed, np.maximum(squares, self._least)

    def profile(self, host: Floats, day: Floats) -> Floats:
        """The deviance at pairs of ratios, the rest's variance at its best."""
        fixed, squares = self.evaluate(host, day)
        return np.asarray(fixed + self.freedom * (np.log(squares / self.freedom) + 1))
