"""Charts of studies draw what they say, and nothing where nothing is known."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from groundplan.experiments.views import Chance, Offset
from groundplan.interfaces.charts import (
    Chart,
    draw_events,
    draw_placebos,
    draw_power,
    draw_verdict,
    figure,
)

CURVE = [Chance(5.0 * nr, nr / 10) for nr in range(11)]
EVENTS = [
    Offset(nr, 2.0 * (nr >= 0), 2.0 * (nr >= 0) - 1, 2.0 * (nr >= 0) + 1) for nr in range(-4, 4)
]


def points(chart: Chart) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(str(chart.svg))
    return [one for one in root.iter() if one.get("class") == "ch-point"]


def test_power_says_whether_it_is_enough() -> None:
    chart = draw_power("p", "Power", CURVE, worth=20.0, detects=40.0)
    assert "too little for the 20%" in chart.conclusion
    assert len(points(chart)) == len(chart.rows) == len(CURVE)
    assert "worth having: 20%" in str(chart.svg)
    assert "enough for" in draw_power("p", "Power", CURVE, worth=40.0, detects=40.0).conclusion
    beyond = draw_power("p", "Power", CURVE, worth=90.0, detects=None)
    assert "No effect that was tried" in beyond.conclusion
    assert "worth having:" not in str(beyond.svg)


def test_events_count_the_bands_that_exclude_nothing() -> None:
    chart = draw_events("e", "Events", EVENTS, "%")
    assert chart.conclusion == (
        "0 of 4 bands before the start exclude no difference, and 4 of 4 afterwards."
    )
    assert points(chart)[-1].get("aria-label") == (
        "3 periods after the start: +2%, 95% band +1% to +3%."
    )
    sealed = draw_events("e", "Events", EVENTS, "%", period="weeks", level=0.955)
    assert points(sealed)[0].get("aria-label") == (
        "4 weeks before the start: +0%, 95.5% band -1% to +1%."
    )
    assert "weeks since the start" in str(sealed.svg)


def test_placebos_lie_beside_what_was_found() -> None:
    values = [float(nr % 7 - 3) for nr in range(210)]
    chart = draw_placebos("n", "Placebos", values, 3.0, "%")
    assert chart.conclusion.startswith("60 of 210 placebos")
    assert sum(int(row[2]) for row in chart.rows) == 210
    assert "found here: +3%" in str(chart.svg)


def test_placebos_in_percent_are_as_far_when_they_halve_as_when_they_double() -> None:
    chart = draw_placebos("n", "Placebos", [-50.0, -49.0, 10.0, 99.0], 100.0, "%")
    assert chart.conclusion.startswith("1 of 4 placebos")


@pytest.mark.parametrize(("better", "left"), [(1, "worse"), (-1, "better")])
def test_a_verdict_names_its_sides(better: int, left: str) -> None:
    chart = draw_verdict("v", "Verdict", (12.0, 4.0, 21.0), worth=10.0, better=better)
    texts = [one.text for one in ElementTree.fromstring(str(chart.svg)).iter() if one.text]
    sides = [text for text in texts if text in ("worse", "better")]
    assert sides[0] == left
    assert chart.note == ""
    assert "interval +4% to +21%" in chart.conclusion


def test_an_end_without_a_bound_has_no_bar() -> None:
    bounded = draw_verdict("v", "Verdict", (12.0, 4.0, 21.0), worth=10.0, better=1)
    endless = draw_verdict("v", "Verdict", (12.0, 4.0, float("inf")), worth=10.0, better=1)
    assert str(endless.svg).count("ch-window") == str(bounded.svg).count("ch-window") - 1
    assert "goes further" in endless.note
    assert "+4% to no bound" in endless.conclusion


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    for chart in (
        draw_power("p", "Power", [], worth=1.0, detects=None),
        draw_events("e", "Events", EVENTS[:1], "%"),
        draw_placebos("n", "Placebos", [1.0], 1.0, "%"),
        draw_verdict("v", "Verdict", None, worth=1.0, better=1),
    ):
        assert not chart.svg
        assert chart.conclusion in str(figure(chart))
