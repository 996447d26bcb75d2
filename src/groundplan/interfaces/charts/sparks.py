"""A reading's course in the space of a word; the number beside it says the rest."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from groundplan.interfaces.charts.axes import Scale, choose_range
from groundplan.interfaces.charts.svg import path_of, tag
from groundplan.signals.signal import Point
from groundplan.terms.estimate import Estimate

_WIDTH, _HEIGHT = 112.0, 28.0
_BARS = "▁▂▃▄▅▆▇█"


def draw_spark(points: Sequence[Point], *, most: int = 60) -> Markup:
    """The newest `most` blocks as a small line; gaps stay gaps. Empty if nothing is known."""
    newest = points[-most:]
    values = [p.value.value for p in newest if isinstance(p.value, Estimate)]
    if len(values) < 2:
        return Markup("")
    low, high = choose_range(values, values)
    scale = Scale(low, high, 4, _HEIGHT - 4)
    step = (_WIDTH - 8) / max(1, len(newest) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for nr, point in enumerate(newest):
        if isinstance(point.value, Estimate):
            runs[-1].append((4 + nr * step, scale.place(point.value.value)))
        else:
            runs.append([])
    marks = [tag("path", d=path_of(run), class_="ch-line") for run in runs if len(run) > 1]
    x, y = [run for run in runs if run][-1][-1]
    marks.append(tag("circle", cx=x, cy=y, r=2.5, class_="ch-dot"))
    return tag(
        "svg",
        *marks,
        class_="spark",
        xmlns="http://www.w3.org/2000/svg",
        width=_WIDTH,
        height=_HEIGHT,
        viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}",
        aria_hidden="true",
    )


def write_spark(points: Sequence[Point], *, most: int = 24) -> str:
    """The same as text, for Markdown: `▂▃▅·▇`; a dot is a block that is withheld or unknown."""
    newest = points[-most:]
    values = [p.value.value for p in newest if isinstance(p.value, Estimate)]
    if not values:
        return ""
    top = max(values)
    low = min(0.0, *values) if len(values) > 1 else min(0.0, values[0])
    spread = (top - low) or 1.0
    letters = []
    for point in newest:
        if isinstance(point.value, Estimate):
            share = (point.value.value - low) / spread
            letters.append(_BARS[min(len(_BARS) - 1, int(share * len(_BARS)))])
        else:
            letters.append("·")
    return "".join(letters)
