"""Puts the rooms together: a folder and a clock become something that can be asked.

Alone sees everything; nothing but the interfaces' starters imports it.
"""

from __future__ import annotations

import contextlib
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
from groundplan.facts.ledger import Ledger, Snapshot
from groundplan.facts.mart import MART_VERSION, RepoInfo, build
from groundplan.inference import go_to
from groundplan.interfaces.tracking import Tracker
from groundplan.interfaces.web.workspace import StageState
from groundplan.practices.catalogue import discover as discover_practices
from groundplan.records.journal import Entry
from groundplan.records.sqlite import SQLiteJournal
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.sources.git.check import Checked, check
from groundplan.sources.git.documents import GitDocuments
from groundplan.sources.git.ingest import Ingested, count_lines, ingest
from groundplan.terms.errors import GroundplanError, NotFound
from groundplan.terms.progress import Progress
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice

PATIENCE_S = 3.0  # a mart that is built within this time is waited for
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


class _Opened:
    """A mart that is open, with the readings taken from it."""

    def __init__(self, name: str, mart: DuckDB, snapshot: int) -> None:
        self.name = name
        self.mart = mart
        found = mart.rows("select max(as_of) from repos")[0][0]
        self.as_of = found.replace(tzinfo=UTC) if found else EPOCH
        self._snapshot = snapshot
        self._readings: dict[tuple[str, tuple[str, ...]], Reading] = {}

    def measure(self, signal: Signal, scope: Scope) -> Reading:
        """The signal's reading, taken once."""
        key = (signal.name, scope.repos)
        if key not in self._readings:
            self._readings[key] = measure(
                self.mart.cursor(), signal, scope, self.as_of, self._snapshot
            )
        return self._readings[key]


class Workspace:
    """One folder of facts, opened by one process; others may open it too."""

    def __init__(self, folder: Path, progress: Progress) -> None:
        self.folder = folder
        self.tracker = Tracker(progress)
        self.ledger = Ledger(folder, utc_now)
        self.journal = SQLiteJournal(folder / "journal.sqlite", utc_now)
        self._opened: _Opened | None = None
        self._building = threading.Lock()

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
        """A fresh context on the newest facts, for one question or one request.

        When facts or decisions have moved, the next mart is built beside the old one; a large one
        takes a while, and the old one answers until it is ready.
        """
        if self._opened is None:
            self.refresh()
        elif not self._building.locked() and self._wanted()[0] != self._opened.name:
            behind = threading.Thread(target=self._refresh_behind, daemon=True)
            behind.start()
            behind.join(PATIENCE_S)
        opened = self._opened
        assert opened is not None
        return Context(
            mart=opened.mart.cursor(),
            measure=opened.measure,
            journal=self.journal,
            documents=GitDocuments(self.ledger, self.shadows),
            now=utc_now(),
            as_of=opened.as_of,
            rng=np.random.default_rng(0),
        )

    def refresh(self, warm: bool = False) -> None:
        """Open the mart of the newest facts and decisions, building it if there is none yet.

        warm: measure every signal too, before the new mart answers.
        """
        with self._building:
            name, snapshot, entries = self._wanted()
            if self._opened is not None and self._opened.name == name:
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
            opened = _Opened(name, DuckDB(path, read_only=True), snapshot.txn)
            if warm:
                self._warm(opened)
            self._opened = opened
            self._delete_old_marts(path)

    def _refresh_behind(self) -> None:
        try:
            self.refresh(warm=True)
        except GroundplanError as error:  # the old mart goes on answering
            self.tracker.note(str(error))

    def _wanted(self) -> tuple[str, Snapshot, Sequence[Entry]]:
        entries = self.journal.read("identity")
        snapshot = self.ledger.snapshot()
        return f"{snapshot.txn}-{len(entries)}-{_form_of_marts()}", snapshot, entries

    def _warm(self, opened: _Opened) -> None:
        scope = self.scope()
        with self.tracker.stage("Measuring", len(self.signals), "signals") as stage:
            for signal in self.signals:
                with contextlib.suppress(Exception):  # the page that shows it says what is wrong
                    opened.measure(signal, scope)
                stage.advance()

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
        if self._opened is not None:
            self._opened.mart.close()
        self.ledger.close()
        self.journal.close()
