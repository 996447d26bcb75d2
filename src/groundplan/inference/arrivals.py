"""How many have arrived by when, at each time that a reader would ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from groundplan.inference.survival import share_arrived_by
from groundplan.terms.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Arrived:
    """The share that has arrived within a time, those still under way counted while seen."""

    within: float
    share: Estimate


def follow_arrivals(
    durations: npt.ArrayLike, arrived: npt.ArrayLike, most: int, n_of: str
) -> Iterator[Arrived]:
    """The share that has arrived within 1, 2, ... units of time, as long as anybody was watched.

    It ends at `most`, or once all have arrived. As `inference.survival.share_arrived_by`.
    """
    lasted = np.asarray(durations, dtype=np.float64)
    furthest = min(most, int(np.ceil(lasted.max()))) if len(lasted) else 0
    for within in range(1, furthest + 1):
        share = share_arrived_by(lasted, arrived, within, n_of)
        if isinstance(share, Estimate):
            yield Arrived(float(within), share)
