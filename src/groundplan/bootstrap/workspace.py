"""One folder of facts with its journal: what every interface asks."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path

import numpy as np

from groundplan.access import (
    LOCAL_VIEWER,
    ScopedJournal,
    check_may_erase,
    local_scope,
    scope_of,
)
from groundplan.bootstrap.connections import Connections
from groundplan.bootstrap.engines import Engines
from groundplan.bootstrap.intake import Intake
from groundplan.bootstrap.marts import Marts, OpenMart, warm_up
from groundplan.bootstrap.settings import place_of_journal, utc_now
from groundplan.experiments.catalogue import discover as discover_practices
from groundplan.facts.calendar import CALENDAR_KINDS
from groundplan.facts.code import CODE_KINDS
from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.mart_hosts import repositories_of
from groundplan.facts.raw import Raw
from groundplan.facts.work import WORK_KINDS
from groundplan.interfaces.tracking import StageState
from groundplan.records.folding import Folds
from groundplan.records.kinds import EntryKind
from groundplan.records.opening import open_journal
from groundplan.records.roster import ROSTER, Roster
from groundplan.records.roster import STREAM as ROSTER_STREAM
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.signal import Reading, Signal
from groundplan.sources.git.documents import GitDocuments
from groundplan.terms.progress import Progress
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Forgotten, Practice


class Workspace(Intake):
    """One folder of facts, opened by one process; others may open it too.

    The journal is a file of the folder, or the database that GROUNDPLAN_DATABASE_URL names.
    """

    def __init__(
        self, folder: Path, progress: Progress, clock: Callable[[], datetime] = utc_now
    ) -> None:
        super().__init__(folder, progress, clock)
        self.journal = open_journal(place_of_journal(folder), clock)
        self.folds = Folds(self.journal)
        self.kinds: dict[str, EntryKind] = {
            kind.name: kind for practice in self.practices for kind in practice.writes
        }
        self._marts = Marts(
            folder / "mart", self.ledger, self.journal, self.tracker, Engines(folder), clock
        )

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal."""
        return discover_signals()

    @property
    def practices(self) -> tuple[Practice, ...]:
        """Every practice."""
        return discover_practices()

    def erase(self, scope: Scope, person: str, traces: Traces) -> Forgotten:
        """Erase somebody from facts, raw replies, marts and the vault: all but the journal."""
        from groundplan.interfaces.web.serving import open_vault  # noqa: PLC0415 - a server's

        check_may_erase(scope, person)
        segments = self.ledger.erase(
            traces, (*CODE_KINDS, *WORK_KINDS, *HOST_KINDS, *CALENDAR_KINDS)
        )
        self._erase_replies()
        self._marts.delete_erased()
        with closing(open_vault(self.folder, os.environ)) as vault:
            return Forgotten(segments, vault.remove_all(person))

    def _erase_replies(self) -> None:
        connections = Connections(self.folder)
        if connections.load():
            with closing(Raw(self.folder / "raw.sqlite")) as raw:
                connections.erase((self.ledger, raw), self.tracker)

    def repos(self) -> list[str]:
        """The ids of the repositories read into this workspace."""
        return repositories_of(self.ledger)

    def roster(self) -> Roster:
        """Who is on which team; without the facts."""
        return self.folds.fold(ROSTER_STREAM, ROSTER)

    def scope(self, viewer: str = LOCAL_VIEWER, team: str = "") -> Scope:
        """What somebody may see who acts in the name of a team, "" for the whole workspace.

        The local user is whoever can open the folder. NotFound for anybody else who has no place
        on the roster, or not in that team.
        """
        if viewer == LOCAL_VIEWER and not team:
            return local_scope(self.repos())
        return scope_of(self.roster(), viewer, self.clock().date(), self.repos(), team)

    def progress(self) -> list[StageState]:
        """Work under way."""
        return self.tracker.states()

    def context(self, scope: Scope | None = None, request: str | None = None) -> Context:
        """A fresh context on the newest facts that are ready, for one question or one request.

        scope: the viewer's, the local user's if None. request: names one that may be repeated.
        """
        scope, roster, now = scope or self.scope(), self.roster(), self.clock()
        opened = self._marts.open(self._warm)
        # whoever can open the folder can read everything in it; teams are for who signs in
        groups = None if scope.viewer == LOCAL_VIEWER else opened.groups(roster, now.date())
        journal = ScopedJournal(self.journal, scope, self.kinds, self.folds, request)

        def measured(signal: Signal, scope: Scope) -> Reading:
            if signal.about_people:
                journal.note_reading(f"signals.{signal.name}", now.date())
            return opened.measure(signal, scope, groups)

        return Context(
            mart=opened.mart.cursor(),
            measure=measured,
            journal=journal,
            roster=roster,
            documents=GitDocuments(self.ledger, self.shadows),
            forget=partial(self.erase, scope),
            now=now,
            as_of=opened.as_of,
            rng=np.random.default_rng(0),
            facts=opened.name,
            trace=partial(opened.trace, groups=groups),
        )

    def refresh(self, warm: bool = False) -> None:
        """Open the mart of the newest facts and decisions, building it if there is none yet.

        warm: measure every signal too, before the new mart answers.
        """
        self._marts.refresh(self._warm if warm else None)

    def _warm(self, opened: OpenMart) -> None:
        warm_up(opened, self.scope(), None, self.tracker)

    def close(self) -> None:
        """Release the stores."""
        self._marts.close()
        super().close()
        self.journal.close()
