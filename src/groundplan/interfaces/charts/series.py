"""A reading over time: a line, its interval as a band, and what is withheld as withheld."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

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
from groundplan.interfaces.charts.svg import (
    hatch,
    path_of,
    percent,
    say_day,
    say_month,
    tag,
)
from groundplan.signals.signal import Block, Point
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Unit

_COLUMNS = ("From", "To", "Value", "Low", "High", "Sample")
_TOP, _FOOT = 22.0, 24.0


def draw_series(
    key: str,
    title: str,
    points: Sequence[Point],
    unit: Unit,
    *,
    window: Block | None = None,
    height: float = 220,
) -> Chart:
    """A signal over time [its unit]; a block that is unknown is hatched, never drawn as zero."""
    known = [(point.block, point.value) for point in points if isinstance(point.value, Estimate)]
    if not known:
        why = "There is nothing to draw yet: no block of time holds enough data."
        return empty_chart(key, title, why, _COLUMNS)
    low, high = choose_range([e.low for _, e in known], [e.high for _, e in known])
    high, cut = _cut_long_intervals(known, low, high)
    scale = Scale(low, high, _TOP, height - _FOOT)
    plot = Plot(min(p.block.start_on for p in points), max(p.block.end_on for p in points), scale)
    runs = _runs(points)
    svg = frame_svg(
        key,
        title,
        f"Line over time with its interval. {_conclude(points, known)}",
        height,
        hatch(key),
        _grid(plot),
        _withheld(key, plot, points),
        _window(plot, window) if window else Markup(""),
        _lines(plot, runs),
        _tick_labels(plot, unit),
        _focusable(plot, points),
        _newest_label(plot, known[-1]),
    )
    notes = []
    if low != 0:
        notes.append(f"The axis starts at {unit.say(low)}, not at zero.")
    if cut:
        notes.append(f"Intervals are cut off above {unit.say(high)}.")
    rows = tuple(_table_row(point) for point in points)
    return Chart(key, title, _conclude(points, known), svg, _COLUMNS, rows, " ".join(notes))


def _cut_long_intervals(
    known: Sequence[tuple[Block, Estimate]], low: float, high: float
) -> tuple[float, bool]:
    largest = max(estimate.value for _, estimate in known)
    if low == 0 and largest > 0 and high > 2.5 * largest:
        return 1.6 * largest, True
    return high, False


def _runs(points: Sequence[Point]) -> list[list[tuple[Block, Estimate]]]:
    runs: list[list[tuple[Block, Estimate]]] = [[]]
    previous: Block | None = None
    for point in points:
        gap = previous is not None and point.block.start_on != previous.end_on
        if isinstance(point.value, Unknown) or gap:
            runs.append([])
        if isinstance(point.value, Estimate):
            runs[-1].append((point.block, point.value))
        previous = point.block
    return [run for run in runs if run]


def _grid(plot: Plot) -> Markup:
    lines = [draw_lines(plot.y, round_ticks(plot.y.low, plot.y.high))]
    base = plot.y.bottom_px
    for day, _ in time_ticks(plot.start, plot.end):
        x = percent(plot.x(day))
        lines.append(tag("line", x1=x, x2=x, y1=base, y2=base + 4, class_="ch-grid"))
    return Markup("").join(lines)


def _tick_labels(plot: Plot, unit: Unit) -> Markup:
    days = [(plot.x(day), text) for day, text in time_ticks(plot.start, plot.end)]
    values = round_ticks(plot.y.low, plot.y.high)
    return label_values(plot.y, values, unit) + label_places(days, plot.y.bottom_px + 18)


def _middle(plot: Plot, block: Block) -> float:
    return (plot.x(block.start_on) + plot.x(block.end_on)) / 2


def _withheld(key: str, plot: Plot, points: Sequence[Point]) -> Markup:
    marks = []
    for point in points:
        if isinstance(point.value, Unknown):
            left, right = plot.x(point.block.start_on), plot.x(point.block.end_on)
            marks.append(
                tag(
                    "rect",
                    tag("title", f"{_say_block(point.block)}: {point.value}"),
                    x=percent(left),
                    width=percent(right - left),
                    y=plot.y.top_px,
                    height=plot.y.bottom_px - plot.y.top_px,
                    fill=f"url(#{key}-hatch)",
                    class_="ch-withheld",
                )
            )
    return Markup("").join(marks)


def _window(plot: Plot, window: Block) -> Markup:
    start, end = max(window.start_on, plot.start), min(window.end_on, plot.end)
    if start >= end:
        return Markup("")
    return tag(
        "line",
        tag("title", f"The compared window: {_say_block(window)}"),
        x1=percent(plot.x(start)),
        x2=percent(plot.x(end)),
        y1=plot.y.bottom_px,
        y2=plot.y.bottom_px,
        class_="ch-window",
    )


def _lines(plot: Plot, runs: Sequence[Sequence[tuple[Block, Estimate]]]) -> Markup:
    def at(block: Block, value: float) -> tuple[float, float]:
        return WIDTH * _middle(plot, block), plot.y.place(value)

    marks = []
    for run in runs:
        if len(run) == 1:
            continue
        upper = [at(block, estimate.high) for block, estimate in run]
        lower = [at(block, estimate.low) for block, estimate in reversed(run)]
        marks.append(tag("path", d=path_of([*upper, *lower], closed=True), class_="ch-band"))
        line = path_of([at(block, estimate.value) for block, estimate in run])
        marks.append(tag("path", d=line, class_="ch-line", vector_effect="non-scaling-stroke"))
    return stretch(plot.y.bottom_px + _FOOT, *marks)


def _focusable(plot: Plot, points: Sequence[Point]) -> Markup:
    known = [(p.block, p.value) for p in points if isinstance(p.value, Estimate)]
    marks = []
    for nr, (block, estimate) in enumerate(known):
        x, y = percent(_middle(plot, block)), plot.y.place(estimate.value)
        whisker = tag(
            "line",
            x1=x,
            x2=x,
            y1=plot.y.place(estimate.low),
            y2=plot.y.place(estimate.high),
            class_="ch-whisker" if _alone(points, block) else "ch-whisker ch-faint",
        )
        label = f"{_say_block(block)}: {estimate}"
        last, many = nr == len(known) - 1, len(known) > 60
        marks.append(draw_point(label, x, y, whisker, tabbed=last, faint=many))
    return Markup("").join(marks)


def _alone(points: Sequence[Point], block: Block) -> bool:
    return any(len(run) == 1 and run[0][0] == block for run in _runs(points))


def _newest_label(plot: Plot, newest: tuple[Block, Estimate]) -> Markup:
    block, estimate = newest
    x, y = _middle(plot, block), plot.y.place(estimate.value)
    above = y - 9 if y - 9 > 12 else y + 18
    return tag(
        "text",
        estimate.unit.format(estimate.value),
        x=percent(x),
        y=above,
        text_anchor="end" if x > 0.5 else "start",
        class_="ch-label",
    )


def _conclude(points: Sequence[Point], known: Sequence[tuple[Block, Estimate]]) -> str:
    (first_block, first), (last_block, last) = known[0], known[-1]
    if len(known) == 1:
        text = f"{_say_block(first_block)}: {first}."
    else:
        apart = last.low > first.high or last.high < first.low
        text = (
            f"{say_month(first_block.start_on)} to "
            f"{say_month(last_block.end_on - timedelta(days=1))}: "
            f"{first.unit.format(first.value)} at first, {last} at the end; the two intervals "
            f"{'do not overlap' if apart else 'overlap'}."
        )
    hidden = sum(isinstance(point.value, Unknown) for point in points)
    if hidden:
        text += f" {hidden} of {len(points)} blocks of time are withheld or hold too little data."
    return text


def _say_block(block: Block) -> str:
    return f"{say_day(block.start_on)} to {say_day(block.end_on - timedelta(days=1))}"


def _table_row(point: Point) -> tuple[str, ...]:
    ends = (point.block.start_on.isoformat(), (point.block.end_on - timedelta(days=1)).isoformat())
    value = point.value
    if isinstance(value, Unknown):
        return (*ends, "withheld", "", "", str(value))
    unit = value.unit
    numbers = (unit.say(value.value), unit.format(value.low), unit.format(value.high))
    return (*ends, *numbers, f"{value.n:,} {value.n_of}")
