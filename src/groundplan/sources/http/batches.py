"""Writes what replies came to as facts: many replies a segment, items only where they are news."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from groundplan.facts.engines.duckdb import Columns, DuckDB, as_columns, as_text, empty_columns
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Run
from groundplan.facts.manifest import Segment
from groundplan.facts.work import ITEM_EVENTS
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.shaped import ItemTold, Row, Shaped

ROWS_AT_ONCE: Final = 50_000  # in memory before they are written; some 40 MB

_SAME: Final = ", ".join(name for name in ITEM_EVENTS.key if name != "run")
_NEWS: Final = f"""
with known as (
  select {_SAME}, stage, team, nr from ({HOLDING}) where item_id in (select item_id from told)
)
select {_SAME}, stage, team, nr, true as holds from told
  anti join known using ({_SAME})
union all
select {_SAME}, stage, team, nr, false as holds from known
  semi join whole using (item_id) anti join told using ({_SAME})
order by {_SAME}, holds
"""


@dataclass(slots=True)
class Batch:
    """Rows that wait to be written. last: the newest reply among them; replies: how many."""

    source: str
    rows: dict[FactKind, dict[str, list[Any]]] = field(default_factory=dict)
    items: dict[str, ItemTold] = field(default_factory=dict)
    count: int = 0
    replies: int = 0
    last: int = 0

    def add(self, seq: int, shaped: Shaped) -> None:
        """Take what one reply came to."""
        for kind, rows in shaped.rows.items():
            lists = self.rows.setdefault(kind, empty_columns(kind))
            given = {"source": self.source, "seen": seq}
            for name, column in lists.items():
                fixed = given.get(name)
                column.extend([row[name] if fixed is None else fixed for row in rows])
            self.count += len(rows)
        for item, told in shaped.items.items():
            earlier = self.items.get(item)
            if told.whole or earlier is None:
                self.items[item] = told
            else:
                self.items[item] = ItemTold([*earlier.events, *told.events], earlier.whole)
            self.count += len(told.events)
        self.replies += 1
        self.last = seq

    @property
    def full(self) -> bool:
        """Whether it is time to write."""
        return self.count >= ROWS_AT_ONCE

    def write(self, engine: DuckDB, run: Run, state: Mapping[str, Any]) -> None:
        """Make all of it facts and move the cursor to `state`, at once or not at all."""
        part = f"replies to {self.last}"
        segments = [
            run.write(engine, kind, as_columns(kind, lists), part)
            for kind, lists in self.rows.items()
        ]
        segments += self._write_items(engine, run, part)
        run.commit("shaped", segments, state)
        for kind in (*self.rows, ITEM_EVENTS):
            run.compact(engine, kind)

    def _write_items(self, engine: DuckDB, run: Run, part: str) -> list[Segment]:
        if not self.items:
            return []
        told = run.mask.cover(ITEM_EVENTS, self._told())
        engine.load("told", told)
        whole = sorted(item for item, each in self.items.items() if each.whole)
        engine.load("whole", {"item_id": as_text(whole)})
        news = engine.query(_NEWS.format(relation=run.relation(ITEM_EVENTS)))
        count = len(news["item_id"])
        if not count:
            return []
        columns = {
            name: as_text(column.tolist()) if column.dtype == object else column
            for name, column in news.items()
        }
        columns["run"] = np.full(count, self.last, dtype=np.int64)
        return [run.write(engine, ITEM_EVENTS, columns, part)]

    def _told(self) -> Columns:
        lists = empty_columns(ITEM_EVENTS)
        for item, told in self.items.items():
            for nr, event in enumerate(_distinct(told.events)):
                given = {
                    **event, "source": self.source, "item_id": item, "team": "", "nr": nr,
                    "run": self.last, "holds": True,
                }  # fmt: skip
                for name, column in lists.items():
                    column.append(given[name])
        return as_columns(ITEM_EVENTS, lists)


def _distinct(events: Iterable[Row]) -> list[Row]:
    """Events in order, each once."""
    names = ("happened_at", "what", "value", "name", "email")
    return list({tuple(event[name] for name in names): event for event in events}.values())
