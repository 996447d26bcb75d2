"""What the pages need of a workspace; `bootstrap.py` gives it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from groundplan.signals.signal import Signal
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice


@dataclass(frozen=True, slots=True)
class StageState:
    """One stretch of ingest under way.

    total: None if unknown; rate: things a second; left_s: seconds, None if unknown.
    """

    name: str
    done: int
    total: int | None
    unit: str
    rate: float | None
    left_s: float | None


class Workspace(Protocol):
    """One folder of facts, opened."""

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Every signal, in the order in which they are shown."""

    @property
    def practices(self) -> tuple[Practice, ...]:
        """Every practice."""

    def context(self) -> Context:
        """A fresh context on the newest facts; cheap, one for each request."""

    def scope(self) -> Scope:
        """What the local user may see."""

    def progress(self) -> Sequence[StageState]:
        """Ingest under way; empty when everything is read."""
