"""The mart's work items: what happened to each, and what they are now or were on any past day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import numpy as np

from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text
from groundplan.facts.ledger import Snapshot
from groundplan.facts.work import ITEM_EVENTS, find_cycles
from groundplan.facts.work_sql import HOLDING, ITEMS, RANK

EVER: Final = datetime(9999, 1, 1)  # noqa: DTZ001 - the mart's times are UTC without zone

_EVENTS: Final = f"""
create table item_events as
select e.source, e.item_id, e.happened_at, e.what, e.value, e.stage,
  case when e.what = 'assigned' then coalesce(a.person_id, '') end as person_id, p.actor,
  e.team, e.nr, e.run
from held_events e
left join accounts a on e.what = 'assigned' and a.name = e.name and a.email = e.email
left join people p on p.person_id = a.person_id
order by e.source, e.item_id, e.happened_at, {RANK}, e.run, e.nr
"""


def gather_events(engine: DuckDB, snapshot: Snapshot, typed: Columns | None) -> None:
    """Make the view `held_events` of the facts and of what was typed here.

    Before people are found, as items name some who never committed.
    """
    relation = snapshot.relation(ITEM_EVENTS)
    if typed is not None:
        engine.load("typed_events", typed)
        names = ", ".join(ITEM_EVENTS.column_names)
        relation = f"({relation} union all select {names} from typed_events)"
    engine.execute(f"create view held_events as {HOLDING.format(relation=relation)}")


def build_items(engine: DuckDB) -> None:
    """Make the tables `item_events` and `items` of `held_events`, once people are known."""
    engine.execute(_EVENTS)
    engine.execute(f"create table items as {ITEMS}", {"at": EVER})
    cyclic = _cyclic(engine.rows(
        "select source, item_id, parent_id from items where parent_id is not null"
    ))  # fmt: skip
    for source, items in cyclic.items():
        engine.load("cyclic_items", {"item_id": as_text(sorted(items))})
        engine.execute(
            "update items set parent_id = null where source = :source "
            "and item_id in (select item_id from cyclic_items)",
            {"source": source},
        )
        engine.execute("drop table cyclic_items")
    engine.execute("drop view held_events")
    engine.execute("drop table if exists typed_events")


def items_as_of(mart: DuckDB, at: datetime) -> Columns:
    """The items as they were known at a moment: by the events before it; columns as of `items`.

    What an export says of an item without saying since when is known since it was exported; its
    title and class since the item was created, if nothing else was known before. What a later
    export corrected is known as corrected. at: aware, or UTC without zone.
    """
    bound = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
    found = mart.query(ITEMS, {"at": bound})
    sources, items, parents = (found[name].tolist() for name in ("source", "item_id", "parent_id"))
    known = [row for row in zip(sources, items, parents, strict=True) if row[2] is not None]
    cyclic = _cyclic(known)
    if cyclic:
        kept = [
            None if item in cyclic.get(source, ()) else parent
            for source, item, parent in zip(sources, items, parents, strict=True)
        ]
        missing = np.array([parent is None for parent in kept])
        found["parent_id"] = np.ma.masked_array(as_text(kept), mask=missing)
    return found


def _cyclic(rows: Iterable[tuple[str, str, str]]) -> Mapping[str, frozenset[str]]:
    """By source the items that are their own ancestors."""
    parents: dict[str, dict[str, str]] = {}
    for source, item, parent in rows:
        parents.setdefault(source, {})[item] = parent
    cycles = {source: find_cycles(of) for source, of in parents.items()}
    return {source: items for source, items in cycles.items() if items}
