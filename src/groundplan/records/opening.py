"""Which store a journal is opened on: a folder's file, or a team server's database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from groundplan.records.chained import ChainedJournal

SERVERS = ("postgresql://", "postgres://")


def open_journal(place: str | Path, clock: Callable[[], datetime]) -> ChainedJournal:
    """The journal at a path, or in the database of a `postgresql://` URL; made if there is none.

    Each engine is imported only if it is named. Raises what `SQLiteJournal` and `PostgresJournal`
    raise.
    """
    if isinstance(place, str) and place.startswith(SERVERS):
        from groundplan.records.postgres import PostgresJournal  # noqa: PLC0415

        return PostgresJournal(place, clock)
    from groundplan.records.sqlite import SQLiteJournal  # noqa: PLC0415

    return SQLiteJournal(Path(place), clock)
