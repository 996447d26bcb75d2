"""Every use case there is: what the command line, the HTTP API and the MCP server loop over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from groundplan.experiments.catalogue import discover
from groundplan.interfaces.codec.fields import read_fields
from groundplan.interfaces.readings import SIGNALS, TEAM
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, UseCase, ask

Case: TypeAlias = UseCase[Any, Any]


class Workspace(Protocol):
    """What can be asked; `bootstrap.py` gives it."""

    def scope(self, viewer: str, team: str) -> Scope:
        """What `viewer` may see when they act in the name of `team`, "" for the whole workspace.

        Raises NotFound for a viewer or a team that is not on the roster, or not theirs.
        """

    def context(self, scope: Scope, request: str | None = None) -> Context:
        """A fresh context on the newest facts; `request` names one that may be repeated."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, in whose name, and the name of the request, so that it is carried out once."""

    viewer: str
    team: str = ""
    key: str | None = None


Answer: TypeAlias = Callable[[Case, Asker, Any], Any]
"""Answers a use case for somebody who asks with inputs: here, or on a server."""


def list_use_cases() -> Mapping[str, Sequence[Case]]:
    """Every use case, by what stands before the dot of its name."""
    practices = {practice.name: practice.use_cases for practice in discover()}
    return {**practices, "signals": SIGNALS, "team": TEAM}


def must_post(case: Case) -> bool:
    """Whether a request about it needs a body: it writes, or it takes a file."""
    return case.writes or any(field.file for field in read_fields(case.inputs))


def answer(workspace: Workspace, case: Case, asker: Asker, inputs: Any) -> Any:
    """The use case's view for somebody who asks."""
    scope = workspace.scope(asker.viewer, asker.team)
    return ask(case, workspace.context(scope, asker.key), scope, inputs)
