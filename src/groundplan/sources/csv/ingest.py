"""Turns an export of work items into facts: what is new is appended, nothing twice."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.ledger import Ledger, Run
from groundplan.facts.work import ITEM_EVENTS, ITEMS_PREFIX
from groundplan.sources.csv.fetch import FileRead, read_file
from groundplan.sources.csv.item_columns import CHANGES, Mapped, read_mapping
from groundplan.sources.csv.item_events import Export, Rejected
from groundplan.sources.csv.item_news import News, compare, fresh_columns
from groundplan.sources.csv.items import read_items
from groundplan.sources.csv.shape import Guess

CLOCKS_DIFFER: Final = timedelta(days=1)  # a date may lie so far ahead of this machine's clock
# What differs between two exports of one tracker: dates, counters, "copy of".
_VARYING: Final = re.compile(r"\(\d+\)|\bcopy\b|\d{2,}", re.IGNORECASE)
# Files that were copied, unpacked or checked out together say nothing of which was exported first.
TOGETHER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class ItemsRead:
    """What reading an export of work items came to.

    source: what the tracker is called here. form: snapshot (a row an item) or changes. rows: in
    the file; accepted: rows kept; items: distinct ones. events_added, events_taken_back: compared
    with earlier exports. deleted: items that this export no longer has, taken as deleted.
    rejected: rows left out, by line; unread: cells left out of rows that were kept.
    """

    source: str
    path: Path
    form: str
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    rows: int
    accepted: int
    items: int
    events_added: int
    events_taken_back: int
    deleted: tuple[str, ...]
    rejected: tuple[Rejected, ...]
    unread: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class _Spoke:
    """When an export was made: not before the last thing it tells, not after the file was."""

    told_until: datetime
    modified_at: datetime

    def before(self, other: _Spoke) -> bool:
        """Whether the other one was made later."""
        if abs(self.modified_at - other.modified_at) >= TOGETHER:
            return self.modified_at < other.modified_at
        mine, theirs = (self.told_until, self.modified_at), (other.told_until, other.modified_at)
        return mine < theirs

    def as_json(self) -> list[str]:
        """As the cursor keeps it."""
        return [self.told_until.isoformat(), self.modified_at.isoformat()]

    @staticmethod
    def read(kept: list[str] | None) -> _Spoke | None:
        """What a cursor keeps; None if it keeps nothing."""
        return _Spoke(*map(datetime.fromisoformat, kept)) if kept else None


def ingest_items(
    ledger: Ledger, path: Path, *, clock: Callable[[], datetime], columns: Mapping[str, str]
) -> ItemsRead:
    """Bring the facts of the tracker up to date that the file at `path` was exported from.

    columns: by role, over those of a mapping beside the file. Killed at any point, nothing or all
    of it was read. Errors: BadInput for a file that is no table of items, SourceDown.
    """
    file = read_file(path)
    mapped = read_mapping(file.mapping[1], file.mapping[0]) if file.mapping else Mapped()
    mapped = replace(mapped, columns={**mapped.columns, **columns})
    export = read_items(file.data, mapped, clock() + CLOCKS_DIFFER)
    engine = DuckDB()
    try:
        source = _choose_source(ledger, engine, mapped, file, export)
        with ledger.run(source) as run:
            return _bring_up_to_date(engine, run, file, mapped, export)
    finally:
        engine.close()


def _bring_up_to_date(
    engine: DuckDB, run: Run, file: FileRead, mapped: Mapped, export: Export
) -> ItemsRead:
    cursor = run.cursor()
    state: dict[str, Any] = (
        dict(cursor.state) if cursor else {"run": 0, "digests": [], "newest": {}}
    )
    digest = _digest(file, mapped)
    if digest in state["digests"]:
        return _report(run.source, file, export, News(0, 0, (), 0))
    export = replace(export, events=run.mask.cover(ITEM_EVENTS, export.events))
    spoke = _Spoke((export.told_until or file.modified_at).replace(tzinfo=None), file.modified_at)
    newest = _Spoke.read(state["newest"].get(export.form)) or spoke
    newer = newest.told_until if spoke.before(newest) else None
    present = as_text([*export.items, *{row.item_id for row in export.rejected}])
    relation = run.relation(ITEM_EVENTS)
    news = compare(
        engine, relation, export, present, max(spoke.told_until, newest.told_until),
        newer=None if export.form == CHANGES else newer, complete=mapped.complete,
    )  # fmt: skip
    state |= {
        "path": str(file.path),
        "name": run.source.removeprefix(ITEMS_PREFIX),
        "run": state["run"] + 1,
        "digests": [*state["digests"], digest],
        "newest": {**state["newest"], export.form: (newest if newer else spoke).as_json()},
    }
    _append(engine, run, news, state)
    return _report(run.source, file, export, news)


def _append(engine: DuckDB, run: Run, news: News, state: Mapping[str, Any]) -> None:
    segments = []
    if news.added or news.taken_back:
        ordered = fresh_columns(run.source, state["run"])
        names = ITEM_EVENTS.personal
        personal = engine.query(f"select {', '.join(names)} from {ordered}")
        rest = ", ".join(name for name in ITEM_EVENTS.column_names if name not in names)
        beside = f"(select {rest} from {ordered})"
        segments.append(run.write(engine, ITEM_EVENTS, personal, f"run {state['run']}", beside))
    run.commit("items", segments, state)
    run.compact(engine, ITEM_EVENTS)


def _choose_source(
    ledger: Ledger, engine: DuckDB, mapped: Mapped, file: FileRead, export: Export
) -> str:
    """The tracker's id: as mapped, else the file's name without what varies between exports.

    A second tracker whose exports have that name gets `-2`: its items are none of the first's.
    """
    if mapped.source:
        return ITEMS_PREFIX + _safe(mapped.source)
    stem = file.path.name.removesuffix(".gz").rpartition(".")[0] or file.path.name
    name = ITEMS_PREFIX + (_safe(_VARYING.sub(" ", stem)) or _safe(stem) or "items")
    items = set(export.items)
    nr = 1
    while True:
        source = name if nr == 1 else f"{name}-{nr}"
        cursor = ledger.cursor(source)
        if cursor is None or cursor.state["path"] == str(file.path):
            return source
        relation = ledger.snapshot().relation(ITEM_EVENTS, source)
        known = {row[0] for row in engine.rows(f"select distinct item_id from {relation}")}
        if known & items or not known:
            return source
        nr += 1


def _safe(name: str) -> str:
    return re.sub(r"[^\w.+]+|[._]{2,}", "-", name, flags=re.ASCII).strip(".-_").lower()


def _digest(file: FileRead, mapped: Mapped) -> str:
    asked = repr((file.mapping, sorted(mapped.columns.items()), ITEM_EVENTS.version))
    return hashlib.sha256(file.data + asked.encode()).hexdigest()


def _report(source: str, file: FileRead, export: Export, news: News) -> ItemsRead:
    notes = export.notes
    if news.lacking:
        notes += (
            f"{news.lacking} known items are not in this export, too many to be taken as deleted: "
            "say `complete = true` in groundplan.items.toml if they are.",
        )
    return ItemsRead(
        source=source,
        path=file.path,
        form=export.form,
        guesses=export.guesses,
        notes=notes,
        rows=export.rows,
        accepted=export.rows - len(export.rejected),
        items=len(export.items),
        events_added=news.added,
        events_taken_back=news.taken_back,
        deleted=news.deleted,
        rejected=export.rejected,
        unread=export.unread,
    )
