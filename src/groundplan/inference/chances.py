"""How well somebody says chances: what was foretold with a probability, against what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Share

NEED: Final = 5  # predictions: fewer give a share no interval worth reading


@dataclass(frozen=True, slots=True)
class Record:
    """Chances said, against what came. happened: share of what was foretold, Wilson [share]. said:
    the average chance [share]. brier: mean squared error; who always says one half gets 0.25."""

    happened: Estimate
    said: Share
    brier: float


def score(told: Sequence[tuple[float, bool]]) -> Record | Unknown:
    """The record of settled predictions: each chance, and whether it came.

    Source: Brier (1950), Monthly Weather Review 78(1).
    """
    if len(told) < NEED:
        return Unknown("too few predictions are settled", len(told), NEED, "predictions")
    chance, came = np.array(told, dtype=np.float64).T
    happened = share_of(int(came.sum()), len(told), "predictions")
    assert isinstance(happened, Estimate)
    return Record(happened, float(chance.mean()), float(((chance - came) ** 2).mean()))
