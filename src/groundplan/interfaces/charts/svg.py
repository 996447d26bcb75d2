"""SVG as text: elements that are always escaped, and numbers that are always finite.

Charts are as wide as their place: x runs in percent, y in pixels, so that letters keep their
size at 320 and at 1440 pixels. No inline style: a strict content policy holds for charts too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
    "|[\ud800-\udfff]"
)


def show_hidden(text: str) -> str:
    """The text with control, zero-width and direction characters written out as `\\u202e`.

    They could make a name or a path look like another one.
    """
    if _UNSEEN.search(text) is None:
        return text
    return _UNSEEN.sub(_write_out, text)


def _write_out(found: re.Match[str]) -> str:
    letter = found.group()
    return " " if letter in "\t\n\r" else f"\\u{ord(letter):04x}"


def shorten(text: str, most: int) -> str:
    """The text in at most `most` characters; the middle of a long one is left out."""
    text = show_hidden(text)
    if len(text) <= most:
        return text
    head = (most - 1) // 3
    return f"{text[:head]}…{text[len(text) - (most - 1 - head) :]}"


def num(value: float) -> str:
    """A coordinate with at most two decimals; ValueError if it is not finite."""
    if not math.isfinite(value):
        raise ValueError(f"a coordinate must be finite, got {value}")
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(share: float) -> str:
    """A place on the x axis, 0 to 1, as SVG writes it."""
    return num(100 * share) + "%"


def tag(name: str, *children: Markup | str, **attributes: str | float | None) -> Markup:
    """One element; `class_` is `class`, `_` in a name is `-`; texts and values are escaped."""
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None:
            continue
        text = value if isinstance(value, str) else num(value)
        spelled = key if key in _CAMEL else key.rstrip("_").replace("_", "-")
        parts.append(f' {spelled}="{escape(show_hidden(text))}"')
    inner = "".join(
        str(child) if isinstance(child, Markup) else str(escape(show_hidden(child)))
        for child in children
    )
    parts.append(f">{inner}</{name}>" if inner else "/>")
    return Markup("".join(parts))


_CAMEL = frozenset({"viewBox", "preserveAspectRatio", "patternUnits", "patternTransform"})


def path_of(points: Sequence[tuple[float, float]], *, closed: bool = False) -> str:
    """The `d` of a polyline through the points."""
    moves = [f"{'L' if nr else 'M'}{num(x)} {num(y)}" for nr, (x, y) in enumerate(points)]
    return "".join(moves) + ("Z" if closed and moves else "")


def hatch(key: str) -> Markup:
    """A pattern of slanted strokes, named `key`-hatch, for what is withheld or known by few."""
    stroke = tag("line", x1=0, y1=0, x2=0, y2=6, class_="ch-hatch")
    return tag(
        "defs",
        tag(
            "pattern",
            stroke,
            id=f"{key}-hatch",
            width=6,
            height=6,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        ),
    )


def say_month(day: date) -> str:
    """`Mar 2024`."""
    return f"{day:%b} {day.year}"


def say_day(day: date) -> str:
    """`4 Mar 2024`."""
    return f"{day.day} {day:%b} {day.year}"
