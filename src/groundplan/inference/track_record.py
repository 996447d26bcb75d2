"""How somebody's stated ranges did: held or not, biased, sharp, better than before.

Belongs to the person whose ranges they are: nothing here compares people by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, ndtri

from groundplan.inference.arrays import Floats
from groundplan.inference.longrun import LEVEL
from groundplan.inference.proportions import share_of, wilson_bounds
from groundplan.inference.reference_ratios import PEOPLE_MEDIAN_ERRORS
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import RATIO, SHARE

NEED_FOR_BIAS: Final = 5  # settled: fewer give a median no 90% interval
NEED_FOR_TREND: Final = 20
TREND_ITEMS: Final = 400  # newest settled ranges that a trend looks at


class Verdict(StrEnum):
    """Whether ranges held as often as their odds said."""

    AS_STATED = "as stated"
    TOO_NARROW = "too narrow"
    TOO_WIDE = "too wide"
    UNKNOWN = "too few to tell"


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """Stated ranges against what came out.

    settled: counted ranges; still_open: not counted. kept: inside; exceeded: below the low;
    missed: above the high or open past it. stated: the mean odds [share]; coverage: kept of
    settled [share], Wilson. bias: median of outcome over the range's middle [times], above 1 for
    too low ranges. sharpness: median of high over low [times]. typical_miss: median factor
    between outcome and middle [times]. trend: the newer half's typical miss over the older
    half's [times], below 1 for better.
    """

    settled: int
    still_open: int
    kept: int
    exceeded: int
    missed: int
    stated: float
    coverage: Measured
    verdict: Verdict
    bias: Measured
    sharpness: float
    typical_miss: float
    trend: Measured


def track_record(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    odds: npt.ArrayLike,
    actual: npt.ArrayLike,
    past_range: npt.ArrayLike,
    *,
    level: float = LEVEL,
) -> TrackRecord | Unknown:
    """How stated ranges did [share, times]; all of one person, oldest first.

    actual: NaN while open. past_range: open, and already longer than the range's high: counts as
    missed, with the high as the least it will be. Other open ones are not counted.

    Source: Wilson (1927); median's interval from the sign test: Conover (1999), Practical
    Nonparametric Statistics, section 3.2; trend: Hodges and Lehmann (1963), Annals of Mathematical
    Statistics 34, with Moses' interval (Hollander and Wolfe 1999, section 4.3).
    Errors: ValueError unless 0 < low <= high, 0 < odds < 1 and outcomes are above 0.
    """
    lows, highs, said = (np.asarray(v, dtype=float) for v in (low, high, odds))
    came, late = np.asarray(actual, dtype=float), np.asarray(past_range, dtype=bool)
    _check(lows, highs, said, came)
    late = late & np.isnan(came)
    counts = late | ~np.isnan(came)
    n = int(counts.sum())
    if n == 0:
        return Unknown("no range is settled", 0, 1, "settled ranges")
    came = np.where(late, highs, came)
    return _count(
        lows[counts],
        highs[counts],
        said[counts],
        came[counts],
        late[counts],
        level,
        still_open=len(counts) - n,
    )


def _count(
    lows: Floats,
    highs: Floats,
    said: Floats,
    came: Floats,
    late: npt.NDArray[np.bool_],
    level: float,
    *,
    still_open: int,
) -> TrackRecord:
    n = len(lows)
    kept = (came >= lows) & (came <= highs) & ~late
    miss = np.log(came) - (np.log(lows) + np.log(highs)) / 2
    coverage = share_of(int(kept.sum()), n, "settled ranges", level=level)
    return TrackRecord(
        settled=n,
        still_open=still_open,
        kept=int(kept.sum()),
        exceeded=int((came < lows).sum()),
        missed=int(((came > highs) | late).sum()),
        stated=float(said.mean()),
        coverage=coverage,
        verdict=_judge(coverage, float(said.mean())),
        bias=_median_ratio(miss, level),
        sharpness=float(np.exp(np.median(np.log(highs / lows)))),
        typical_miss=float(np.exp(np.median(abs(miss)))),
        trend=_trend(abs(miss)[-TREND_ITEMS:], level),
    )


def _check(lows: Floats, highs: Floats, odds: Floats, actual: Floats) -> None:
    if not ((lows > 0) & (lows <= highs) & np.isfinite(highs) & (odds > 0) & (odds < 1)).all():
        raise ValueError("need 0 < low <= high and 0 < odds < 1")
    if (actual <= 0).any() or np.isinf(actual).any():
        raise ValueError("an outcome is not above 0")


def stand_among_others(typical_miss: float, *, level: float = LEVEL) -> Measured:
    """Of the reference's people, how many have a larger typical miss [share]; ties count half.

    typical_miss: the person's median factor between outcome and estimate [times], at least 1.
    The reference holds figures only (evidence/promises), so nobody in it can be found.
    """
    if typical_miss < 1:
        raise ValueError(f"a typical miss is a factor of at least 1, got {typical_miss}")
    others = np.asarray(PEOPLE_MEDIAN_ERRORS)
    own = float(np.log(typical_miss))
    share = float(np.mean(others > own + 1e-9) + np.mean(abs(others - own) <= 1e-9) / 2)
    low, high = wilson_bounds(share, len(others), level)
    return Estimate(share, low, high, level, SHARE, len(others), "people", "Wilson score")


def _judge(coverage: Measured, stated: float) -> Verdict:
    if isinstance(coverage, Unknown) or coverage.n < NEED_FOR_BIAS:
        return Verdict.UNKNOWN
    if coverage.high < stated:
        return Verdict.TOO_NARROW
    return Verdict.TOO_WIDE if coverage.low > stated else Verdict.AS_STATED


def _median_ratio(miss: Floats, level: float) -> Measured:
    n = len(miss)
    ordered = np.sort(miss)
    ranks = np.arange(n + 1)
    allowed = ranks[bdtr(ranks, n, 0.5) <= (1 - level) / 2]
    if not len(allowed):
        return Unknown("too few to bound a median", n, NEED_FOR_BIAS, "settled ranges")
    rank = int(allowed[-1])
    low, high = float(ordered[rank]), float(ordered[n - 1 - rank])
    low, middle, high = (float(np.exp(v)) for v in (low, np.median(miss), high))
    return Estimate(middle, low, high, level, RATIO, n, "settled ranges", "sign test")


def _trend(miss: Floats, level: float) -> Measured:
    n = len(miss)
    if n < NEED_FOR_TREND:
        return Unknown("too few to compare older with newer", n, NEED_FOR_TREND, "settled ranges")
    older, newer = miss[: n // 2], miss[n // 2 :]
    pairs = np.sort((newer[:, None] - older).ravel())
    m, k = len(newer), len(older)
    z = float(ndtri((1 + level) / 2))
    rank = int(m * k / 2 - z * np.sqrt(m * k * (m + k + 1) / 12))
    low, high = pairs[max(rank - 1, 0)], pairs[min(m * k - rank, m * k - 1)]
    value = float(np.median(pairs))
    return Estimate(
        float(np.exp(value)),
        float(np.exp(min(low, value))),
        float(np.exp(max(high, value))),
        level,
        RATIO,
        n,
        "settled ranges",
        "Hodges-Lehmann",
    )
