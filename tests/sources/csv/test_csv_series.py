"""Measurements that people bring: columns told or guessed, rows in order, errors with lines."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.changepoints.detection import Changes, find_changes
from groundplan.sources.csv.series import read_measurements
from groundplan.terms.errors import BadInput


def chosen(data: str, **columns: str) -> tuple[str | None, ...]:
    return tuple(guess.column for guess in read_measurements(data, columns).guesses)


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("time,value", "2026-01-05,2.5", ("time", "value")),
        ("run;seconds", "7;2,5", ("run", "seconds")),
        ("run,time", "7,2.5", ("run", "time")),
        ("timestamp,latency_ms,host", "1767571200,2.5,a", ("timestamp", "latency_ms")),
        ("commit,throughput", "a1b2,2.5", ("commit", "throughput")),
        ("machine,cpu", "a,2.5", (None, "cpu")),
    ],
)
def test_columns_are_guessed(header: str, cells: str, expected: tuple[str | None, ...]) -> None:
    assert chosen(f"{header}\n{cells}\n{cells}\n") == expected


def test_columns_can_be_named() -> None:
    data = "time,one,two\n2026-01-05,1,5\n2026-01-06,2,6\n"
    assert read_measurements(data, {"value": "two"}).values.tolist() == [5, 6]
    with pytest.raises(BadInput, match="one of 'one', 'two'"):
        read_measurements(data)
    with pytest.raises(BadInput, match="'three'"):
        read_measurements(data, {"value": "three"})


def test_rows_go_in_the_order_of_their_moments() -> None:
    data = "day,value\n2026-01-07,3\n2026-01-05,1\n2026-01-07,4\n2026-01-06,2\n"
    told = read_measurements(data)
    assert told.values.tolist() == [1, 2, 3, 4]
    assert told.labels == ("2026-01-05", "2026-01-06", "2026-01-07", "2026-01-07")
    assert told.lines == (3, 5, 2, 4)


def test_names_of_runs_keep_the_order_of_the_file() -> None:
    told = read_measurements("run,value\nb,1\na,2\n")
    assert told.labels == ("b", "a")
    assert "The order of the rows is taken as time." in told.notes


def test_gaps_are_left_out_and_said() -> None:
    rows = "\n".join(f"{run},{run / 2}" for run in range(30))
    told = read_measurements(f"run,seconds\n{rows}\n30,\n31,broken\n,7\n")
    assert len(told.values) == 30
    assert told.unit.name == "seconds"
    assert any("'broken'" in note and "Line 33" in note for note in told.notes)
    assert "1 rows without a moment are left out." in told.notes


@pytest.mark.parametrize(
    "data", ["", "time,value\n", "time,value\n1,\n2,\n", "time,value\n1,a\n2,b\n", "a,b\nx,y\n"]
)
def test_what_is_no_series_is_refused(data: str) -> None:
    with pytest.raises(BadInput):
        read_measurements(data)


def test_a_file_becomes_changes() -> None:
    rng = np.random.default_rng(3)
    values = rng.standard_normal(60) + 10 * (np.arange(60) >= 40)
    rows = "\n".join(f"{run};{value:.3f}" for run, value in enumerate(values))
    told = read_measurements(f"run;ms\n{rows}\n")
    found = find_changes(told.values, unit=told.unit)
    assert isinstance(found, Changes)
    assert [told.labels[change.index] for change in found.found] == ["40"]
