"""What goes wrong on a cluster is said so that somebody can act, and mended where that is safe."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from groundplan.facts.engines import spark_session
from groundplan.facts.engines.duckdb import Columns, DuckDB, write_parquet
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_failures import explain
from groundplan.facts.engines.spark_segments import show_facts
from groundplan.facts.kinds import Column, FactKind, Type
from groundplan.facts.ledger import Snapshot
from groundplan.facts.manifest import Segment
from groundplan.terms.errors import BadInput, Refused, SourceBroken, SourceDown
from tests.engines.spark.cluster import HOST, Cluster, free_port
from tests.engines.spark.waiting import wait_for_executors

pytestmark = pytest.mark.xdist_group("spark")
KIND = FactKind(
    "things", 1, "a thing", (Column("nr", Type.BIGINT, ""), Column("name", Type.TEXT, "")), ("nr",)
)
ROWS = 50_000


def things(rows: int = ROWS) -> Columns:
    nr = np.arange(rows, dtype=np.int64)
    return {"nr": nr, "name": np.array([f"thing {n * 7919 % 104729}" for n in nr], dtype=object)}


@pytest.fixture
def facts(tmp_path: Path) -> Snapshot:
    """Three segments of one kind."""
    engine, segments = DuckDB(), []
    for nr in range(3):
        path = tmp_path / f"things-{nr}.parquet"
        write_parquet(engine, KIND, things(), path)
        segments.append(Segment(path.name, KIND.name, 1, "r", str(nr), ROWS, 1))
    return Snapshot(1, tmp_path, tuple(segments))


def write_as(kind: FactKind, columns: Columns, facts: Snapshot, name: str) -> None:
    write_parquet(DuckDB(), kind, columns, facts.folder / name)


def test_a_missing_segment_is_named(spark: Spark, facts: Snapshot) -> None:
    (facts.folder / "things-1.parquet").unlink()
    with pytest.raises(SourceBroken, match=r"things-1\.parquet.*gone"):
        show_facts(spark, facts, [KIND])


def test_a_segment_that_goes_under_way_is_named(spark: Spark, facts: Snapshot) -> None:
    show_facts(spark, facts, [KIND])
    assert spark.rows("select count(*) from raw_things") == [(3 * ROWS,)]
    (facts.folder / "things-2.parquet").unlink()
    with pytest.raises(SourceBroken, match=r"things-2\.parquet: the file is gone") as caught:
        spark.query("select max(name) as name from raw_things")
    assert "groundplan rebuild" in caught.value.hint


def test_a_segment_that_is_no_parquet_is_named(spark: Spark, facts: Snapshot) -> None:
    (facts.folder / "things-0.parquet").write_bytes(b"not what it was" * 1000)
    with pytest.raises(SourceBroken, match=r"things-0\.parquet: no readable Parquet"):
        show_facts(spark, facts, [KIND])


def test_damage_inside_a_segment_is_named_when_it_is_read(spark: Spark, facts: Snapshot) -> None:
    path = facts.folder / "things-1.parquet"
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 3
    whole[middle : middle + 4000] = bytes(4000)
    path.write_bytes(whole)
    show_facts(spark, facts, [KIND])
    with pytest.raises(SourceBroken, match=r"things-1\.parquet: no readable Parquet file"):
        spark.query("select sum(length(name)) as n, sum(nr) as m from raw_things")


def test_a_form_from_the_future_is_refused(spark: Spark, facts: Snapshot) -> None:
    newer = replace(facts.segments[2], kind_version=2)
    told = replace(facts, segments=(*facts.segments[:2], newer))
    with pytest.raises(Refused, match=r"things-2\.parquet: form 2 of things") as caught:
        show_facts(spark, told, [KIND])
    assert "Update Groundplan" in caught.value.hint


@pytest.mark.parametrize(
    ("columns", "strange"),
    [
        (("nr BIGINT", "name VARCHAR", "mood VARCHAR"), "mood VARCHAR"),
        (("nr BIGINT",), "name VARCHAR"),
        (("nr BIGINT", "name INTEGER"), "name INTEGER"),
    ],
    ids=["one more", "one less", "another type"],
)
def test_a_segment_with_other_columns_is_named(
    spark: Spark, facts: Snapshot, columns: tuple[str, ...], strange: str
) -> None:
    """Spark itself would read what is missing as nulls."""
    path = facts.folder / "things-1.parquet"
    chosen = ", ".join(f"cast(1 as {one.split()[1]}) as {one.split()[0]}" for one in columns)
    DuckDB().execute(f"copy (select {chosen}) to '{path}' (format parquet)")
    with pytest.raises(SourceBroken, match=rf"things-1\.parquet: other columns.*{strange}"):
        show_facts(spark, facts, [KIND])


def test_a_wrong_question_is_no_failure_of_the_cluster(spark: Spark) -> None:
    with pytest.raises(Exception, match="no_such_table") as caught:
        spark.query("select * from no_such_table")
    assert not isinstance(caught.value, SourceDown | SourceBroken)


def test_where_nobody_answers_is_said_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(SourceDown, match="nobody answers"):
        Spark(f"spark://{HOST}:{free_port()}", "scratch")
    with pytest.raises(BadInput, match="engine"):
        Spark("mesos://there:1", "scratch")
    assert time.monotonic() - began < 5


SLOW = """
select sum(x % 7) as a, count(distinct x % 1009) as b from (
  select explode(sequence(id * 800000, id * 800000 + 799999)) as x from range(0, 16, 1, 8)
)
"""


def test_a_worker_lost_under_way_changes_nothing(cluster: Cluster, spark: Spark) -> None:
    expected = spark.rows(SLOW)
    doomed = cluster.add_worker("doomed")
    wait_for_executors(spark, 2)
    found: list[object] = []
    asking = threading.Thread(target=lambda: found.extend(spark.rows(SLOW)))
    asking.start()
    time.sleep(0.7)
    assert asking.is_alive(), "the question is too quick to be interrupted"
    cluster.kill(doomed)
    asking.join(60)
    assert found == expected


def test_memory_that_is_too_small_is_said_and_the_next_question_answered(spark: Spark) -> None:
    with pytest.raises(SourceDown, match="out of memory") as caught:
        spark.rows("select max(length(repeat(cast(id as string), 1900000000))) from range(3, 5)")
    assert "spark.executor.memory" in caught.value.hint
    assert spark.rows("select count(*) from range(1000)") == [(1000,)]


@pytest.mark.parametrize("told", ["Command exited with code 52", "exit status: 137"])
def test_what_ended_an_executor_is_told_from_its_code(told: str) -> None:
    lost = f"ExecutorLostFailure (executor 2 exited, caused by a running task) Reason: {told}"
    assert "out of memory" in str(explain(RuntimeError(lost), "spark://master"))
    assert "out of memory" not in str(explain(RuntimeError(lost + "5"), "spark://master"))


def test_a_session_that_was_lost_is_begun_again(spark: Spark, facts: Snapshot) -> None:
    show_facts(spark, facts, [KIND])
    other = spark.cursor()
    spark._session.sparkContext._jsc.sc().stop()
    for engine in (spark, other, spark.cursor()):
        assert engine.rows("select count(*) from raw_things") == [(3 * ROWS,)]


def test_without_any_worker_a_question_ends(
    cluster: Cluster, spark: Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_session, "PATIENCE_S", 3.0)
    cluster.kill(cluster.workers.pop("worker1"))
    with pytest.raises(SourceDown, match="no worker for"):
        spark.rows("select count(*) from range(0, 100, 1, 4)")
    monkeypatch.undo()
    cluster.add_worker("worker1 again")
    assert spark.rows("select count(*) from range(0, 100, 1, 4)") == [(100,)]


LOCAL = """
import sys
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_failures import explain
engine = Spark("local[2]", sys.argv[1], {"spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1", "spark.driver.memory": "512m",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"})
found = engine.query("select sum(id) as n, week_of(timestamp '2026-03-01 23:30:00') as w "
    "from range(0, 1000, 1, 4)")
print(found["n"].tolist(), found["w"].astype("datetime64[D]").tolist()[0])
engine.close()
"""


def test_this_machine_alone_will_do_too(tmp_path: Path) -> None:
    """In a process of its own, as Java holds one session."""
    done = subprocess.run(
        [sys.executable, "-c", LOCAL, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "[499500] 2026-02-23\n", done.stderr
