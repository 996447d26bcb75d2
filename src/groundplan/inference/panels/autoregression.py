"""Regression of one series whose weeks resemble their neighbours: first-order autoregression.

Restricted likelihood, because ordinary and Newey-West errors of single series are far too small;
written for many windows at once, because placebo dates need many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.linalg import toeplitz

from groundplan.inference.arrays import Floats

LOWEST: Final = -0.9
HIGHEST: Final = 0.98
_POINTS: Final = 25  # of a grid; each zoom makes it twelve times finer
_ZOOMS: Final = 4
_EXACT: Final = 1e-12  # of a series' sum of squares: what is left of it is rounding
_STEP: Final = 1e-4  # of the numerical derivative


@dataclass(frozen=True, slots=True)
class Regressions:
    """Fits of one design to several series.

    resemblance: the coefficient of the autoregression, (series,). coefficients, errors: (series,
    columns). deviance: -2 restricted log likelihood, less constants, (series,).
    """

    resemblance: Floats
    coefficients: Floats
    errors: Floats
    deviance: Floats


def fit_autoregressions(design: Floats, series: Floats) -> Regressions:
    """The best fit of `design` (points, columns) to each row of `series` (series, points).

    The coefficient of the autoregression is found by profile likelihood between -0.9 and 0.98.
    Series must be complete, the design of full rank, and no series may be fitted exactly.

    Source: Harville (1977), Journal of the American Statistical Association 72; for interrupted
    series Turner, Forbes, Karahalios, Taljaard and McKenzie (2021), BMC Medical Research
    Methodology 21.
    """
    sums = _cross_products(design, series)
    low = np.full(len(series), LOWEST)
    high = np.full(len(series), HIGHEST)
    best = low
    for _ in range(_ZOOMS):
        grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _POINTS)
        deviance = _deviance(sums, grid, design.shape[0])
        best = np.take_along_axis(grid, deviance.argmin(axis=1)[:, None], axis=1)[:, 0]
        step = (high - low) / (_POINTS - 1)
        low, high = np.maximum(best - step, LOWEST), np.minimum(best + step, HIGHEST)
    deviance = _deviance(sums, best[:, None], design.shape[0])[:, 0]
    return Regressions(best, *_coefficients(sums, best[:, None], design.shape[0]), deviance)


def degrees_of_freedom(design: Floats, resemblance: float, column: int) -> float:
    """Those of Student's t for one coefficient, by Satterthwaite, at the fitted resemblance.

    From the expected information of the restricted likelihood about variance and resemblance.

    Source: Satterthwaite (1946), Biometrics Bulletin 2; Kenward and Roger (1997), Biometrics 53,
    for the information.
    """
    points, columns = design.shape
    lags = np.arange(points)
    inverse = np.linalg.inv(toeplitz(resemblance**lags))
    slope = toeplitz(np.concatenate([[0.0], lags[1:] * resemblance ** (lags[1:] - 1)]))
    weighted = inverse @ design
    projection = inverse - weighted @ np.linalg.solve(design.T @ weighted, weighted.T)
    moved = projection @ slope
    mixed = float(np.trace(moved)) / 2
    information = np.array([[(points - columns) / 2, mixed], [mixed, np.sum(moved * moved.T) / 2]])
    gradient = np.array([1.0, _relative_slope(design, resemblance, column)])
    spread = float(gradient @ np.linalg.solve(information, gradient))
    return float(np.clip(2 / spread, 1.0, points - columns))


def _relative_slope(design: Floats, resemblance: float, column: int) -> float:
    """How the logarithm of a coefficient's variance moves with the resemblance."""
    blank = np.zeros((1, len(design)))
    grid = resemblance + np.array([[-_STEP, _STEP]])
    least, most = (
        np.log(np.linalg.inv(sums)[column, column] * (1 - at**2))
        for sums, at in zip(
            _whitened(_cross_products(design, blank), grid)[0, :, :-1, :-1], grid[0], strict=True
        )
    )
    return float(most - least) / (2 * _STEP)


def _cross_products(design: Floats, series: Floats) -> tuple[Floats, Floats, Floats]:
    """The three matrices of which every whitened cross product is made, one a series."""
    columns = np.broadcast_to(design, (len(series), *design.shape))
    both = np.concatenate([columns, series[:, :, None]], axis=2)
    whole = np.swapaxes(both, 1, 2) @ both
    beside = np.swapaxes(both[:, 1:], 1, 2) @ both[:, :-1]
    inner = np.swapaxes(both[:, 1:-1], 1, 2) @ both[:, 1:-1]
    return whole, beside + np.swapaxes(beside, 1, 2), inner


def _whitened(sums: tuple[Floats, Floats, Floats], grid: Floats) -> Floats:
    """Cross products under (1 - r^2) times the inverse correlation, (series, grid, k, k)."""
    whole, beside, inner = (part[:, None] for part in sums)
    at = grid[:, :, None, None]
    return np.asarray(whole - at * beside + at**2 * inner)


def _deviance(sums: tuple[Floats, Floats, Floats], grid: Floats, points: int) -> Floats:
    """-2 restricted log likelihood of every series at every resemblance of its grid."""
    pivots = _pivots(_whitened(sums, grid))
    design = np.log(pivots[..., :-1]).sum(axis=-1)
    freedom = points - pivots.shape[-1] + 1
    return np.asarray(freedom * np.log(pivots[..., -1]) + design - np.log1p(-(grid**2)))


def _pivots(matrices: Floats) -> Floats:
    """Those of elimination: of a design's columns, and last what they leave of the series."""
    left = matrices.copy()
    size = left.shape[-1]
    least = _EXACT * left[..., -1, -1]
    for at in range(size - 1):
        row = left[..., at, at + 1 :]
        left[..., at + 1 :, at + 1 :] -= (
            left[..., at + 1 :, at, None] * (row / left[..., at, at, None])[..., None, :]
        )
    pivots = np.diagonal(left, axis1=-2, axis2=-1).copy()
    pivots[..., -1] = np.maximum(np.maximum(pivots[..., -1], least), 1e-300)
    return pivots


def _coefficients(
    sums: tuple[Floats, Floats, Floats], grid: Floats, points: int
) -> tuple[Floats, Floats]:
    """Coefficients and their errors of every series at the one resemblance of its grid."""
    both = _whitened(sums, grid)[:, 0]
    inverse = np.linalg.inv(both[:, :-1, :-1])
    coefficients = (inverse @ both[:, :-1, -1:])[..., 0]
    rest = _pivots(both)[:, -1:] / (points - both.shape[-1] + 1)
    variances = np.diagonal(inverse, axis1=-2, axis2=-1)
    return np.asarray(coefficients), np.asarray(np.sqrt(variances * rest))
