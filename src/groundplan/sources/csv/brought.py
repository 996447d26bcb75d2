"""An export that somebody brings along with a question: read for the answer, kept nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from groundplan.facts.trackers import Tracker, read_events
from groundplan.sources.csv.ingest import CLOCKS_DIFFER
from groundplan.sources.csv.item_columns import SNAPSHOT, Mapped
from groundplan.sources.csv.item_events import Rejected
from groundplan.sources.csv.items import read_items
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import read_columns, read_table
from groundplan.terms.errors import BadInput

MOST_LISTED: Final = 10_000  # rows that were left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """How a file was read: which column was taken for what, and what else to know.

    file_rows: in the file; file_items: those of rows that were kept. rejected: rows left out;
    unread: cells left out of rows that were kept; both by line, the first 10,000.
    """

    file_rows: int = 0
    file_items: int = 0
    guesses: tuple[Guess, ...] = ()
    notes: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unread: tuple[Rejected, ...] = ()

    def named(self) -> dict[str, Any]:
        """These fields by name, for an answer that has them too."""
        return {each.name: getattr(self, each.name) for each in fields(Told)}


def read_brought(text: str, columns: Iterable[str], now: datetime) -> tuple[Tracker, Told]:
    """The tracker that a file tells of, and how it was read.

    columns: such as `done=Shipped`; the others are guessed. Errors: BadInput for a file that is no
    table of items, or that does not say when they were done.
    """
    export = read_items(text, Mapped(columns=read_columns(columns)), now + CLOCKS_DIFFER)
    if export.form == SNAPSHOT and not export.tells_done:
        allowed = "a column that says on which day each item was done"
        names = ", ".join(map(repr, read_table(text).columns))
        hint = f"Name it, such as done=COLUMN. There are {names[:300]}."
        raise BadInput("columns", "none for done", allowed, hint)
    told = Told(
        file_rows=export.rows,
        file_items=len(export.items),
        guesses=tuple(guess for guess in export.guesses if guess.column is not None),
        notes=export.notes,
        rejected=export.rejected[:MOST_LISTED],
        unread=export.unread[:MOST_LISTED],
    )
    return read_events(export.events, export.told_until, now), told
