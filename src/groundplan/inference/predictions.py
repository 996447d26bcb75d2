"""Where each outcome was to be expected, as quantiles, from what was known before it.

Own items of about the same size count most, new ones more than old; where they are few, other
people's and the published reference (reference_ratios.py) fill in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.conformal import FILE_STEP, PERSON_STEP
from groundplan.inference.outcomes import Outcomes, Past, find_past
from groundplan.inference.reference_ratios import ATOMS, SPREAD

# Tails that a range can leave at each side, widest range first: fine where odds are high. The
# last, one half, is the median.
_TAILS: Final = np.append([0.001, 0.002, 0.0035], np.arange(1, 101) / 200)
_LEVELS: Final = 1 - 2 * _TAILS
_AT_A_TIME: Final = 1_000  # items whose past is held in memory
PEOPLE_DIFFER: Final = 1.0  # how far people's medians lie apart, of the reference's spread
SPREAD_ITEMS: Final = 10.0  # own items whose spread counts as much as the reference's


@dataclass(frozen=True, slots=True)
class Settings:
    """How a range is computed; chosen in evidence/promises on people who judge nothing there.

    own_items: newest own items that are looked at; half_life [own items] of their weight.
    size_factor: an item this many times larger or smaller weighs 0.61 (a Gaussian kernel's one
    sigma on logarithms); far: of any size weighs at least this.
    others_items: newest items of all people, from which other people's are taken; others_worth,
    reference_worth: how many own items they and the reference count as, at most.
    person_step, file_step: of conformal.adapt_levels; both 0 takes the odds as levels.
    snaps: bounds are moved inwards to values that the person's rounding leaves possible.
    """

    own_items: int = 300
    half_life: float = 150.0
    size_factor: float = 2.0
    far: float = 0.03
    others_items: int = 100
    others_worth: float = 10.0
    reference_worth: float = 3.0
    person_step: float = PERSON_STEP
    file_step: float = FILE_STEP
    snaps: bool = True


SHIPPED: Final = Settings()


@dataclass(frozen=True, slots=True)
class Prediction:
    """What was foretold of each item, from its past alone; logarithms of actual over estimate.

    low, high: shapes (items, tails), widest first. own, others, reference: weights behind it
    [own items], shapes (items,).
    """

    low: Floats
    high: Floats
    own: Floats
    others: Floats
    reference: Floats

    @property
    def middle(self) -> Floats:
        """The median of each item's foretold log ratio; shape (items,)."""
        return self.low[:, -1]

    def needed(self, log_ratio: Floats) -> Floats:
        """The lowest level whose range holds the outcome [share]; infinite if none does."""
        outcome = log_ratio[:, None]
        holds = (self.low - 1e-9 <= outcome) & (outcome <= self.high + 1e-9)
        level = np.where(holds.any(axis=1), _LEVELS[holds.sum(axis=1) - 1], np.inf)
        return np.where(np.isnan(log_ratio), np.nan, level)

    def at(self, level: Floats) -> tuple[Floats, Floats]:
        """Lows and highs of the widest ranges of at most this level, one of each item."""
        place = np.minimum(np.searchsorted(-_LEVELS, -level - 1e-9), len(_LEVELS) - 1)[:, None]
        return (
            np.take_along_axis(self.low, place, axis=1)[:, 0],
            np.take_along_axis(self.high, place, axis=1)[:, 0],
        )


def predict(items: Outcomes, settings: Settings = SHIPPED) -> Prediction:
    """The distribution of each item's ratio, foretold from what was known before it.

    Weighted quantiles of the log ratios of own items, of other people's as far as they missed
    their own median, and of the reference. Both are moved to the person's median, as far as own
    items bear that out and else to the other people's (empirical Bayes); the reference is stretched
    to the person's spread likewise.

    Source: local quantiles: Yu and Jones (1998), JASA 93; shrinkage: Efron and Morris (1975),
    JASA 70.
    """
    past = find_past(items)
    places, parts = np.zeros(len(items)), []
    for start in range(0, len(items), _AT_A_TIME):
        rows = np.arange(start, min(start + _AT_A_TIME, len(items)))
        parts.append(_predict_rows(items, past, rows, places, settings))
    if not parts:
        empty, none = np.empty((0, len(_TAILS))), np.empty(0)
        return Prediction(empty, empty, none, none, none)
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    return Prediction(*columns)


