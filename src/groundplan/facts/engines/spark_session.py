"""One session with a Spark cluster: begun, watched while it works, begun again when it was lost."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from groundplan.facts.engines.spark_sql import MEANING
from groundplan.terms.errors import BadInput, Refused, SourceDown

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTERS: Final = "spark://HOST:PORT or local[N]"
PATIENCE_S: Final = 60.0  # without a single worker, before a question is given up
# The driver's page shows every query to whoever reaches the machine, with what stands in it.
CLOSED: Final = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}


class Link:
    """The session that a process has with a cluster, for all of its connections."""

    def __init__(self, master: str, settings: Mapping[str, str]) -> None:
        self.master = master
        self._settings = dict(settings)
        self._mending = threading.Lock()
        self.session = _begin(master, self._settings)

    def is_lost(self) -> bool:
        """Whether the session has ended without being asked to."""
        return has_stopped(self.session)

    def mend(self) -> None:
        """Begin another session if this one is lost."""
        with self._mending:
            if self.is_lost():
                self.session.stop()
                self.session = _begin(self.master, self._settings)

    def close(self) -> None:
        """End the session."""
        self.session.stop()


class Watch:
    """Cancels the jobs of this thread once the cluster has had no worker for too long."""

    def __init__(self, session: SparkSession) -> None:
        self.gave_up = False
        self._context = session.sparkContext
        self._group = uuid.uuid4().hex
        self._ended = threading.Event()
        self._context.setJobGroup(self._group, "groundplan", interruptOnCancel=True)
        threading.Thread(target=self._look, daemon=True).start()

    def end(self) -> None:
        """Look no longer."""
        self._ended.set()

    def _look(self) -> None:
        seen_at = time.monotonic()
        while not self._ended.wait(1.0):
            try:
                status = self._context._jsc.sc().getExecutorMemoryStatus()
                if status.size() > 1:  # the driver is one of them
                    seen_at = time.monotonic()
                elif time.monotonic() - seen_at > PATIENCE_S:
                    self.gave_up = True
                    self._context.cancelJobGroup(self._group)
                    return
            except Exception:  # the session ended under way; whoever waits for it is told
                return


def _begin(master: str, settings: Mapping[str, str]) -> SparkSession:
    if not master.startswith(("spark://", "local")):
        raise BadInput("engine", master, MASTERS)
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - large, and an extra
    except ImportError as error:
        raise Refused(
            f"Spark is not installed ({error})", "Install it: pip install 'groundplan[spark]'."
        ) from error
    if master.startswith("spark://"):
        _knock(master)
    builder: Any = SparkSession.builder.master(master).appName("groundplan")
    for name, value in {**CLOSED, **settings, **MEANING}.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        raise SourceDown(
            f"{master}: no session ({str(error).splitlines()[0]})",
            "Spark needs Java 17 or 21 (on Debian: apt install openjdk-17-jre-headless).",
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    # Workers have Groundplan where it is here, unless somebody says where.
    session.sparkContext.pythonExec = os.environ.get("PYSPARK_PYTHON") or sys.executable
    return session


def _knock(master: str) -> None:
    """SourceDown at once if nobody is there: Spark itself would try for a minute."""
    host, _, port = master.removeprefix("spark://").split(",")[0].rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except ValueError as error:
        raise BadInput("engine", master, MASTERS) from error
    except OSError as error:
        raise SourceDown(
            f"{master}: nobody answers ({error})", "Start the cluster, or unset GROUNDPLAN_ENGINE."
        ) from error


def has_stopped(session: SparkSession) -> bool:
    java = session.sparkContext._jsc
    try:
        return java is None or bool(java.sc().isStopped())
    except Exception:  # the Java process itself is gone
        return True
