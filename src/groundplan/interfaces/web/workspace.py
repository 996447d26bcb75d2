"""What the pages need of a workspace; `bootstrap.py` gives it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from groundplan.interfaces.tracking import StageState
from groundplan.records.roster import Roster
from groundplan.signals.signal import Signal
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice


class Workspace(Protocol):
    """One folder of facts, opened."""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal, in the order in which they are shown."""

    @property
    def practices(self) -> tuple[Practice, ...]:
        """Every practice."""

    def scope(self, viewer: str, team: str) -> Scope:
        """What `viewer` may see when they act in the name of `team`, "" for the whole workspace.

        Raises NotFound for a viewer or a team that is not on the roster, or not theirs.
        """

    def context(self, scope: Scope, request: str | None = None) -> Context:
        """A fresh context on the newest facts; cheap. request: names one that may be repeated."""

    def roster(self) -> Roster:
        """Who is on which team; cheap, and without the facts."""

    def progress(self) -> Sequence[StageState]:
        """Ingest under way; empty when everything is read."""
