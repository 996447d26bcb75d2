"""What tests of the journal say, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from groundplan.records.journal import Entry, Journal, Saying, Visibility

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def saying(body: Mapping[str, Any] | None = None, stream: str = "demo", **more: Any) -> Saying:
    """Something that Ann says to everybody."""
    fields: dict[str, Any] = {"kind": "noted", "by": "ann", "visibility": Visibility.TEAM} | more
    return Saying(stream=stream, body=body or {}, owner=fields.pop("owner", fields["by"]), **fields)


def say(
    journal: Journal, number: int, stream: str = "demo", key: str | None = None, **more: Any
) -> Entry:
    """Append the entry that follows version `number`."""
    return journal.append(saying({"n": number}, stream, **more), expected=number, key=key)
