"""What a reply comes to: rows of facts by kind, events of work items, and what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from groundplan.facts.host import REJECTED
from groundplan.facts.kinds import FactKind

Row: TypeAlias = Mapping[str, Any]
"""A row of a kind, without `source` and `seen`, which are the reply's."""


@dataclass(frozen=True, slots=True)
class ItemTold:
    """What a reply tells of one work item, as rows of `item_events` by `item_event`.

    whole: all that is known of it, so that what was told before and is not among it was not so;
    else what to add.
    """

    events: list[Row]
    whole: bool


@dataclass(slots=True)
class Shaped:
    """What one reply comes to. rows: by kind; items: by the item's key."""

    rows: dict[FactKind, list[Row]] = field(default_factory=dict)
    items: dict[str, ItemTold] = field(default_factory=dict)

    def add(self, kind: FactKind, row: Row) -> None:
        """One row of a kind."""
        self.rows.setdefault(kind, []).append(row)

    def reject(self, kind: str, what: str, reason: str) -> None:
        """Something was left out: which thing of the reply, and why."""
        self.add(REJECTED, {"kind": kind, "what": what, "reason": reason})

    def rejected(self) -> Iterator[str]:
        """The reasons, in order."""
        return (row["reason"] for row in self.rows.get(REJECTED, ()))


def item_event(
    at: datetime,
    what: str,
    value: str = "",
    *,
    stage: str | None = None,
    name: str = "",
    email: str = "",
) -> Row:
    """One event of a work item, in the words of `facts/work.py`. at: UTC without zone."""
    return {
        "happened_at": at, "what": what, "value": value, "stage": stage, "name": name,
        "email": email,
    }  # fmt: skip
