"""A verdict as one interval on one line, beside what would be worth having."""

from __future__ import annotations

import math
from collections.abc import Callable

from markupsafe import Markup

from groundplan.interfaces.charts.axes import round_ticks
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, tag

_COLUMNS = ("Effect", "Low", "High", "Worth having from")
_MIDDLE, _FOOT = 58.0, 22.0
_REACH = 6.0  # ends that lie further out than so many times what is worth having are cut


def draw_verdict(
    key: str, title: str, found: tuple[float, float, float] | None, *, worth: float,
    better: int, unit: str = "%", height: float = 120,
) -> Chart:  # fmt: skip
    """Estimate, low and high on a line; better: +1 where more is an improvement, else -1."""
    if found is None or not math.isfinite(found[0]):
        return empty_chart(key, title, "There is no estimate to draw.", _COLUMNS)
    estimate, low, high = found
    span = max(_REACH * worth, 3 * abs(estimate), 1e-9)
    low_seen, high_seen = max(low, -span), min(high, span)
    reach = 1.15 * max(abs(low_seen), abs(high_seen), 1.5 * worth)

    def place(value: float) -> float:
        return 0.5 + 0.5 * value / reach

    words = f"{estimate:+.3g}{unit}, interval {_end(low, unit)} to {_end(high, unit)}"
    words += f"; worth having from {better * worth:+g}{unit}." if worth else "."
    svg = frame_svg(
        key, title, words, height,
        _zone(place(-worth), place(worth), height),
        *_ticks(place, reach, height, unit),
        *_names(place(-worth), place(worth), better),
        _interval(place, (estimate, low_seen, high_seen), (low, high), words),
    )  # fmt: skip
    rows = (
        (f"{estimate:+.3g}{unit}", _end(low, unit), _end(high, unit), f"{better * worth:+g}{unit}"),
    )
    note = ""
    if low_seen > low or high_seen < high:
        note = "The interval goes further than is drawn."
    return Chart(key, title, words, svg, _COLUMNS, rows, note)


def _end(value: float, unit: str) -> str:
    return f"{value:+.3g}{unit}" if math.isfinite(value) else "no bound"


def _zone(low: float, high: float, height: float) -> Markup:
    return tag("rect", x=percent(low), width=percent(high - low), y=24, height=height - _FOOT - 24,
               class_="ch-track") + tag(
        "line", x1="50%", x2="50%", y1=20, y2=height - _FOOT, class_="ch-zero"
    )  # fmt: skip


def _names(low: float, high: float, better: int) -> list[Markup]:
    left, right = ("worse", "better") if better > 0 else ("better", "worse")
    middle = "too small to matter" if high > 0.5 else "no effect"
    return [
        tag("text", left, x=percent(low / 2), y=14, text_anchor="middle", class_="ch-tick"),
        tag("text", middle, x="50%", y=14, text_anchor="middle",
            class_="ch-tick ch-value"),
        tag("text", right, x=percent((1 + high) / 2), y=14, text_anchor="middle", class_="ch-tick"),
    ]  # fmt: skip


def _ticks(place: Callable[[float], float], reach: float, height: float, unit: str) -> list[Markup]:
    return [
        tag("text", f"{value:+g}{unit}" if value else "0", x=percent(place(value)), y=height - 5,
            text_anchor="middle", class_="ch-tick")
        for value in round_ticks(-reach, reach)
        if 0.04 < place(value) < 0.96 and not (unit == "%" and value < -100)
    ]  # fmt: skip


def _interval(
    place: Callable[[float], float],
    seen: tuple[float, float, float],
    ends: tuple[float, float],
    words: str,
) -> Markup:
    estimate, low, high = (percent(place(value)) for value in seen)
    # an end that lies beyond what is drawn has no bar across it
    bars = [percent(place(end)) for end, drawn in zip(ends, seen[1:], strict=True) if end == drawn]
    return tag(
        "g", tag("title", words),
        tag("line", x1=low, x2=high, y1=_MIDDLE, y2=_MIDDLE, class_="ch-window"),
        *(tag("line", x1=x, x2=x, y1=_MIDDLE - 7, y2=_MIDDLE + 7, class_="ch-window")
          for x in bars),
        tag("circle", cx=estimate, cy=_MIDDLE, r=12, class_="ch-hit"),
        tag("circle", cx=estimate, cy=_MIDDLE, r=6, class_="ch-dot"),
        class_="ch-point", tabindex="0", role="img", aria_label=words,
    )  # fmt: skip
