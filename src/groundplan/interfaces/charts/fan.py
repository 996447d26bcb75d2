"""What will be done by when, as a fan: how far ahead one looks, and how much less one knows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from markupsafe import Markup

from groundplan.inference.forecasts.claims import Spread
from groundplan.interfaces.charts.axes import (
    WIDTH,
    Plot,
    Scale,
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
from groundplan.terms.units import Style, Unit

_COLUMNS = ("By", "At least, 95% sure", "At least, 85% sure", "As likely as not",
            "At most, 85% sure", "At most, 95% sure")  # fmt: skip
_TOP, _FOOT = 22.0, 24.0
_NARROW = timedelta(days=63)  # below, months are too coarse for an axis


def draw_fan(
    key: str,
    title: str,
    since: date,
    ahead: Sequence[Spread],
    *,
    counted: str = "items",
    target: float | None = None,
    height: float = 240,
) -> Chart:
    """Counts week by week, from nothing on the day `since`; target: a count to be reached.

    counted: what is counted, in words.
    """
    unit = Unit(counted, counted, Style.COUNT)
    if not ahead:
        why = "Nothing is drawn: no claim this far ahead would hold."
        return empty_chart(key, title, why, _COLUMNS)
    highest = max(one.high_95 for one in ahead)
    shown = target if target is not None and 0 < target <= highest else None
    plot = Plot(since, ahead[-1].on, Scale(0.0, max(highest, 1.0), _TOP, height - _FOOT))
    conclusion = _conclude(ahead[-1], unit)
    svg = frame_svg(
        key,
        title,
        f"A fan of counts that opens with time. {conclusion}",
        height,
        _grid(plot, unit),
        _bands(plot, ahead),
        _goal(plot, shown, unit),
        *(_point(plot, one, unit, nr == len(ahead) - 1) for nr, one in enumerate(ahead)),
    )
    note = "Dark: 15 to 85 of 100 futures; light: 5 to 95; the line: as likely as not."
    if target is not None and shown is None and target > highest:
        note += f" All {unit.format(target)} lie above what is drawn."
    rows = tuple(_table_row(one, unit) for one in ahead)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


def _grid(plot: Plot, unit: Unit) -> Markup:
    values = round_ticks(0.0, plot.y.high)
    days = [(plot.x(day), text) for day, text in _ticks(plot.start, plot.end)]
    labels = label_values(plot.y, values[1:], unit), label_places(days, plot.y.bottom_px + 18)
    return Markup("").join([draw_lines(plot.y, values), *labels])


def _ticks(start: date, end: date) -> Sequence[tuple[date, str]]:
    if end - start > _NARROW:
        return time_ticks(start, end)
    days = (end - start).days
    every = max(7, 7 * -(-days // 28))
    return [
        (
            start + timedelta(days=nr),
            f"{(start + timedelta(days=nr)).day} {start + timedelta(days=nr):%b}",
        )
        for nr in range(every, days + 1, every)
    ]


def _bands(plot: Plot, ahead: Sequence[Spread]) -> Markup:
    def line(values: Sequence[float]) -> list[tuple[float, float]]:
        days = [plot.start, *(one.on for one in ahead)]
        counts = [0.0, *values]
        return [
            (WIDTH * plot.x(day), plot.y.place(count))
            for day, count in zip(days, counts, strict=True)
        ]

    edges = (
        ([one.low_5 for one in ahead], [one.high_95 for one in ahead]),
        ([one.low_15 for one in ahead], [one.high_85 for one in ahead]),
    )
    bands = [
        tag("path", d=path_of([*line(high), *reversed(line(low))], closed=True), class_="ch-band")
        for low, high in edges
    ]
    middle = path_of(line([one.middle for one in ahead]))
    line_of = tag("path", d=middle, class_="ch-line", vector_effect="non-scaling-stroke")
    return stretch(plot.y.bottom_px + _FOOT, *bands, line_of)


def _goal(plot: Plot, target: float | None, unit: Unit) -> Markup:
    if target is None:
        return Markup("")
    y = plot.y.place(target)
    line = tag("line", x1="0", x2="100%", y1=y, y2=y, class_="ch-range")
    text = f"all {unit.format(target)}"
    return line + tag("text", text, x="100%", y=y - 5, text_anchor="end", class_="ch-label")


def _point(plot: Plot, one: Spread, unit: Unit, last: bool) -> Markup:
    x = percent(plot.x(one.on))
    low, high = plot.y.place(one.low_15), plot.y.place(one.high_85)
    whisker = tag("line", x1=x, x2=x, y1=low, y2=high, class_="ch-whisker ch-faint")
    return draw_point(_conclude(one, unit), x, plot.y.place(one.middle), whisker, tabbed=last)


def _conclude(one: Spread, unit: Unit) -> str:
    return (
        f"By {say_day(one.on)}: {unit.format(one.low_15)} or more {unit.noun}, 85% sure; "
        f"{unit.format(one.low_5)} or more, 95% sure; {unit.format(one.middle)} as likely as not."
    )


def _table_row(one: Spread, unit: Unit) -> tuple[str, ...]:
    counts = (one.low_5, one.low_15, one.middle, one.high_85, one.high_95)
    return (one.on.isoformat(), *(unit.format(count) for count in counts))
