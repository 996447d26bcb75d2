"""Axes that do not lie: round ticks, zero where it belongs, and points that say what they are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from groundplan.interfaces.charts.svg import num, percent, say_month, tag
from groundplan.terms.units import Style, Unit

WIDTH: Final = 1000.0  # of a stretched drawing; its height is in pixels


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


@dataclass(frozen=True, slots=True)
class Plot:
    """Days across, from `start` to `end`, and values upwards."""

    start: date
    end: date
    y: Scale

    def x(self, day: date) -> float:
        """Where a day stands, 0 to 1; a hair inside, so that no mark is cut."""
        return 0.006 + 0.988 * (day - self.start).days / max(1, (self.end - self.start).days)


def draw_lines(scale: Scale, values: Sequence[float]) -> Markup:
    """The lines of values across a drawing; zero's is the strong one."""
    lines = []
    for value in values:
        y, kind = scale.place(value), "ch-grid" if value else "ch-zero"
        lines.append(tag("line", x1="0", x2="100%", y1=y, y2=y, class_=kind))
    return Markup("").join(lines)


def label_values(scale: Scale, values: Sequence[float], unit: Unit) -> Markup:
    """The names of values beside their lines, the last one with the unit's noun."""
    labels = []
    for value in values:
        noun = f" {unit.noun}" if value == values[-1] and unit.style is not Style.SHARE else ""
        text = say_tick(unit, value) + noun
        y = scale.place(value) - 4
        labels.append(tag("text", text, x="0", y=y, class_="ch-tick ch-value"))
    return Markup("").join(labels)


def label_places(places: Sequence[tuple[float, str]], y: float) -> Markup:
    """Names below an axis, each at its place, 0 to 1; the outer ones stay inside."""
    labels = []
    for x, text in places:
        anchor = "start" if x < 0.08 else "end" if x > 0.94 else "middle"
        labels.append(tag("text", text, x=percent(x), y=y, text_anchor=anchor, class_="ch-tick"))
    return Markup("").join(labels)


def stretch(height: float, *marks: Markup) -> Markup:
    """Marks whose x runs from 0 to `WIDTH`, drawn as wide as their place; y in pixels."""
    return tag(
        "svg",
        *marks,
        x="0",
        y="0",
        width="100%",
        height=height,
        viewBox=f"0 0 {num(WIDTH)} {num(height)}",
        preserveAspectRatio="none",
    )


def draw_point(
    words: str, x: str, y: float, *marks: Markup, tabbed: bool, faint: bool = False
) -> Markup:
    """A dot that says its words to whoever points at it or reaches it by keys.

    tabbed: the one point of its chart that Tab stops at; from there arrow keys go on.
    """
    return tag(
        "g",
        tag("title", words),
        *marks,
        tag("circle", cx=x, cy=y, r=10, class_="ch-hit"),
        tag("circle", cx=x, cy=y, r=3, class_="ch-dot ch-faint" if faint else "ch-dot"),
        class_="ch-point",
        tabindex="0" if tabbed else "-1",
        role="img",
        aria_label=words,
    )


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
