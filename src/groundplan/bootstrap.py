"""Puts the rooms together: a folder and a clock become something that can be asked.

Alone sees everything; nothing but the interfaces' starters imports it.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from groundplan.access import local_scope
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.identities.decisions import decisions
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart import MART_VERSION, RepoInfo, build
from groundplan.inference import go_to
from groundplan.interfaces.tracking import Tracker
from groundplan.interfaces.web.workspace import StageState
from groundplan.practices.catalogue import discover as discover_practices
from groundplan.records.sqlite import SQLiteJournal
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.sources.git.check import Checked, check
from groundplan.sources.git.documents import GitDocuments
from groundplan.sources.git.ingest import Ingested, count_lines, ingest
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Progress
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice

KEPT_MARTS = 2  # the newest, and the one that a reader may still hold
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def utc_now() -> datetime:
    """The time now, aware, in UTC."""
    return datetime.now(UTC)


def default_folder(paths: Sequence[Path]) -> Path:
    """Where the workspace of these repositories lives if nobody says: one folder for each set."""
    if chosen := os.environ.get("GROUNDPLAN_WORKSPACE"):
        return Path(chosen)
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    real = sorted(str(path.resolve()) for path in paths)
    name = re.sub(r"[^\w.-]+", "-", "+".join(Path(path).name for path in real))[:60].strip(".-")
    digest = hashlib.sha256("\0".join(real).encode(errors="surrogateescape")).hexdigest()[:8]
    return Path(home) / "groundplan" / f"{name or 'workspace'}-{digest}"


def _form_of_marts() -> str:
    """A digest of everything besides facts and decisions that shapes a mart."""
    form = (MART_VERSION, [kind.version for kind in CODE_KINDS], sorted(go_to.settings().items()))
    return hashlib.sha256(repr(form).encode()).hexdigest()[:8]


class Workspace:
    """One folder of facts, opened by one process; others may open it too."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self.tracker = Tracker(progress)
        self.ledger = Ledger(folder, utc_now)
        self.journal = SQLiteJournal(folder / "journal.sqlite", utc_now)
        self._lock = threading.RLock()
        self._mart: DuckDB | None = None
        self._mart_name = ""
        self._as_of = EPOCH
        self._readings: dict[tuple[str, str, tuple[str, ...]], Reading] = {}

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal."""
        return discover_signals()

    @property
    def practices(self) -> tuple[Practice, ...]:
        """Every practice."""
        return discover_practices()

    @property
    def shadows(self) -> Path:
        """Where the borrowed git directories are."""
        return self.folder / "shadow"

    def read_names(self, path: Path, workers: int = 2) -> Ingested:
        """The first pass over a repository: everything but line counts."""
        return ingest(
            self.ledger,
            path,
            self.shadows,
            self.tracker,
            clock=utc_now,
            workers=workers,
            lines=False,
        )

    def read_lines(self, repo: str, workers: int = 2) -> int:
        """The second pass: the line counts that are still pending; the rows counted now."""
        return count_lines(self.ledger, repo, self.shadows, self.tracker, workers=workers)

    def forget(self, repo: str) -> Path:
        """Drop the facts of a repository; the path to read them from again."""
        cursor = self.ledger.cursor(repo)
        if cursor is None:
            raise NotFound(f"no repository {repo!r} in {self.folder}")
        self.ledger.forget(repo)
        return Path(cursor.state["path"])

    def check(self, repo: str) -> Checked:
        """Compare the facts of a repository with git's own words."""
        return check(self.ledger, repo, self.shadows, self.tracker)

    def repos(self) -> list[str]:
        """The ids of the repositories read into this workspace."""
        return self.ledger.sources()

    def scope(self) -> Scope:
        """What the local user may see."""
        return local_scope(self.repos(), viewer=None)

    def progress(self) -> list[StageState]:
        """Work under way."""
        return self.tracker.states()

    def context(self) -> Context:
        """A fresh context on the newest facts, for one question or one request."""
        with self._lock:
            self.refresh()
            assert self._mart is not None
            mart, name, as_of = self._mart.cursor(), self._mart_name, self._as_of

        def measured(signal: Signal, scope: Scope) -> Reading:
            key = (f"{signal.name}@{signal.version}", name, scope.repos)
            if key not in self._readings:
                snapshot = int(name.split("-")[0])
                self._readings[key] = measure(mart.cursor(), signal, scope, as_of, snapshot)
            return self._readings[key]

        return Context(
            mart=mart,
            measure=measured,
            journal=self.journal,
            documents=GitDocuments(self.ledger, self.shadows),
            now=utc_now(),
            as_of=as_of,
            rng=np.random.default_rng(0),
        )

    def refresh(self) -> None:
        """Open the mart of the newest facts and decisions, building it if there is none yet."""
        with self._lock:
            entries = self.journal.read("identity")
            snapshot = self.ledger.snapshot()
            name = f"{snapshot.txn}-{len(entries)}-{_form_of_marts()}"
            if name == self._mart_name:
                return
            path = self.folder / "mart" / f"{name}.duckdb"
            if not path.exists():
                build(
                    snapshot,
                    self._repo_infos(),
                    decisions(entries),
                    utc_now(),
                    path,
                    self.tracker,
                    go_to.settings(),
                )
            self._mart = DuckDB(path, read_only=True)
            self._mart_name = name
            self._readings = {key: r for key, r in self._readings.items() if key[1] == name}
            found = self._mart.rows("select max(as_of) from repos")[0][0]
            self._as_of = found.replace(tzinfo=UTC) if found else EPOCH
            self._delete_old_marts(path)

    def _repo_infos(self) -> list[RepoInfo]:
        infos = []
        for repo in self.repos():
            cursor = self.ledger.cursor(repo)
            state = cursor.state if cursor else {}
            infos.append(
                RepoInfo(
                    repo=repo,
                    name=state.get("name", repo),
                    main_ref=state.get("main_ref"),
                    shallow=bool(state.get("shallow")),
                )
            )
        return infos

    def _delete_old_marts(self, newest: Path) -> None:
        marts = sorted(newest.parent.glob("*.duckdb"), key=lambda path: path.stat().st_mtime)
        for path in [mart for mart in marts if mart != newest][: -(KEPT_MARTS - 1) or None]:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Release the stores."""
        if self._mart is not None:
            self._mart.close()
        self.ledger.close()
        self.journal.close()
