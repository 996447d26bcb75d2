"""One thing somebody can ask of Groundplan, and all that it may reach while answering.

Interfaces are loops over use cases: a command, a route and a tool differ only in codec.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from groundplan.access import ScopedJournal
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.erasure import Traces
from groundplan.records.kinds import EntryKind
from groundplan.records.roster import Roster
from groundplan.signals.signal import Finding, Reading, Signal
from groundplan.signals.why import Trace
from groundplan.terms.errors import NotFound
from groundplan.terms.scope import Role, Scope

Inputs = TypeVar("Inputs")
View = TypeVar("View")


class Documents(Protocol):
    """The files of a repository as they are now on its main line (answered by a source)."""

    def search(self, repo: str, text: str, most: int) -> Sequence[tuple[str, int, str]]:
        """Lines that contain `text`: path, line number from 1, the line; at most `most`."""

    def read(self, repo: str, path: str) -> str | None:
        """A file's text; None if there is no such text file."""


class Measure(Protocol):
    """Measures signals under a scope."""

    def __call__(self, signal: Signal, scope: Scope) -> Reading:
        """The signal's reading for what the scope may see."""


def untraced(signal: Signal, scope: Scope) -> Trace:  # noqa: ARG001 - the shape of a trace
    """Where there is no workspace nothing can be followed back."""
    return Trace()


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was erased besides words. segments: of facts that named somebody; secrets: theirs."""

    segments: int
    secrets: int


class Forget(Protocol):
    """Erases somebody from every store but the journal, for good."""

    def __call__(self, person: str, traces: Traces) -> Forgotten:
        """Erase a colleague's traces from the facts, and their secrets; once more does no harm.

        NotFound unless they are the viewer, or the viewer manages accounts. Refused, with nothing
        erased, while facts are being read.
        """


@dataclass(frozen=True, slots=True)
class Context:
    """What a use case may touch. There is nothing else: no clock, no store, no globals.

    mart: the facts as SQL tables (docs/architecture.md lists them), read-only.
    journal: what people said, as far as the viewer may read it, and a way to say more.
    roster: who is on which team; names are no secret inside the workspace.
    forget: reaches what an erasure must reach besides the journal.
    now: the moment of the question, aware UTC. as_of: the newest fact's moment, never later.
    facts: names the facts as they are; another name, other facts.
    trace: what a signal's reading rests on, and what was told of it before.
    """

    mart: DuckDB
    measure: Measure
    journal: ScopedJournal
    roster: Roster
    documents: Documents
    forget: Forget
    now: datetime
    as_of: datetime
    rng: np.random.Generator
    facts: str = ""
    trace: Callable[[Signal, Scope], Trace] = untraced


class About(StrEnum):
    """Whom an answer tells something about; what is about others stands in the access log."""

    NOBODY = "nobody"
    SELF = "self"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class UseCase(Generic[Inputs, View]):
    """A question or an act, declared once for every interface.

    name: `practice.verb`. says: one line, as in --help. inputs: a frozen dataclass; its fields'
    annotations carry units, their metadata a help text. roles: who may ask.
    run: answers; raises only errors of `terms.errors`. writes: whether it says something.
    about: whom the answer tells something about.
    """

    name: str
    says: str
    inputs: type[Inputs]
    view: type[View]
    roles: frozenset[Role]
    run: Callable[[Context, Scope, Inputs], View]
    writes: bool = False
    about: About = About.TEAM


@dataclass(frozen=True, slots=True)
class NoInputs:
    """Nothing to say."""


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice's declaration: what its folder offers.

    source: the text the practice comes from. reads: the signals and tables it rests on.
    writes: the kinds of journal entries it may append. claims: what is checked, and where.
    page: the template of its web page. findings: sentences for the team page, if it has any.
    """

    name: str
    title: str
    says: str
    source: str
    reads: tuple[str, ...]
    writes: tuple[EntryKind, ...]
    use_cases: tuple[UseCase[Any, Any], ...]
    claims: tuple[str, ...]
    page: str
    findings: Callable[[Context, Scope], Sequence[Finding]] | None = None


def ask(case: UseCase[Inputs, View], context: Context, scope: Scope, inputs: Inputs) -> View:
    """The one door to a use case: NotFound for a role that it is not for, as if it were not there.

    An answer that tells about others is given only once the access log says so.
    """
    if scope.role not in case.roles:
        raise NotFound("There is no such thing here.", "All pages stand on /find.")
    view = case.run(context, scope, inputs)
    if case.about is About.TEAM:
        context.journal.note_reading(case.name, context.now.date())
    return view
