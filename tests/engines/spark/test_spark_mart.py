"""The contract of marts: a cluster, in parts, gives them the rows that DuckDB gives them."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from groundplan.facts import mart_spread
from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.engines.parted import Parted
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_tables import tables_of
from groundplan.facts.kinds import FactKind
from groundplan.facts.knowledge import read_area_people, read_everybody
from groundplan.facts.ledger import Ledger, Snapshot
from groundplan.facts.mart import RepoInfo, build
from groundplan.facts.mart_spread import build_spread
from groundplan.facts.mart_tables import TABLES
from groundplan.inference import go_to
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Silent
from tests.engines.spark.agreement import differ, rows_of
from tests.engines.spark.cluster import Cluster
from tests.engines.spark.every_fact import KINDS, said, tell_everything
from tests.engines.spark.waiting import wait_for_executors
from tests.many_repositories import clock

pytestmark = pytest.mark.xdist_group("spark")
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Both:
    """Two marts of the same facts, where the second one is, and what it was built of."""

    alone: DuckDB
    together: DuckDB
    path: Path
    snapshot: Snapshot


@pytest.fixture(scope="module")
def both(spark: Spark, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("mart's {folder}")
    with closing(Ledger(tell_everything(folder), clock)) as ledger:
        snapshot = ledger.snapshot()
        infos = [RepoInfo(r, r, "refs/heads/main", shallow=False) for r in ledger.sources()]
    infos = [info for info in infos if ":" not in info.repo]
    given = snapshot, infos, (), NOW
    last = Silent(), go_to.settings(), said()
    build(*given, folder / "alone.duckdb", *last)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mart_spread, "ROWS_A_PART", 200)
        patch.setattr(mart_spread, "AT_ONCE", 2)
        path = folder / "built" / "together.duckdb"
        build_spread(*given, path, *last, spark.spread)
    moved = path.parent.rename(folder / "moved") / path.name
    marts = (
        DuckDB(folder / "alone.duckdb", read_only=True),
        Parted(moved, tables_of(moved)),
    )
    yield Both(*marts, moved, snapshot)
    for mart in marts:
        mart.close()


def test_the_workspace_tells_every_kind_of_fact(both: Both) -> None:
    assert all(both.snapshot.rows(kind) for kind in KINDS)
    assert len(list((tables_of(both.path) / "changes").iterdir())) >= 3


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_table_has_the_same_rows(both: Both, table: FactKind) -> None:
    asked = f"select * from {table.name}"
    expected = rows_of(both.alone.query(asked))
    assert expected, "an empty table proves nothing"
    assert differ(rows_of(both.together.query(asked)), expected) == []
    files = tables_of(both.path) / table.name / "*.parquet"
    quoted = str(files).replace("'", "''")
    measured = both.together.query(f"select * from read_parquet('{quoted}')")
    assert differ(rows_of(measured), expected) == []


def test_pages_about_a_repository_read_its_part_alone(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "m.duckdb"
    shutil.copy(both.path, path)
    shutil.copytree(tables_of(both.path), tables_of(path))
    mart = Parted(path, tables_of(path))
    parts = dict(mart.rows("select repo, part from parts"))
    for file in tables_of(path).glob("*/*.parquet"):
        if f"part{int(file.stem)}" != parts["sample"]:
            file.unlink()
    for prefix in ("", "core", "core/d.py"):
        given = {**go_to.settings(), "repo": "sample", "prefix": prefix}
        expected = read_area_people(both.alone, given)
        assert len(expected["area"]) > 1
        assert differ(rows_of(read_area_people(mart, given)), rows_of(expected)) == []
    assert (
        differ(
            rows_of(read_everybody(mart, "sample")), rows_of(read_everybody(both.alone, "sample"))
        )
        == []
    )
    with pytest.raises(Exception, match="No files found"):
        mart.rows("select count(*) from changes")
    mart.close()


def test_what_is_lent_is_seen_in_questions_about_a_repository(both: Both) -> None:
    mart = both.together.cursor()
    mart.lend("words", {"word": as_text(["Add"])})
    asked = (
        "select count(*) from commits c join words w on contains(c.subject, w.word) "
        "where c.repo = :repo"
    )
    assert mart.rows(asked, {"repo": "sample"}) == [(3,)]
    mart.close()


def test_of_a_host_without_a_clone_both_know_the_same(
    both: Both, spark: Spark, tmp_path: Path
) -> None:
    told = [s for s in both.snapshot.segments if s.source == "items:deploys"]
    snapshot = replace(both.snapshot, segments=tuple(told))
    infos = [RepoInfo("items:deploys", "deploys", None, shallow=False)]
    given = snapshot, infos, (), NOW
    build(*given, tmp_path / "a.duckdb", Silent(), go_to.settings())
    build_spread(*given, tmp_path / "b.duckdb", Silent(), go_to.settings(), None, spark.spread)
    alone = DuckDB(tmp_path / "a.duckdb", read_only=True)
    together = Parted(tmp_path / "b.duckdb", tables_of(tmp_path / "b.duckdb"))
    assert alone.rows("select as_of is not null from repos") == [(True,)]
    for table in TABLES:
        asked = f"select * from {table.name}"
        assert differ(rows_of(together.query(asked)), rows_of(alone.query(asked))) == []
    alone.close()
    together.close()


def test_damage_inside_a_segment_is_named(both: Both, spark: Spark, tmp_path: Path) -> None:
    segments = both.snapshot.segments
    name = next(s.path for s in segments if s.kind == "commits" and s.source == "zeta")
    path = tmp_path / "segments"
    shutil.copytree(both.snapshot.folder, path)
    whole = bytearray((path / name).read_bytes())
    middle = len(whole) // 3
    whole[middle : middle + 400] = bytes(400)
    (path / name).write_bytes(whole)
    infos = [RepoInfo("zeta", "zeta", "refs/heads/main", shallow=False)]
    given = replace(both.snapshot, folder=path), infos, (), NOW
    with pytest.raises(SourceBroken, match=rf"{re.escape(name)}: no readable Parquet file"):
        build_spread(*given, tmp_path / "m.duckdb", Silent(), {}, None, spark.spread)
    assert not (tmp_path / "m.duckdb").exists()


def test_a_worker_killed_under_way_changes_nothing(
    both: Both, cluster: Cluster, spark: Spark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mart_spread, "ROWS_A_PART", 1)
    infos = [
        RepoInfo(r, r, "refs/heads/main", shallow=False)
        for (r,) in both.alone.rows("select repo from repos")
    ]
    doomed, path = cluster.add_worker("doomed arranger"), tmp_path / "m.duckdb"
    wait_for_executors(spark, 2)
    given = both.snapshot, infos, (), NOW, path, Silent(), go_to.settings(), said(), spark.spread
    building = threading.Thread(target=lambda: build_spread(*given))
    building.start()
    end = time.monotonic() + 60
    while not list(tmp_path.glob("*/changes/*.parquet")):
        assert time.monotonic() < end
        time.sleep(0.01)
    cluster.kill(doomed)
    building.join(120)
    with closing(Parted(path, tables_of(path))) as found:
        for table in TABLES:
            asked = f"select * from {table.name}"
            assert differ(rows_of(found.query(asked)), rows_of(both.alone.query(asked))) == []
    left = {path.name for path in tables_of(path).iterdir()}
    assert left == {table.name for table in TABLES}
