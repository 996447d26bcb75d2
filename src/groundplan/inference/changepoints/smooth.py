"""Growth and slow waves, which are no change of level: what steps have to beat."""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.signal import lfilter

from groundplan.inference.arrays import Floats
from groundplan.inference.changepoints.segments import Series, winsorise

HIGHEST_DEGREE: Final = 5  # one wave, such as a year's
MOST_RESEMBLANCE: Final = 0.75  # left over by a wave that explains a series; beyond it none does
NOISE: Final = (0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95)  # moving-average coefficients that are tried


def smooth_deviances(series: Series) -> Floats:
    """How well polynomials of degree 0, 1, ... 5 with autoregression fit: -2 log likelihood each.

    From the second degree on only where what is left resembles its neighbours no more than 0.75.

    Source: generalised least squares with the first point kept, Prais and Winsten (1954).
    """
    fine, points = series.fine, len(series.values)
    shape = np.polynomial.legendre.legvander(np.linspace(-1, 1, points), HIGHEST_DEGREE)
    phi = fine.phi[:, None]
    first = np.sqrt(1 - phi**2)
    target = np.concatenate([first * fine.begins[0], fine.steps], axis=1)
    waves = np.concatenate(
        [first[:, :, None] * shape[:1], shape[1:] - phi[:, :, None] * shape[:-1]], axis=1
    )
    turned = np.swapaxes(waves, 1, 2)
    root = np.linalg.cholesky(turned @ waves)
    share = np.linalg.solve(root, turned @ target[:, :, None])[:, :, 0]
    left = np.sum(target**2, axis=1)[:, None] - np.cumsum(share**2, axis=1)
    told = series.deviances(np.maximum(left, 0.0), 1, phi)
    told[fine.phi > MOST_RESEMBLANCE, 2:] = np.inf
    return np.asarray(told.min(axis=0))


def wandering_deviance(series: Series) -> float:
    """How well a level that wanders under noise fits: -2 log likelihood of an ARMA(1, 1).

    Source: Box and Jenkins (1970), Time Series Analysis; the level by generalised least squares.
    """
    fine = series.fine
    phi = fine.phi[:, None]
    first = np.sqrt(1 - phi**2)
    steps = np.concatenate([first * fine.begins[0], fine.steps], axis=1)
    level = np.concatenate([first, np.repeat(1 - phi, fine.steps.shape[1], axis=1)], axis=1)
    best = np.inf
    for noise in NOISE:
        left, flat = (lfilter([1.0], [1.0, -noise], part, axis=1) for part in (steps, level))
        cross, weight = np.sum(left * flat, axis=1), np.sum(flat**2, axis=1)
        total = np.maximum(np.sum(left**2, axis=1) - cross**2 / weight, 0.0)
        best = min(best, float(series.deviances(total, 1, fine.phi).min()))
    return best


def steady_slope(values: Floats) -> float:
    """The growth of most of the series, whatever jumps it has [value/point].

    The median of the differences over an eighth of the series: each jump is in few of them.
    """
    lag = max(len(values) // 8, 2)
    return float(np.median(values[lag:] - values[:-lag])) / lag


def slope_within(values: Floats, starts: tuple[int, ...]) -> float:
    """The growth that the segments share, by least squares without outliers [value/point]."""
    top = bottom = 0.0
    for first, after in zip((0, *starts), (*starts, len(values)), strict=True):
        time = np.arange(after - first) - (after - first - 1) / 2
        top += float(time @ winsorise(values[None, first:after])[0])
        bottom += float(time @ time)
    return top / bottom
