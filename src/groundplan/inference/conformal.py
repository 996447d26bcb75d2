"""How much wider or narrower than computed a range must be to hold as often as it says.

Nothing is assumed of the outcomes: the level follows what past ranges held.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers

PERSON_STEP: Final = 0.02  # of a level, after one item of the person
FILE_STEP: Final = 0.005  # the same for all people together, so that newcomers start right
MOST_AT_ONCE: Final = 0.05  # of a level, however many items become known in one moment
LEAST_LEVEL: Final = 0.02
MOST_LEVEL: Final = 0.998


def adapt_levels(
    needed: npt.ArrayLike,
    person: Integers,
    tick: Integers,
    odds: npt.ArrayLike,
    *,
    person_step: float = PERSON_STEP,
    file_step: float = FILE_STEP,
) -> Floats:
    """The level to compute each range at, so that ranges hold at their odds; (items, odds) [share].

    needed: the lowest level whose range holds the outcome [share], infinite if none does, NaN if
    the outcome is not known yet. tick: items of one tick do not know of each other; ascending.
    odds: ascending. After a miss the person's level rises by step * odds, after a hit it falls by
    step * (1 - odds), whatever the data: over n items the coverage is within about
    1 / (step * n) of the odds. Levels of higher odds are never lower.

    Source: Gibbs and Candes (2021), Adaptive conformal inference under distribution shift, NeurIPS
    34; a second, slower level is shared by all, as in partial pooling.
    """
    need, wanted = np.asarray(needed, dtype=float), np.asarray(odds, dtype=float)
    shared = np.zeros(len(wanted))
    people, number = np.unique(person, return_inverse=True)
    own = np.zeros((len(people), len(wanted)))
    levels = np.empty((len(need), len(wanted)))
    starts = np.flatnonzero(np.diff(tick, prepend=-1))
    for start, end in zip(starts, np.append(starts, len(need))[1:], strict=True):
        who = number[start:end]
        level = _within(wanted + shared + own[who])
        levels[start:end] = level
        missed = (need[start:end, None] > level + 1e-12) - (1 - wanted)
        missed[np.isnan(need[start:end])] = 0.0
        shared += np.clip(file_step * missed.sum(axis=0), -MOST_AT_ONCE, MOST_AT_ONCE)
        these, place = np.unique(who, return_inverse=True)
        change = np.zeros((len(these), len(wanted)))
        np.add.at(change, place, person_step * missed)
        moved = own[these] + np.clip(change, -MOST_AT_ONCE, MOST_AT_ONCE)
        own[these] = np.clip(moved, LEAST_LEVEL - wanted, MOST_LEVEL - wanted)
    return levels


def _within(level: Floats) -> Floats:
    ordered: Floats = np.maximum.accumulate(np.clip(level, LEAST_LEVEL, MOST_LEVEL), axis=1)
    return ordered
