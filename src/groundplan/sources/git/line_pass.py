"""The line pass of one run: counts what the names pass left pending."""

from __future__ import annotations

from dataclasses import replace

from groundplan.facts.code import CODE_KINDS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.sources.git.counters import best_counter
from groundplan.sources.git.lines import count_parts, pending_parts
from groundplan.sources.git.state import CUT_PART, PAIRS, state_of
from groundplan.sources.git.turn import Turn


def count_pending(turn: Turn) -> int:
    """Count the lines of all pending changes; the rows counted."""
    connection = DuckDB(threads=1)
    try:
        parts = pending_parts(turn.ledger, turn.repo, connection)
        counted = count_parts(
            turn.run,
            connection,
            parts,
            turn.shadow(),
            best_counter(),
            turn.progress,
            turn.workers,
        )
        state = state_of(turn.run.cursor())
        if state is not None and state.pending:
            done = replace(state, pending=0)
            turn.run.commit("counted", [], done.as_json(), replace=[PAIRS])
        for kind in CODE_KINDS:
            turn.run.compact(connection, kind, keep=[CUT_PART])
    finally:
        connection.close()
    return counted
