"""A workspace with a roster, as a server of a team has it, over real stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.access import ScopedJournal, local_scope, scope_of
from groundplan.experiments.catalogue import discover
from groundplan.facts.accounts import read_accounts
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.facts.mart_knowledge import build_rollups
from groundplan.facts.mart_tables import create_tables
from groundplan.inference import go_to
from groundplan.records.folding import Folds
from groundplan.records.roster import ROSTER, STREAM, Roster
from groundplan.records.sqlite import SQLiteJournal
from groundplan.signals.groups import Groups, groups_of
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.scope import Role, Scope
from groundplan.usecase import Context, Forgotten, UseCase, ask

REPOS = ("r",)
MONDAY = date(2026, 1, 5)


class NoDocuments:
    """A repository without texts."""

    def search(self, repo: str, text: str, most: int) -> Sequence[tuple[str, int, str]]:
        return []

    def read(self, repo: str, path: str) -> str | None:
        return None


def forget_nothing(person: str, traces: Traces) -> Forgotten:
    """A workspace without a ledger and a vault has nothing to forget but words."""
    return Forgotten(0, 0)


class TeamServer:
    """Colleagues who ask in their own name. today: the day of everything that happens next."""

    def __init__(self, folder: Path) -> None:
        self.today = MONDAY
        self.journal = SQLiteJournal(folder / "journal.sqlite", lambda: self.now)
        self.folds = Folds(self.journal)
        self.cases: dict[str, UseCase[Any, Any]] = {
            case.name: case for practice in discover() for case in practice.use_cases
        }
        self.kinds = {kind.name: kind for practice in discover() for kind in practice.writes}
        self.mart = DuckDB()
        create_tables(self.mart)

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, datetime.min.time(), UTC) + timedelta(hours=12)

    @property
    def roster(self) -> Roster:
        return self.folds.fold(STREAM, ROSTER)

    def groups(self, repos: Sequence[str] = REPOS) -> Groups:
        people = {a: who.person_id for a, who in read_accounts(self.mart).items()}
        return groups_of(self.roster, people, self.today, repos)

    def scope(self, viewer: str, team: str = "") -> Scope:
        return scope_of(self.roster, viewer, self.today, REPOS, team)

    def context(self, scope: Scope, request: str | None = None) -> Context:
        return Context(
            mart=self.mart,
            measure=self.measure,
            journal=ScopedJournal(self.journal, scope, self.kinds, self.folds, request),
            roster=self.roster,
            documents=NoDocuments(),
            forget=forget_nothing,
            now=self.now,
            as_of=self.now,
            rng=np.random.default_rng(0),
        )

    def measure(self, signal: Signal, scope: Scope) -> Reading:
        return measure(self.mart, signal, scope, self.now, 1, self.groups())

    def ask(self, case: str, scope: Scope, /, request: str | None = None, **inputs: Any) -> Any:
        """What a use case answers under a scope."""
        use_case = self.cases[case]
        return ask(use_case, self.context(scope, request), scope, use_case.inputs(**inputs))

    def enter(self, verb: str, /, **inputs: Any) -> str:
        """Enter something on the roster, as whoever set the workspace up; its id."""
        return str(self.ask(f"people.{verb}", local_scope(REPOS), **inputs).id)

    def join(self, name: str, team: str = "", role: Role = Role.ENGINEER, **more: Any) -> str:
        """Somebody new with an account of their own, linked; their id."""
        email = self.see(name)
        person = self.enter("add", name=name, email=email, team=team, role=role, **more)
        self.enter("link", person=person, name=name, email=email)
        return person

    def see(self, name: str, email: str = "") -> str:
        """A person of the facts who writes from one address; the address."""
        email = email or f"{name}@example.com"
        self.mart.execute("insert into people values (:p, :p, 'human', '')", {"p": name})
        self.mart.execute("insert into accounts values (:p, :e, :p)", {"p": name, "e": email})
        return email

    def build_rollups(self) -> None:
        """Finish the mart, once its rows are in."""
        build_rollups(self.mart, go_to.settings())


@contextmanager
def team_server(folder: Path) -> Iterator[TeamServer]:
    """A server that is closed in the end."""
    server = TeamServer(folder)
    try:
        yield server
    finally:
        server.journal.close()
        server.mart.close()
