"""Series that nothing happened to, and the same with a step: what alarms are counted on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

Floats = npt.NDArray[np.float64]
Draw = Callable[[np.random.Generator, int], Floats]


@dataclass(frozen=True)
class Quiet:
    """A world without change: its words, and how a series of n points is drawn."""

    says: str
    promised: bool
    draw: Draw


def resembling(phi: float, tail: int | None = None) -> Draw:
    """First-order autoregression under Gaussian noise, or Student's t of `tail` degrees."""

    def draw(rng: np.random.Generator, n: int) -> Floats:
        shape = n + 100
        noise = rng.standard_normal(shape) if tail is None else rng.standard_t(tail, shape)
        return np.asarray(lfilter([1.0], [1.0, -phi], noise)[100:])

    return draw


def with_outliers(rng: np.random.Generator, n: int) -> Floats:
    series = resembling(0.3)(rng, n)
    series[rng.choice(n, max(1, n // 50), replace=False)] += rng.choice([-8.0, 8.0])
    return series


def rounded(rng: np.random.Generator, n: int) -> Floats:
    return np.round(resembling(0.3)(rng, n))


def growing(rng: np.random.Generator, n: int) -> Floats:
    return resembling(0.3)(rng, n) + np.linspace(0, 10, n)


def slightly_growing(rng: np.random.Generator, n: int) -> Floats:
    """Growth that one step could stand for: the world that alarms most, and is calibrated on."""
    return resembling(0.6, 3)(rng, n) + np.linspace(0, 10 * rng.random(), n)


def bending(rng: np.random.Generator, n: int) -> Floats:
    return resembling(0.3)(rng, n) + 0.5 * np.exp(np.linspace(0, 3, n))


def seasonal(height: float) -> Draw:
    def draw(rng: np.random.Generator, n: int) -> Floats:
        turn = 2 * np.pi * (np.arange(n) / n + rng.random())
        return resembling(0.3)(rng, n) + height * np.sin(turn)

    return draw


def mixed(rng: np.random.Generator, n: int) -> Floats:
    """A wandering level under noise: neither a promise nor rare."""
    return resembling(0.9)(rng, n) * 0.5 + rng.standard_normal(n)


def skewed(rng: np.random.Generator, n: int) -> Floats:
    return np.exp(0.7 * resembling(0.3)(rng, n))


QUIET = (
    Quiet("AR 0, Gaussian", True, resembling(0.0)),
    Quiet("AR 0.3, Gaussian", True, resembling(0.3)),
    Quiet("AR 0.6, Gaussian", True, resembling(0.6)),
    Quiet("AR 0, t3", True, resembling(0.0, 3)),
    Quiet("AR 0.3, t3", True, resembling(0.3, 3)),
    Quiet("AR 0.6, t3", True, resembling(0.6, 3)),
    Quiet("AR 0.3 with an outlier in fifty", True, with_outliers),
    Quiet("AR 0.3, rounded to whole noise widths", True, rounded),
    Quiet("AR 0.3 on steady growth", True, growing),
    Quiet("AR 0.6, t3 on slight growth", True, slightly_growing),
    Quiet("AR 0.3, exponential of it (skewed)", False, skewed),
    Quiet("AR 0.3 on exponential growth", False, bending),
    Quiet("AR 0.3 on one wave, as high as the noise", False, seasonal(1.0)),
    Quiet("AR 0.3 on one wave, three times as high", False, seasonal(3.0)),
    Quiet("AR 0.9 at half height under noise", False, mixed),
    Quiet("AR 0.9, Gaussian", False, resembling(0.9)),
)
