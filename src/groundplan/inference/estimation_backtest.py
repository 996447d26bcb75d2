"""What ranges would have held, had they been said item by item: the shipped method's and others'.

Nothing here looks ahead: a range is made from items with an earlier tick only.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats
from groundplan.inference.estimation import ranges_of
from groundplan.inference.outcomes import Outcomes, find_past
from groundplan.inference.predictions import SHIPPED, Settings
from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.units import Unit

ODDS: Final = (0.5, 0.8, 0.9, 0.95)  # that a report speaks of
# to compare at equal coverage
SWEEP: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.97, 0.99)
BASELINE_NEEDS: Final = 10  # own items before the baseline says anything
FEW_PEOPLE: Final = 5  # below this, nothing is said about how people differ
ENOUGH_ITEMS: Final = 20  # of a person, to count in how people differ

Rows = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AtOdds:
    """How ranges of these odds did. coverage [share], Wilson; widths: medians over the items.

    median_log_width: natural logarithm of high over low; median_width: high minus low [unit].
    below, above: items under the low and over the high [share]. equal_log_width: how wide the
    method's ranges are once they hold exactly as often as these odds say.
    """

    odds: float
    coverage: Measured
    median_log_width: float
    median_width: float
    below: float
    above: float
    equal_log_width: float | Unknown


@dataclass(frozen=True, slots=True)
class MethodReport:
    """One method on the rows that are reported.

    bias_log_ratio: median of log(actual / middle of the narrowest range); above 0: too low.
    by_person: quartiles over people (of at least 20 items) of the coverage at 80% [share]; Unknown
    below five people. No person is named or ranked.
    """

    name: str
    n: int
    people: int
    at: tuple[AtOdds, ...]
    bias_log_ratio: float
    by_person: tuple[float, float, float] | Unknown


@dataclass(frozen=True, slots=True)
class Backtest:
    """The shipped method and the baseline on the same items, and the shipped one where only it
    speaks: items whose person had fewer than ten settled ones.

    unit: of estimates, outcomes and widths. raw_bias_log_ratio: of the estimates themselves.
    """

    unit: Unit
    shipped: MethodReport
    baseline: MethodReport
    first_items: MethodReport | Unknown
    raw_bias_log_ratio: float


def backtest(
    items: Outcomes,
    unit: Unit,
    *,
    rows: Rows | None = None,
    same_unit: bool = True,
    settings: Settings = SHIPPED,
) -> Backtest | Unknown:
    """How ranges would have held over a whole history, shipped method and baseline [share].

    items: of one or more people (outcomes.arrange). rows: which items are reported, such as those
    of held-out people or a later time; all by default. Counted are items for which both methods
    speak; the shipped one's ranges for first items are reported apart, unless estimates have
    another unit than outcomes (same_unit): then no reference supports them.
    """
    own = find_past(items).own
    chosen = np.ones(len(items), dtype=bool) if rows is None else rows
    both = chosen & (own >= BASELINE_NEEDS)
    if not both.any():
        reason = "nobody has settled enough items for one more to be foretold"
        return Unknown(reason, int(own.max(initial=-1)) + 1, BASELINE_NEEDS + 1, "settled items")
    shipped = ranges_of(items, SWEEP, settings)
    baseline = quantile_ranges(items, SWEEP)
    first = chosen & (own < BASELINE_NEEDS) & same_unit
    return Backtest(
        unit,
        report("shipped", items, both, shipped),
        report("per-person ratio quantiles", items, both, baseline),
        report("shipped, first items", items, first, shipped)
        if first.any()
        else Unknown("no first items among these", 0, 1, "items"),
        float(np.median(items.log_ratio[both])),
    )


def rolling_coverage(items: Outcomes, odds: float, *, settings: Settings = SHIPPED) -> Measured:
    """How often the shipped method's ranges of these odds would have held [share].

    Every item with a ratio counts, the first ones too; each range is made from what was known
    before. Wilson's interval.
    """
    low, high = ranges_of(items, (odds,), settings)
    held = holds(items.actual, low[:, 0], high[:, 0])
    return share_of(float(held.sum()), len(held), "settled items")


def quantile_ranges(
    items: Outcomes, odds: Sequence[float], *, least: int = BASELINE_NEEDS
) -> tuple[Floats, Floats]:
    """The baseline: quantiles of the person's own ratios so far, around the estimate [unit].

    Shapes (items, odds); NaN below `least` own items.
    """
    ratio, past = items.log_ratio, find_past(items)
    shares = np.array([(1 + side * o) / 2 for side in (-1, 1) for o in odds])
    found = np.full((len(items), len(shares)), np.nan)
    seen: list[float] = []
    before = -1
    for row in past.order:
        if past.first[row] != before:
            before, seen, taken = int(past.first[row]), [], int(past.first[row])
        while taken < past.end[row]:
            insort(seen, float(ratio[past.order[taken]]))
            taken += 1
        if len(seen) >= least:
            place = shares * (len(seen) - 1)
            left = place.astype(int)
            right = np.minimum(left + 1, len(seen) - 1)
            lower = np.array([seen[at] for at in left])
            upper = np.array([seen[at] for at in right])
            found[row] = lower + (place - left) * (upper - lower)
    bounds = items.estimate[:, None] * np.exp(found)
    return bounds[:, : len(odds)], bounds[:, len(odds) :]


def report(
    name: str,
    items: Outcomes,
    rows: Rows,
    ranges: tuple[Floats, Floats],
    *,
    sweep: Sequence[float] = SWEEP,
    odds: Sequence[float] = ODDS,
) -> MethodReport:
    """How a method's ranges did on the given items. ranges: lows and highs, (items, sweep)."""
    actual, low, high = items.actual[rows], ranges[0][rows], ranges[1][rows]
    held = holds(actual[:, None], low, high)
    width = np.log(high / low)
    covered, widths = held.mean(axis=0), np.median(width, axis=0)
    at = []
    for wanted in odds:
        column = list(sweep).index(wanted)
        at.append(
            AtOdds(
                wanted,
                share_of(float(held[:, column].sum()), len(held), "settled items"),
                float(widths[column]),
                float(np.median(high[:, column] - low[:, column])),
                float(np.mean(actual < low[:, column] * (1 - 1e-9))),
                float(np.mean(actual > high[:, column] * (1 + 1e-9))),
                width_at(wanted, covered, widths),
            )
        )
    middle = np.sqrt(low[:, 0] * high[:, 0])  # of the narrowest range asked for
    return MethodReport(
        name,
        len(held),
        len(np.unique(items.person[rows])),
        tuple(at),
        float(np.median(np.log(actual / middle))),
        _by_person(items.person[rows], held[:, list(sweep).index(0.8)]),
    )


