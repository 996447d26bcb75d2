"""The difference before and after the start, stretch by stretch: an event study."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from groundplan.experiments.views import Offset
from groundplan.interfaces.charts.axes import Scale, choose_range, round_ticks
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, tag

_TOP, _FOOT = 20.0, 40.0


def draw_events(
    key: str,
    title: str,
    events: Sequence[Offset],
    unit: str,
    *,
    period: str = "periods",
    level: float = 0.95,
    height: float = 260,
) -> Chart:
    """Differences between treated units and the others, by time since the start; with bands, which
    hold all of them at once."""
    columns = (f"{period.capitalize()} since the start", "Difference", "Band from", "to")
    if len(events) < 2:
        return empty_chart(key, title, f"Too few {period} to draw.", columns)
    low, high = choose_range([e.low for e in events] + [0.0], [e.high for e in events] + [0.0])
    scale = Scale(low, high, _TOP, height - _FOOT)
    first, last = events[0].periods, events[-1].periods
    span = max(1, last - first)

    def place(periods: float) -> float:
        return 0.12 + 0.86 * (periods - first) / span

    conclusion = _conclude(events)
    svg = frame_svg(
        key, title, f"Points with bands. {conclusion}", height,
        _grid(scale, unit),
        _start(place(-0.5), scale),
        *_ticks(place, (first, last), scale, period),
        *(_point(place(one.periods), scale, one, _say(one, unit, period, level), nr == 0)
          for nr, one in enumerate(events)),
    )  # fmt: skip
    rows = tuple(
        (str(one.periods), *(f"{value:.3g}{unit}" for value in (one.estimate, one.low, one.high)))
        for one in events
    )  # fmt: skip
    return Chart(key, title, conclusion, svg, columns, rows)


def _grid(scale: Scale, unit: str) -> Markup:
    marks = []
    for value in round_ticks(scale.low, scale.high):
        y = scale.place(value)
        marks.append(
            tag("line", x1="0", x2="100%", y1=y, y2=y, class_="ch-grid" if value else "ch-zero")
        )
        text = f"{value:+g}{unit}" if value else "0"
        marks.append(tag("text", text, x="0", y=y - 4, class_="ch-tick ch-value"))
    return Markup("").join(marks)


def _start(at: float, scale: Scale) -> Markup:
    x = percent(min(max(at, 0.0), 1.0))
    line = tag("line", x1=x, x2=x, y1=_TOP - 10, y2=scale.bottom_px, class_="ch-range",
               stroke_dasharray="4 4")  # fmt: skip
    return line + tag("text", "start", x=x, y=_TOP - 8, dx=4, class_="ch-label")


def _ticks(
    place: Callable[[float], float], ends: tuple[int, int], scale: Scale, period: str
) -> list[Markup]:
    first, last = ends
    every = max(1, -(-(last - first) // 8))
    ticks = [p for p in range(first, last + 1) if p % every == 0]
    return [
        tag("text", f"{p:+d}" if p else "0", x=percent(place(p)), y=scale.bottom_px + 17,
            text_anchor="middle", class_="ch-tick")
        for p in ticks
    ] + [tag("text", f"{period} since the start", x="100%", y=scale.bottom_px + 35,
             text_anchor="end", class_="ch-tick")]  # fmt: skip


def _say(one: Offset, unit: str, period: str, level: float) -> str:
    side = "before" if one.periods < 0 else "after"
    return (
        f"{abs(one.periods)} {period} {side} the start: {one.estimate:+.3g}{unit}, "
        f"{100 * level:.3g}% band {one.low:+.3g}{unit} to {one.high:+.3g}{unit}."
    )


def _point(at: float, scale: Scale, one: Offset, words: str, first: bool) -> Markup:
    x = percent(at)
    return tag(
        "g", tag("title", words),
        tag("line", x1=x, x2=x, y1=scale.place(one.low), y2=scale.place(one.high),
            class_="ch-whisker"),
        tag("circle", cx=x, cy=scale.place(one.estimate), r=10, class_="ch-hit"),
        tag("circle", cx=x, cy=scale.place(one.estimate), r=3.5, class_="ch-dot"),
        class_="ch-point", tabindex="0" if first else "-1", role="img", aria_label=words,
    )  # fmt: skip


def _conclude(events: Sequence[Offset]) -> str:
    before = [one for one in events if one.periods < 0]
    apart = sum(not one.low <= 0 <= one.high for one in before)
    after = [one for one in events if one.periods >= 0]
    moved = sum(not one.low <= 0 <= one.high for one in after)
    return (
        f"{apart} of {len(before)} bands before the start exclude no difference, and {moved} of "
        f"{len(after)} afterwards."
    )
