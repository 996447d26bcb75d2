"""Steps against everything quieter that explains the same series."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.changepoints.segments import Fit, Series, best_breaks, prepare
from groundplan.inference.changepoints.smooth import (
    HIGHEST_DEGREE,
    slope_within,
    smooth_deviances,
    steady_slope,
    wandering_deviance,
)


@dataclass(frozen=True, slots=True)
class Steps:
    """A fit with breaks, its series freed of steady growth, and its deviance with that paid for."""

    fit: Fit
    series: Series
    slope: float
    deviance: float


@dataclass(frozen=True, slots=True)
class Rivals:
    """The best that can be said without any break, and the best with one, two, ... breaks."""

    quiet: float
    quiet_fit: Fit
    steps: tuple[Steps, ...]

    def strength(self) -> float:
        """How much each break must at least cost for none to be worth it [deviance]."""
        return max((self.quiet - s.deviance) / len(s.fit.starts) for s in self.steps)

    def choose(self, price: float) -> Steps | None:
        """The steps that are worth it where each break costs `price`, or None."""
        best = min(self.steps, key=lambda s: s.deviance + price * len(s.fit.starts))
        worth = best.deviance + price * len(best.fit.starts) < self.quiet
        return best if worth else None


def weigh(values: Floats, most: int) -> Rivals:
    """All explanations of a series: level, growth, one wave; and steps, with steady growth or not.

    A smooth explanation pays log n a degree, as steady growth beside steps does (Schwarz 1978,
    Annals of Statistics 6). Steps beside growth are sought only where the series grows or steps
    seem to be worth something, which spares quiet series the time.
    """
    series = prepare(values)
    price = float(np.log(len(values)))
    fits = best_breaks(series, most)
    level = fits[0].deviance
    smooth = smooth_deviances(series) + price * np.arange(HIGHEST_DEGREE + 1)
    wandering = wandering_deviance(series) + price
    quiet = min(level, float(smooth.min()), wandering)
    steps = [Steps(fit, series, 0.0, fit.deviance) for fit in fits[1:]]
    if quiet < level or min(s.deviance + 2 * price * len(s.fit.starts) for s in steps) < level:
        steps += _beside_growth(series, most, price)
    return Rivals(quiet, fits[0], tuple(steps))


def _beside_growth(series: Series, most: int, price: float) -> list[Steps]:
    """Steps beside the slope of most of the series, and beside the slope that they then share."""
    found: list[Steps] = []
    slope = steady_slope(series.values)
    for _ in range(2):
        rest = prepare(series.values - slope * np.arange(len(series.values)), series.floor)
        fits = best_breaks(rest, most)
        found += [Steps(fit, rest, slope, fit.deviance + price) for fit in fits[1:]]
        best = min(fits, key=lambda fit: fit.deviance + 2 * price * len(fit.starts))
        if not best.starts:
            break
        slope = slope_within(series.values, best.starts)
    return found
