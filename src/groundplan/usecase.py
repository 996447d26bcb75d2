"""One thing somebody can ask of Groundplan, and all that it may reach while answering.

Interfaces are loops over use cases: a command, a route and a tool differ only in codec.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

import numpy as np

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.records.journal import Journal
from groundplan.signals.signal import Finding, Reading, Signal
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


@dataclass(frozen=True, slots=True)
class Context:
    """What a use case may touch. There is nothing else: no clock, no store, no globals.

    mart: the facts as SQL tables (docs/architecture.md lists them), read-only.
    now: the moment of the question, aware UTC. as_of: the newest fact's moment, never later.
    """

    mart: DuckDB
    measure: Measure
    journal: Journal
    documents: Documents
    now: datetime
    as_of: datetime
    rng: np.random.Generator


@dataclass(frozen=True, slots=True)
class UseCase(Generic[Inputs, View]):
    """A question or an act, declared once for every interface.

    name: `practice.verb`. says: one line, as in --help. inputs: a frozen dataclass; its fields'
    annotations carry units, their metadata a help text. roles: who may ask.
    run: answers; raises only errors of `terms.errors`.
    """

    name: str
    says: str
    inputs: type[Inputs]
    view: type[View]
    roles: frozenset[Role]
    run: Callable[[Context, Scope, Inputs], View]


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice's declaration: what its folder offers.

    source: the text the practice comes from. reads: the signals and tables it rests on.
    writes: the kinds of journal entries it may append. claims: what is checked, and where.
    findings: sentences for the team page. page: the template of its web page.
    """

    name: str
    title: str
    says: str
    source: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    use_cases: tuple[UseCase[Any, Any], ...]
    findings: Callable[[Context, Scope], Sequence[Finding]]
    claims: tuple[str, ...]
    page: str
