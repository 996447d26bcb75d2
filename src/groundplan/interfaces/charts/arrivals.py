"""How soon something came, as steps that rise: what is still awaited counts while it was seen."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from groundplan.inference.arrivals import Arrived
from groundplan.interfaces.charts.axes import (
    WIDTH,
    Scale,
    draw_lines,
    draw_point,
    label_places,
    label_values,
    round_ticks,
    stretch,
)
from groundplan.interfaces.charts.figure import Chart, empty_chart, frame_svg
from groundplan.interfaces.charts.svg import path_of, percent, tag
from groundplan.terms.units import SHARE, Unit

_TOP, _FOOT = 22.0, 24.0
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)


def draw_arrivals(
    key: str, title: str, came: Sequence[Arrived], unit: Unit, *, height: float = 200
) -> Chart:
    """The share that came within each time [unit], with its interval; nothing had come at 0."""
    columns = (f"Within, {unit.noun}", "Share", "Low", "High", "Sample")
    if not came:
        return empty_chart(key, title, "Nothing was watched for long enough yet.", columns)
    scale, longest = Scale(0.0, 1.0, _TOP, height - _FOOT), came[-1].within
    conclusion = _conclude(came, unit)
    svg = frame_svg(
        key,
        title,
        f"Steps that rise with time, with their interval. {conclusion}",
        height,
        draw_lines(scale, _QUARTERS),
        _steps(scale, longest, came, height),
        label_values(scale, _QUARTERS[1:], SHARE),
        label_places(
            [
                (_across(at, longest), unit.format(at))
                for at in round_ticks(0.0, longest)
                if at.is_integer()
            ],
            height - 6,
        ),
        *(
            draw_point(
                _words(one, unit),
                percent(_across(one.within, longest)),
                scale.place(one.share.value),
                tabbed=one is came[-1],
            )
            for one in came
        ),
    )
    rows = tuple(_row(one, unit) for one in came)
    note = f"Across: {unit.noun} of waiting. The band is the interval at each place."
    return Chart(key, title, conclusion, svg, columns, rows, note)


def _across(at: float, longest: float) -> float:
    return 0.988 * at / longest  # so that the last dot is whole


def _steps(scale: Scale, longest: float, came: Sequence[Arrived], height: float) -> Markup:
    def climb(shares: Sequence[float]) -> list[tuple[float, float]]:
        ends = [*(one.within for one in came[1:]), longest]
        corners = [(0.0, 0.0), (came[0].within, 0.0)]
        for one, share, end in zip(came, shares, ends, strict=True):
            corners += [(one.within, share), (end, share)]
        return [(WIDTH * _across(at, longest), scale.place(share)) for at, share in corners]

    high, low = climb([one.share.high for one in came]), climb([one.share.low for one in came])
    band = path_of([*high, *reversed(low)], closed=True)
    middle = path_of(climb([one.share.value for one in came]))
    return stretch(
        height,
        tag("path", d=band, class_="ch-band"),
        tag("path", d=middle, class_="ch-line", vector_effect="non-scaling-stroke"),
    )


def _words(one: Arrived, unit: Unit) -> str:
    return f"Within {unit.say(one.within)}: {one.share}"


def _conclude(came: Sequence[Arrived], unit: Unit) -> str:
    ends = [came[0], came[-1]] if len(came) > 1 else [came[0]]
    return f"{'. '.join(_words(one, unit) for one in ends)}."


def _row(one: Arrived, unit: Unit) -> tuple[str, ...]:
    share = one.share
    shown = (SHARE.format(each) for each in (share.value, share.low, share.high))
    return (unit.format(one.within), *shown, f"{share.n:,} {share.n_of}")
