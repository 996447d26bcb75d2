"""Lines of updates: read as they are written, statements found where they are, and nowhere else."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.records.updates.lines import (
    Line,
    Section,
    Statement,
    check_section,
    find_statements,
    pack,
    read_line,
    state_odds,
    unpack,
    write_line,
)
from groundplan.records.updates.published import Updates, choose_month, days_of, follow_cadence
from groundplan.terms.errors import BadInput

NAMES = {"p1": "Ann Example", "p2": "Ben Example"}
IDS = {name: person for person, name in NAMES.items()}
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="|"), min_size=1
)


@given(
    st.sampled_from(["", "M1", "R12", "G3"]),
    st.lists(words, min_size=1, max_size=6).map(" ".join).filter(lambda text: len(text) < 400),
    st.sets(st.sampled_from([*NAMES])).map(sorted).map(tuple),
)
def test_a_line_is_read_as_it_was_written(ref: str, text: str, people: tuple[str, ...]) -> None:
    line = Line(ref, text, people)
    written = write_line(line, NAMES.__getitem__)
    again = read_line("done", written, lambda name: IDS[name.strip()])
    assert write_line(again, NAMES.__getitem__) == written
    assert again.people == people


def test_statements_are_found_where_facts_follow() -> None:
    told = Statement("M1", date(2026, 3, 1), 0.7, 0.7)
    lines = (
        Line("M1", f"Search: built {state_odds(0.9, date(2026, 3, 1))}, 100% by 2026-04-01."),
        Line("", "We finish 80% by 2026-03-01"),
        Line("M2", "built 85% by 2026-02-30, 140% by 2026-03-01, 85 % by 2026-03-01"),
    )
    assert find_statements(lines, [told]) == (
        Statement("M1", date(2026, 3, 1), 0.9, 0.7),
        Statement("M1", date(2026, 4, 1), 0.99, None),
    )


@given(st.floats(0, 1), st.dates())
def test_odds_are_read_as_they_are_stated(chance: float, by: date) -> None:
    (found,) = find_statements([Line("M1", state_odds(chance, by))], [])
    assert found.by == by
    assert abs(found.chance - min(max(chance, 0.01), 0.99)) <= 0.005 + 1e-9


def test_what_cannot_be_taken() -> None:
    for lines in (["x" * 501], ["a\x00b"], ["a\nb"], ["a"] * 31):
        with pytest.raises(BadInput, match="in_flight"):
            check_section(Section.IN_FLIGHT, lines, str)
    assert check_section(Section.NEXT, ["", "  ", "M1"], str) == (Line("", "M1"),)


def test_sections_survive_the_journal() -> None:
    made = {section: (Line("M1", section.value, ("p1",), ("seen",)),) for section in Section}
    assert unpack(pack(made)) == made


def test_months_and_their_days() -> None:
    assert str(days_of("2026-12")) == "2026-12-01 to 2026-12-31"
    assert choose_month(Updates(), "", date(2026, 3, 31)) == "2026-02"
    assert choose_month(Updates(), "", date(2026, 1, 1)) == "2025-12"
    assert follow_cadence((), date(2026, 1, 1)) == ()
    for month in ("2026-13", "2026", "26-01", "2026-1-1", ""):
        with pytest.raises(BadInput, match="month"):
            days_of(month)
