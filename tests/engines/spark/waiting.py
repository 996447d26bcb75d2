"""Waiting until a cluster is as a test needs it."""

from __future__ import annotations

import time

from groundplan.facts.engines.spark import Spark


def wait_for_executors(spark: Spark, count: int) -> None:
    """Until the session has so many executors."""
    context = spark._session.sparkContext._jsc.sc()
    end = time.monotonic() + 60
    while context.getExecutorMemoryStatus().size() - 1 != count:
        assert time.monotonic() < end, f"no {count} executors"
        time.sleep(0.1)
