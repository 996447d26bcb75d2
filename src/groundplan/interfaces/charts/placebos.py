"""What the same analysis finds where nothing happened, with what it found here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from groundplan.interfaces.charts.axes import round_ticks
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, tag

_COLUMNS = ("From", "To", "Placebos")
_BINS = 24
_TIE = 1e-4  # estimates are rounded
_HEAD, _FOOT = 34.0, 24.0


def draw_placebos(
    key: str, title: str, values: Sequence[float], observed: float, unit: str, *,
    height: float = 190,
) -> Chart:  # fmt: skip
    """A histogram of placebo estimates with the observed one as a line."""
    if len(values) < 2:
        return empty_chart(key, title, "Too few placebos to draw.", _COLUMNS)
    low, high = min(*values, observed), max(*values, observed)
    room = 0.06 * ((high - low) or 1.0)
    low, high = low - room, high + room
    counts = [0] * _BINS
    for value in values:
        counts[min(_BINS - 1, int(_BINS * (value - low) / (high - low)))] += 1
    edges = [low + nr * (high - low) / _BINS for nr in range(_BINS + 1)]
    conclusion = _conclude(values, observed, unit)
    base, most = height - _FOOT, max(counts)
    bars = [_bar(nr, count, edges, unit, base, most) for nr, count in enumerate(counts) if count]
    svg = frame_svg(
        key, title, f"A histogram with a line. {conclusion}", height,
        tag("line", x1="0", x2="100%", y1=base, y2=base, class_="ch-zero"),
        *_ticks(low, high, base, unit),
        *bars,
        _mark((observed - low) / (high - low), observed, unit, base),
    )  # fmt: skip
    rows = tuple(
        (f"{edges[nr]:.3g}{unit}", f"{edges[nr + 1]:.3g}{unit}", f"{count:,}")
        for nr, count in enumerate(counts)
        if count
    )
    return Chart(key, title, conclusion, svg, _COLUMNS, rows)


def _ticks(low: float, high: float, base: float, unit: str) -> list[Markup]:
    return [
        tag("text", f"{value:+g}{unit}" if value else "0", x=percent(at), y=base + 17,
            text_anchor="middle", class_="ch-tick")
        for value in round_ticks(low, high)
        for at in [(value - low) / (high - low)]
        if 0.03 < at < 0.97
    ]  # fmt: skip


def _bar(nr: int, count: int, edges: Sequence[float], unit: str, base: float, most: int) -> Markup:
    words = f"{count:,} placebos from {edges[nr]:+.3g}{unit} to {edges[nr + 1]:+.3g}{unit}"
    tall = max(2.0, (base - _HEAD) * count / most)
    left, wide = percent((nr + 0.06) / _BINS), percent(0.88 / _BINS)
    return tag(
        "g", tag("title", words),
        tag("rect", x=left, width=wide, y=base - tall, height=tall, class_="ch-track"),
        class_="ch-point", tabindex="-1", role="img", aria_label=words,
    )  # fmt: skip


def _mark(at: float, observed: float, unit: str, base: float) -> Markup:
    words = f"Found here: {observed:+.3g}{unit}"
    anchor = "start" if at < 0.25 else "end" if at > 0.75 else "middle"
    return tag(
        "g", tag("title", words),
        tag("line", x1=percent(at), x2=percent(at), y1=22, y2=base, class_="ch-window"),
        tag("text", f"found here: {observed:+.3g}{unit}", x=percent(at), y=14,
            text_anchor=anchor, class_="ch-label"),
        class_="ch-point", tabindex="0", role="img", aria_label=words,
    )  # fmt: skip


def _distance(value: float, unit: str) -> float:
    """How far from no effect: twice as much is as far as half of it."""
    return abs(math.log1p(value / 100)) if unit == "%" else abs(value)


def _conclude(values: Sequence[float], observed: float, unit: str) -> str:
    reach = _distance(observed, unit) * (1 - _TIE)
    far = sum(_distance(value, unit) >= reach for value in values)
    return (
        f"{far:,} of {len(values):,} placebos, where nothing happened, are at least as far from "
        f"zero as the {observed:+.3g}{unit} found here."
    )
