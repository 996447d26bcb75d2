"""What every page starts from: the newest facts, what the viewer may see, what is remembered."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from groundplan.interfaces.codec.fields import read_fields
from groundplan.interfaces.team_page import (
    Overview,
    RepoState,
    TeamPage,
    compose,
    find_use_case,
    observe,
    read_repos,
)
from groundplan.interfaces.tracking import StageState
from groundplan.interfaces.web.doors.doors import Caller, Doors
from groundplan.interfaces.web.memory import Memory
from groundplan.interfaces.web.workspace import Workspace
from groundplan.signals.signal import Signal
from groundplan.terms.errors import GroundplanError, NotFound
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice, UseCase, ask

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request's view of the facts; what it remembers is forgotten when they move."""

    context: Context
    scope: Scope
    repos: tuple[RepoState, ...]
    signals: Sequence[Signal]
    practices: Sequence[Practice]
    stages: Sequence[StageState]
    memory: Memory
    facts: Hashable

    @property
    def lines_pending(self) -> int:
        """Changes whose lines are not counted yet [changes]."""
        return sum(repo.lines_pending for repo in self.repos)

    def recall(self, key: Hashable, compute: Callable[[], Kept]) -> Kept:
        """A result that holds as long as the facts and the scope do."""
        return self.memory.recall((key, self.facts, self.scope), compute)

    def team_page(self) -> TeamPage:
        """The team page of these facts."""
        return self.recall(
            "team", lambda: compose(self.context, self.scope, self.signals, self.practices)
        )

    def observe(self, signal: Signal) -> Overview:
        """A signal's reading."""
        return self.recall(
            ("signal", signal.name), lambda: observe(self.context, self.scope, signal)
        )

    def signal(self, name: str) -> Signal:
        """The signal of that name; NotFound if there is none."""
        for signal in self.signals:
            if signal.name == name:
                return signal
        raise NotFound(f"There is no signal called {name!r}.", "All signals stand on /signals.")

    def ask(self, use_case: str, **inputs: object) -> Any:
        """What a use case answers; NotFound if no practice here has it."""
        case = find_use_case(self.practices, use_case)
        if case is None:
            raise NotFound("This workspace has no such practice.", "All pages stand on /find.")
        return ask(case, self.context, self.scope, case.inputs(**inputs))

    def repo_name(self, repo: str) -> str:
        """The name of a repository; NotFound if the viewer may not see it."""
        for state in self.repos:
            if state.repo == repo:
                return state.name
        raise NotFound("There is no such repository here.", "All areas stand on /areas.")


class Desk:
    """Opens visits on a workspace."""

    def __init__(self, workspace: Workspace, doors: Doors) -> None:
        self.workspace = workspace
        self.doors = doors
        self.memory = Memory()

    def open(self, caller: Caller, key: str | None = None) -> Visit:
        """A visit on the newest facts. key: names a request that may be repeated."""
        scope = self.workspace.scope(caller.person, self.doors.team_of(caller))
        context = self.workspace.context(scope, key)
        repos = read_repos(context, scope)
        # the date, because what is read is logged once a day
        facts = (repos, context.facts, context.now.date())
        return Visit(
            context=context,
            scope=scope,
            repos=repos,
            signals=self.workspace.signals,
            practices=tuple(self._remember(p, facts) for p in self.workspace.practices),
            stages=tuple(self.workspace.progress()),
            memory=self.memory,
            facts=facts,
        )

    def _remember(self, practice: Practice, facts: Hashable) -> Practice:
        """The practice with use cases that answer the same question once; not if it writes."""
        if practice.writes:
            return practice
        cases = tuple(replace(c, run=self._remembering(c, facts)) for c in practice.use_cases)
        return replace(practice, use_cases=cases)

    def _remembering(
        self, case: UseCase[Any, Any], facts: Hashable
    ) -> Callable[[Context, Scope, Any], Any]:
        brought = [field.name for field in read_fields(case.inputs) if field.file]

        def run(context: Context, scope: Scope, inputs: Any) -> Any:
            if any(getattr(inputs, name) for name in brought):  # nothing of it is kept
                return case.run(context, scope, inputs)
            key = (case.name, repr(inputs), facts, scope)
            return self.memory.recall(key, lambda: case.run(context, scope, inputs))

        return run

    def try_open(self, caller: Caller) -> Visit | None:
        """A visit, or None if the facts cannot be read: for pages that say so."""
        try:
            return self.open(caller)
        except GroundplanError:
            return None
