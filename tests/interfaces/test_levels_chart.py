"""The chart of a KPI: what it draws, what it says, and what it cannot be made to do."""

from __future__ import annotations

from datetime import date, timedelta
from xml.etree import ElementTree as XML

from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.interfaces.charts import Chart, draw_levels, figure
from groundplan.signals.kpis import Level
from groundplan.sources.measurements.history import Point
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Style, Unit

UNIT = Unit("kpi", "ms", Style.RATE)
FIRST = date(2026, 1, 5)
END = Estimate(80.0, 60.0, 110.0, 0.9, UNIT, 10, "sessions", "m")
CHANGE = Point(2, 2, 3, "s2", "s2", "s3", END, 0.01)


def levels(values: list[float], wide: float | None = 1.0) -> list[Level]:
    return [
        Level(f"s{nr}", FIRST + timedelta(weeks=nr), value,
              None if wide is None else value - wide, None if wide is None else value + wide)
        for nr, value in enumerate(values)
    ]  # fmt: skip


def texts(chart: Chart) -> str:
    return " ".join(XML.fromstring(str(chart.svg)).itertext())


def test_it_shows_the_target_the_change_and_where_it_will_be() -> None:
    until = FIRST + timedelta(weeks=12)
    chart = draw_levels(
        "k", "latency", levels([100, 101, 90, 91]), "ms", changes=(CHANGE,), target=70.0,
        until=until, at_end=END,
    )  # fmt: skip
    said = texts(chart)
    assert "target 70" in said
    assert "Level changed from s2 on" in said
    assert "On 30 Mar 2026 it will be at 80 ms (90%: 60 to 110)" in said
    assert chart.conclusion == "91 ms on 26 Jan 2026, 100 on 5 Jan 2026; the target is 70."
    assert len(chart.rows) == 4
    plain = draw_levels("k", "latency", levels([100], None), "ms", at_end=Unknown("x", 0, 1, "y"))
    assert plain.note.startswith("The axis starts") or plain.note == ""
    assert "target" not in texts(plain)


def test_a_change_of_a_session_that_is_not_drawn_is_left_out() -> None:
    assert "Level changed" not in texts(
        draw_levels("k", "x", levels([1, 2])[-1:], "ms", changes=(CHANGE,))
    )


def test_nothing_is_an_empty_chart() -> None:
    empty = draw_levels("k", "latency", [], "ms")
    assert str(empty.svg) == ""
    assert "nothing was measured" in str(figure(empty))


def test_names_cannot_become_markup() -> None:
    hostile = "<script>alert(1)</script>\u202e"
    made = [Level(hostile, FIRST, 1.0), Level("b", FIRST + timedelta(weeks=1), 2.0)]
    drawn = str(figure(draw_levels("k", hostile, made, hostile, target=3.0)))
    assert "<script" not in drawn
    assert "\u202e" not in drawn


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-1e12, 1e12, allow_nan=False), min_size=1, max_size=30),
    st.floats(-1e12, 1e12),
)
def test_whatever_is_measured_can_be_drawn(values: list[float], target: float) -> None:
    chart = draw_levels("k", "x", levels(values), "ms", target=target)
    assert XML.fromstring(str(chart.svg)) is not None
