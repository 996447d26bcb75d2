"""A workspace's stores for tests of sources: read into, asked, and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.facts.ledger import Ledger
from groundplan.facts.raw import Raw
from groundplan.facts.work import ITEM_EVENTS
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.sync import Synced, sync
from groundplan.terms.progress import Progress, Silent
from tests.sources.http_server import BEGIN, Answering, Clock, Server, serving


class Stores:
    """A workspace folder with its ledger and raw replies."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self.folder = folder
        self.clock = clock or Clock()
        self.ledger = Ledger(folder, self.clock.now)
        self.raw = Raw(folder / "raw.sqlite")

    def close(self) -> None:
        self.raw.close()
        self.ledger.close()

    def written(self) -> bytes:
        """Everything that is on the disk."""
        return b"".join(path.read_bytes() for path in self.folder.rglob("*") if path.is_file())

    def run(self, source: Any, progress: Progress | None = None) -> Synced:
        """One turn at a source, whose client is closed after it."""
        try:
            heard = progress or Silent()
            return sync(self.ledger, self.raw, source, heard, clock=self.clock.now)
        finally:
            source.client.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the facts; `{name}` is the relation of each kind."""
        snapshot = self.ledger.snapshot()
        relations = {kind.name: snapshot.relation(kind) for kind in (*HOST_KINDS, ITEM_EVENTS)}
        engine = DuckDB(threads=1)
        try:
            return engine.rows(sql.format(**relations))
        finally:
            engine.close()

    def alive(self, keys: set[str]) -> dict[str, list[tuple[Any, ...]]]:
        """What holds of some threads and items, of the runs and their jobs."""
        threads = self.rows(
            "select thread, key, event_id, happened_at, what, name, value, other_name "
            f"from ({HELD['thread_events']}) order by all"
        )
        held = HOLDING.format(relation="{item_events}")
        items = self.rows(
            f"select item_id, happened_at, what, value, name, stage from ({held}) order by all"
        )
        runs = self.rows(
            f"select run_id, attempt, status, result, updated_at from ({HELD['runs']}) r "
            "where attempt = (select max(attempt) from {runs} o where o.run_id = r.run_id) "
            "order by all"
        )
        names = "job_id, run_id, attempt, status, result"
        jobs = self.rows(f"select {names} from ({HELD['jobs']}) order by all")
        return {
            "threads": [row for row in threads if row[1] in keys],
            "items": [row for row in items if row[0] in keys], "runs": runs, "jobs": jobs,
        }  # fmt: skip

    def digest(self) -> dict[str, str]:
        """What the facts say, whenever and in however many steps it was read."""
        found = {}
        for kind in HOST_KINDS:
            names = ", ".join(name for name in kind.column_names if name != "seen")
            held = f"({HELD[kind.name]})" if kind.name in HELD else f"{{{kind.name}}}"
            rows = self.rows(f"select {names} from {held} order by all")
            found[kind.name] = f"{len(rows)} {_digest(rows)}"
        held = HOLDING.format(relation="{item_events}")
        names = ", ".join(n for n in ITEM_EVENTS.column_names if n not in ("run", "holds", "nr"))
        rows = self.rows(f"select {names} from ({held}) order by all")
        return {**found, "items": f"{len(rows)} {_digest(rows)}"}


Some = TypeVar("Some", bound=Stores)


def fresh(
    make: Callable[[Path, Clock], Some],
    folder: Path,
    answer: Answering,
    read: Callable[[Some, Server], object],
) -> dict[str, str]:
    """What a reading that nothing disturbs says, two days later."""
    folder.mkdir()
    place = make(folder, Clock(BEGIN + timedelta(days=2)))
    with serving(answer, clock=place.clock) as server:
        read(place, server)
    found = place.digest()
    place.close()
    return found


def _digest(rows: list[tuple[Any, ...]]) -> str:
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
