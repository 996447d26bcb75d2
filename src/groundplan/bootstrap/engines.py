"""Which engine builds marts and measures signals: DuckDB here, or the cluster that is named."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.engines.engine import Engine
from groundplan.facts.engines.spark import Spark
from groundplan.facts.engines.spark_session import MASTERS
from groundplan.facts.engines.spark_tables import delete, export_tables, show_tables, tables_of
from groundplan.facts.identity import Decision
from groundplan.facts.ledger import Snapshot
from groundplan.facts.mart import RepoInfo, build
from groundplan.facts.mart_spread import build_spread
from groundplan.facts.said import Said
from groundplan.inference import go_to
from groundplan.terms.errors import BadInput, SourceBroken
from groundplan.terms.progress import Progress

ENGINE: Final = "GROUNDPLAN_ENGINE"
SCRATCH: Final = "GROUNDPLAN_SCRATCH"
DUCKDB: Final = "duckdb"


class Engines:
    """Builds the marts of a workspace and measures on them; begins a session with a cluster once.

    GROUNDPLAN_ENGINE, or `engine` in the workspace's settings.json: spark://HOST:PORT, local[N] or
    duckdb. GROUNDPLAN_SCRATCH, or `scratch`: where the cluster leaves results, if not in the
    workspace.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        told = _read_settings(folder / "settings.json")
        self._master = environ.get(ENGINE) or told.get("engine", "") or DUCKDB
        self._scratch = environ.get(SCRATCH) or told.get("scratch", "") or str(folder / "scratch")
        self._spark: Spark | None = None
        self._beginning = threading.RLock()
        if self._master != DUCKDB and not self._master.startswith(("spark://", "local")):
            raise BadInput(ENGINE, self._master, f"{DUCKDB}, {MASTERS}")

    @property
    def spread(self) -> bool:
        """Whether a cluster measures."""
        return self._master != DUCKDB

    def build(
        self,
        snapshot: Snapshot,
        repos: Sequence[RepoInfo],
        decisions: Sequence[Decision],
        now: datetime,
        path: Path,
        progress: Progress,
        said: Said | None,
    ) -> None:
        """Build the mart of `snapshot` at `path`; of several processes on a cluster one does."""
        asked = snapshot, repos, decisions, now, path, progress, go_to.settings(), said
        if not self.spread:
            delete(tables_of(path))
            build(*asked)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with (path.parent / "building.lock").open("a+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if not path.exists():
                build_spread(*asked, self.session().spread)

    def open(self, mart: DuckDB, path: Path) -> Engine:
        """What measures signals on the mart at `path`."""
        if not self.spread:
            return mart
        tables = tables_of(path)
        with self._beginning:
            if not tables.exists():
                export_tables(mart, path)
            session = self.session().cursor()
        show_tables(session, tables)
        return session

    def session(self) -> Spark:
        """The one session with the cluster, begun when it is first needed."""
        with self._beginning:
            if self._spark is None:
                self._spark = Spark(self._master, self._scratch)
            return self._spark

    def close(self) -> None:
        """End the session, if there is one."""
        if self._spark is not None:
            self._spark.close()


def _read_settings(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): str(value) for name, value in told.items()}
    except (ValueError, AttributeError) as error:
        raise SourceBroken(f"{path}: no settings ({error})", "Mend it, or delete it.") from error
