"""The difference between treated units and the others, stretch by stretch around the start.

A picture beside the answer, never the answer: each stretch is compared with all weeks before.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from groundplan.experiments.views import Offset
from groundplan.inference.arrays import Integers
from groundplan.inference.panels.collapse import collapse
from groundplan.inference.panels.effects import Scale
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.inference.panels.permutation import permute

MOST_STRETCHES: Final = 8  # on either side; a week's own points would say more than is known
LEAST_BEFORE: Final = 6  # periods
DRAWS: Final = 499


def trace_events(
    panel: Panel, scale: Scale, rng: np.random.Generator, strata: Integers | None = None
) -> tuple[Offset, ...]:
    """Differences over stretches of equal length, by their middle since the start [periods].

    Of a panel with one start and untreated units; empty for others, and where nothing could be
    told apart. A stretch before the start is compared with the other weeks before it.
    """
    starts = panel.starts
    if len(starts) != 1 or panel.treated.all() or starts[0] < LEAST_BEFORE:
        return ()
    start, end = int(starts[0]), len(panel.periods)
    length = max(1, -(-max(start, end - start) // MOST_STRETCHES))
    found = []
    for first in (
        *range(start - length, -1, -length)[::-1],
        *range(start, end - length + 1, length),
    ):
        stretch = np.arange(first, first + length)
        before = np.setdiff1d(np.arange(start), stretch)
        one = _compare(panel, before, stretch, scale, rng, strata)
        if one is not None:
            found.append(Offset(first - start + (length - 1) // 2, *one))
    return tuple(found)


def _compare(
    panel: Panel, before: Integers, stretch: Integers, scale: Scale, rng: np.random.Generator,
    strata: Integers | None,
) -> tuple[float, float, float] | None:  # fmt: skip
    kept = np.concatenate([before, stretch])
    some = Panel(
        panel.units,
        tuple(panel.periods[nr] for nr in kept),
        panel.outcome[:, kept],
        np.where(panel.treated, len(before), NEVER),
    )
    collapsed = collapse(some, scale)
    if len(np.unique(collapsed.start)) < 2:
        return None
    blocks = None if strata is None else strata[collapsed.units]
    effect = permute(collapsed, rng, strata=blocks, draws=DRAWS).effect
    told = effect.estimate, effect.low, effect.high
    return told if all(map(math.isfinite, told)) else None
