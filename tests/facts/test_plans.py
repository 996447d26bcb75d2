"""Open work as a plan: milestones end with their last item, and nobody else's work shows."""

from __future__ import annotations

from datetime import UTC, datetime

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_tables import create_tables
from groundplan.facts.plans import read_plan

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def add(mart: DuckDB, **columns: object) -> None:
    """A row of `items`."""
    row: dict[str, object] = {"source": "items:t", **columns}
    names = ", ".join(row)
    mart.execute(f"insert into items ({names}) values ({', '.join(f':{n}' for n in row)})", row)


def test_items_stand_under_the_milestone_that_they_are_part_of() -> None:
    mart = DuckDB()
    create_tables(mart)
    assert read_plan(mart, {""}, "anything", NOW, {}) is None
    add(mart, item_id="m", title="Milestone", stage="todo", team="mine")
    for item, created, parent in (("a", 1, "m"), ("b", 2, None), ("c", 3, "m")):
        at = datetime(2025, 12, created, tzinfo=UTC).replace(tzinfo=None)
        add(mart, item_id=item, title=item.upper(), stage="todo", created_at=at, parent_id=parent)
    add(mart, item_id="x", title="Theirs", stage="todo", team="theirs")
    plan = read_plan(mart, {"", "mine"}, "anything", NOW, {})
    assert plan is not None
    assert plan.ends == (("B", 2), ("Milestone", 3))
    named = read_plan(mart, {"", "mine"}, "anything", NOW, {"https://x.example/t/M": "Outcome"})
    assert named is not None
    assert named.ends == (("B", 2), ("Outcome", 4))  # the milestone's own item is part of it
    stranger = read_plan(mart, {""}, "anything", NOW, {})
    assert stranger is not None
    assert stranger.ends == (("A", 1), ("B", 2), ("C", 3))  # the milestone is not theirs to read
    mart.close()


def test_research_competes_with_research_where_both_were_finished() -> None:
    mart = DuckDB()
    create_tables(mart)
    at = datetime(2025, 12, 1)
    for name in ("engineering", "research"):
        add(mart, item_id=f"done {name}", stage="done", done_at=at, **{"class": name})
        add(mart, item_id=name, title=name, stage="todo", **{"class": name})
    engineering = read_plan(mart, {""}, "Add a button", NOW, {})
    research = read_plan(mart, {""}, "Spike: another store", NOW, {})
    assert engineering is not None
    assert research is not None
    assert engineering.ends == (("engineering", 1),)
    assert research.ends == (("research", 1),)
    mart.close()
