"""How often an effect of a size would be found: what a study can see before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from groundplan.experiments.views import Chance
from groundplan.interfaces.charts.axes import (
    WIDTH,
    Scale,
    draw_lines,
    draw_point,
    round_ticks,
    stretch,
)
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import path_of, percent, tag

_COLUMNS = ("Effect", "Found in")
_TOP, _FOOT = 22.0, 40.0
_SHARES = (0.5, 0.8, 1.0)  # 0.8 is what is wanted of a study


def draw_power(
    key: str,
    title: str,
    curve: Sequence[Chance],
    *,
    worth: float,
    detects: float | None,
    height: float = 240,
) -> Chart:
    """Power over effects [percent]; worth: the effect worth having; detects: found in 4 of 5."""
    if len(curve) < 2:
        return empty_chart(key, title, "No power is known yet.", _COLUMNS)
    reach = max(one.effect for one in curve)
    scale = Scale(0.0, 1.0, _TOP, height - _FOOT)
    line = [(WIDTH * one.effect / reach, scale.place(one.power)) for one in curve]
    path = tag("path", d=path_of(line), class_="ch-line", vector_effect="non-scaling-stroke")
    conclusion = _conclude(worth, detects)
    svg = frame_svg(
        key, title, f"A rising curve. {conclusion}", height,
        _grid(scale, reach), _mark(scale, worth, reach), stretch(height, path),
        *(_point(scale, one, reach, nr == 0) for nr, one in enumerate(curve)),
    )  # fmt: skip
    rows = tuple((f"{one.effect:g}%", f"{one.power:.0%}") for one in curve)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows)


def _grid(scale: Scale, reach: float) -> Markup:
    marks = [draw_lines(scale, (0.0, *_SHARES))]
    for share in _SHARES:
        text = f"{share:.0%} of studies find it" if share == 1 else f"{share:.0%}"
        y = scale.place(share) - 4
        marks.append(tag("text", text, x="0", y=y, class_="ch-tick ch-value"))
    for value in round_ticks(0.0, reach):
        anchor = "start" if value == 0 else "end" if value > 0.95 * reach else "middle"
        marks.append(tag("text", f"{value:g}%", x=percent(value / reach), y=scale.bottom_px + 16,
                         text_anchor=anchor, class_="ch-tick"))  # fmt: skip
    return Markup("").join(marks)


def _mark(scale: Scale, worth: float, reach: float) -> Markup:
    if worth > reach:
        return Markup("")
    at = worth / reach
    anchor = "start" if at < 0.5 else "end"
    line = tag("line", x1=percent(at), x2=percent(at), y1=_TOP - 8, y2=scale.bottom_px,
               class_="ch-range", stroke_dasharray="4 4")  # fmt: skip
    text = f"\u00a0worth having: {worth:g}%\u00a0"
    return line + tag("text", text, x=percent(at), y=scale.bottom_px + 33, text_anchor=anchor,
                      class_="ch-label")  # fmt: skip


def _point(scale: Scale, one: Chance, reach: float, first: bool) -> Markup:
    words = f"An effect of {one.effect:g}% would be found in {one.power:.0%} of such studies."
    return draw_point(words, percent(one.effect / reach), scale.place(one.power), tabbed=first)


def _conclude(worth: float, detects: float | None) -> str:
    if detects is None:
        return "No effect that was tried would be found in four of five such studies."
    enough = "enough for" if detects <= worth else "too little for"
    return (
        f"An effect of {detects:.0f}% would be found in four of five such studies: {enough} the "
        f"{worth:g}% that would be worth having."
    )
