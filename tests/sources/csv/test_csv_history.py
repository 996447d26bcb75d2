"""Tables that people bring: what is guessed, what is told, and errors that name line and column."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.estimation_backtest import Backtest, backtest
from groundplan.inference.outcomes import arrange
from groundplan.sources.csv.cells import read_moments, read_numbers
from groundplan.sources.csv.shape import EstimateHistory, read_history
from groundplan.sources.csv.tables import read_table
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate

PLAIN = """person,item,estimate,actual,at
a,one,2,3,2026-01-05
b,two,1,,2026-01-06
a,three,0,2,2026-01-07
"""


def chosen(told: EstimateHistory) -> dict[str, str | None]:
    return {guess.role: guess.column for guess in told.guesses}


def test_the_columns_of_the_guide_are_read_as_they_are() -> None:
    told = read_history(PLAIN)
    assert told.person == ("a", "b", "a")
    assert told.item == ("one", "two", "three")
    assert told.estimate.tolist() == [2, 1, 0]
    assert told.actual[0] == 3
    assert np.isnan(told.actual[1])
    assert np.diff(told.at).tolist() == [86_400, 86_400]
    assert told.lines == (2, 3, 4)
    assert told.same_unit
    assert told.unit.name == "units"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("TaskNumber,DeveloperID,HoursEstimate,HoursActual,DeveloperHoursActual,CompletedOn",
         {"item": "TaskNumber", "person": "DeveloperID", "estimate": "HoursEstimate",
          "actual": "HoursActual", "at": "CompletedOn"}),
        ("Issue key,Assignee,Original Estimate,Time Spent,Reviewer,Resolved",
         {"item": "Issue key", "person": "Assignee", "estimate": "Original Estimate",
          "actual": "Time Spent", "at": "Resolved"}),
        ("id,who,planned_hours,actual_hours,review_hours,closed_at",
         {"item": "id", "person": "who", "estimate": "planned_hours",
          "actual": "actual_hours", "at": "closed_at"}),
    ],
)  # fmt: skip
def test_columns_are_guessed_by_their_names(header: str, expected: dict[str, str]) -> None:
    rows = "\n".join(f"T{n},{n % 3},{n % 5 + 1},{n % 4 + 1},{n % 2},2026-02-{n % 28 + 1:02d}"
                     for n in range(40))  # fmt: skip
    assert chosen(read_history(f"{header}\n{rows}\n")) == expected


def test_names_without_numbers_below_them_are_no_estimates() -> None:
    text = "EstimateOn;estimate in days;took (days)\n2026-01-02;1,5;2\n2026-01-03;2;2,25\n"
    told = read_history(text)
    assert chosen(told) == {
        "estimate": "estimate in days", "actual": "took (days)", "person": None, "item": None,
        "at": "EstimateOn",
    }  # fmt: skip
    assert told.unit.name == told.estimate_unit.name == "days"
    assert told.estimate.tolist() == [1.5, 2]
    assert told.actual.tolist() == [2, 2.25]
    assert any("comma" in note for note in told.notes)
    assert told.person == ("", "")


def test_a_named_column_overrules_the_guess() -> None:
    text = "estimate,final,actual\n1,5,7\n2,6,8\n"
    told = read_history(text, {"actual": "final"})
    assert told.actual.tolist() == [5, 6]
    assert next(g for g in told.guesses if g.role == "actual").reason == "named by you"
    with pytest.raises(BadInput, match="column for actual: got 'x'"):
        read_history(text, {"actual": "x"})
    with pytest.raises(BadInput, match="one of estimate, actual"):
        read_history(text, {"effort": "final"})


def test_without_moments_the_rows_order_and_durations_never_do() -> None:
    text = "estimate,actual,review time\n1,5,7\n2,6,3\n2,6,9\n"
    told = read_history(text)
    assert chosen(told)["at"] is None
    assert told.at.tolist() == [0, 1, 2]
    ordered = read_history("estimate,actual,order\n1,5,3\n2,6,2\n2,6,1\n")
    assert chosen(ordered)["at"] == "order"
    assert ordered.at.tolist() == [3, 2, 1]


def test_plain_numbers_under_a_name_that_orders_may_begin_anew_for_each_person() -> None:
    rows = "".join(f"{who},{n},{n + 1},{n}\n" for who in "ab" for n in range(1, 30))
    told = read_history("person,estimate,actual,at\n" + rows)
    assert chosen(told)["at"] == "at"
    assert told.at.tolist() == [*range(1, 30)] * 2


def test_rows_without_a_moment_are_left_out_unless_most_have_none() -> None:
    few = "estimate,actual,done\n" + "".join(f"1,{n},2026-01-{n:02d}\n" for n in range(1, 9))
    told = read_history(few + "1,9,\n")
    assert len(told.actual) == 8
    assert "1 rows without a moment are left out." in told.notes
    mostly = read_history("estimate,actual,done\n1,2,2026-01-01\n1,3,\n1,4,\n")
    assert mostly.actual.tolist() == [2, 3, 4]
    assert mostly.at.tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("estimate", "actual", "same", "unit", "values"),
    [
        ("estimate (h)", "actual_minutes", True, "hours", [0.5, 2.0]),
        ("story points", "actual hours", False, "hours", [30, 120]),
        ("estimated", "took minutes", True, "minutes", [30, 120]),
    ],
)
def test_units_come_from_the_columns_names(
    estimate: str, actual: str, same: bool, unit: str, values: list[float]
) -> None:
    told = read_history(f"{estimate},{actual}\n1,30\n2,120\n")
    assert (told.same_unit, told.unit.name) == (same, unit)
    assert told.actual.tolist() == values


@pytest.mark.parametrize(
    ("cells", "values", "decimal", "word"),
    [
        (["1.5", "2", ".25", "1e1"], [1.5, 2, 0.25, 10], ".", ""),
        (["1,5", "2", "1.234,5"], [1.5, 2, 1234.5], ",", ""),
        (["1,234", "2.5"], [1234, 2.5], ".", ""),
        (["1,250", "0,5"], [1.25, 0.5], ",", ""),
        (["1,234,567", "12"], [1_234_567, 12], ".", ""),
        (["1 234", "1'000", "5"], [1234, 1000, 5], ".", ""),
        (["3d", "0.5 d", "2 d"], [3, 0.5, 2], ".", "d"),
        (["1h 30m", "45m", "2h", "PT1H15M"], [1.5, 0.75, 2, 1.25], ".", "hours"),
        (["90 min", "30 min"], [90, 30], ".", "min"),
        (["-2", "+3"], [-2, 3], ".", ""),
    ],
)
def test_numbers(cells: list[str], values: list[float], decimal: str, word: str) -> None:
    told = read_numbers(cells)
    assert told.values.tolist() == pytest.approx(values)
    assert (told.decimal, told.word, told.unreadable) == (decimal, word, ())


def test_nothing_is_missing_and_words_are_unreadable() -> None:
    told = read_numbers(["1", "", "NA", "n/a", "-", "None", "?", "NaN", "soon", "1.2.3", "inf"])
    assert np.isnan(told.values[1:]).all()
    assert [cell.got for cell in told.unreadable] == ["soon", "1.2.3", "inf"]


@pytest.mark.parametrize(
    ("cells", "day"),
    [
        (["2026-03-04", "2026-12-31"], (2026, 3, 4)),
        (["2026-03-04T00:00:00Z", "2026-03-05T02:00:00+02:00"], (2026, 3, 4)),
        (["04.03.2026", "31.12.2026"], (2026, 3, 4)),
        (["04/03/2026", "31/12/2026"], (2026, 3, 4)),
        (["03/04/2026", "12/31/2026"], (2026, 3, 4)),
        (["04-Mar-26", "31-Dec-26"], (2026, 3, 4)),
        (["Mar-04-2026 12:00 AM", "Dec-31-2026 3:26 PM"], (2026, 3, 4)),
        (["Mar 4, 2026", "Dec 31, 2026"], (2026, 3, 4)),
        (["04.03.2026 00:00", "31.12.2026 23:59"], (2026, 3, 4)),
        (["2026/03/04", "2026/12/31"], (2026, 3, 4)),
    ],
)
def test_moments(cells: list[str], day: tuple[int, int, int]) -> None:
    told = read_moments(cells)
    assert told is not None
    assert told.unreadable == ()
    assert told.values[0] == datetime(*day, tzinfo=UTC).timestamp()
    assert told.values[1] > told.values[0]


def test_moments_that_cannot_be_read() -> None:
    assert read_moments(["soon", "later"]) is None
    assert read_moments(["", "NA"]) is None
    mostly = read_moments([f"2026-01-{n:02d}" for n in range(1, 20)] + ["2026-02-31"])
    assert mostly is not None
    assert [cell.got for cell in mostly.unreadable] == ["2026-02-31"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_delimiters(encoding: str, delimiter: str, ending: str) -> None:
    lines = ["person;estimate;actual", "Ägnes;1;2", "Ägnes;3;4"]
    text = ending.join(line.replace(";", delimiter) for line in lines)
    told = read_history(text.encode(encoding))
    assert told.person == ("Ägnes", "Ägnes")
    assert told.actual.tolist() == [2, 4]
    assert f"Read as {encoding.removesuffix('-sig')}." in told.notes
    assert f"Cells are parted by {delimiter!r}." in told.notes


def test_a_spreadsheets_hint_and_text_in_cells() -> None:
    told = read_history('sep=;\n"task";estimate;actual\n"a;\nb";1,5;2\nc;1;3,5\n')
    assert told.item == ("a;\nb", "c")
    assert told.lines == (3, 5)
    assert told.actual.tolist() == [2, 3.5]


def test_ragged_blank_and_repeated() -> None:
    table = read_table("a,b,a,,\n1,2\n\n , \n1,2,3,4,5,6\n")
    assert list(table.columns) == ["a", "b", "a (2)"]
    assert table.columns["a (2)"] == ["", "3"]
    assert (table.lines, table.longer) == ([2, 5], 1)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "file: got 'no line'"),
        (b"estimate,actual\n", "header only"),
        (b"only\n1\n", "at least two columns"),
        (b"a,b\n1,2\n", "column for estimate"),
        (b"estimate,when\n1,2\n", "column for actual"),
        (b"\x00\x01\x02\x03,", "zero bytes"),
        (b"\xff\xfe\x00", "utf-16"),
        (b'estimate,actual\n1,2\n3,"4\n', "line 3: .*quotes"),
    ],
)
def test_what_is_no_history_says_why(data: bytes, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_history(data)


def test_unreadable_cells_name_line_and_column() -> None:
    many = "estimate,actual\n" + "".join(f"1,{n}\n" for n in range(1, 31))
    told = read_history(many + "2,soon\n")
    assert "Line 32, column 'actual': 'soon' cannot be read; left out." in told.notes
    with pytest.raises(BadInput, match=r"line 3, column 'took'.*'soon'"):
        read_history("estimate,took\n1,2\n1,soon\n1,later\n", {"actual": "took"})
    with pytest.raises(BadInput, match="column 'took': got 'no filled cell'"):
        read_history("estimate,took\n1,\n", {"actual": "took"})
    with pytest.raises(BadInput, match=r"line 2, column 'when'.*'soon'"):
        read_history("estimate,actual,when\n1,2,soon\n", {"at": "when"})


cell = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for data in (text, text.encode()):
        try:
            told = read_history(data)
        except BadInput:
            continue
        assert len(told.estimate) == len(told.actual) == len(told.person) == len(told.lines)


@given(st.lists(st.tuples(cell, st.floats(0, 1e6), st.floats(0, 1e6)), min_size=2, max_size=30))
def test_what_a_csv_writer_writes_comes_back(rows: list[tuple[str, float, float]]) -> None:
    page = io.StringIO()
    csv.writer(page).writerows([("item", "estimate", "actual"), *rows])
    told = read_history(page.getvalue(), {"item": "item"})
    assert told.item == tuple(name.strip() for name, _, _ in rows)
    assert told.estimate.tolist() == [planned for _, planned, _ in rows]
    assert told.actual.tolist() == [came for _, _, came in rows]


def test_from_somebodys_file_to_its_coverage() -> None:
    """One person's file as spreadsheets write it: open items, zeros, halves, decimal commas."""
    rng = np.random.default_rng(11)
    planned = rng.choice([0.5, 1.0, 2.0, 4.0], 400)
    came = np.maximum(np.round(planned * rng.lognormal(0.3, 0.5, 400) * 2), 1) / 2
    lines = ["Aufgabe;Schätzung (h);actual (h);done"]
    for n, (plan, took) in enumerate(zip(planned, came, strict=True)):
        spent = "" if n % 50 == 7 else f"{took:.1f}".replace(".", ",")
        first = "0" if n % 50 == 9 else f"{plan:.1f}".replace(".", ",")
        lines.append(
            f"T{n};{first};{spent};{n % 28 + 1:02d}.{n // 28 % 12 + 1:02d}.{2020 + n // 336}"
        )
    data = "\r\n".join(lines).encode("cp1252")
    with pytest.raises(BadInput, match="column for estimate"):
        read_history(data)
    told = read_history(data, {"estimate": "Schätzung (h)"})
    items, left = arrange(told.estimate, told.actual, told.person, told.at)
    assert (left.without_actual, left.estimate_not_above_zero, len(items)) == (8, 8, 384)
    assert told.unit.name == "hours"
    result = backtest(items, told.unit, same_unit=told.same_unit)
    assert isinstance(result, Backtest)
    assert result.shipped.people == 1
    coverage = result.shipped.at[1].coverage
    assert isinstance(coverage, Estimate)
    assert 0.76 <= coverage.value <= 0.84
