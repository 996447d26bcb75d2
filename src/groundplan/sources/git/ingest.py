"""Turns a repository into facts: first all names, then all line counts, each exactly once.

The passes load NumPy and DuckDB, so each is imported when there is something for it to read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from groundplan.facts.ledger import Ledger
from groundplan.sources.git import fetch
from groundplan.sources.git.naming import choose_id, require_same
from groundplan.sources.git.state import Ingested, state_of
from groundplan.sources.git.turn import Turn
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
    ingested = _bring_names_up_to_date(turn, now)
    if lines and ingested.pending:
        _count(turn)
        return replace(ingested, pending=0)
    return ingested


def _bring_names_up_to_date(turn: Turn, now: datetime) -> Ingested:
    state, here = state_of(turn.run.cursor()), str(turn.repository.path)
    seen = fetch.look(turn.repository)
    if state and state.finished and (state.digest, state.path) == (seen.digest, here):
        return Ingested(turn.repo, state.name, 0, 0, 0, state.pending, ())
    from groundplan.sources.git.names_pass import read_new_names  # noqa: PLC0415 - heavy, see above

    return read_new_names(turn, seen, now)


def _count(turn: Turn) -> int:
    from groundplan.sources.git.line_pass import count_pending  # noqa: PLC0415 - heavy, see above

    return count_pending(turn)


def count_lines(
    ledger: Ledger, repo: str, shadows: Path, progress: Progress, *, workers: int = 2
) -> int:
    """Count what the names pass left pending, or go on after a kill; the rows counted."""
    state = state_of(ledger.cursor(repo))
    if state is None:
        raise NotFound(f"{repo}: no such repository was ingested", "Run `groundplan ingest PATH`.")
    if state.finished and not state.pending:
        return 0
    repository = fetch.find(Path(state.path))
    with ledger.run(repo) as run:
        return _count(Turn(ledger, run, repo, repository, shadows, progress, workers))
