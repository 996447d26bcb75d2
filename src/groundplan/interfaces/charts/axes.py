"""Axes that do not lie: round ticks, zero where it belongs, and a word when it is not there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from groundplan.interfaces.charts.svg import say_month
from groundplan.terms.units import Style, Unit


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from `low` to `high` on a stretch of pixels; `low` is at the bottom."""

    low: float
    high: float
    top_px: float
    bottom_px: float

    def place(self, value: float) -> float:
        """Where a value stands [pixels]; what lies outside is put on the edge."""
        inside = min(max(value, self.low), self.high)
        share = (inside - self.low) / (self.high - self.low)
        return self.bottom_px + share * (self.top_px - self.bottom_px)


def choose_range(lows: Sequence[float], highs: Sequence[float]) -> tuple[float, float]:
    """The range an axis shows: from zero, unless everything lies in a narrow band far from it."""
    smallest, largest = min(lows), max(highs)
    if smallest < 0:
        spread = (largest - smallest) or 1.0
        return smallest - 0.05 * spread, max(0.0, largest) + 0.05 * spread
    if smallest > 0.75 * largest and largest > smallest:
        spread = largest - smallest
        return max(0.0, smallest - spread), largest + 0.3 * spread
    return 0.0, largest if largest > 0 else 1.0


def round_ticks(low: float, high: float, most: int = 4) -> tuple[float, ...]:
    """Round values between `low` and `high`, at most `most` steps apart (1, 2, 2.5, 5 x 10^n)."""
    spread = high - low
    if not spread > 0:
        return (low,)
    raw = spread / most
    exponent = 10.0 ** math.floor(math.log10(raw))
    step = next(
        (factor * exponent for factor in (1, 2, 2.5, 5) if factor * exponent >= raw), 10 * exponent
    )
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(nr * step for nr in range(first, last + 1))


def say_tick(unit: Unit, value: float) -> str:
    """A tick's label: short, without noun."""
    if unit.style is Style.SHARE:
        return unit.format(value)
    for floor, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= floor:
            scaled = value / (1e3 if letter == "k" else floor)
            return f"{scaled:.1f}".removesuffix(".0") + letter
    return unit.format(value)


def time_ticks(start_on: date, end_on: date, most: int = 5) -> tuple[tuple[date, str], ...]:
    """First days of years, quarters or months inside the span, with labels."""
    months = (end_on.year - start_on.year) * 12 + end_on.month - start_on.month
    steps = (1, 2, 3, 6, 12, 24, 36, 60, 120, 240)
    step = next((months_ for months_ in steps if months / months_ <= most), 480)
    nr = start_on.year * 12 + start_on.month - 1
    ticks = []
    for month_nr in range(nr - nr % step, nr + months + 2):
        if month_nr % step:
            continue
        day = date(month_nr // 12, month_nr % 12 + 1, 1)
        if start_on <= day < end_on:
            ticks.append((day, str(day.year) if step >= 12 else say_month(day)))
    return tuple(ticks)
