"""The mart's tables of work items as declarations."""

from __future__ import annotations

from groundplan.facts.mart_columns import AT, B, F, I, T, X, declare

_ITEM = {"source": (T, "the tracker, or journal"), "item_id": (T, "its key there")}
_TEAM = {"team": (T, "the team that may read it; empty for everybody")}

WORK_TABLES = (
    declare(
        "items",
        "a work item as it stands; sorted by source, created_at (nulls last), item_id",
        "source item_id",
        {
            **_ITEM,
            "title": (T, "its title; null if none is told"),
            "class": (T, "engineering, research or unknown (facts/work.py)"),
            "created_at": (AT, "UTC; null if it is not told"),
            "known_at": (AT, "the first moment that anything is known of it, UTC"),
            "started_at": (AT, "when work on it began for the first time, UTC; null if not told"),
            "done_at": (AT, "UTC; null unless it is done, and if the day is not told"),
            "dropped_at": (AT, "when it was given up, UTC; null unless it was, or if not told"),
            "reopened": (I, "times that it was open again after it was done or dropped"),
            "state": (T, "as its tracker calls it"),
            "stage": (T, "todo, doing, done or dropped"),
            "priority": (T, "as its tracker calls it"),
            "parent_id": (T, "the item it is part of; null in a circle"),
            "labels": (T, "as written, separated by commas"),
            "low_days": (F, "the estimate's lower end, working days; null without one"),
            "high_days": (F, "the estimate's upper end, working days; the lower one if it has one"),
            "person_id": (T, "whom it is assigned to; null if nobody, or not told"),
            **_TEAM,
            "deleted": (X, "its tracker no longer has it"),
        },
    ),
    declare(
        "item_events",
        "one thing that happened to an item and still holds; sorted by source, item_id, time",
        "source item_id happened_at what value person_id run",
        {
            **_ITEM,
            "happened_at": (AT, "when it happened, or since when it is known, UTC"),
            "what": (T, "as in the facts"),
            "value": (T, "as in the facts"),
            "stage": (T, "where it brought the item; null if nowhere"),
            "person_id": (T, "of `assigned`: whom to, empty for nobody; else null"),
            "actor": (T, "human, bot or agent; null without a person"),
            **_TEAM,
            "nr": (B, "the line of the export, or the entry of the stream"),
            "run": (B, "the reading that brought it"),
        },
    ),
)
