"""When being stuck has lasted so long that asking beats trying on: learnt from one's own spells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Measured
from groundplan.terms.units import Hours

AGREED_HOURS: Final = 2.0  # what everybody agrees on before there are own spells
LEAST_SPELLS: Final = 8  # own ones that ended alone, before they set the time
OVER_BY_THEN: Final = 0.8  # share of own spells that ended alone, and sooner
EARLIEST, LATEST = 1.0, 4.0  # hours, whatever the own spells say
WORTH_IT: Final = 1.0  # hours: a nudge was right where as much followed without help


@dataclass(frozen=True, slots=True)
class Lasted:
    """A spell that is over. alone: without anybody's help."""

    hours: Hours
    alone: bool


@dataclass(frozen=True, slots=True)
class Baseline:
    """When to nudge [hours], how many own spells that rests on, and how often such nudges would
    have been right [share]."""

    hours: Hours
    own: int
    precision: Measured

    @property
    def agreed(self) -> bool:
        """Whether it is what everybody agrees on, for want of own spells."""
        return self.own < LEAST_SPELLS


def set_hours(past: Sequence[Lasted]) -> Hours:
    """After how long to nudge [hours]: four in five own spells that ended alone were over by then.

    With fewer than eight of them, two hours, as agreed; never before one nor after four.
    """
    alone = [one.hours for one in past if one.alone]
    if len(alone) < LEAST_SPELLS:
        return AGREED_HOURS
    return float(np.clip(np.quantile(alone, OVER_BY_THEN, method="inverted_cdf"), EARLIEST, LATEST))


def find_baseline(past: Sequence[Lasted]) -> Baseline:
    """When to nudge, with its precision replayed: each spell against those before it alone.

    A nudge was right if the spell ended with help, or went on for an hour or more; past: in order.
    Once own spells set the time, nudges at the agreed one say nothing of it and count no longer.
    The precision is prequential (Dawid 1984, Journal of the Royal Statistical Society A 147), so
    that no spell judges a time that it set itself.
    """
    own = sum(one.alone for one in past)
    right = fired = known = 0
    for place, one in enumerate(past):
        hours = set_hours(past[:place])
        if one.hours >= hours and (known >= LEAST_SPELLS) == (own >= LEAST_SPELLS):
            fired += 1
            right += not one.alone or one.hours >= hours + WORTH_IT
        known += one.alone
    return Baseline(set_hours(past), own, share_of(right, fired, "nudges"))
