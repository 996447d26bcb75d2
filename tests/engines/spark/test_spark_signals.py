"""The contract of engines: every signal, on every edge, is the same on DuckDB and on a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from groundplan.access import local_scope
from groundplan.facts.engines.duckdb import DuckDB, as_text, copy_parquet
from groundplan.facts.engines.spark import Spark
from groundplan.facts.mart_tables import TABLES, create_tables
from groundplan.signals.catalogue import discover
from groundplan.signals.measure import measure
from groundplan.signals.signal import Signal
from tests.engines.spark.agreement import differ, rows_of
from tests.engines.spark.edges import AS_OF, edge_mart

pytestmark = pytest.mark.xdist_group("spark")
SIGNALS = discover()
ALWAYS = {"since": datetime(1980, 1, 1), "until": AS_OF + timedelta(weeks=150)}
Both = tuple[DuckDB, Spark, tuple[str, ...]]


def show_mart(spark: Spark, mart: DuckDB, folder: Path) -> None:
    """The tables of a mart as Parquet, in two files each where there are rows for two."""
    for table in TABLES:
        paths = []
        for half in (0, 1):
            path = folder / f"{table.name} [{half}].parquet"
            rows = f"(select * from (select *, row_number() over () % 2 as half from {table.name})"
            copy_parquet(mart, table, f"{rows} where half = {half})", path)
            paths.append(str(path))
        spark.show(table.name, table, paths)


@pytest.fixture(scope="module")
def both(spark: Spark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    mart, repos = edge_mart()
    engine = spark.cursor()
    show_mart(engine, mart, tmp_path_factory.mktemp("edges"))
    yield mart, engine, repos
    mart.close()


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_every_signal_selects_the_same_rows(both: Both, signal: Signal) -> None:
    mart, spark, repos = both
    for engine in (mart, spark):
        engine.lend("scope_repos", {"repo": as_text(repos)})
    expected = mart.query(signal.select, ALWAYS)
    found = spark.query(signal.select, ALWAYS)
    assert list(found) == list(expected)
    assert len(rows_of(expected)) > 20, "an empty answer proves nothing"
    assert differ(rows_of(found), rows_of(expected)) == []


@pytest.mark.parametrize("name", ["throughput", "rework"])
def test_a_reading_is_the_same(both: Both, name: str) -> None:
    mart, spark, repos = both
    signal = next(signal for signal in SIGNALS if signal.name == name)
    scope = local_scope(list(repos))
    expected = measure(mart, signal, scope, AS_OF, 1)
    assert differ(measure(spark, signal, scope, AS_OF, 1), expected) == []


def test_of_nothing_both_select_nothing(spark: Spark) -> None:
    empty, bare = DuckDB(), spark.cursor()
    bare._session.conf.set("spark.sql.codegen.wholeStage", "false")  # there is nothing to hurry for
    create_tables(empty)
    for table in TABLES:
        bare.show(table.name, table, [])
    everything = " union all ".join(
        f"select '{signal.name}' as signal, count(*) as found from ({signal.select}) x"
        for signal in SIGNALS
    )
    for engine in (empty, bare):
        engine.lend("scope_repos", {"repo": as_text([])})
        assert sorted(engine.rows(everything, ALWAYS)) == [(s.name, 0) for s in SIGNALS]
