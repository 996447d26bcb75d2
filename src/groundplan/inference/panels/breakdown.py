"""How far parallel trends may fail before a finding falls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtri

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.staggered import EventStudy
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
MOST: Final = 10.0  # beyond it nobody would object on these grounds
LEAST_BEFORE: Final = 1


@dataclass(frozen=True, slots=True)
class Robustness:
    """What remains of an average effect when trends may differ.

    breakdown: how many times the largest change between periods before the start a change after
    it may be until the interval holds zero; 0 if it holds it anyway, infinite beyond ten times.
    """

    effect: float
    breakdown: float
    study: EventStudy
    level: float

    def interval(self, times: float) -> tuple[float, float]:
        """The interval of the average effect if a departure may grow by so much each period."""
        return _interval(self.study, times, self.level)


def find_breakdown(study: EventStudy, *, level: float = LEVEL) -> Robustness | Unknown:
    """How much worse than before the start trends may be, and the effect still stand.

    About the mean of all effects from the start on. The departure from parallel trends may change
    by up to so many times its largest change between two periods before the start, every period
    anew. The interval is the union, over the change before the start that may be the largest one,
    of normal intervals around the bounds that it sets. That ignores what the other changes say, so
    it is never narrower than the paper's. Needs a study with the universal base: Unknown without
    a horizon before the last one ahead of the start.

    Source: Rambachan and Roth (2023), Review of Economic Studies 90(5), section 2.3 (relative
    magnitudes).
    """
    before = study.since < -1
    if before.sum() < LEAST_BEFORE or (study.since == -1).any():
        have = int(before.sum())
        return Unknown(
            "nothing is known of trends before the start", have, LEAST_BEFORE, "horizons"
        )
    effect = float(study.effect[study.since >= 0].mean())
    low, high = _interval(study, 0.0, level)
    if low <= 0 <= high:
        return Robustness(effect, 0.0, study, level)
    holds, falls = 0.0, MOST
    if _stands(study, MOST, level):
        return Robustness(effect, float("inf"), study, level)
    for _ in range(40):
        middle = (holds + falls) / 2
        holds, falls = (middle, falls) if _stands(study, middle, level) else (holds, middle)
    return Robustness(effect, holds, study, level)


def _stands(study: EventStudy, times: float, level: float) -> bool:
    low, high = _interval(study, times, level)
    return low > 0 or high < 0


def _interval(study: EventStudy, times: float, level: float) -> tuple[float, float]:
    """The lowest and the highest end over every change that may be the largest, either way."""
    after = study.since >= 0
    mean = after / after.sum()
    furthest = float(mean @ (study.since + 1))  # how far a departure can have come, on average
    ends = mean + times * furthest * np.vstack([_changes(study), -_changes(study)])
    bounds = ends @ study.effect
    reach = float(ndtri((1 + level) / 2)) * np.sqrt(
        np.einsum("ij,jk,ik->i", ends, study.covariance, ends)
    )
    return float((bounds - reach).min()), float((bounds + reach).max())


def _changes(study: EventStudy) -> Floats:
    """Contrasts that give each change between neighbouring horizons before the start."""
    at = np.flatnonzero(study.since < -1)
    made = np.zeros((len(at), len(study.since)))
    made[np.arange(len(at)), at] = -1.0
    made[np.arange(len(at) - 1), at[1:]] = 1.0  # the last one changes to the base, which is zero
    return made
