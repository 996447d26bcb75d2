"""Stated ranges with what came out of them, one row each, on one logarithmic axis.

Logarithmic, because a range that is off by half a day of one matters as one off by a week of ten.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from groundplan.interfaces.charts.axes import say_tick
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, shorten, tag
from groundplan.terms.units import Unit

_COLUMNS = ("What", "From", "To", "Came out")
_ROW_PX = 40.0
_AXIS_PX = 22.0
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Stated:
    """A range and its outcome; outcome: None while it is open."""

    label: str
    low: float
    high: float
    outcome: float | None


def draw_ranges(
    key: str, title: str, stated: Sequence[Stated], unit: Unit, *, most: int = 12
) -> Chart:
    """Ranges as bars and outcomes as dots, in the order given [unit]; at most `most` rows."""
    shown = stated[:most]
    if not shown:
        return empty_chart(key, title, "No range has an outcome yet.", _COLUMNS)
    values = [v for one in shown for v in (one.low, one.high, one.outcome) if v is not None]
    axis = _Axis(min(values) / 1.15, max(values) * 1.15)
    height = _ROW_PX * len(shown) + _AXIS_PX
    ticks = [_tick(axis, value, height, unit) for value in axis.ticks()]
    marks = [_row(nr, one, axis, unit) for nr, one in enumerate(shown)]
    conclusion = _conclude(stated)
    svg = frame_svg(key, title, f"Ranges and outcomes. {conclusion}", height, *ticks, *marks)
    note = "The axis is logarithmic."
    if len(shown) < len(stated):
        note += f" The newest {len(shown)} of {len(stated)}."
    rows = tuple(_table_row(one, unit) for one in stated)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


@dataclass(frozen=True, slots=True)
class _Axis:
    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value lies, 0 to 1."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def ticks(self) -> list[float]:
        """Round numbers, at most five."""
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        every = [step * 10.0**power for power in range(first, last + 1) for step in _STEPS]
        inside = [value for value in every if self.low <= value <= self.high]
        return inside[:: max(1, -(-len(inside) // 5))]


def _tick(axis: _Axis, value: float, height: float, unit: Unit) -> Markup:
    x = percent(axis.place(value))
    bottom = height - _AXIS_PX
    return tag("line", x1=x, x2=x, y1=0, y2=bottom, class_="ch-grid") + tag(
        "text", say_tick(unit, value), x=x, y=height - 5, text_anchor="middle", class_="ch-tick"
    )


def _row(nr: int, one: Stated, axis: _Axis, unit: Unit) -> Markup:
    y = nr * _ROW_PX
    low, high = axis.place(one.low), axis.place(one.high)
    words = _words(one, unit)
    marks = [
        tag("title", words),
        tag("text", shorten(one.label, 60), x="0", y=y + 15, class_="ch-name ch-value"),
        tag("rect", x=percent(low), width=percent(high - low), y=y + 21, height=12, rx=3,
            class_="ch-band"),
        _edge(low, y + 27), _edge(high, y + 27),
    ]  # fmt: skip
    if one.outcome is not None:
        marks.append(
            tag("circle", cx=percent(axis.place(one.outcome)), cy=y + 27, r=4.5, class_="ch-dot")
        )
    tabindex = "0" if nr == 0 else "-1"
    return tag("g", *marks, class_="ch-point", tabindex=tabindex, role="img", aria_label=words)


def _edge(at: float, middle: float) -> Markup:
    x = percent(at)
    return tag("line", x1=x, x2=x, y1=middle - 6, y2=middle + 6, class_="ch-whisker")


def _words(one: Stated, unit: Unit) -> str:
    came = "not out yet" if one.outcome is None else f"came out at {unit.say(one.outcome)}"
    return f"{one.label}: {unit.format(one.low)} to {unit.say(one.high)}, {came}"


def _conclude(stated: Sequence[Stated]) -> str:
    out = [one for one in stated if one.outcome is not None]
    inside = sum(one.low <= (one.outcome or 0) <= one.high for one in out)
    over = sum((one.outcome or 0) > one.high for one in out)
    if not out:
        return "No range has an outcome yet."
    text = f"{inside} of {len(out)} outcomes lie in their range"
    return f"{text}, {over} above it." if over else f"{text}."


def _table_row(one: Stated, unit: Unit) -> tuple[str, ...]:
    came = "" if one.outcome is None else unit.say(one.outcome)
    return (one.label, unit.say(one.low), unit.say(one.high), came)
