"""A cluster reads many repositories, one a task; a worker killed under way changes nothing."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from groundplan.bootstrap.adopting import Errand, adopt, read_apart, read_first
from groundplan.bootstrap.spreading import ingest_list, read_list
from groundplan.facts.engines.spark import Spark
from groundplan.facts.erasure import Traces
from groundplan.facts.ledger import Ledger
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.engines.spark.cluster import Cluster
from tests.engines.spark.waiting import wait_for_executors
from tests.many_repositories import REPOSITORIES, assert_whole, clock, make, make_list

pytestmark = pytest.mark.xdist_group("spark")


def test_a_worker_killed_under_way_loses_nothing_and_nothing_is_read_twice(
    cluster: Cluster, spark: Spark, tmp_path: Path
) -> None:
    names, workspace = read_list(make_list(tmp_path)), tmp_path / "workspace"
    doomed = cluster.add_worker("doomed reader")
    wait_for_executors(spark, 2)
    read: list[int] = []
    reading = threading.Thread(
        target=lambda: read.append(read_first(workspace, names, spark.spread, Silent(), True))
    )
    reading.start()
    end = time.monotonic() + 60
    while not list((workspace / "apart").glob("*/manifest.sqlite")):
        assert time.monotonic() < end
        time.sleep(0.01)
    cluster.kill(doomed)
    reading.join(120)
    assert read == [REPOSITORIES]
    assert_whole(workspace)
    assert not (workspace / "apart").exists()
    again = ingest_list(workspace, names, 1, Silent())  # finds nothing new
    assert (again.done, again.failures) == (REPOSITORIES, ())
    assert_whole(workspace)


def test_what_was_read_meanwhile_is_not_adopted(tmp_path: Path) -> None:
    make(tmp_path / "repo0", 3)
    brought = [
        read_apart(Errand("repo0", tmp_path / "repo0", tmp_path / "w", True)) for _ in range(2)
    ]
    with closing(Ledger(tmp_path / "w", clock)) as ledger:
        assert [adopt(ledger, one) for one in brought] == [True, False]
        assert len({segment.path for segment in ledger.snapshot().segments}) == len(
            brought[0].segments
        )


def test_where_somebody_was_erased_workers_bring_nothing(tmp_path: Path) -> None:
    """They could not know whom to cover."""
    make(tmp_path / "repo0", 3)
    brought = read_apart(Errand("repo0", tmp_path / "repo0", tmp_path / "w", True))
    with closing(Ledger(tmp_path / "w", clock)) as ledger:
        ledger.erase(Traces((Account("A0", "a0@example.com"),)), ())
        assert not adopt(ledger, brought)
        assert ledger.snapshot().segments == ()
    assert not brought.folder.exists()
