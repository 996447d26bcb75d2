"""The chart of topics: silence stands out, size follows emphasis, names cannot break it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from xml.etree import ElementTree as XML

from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.interfaces.charts import draw_topics, figure

FIRST = date(2026, 1, 5)
CIRCLE = "{http://www.w3.org/2000/svg}circle"


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    per_thousand: tuple[float, ...]
    last_on: date
    fell_silent: bool


def days(count: int) -> list[date]:
    return [FIRST + timedelta(weeks=4 * nr) for nr in range(count)]


def lane(name: str, *per_thousand: float, silent: bool = False) -> Lane:
    last = max(nr for nr, value in enumerate(per_thousand) if value)
    return Lane(name, per_thousand, days(len(per_thousand))[last], silent)


def test_silence_comes_first_and_is_drawn_as_missing() -> None:
    topics = [lane("search", 9, 4, 4, 4), lane("asia", 4, 4, 0, 0, silent=True)]
    chart = draw_topics("k", "Topics", topics, days(4))
    root = XML.fromstring(str(chart.svg))
    lanes = [one.get("aria-label") for one in root.iter() if one.get("class") == "ch-point"]
    assert lanes == [
        "asia: in 2 of 4 documents, the last time on 2 Feb 2026; it fell silent",
        "search: in 4 of 4 documents, the last time on 30 Mar 2026",
    ]
    assert sum(one.get("stroke-dasharray") is not None for one in root.iter()) == 1
    radii = [float(one.get("r", "")) for one in root.iter(CIRCLE)]
    assert len(radii) == 6  # a document that does not name it has no circle
    assert radii[2] / radii[3] == 1.5  # surfaces as 9 to 4
    assert chart.conclusion == "Most is said of search; asia fell silent."
    assert chart.rows[0] == ("asia", "4.0", "4.0", "0.0", "0.0")


def test_too_few_documents_and_too_many_topics() -> None:
    assert not str(draw_topics("k", "Topics", [lane("search", 3)], days(1)).svg)
    assert not str(draw_topics("k", "Topics", [], days(5)).svg)
    many = [lane(f"topic {nr}", 1, 2, silent=nr == 19) for nr in range(20)]
    chart = draw_topics("k", "Topics", many, days(2))
    assert "12 of 20 topics." in chart.note
    assert "topic 19" in str(chart.svg)
    assert len(chart.rows) == 20


@settings(max_examples=30, deadline=None)
@given(
    st.text(max_size=60) | st.just("<script>"), st.lists(st.floats(0, 1e6), min_size=2, max_size=6)
)
def test_no_name_breaks_out(name: str, values: list[float]) -> None:
    topic = Lane(name, tuple(values), FIRST, True)
    chart = draw_topics("k", "Topics", [topic], [FIRST] * len(values))
    XML.fromstring(str(chart.svg))
    assert "<script" not in str(figure(chart))