def holds(actual: Floats, low: Floats, high: Floats) -> Rows:
    """Which ranges hold their outcome, bounds included and rounding errors forgiven."""
    held: Rows = (actual >= low * (1 - 1e-9)) & (actual <= high * (1 + 1e-9))
    return held


def width_at(coverage: float, covered: Floats, widths: Floats) -> float | Unknown:
    """The median log width at which a method would cover so much, between the odds it was asked.

    Unknown where no odds that were asked brought the coverage there.
    """
    if not covered.min() <= coverage <= covered.max():
        nearest = round(100 * float(covered[np.argmin(abs(covered - coverage))]))
        return Unknown("no odds brought it there", nearest, round(100 * coverage), "% coverage")
    order = np.lexsort((widths, covered))
    return float(np.interp(coverage, covered[order], widths[order]))


def _by_person(person: npt.NDArray[np.int64], held: Rows) -> tuple[float, float, float] | Unknown:
    items = np.bincount(person)
    enough = items >= ENOUGH_ITEMS
    if enough.sum() < FEW_PEOPLE:
        return Unknown("too few people with enough items", int(enough.sum()), FEW_PEOPLE, "people")
    shares = np.bincount(person, weights=held)[enough] / items[enough]
    low, middle, high = (float(v) for v in np.quantile(shares, [0.25, 0.5, 0.75]))
    return low, middle, high
