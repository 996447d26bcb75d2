"""Trackers that tests make up: exports on the disk, read into facts, and the items after that."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.identity import SeenAccount, resolve
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart_people import load_identities
from groundplan.facts.mart_work import build_items, gather_events
from groundplan.sources.csv.ingest import ItemsRead, ingest_items

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def table(header: str, *rows: Sequence[object]) -> str:
    """A CSV file; header: names parted by commas."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return stream.getvalue()


class Tracker:
    """A workspace that reads one tracker's exports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.ledger = Ledger(folder / "w", clock)

    def read(self, text: str, modified_at: datetime = NOW, name: str = "board.csv") -> ItemsRead:
        """Read an export that was written then."""
        path = self.folder / name
        path.write_text(text)
        os.utime(path, (modified_at.timestamp(),) * 2)
        return ingest_items(self.ledger, path, clock=clock, columns={})

    @contextmanager
    def mart(self, typed: Columns | None = None) -> Iterator[DuckDB]:
        """The tables of work items as they stand."""
        engine = DuckDB(threads=1)
        try:
            gather_events(engine, self.ledger.snapshot(), typed)
            seen = engine.rows(
                "select name, email, source, count(*), min(happened_at), max(happened_at) "
                "from held_events where what = 'assigned' and name <> '' group by all"
            )
            load_identities(engine, resolve([SeenAccount(*row) for row in seen], {}))
            build_items(engine)
            yield engine
        finally:
            engine.close()

    def items(self, columns: str, where: str = "true") -> list[tuple[Any, ...]]:
        """Columns of the items, in the order of their ids."""
        with self.mart() as engine:
            return engine.rows(f"select {columns} from items where {where} order by item_id")
