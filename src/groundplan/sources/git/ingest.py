"""Turns a repository into facts: first all names, then all line counts, each exactly once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from groundplan.facts.ledger import Ledger
from groundplan.sources.git import fetch
from groundplan.sources.git.naming import choose_id, require_same
from groundplan.sources.git.state import state_of
from groundplan.sources.git.turn import Ingested, Turn
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Progress

__all__ = ["Ingested", "count_lines", "ingest"]


def ingest(
    ledger: Ledger,
    path: Path,
    shadows: Path,
    progress: Progress,
    *,
    clock: Callable[[], datetime],
    workers: int = 2,
    lines: bool = True,
    repo: str | None = None,
) -> Ingested:
    """Bring the facts of the repository at `path` up to date; with `lines`, count them too.

    repo: its id in the workspace, if not the one made from its name. Killed at any point, the
    next run goes on. Raises errors of `terms.errors`; what was ingested before stays.
    """
    repository = fetch.find(path)
    repo = repo or choose_id(ledger, repository)
    with ledger.run(repo) as run:
        state = state_of(run.cursor())
        require_same(state, repo, repository)
        if state is None or state.current:
            return _bring_up_to_date(
                Turn(ledger, run, repo, repository, shadows, progress, workers), clock(), lines
            )
        ledger.forget(repo)  # the facts have an older form: read them all again
    with ledger.run(repo) as run:
        return _bring_up_to_date(
            Turn(ledger, run, repo, repository, shadows, progress, workers), clock(), lines
        )


def _bring_up_to_date(turn: Turn, now: datetime, lines: bool) -> Ingested:
    ingested = turn.read_names(now)
    if lines and ingested.pending:
        turn.count()
        return replace(ingested, pending=0)
    return ingested


def count_lines(
    ledger: Ledger, repo: str, shadows: Path, progress: Progress, *, workers: int = 2
) -> int:
    """Count what the names pass left pending, or go on after a kill; the rows counted."""
    state = state_of(ledger.cursor(repo))
    if state is None:
        raise NotFound(f"{repo}: no such repository was ingested", "Run `groundplan ingest PATH`.")
    repository = fetch.find(Path(state.path))
    with ledger.run(repo) as run:
        return Turn(ledger, run, repo, repository, shadows, progress, workers).count()
