"""Levels and where they break, in a series that resembles its neighbours.

Model: within a segment a constant level plus first-order autoregression; segments do not know of
each other. The resemblance is found together with the breaks, so neither passes for the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.ndimage import median_filter

from groundplan.inference.arrays import Floats, Integers

COARSE: Final = np.array([-0.4, -0.2, 0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9])
FINE: Final = np.concatenate([np.linspace(-0.6, 0.9, 61), [0.92, 0.94, 0.96, 0.98]])
CLIP: Final = 3.0  # robust standard deviations from the running median
LASTING: Final = 0.75  # resemblance beyond which innovations are drawn in less: jumps last there
NORMAL_80: Final = 1.2816  # within so many standard deviations lie 80% of a normal sample
WINDOW: Final = 7  # points of the running median: what lasts less than four is an outlier
LEAST_SEGMENT: Final = 5  # points


@dataclass(frozen=True, slots=True)
class Fit:
    """The best breaks of one number of segments.

    starts: the first point of every segment but the first. resemblance: the coefficient of the
    autoregression. deviance: -2 log likelihood, less constants.
    """

    starts: tuple[int, ...]
    resemblance: float
    deviance: float


@dataclass(frozen=True, slots=True)
class Whitened:
    """A series under each coefficient of a grid: its winsorised innovations and their sums.

    phi: shape (grid,). begins: the series itself, winsorised (points,). steps: its innovations
    after the first point (grid, points - 1). sums, totals: of the innovations of points 1 to j - 1
    and of their squares (grid, points + 1).
    """

    phi: Floats
    begins: Floats
    steps: Floats
    sums: Floats
    totals: Floats

    def squares(self, first: Integers, after: Integers) -> Floats:
        """Sums of squared innovations of segments [first, after) around their own level.

        Shape: the grid's, followed by that of `first` and `after` together. The first point of a
        segment counts with its stationary variance (Prais and Winsten 1954).
        """
        first, after = np.broadcast_arrays(first, after)
        phi = self.phi.reshape(-1, *(1,) * first.ndim)
        begin = self.begins[first]
        total = (1 - phi**2) * begin**2 + self.totals[:, after] - self.totals[:, first + 1]
        level, weight = self.levels(first, after)
        return np.asarray(np.maximum(total - weight * level**2, 0.0))

    def levels(self, first: Integers, after: Integers) -> tuple[Floats, Floats]:
        """The level of each segment [first, after), and 1 over its variance in innovation ones."""
        first, after = np.broadcast_arrays(first, after)
        phi = self.phi.reshape(-1, *(1,) * first.ndim)
        inner = self.sums[:, after] - self.sums[:, first + 1]
        points = (1 + phi) + (after - first - 1) * (1 - phi)
        level = ((1 + phi) * self.begins[first] + inner) / points
        return np.asarray(level), np.asarray((1 - phi) * points)


@dataclass(frozen=True, slots=True)
class Series:
    """A series made ready: `floor` is what rounding alone adds to a sum of squares."""

    values: Floats
    floor: float
    fine: Whitened

    def deviances(self, total: Floats, segments: int, phi: Floats) -> Floats:
        """-2 log likelihood at its best innovation variance, less constants."""
        scale = len(self.values) * np.log(total + self.floor)
        return np.asarray(scale - segments * np.log1p(-(phi**2)))

    def fit(self, starts: tuple[int, ...] = ()) -> Fit:
        """The resemblance that suits these breaks best, and how well."""
        first, after = np.array((0, *starts)), np.array((*starts, len(self.values)))
        total = self.fine.squares(first, after).sum(axis=1)
        told = self.deviances(total, len(first), self.fine.phi)
        best = int(np.argmin(told))
        return Fit(starts, float(self.fine.phi[best]), float(told[best]))


def prepare(values: Floats, floor: float | None = None) -> Series:
    """A series under every coefficient, its floor that of rounding to a quarter of its least step.

    The floor decides only where levels have no noise of their own, such as sizes of files.
    """
    steps = np.diff(np.unique(values))
    steps = steps[steps > 1e-9 * np.ptp(values)]
    rounding = len(values) * (float(steps.min()) / 4) ** 2 / 12 if len(steps) else 0.0
    return Series(values, rounding if floor is None else floor, whiten(values, FINE))


def winsorise(rows: Floats, clip: Floats | float = CLIP) -> Floats:
    """Rows with their outliers drawn in to `clip` robust standard deviations from the row's run.

    A level that lasts four points or more stays as it is.

    Source: Hampel (1974), Journal of the American Statistical Association 69; Fearnhead and
    Rigaill (2019), same journal, 114, on why a bounded loss is needed here.
    """
    run = median_filter(rows, (1, WINDOW), mode="nearest")
    off = rows - run
    spread = np.quantile(np.abs(off), 0.8, axis=1, keepdims=True) / NORMAL_80
    spread = np.where(spread > 0, spread, np.sqrt(np.mean(off**2, axis=1, keepdims=True)))
    return np.asarray(run + np.clip(off, -clip * spread, clip * spread))


def whiten(values: Floats, phi: Floats) -> Whitened:
    """The innovations under each coefficient, outliers among them drawn in.

    In a series that wanders slowly a step is one innovation. Drawn in as an outlier it would cost
    next to nothing, and wandering would explain every step; so it is drawn in less.
    """
    centred = values - np.median(values)
    clip = CLIP * np.maximum(1.0, (1 - LASTING) / (1 - phi))
    steps = winsorise(centred[1:] - phi[:, None] * centred[:-1], clip[:, None])
    heaps = np.zeros((2, len(phi), len(values) + 1))
    np.cumsum(steps, axis=1, out=heaps[0, :, 2:])
    np.cumsum(steps**2, axis=1, out=heaps[1, :, 2:])
    return Whitened(phi, winsorise(centred[None, :])[0], steps, heaps[0], heaps[1])


def least_segment(points: int) -> int:
    """The fewest points that may have a level of their own."""
    return max(LEAST_SEGMENT, points // 50)


def best_breaks(series: Series, most: int) -> list[Fit]:
    """The best fit with no break, one, two, ... `most`: exact for each resemblance of a grid.

    Source: Auger and Lawrence (1989), Bulletin of Mathematical Biology 51 (segment neighbourhood);
    Chakar, Lebarbier, Levy-Leduc and Robin (2017), Bernoulli 23, for breaks under autoregression.
    """
    points = len(series.values)
    least = least_segment(points)
    begins = np.arange(0, points - least + 1)
    ends = np.arange(least, points + 1)
    first, after = np.broadcast_arrays(begins[None, :], ends[:, None])
    cost = whiten(series.values, COARSE).squares(np.minimum(first, after - 1), after)
    cost[:, after - first < least] = np.inf
    reached = cost[:, :, 0]  # of each end, by one segment from the start
    back: list[Integers] = []
    fits = [series.fit()]
    for breaks in range(1, min(most, points // least - 1) + 1):
        known = np.full((len(COARSE), len(begins)), np.inf)
        known[:, least:] = reached[:, : len(begins) - least]
        whole = cost + known[:, None, :]
        back.append(whole.argmin(axis=2))
        reached = np.take_along_axis(whole, back[-1][:, :, None], axis=2)[:, :, 0]
        told = series.deviances(reached[:, -1], breaks + 1, COARSE)
        fits.append(series.fit(_trace(back, int(np.argmin(told)), points, least)))
    return fits


def _trace(back: list[Integers], row: int, points: int, least: int) -> tuple[int, ...]:
    starts: list[int] = []
    end = points
    for choice in reversed(back):
        end = int(choice[row, end - least])
        starts.append(end)
    return tuple(reversed(starts))
