"""The fan draws what it says: a rising, opening band, its numbers, and nothing where none hold."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from groundplan.inference.forecasts.claims import Spread
from groundplan.interfaces.charts import draw_fan, figure

SINCE = date(2025, 9, 6)
WEEKS = [
    Spread("all", SINCE + timedelta(weeks=week), week, 2 * week, 3 * week, 5 * week, 8 * week)
    for week in range(1, 14)
]


@pytest.mark.parametrize("weeks", [1, 2, 4, 8, 13])
def test_every_week_is_drawn_named_and_in_the_table(weeks: int) -> None:
    chart = draw_fan("f", "Done by when", SINCE, WEEKS[:weeks])
    root = ElementTree.fromstring(str(chart.svg))
    points = [e for e in root.iter() if e.get("class") == "ch-point"]
    assert len(points) == len(chart.rows) == weeks
    last = WEEKS[weeks - 1]
    assert f"{2 * weeks} or more items, 85% sure" in str(points[-1].get("aria-label"))
    assert chart.rows[-1] == (last.on.isoformat(), *(f"{n * weeks}" for n in (1, 2, 3, 5, 8)))
    assert [e.get("tabindex") for e in points].count("0") == 1
    assert chart.conclusion in str(figure(chart))


def test_bands_lie_within_each_other_and_start_at_nothing() -> None:
    svg = str(draw_fan("f", "Done by when", SINCE, WEEKS).svg)
    outer, inner = re.findall(r'd="([^"]*)"[^>]*class="ch-band"', svg)
    heights = [
        [float(y) for _, y in re.findall(r"[ML]([\d.]+) ([\d.]+)", path)] for path in (outer, inner)
    ]
    assert min(heights[0]) < min(heights[1])
    assert {max(each) for each in heights} == {240 - 24.0}
    assert heights[0][0] == heights[1][0] == heights[0][-1]


def test_a_target_is_drawn_only_where_it_lies_inside() -> None:
    inside = draw_fan("f", "Done by when", SINCE, WEEKS, target=50)
    assert "all 50" in str(inside.svg)
    above = draw_fan("f", "Done by when", SINCE, WEEKS, target=500, counted="landed changes")
    assert "all 500" not in str(above.svg)
    assert "All 500 lie above what is drawn." in above.note
    assert "26 or more landed changes" in above.conclusion


def test_nothing_is_drawn_where_no_claim_holds() -> None:
    chart = draw_fan("f", "Done by when", SINCE, [])
    assert not chart.svg
    assert "no claim" in str(figure(chart))
