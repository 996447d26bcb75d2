"""The mart that answers, and the next one, built beside it when facts or decisions have moved."""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Final

from groundplan.bootstrap.engines import Engines
from groundplan.bootstrap.tracing import Tracing
from groundplan.bootstrap.typed_work import TypedWork
from groundplan.facts.calendar import CALENDAR_KINDS
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.engines.engine import Engine
from groundplan.facts.engines.parted import Parted
from groundplan.facts.engines.spark_tables import delete, tables_of
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.identities.decisions import STREAM, decisions
from groundplan.facts.ledger import Ledger, Snapshot
from groundplan.facts.mart import MART_VERSION, RepoInfo
from groundplan.facts.mart_hosts import repositories_of
from groundplan.facts.work import WORK_KINDS
from groundplan.inference import go_to
from groundplan.records.journal import ERASURES, Entry, Journal
from groundplan.records.roster import Roster
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.groups import Groups, groups_of
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.signals.why import Trace
from groundplan.terms.errors import GroundplanError
from groundplan.terms.people import Account
from groundplan.terms.progress import Progress
from groundplan.terms.scope import Scope

PATIENCE_S: Final = 3.0  # a mart that is built within this time is waited for
# Of one mart. What is made on the spot (signals/engineering_time.py) has a new name with each word
# that is said, so that its readings would grow without end.
MOST_READINGS: Final = 4_096
KEPT_MARTS: Final = 2  # the newest, and the one that a reader may still hold
# Without a repository, the newest thing that happened to an item.
_AS_OF: Final = """
select coalesce((select max(as_of) from repos), (select max(happened_at) from item_events))
"""
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class OpenMart:
    """A mart that is open, with the readings taken from it."""

    def __init__(
        self,
        name: str,
        mart: DuckDB,
        snapshot: int,
        open_engine: Callable[[], Engine],
        tracing: Tracing,
    ) -> None:
        self.name = name
        self._tracing = tracing
        self.mart = mart
        self._open_engine = open_engine
        self._engine: Engine | None = None
        found = mart.rows(_AS_OF)[0][0]
        self.as_of = found.replace(tzinfo=UTC) if found else EPOCH
        self.repos = tuple(repo for (repo,) in mart.rows("select repo from repos order by repo"))
        self._snapshot = snapshot
        self._readings: OrderedDict[Hashable, Reading] = OrderedDict()
        self._lock = threading.Lock()
        self._groups: tuple[tuple[Roster, date], Groups] | None = None

    def measure(self, signal: Signal, scope: Scope, groups: Groups | None = None) -> Reading:
        """The signal's reading, taken once for each group that may ask, and noted as told."""
        key = (signal.name, scope.repos, scope.team, groups)
        reading = self._readings.get(key)
        if reading is not None:
            with self._lock, contextlib.suppress(KeyError):  # another thread may have let it go
                self._readings.move_to_end(key)
            return reading
        reading = self._measure(signal, scope, groups, self.as_of)
        teams = groups is not None
        self._tracing.note(signal, scope, teams, reading, self.as_of)
        with self._lock:
            self._readings[key] = reading
            while len(self._readings) > MOST_READINGS:
                self._readings.popitem(last=False)
        return reading

    def _measure(
        self, signal: Signal, scope: Scope, groups: Groups | None, as_of: datetime
    ) -> Reading:
        self._engine = self._engine or self._open_engine()
        return measure(self._engine.cursor(), signal, scope, as_of, self._snapshot, groups)

    def trace(self, signal: Signal, scope: Scope, groups: Groups | None) -> Trace:
        """What the signal's reading rests on, and what was told of it about a week before."""

        def read_again(as_of: datetime) -> Reading:
            return self._measure(signal, scope, groups, as_of)

        cursor, teams = self.mart.cursor(), groups is not None
        return self._tracing.trace(cursor, signal, scope, teams, read_again)

    def groups(self, roster: Roster, on: date) -> Groups:
        """The teams of a workspace as numbers count them."""
        known = self._groups
        if known is None or known[0][0] is not roster or known[0][1] != on:
            rows = self.mart.cursor().rows("select name, email, person_id from accounts")
            people: Mapping[Account, str] = {Account(name, email): who for name, email, who in rows}
            known = (roster, on), groups_of(roster, people, on, self.repos)
            self._groups = known
        return known[1]


