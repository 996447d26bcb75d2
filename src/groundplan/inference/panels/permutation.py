"""Randomisation tests: would the assignments that were not made look as good as the one that was?

Exact at any number of units, whatever outcomes look like and however weeks resemble each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.assignments import Assignments, assign
from groundplan.inference.panels.collapse import Collapsed, expressed
from groundplan.inference.panels.contrasts import (
    Contrast,
    contrast_gains,
    contrast_quiet,
    contrast_starts,
)
from groundplan.inference.panels.effects import Effect, Scale

DRAWS: Final = 1_999
_TIE: Final = 1e-9  # relative; equal estimates differ in their last digits


@dataclass(frozen=True, slots=True)
class Permuted:
    """A randomisation test. others: the estimates under all assignments, the actual one first.

    On the scale of estimation (logs for percent), for a picture of where the actual one stands.
    """

    effect: Effect
    others: Floats
    possible: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of units before the start: covariates (units, columns) to be allowed for,
    noise (units,) to measure gains by, weights (units,)."""

    covariates: Floats | None = None
    noise: Floats | None = None
    weights: Floats | None = None

    def select(self, kept: npt.ArrayLike) -> Given:
        """The same of some units, by position or mask."""
        at = np.asarray(kept)
        return Given(
            None if self.covariates is None else self.covariates[at],
            None if self.noise is None else self.noise[at],
            None if self.weights is None else self.weights[at],
        )


def permute(
    collapsed: Collapsed,
    rng: np.random.Generator,
    *,
    strata: Integers | None = None,
    given: Given | None = None,
    made: Assignments | None = None,
    draws: int = DRAWS,
    level: float = 0.95,
) -> Permuted:
    """The mean effect on the treated, with its randomisation test and the interval of all effects
    that the test does not reject.

    One start: difference of gains; several: imputation over the blocks between starts. strata:
    blocks or pairs within which the assignment was made. given: covariates and noise count with
    one start only. made: the assignments to compare with, if they were drawn before. A rule with
    few possible outcomes gives an unbounded interval, as it should.

    Source: Fisher (1935); Rosenbaum (2002), Statistical Science 17(3), for the interval.
    """
    starts, groups = np.unique(collapsed.start, return_inverse=True)
    made = made or assign(groups, draws, rng, strata)
    contrast, name = contrast_of(collapsed, made.labels, starts, given or Given())
    effect = conclude(contrast, made, collapsed.scale, level, name)
    return Permuted(effect, contrast.values, made.possible, made.exact)


def estimate_actual(collapsed: Collapsed, given: Given) -> float:
    """The mean effect on the treated, on the scale of estimation, without a test.

    Raises ValueError where treated blocks cannot be compared with anything.
    """
    starts, groups = np.unique(collapsed.start, return_inverse=True)
    contrast, _ = contrast_of(collapsed, groups[None], starts, given)
    return float(contrast.values[0])


def contrast_of(
    collapsed: Collapsed, groups: Integers, starts: Integers, given: Given
) -> tuple[Contrast, str]:
    """Estimates under each assignment, and the name of the estimator.

    groups: (assignments, units), which of `starts` each unit has.
    """
    if collapsed.blocks > 2 or len(starts) != 2:
        contrast = contrast_starts(
            collapsed.values, groups, starts, collapsed.lengths, weights=given.weights
        )
        return contrast, "imputation"
    treated = 1 - groups
    if given.noise is not None:
        return contrast_quiet(collapsed.gains(), treated, given.noise), "difference of gains"
    contrast = contrast_gains(
        collapsed.gains(),
        treated,
        treated[0].astype(np.float64),
        covariates=given.covariates,
        weights=given.weights,
    )
    return contrast, "difference of gains"


def conclude(
    contrast: Contrast, made: Assignments, scale: Scale, level: float, name: str
) -> Effect:
    """The effect that a contrast shows: p over the assignments, interval by inversion."""
    values = contrast.values[np.isfinite(contrast.values)]
    estimate = float(contrast.values[0])
    p = share_as_far(values)
    low, high = invert(contrast, level)
    many = f"all {len(made.labels):,}" if made.exact else f"{len(made.labels):,} of the"
    method = f"{name}, randomisation test over {many} assignments, interval by inversion"
    shown = expressed(estimate, low, high, scale)
    return Effect(*shown, level, p, float(np.std(values)), method, scale)


def share_as_far(values: Floats) -> float:
    """The share of estimates that lie as far from 0 as the first, itself included: p."""
    far = np.abs(values)
    return float(np.mean(far >= far[0] * (1 - _TIE) - 1e-300))


def invert(contrast: Contrast, level: float) -> tuple[float, float]:
    """The effects that the test does not reject at this level; ends may be infinite.

    Under an effect t the estimates are values - t * echoes. Each assignment is as far out as the
    actual one for t between two roots, and all those intervals hold the estimate, so the ends are
    order statistics of the roots. One with an echo above 1 is so outside of two roots; of that
    the side with the estimate counts.
    """
    value, echo = contrast.values[1:], contrast.echoes[1:]
    known = np.isfinite(value) & np.isfinite(echo)
    value, echo = value[known], echo[known]
    estimate = contrast.values[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        roots = np.sort([(estimate - value) / (1 - echo), (estimate + value) / (1 + echo)], axis=0)
    inside = np.abs(echo) < 1 - 1e-9
    outside = (np.abs(echo) > 1 + 1e-9) & np.isfinite(roots).all(axis=0)
    lows = np.where(inside, roots[0], np.where(outside & (estimate >= roots[1]), roots[1], -np.inf))
    highs = np.where(inside, roots[1], np.where(outside & (estimate <= roots[0]), roots[0], np.inf))
    # the actual assignment is as far out as itself for every effect
    lows, highs = np.append(lows, -np.inf), np.append(highs, np.inf)
    most = int(np.floor((1 - level) * len(lows) + 1e-9))
    low = float(np.partition(lows, most)[most])
    high = float(-np.partition(-highs, most)[most])
    return min(low, float(estimate)), max(high, float(estimate))
