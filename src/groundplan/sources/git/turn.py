"""A turn at one repository: what both passes over it need."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundplan.facts.ledger import Ledger, Run
from groundplan.sources.git import fetch
from groundplan.sources.git.fetch import Git, Repository
from groundplan.terms.progress import Progress


@dataclass(frozen=True, slots=True)
class Turn:
    """A held lock on one repository's facts, and what it takes to add to them."""

    ledger: Ledger
    run: Run
    repo: str
    repository: Repository
    shadows: Path
    progress: Progress
    workers: int

    def shadow(self) -> Git:
        """Our own git directory, which borrows the repository's objects."""
        return fetch.shadow(self.repository, self.shadows / f"{self.repo}.git")
