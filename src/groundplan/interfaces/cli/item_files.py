"""What the command line says of a file of work items: guesses, what was kept, what was not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from groundplan.interfaces.cli.terminal import say
from groundplan.sources.csv.ingest import ItemsRead
from groundplan.sources.csv.item_events import Rejected

MOST_LISTED: Final = 20  # rows; --json lists all


def print_items(read: ItemsRead) -> None:
    """A file of items as a person reads it; the longest lists are cut."""
    form = "a row an item" if read.form == "snapshot" else "a row a change"
    say(
        f"{read.source}: {read.items:,} items from {read.accepted:,} of {read.rows:,} rows "
        f"({form}); {read.events_added:,} events added, {read.events_taken_back:,} taken back, "
        f"{len(read.deleted):,} items deleted"
    )
    for guess in read.guesses:
        if guess.column is not None:
            say(f"  {guess.role}: {guess.column!r} ({guess.reason})")
    absent = [guess.role for guess in read.guesses if guess.column is None]
    if absent:
        say(f"  no column for: {', '.join(absent)}; name one with --column ROLE=COLUMN")
    for note in read.notes:
        say(f"  {note}")
    _print_rows("rows left out", read.rejected)
    _print_rows("cells left out", read.unread)


def _print_rows(what: str, rows: Sequence[Rejected]) -> None:
    if not rows:
        return
    say(f"  {what}: {len(rows):,}")
    for row in rows[:MOST_LISTED]:
        say(f"    line {row.line}: {row.reason}")
    if len(rows) > MOST_LISTED:
        say(f"    and {len(rows) - MOST_LISTED:,} more, listed with --json")
