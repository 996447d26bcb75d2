"""Charts say what they draw, to everyone, and never draw what is not known."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from groundplan.interfaces.charts import (
    Bin,
    Chart,
    Stated,
    Tile,
    draw_bars,
    draw_histogram,
    draw_map,
    draw_ranges,
    draw_series,
    draw_spark,
    figure,
    write_spark,
)
from groundplan.interfaces.charts.axes import choose_range, round_ticks, time_ticks
from groundplan.interfaces.charts.maps import lay_out
from groundplan.interfaces.charts.svg import num, shorten, show_hidden, tag
from groundplan.signals.signal import Block, Part, Point
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import CHANGES_PER_WEEK, SHARE, WORKING_DAYS, Unit

GOLDEN = Path(__file__).parent / "golden"
MONDAY = date(2024, 1, 1)
UNKNOWN = Unknown("a team number needs 5 people behind it", 3, 5, "people")


def estimate(value: float, spread: float = 1.0, unit: Unit = CHANGES_PER_WEEK) -> Estimate:
    return Estimate(value, value - spread, value + spread, 0.9, unit, 13, "weeks", "bootstrap")


def points(*values: Measured, weeks: int = 4) -> list[Point]:
    blocks = [
        Block(MONDAY + timedelta(weeks=weeks * nr), MONDAY + timedelta(weeks=weeks * (nr + 1)))
        for nr in range(len(values))
    ]
    return [Point(block, value) for block, value in zip(blocks, values, strict=True)]


CHARTS = {
    "series": draw_series(
        "s",
        "Throughput",
        points(estimate(10), estimate(12), UNKNOWN, estimate(20), estimate(21)),
        CHANGES_PER_WEEK,
        window=Block(MONDAY + timedelta(weeks=16), MONDAY + timedelta(weeks=20)),
    ),
    "bars": draw_bars(
        "b",
        "Kinds of work",
        [
            Part("fix", estimate(0.3, 0.05, SHARE)),
            Part("feature", estimate(0.5, 0.04, SHARE)),
            Part("docs", UNKNOWN),
        ],
    ),
    "map": draw_map(
        "m",
        "Areas",
        [
            Tile("src/storage", 40, 1, "/areas/r/src/storage"),
            Tile("docs", 10, 4),
            Tile("x", 2, None),
        ],
    ),
    "ranges": draw_ranges(
        "r",
        "Ranges and what came out",
        [
            Stated("Import <the> ledger", 3, 8, 5),
            Stated("Move the archive", 0.5, 2, 12),
            Stated("Write the guide", 1, 4, None),
        ],
        WORKING_DAYS,
    ),
    "histogram": draw_histogram("h", "Ages", [Bin("2023", 3), Bin("2024", 9)], "files"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_drawn_as_before(name: str) -> None:
    """The text of each chart is kept; `golden/write.py` writes it anew after a look at it."""
    drawn = str(figure(CHARTS[name])).replace("><", ">\n<") + "\n"
    assert drawn == (GOLDEN / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CHARTS)
def test_named_described_and_focusable(name: str) -> None:
    chart = CHARTS[name]
    root = parse(chart.svg)
    assert root.get("role") == "group"
    ids = {element.get("id") for element in root.iter()}
    assert {root.get("aria-labelledby"), root.get("aria-describedby")} <= ids
    focusable = [e for e in root.iter() if e.get("tabindex") is not None]
    assert focusable
    assert [e.get("tabindex") for e in focusable].count("0") == 1
    assert all(e.get("aria-label") for e in focusable)
    assert chart.conclusion in str(figure(chart))
    assert not re.search(r"\sstyle=|\son\w+=|<script|<style", str(figure(chart)))


def test_a_withheld_block_is_hatched_and_breaks_the_line() -> None:
    root = parse(CHARTS["series"].svg)
    assert len(by_class(root, "ch-withheld")) == 1
    assert len(by_class(root, "ch-line")) == 2
    assert CHARTS["series"].rows[2][:3] == ("2024-02-26", "2024-03-24", "withheld")
    assert "1 of 5 blocks of time are withheld" in CHARTS["series"].conclusion


def test_a_single_block_between_gaps_still_shows_its_interval() -> None:
    chart = draw_series("k", "T", points(estimate(5), UNKNOWN, estimate(6)), CHANGES_PER_WEEK)
    whiskers = by_class(parse(chart.svg), "ch-whisker")
    assert [w.get("class") for w in whiskers] == ["ch-whisker", "ch-whisker"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(10, 20, "do not overlap."), (20, 10, "do not overlap."), (10, 11, "intervals overlap.")],
)
def test_the_sentence_follows_the_intervals(first: float, last: float, said: str) -> None:
    drawn = draw_series("k", "T", points(estimate(first), estimate(last)), CHANGES_PER_WEEK)
    assert drawn.conclusion.endswith(said)
    assert f": {first} at first, {last} changes/week" in drawn.conclusion
    verdicts = ("rose", "fell", "clear change")  # a change is claimed by findings alone
    assert not any(word in drawn.conclusion for word in verdicts)


def test_an_order_of_bars_that_is_not_certain_is_said_so() -> None:
    parts = [Part("fix", estimate(0.4, 0.1, SHARE)), Part("docs", estimate(0.35, 0.1, SHARE))]
    assert "not certain" in draw_bars("k", "T", parts).conclusion
    assert "not certain" not in CHARTS["bars"].conclusion


def test_stages_stand_in_their_order_whatever_their_size() -> None:
    parts = [
        Part("ready to review", estimate(0.2, 0.01, SHARE)), Part("review to approval", UNKNOWN),
        Part("approval to merge", estimate(0.4, 0.01, SHARE)),
        Part("merge to production", estimate(0.3, 0.01, SHARE)),
    ]  # fmt: skip
    drawn = draw_bars("k", "T", parts, in_order=True)
    assert [row[0] for row in drawn.rows] == [part.name for part in parts]
    places = [str(drawn.svg).index(f">{part.name}<") for part in parts]
    assert places[0] < places[2] < places[3]
    assert drawn.conclusion.startswith("approval to merge is the largest")
    assert draw_bars("k", "T", parts, most=2, in_order=True).note == "The 2 first of 4."
    assert draw_bars("k", "T", parts).rows[0][0] == "approval to merge"


def test_an_axis_that_does_not_start_at_zero_says_so() -> None:
    near = draw_series("k", "T", points(estimate(100), estimate(103)), CHANGES_PER_WEEK)
    assert "not at zero" in near.note
    assert "not at zero" not in CHARTS["series"].note


def test_an_interval_that_is_cut_off_says_so() -> None:
    wide = Estimate(3, 1, 90, 0.9, CHANGES_PER_WEEK, 4, "weeks", "bootstrap")
    assert "cut off" in draw_series("k", "T", points(estimate(3), wide), CHANGES_PER_WEEK).note


def test_one_person_is_hatched_not_only_coloured() -> None:
    hatched = [e for e in parse(CHARTS["map"].svg).iter() if "hatch)" in (e.get("fill") or "")]
    assert len(hatched) == 1
    assert "1 of 3 areas depends on one person" in CHARTS["map"].conclusion


EMPTY = [
    draw_series("k", "T", [], CHANGES_PER_WEEK),
    draw_series("k", "T", points(UNKNOWN, UNKNOWN), CHANGES_PER_WEEK),
    draw_bars("k", "T", []),
    draw_bars("k", "T", [Part("docs", UNKNOWN)]),
    draw_map("k", "T", []),
    draw_map("k", "T", [Tile("gone", 0, 1)]),
    draw_histogram("k", "T", [Bin("2024", 0)], "files"),
]


@pytest.mark.parametrize("chart", EMPTY)
def test_nothing_known_draws_nothing_and_says_why(chart: Chart) -> None:
    assert chart.svg == ""
    assert chart.conclusion
    assert "fig-empty" in figure(chart)
    assert "<svg" not in figure(chart)


TEXT = st.text(max_size=60)
NUMBER = st.floats(0, 1e9, allow_nan=False).filter(lambda v: v == 0 or v > 1e-9)
MEASURED = st.one_of(
    st.just(UNKNOWN),
    st.lists(NUMBER, min_size=3, max_size=3).map(
        lambda v: Estimate(*sorted(v)[1:2], min(v), max(v), 0.9, CHANGES_PER_WEEK, 9, "w", "m")
    ),
)


@given(st.lists(MEASURED, max_size=40), TEXT, st.integers(1, 60))
def test_any_series_is_well_formed(values: list[Measured], title: str, weeks: int) -> None:
    series = points(*values, weeks=weeks)
    check(draw_series("k", title, series, CHANGES_PER_WEEK))
    if spark := draw_spark(series):
        parse(spark)
    assert len(write_spark(series, most=24)) in (0, min(24, len(series)))


@given(st.lists(st.tuples(TEXT, MEASURED), max_size=30), TEXT)
def test_any_bars_are_well_formed(parts: list[tuple[str, Measured]], title: str) -> None:
    check(draw_bars("k", title, [Part(name, value) for name, value in parts]))


@given(st.lists(st.tuples(TEXT, st.integers(0, 10**7), st.none() | st.integers(0, 99))), TEXT)
def test_any_map_is_well_formed(tiles: list[tuple[str, int, int | None]], title: str) -> None:
    check(draw_map("k", title, [Tile(*tile) for tile in tiles]))


@given(st.lists(st.tuples(TEXT, st.integers(0, 10**9)), max_size=70), TEXT)
def test_any_histogram_is_well_formed(bins: list[tuple[str, int]], title: str) -> None:
    check(draw_histogram("k", title, [Bin(*b) for b in bins], "files"))


@given(st.lists(st.floats(1, 1e6), min_size=1, max_size=60).map(lambda s: sorted(s)[::-1]))
def test_tiles_fill_the_whole_in_proportion(sizes: list[float]) -> None:
    boxes = lay_out(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert math.isclose(box.width * box.height, size / sum(sizes), rel_tol=1e-6, abs_tol=1e-12)
        assert -1e-9 <= box.x <= box.x + box.width <= 1 + 1e-6
        assert -1e-9 <= box.y <= box.y + box.height <= 1 + 1e-6


@given(st.lists(st.tuples(NUMBER, NUMBER).map(sorted), min_size=1))
def test_an_axis_holds_its_values_and_has_round_ticks(pairs: list[list[float]]) -> None:
    low, high = choose_range([a for a, _ in pairs], [b for _, b in pairs])
    assert low <= min(a for a, _ in pairs) <= max(b for _, b in pairs) <= high
    assert low < high
    assert 1 <= len(round_ticks(low, high)) <= 6


@given(st.dates(date(1980, 1, 1), date(2100, 1, 1)), st.integers(7, 30000))
def test_time_ticks_lie_inside_and_are_few(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    ticks = time_ticks(start, end)
    assert len(ticks) <= 7
    assert all(start <= day < end for day, _ in ticks)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_coordinate_is_finite_or_an_error(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        num(value)


def test_hidden_characters_are_written_out() -> None:
    assert show_hidden("a\u202eb\u200bc") == "a\\u202eb\\u200bc"
    assert shorten("x" * 500, 20).count("…") == 1
    assert str(tag("text", "<b>&\u202e")) == "<text>&lt;b&gt;&amp;\\u202e</text>"


def check(chart: Chart) -> None:
    html = str(figure(chart))
    if chart.svg:
        root = parse(chart.svg)
        for element in root.iter():
            for name, value in element.attrib.items():
                if name in {"x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "d"}:
                    assert not re.search("nan|inf", value), (name, value)
                if name in {"width", "height"}:
                    assert float(value.rstrip("%")) >= 0
    parse(Markup(html.replace("&nbsp;", "\u00a0")))


def parse(svg: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg))


def by_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [e for e in root.iter() if name in (e.get("class") or "").split()]
