"""A workspace on a ready-made mart: what pages need, without repositories behind it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from groundplan.access import LOCAL_VIEWER, ScopedJournal, local_scope
from groundplan.experiments.catalogue import discover as discover_practices
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.interfaces.web.workspace import StageState
from groundplan.records.folding import Folds
from groundplan.records.roster import Roster
from groundplan.records.sqlite import SQLiteJournal
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Forgotten, Practice


class NoDocuments:
    """A mart without repositories has no files to read."""

    def search(self, repo: str, text: str, most: int) -> Sequence[tuple[str, int, str]]:
        """Nothing is found."""
        return []

    def read(self, repo: str, path: str) -> str | None:
        """Nothing is there."""
        return None


def forget_nothing(*_: object, **__: object) -> Forgotten:
    """A mart alone has no facts behind it, and no secrets."""
    return Forgotten(0, 0)


class MartWorkspace:
    """Opens one mart file read-only, measures with the real signals and practices."""

    def __init__(self, mart: Path, journal: Path) -> None:
        self._mart = DuckDB(mart, read_only=True)
        self._journal = SQLiteJournal(journal, lambda: datetime.now(UTC))
        self._folds = Folds(self._journal)
        self._readings: dict[tuple[str, Scope], Reading] = {}
        self._lock = threading.Lock()
        self.stages: tuple[StageState, ...] = ()
        self.took_ms: dict[str, float] = {}  # of the first measuring of each signal

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal."""
        return discover_signals()

    @property
    def practices(self) -> tuple[Practice, ...]:
        """Every practice."""
        return discover_practices()

    def scope(self, viewer: str = LOCAL_VIEWER, team: str = "") -> Scope:
        """What the local user may see."""
        rows = self._mart.cursor().rows("select repo from repos")
        return local_scope([repo for (repo,) in rows])

    def roster(self) -> Roster:
        """Nobody: a mart has no teams."""
        return Roster()

    def progress(self) -> Sequence[StageState]:
        """Work under way."""
        return self.stages

    def context(self, scope: Scope | None = None, request: str | None = None) -> Context:
        """A fresh context."""
        with self._lock:
            mart = self._mart.cursor()
        newest = mart.rows("select max(as_of) from repos")[0][0]
        as_of = newest.replace(tzinfo=UTC) if newest else datetime(1970, 1, 1, tzinfo=UTC)

        def measured(signal: Signal, scope: Scope) -> Reading:
            key = (signal.name, scope)
            if key not in self._readings:
                start = time.perf_counter()
                self._readings[key] = measure(mart.cursor(), signal, scope, as_of, 1)
                self.took_ms[signal.name] = round(1000 * (time.perf_counter() - start), 1)
            return self._readings[key]

        return Context(
            mart=mart,
            measure=measured,
            journal=ScopedJournal(self._journal, scope or self.scope(), {}, self._folds, request),
            roster=Roster(),
            documents=NoDocuments(),
            forget=forget_nothing,
            now=datetime.now(UTC),
            as_of=as_of,
            rng=np.random.default_rng(0),
        )
