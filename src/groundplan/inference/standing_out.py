"""Is a change worth a sentence, when many numbers are looked at and each has its own unrest?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtrit

from groundplan.inference.change import excludes_no_change
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import RATIO

FEWEST_STEPS = 6  # earlier steps from window to window, below which unrest cannot be judged


def stands_out(
    change: Measured, earlier: Sequence[Measured], *, comparisons: int, chance: float = 0.1
) -> bool:
    """Whether the newest change is more than sampling and the number's own unrest bring about.

    Two tests, both must speak: the change's interval excludes none, so that it is more than
    sampling; and the step exceeds what the earlier steps of the same number, window to window, make
    likely (a t statistic on their root mean square, its tail divided among `comparisons` looks,
    Bonferroni). At most a `chance` of all pages on which nothing happened claims any change
    (evidence/quiet_pages).

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
    return excludes_no_change(change) and _exceeds(_step(change, ratio), steps, tail)


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
