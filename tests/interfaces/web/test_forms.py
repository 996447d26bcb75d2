"""What is taken away is as careful as what is shown: CSV, Markdown, JSON, words, addresses."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.interfaces.codec.views import write_pretty_json
from groundplan.interfaces.tracking import StageState
from groundplan.interfaces.web.memory import Memory
from groundplan.interfaces.web.rendering import area_href, render, with_query
from groundplan.interfaces.web.tables import Table, as_csv, markdown_table
from groundplan.interfaces.web.wording import say_change, say_label, say_span
from groundplan.signals.signal import Block
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import RATIO, SHARE, Unit

CELLS = st.one_of(st.text(max_size=20), st.integers(), st.none())


@given(st.lists(st.tuples(CELLS, CELLS), max_size=8))
def test_csv_and_markdown_keep_their_columns(rows: list[tuple[object, object]]) -> None:
    table = Table(("One", "Two"), rows)
    read = list(csv.reader(io.StringIO(as_csv(table), newline="")))
    assert {len(row) for row in read} == {2}
    assert len(read) == len(rows) + 1
    for line in markdown_table(table):
        assert line.replace("\\\\", "").replace("\\|", "").count("|") == 3
        assert "<" not in line
        assert "\n" not in line


def test_a_long_table_says_what_is_left_out() -> None:
    lines = markdown_table(Table(("One",), [(nr,) for nr in range(10)]), most=4)
    assert "6 more rows" in lines[-1]


def test_json_holds_no_number_that_json_cannot() -> None:
    view = {
        "nan": math.nan,
        "array": np.array([1.0, np.inf]),
        "count": np.int64(3),
        "block": Block(date(2024, 1, 1), date(2024, 1, 8)),
        "text": "a\ud800b",
    }
    read = json.loads(write_pretty_json(view))
    assert read["nan"] is None
    assert read["array"] == [1.0, None]
    assert read["count"] == 3
    assert read["block"]["start_on"] == "2024-01-01"


def change(value: float, low: float, high: float, unit: Unit) -> Estimate:
    return Estimate(value, low, high, 0.9, unit, 13, "weeks", "m")


@pytest.mark.parametrize(
    ("measured", "words", "interval"),
    [
        (change(1.2, 1.1, 1.3, RATIO), "up 20%", "+10% to +30%"),
        (change(0.5, 0.4, 0.9, RATIO), "down 50%", "−60% to −10%"),
        (change(1.2, 0.9, 1.3, RATIO), "no clear change", "−10% to +30%"),
        (change(0.04, 0.01, 0.07, SHARE), "up 4 points", "+1 points to +7 points"),
        (change(-0.04, -0.07, -0.01, SHARE), "down 4 points", "−7 points to −1 points"),
        (Unknown("few", 2, 8, "weeks"), "cannot tell yet", "have 2 weeks, need 8"),
    ],
)
def test_a_change_is_said_by_its_interval(
    measured: Estimate | Unknown, words: str, interval: str
) -> None:
    said = say_change(measured, claimed=True)
    assert (said.words, said.interval) == (words, interval)


def test_a_change_that_does_not_stand_out_is_not_claimed() -> None:
    said = say_change(change(1.2, 1.1, 1.3, RATIO), claimed=False)
    assert (said.direction, said.words, said.interval) == (
        "flat",
        "no clear change",
        "+10% to +30%",
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, ""), (4, "4 s"), (180, "3 min"), (9e3, "2.5 h")]
)
def test_a_span_is_short(seconds: float | None, words: str) -> None:
    assert say_span(seconds) == words


@pytest.mark.parametrize(
    ("name", "label"), [("low_days", "Low days"), ("kpi", "KPI"), ("which_kpi", "Which KPI")]
)
def test_a_label_is_as_people_write_it(name: str, label: str) -> None:
    assert say_label(name) == label


def test_addresses_survive_any_area() -> None:
    assert area_href("r", ".") == "/areas/r/"
    assert area_href("r/x", 'a b/"caf\\351"?#%') == "/areas/r%2Fx/a%20b/%22caf%5C351%22%3F%23%25"
    assert with_query("/a?x=1&page=3", page=None, format="csv") == "/a?x=1&format=csv"


def test_memory_computes_once_and_forgets_the_oldest() -> None:
    memory, calls = Memory(most=2), []

    def compute(key: int) -> int:
        calls.append(key)
        return key

    for key in (1, 1, 2, 3, 1):
        assert memory.recall(key, lambda key=key: compute(key)) == key  # type: ignore[misc]
    assert calls == [1, 2, 3, 1]


def test_memory_keeps_no_error() -> None:
    memory = Memory()
    with pytest.raises(ZeroDivisionError):
        memory.recall("key", lambda: 1 // 0)
    assert memory.recall("key", lambda: 2) == 2


def test_progress_says_how_much_and_how_long() -> None:
    stage = StageState("Counting lines", 500, 2000, "changes", 50.0, 30.0)
    words = {"stages": (stage,), "pending": 1500, "polled": True}
    html = render("progress.html", words)
    assert 'max="2000" value="500"' in html
    assert "500 of 2,000 changes, 50 a second, about 30 s left" in html
    assert 'hx-get="/progress"' in html
    assert "hx-get" not in render("progress.html", {**words, "stages": (), "pending": 0})
    endless = StageState("Walking", 7, None, "commits", None, None)
    assert "7 commits" in render("progress.html", {**words, "stages": (endless,)})
