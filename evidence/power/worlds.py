"""Simulated panels in which the effect on the treated is known: weekly numbers of small teams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class World:
    """How outcomes arise. percent: effects multiply; counts are drawn after that."""

    name: str
    draw: Callable[[np.random.Generator, int, int, np.ndarray], np.ndarray]
    percent: bool


def autoregressive(rng: np.random.Generator, units: int, weeks: int, rho: float) -> np.ndarray:
    """Standard normal series whose neighbours resemble each other, (units, weeks)."""
    steps = rng.normal(size=(units, weeks)) * np.sqrt(1 - rho**2)
    told = np.empty((units, weeks))
    told[:, 0] = rng.normal(size=units)
    for week in range(1, weeks):
        told[:, week] = rho * told[:, week - 1] + steps[:, week]
    return told


def _independent(rng, units, weeks, effect):
    return 10 + rng.normal(size=(units, 1)) + rng.normal(size=(units, weeks)) + effect


def _resembling(rng, units, weeks, effect):
    return 10 + rng.normal(size=(units, 1)) + autoregressive(rng, units, weeks, 0.6) + effect


def _unequal(rng, units, weeks, effect):
    spread = np.exp(rng.normal(0, 0.5, size=(units, 1)))
    return 10 + spread * autoregressive(rng, units, weeks, 0.6) + effect


def _factors(rng, units, weeks, effect):
    common = autoregressive(rng, 1, weeks, 0.9)
    load = rng.normal(size=(units, 1))
    return 10 + load * common + autoregressive(rng, units, weeks, 0.3) + effect


def _heavy(rng, units, weeks, effect):
    noise = rng.standard_t(3, size=(units, weeks)) / np.sqrt(3)
    return 10 + 0.5 * autoregressive(rng, units, weeks, 0.8) + noise + effect


def _counts(rng, units, weeks, effect):
    """Negative binomial, mean 12, size 5, with a resembling pace (variance about 4 times mean)."""
    pace = np.exp(0.25 * autoregressive(rng, units, weeks, 0.6) - 0.25**2 / 2)
    mean = 12 * np.exp(rng.normal(0, 0.5, size=(units, 1))) * pace * np.exp(effect)
    return rng.poisson(mean * rng.gamma(5, 1 / 5, size=(units, weeks))).astype(float)


def _hours(rng, units, weeks, effect):
    """Skewed amounts, such as hours to merge."""
    pace = 0.4 * autoregressive(rng, units, weeks, 0.6) + 0.6 * rng.normal(size=(units, weeks))
    return 20 * np.exp(rng.normal(0, 0.4, size=(units, 1)) + pace + effect)


WORLDS = (
    World("independent", _independent, False),
    World("resembling weeks", _resembling, False),
    World("unequal units", _unequal, False),
    World("common factors", _factors, False),
    World("heavy tails", _heavy, False),
    World("counts", _counts, True),
    World("hours", _hours, True),
)
