"""Did what was stated with odds come true as often as was said?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from groundplan.inference.arrays import all_finite
from groundplan.inference.proportions import share_by_cluster
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import Share


@dataclass(frozen=True, slots=True)
class StatedOdds:
    """How n statements turned out. share: that held [share], with its interval; said: the mean of
    what was said [share]; brier: mean squared error, 0 is perfect and 0.25 a coin's."""

    n: int
    held: int
    said: Share
    share: Measured
    brier: float

    def __str__(self) -> str:
        return (
            f"{self.held} of {self.n} held, {self.said:.0%} was said; Brier score {self.brier:.2f}"
        )


def score_odds(stated: Sequence[tuple[float, bool, str]]) -> StatedOdds | Unknown:
    """How statements turned out: the share that held, what was said, and the Brier score.

    stated: the chance that was said, whether it held, and what it is about; statements about one
    thing are not independent, so that the interval goes by it. Unknown without a statement.

    Source: Brier (1950), Monthly Weather Review 78(1); intervals: Korn and Graubard (1998), Survey
    Methodology 24. Errors: ValueError for a chance outside 0 to 1.
    """
    if not stated:
        return Unknown("no stated day has come yet", 0, 1, "statements")
    said = all_finite([chance for chance, _, _ in stated])
    if ((said < 0) | (said > 1)).any():
        raise ValueError("a chance lies between 0 and 1")
    came = np.array([held for _, held, _ in stated], dtype=np.float64)
    _, where = np.unique([about for _, _, about in stated], return_inverse=True)
    share = share_by_cluster(np.bincount(where, weights=came), np.bincount(where), "statements")
    brier = float(np.mean((said - came) ** 2))
    return StatedOdds(len(said), int(came.sum()), float(said.mean()), share, brier)


def say_odds(odds: StatedOdds | Unknown) -> str:
    """How statements turned out, in a sentence."""
    if isinstance(odds, Unknown):
        return "No day that was stated with odds has come yet."
    told = f"Of {odds.n} stated days that have come, {odds.held} held"
    told += f"; {odds.said:.0%} was said on average"
    if isinstance(odds.share, Unknown):
        return f"{told}. Too few to tell whether the odds are right."
    if odds.share.low <= odds.said <= odds.share.high:
        return f"{told}, which agrees."
    return f"{told}: {'less' if odds.said > odds.share.high else 'more'} than said came true."
