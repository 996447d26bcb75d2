"""Every kind of fact is read alike by both engines, and functions of the common SQL are one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import numpy as np
import pytest

from groundplan import facts
from groundplan.facts.calendar import CALENDAR_KINDS
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB, as_columns, write_parquet
from groundplan.facts.engines.spark import Spark, read_rows
from groundplan.facts.engines.spark_segments import show_facts
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.ledger import Snapshot
from groundplan.facts.manifest import Segment
from groundplan.facts.mart_tables import TABLES
from groundplan.facts.said import SAID_KINDS
from groundplan.facts.work import WORK_KINDS
from groundplan.sources.git.state import PAIRS
from tests.engines.spark.agreement import differ, rows_of

pytestmark = pytest.mark.xdist_group("spark")
KINDS = (*CODE_KINDS, PAIRS, *WORK_KINDS, *HOST_KINDS, *CALENDAR_KINDS, *SAID_KINDS)
EDGES: dict[Type, list[object]] = {
    Type.TEXT: ["", "it's \"quoted\" \\d", "tab\tnew\nline\r", "ü\u202e \U0001f986 e\u0301", None],
    Type.INTEGER: [-(2**31), 2**31 - 1, 0, None, 7],
    Type.BIGINT: [-(2**63), 2**63 - 1, 2**53 + 1, None, 0],
    Type.DOUBLE: [0.1, -1e-300, 1.7976931348623157e308, None, 0.0],
    Type.BOOLEAN: [True, False, None, True, False],
    Type.TIMESTAMP: [
        datetime(1900, 1, 1), datetime(1969, 12, 31, 23, 59, 59, 999999),
        datetime(2024, 3, 31, 2, 30), datetime(9999, 12, 31, 23, 59, 59, 999999), None,
    ],
    Type.DATE: [date(1900, 1, 1), date(1970, 1, 1), date(2024, 2, 29), date(9999, 12, 31), None],
}  # fmt: skip


def test_no_kind_is_left_out() -> None:
    modules = (
        import_module(found.name) for found in iter_modules(facts.__path__, "groundplan.facts.")
    )
    declared = {
        value.name
        for module in modules
        for value in vars(module).values()
        if isinstance(value, FactKind)
    }
    assert declared - {table.name for table in TABLES} <= {kind.name for kind in KINDS}


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Two segments of each kind, one of them without rows."""
    folder = tmp_path_factory.mktemp("segments {facts}")
    engine = DuckDB()
    segments = []
    for kind in KINDS:
        lists = {column.name: EDGES[column.type] for column in kind.columns}
        nothing: dict[str, list[object]] = {name: [] for name in kind.column_names}
        for nr, rows in enumerate((lists, nothing)):
            path = folder / f"{kind.name}-{nr}.parquet"
            written = write_parquet(engine, kind, as_columns(kind, rows), path)
            segments.append(Segment(path.name, kind.name, kind.version, "r", "1", written, 1))
    engine.close()
    return Snapshot(1, folder, tuple(segments))


@pytest.fixture(scope="module")
def shown(spark: Spark, snapshot: Snapshot) -> Iterator[Spark]:
    engine = spark.cursor()
    show_facts(engine, snapshot, KINDS)
    yield engine


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_is_the_same(shown: Spark, snapshot: Snapshot, kind: FactKind) -> None:
    engine = DuckDB()
    expected = engine.rows(f"select * from {snapshot.relation(kind)}")
    assert len(expected) == 5
    found = shown.rows(f"select * from raw_{kind.name}")
    assert sorted(map(repr, found)) == sorted(map(repr, expected))


def test_columns_come_back_with_their_types_and_nulls(shown: Spark, snapshot: Snapshot) -> None:
    kind = next(kind for kind in KINDS if len({c.type for c in kind.columns}) >= 4)
    expected = DuckDB().query(f"select * from {snapshot.relation(kind)}")
    found = shown.query(f"select * from raw_{kind.name}")
    assert {n: c.dtype for n, c in found.items()} == {n: c.dtype for n, c in expected.items()}
    assert differ(rows_of(found), rows_of(expected)) == []


def test_rows_of_several_files_are_those_of_one(tmp_path: Path) -> None:
    """Nulls in one of them only, in all, in none; a file without rows; texts that come again."""
    engine = DuckDB()
    told = (
        "select i, i / 7.0 as part, date '2024-01-01' + cast(i % 3 as integer) as day, "
        "case when i > 5 then 'p' || i % 2 end as who, 'u' || i as one, cast(null as varchar) as "
        "none, case when i > 7 then i end as some from range({}, {}) t(i)"
    )
    for nr, (first, last) in enumerate(((0, 6), (6, 6), (6, 40))):
        rows = told.format(first, last)
        engine.execute(f"copy ({rows}) to '{tmp_path}/{nr}.parquet' (format parquet)")
    found = read_rows(sorted(tmp_path.glob("*.parquet")))
    expected = engine.query(told.format(0, 40))
    assert {n: c.dtype for n, c in found.items()} == {n: c.dtype for n, c in expected.items()}
    assert differ(rows_of(found), rows_of(expected)) == []
    assert np.ma.asarray(found["none"]).mask.all()
    assert len({id(text) for text in np.ma.asarray(found["who"]).compressed()}) == 2
    engine.close()


COMMON = """
select week_of(cast(:at as timestamp)) as monday, days_between(:at, :later) as days,
  hours_between(:at, :later) as hours, ':at' as same, 'it''s \\d' as word, 10 / 4 as part,
  1.5 * 3 / 7 as ratio, :words as words, :amount + 1 as amount,
  cast(:at as timestamp) + interval 1 day as tomorrow, :on as day, 'a' < 'B' as sorts
"""


def test_parameters_and_functions_mean_one_thing(spark: Spark) -> None:
    given = {
        "at": datetime(2026, 3, 29, 0, 59, 59, 999999),
        "later": datetime(2026, 3, 30, 23),
        "on": date(2026, 3, 29),
        "words": "it's \\ :at",
        "amount": 2**62,
        "unused": 1,
    }
    found, expected = spark.rows(COMMON, given), DuckDB().rows(COMMON, given)
    assert differ([list(row) for row in found], [list(row) for row in expected]) == []


def test_what_one_connection_is_lent_another_does_not_see(spark: Spark) -> None:
    one, other = spark.cursor(), spark.cursor()
    one.lend("words", as_columns(KINDS[0], _one_row(KINDS[0])))
    assert one.rows("select count(*) from words") == [(1,)]
    with pytest.raises(Exception, match="words"):
        other.rows("select count(*) from words")


def _one_row(kind: FactKind) -> dict[str, list[object]]:
    return {column.name: [EDGES[column.type][2]] for column in kind.columns}


def test_addresses_of_object_stores_reach_the_file_system_as_they_are(
    spark: Spark, snapshot: Snapshot, tmp_path: Path
) -> None:
    """A scheme that Java resolves, for what is read and for where results pass through."""
    kind = KINDS[0]
    engine = spark.cursor()
    engine.scratch = f"file://{tmp_path}/passing through"
    engine.show("stored", kind, [f"file://{snapshot.folder}/{kind.name}-0.parquet"])
    assert len(engine.query("select * from stored")[kind.column_names[0]]) == 5
    assert list((tmp_path / "passing through").iterdir()) == []
