"""Is a change worth a sentence, when many numbers are looked at and each has its own unrest?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri, stdtrit

from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import RATIO

FEWEST_STEPS = 6  # earlier steps from window to window, below which unrest cannot be judged


def stands_out(
    change: Measured, earlier: Sequence[Measured], *, comparisons: int, chance: float = 0.1
) -> bool:
    """Whether the newest change is more than sampling and the number's own unrest bring about.

    Two tests, both must speak: the change's interval, widened for `comparisons` looks
    (Bonferroni), excludes none; and the step exceeds what the earlier steps of the same number,
    window to window, make likely (a t statistic on their root mean square, the same widening).
    With both, at most a `chance` of all pages on which nothing happened claims any change.

    earlier: the number in the windows before the newest one, oldest first; unknown ones are
    skipped. False where fewer than FEWEST_STEPS earlier steps are known.
    """
    if isinstance(change, Unknown):
        return False
    ratio = change.unit == RATIO
    steps = _steps(earlier, ratio)
    if len(steps) < FEWEST_STEPS:
        return False
    tail = chance / (2 * comparisons)
    return _excludes_none(change, ratio, tail) and _exceeds(_step(change, ratio), steps, tail)


def _steps(earlier: Sequence[Measured], ratio: bool) -> list[float]:
    known = [item.value for item in earlier if isinstance(item, Estimate)]
    if ratio:
        known = [float(np.log(value)) for value in known if value > 0]
    return np.diff(known).tolist()


def _step(change: Estimate, ratio: bool) -> float:
    if not ratio:
        return change.value
    return float(np.log(change.value)) if change.value > 0 else float("-inf")


def _exceeds(step: float, steps: Sequence[float], tail: float) -> bool:
    unrest = float(np.sqrt(np.mean(np.square(steps))))
    limit = float(stdtrit(len(steps), 1 - tail))
    return abs(step) > limit * unrest


def _excludes_none(change: Estimate, ratio: bool, tail: float) -> bool:
    wider = float(ndtri(1 - tail) / ndtri((1 + change.level) / 2))
    value, low, high = change.value, change.low, change.high
    if ratio:
        if low <= 0 or value <= 0:
            return 0 < high < 1 and value <= 0
        value, low, high = (float(np.log(x)) for x in (value, low, high))
    return value - wider * (value - low) > 0 or value + wider * (high - value) < 0
