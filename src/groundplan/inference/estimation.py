"""A range for the outcome of the next item, from the history of estimates and outcomes.

The ratio of outcome to estimate is foretold (predictions.py), and the range adapted so that
ranges hold as often as they say (conformal.py). Measured in evidence/promises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.conformal import adapt_levels
from groundplan.inference.outcomes import Outcomes
from groundplan.inference.predictions import SHIPPED, Prediction, Settings, predict
from groundplan.inference.rounding import snap_to_unit, unit_of_outcomes
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Share, Unit

LEAST_ODDS: Final = 0.5
MOST_ODDS: Final = 0.99
# the odds whose levels are followed
LADDER: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
NEED_OWN: Final = 10  # own items, where no published reference supports a range
REMEMBERED: Final = 1_000  # newest items, own and others', that decide a correction
_OTHER_UNIT: Final = (
    "outcomes have another unit than estimates, so only own items tell their relation"
)


@dataclass(frozen=True, slots=True)
class Range:
    """Between `low` and `high` with `odds`; `middle` is as likely too low as too high [unit].

    correction: middle over the estimate [times]. own_items: settled items of the person that were
    known. borrowed_share: of the weight behind it, from other people and the published reference.
    """

    low: float
    middle: float
    high: float
    odds: float
    unit: Unit
    correction: float
    own_items: int
    others_items: int
    borrowed_share: Share
    method: str

    def __str__(self) -> str:
        low, high = self.unit.format(self.low), self.unit.say(self.high)
        return f"{self.odds:.0%}: {low} to {high}"


Ranged: TypeAlias = Range | Unknown


def correct(
    items: Outcomes,
    person: int,
    estimate: float,
    odds: float,
    unit: Unit,
    *,
    same_unit: bool = True,
    settings: Settings = SHIPPED,
) -> Ranged:
    """Where the outcome of a person's next item will lie at these odds, 50% to 99% [unit].

    items: settled items, the person's own and, if wanted, other people's. Without any, the range
    is the published reference's. same_unit: estimates and outcomes are both in `unit`; if not
    (points and hours), no reference applies, and below ten own items there is Unknown.

    Errors: ValueError unless the estimate is a finite number above 0 and 0.5 <= odds <= 0.99.
    """
    _check(estimate, odds)
    own = np.flatnonzero(items.person == person)
    others = len(items) - len(own)
    if not same_unit and len(own) < NEED_OWN:
        return Unknown(_OTHER_UNIT, len(own), NEED_OWN, "settled items")
    asked = _recent(items, own).then(person, estimate)
    told = predict(asked, settings)
    low, high = (float(bound[-1, 0]) for bound in _ranges(asked, told, (odds,), settings))
    middle = min(max(float(estimate * np.exp(told.middle[-1])), low), high)
    borrowed, behind = float(told.others[-1] + told.reference[-1]), float(told.own[-1])
    return Range(
        low,
        middle,
        high,
        odds,
        unit,
        correction=middle / estimate,
        own_items=len(own),
        others_items=others,
        borrowed_share=borrowed / (borrowed + behind),
        method=_method(len(own), others),
    )


def _check(estimate: float, odds: float) -> None:
    if not (np.isfinite(estimate) and estimate > 0):
        raise ValueError(f"an estimate must be a number above 0, got {estimate}")
    if not LEAST_ODDS <= odds <= MOST_ODDS:
        raise ValueError(f"odds must lie between {LEAST_ODDS} and {MOST_ODDS}, got {odds}")


def _recent(items: Outcomes, own: Integers) -> Outcomes:
    """What still weighs: the newest own items and the newest of other people, in order."""
    others = np.setdiff1d(np.arange(len(items)), own, assume_unique=True)
    return items.select(np.sort(np.concatenate((own[-REMEMBERED:], others[-REMEMBERED:]))))


def _method(own: int, others: int) -> str:
    if not own and not others:
        return "published reference"
    return "local quantiles of own history" if own else "other people and published reference"


def ranges_of(
    items: Outcomes, odds: Sequence[float], settings: Settings = SHIPPED
) -> tuple[Floats, Floats]:
    """Lows and highs that would have been said of each item at each of the odds [unit].

    Shapes (items, odds). Each item's range is made from what was known before it alone.
    """
    return _ranges(items, predict(items, settings), odds, settings)


def _ranges(
    items: Outcomes, told: Prediction, odds: Sequence[float], settings: Settings
) -> tuple[Floats, Floats]:
    levels = levels_at(items, told, odds, settings)
    lows, highs = np.empty_like(levels), np.empty_like(levels)
    unit = unit_of_outcomes(items) if settings.snaps else np.zeros(len(items))
    for column in range(len(odds)):
        low, high = told.at(levels[:, column])
        low, high = items.estimate * np.exp(low), items.estimate * np.exp(high)
        lows[:, column], highs[:, column] = snap_to_unit(low, high, unit)
    return lows, highs


def levels_at(
    items: Outcomes, told: Prediction, odds: Sequence[float], settings: Settings = SHIPPED
) -> Floats:
    """The adapted level of each item's range at each of the odds; (items, odds) [share].

    Levels are followed at the odds of LADDER and interpolated between them.
    """
    if not settings.person_step and not settings.file_step:
        return np.broadcast_to(np.asarray(odds, dtype=float), (len(items), len(odds))).copy()
    followed = adapt_levels(
        told.needed(items.log_ratio),
        items.person,
        items.tick,
        LADDER,
        person_step=settings.person_step,
        file_step=settings.file_step,
    )
    right = np.clip(np.searchsorted(LADDER, odds), 1, len(LADDER) - 1)
    ladder = np.asarray(LADDER)
    part = (np.asarray(odds) - ladder[right - 1]) / (ladder[right] - ladder[right - 1])
    levels: Floats = followed[:, right - 1] * (1 - part) + followed[:, right] * part
    return levels
