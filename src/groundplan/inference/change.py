"""What became of a number: two estimates of the same thing, compared with an interval."""

from __future__ import annotations

import numpy as np

from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import RATIO, SHARE


def compare(now: Measured, before: Measured) -> Measured:
    """Now against before: the difference of two shares, else the ratio of two amounts.

    Unknown if either is. Both must have the same unit and level (ValueError).
    """
    if isinstance(now, Unknown):
        return now
    if isinstance(before, Unknown):
        return Unknown(f"before: {before.reason}", before.have, before.need, before.of)
    if now.unit != before.unit or now.level != before.level:
        raise ValueError("the two estimates have different units or levels")
    if now.unit == SHARE:
        return difference(now, before)
    return ratio(now, before)


def difference(now: Estimate, before: Estimate) -> Estimate:
    """By how much now exceeds before [share, or the unit of both].

    The interval recovers each side's variance from its own interval, so skewness is kept (MOVER).

    Source: Newcombe (1998), Statistics in Medicine 17 (method 10); Zou and Donner (2008),
    Statistics in Medicine 27. Assumes that the two are independent; windows side by side resemble
    each other a little, which makes the interval cautious.
    """
    gap = now.value - before.value
    low = gap - float(np.hypot(now.value - now.low, before.high - before.value))
    high = gap + float(np.hypot(now.high - now.value, before.value - before.low))
    n = min(now.n, before.n)
    return Estimate(gap, low, high, now.level, now.unit, n, now.n_of, "difference, MOVER")


def ratio(now: Estimate, before: Estimate) -> Measured:
    """How many times as much as before it is now [times]; 1 is no change.

    MOVER on the log scale. Unknown where before may be nothing at all.

    Source: Donner and Zou (2012), Statistical Methods in Medical Research 21; see `difference`.
    """
    if before.value <= 0 or before.low <= 0:
        return Unknown("before may be nothing at all", before.n, before.n + 1, before.n_of)
    n = min(now.n, before.n)
    if now.value <= 0:
        high = now.high / before.low
        return Estimate(0.0, 0.0, high, now.level, RATIO, n, now.n_of, "ratio, MOVER")
    logs = np.log([now.value, now.high, before.low, before.value, before.high])
    here, here_high, there_low, there, there_high = (float(x) for x in logs)
    gap = here - there
    down = float("inf") if now.low <= 0 else here - float(np.log(now.low))
    low = float(np.exp(gap - np.hypot(down, there_high - there)))
    high = float(np.exp(min(gap + np.hypot(here_high - here, there - there_low), 500.0)))
    value = float(np.exp(gap))
    return Estimate(
        value, min(low, value), max(high, value), now.level, RATIO, n, now.n_of, "ratio, MOVER"
    )


def excludes_no_change(change: Measured) -> bool:
    """Whether the interval of a change lies wholly on one side of none."""
    if isinstance(change, Unknown):
        return False
    none = 1.0 if change.unit == RATIO else 0.0
    return not change.low <= none <= change.high
