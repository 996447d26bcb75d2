"""One cluster and one session for all tests of Spark: starting them takes longer than any test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from groundplan.facts.engines.spark import Spark
from tests.engines.spark.cluster import EXECUTOR_MIB, HOST, Cluster, find_java

SHORT_LIVED = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"  # nothing runs long enough to gain more
SETTINGS = {
    "spark.driver.host": HOST,
    "spark.driver.bindAddress": HOST,
    "spark.driver.memory": "768m",
    "spark.executor.memory": f"{EXECUTOR_MIB}m",
    "spark.executor.cores": "1",
    "spark.sql.shuffle.partitions": "2",
    "spark.task.maxFailures": "2",
    "spark.driver.extraJavaOptions": SHORT_LIVED,
    "spark.executor.extraJavaOptions": SHORT_LIVED,
}


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A master with one worker; in CI its absence is a failure."""
    missing = [
        name
        for name, found in (("PySpark", find_spec("pyspark")), ("Java", find_java()))
        if found is None
    ]
    if missing:
        told = f"notimpl: without {' and '.join(missing)}; scripts/install-java, make test"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(told)
    started = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        started.add_worker("worker1", wait=False)  # the session begins meanwhile
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="session")
def spark(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    """The session."""
    scratch: Path = tmp_path_factory.mktemp("scratch")
    engine = Spark(cluster.address, str(scratch), SETTINGS)
    yield engine
    engine.close()
