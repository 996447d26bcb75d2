"""What tests of the journal say, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from groundplan.records.sqlite import SQLiteJournal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def say(journal: SQLiteJournal, number: int, stream: str = "demo", **more: Any) -> Any:
    """Append the entry that follows version `number`."""
    return journal.append(stream, "noted", {"n": number}, by="ann", expected=number, **more)
