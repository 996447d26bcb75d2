"""What a series of documents speaks about: a lane a topic, a circle a document that names it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol

from markupsafe import Markup

from groundplan.interfaces.charts.axes import label_places
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import percent, say_day, say_month, shorten, tag

_LANE_PX: Final = 46.0
_RADIUS_PX: Final = 9.0  # of the topic that most is said of
_FOOT_PX: Final = 24.0
_SIDE: Final = 0.03  # room for half a circle


class Followed(Protocol):
    """A topic through the documents, oldest first. per_thousand: mentions in as many words."""

    @property
    def name(self) -> str:
        """The topic."""

    @property
    def per_thousand(self) -> tuple[float, ...]:
        """For each document."""

    @property
    def last_on(self) -> date:
        """The day of the last document that names it."""

    @property
    def fell_silent(self) -> bool:
        """Whether its silence since then is longer than chance explains."""


def draw_topics(
    key: str, title: str, topics: Sequence[Followed], days: Sequence[date], *, most: int = 12
) -> Chart:
    """How much each document says of each topic [mentions in a thousand words].

    Topics that fell silent come first, with a broken line where they are missed; then those of
    which most is said. days: of the documents, oldest first.
    """
    columns = ("Topic", *map(say_day, days))
    if not topics or len(days) < 2:
        why = "From two documents on, topics are drawn over time."
        return empty_chart(key, title, why, columns)
    ordered = sorted(topics, key=lambda one: (not one.fell_silent, -sum(one.per_thousand)))
    shown = ordered[:most]
    top = max(max(one.per_thousand) for one in shown) or 1.0
    height = _LANE_PX * len(shown) + _FOOT_PX
    conclusion = _conclude(ordered)
    svg = frame_svg(
        key, title, f"Circles over time, larger where more is said. {conclusion}", height,
        *(_lane(nr, one, days, top) for nr, one in enumerate(shown)),
        _label_days(days, height - 6),
    )  # fmt: skip
    note = "The larger a circle, the more of the document's words name the topic."
    if len(shown) < len(topics):
        note += f" {len(shown)} of {len(topics)} topics."
    rows = tuple((one.name, *(f"{value:.1f}" for value in one.per_thousand)) for one in ordered)
    return Chart(key, title, conclusion, svg, columns, rows, note)


def _lane(nr: int, one: Followed, days: Sequence[date], top: float) -> Markup:
    y, middle = nr * _LANE_PX, nr * _LANE_PX + 32
    words = _say(one)
    last, end = _place(one.last_on, days), 1.0
    marks = [
        tag("title", words),
        tag("rect", x="0", y=y + 1, width="100%", height=_LANE_PX - 2, class_="ch-hit"),
        tag(
            "text",
            shorten(one.name, 26 if one.fell_silent else 44),
            x="0",
            y=y + 16,
            class_="ch-name",
        ),
    ]
    if one.fell_silent:
        end = last
        said = f"silent since {say_day(one.last_on)}"
        x1, x2 = percent(last), percent(_place(days[-1], days))
        marks += [
            tag(
                "line",
                x1=x1,
                x2=x2,
                y1=middle,
                y2=middle,
                class_="ch-range",
                stroke_dasharray="3 4",
            ),
            tag("text", said, x="100%", y=y + 16, text_anchor="end", class_="ch-label"),
        ]
    marks.append(tag("line", x1="0", x2=percent(end), y1=middle, y2=middle, class_="ch-grid"))
    marks += [
        tag("circle", cx=percent(_place(day, days)), cy=middle, class_="ch-bar",
            r=max(_RADIUS_PX * math.sqrt(value / top), 2.0))
        for day, value in zip(days, one.per_thousand, strict=True)
        if value
    ]  # fmt: skip
    return tag("g", *marks, class_="ch-point", tabindex="-1" if nr else "0", role="img",
               aria_label=words)  # fmt: skip


def _place(day: date, days: Sequence[date]) -> float:
    share = (day - days[0]).days / max(1, (days[-1] - days[0]).days)
    return _SIDE + (1 - 2 * _SIDE) * share


def _label_days(days: Sequence[date], y: float) -> Markup:
    ends = (days[0], days[-1])
    same = say_month(ends[0]) == say_month(ends[1])
    say = say_day if same else say_month
    return label_places([(float(nr), say(day)) for nr, day in enumerate(ends)], y)


def _say(one: Followed) -> str:
    named = sum(value > 0 for value in one.per_thousand)
    words = f"{one.name}: in {named} of {len(one.per_thousand)} documents"
    last = f"the last time on {say_day(one.last_on)}"
    return f"{words}, {last}; it fell silent" if one.fell_silent else f"{words}, {last}"


def _conclude(ordered: Sequence[Followed]) -> str:
    silent = [one.name for one in ordered if one.fell_silent]
    loud = max(ordered, key=lambda one: sum(one.per_thousand))
    most = f"Most is said of {loud.name}"
    if not silent:
        return f"{most}; nothing fell silent."
    others = f" and {len(silent) - 2} more" if len(silent) > 2 else ""
    names = f"{', '.join(silent[:2])}{others}" if others else " and ".join(silent)
    return f"{most}; {names} fell silent."
