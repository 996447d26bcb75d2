"""The unit in which somebody rounds: a range need only name values that can come out."""

from __future__ import annotations

from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.outcomes import Outcomes, find_past

# Units in which people round hours, days, minutes, seconds and points; coarsest first.
CANDIDATES: Final = (
    1000.0, 500.0, 200.0, 100.0, 60.0, 50.0, 30.0, 20.0, 15.0, 10.0, 5.0, 2.0, 1.0, 0.5, 0.25,
    0.1, 0.05,
)  # fmt: skip
MOSTLY: Final = 0.99  # of the outcomes so far are whole multiples
ENOUGH: Final = 20  # outcomes before anything is said about rounding


def unit_of_outcomes(items: Outcomes) -> Floats:
    """The coarsest unit in which the person's outcomes were whole before each item [unit].

    0 where there is none, or fewer than 20 outcomes to tell by.
    """
    past = find_past(items)
    spent = np.nan_to_num(items.actual[past.order])
    found = np.zeros(len(items))
    seen = np.maximum(past.own, 1)
    for unit in CANDIDATES:
        times = spent / unit
        whole = np.abs(times - np.round(times)) < 1e-6 * np.maximum(times, 1)
        upto = np.concatenate(([0], np.cumsum(whole)))
        share = (upto[past.end] - upto[past.first]) / seen
        found[(found == 0) & (share >= MOSTLY) & (past.own >= ENOUGH)] = unit
    return found


def snap_to_unit(low: Floats, high: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """The same ranges, from the first to the last multiple of `unit` that they contain [unit].

    A range without any becomes the multiple nearest to its middle; unit 0 leaves it as it is.
    """
    step = np.where(unit > 0, unit, 1.0)
    first = np.maximum(np.ceil(low / step - 1e-6), 1) * step
    last = np.maximum(np.floor(high / step + 1e-6), 1) * step
    nearest = np.maximum(np.round(np.sqrt(low * high) / step), 1) * step
    none = first > last
    snapped_low = np.where(none, nearest, first)
    snapped_high = np.where(none, nearest, last)
    return np.where(unit > 0, snapped_low, low), np.where(unit > 0, snapped_high, high)
