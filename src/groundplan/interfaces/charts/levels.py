"""A KPI over time: its sessions with their intervals, when its level changed, and its target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from groundplan.interfaces.charts.axes import (
    WIDTH,
    Plot,
    Scale,
    choose_range,
    draw_lines,
    draw_point,
    label_places,
    label_values,
    round_ticks,
    stretch,
    time_ticks,
)
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import path_of, percent, say_day, tag
from groundplan.signals.kpis import Level
from groundplan.sources.measurements.history import Point
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

_COLUMNS = ("Session", "On", "Value", "Low", "High")
_TOP, _FOOT = 26.0, 24.0


def draw_levels(
    key: str,
    title: str,
    levels: Sequence[Level],
    noun: str,
    *,
    changes: Sequence[Point] = (),
    target: float | None = None,
    until: date | None = None,
    at_end: Measured | None = None,
    height: float = 240,
) -> Chart:
    """A KPI's sessions [in `noun`]; target: to be reached until a day, at_end: where it will be."""
    if not levels:
        return empty_chart(
            key, title, "There is nothing to draw yet: nothing was measured.", _COLUMNS
        )
    unit = Unit("kpi", noun, Style.RATE)
    ahead = at_end if isinstance(at_end, Estimate) else None
    plot = _plot(levels, target, until, ahead, height)
    conclusion = _conclude(levels, unit, target)
    began = {one.session: one.on for one in levels}
    marks = [
        _grid(plot, unit),
        *(_change(plot, one, began[one.at], unit) for one in changes if one.at in began),
        _target(plot, target, unit),
        _lines(plot, levels),
        _ahead(plot, levels[-1], until, ahead),
        *(_dot(plot, one, unit, nr == len(levels) - 1) for nr, one in enumerate(levels)),
    ]
    note = "The band: intervals of 90%." if levels[-1].low is not None else ""
    if plot.y.low != 0:
        note = f"{note} The axis starts at {unit.say(plot.y.low)}, not at zero.".strip()
    rows = tuple(_table_row(one, unit) for one in levels)
    svg = frame_svg(key, title, f"Line over time. {conclusion}", height, *marks)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


def _plot(
    levels: Sequence[Level],
    target: float | None,
    until: date | None,
    ahead: Estimate | None,
    height: float,
) -> Plot:
    lows = [one.value if one.low is None else one.low for one in levels]
    highs = [one.value if one.high is None else one.high for one in levels]
    extra = [target] if target is not None else []
    extra += [ahead.low, ahead.high] if ahead is not None else []
    low, high = choose_range([*lows, *extra], [*highs, *extra])
    end = max([levels[-1].on + timedelta(days=1), *([until] if until else [])])
    return Plot(levels[0].on, end, Scale(low, high, _TOP, height - _FOOT))


def _grid(plot: Plot, unit: Unit) -> Markup:
    values = round_ticks(plot.y.low, plot.y.high)
    days = [(plot.x(day), text) for day, text in _ticks(plot.start, plot.end)]
    labels = label_values(plot.y, values, unit), label_places(days, plot.y.bottom_px + 18)
    return Markup("").join([draw_lines(plot.y, values), *labels])


def _ticks(start: date, end: date) -> Sequence[tuple[date, str]]:
    months = time_ticks(start, end)
    return months if len(months) > 1 else ((start, say_day(start)), (end, say_day(end)))


def _change(plot: Plot, one: Point, on: date, unit: Unit) -> Markup:
    x = percent(plot.x(on))
    words = f"Level changed from {one.at} on: {one.size.unit.say(one.size.value)}"
    line = tag("line", x1=x, x2=x, y1=_TOP - 8, y2=plot.y.bottom_px, class_="ch-range",
               stroke_dasharray="2 4")  # fmt: skip
    label = f"{'+' if one.size.value > 0 else '−'}{unit.format(abs(one.size.value))}"
    text = tag("text", label, x=x, y=_TOP - 12, text_anchor="middle", class_="ch-tick")
    return tag("g", tag("title", words), line, text)


def _target(plot: Plot, target: float | None, unit: Unit) -> Markup:
    if target is None:
        return Markup("")
    y = plot.y.place(target)
    line = tag("line", x1="0", x2="100%", y1=y, y2=y, class_="ch-range", stroke_dasharray="6 4")
    text = f"target {unit.format(target)}"
    above = y - 6 if y - 6 > 14 else y + 16
    return line + tag("text", text, x="100%", y=above, text_anchor="end", class_="ch-label")


def _lines(plot: Plot, levels: Sequence[Level]) -> Markup:
    def at(one: Level, value: float) -> tuple[float, float]:
        return WIDTH * plot.x(one.on), plot.y.place(value)

    marks = []
    if all(one.low is not None and one.high is not None for one in levels) and len(levels) > 1:
        upper = [at(one, one.high or 0.0) for one in levels]
        lower = [at(one, one.low or 0.0) for one in reversed(levels)]
        marks.append(tag("path", d=path_of([*upper, *lower], closed=True), class_="ch-band"))
    line = path_of([at(one, one.value) for one in levels])
    marks.append(tag("path", d=line, class_="ch-line", vector_effect="non-scaling-stroke"))
    return stretch(plot.y.bottom_px + _FOOT, *marks)


def _ahead(plot: Plot, last: Level, until: date | None, ahead: Estimate | None) -> Markup:
    """Where it will be on the last day, as a fan from the last session."""
    if until is None or ahead is None or until <= last.on:
        return Markup("")
    start, end = WIDTH * plot.x(last.on), WIDTH * plot.x(until)
    low, high = plot.y.place(ahead.low), plot.y.place(ahead.high)
    fan = [(start, plot.y.place(last.value)), (end, high), (end, low)]
    words = f"On {say_day(until)} it will be at {ahead}"
    return stretch(
        plot.y.bottom_px + _FOOT,
        tag("path", tag("title", words), d=path_of(fan, closed=True), class_="ch-band"),
    )


def _dot(plot: Plot, one: Level, unit: Unit, last: bool) -> Markup:
    x = percent(plot.x(one.on))
    marks = []
    if one.low is not None and one.high is not None:
        low, high = plot.y.place(one.low), plot.y.place(one.high)
        marks.append(tag("line", x1=x, x2=x, y1=low, y2=high, class_="ch-whisker ch-faint"))
    words = f"{say_day(one.on)}: {unit.say(one.value)}"
    return draw_point(words, x, plot.y.place(one.value), *marks, tabbed=last, faint=not last)


def _conclude(levels: Sequence[Level], unit: Unit, target: float | None) -> str:
    first, last = levels[0], levels[-1]
    text = f"{unit.say(last.value)} on {say_day(last.on)}"
    if len(levels) > 1:
        text += f", {unit.format(first.value)} on {say_day(first.on)}"
    return f"{text}; the target is {unit.format(target)}." if target is not None else f"{text}."


def _table_row(one: Level, unit: Unit) -> tuple[str, ...]:
    ends = ("" if end is None else unit.format(end) for end in (one.low, one.high))
    return one.session, one.on.isoformat(), unit.say(one.value), *ends