class Marts:
    """Opens the mart of the newest facts and decisions, builds it if there is none yet."""

    def __init__(
        self,
        folder: Path,
        ledger: Ledger,
        journal: Journal,
        progress: Progress,
        engines: Engines,
        clock: Callable[[], datetime],
    ) -> None:
        self._folder = folder
        self._ledger = ledger
        self._journal = journal
        self._typed = TypedWork(journal, clock)
        self._progress = progress
        self._engines = engines
        self._clock = clock
        self._tracing = Tracing(folder.parent, ledger, clock)
        self._opened: OpenMart | None = None
        self._building = threading.Lock()
        self._behind: threading.Thread | None = None

    def open(self, warm: Callable[[OpenMart], None]) -> OpenMart:
        """The newest mart that is ready.

        When facts or decisions have moved, the next one is built beside the old one; a large one
        takes a while, and the old one answers until it is ready, warmed by `warm`.
        """
        if self._opened is None or self._is_erased(self._opened.name):
            self.refresh()  # what may name somebody erased answers no more
        elif not self._building.locked() and self._wanted()[0] != self._opened.name:
            self._behind = threading.Thread(target=self._refresh_behind, args=(warm,), daemon=True)
            self._behind.start()
            self._behind.join(PATIENCE_S)
        assert self._opened is not None
        return self._opened

    def refresh(self, warm: Callable[[OpenMart], None] | None = None) -> None:
        """Open the mart of what is known now, building it if need be, and warm it."""
        with self._building:
            name, snapshot, entries = self._wanted()
            if self._opened is not None and self._opened.name == name:
                return
            path = self._folder / f"{name}.duckdb"
            if not path.exists():
                known = decisions(entries)
                infos = self._repo_infos()
                said = self._typed.said(self._ledger.mask())
                self._engines.build(
                    snapshot, infos, known, self._clock(), path, self._progress, said
                )
            mart = Parted(path, tables_of(path))
            engine = partial(self._engines.open, mart, path)
            opened = OpenMart(name, mart, snapshot.txn, engine, self._tracing)
            if warm is not None:
                warm(opened)
            self._opened = opened
            self._delete_old(path)

    def _refresh_behind(self, warm: Callable[[OpenMart], None]) -> None:
        try:
            self.refresh(warm)
        except GroundplanError as error:  # the old mart goes on answering
            self._progress.note(str(error))

    def _wanted(self) -> tuple[str, Snapshot, Sequence[Entry]]:
        erasures = self._journal.version(ERASURES)  # first: what is read then is no older
        entries = [entry for entry in self._journal.read(STREAM) if not entry.erased]
        snapshot = self._ledger.snapshot()
        newest = entries[-1].version if entries else 0
        said = ".".join(filter(None, (f"{len(entries)}.{newest}", self._typed.mark())))
        return f"{snapshot.txn}-{erasures}-{said}-{_form_of_marts()}", snapshot, entries

    def _repo_infos(self) -> list[RepoInfo]:
        infos = []
        for repo in repositories_of(self._ledger):
            cursor = self._ledger.cursor(repo)
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

    def delete_erased(self) -> None:
        """Delete what was built before the newest erasure, whoever reads it: it names somebody."""
        with self._building:
            self._delete_erased()

    def _delete_erased(self) -> None:
        for path in self._folder.glob("*-*"):
            if self._is_erased(path.name):
                delete(path)

    def _is_erased(self, name: str) -> bool:
        built = re.match(r"(\d+)-(\d+)-", name)
        if built is None or int(built[1]) < self._ledger.last_erasure():
            return True
        return int(built[2]) < self._journal.version(ERASURES)

    def _delete_old(self, newest: Path) -> None:
        self._delete_erased()
        marts = sorted(newest.parent.glob("*.duckdb"), key=lambda path: path.stat().st_mtime)
        for path in [mart for mart in marts if mart != newest][: -(KEPT_MARTS - 1) or None]:
            delete(path)
            delete(tables_of(path))

    def close(self) -> None:
        """Release the mart, once nobody builds the next one any more."""
        if self._behind is not None:
            self._behind.join()
        if self._opened is not None:
            self._opened.mart.close()
        self._engines.close()
        self._tracing.close()


def warm_up(opened: OpenMart, scope: Scope, groups: Groups | None, progress: Progress) -> None:
    """Measure every signal, before anybody waits for it."""
    signals = discover_signals()
    with progress.stage("Measuring", len(signals), "signals") as stage:
        for signal in signals:
            with contextlib.suppress(Exception):  # the page that shows it says what is wrong
                opened.measure(signal, scope, groups)
            stage.advance()


def _form_of_marts() -> str:
    """A digest of everything besides facts and decisions that shapes a mart."""
    kinds = [kind.version for kind in (*CODE_KINDS, *WORK_KINDS, *HOST_KINDS, *CALENDAR_KINDS)]
    form = (MART_VERSION, kinds, sorted(go_to.settings().items()))
    return hashlib.sha256(repr(form).encode()).hexdigest()[:8]