def _predict_rows(
    items: Outcomes, past: Past, rows: Integers, places: Floats, settings: Settings
) -> tuple[Floats, ...]:
    """The columns of a Prediction for `rows`; writes where their people lie into `places`."""
    ratio, size = items.log_ratio, np.log(items.estimate)
    own_at, own_real = past.newest_own(rows, settings.own_items)
    fresh = np.where(own_real, 0.5 ** (np.arange(settings.own_items) / settings.half_life), 0.0)
    own = fresh * _alike(size[own_at], size[rows], settings)
    others_at, others_real = past.newest_of_all(rows, settings.others_items)
    foreign = others_real & (items.person[others_at] != items.person[rows][:, None])
    others = np.where(foreign, _alike(size[others_at], size[rows], settings), 0.0)
    worth = others.sum(axis=1, keepdims=True)
    others *= np.minimum(1.0, settings.others_worth / np.maximum(worth, 1e-9))
    centre, _ = _locate(ratio[others_at], foreign.astype(np.float64), np.zeros(len(rows)))
    place, stretch = _locate(ratio[own_at], fresh, centre)
    places[rows] = place
    moved = ratio[others_at] - places[others_at] + place[:, None]
    reference = place[:, None] + stretch[:, None] * ATOMS
    weight = np.full(reference.shape, settings.reference_worth / len(ATOMS))
    bounds = weighted_quantiles(
        np.concatenate((ratio[own_at], moved, reference), axis=1),
        np.concatenate((own, others, weight), axis=1),
        np.concatenate((_TAILS, 1 - _TAILS)),
    )
    sums = (own.sum(axis=1), others.sum(axis=1), weight.sum(axis=1))
    return bounds[:, : len(_TAILS)], bounds[:, len(_TAILS) :], *sums


def _alike(size: Floats, of: Floats, settings: Settings) -> Floats:
    distance = (size - of[:, None]) / np.log(settings.size_factor)
    weight: Floats = settings.far + (1 - settings.far) * np.exp(-0.5 * distance**2)
    return weight


def _locate(ratios: Floats, weights: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """Each row's median, drawn to `centre` as far as few items tell, and its relative spread.

    The spread is that of a next item: the doubt about the median is in it.
    """
    items = (weights > 0).sum(axis=1)
    quartiles = weighted_quantiles(
        np.where(weights > 0, ratios, 0.0), weights + 1e-12, np.array([0.25, 0.5, 0.75])
    )
    spread = np.maximum(quartiles[:, 2] - quartiles[:, 0], SPREAD / 4) / SPREAD
    stretch = spread ** (items / (items + SPREAD_ITEMS))
    error = (SPREAD * stretch) ** 2 / np.maximum(items, 1)
    away = np.where(items > 0, quartiles[:, 1] - centre, 0.0)
    between = np.maximum((SPREAD * PEOPLE_DIFFER) ** 2, away**2 - error)
    kept = np.where(items > 0, between / (between + error), 0.0)
    doubt = np.where(items > 0, kept * error, between)
    return centre + away * kept, np.sqrt(stretch**2 + doubt / SPREAD**2)


def weighted_quantiles(values: Floats, weights: Floats, shares: Floats) -> Floats:
    """Each row's smallest values at which these shares of the weight are reached; (rows, shares).

    Values of equal weight in both tails are left out alike: at most `share` lies below the value
    read for a share, and at most one minus the share above it.
    """
    order = np.argsort(values, axis=1)
    ordered = np.take_along_axis(values, order, axis=1)
    heap = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    heap /= heap[:, -1:]
    n, width = values.shape
    rows = np.arange(n)[:, None]
    place = np.searchsorted((heap + 2 * rows).ravel(), (shares + 2 * rows - 1e-9).ravel())
    place = np.clip(place.reshape(n, -1) - width * rows, 0, width - 1)
    return np.take_along_axis(ordered, place, axis=1)
