"""Is this month heavier than one's own months were? Everybody is compared with themselves only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import all_finite
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Share

WEEKS: Final = 4  # of a block; work comes in waves that one week would follow
LEAST_BLOCKS: Final = 9  # earlier ones: with fewer no block could be among the rarest tenth
MOST_BLOCKS: Final = 26  # two years
RARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Load:
    """The last four weeks beside one's own earlier ones [role-days a week].

    rank: of the blocks, this one counted, how many are at least as heavy [share]. heavy: at most a
    tenth is, and it is heavier than usual.
    """

    now: float
    usual: float
    rank: Share
    heavy: bool
    blocks: int


def compare_load(weekly: Sequence[float]) -> Load | Unknown:
    """Whether the last four weeks are unusually heavy for oneself; weekly: oldest first.

    The rank is a conformal p-value: while blocks of weeks are exchangeable, it is at most 0.1 on at
    most a tenth of looks, whatever their distribution. Blocks do not overlap; a year and a half of
    rising work raises it, as it should.

    Source: Vovk, Gammerman and Shafer (2005), Algorithmic learning in a random world, section 2.2.
    """
    counts = all_finite(weekly)
    blocks = len(counts) // WEEKS
    if blocks <= LEAST_BLOCKS:
        need = WEEKS * (LEAST_BLOCKS + 1)
        return Unknown("too few of your own weeks to compare with", len(counts), need, "weeks")
    taken = min(blocks, MOST_BLOCKS + 1)
    means = counts[len(counts) - WEEKS * taken :].reshape(taken, WEEKS).mean(axis=1)
    now, past = float(means[-1]), means[:-1]
    rank = (1 + int((past >= now).sum())) / (1 + len(past))
    usual = float(np.median(past))
    return Load(now, usual, rank, rank <= RARE and now > usual, len(past))
