"""How soon something came, and shares of different wholes: drawn as they are said."""

from __future__ import annotations

from xml.etree import ElementTree

from groundplan.inference.arrivals import follow_arrivals
from groundplan.inference.proportions import share_of
from groundplan.interfaces.charts import draw_arrivals, draw_shares, figure
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import WORKING_DAYS

LASTED = [1, 1, 2, 3, 3, 4, 6, 9]
CAME = [True, True, True, True, False, True, False, True]


def test_steps_say_what_they_show_and_open_ones_count() -> None:
    came = list(follow_arrivals(LASTED, CAME, 20, "requests"))
    chart = draw_arrivals("a", "Answered", came, WORKING_DAYS)
    svg = ElementTree.fromstring(str(chart.svg))
    points = [each for each in svg.iter() if each.get("class") == "ch-point"]
    assert len(points) == len(came) == len(chart.rows)
    assert points[0].get("aria-label") == f"Within 1 working day: {came[0].share}"
    assert chart.conclusion.startswith("Within 1 working day: 25%")
    assert chart.rows[0][1] == "25%"
    assert came[3].share.value > 5 / 8  # the one that still waits after three days is not held so
    assert "<table" in str(figure(chart))


def test_nothing_is_drawn_of_nothing() -> None:
    chart = draw_arrivals("a", "Answered", [], WORKING_DAYS)
    assert not chart.svg
    assert "Nothing was watched" in chart.conclusion


def test_a_single_day_is_a_picture_too() -> None:
    came = list(follow_arrivals([1.0], [True], 20, "requests"))
    assert ElementTree.fromstring(str(draw_arrivals("a", "x", came, WORKING_DAYS).svg)) is not None


def test_shares_keep_their_order_and_say_what_is_missing() -> None:
    shares = (
        ("Absorbed", share_of(2, 8, "verdicts")),
        ("Used", Unknown("nothing was delivered", 0, 1, "requests")),
    )
    chart = draw_shares("s", "Shares", shares)
    assert [row[0] for row in chart.rows] == ["Absorbed", "Used"]
    assert chart.rows[0][1:4] == ("25%", "9%", "54%")
    assert chart.rows[1][1] == "not enough yet"
    assert "withheld" not in str(chart.svg)
    assert not draw_shares("s", "Shares", shares[1:]).svg
