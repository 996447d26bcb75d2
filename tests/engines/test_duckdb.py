"""Columns go to Parquet and come back as they were; the common SQL's functions mean one thing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from groundplan.facts.code import CHANGES, COMMITS
from groundplan.facts.engines.duckdb import (
    DuckDB,
    as_columns,
    empty_columns,
    read_parquet,
    write_parquet,
)
from groundplan.facts.kinds import Column, FactKind, Type
from groundplan.facts.ledger import Snapshot
from groundplan.facts.manifest import Segment
from groundplan.terms.errors import Refused

KIND = FactKind(
    "things",
    1,
    "one of each type",
    tuple(Column(t.name.lower(), t, "a value") for t in Type),
    ("text",),
)
ROWS: list[dict[str, object]] = [
    {
        "text": "tab\tquote'\"newline\n ünïcode \u202e 🦆",
        "integer": -(2**31),
        "bigint": 2**62,
        "double": 0.1,
        "boolean": True,
        "timestamp": datetime(1969, 12, 31, 23, 59, 59, 999999),
        "date": date(2100, 2, 28),
    },
    dict.fromkeys((t.name.lower() for t in Type), None),
]


def test_every_type_and_null_survives(tmp_path: Path) -> None:
    lists = empty_columns(KIND)
    for row in ROWS:
        for name, value in row.items():
            lists[name].append(value)
    engine = DuckDB()
    path = tmp_path / "it's.parquet"
    assert write_parquet(engine, KIND, as_columns(KIND, lists), path) == 2
    back = engine.rows(f"select * from {read_parquet([path], KIND)}")
    assert [dict(zip(KIND.column_names, row, strict=True)) for row in back] == ROWS


def test_no_segment_is_an_empty_typed_relation() -> None:
    engine = DuckDB()
    assert engine.rows(f"select * from {read_parquet([], CHANGES)}") == []
    types = engine.rows(f"describe select * from {read_parquet([], CHANGES)}")
    assert [row[1] for row in types] == [column.type.value for column in CHANGES.columns]


def test_no_row_is_a_segment_too(tmp_path: Path) -> None:
    engine = DuckDB()
    path = tmp_path / "none.parquet"
    assert write_parquet(engine, KIND, as_columns(KIND, empty_columns(KIND)), path) == 0
    assert engine.rows(f"select * from {read_parquet([path], KIND)}") == []


def test_columns_that_do_not_fit_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="things: columns"):
        write_parquet(DuckDB(), KIND, {"text": np.array(["x"], dtype=object)}, tmp_path / "x")


def test_parameters_and_functions_of_the_common_subset() -> None:
    engine = DuckDB()
    rows = engine.rows(
        "select week_of(cast(:at as timestamp)), days_between(:at, :later), "
        "hours_between(:at, :later), ':at' as text",
        {
            "at": datetime(2026, 3, 1, 23, 30),
            "later": datetime(2026, 3, 3, 11, 30),
            "unused": 1,
        },
    )
    assert rows == [(date(2026, 2, 23), 1.5, 36.0, ":at")]


@pytest.mark.parametrize(("form", "hint"), [(2, "Update Groundplan"), (0, "groundplan rebuild")])
def test_a_segment_of_another_form_is_refused_by_name(tmp_path: Path, form: int, hint: str) -> None:
    """Read as what it is not, it would be wrong numbers, or a column that nobody knows."""
    told = Segment("r/commits-1.parquet", COMMITS.name, form, "r", "1", 3, 1)
    other = Segment("r/changes-1.parquet", "changes", 7, "r", "1", 3, 1)
    snapshot = Snapshot(1, tmp_path, (other, told))
    with pytest.raises(Refused, match=rf"r/commits-1\.parquet: form {form} of commits") as caught:
        snapshot.relation(COMMITS)
    assert hint in caught.value.hint
    assert "read_parquet" not in snapshot.relation(COMMITS, "another source")  # nobody asks it
