"""The methods that were tried beside the shipped one: each gives lows and highs for every item."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.special import ndtri

from groundplan.inference.arrays import Floats
from groundplan.inference.estimation import ranges_of
from groundplan.inference.estimation_backtest import BASELINE_NEEDS, quantile_ranges
from groundplan.inference.outcomes import Outcomes, find_past
from groundplan.inference.predictions import SHIPPED, Settings
from groundplan.inference.rounding import snap_to_unit, unit_of_outcomes

Ranges = tuple[Floats, Floats]
Method = Callable[[Outcomes, Sequence[float]], Ranges]
ALONE = 1e-9  # of an own item: as good as no borrowing, and never a division by nothing


def pooled_model(items: Outcomes, *, with_size: bool) -> tuple[Floats, Floats]:
    """Expected log ratio and its spread for each item: people shrunk to all people.

    Random intercepts by empirical Bayes, refitted after every item from running sums; with_size:
    a common slope on the logarithm of the estimate (ridge of ten items).
    """
    y, x = items.log_ratio, np.log(items.estimate)
    n, people = len(items), int(items.person.max()) + 1
    count, sum_y, sum_yy, sum_x = (np.zeros(people) for _ in range(4))
    sxx, sxy, centre = 10.0, 0.0, float(np.median(x[: max(1, n // 50)]))
    mean, spread = np.zeros(n), np.ones(n)
    starts = np.flatnonzero(np.diff(items.tick, prepend=-1))
    for start, end in zip(starts, np.append(starts, n)[1:], strict=True):
        slope = sxy / sxx if with_size else 0.0
        total = max(count.sum(), 1.0)
        grand = sum_y.sum() / total
        own = np.where(count > 0, sum_y / np.maximum(count, 1), grand)
        within = max((sum_yy - count * own**2).sum() + 0.5, 0.01) / (total + 1)
        some = count[count > 0]
        between = max(
            float(np.sum(some * (own[count > 0] - grand) ** 2) / max(total, 1)) - within / 30, 0.005
        )
        who = items.person[start:end]
        kept = between / (between + within / np.maximum(count[who], 1e-9))
        level = grand + kept * (own[who] - grand)
        moved = x[start:end] - centre
        mean[start:end] = level + slope * moved
        spread[start:end] = np.sqrt(within * (1 + 1 / (count[who] + within / between)))
        for row in range(start, end):
            rest = y[row] - slope * (x[row] - centre)
            count[items.person[row]] += 1
            sum_y[items.person[row]] += rest
            sum_yy[items.person[row]] += rest**2
            sum_x[items.person[row]] += x[row] - centre
            sxx += (x[row] - centre) ** 2
            sxy += (x[row] - centre) * (y[row] - level[row - start])
    return mean, spread


def normal_ranges(items: Outcomes, odds: Sequence[float], *, with_size: bool) -> Ranges:
    """Partial pooling with normal log ratios."""
    mean, spread = pooled_model(items, with_size=with_size)
    reach = spread[:, None] * ndtri((1 + np.asarray(odds)) / 2)
    middle = items.estimate[:, None] * np.exp(mean)[:, None]
    return middle * np.exp(-reach), middle * np.exp(reach)


def split_conformal(items: Outcomes, odds: Sequence[float]) -> Ranges:
    """The pooled model with size, its past standardised misses as the yardstick for all people.

    Absolute misses of all earlier items (Vovk et al. 2005; Lei et al. 2018, JASA 113).
    """
    mean, spread = pooled_model(items, with_size=True)
    miss = abs(items.log_ratio - mean) / spread
    seen: list[float] = []
    known = find_past(items).known
    reach = np.full((len(items), len(odds)), np.nan)
    for row in range(len(items)):
        while len(seen) < known[row]:
            insort(seen, float(miss[len(seen)]))
        if len(seen) >= BASELINE_NEEDS:
            at = np.ceil(np.asarray(odds) * (len(seen) + 1)).astype(int) - 1
            reach[row] = [seen[min(place, len(seen) - 1)] for place in at]
    reach *= spread[:, None]
    middle = items.estimate[:, None] * np.exp(mean)[:, None]
    return middle * np.exp(-reach), middle * np.exp(reach)


def rounded_quantiles(items: Outcomes, odds: Sequence[float]) -> Ranges:
    """The baseline's ranges, in the person's rounding: what that alone is worth."""
    low, high = quantile_ranges(items, odds)
    return snap_to_unit(low, high, unit_of_outcomes(items)[:, None])


def engine(**changes: object) -> Method:
    """The shipped code with some of its parts taken out."""
    settings: Settings = replace(SHIPPED, **changes)  # type: ignore[arg-type]
    return lambda items, odds: ranges_of(items, odds, settings)


NO_BORROWING = {"others_worth": ALONE, "reference_worth": 2e-2}
NOT_ADAPTED = {"person_step": 0.0, "file_step": 0.0}

METHODS: dict[str, Method] = {
    "per-person ratio quantiles (baseline)": quantile_ranges,
    "the baseline, in the person's rounding": rounded_quantiles,
    "partial pooling, normal": lambda i, o: normal_ranges(i, o, with_size=False),
    "partial pooling with estimate size, normal": lambda i, o: normal_ranges(i, o, with_size=True),
    "partial pooling with size, split conformal": split_conformal,
    "recent own quantiles, adaptive conformal": engine(
        **NO_BORROWING, size_factor=1e6, snaps=False
    ),
    "nearest in size, own items only": engine(**NO_BORROWING, **NOT_ADAPTED, snaps=False),
    "nearest in size, borrowing": engine(**NOT_ADAPTED, snaps=False),
    "nearest in size, borrowing, adaptive conformal": engine(snaps=False),
    "the same, in the person's rounding (shipped)": engine(),
}
