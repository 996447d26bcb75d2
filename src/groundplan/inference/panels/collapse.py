"""A panel as a few blocks of periods, so that neighbouring periods are not taken as independent.

Between two starts nobody's treatment changes, so block means hold all that an estimator needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.scales import choose_scale, is_count

MOST_EMPTY_CELLS: Final = 0.1  # unit-blocks of nothing but zeros, beyond which no percentage holds
LEAST_BLOCKS: Final = 0.75  # of a unit that must be observed, with three blocks or more
_ROUNDS: Final = 100  # of fitting unit and period effects to an unbalanced panel
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Collapsed:
    """Block means of units on the scale of estimation (logs for percent).

    values: (units, blocks). lengths: periods of each block. start: (units,), the first treated
    block, `blocks` for never. units: positions in the panel; the others were left out, because
    too little of them was observed. because: why this scale.
    """

    values: Floats
    lengths: Floats
    start: Integers
    units: Integers
    scale: Scale
    because: str

    @property
    def blocks(self) -> int:
        return len(self.lengths)

    def select(self, kept: npt.ArrayLike) -> Collapsed:
        """The same of some units, by position or mask."""
        at = np.asarray(kept)
        return replace(self, values=self.values[at], start=self.start[at], units=self.units[at])

    def treatment(self) -> Floats:
        """1 where a unit is treated, (units, blocks)."""
        return (np.arange(self.blocks) >= self.start[:, None]).astype(np.float64)

    def gains(self) -> Floats:
        """Of units over two blocks: after less before, (units,)."""
        gains: Floats = self.values[:, -1] - self.values[:, 0]
        return gains


def collapse(panel: Panel, scale: Scale | Literal["auto"] = "auto") -> Collapsed:
    """The panel's block means between starts, a percentage on the log scale.

    Missing cells are allowed for by removing what periods of a block differ in over all units.
    Units of which a whole block is missing are left out; with three blocks or more, those with
    three quarters of them are kept, and the others are filled with what units and blocks have in
    common. Percent: of counts or where there are zeros, logs of block means; of other amounts,
    means of logs. Where more than a tenth of all blocks of units hold nothing but zeros, `auto`
    takes the difference instead.

    Raises ValueError if nobody is treated, or for `percent` of outcomes that are negative.
    """
    starts = panel.starts
    if not len(starts):
        raise ValueError("nobody is treated")
    chosen, because = _scale_of(panel, scale)
    edges = np.unique(np.concatenate(([0], starts)))
    lengths = np.diff(np.append(edges, len(panel.periods))).astype(np.float64)
    start = np.where(panel.treated, np.searchsorted(edges, panel.treated_from), len(edges))
    means = block_means(panel.outcome, edges, chosen)
    seen = np.isfinite(means)
    kept = seen.mean(axis=1) >= (LEAST_BLOCKS if len(edges) > 2 else 1)
    if chosen == "percent":
        if (means[seen] < 0).any():
            raise ValueError("a percentage needs outcomes that are not negative")
        if scale == "auto" and np.sum(means[kept] == 0) > MOST_EMPTY_CELLS * seen[kept].sum():
            means = block_means(panel.outcome, edges, "difference")
            chosen, because = "difference", "too many blocks hold nothing but zeros for percentages"
        else:
            means = log_means(panel.outcome, means, edges, amounts=are_amounts(panel.outcome))
    values = _fill(means[kept])
    return Collapsed(values, lengths, start[kept], np.flatnonzero(kept), chosen, because)


def _scale_of(panel: Panel, scale: Scale | Literal["auto"]) -> tuple[Scale, str]:
    if scale != "auto":
        return scale, "as asked for"
    return choose_scale(panel.outcome, int(panel.starts[0]))


def block_means(outcome: Floats, edges: Integers, scale: Scale) -> Floats:
    """Means of what was observed of blocks, (units, blocks), NaN without anything."""
    seen = np.isfinite(outcome)
    filled = np.where(seen, outcome, 0.0)
    if not seen.all():
        filled = level_periods(filled, seen, edges, scale)
    sums = np.add.reduceat(filled, edges, axis=1)
    counts = np.add.reduceat(seen.astype(np.float64), edges, axis=1)
    means: Floats = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means


def are_amounts(outcome: Floats) -> bool:
    """Whether logs of outcomes are averaged: all are above zero, and they are no counts."""
    told = outcome[np.isfinite(outcome)]
    return bool((told > 0).all() and not is_count(told))


def log_means(outcome: Floats, means: Floats, edges: Integers, *, amounts: bool) -> Floats:
    """Block means on the log scale; see `collapse`. amounts: as `are_amounts` tells."""
    if amounts:
        return block_means(np.log(outcome), edges, "difference")
    some = means[means > 0]
    # half of the least that was seen, so that a block of zeros has a logarithm
    least = float(some.min()) / 2 if len(some) and (means == 0).any() else 0.0
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(means + least))


def _fill(means: Floats) -> Floats:
    """Block means, missing ones as what their unit and their block have in common."""
    seen = np.isfinite(means)
    if seen.all():
        return means
    filled = np.where(seen, means, 0.0)
    rest = level_periods(filled, seen, np.array([0]), "difference")
    blocks = np.where(seen, filled - rest, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    units = np.where(seen, rest, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    return np.asarray(np.where(seen, means, units[:, None] + blocks))


def level_periods(
    filled: Floats, seen: npt.NDArray[np.bool_], edges: Integers, scale: Scale
) -> Floats:
    """Outcomes without what periods of one block differ in, over all units; 0 where not seen.

    Differences by alternating means of units and periods, percent by iterative proportional
    fitting; blocks keep their level, so no effect between blocks is touched.
    """
    counts = np.maximum(seen.sum(axis=1), 1)
    block = np.searchsorted(edges, np.arange(filled.shape[1]), side="right") - 1
    times = np.zeros(filled.shape[1]) if scale == "difference" else np.ones(filled.shape[1])
    for _ in range(_ROUNDS):
        before = times
        if scale == "difference":
            units = (filled - seen * times).sum(axis=1) / counts
            found = (filled - seen * units[:, None]).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        else:
            units = filled.sum(axis=1) / np.maximum((seen * times).sum(axis=1), 1e-300)
            found = filled.sum(axis=0) / np.maximum((seen * units[:, None]).sum(axis=0), 1e-300)
            found = np.where(found > 0, found, 1.0)
        times = found
        if np.abs(times - before).max() <= _CLOSE * max(1.0, float(np.abs(times).max())):
            break
    level = np.bincount(block, times) / np.bincount(block)
    if scale == "difference":
        return np.asarray(np.where(seen, filled - (times - level[block]), 0.0))
    return np.asarray(np.where(seen, filled / (times / level[block]), 0.0))


def expressed(estimate: float, low: float, high: float, scale: Scale) -> tuple[float, float, float]:
    """An estimate and its ends on the scale that people read: percent, or as they are."""
    if scale == "difference":
        return estimate, low, high
    with np.errstate(over="ignore"):
        told = 100 * np.expm1(np.array([estimate, low, high]))
    return float(told[0]), float(told[1]), float(told[2])


def compare_gains(collapsed: Collapsed, level: float = 0.95) -> Effect:
    """The treated units' mean gain less the others', with Student's t over units.

    One number a unit, so nothing of a unit's weeks is taken as independent; variances are taken
    as equal. Of units over two blocks, at least three of them and some on each side.

    Source: Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of Economics 119(1).
    """
    treated, gains = collapsed.start < collapsed.blocks, collapsed.gains()
    freedom = len(gains) - 2
    if freedom < 1 or treated.all() or not treated.any():
        raise ValueError("too few units for Student's t")
    sides = gains[treated], gains[~treated]
    squares = sum(float(np.sum((side - side.mean()) ** 2)) for side in sides)
    error = float(np.sqrt(squares / freedom * sum(1 / len(side) for side in sides)))
    estimate = float(sides[0].mean() - sides[1].mean())
    reach = float(stdtrit(freedom, (1 + level) / 2)) * error
    p = float(2 * stdtr(freedom, -abs(estimate) / error)) if error > 0 else float(estimate == 0)
    shown = expressed(estimate, estimate - reach, estimate + reach, collapsed.scale)
    return Effect(*shown, level, p, error, "unit means, Student's t", collapsed.scale)
