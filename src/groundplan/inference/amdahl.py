"""What users feel of a part that became faster: Amdahl's law with intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from groundplan.terms.estimate import Estimate
from groundplan.terms.units import RATIO, SHARE


@dataclass(frozen=True, slots=True)
class Felt:
    """What a faster part does to the whole.

    saved: of the whole time [share]; speed_up: of the whole [times]; at_most: the speed-up of the
    whole if the part took no time at all [times].
    """

    saved: Estimate
    speed_up: Estimate
    at_most: float


def weigh_speed_up(
    share: tuple[float, float, float], speed_up: tuple[float, float, float], level: float
) -> Felt:
    """What the user feels: the share of end-to-end time that a part's speed-up saves [share].

    share: of the whole time that the part took before; speed_up: of the part, 2 for twice as fast;
    each with the ends of its interval of `level`, both independent. The interval recovers the
    variances from the ends of both, and is never wider than what the ends allow. A part that
    became slower saves less than nothing.

    Source: Amdahl (1967), AFIPS 30; Zou and Donner (2008), Statistics in Medicine 27(10).
    Errors: ValueError for a share outside 0 to 1, a speed-up that is not above 0, or ends that do
    not hold their value.
    """
    for (value, low, high), most in ((share, 1.0), (speed_up, np.inf)):
        if not 0 <= low <= value <= high <= most or not np.isfinite(high):
            raise ValueError("an interval must hold its value and lie where the value may")
    if speed_up[1] <= 0:
        raise ValueError("a speed-up is above 0")
    n, of, method = 2, "intervals", "variance estimates recovery"
    middle, low, high = _recover(share, speed_up)
    saved = Estimate(middle, low, high, level, SHARE, n, of, method)
    value, low, high = (
        1 / (1 - min(one, 1 - 1e-9)) for one in (saved.value, saved.low, saved.high)
    )
    felt = Estimate(value, low, high, level, RATIO, n, of, method)
    at_most = np.inf if share[0] == 1 else 1 / (1 - share[0])
    return Felt(saved, felt, float(at_most))


def _recover(
    share: tuple[float, float, float], speed_up: tuple[float, float, float]
) -> tuple[float, float, float]:
    """What is saved, and the ends of its interval [share]."""
    (part, *parts), (times, *speeds) = share, speed_up
    middle = _saved(part, times)
    corners = [_saved(p, s) for p in parts for s in speeds]
    by_part, by_speed = [_saved(p, times) for p in parts], [_saved(part, s) for s in speeds]
    below = float(np.hypot(middle - min(by_part), middle - min(by_speed)))
    above = float(np.hypot(max(by_part) - middle, max(by_speed) - middle))
    low, high = max(middle - below, min(corners)), min(middle + above, max(corners))
    return middle, min(low, middle), max(high, middle)


def _saved(share: float, speed_up: float) -> float:
    return share * (1 - 1 / speed_up)


def speak_of_felt(felt: Felt, share: float, speed_up: float) -> str:
    """What the user feels, in a sentence."""
    saved = felt.saved
    most = f"{felt.at_most:.3g} times as fast" if np.isfinite(felt.at_most) else "without limit"
    return (
        f"The part is {speed_up:.3g} times as fast; users wait "
        f"{SHARE.format(abs(saved.value))} {'less' if saved.value >= 0 else 'longer'} "
        f"({saved.level:.0%}: {SHARE.format(saved.low)} to {SHARE.format(saved.high)} saved), as "
        f"they waited {SHARE.format(1 - share)} of the time for something else. If this part "
        f"took no time at all, the whole would be {most}."
    )
