"""Parts of a whole as horizontal bars with their intervals, and small histograms.

A bar starts at zero, always; a part without enough data has words instead of a bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, shorten, tag
from groundplan.signals.signal import Part
from groundplan.terms.estimate import Estimate, Measured, Unknown

_COLUMNS = ("Part", "Value", "Low", "High", "Sample")
_ROW_PX = 40.0


def draw_bars(
    key: str, title: str, parts: Sequence[Part], *, most: int = 12, in_order: bool = False
) -> Chart:
    """The parts of a reading, largest first [the reading's unit]; whiskers are intervals.

    in_order: as given, for parts that follow each other, such as stages.
    """
    known = [(part.name, part.value) for part in parts if isinstance(part.value, Estimate)]
    known.sort(key=lambda pair: (-pair[1].value, pair[0]))
    hidden = [(part.name, part.value) for part in parts if isinstance(part.value, Unknown)]
    if not known:
        why = "No part holds enough data yet." if parts else "There are no parts to show."
        return empty_chart(key, title, why, _COLUMNS)
    everything: list[tuple[str, Estimate | Unknown]] = [*known, *hidden]
    if in_order:
        everything = [(part.name, part.value) for part in parts]
    shown = everything[:most]
    widest = max(estimate.high for _, estimate in (known if in_order else known[:most]))
    top = min(widest, 2.5 * known[0][1].value) or widest or 1.0
    marks = [_bar(nr, name, value, top) for nr, (name, value) in enumerate(shown)]
    conclusion = _conclude(known, len(hidden))
    svg = frame_svg(
        key, title, f"Bars with intervals. {conclusion}", _ROW_PX * len(shown) + 4, *marks
    )
    left_out = len(parts) - len(shown)
    which = "first" if in_order else "largest"
    note = f"The {len(shown)} {which} of {len(parts)}." if left_out else ""
    rows = tuple(_table_row(name, value) for name, value in everything)
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


def draw_shares(key: str, title: str, shares: Sequence[tuple[str, Measured]]) -> Chart:
    """Shares of different wholes, in the order given, each with its interval, from 0 to 1."""
    if not any(isinstance(value, Estimate) for _, value in shares):
        return empty_chart(key, title, "No share can be told yet.", _COLUMNS)
    marks = [_bar(nr, *pair, 1.0, "not enough yet") for nr, pair in enumerate(shares)]
    conclusion = ". ".join(f"{name}: {value}" for name, value in shares) + "."
    height = _ROW_PX * len(shares) + 4
    svg = frame_svg(key, title, f"Bars with intervals. {conclusion}", height, *marks)
    rows = tuple(_table_row(name, value, "not enough yet") for name, value in shares)
    note = "Each bar is a share of another whole; the whole width is all of it."
    return Chart(key, title, conclusion, svg, _COLUMNS, rows, note)


def _bar(
    nr: int, name: str, value: Estimate | Unknown, top: float, without: str = "withheld"
) -> Markup:
    y = nr * _ROW_PX
    text = without if isinstance(value, Unknown) else value.unit.format(value.value)
    marks = [
        tag("title", f"{name}: {value}"),
        tag("text", shorten(name, 34), x="0", y=y + 15, class_="ch-name"),
        tag("text", text, x="100%", y=y + 15, text_anchor="end", class_="ch-label"),
        tag("rect", x="0", width="100%", y=y + 22, height=8, rx=2, class_="ch-track"),
    ]
    if isinstance(value, Estimate):
        middle = y + 26
        length, low, high = (_share(v, top) for v in (value.value, value.low, value.high))
        marks.append(
            tag("rect", x="0", width=percent(length), y=y + 22, height=8, rx=2, class_="ch-bar")
        )
        marks.append(
            tag("line", x1=percent(low), x2=percent(high), y1=middle, y2=middle, class_="ch-range")
        )
        marks += [_edge(at, middle) for at in (low, high)]
    return tag(
        "g",
        *marks,
        class_="ch-point",
        tabindex="0" if nr == 0 else "-1",
        role="img",
        aria_label=f"{name}: {value}",
    )


def _edge(at: float, middle: float) -> Markup:
    x = percent(at)
    return tag("line", x1=x, x2=x, y1=middle - 6, y2=middle + 6, class_="ch-range")


def _share(value: float, top: float) -> float:
    return min(max(value / top, 0.0), 1.0)


def _conclude(known: Sequence[tuple[str, Estimate]], hidden: int) -> str:
    name, first = known[0]
    if len(known) == 1:
        text = f"{name} is {first}."
    else:
        other, second = known[1]
        if first.low > second.high:
            text = f"{name} is the largest with {first}; {other} follows with {second}."
        else:
            text = (
                f"{name} with {first} and {other} with {second} are the largest; "
                "their intervals overlap, so their order is not certain."
            )
    if hidden:
        parts = "part holds" if hidden == 1 else "parts hold"
        text += f" {hidden} {parts} too little data."
    return text


def _table_row(name: str, value: Estimate | Unknown, without: str = "withheld") -> tuple[str, ...]:
    if isinstance(value, Unknown):
        return (name, without, "", "", str(value))
    unit = value.unit
    return (
        name,
        unit.say(value.value),
        unit.format(value.low),
        unit.format(value.high),
        f"{value.n:,} {value.n_of}",
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """How many things fall under one label."""

    label: str
    count: int


def draw_histogram(
    key: str, title: str, bins: Sequence[Bin], noun: str, *, height: float = 130
) -> Chart:
    """How many `noun` fall into each bin, in the order given; counts, so without intervals."""
    columns = ("Bin", noun.capitalize())
    total = sum(b.count for b in bins)
    if not total:
        return empty_chart(key, title, f"There are no {noun} to count.", columns)
    largest = max(bins, key=lambda b: b.count)
    conclusion = (
        f"{largest.label} holds the most: {largest.count:,} of {total:,} {noun} "
        f"({largest.count / total:.0%})."
    )
    marks = [_column(nr, b, len(bins), largest.count, height, noun) for nr, b in enumerate(bins)]
    base = tag("line", x1="0", x2="100%", y1=height - 22, y2=height - 22, class_="ch-zero")
    svg = frame_svg(key, title, f"Histogram. {conclusion}", height, *marks, base)
    rows = tuple((b.label, f"{b.count:,}") for b in bins)
    return Chart(key, title, conclusion, svg, columns, rows)


def _column(nr: int, bin_: Bin, count: int, most: int, height: float, noun: str) -> Markup:
    step = 1 / count
    base = height - 22
    tall = (base - 20) * bin_.count / most
    label = f"{bin_.label}: {bin_.count:,} {noun}"
    middle = percent((nr + 0.5) * step)
    left, wide = percent((nr + 0.08) * step), percent(0.84 * step)
    marks = [
        tag("title", label),
        tag("rect", x=left, width=wide, y=base - tall, height=tall, class_="ch-bar"),
    ]
    if nr % max(1, -(-count // 8)) == 0:
        marks.append(_centred(bin_.label, middle, height - 6, "ch-tick"))
    if bin_.count == most:
        marks.append(_centred(f"{bin_.count:,}", middle, base - tall - 5, "ch-label"))
    return tag(
        "g",
        *marks,
        class_="ch-point",
        tabindex="0" if nr == 0 else "-1",
        role="img",
        aria_label=label,
    )


def _centred(text: str, x: str, y: float, kind: str) -> Markup:
    return tag("text", text, x=x, y=y, text_anchor="middle", class_=kind)
