"""A workspace with a team of six who linked their accounts, on a day of our choice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from groundplan.bootstrap.workspace import Workspace
from groundplan.experiments.catalogue import discover
from groundplan.records.journal import Saying
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.progress import Silent
from groundplan.usecase import ask
from tests.histories import History

FIRST = datetime(2026, 1, 5, 9, tzinfo=UTC)  # a Monday
WEEKS = 16
SIX = range(6)
CASES = {case.name: case for practice in discover() for case in practice.use_cases}


def build_history(path: Path) -> History:
    """A repository in which each of six people commits in every week."""
    history = History(path)
    for nr in range(6 * WEEKS):
        at = FIRST.replace(tzinfo=None) + timedelta(days=7 * (nr // 6), hours=nr % 6)
        who = f"Person {nr % 6} Example <p{nr % 6}@example.com>"
        history.commit({f"core/a{nr}.py": "1\n"}, "Add", by=who, at=at)
    return history


class Office:
    """Six members m0 ... m5 of one team."""

    def __init__(self, folder: Path, history: History, linked: int = 6) -> None:
        self.now = FIRST - timedelta(weeks=2)
        self.workspace = Workspace(folder / "workspace", Silent(), lambda: self.now)
        self.workspace.read_names(history.path)
        self.enter("teams.added", "workspace", team="core", name="Core", parent="")
        for nr in SIX:
            person = f"m{nr}"
            self.enter("people.added", person, person=person, name=f"Person {nr}", email="")
            self.enter("memberships.began", person, person=person, team="core", role="engineer",
                       since="2025-01-01")  # fmt: skip
            if nr < linked:
                self.link(nr)

    def link(self, nr: int) -> None:
        """Somebody says which account is theirs."""
        self.enter("people.linked", f"m{nr}", person=f"m{nr}", name=f"Person {nr} Example",
                   email=f"p{nr}@example.com", reason="theirs")  # fmt: skip

    def enter(self, kind: str, owner: str, **body: str) -> None:
        """An entry of the roster."""
        saying = Saying("roster", kind, body, "workspace", owner)
        self.workspace.journal.append(saying, expected=self.workspace.journal.version("roster"))

    def say(self, nr: int, name: str, **inputs: Any) -> Any:
        """A member's use of a use case, in the name of the team."""
        scope, case = self.workspace.scope(f"m{nr}", "core"), CASES[name]
        return ask(case, self.workspace.context(scope), scope, case.inputs(**inputs))

    def measure(self, signal: Signal, nr: int = 0) -> Reading:
        """The team's number as a member reads it on the next day."""
        self.now += timedelta(days=1)
        self.workspace.refresh()
        scope = self.workspace.scope(f"m{nr}", "core")
        return self.workspace.context(scope).measure(signal, scope)

    def close(self) -> None:
        """Release the workspace."""
        self.workspace.close()
