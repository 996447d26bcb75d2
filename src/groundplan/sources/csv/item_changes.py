"""An export of work items with a row for each change: their history as the tracker kept it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import as_text
from groundplan.facts.work import class_of, stage_of
from groundplan.inference.arrays import Integers
from groundplan.sources.csv.cells import is_missing
from groundplan.sources.csv.dates import read_dates
from groundplan.sources.csv.item_columns import CHANGES, Mapped
from groundplan.sources.csv.item_events import (
    MOST_TEXT,
    Export,
    Gathering,
    Rejected,
    latest_of,
    note_silent,
    read_people,
)
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table
from groundplan.sources.csv.wording import points_for
from groundplan.terms.errors import BadInput

# What the name of a changed field speaks of; others are left out, and counted.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "moved": ("status", "state", "stage", "column", "section", "activity"),
    "assigned": ("assignee", "assignedto", "owner"),
    "prioritised": ("priority", "severity"),
    "titled": ("summary", "title", "name"),
    "parent": ("parent", "epiclink", "epic"),
    "labels": ("labels", "tags"),
    "class": ("issuetype", "type"),
    "resolution": ("resolution",),
}


def read_changes(
    table: Table, guesses: tuple[Guess, ...], mapped: Mapped, latest: datetime
) -> Export:
    """What rows of changes say happened to their items.

    Rejected: rows without an id, without a readable moment, or a second time the same change.
    An item that is resolved as something that is not done counts as dropped.
    """
    column = {guess.role: guess.column for guess in guesses}
    for role in ("item", "at", "to"):
        if not column[role]:
            raise BadInput(f"column for {role}", ", ".join(table.columns), "a column's name")
    cells = {role: table.columns[name] for role, name in column.items() if name}
    dates, _ = read_dates({"at": cells["at"]}, latest, mapped.zone)
    at = dates["at"].values
    rejected, kept = _check(table, cells, at)
    order = kept[np.lexsort((np.array(table.lines)[kept], at[kept]))]
    events, items = _begin(table, cells["item"], at, order)
    whats, notes = _whats(cells.get("field"), order)
    silent = _add_changes(events, cells, at, order, whats, mapped)
    note_silent(silent, notes)
    return Export(
        form=CHANGES,
        guesses=guesses,
        notes=tuple(notes),
        rows=len(table.lines),
        items=items,
        events=events.columns(),
        told_until=latest_of(at[kept]),
        tells_done=False,
        tells_all_done=False,
        rejected=rejected,
        unread=(),
    )


def _begin(
    table: Table, items: list[str], at: npt.NDArray[np.float64], order: Integers
) -> tuple[Gathering, tuple[str, ...]]:
    """A gathering in which every item is known since its first change, and the items."""
    ids = as_text([cell[:MOST_TEXT] for cell in items])
    first: dict[str, int] = {}
    for row in order.tolist():
        first.setdefault(ids[row], row)
    since = np.array([at[first[item]] if item in first else np.nan for item in ids.tolist()])
    events = Gathering(ids, np.array(table.lines, dtype=np.int64), since)
    rows = np.array(list(first.values()), dtype=np.int64)
    events.add("seen", rows, at[rows], stage="todo")
    return events, tuple(first)


def _check(
    table: Table, cells: Mapping[str, list[str]], at: npt.NDArray[np.float64]
) -> tuple[tuple[Rejected, ...], Integers]:
    rejected, kept = [], []
    seen: dict[tuple[object, ...], int] = {}
    fields = cells.get("field", [""] * len(at))
    for row, line in enumerate(table.lines):
        item = cells["item"][row]
        change = (item, at[row], fields[row], cells["to"][row])
        reason = ""
        if is_missing(item):
            reason = "the change has no item's id"
        elif not np.isfinite(at[row]):
            reason = f"the moment {cells['at'][row][:80]!r} is no date between 1980 and today"
        elif change in seen:
            reason = f"the same change already stands on line {seen[change]}"
        if reason:
            rejected.append(Rejected(line, item[:MOST_TEXT], reason))
        else:
            seen[change] = line
            kept.append(row)
    return tuple(rejected), np.array(kept, dtype=np.int64)


def _whats(fields: list[str] | None, order: Integers) -> tuple[list[str], list[str]]:
    """What each row of `order` changes, "" for what is no matter here, and notes about these."""
    if fields is None:
        return ["moved"] * len(order), []
    known = {name: _what(name) for name in set(fields)}
    left = Counter(fields[row] for row in order.tolist() if not known[fields[row]])
    named = ", ".join(f"{name} ({count})" for name, count in left.most_common(5))
    notes = [f"Changes of other fields are left out: {named}."] if left else []
    return [known[fields[row]] for row in order.tolist()], notes


def _what(field: str) -> str:
    points = {what: points_for(field, words)[0] for what, words in _FIELDS.items()}
    best = max(points, key=lambda what: points[what])
    return best if points[best] else ""


def _add_changes(
    events: Gathering,
    cells: Mapping[str, list[str]],
    at: npt.NDArray[np.float64],
    order: Integers,
    whats: list[str],
    mapped: Mapped,
) -> list[str]:
    """Add every change, in the order in which they happened; the states that say no stage."""
    to = ["" if is_missing(cell) else cell[:MOST_TEXT] for cell in cells["to"]]
    told = {cell: stage_of(cell, mapped.stages) for cell in set(to)}
    given_up = _given_up(events, at, order, whats, to)
    rows_of: dict[str, list[int]] = {}
    for row, what in zip(order.tolist(), whats, strict=True):
        rows_of.setdefault(what, []).append(row)
    for what, found in rows_of.items():
        rows = np.array(found, dtype=np.int64)
        values = as_text([to[row] for row in found])
        if what == "moved":
            stages = [
                "dropped" if told[to[row]] == "done" and row in given_up else told[to[row]]
                for row in found
            ]
            events.add(what, rows, at[rows], values, as_text(stages))
        elif what == "assigned":
            events.add(what, rows, at[rows], people=read_people(values.tolist(), None))
        elif what == "class":
            classes = [class_of(kind, "", "", mapped.classes) for kind in values.tolist()]
            events.add(what, rows, at[rows], as_text(classes))
        elif what not in ("", "resolution"):
            events.add(what, rows, at[rows], values)
    moved = {to[row] for row in rows_of.get("moved", [])}
    return sorted(state for state in moved if state and told[state] is None)


def _given_up(
    events: Gathering,
    at: npt.NDArray[np.float64],
    order: Integers,
    whats: list[str],
    to: list[str],
) -> set[int]:
    """Moves of items that stand resolved as something that is not done, at that moment."""
    resolved: dict[tuple[str, float], bool] = {}
    for row, what in zip(order.tolist(), whats, strict=True):
        if what == "resolution":
            resolved[events.ids[row], at[row]] = stage_of(to[row]) == "dropped"
    dropped: dict[str, bool] = {}
    found = set()
    for row, what in zip(order.tolist(), whats, strict=True):
        item = events.ids[row]
        dropped[item] = resolved.get((item, at[row]), dropped.get(item, False))
        if what == "moved" and dropped[item]:
            found.add(row)
    return found
