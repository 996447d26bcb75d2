"""Which column of somebody's table holds what: person, item, estimate, actual, at.

A guess is always told with its reason, and anybody can overrule it by naming the column.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.csv.cells import (
    MOST_UNREADABLE,
    Moments,
    is_missing,
    note_unreadable,
    read_moments,
    read_number_column,
    read_numbers,
)
from groundplan.sources.csv.tables import Table, read_table
from groundplan.sources.csv.wording import in_one_unit, points_for
from groundplan.terms.errors import BadInput
from groundplan.terms.units import Unit

ROLES: Final = ("estimate", "actual", "person", "item", "at")
# Words of a column's name that speak for a role, best first.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "estimate": (
        "estimate", "estimated", "estimation", "est", "points", "storypoints", "planned", "plan",
        "predicted", "forecast", "expected", "budgeted", "budget", "guess", "sp", "original",
    ),
    "actual": (
        "actual", "actuals", "spent", "took", "real", "logged", "worked", "tracked", "used",
        "duration", "elapsed", "effort", "total", "cycle",
    ),
    "person": (
        "person", "developer", "dev", "engineer", "assignee", "assigned", "estimator", "owner",
        "author", "user", "member", "employee", "who", "resource", "worker", "subject", "client",
        "team", "project",
    ),
    "item": (
        "item", "task", "issue", "story", "ticket", "key", "id", "summary", "title", "name",
        "description", "nr", "number",
    ),
    "at": (
        "at", "completed", "finished", "done", "closed", "resolved", "settled", "delivered", "end",
        "ended", "date", "day", "when", "time", "timestamp", "updated", "on", "started", "start",
        "created", "order", "sequence", "sprint", "week",
    ),
}  # fmt: skip
_CELL: Final = "a number such as 2.5, or nothing while the item is open"
_ORDERS: Final = frozenset("at order sequence sprint week timestamp".split())  # by plain numbers


@dataclass(frozen=True, slots=True)
class Guess:
    """The column that is taken for a role, or None, and why."""

    role: str
    column: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class EstimateHistory:
    """A table as estimates and what became of them; one entry a row, shapes (n,).

    person, item: labels, "" where there is none. estimate, actual: NaN where missing or
    unreadable. at: sortable moments, or the order of the rows. lines: where each row begins.
    same_unit: False if the columns name different units, so that their ratio is no miss.
    notes: what was guessed, converted or left out, in sentences.
    """

    person: tuple[str, ...]
    item: tuple[str, ...]
    estimate: Floats
    actual: Floats
    at: Floats
    lines: tuple[int, ...]
    unit: Unit
    estimate_unit: Unit
    same_unit: bool
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]


def read_history(data: bytes | str, columns: Mapping[str, str] | None = None) -> EstimateHistory:
    """Estimates and actuals out of a delimited text file, its columns guessed where not named.

    columns: a role (person, item, estimate, actual, at) to a column's name. Rows without a
    readable moment are left out, unless half have none: then the order of the rows counts.

    Errors: BadInput names the line and the column: no such column, none that could be the estimate
    or the actual, or more than a tenth of a column's cells unreadable.
    """
    table = read_table(data)
    if not table.lines:
        raise BadInput("file", "a header only", "a header line and one item a line")
    guesses = guess_columns(table, columns or {})
    chosen = {guess.role: guess.column for guess in guesses}
    notes = [f"Cells are parted by {table.delimiter!r}."]
    if table.encoding:
        notes.append(f"Read as {table.encoding}.")
    if table.longer:
        notes.append(
            f"{table.longer} rows have more cells than the header; what is over is unread."
        )
    estimate = read_number_column(table, str(chosen["estimate"]), _CELL, notes)
    actual = read_number_column(table, str(chosen["actual"]), _CELL, notes)
    planned, spent, unit, estimate_unit = in_one_unit(
        estimate, actual, str(chosen["estimate"]), str(chosen["actual"]), notes
    )
    at, kept = _moments(table, chosen["at"], notes)
    return EstimateHistory(
        _labels(table, chosen["person"], kept),
        _labels(table, chosen["item"], kept),
        planned[kept],
        spent[kept],
        at[kept],
        tuple(np.asarray(table.lines)[kept].tolist()),
        unit,
        estimate_unit,
        unit == estimate_unit,
        guesses,
        tuple(notes),
    )


def guess_columns(table: Table, named: Mapping[str, str]) -> tuple[Guess, ...]:
    """For each role the column that its name and its cells speak for, each column once."""
    found: dict[str, Guess] = {}
    for role, column in named.items():
        if role not in ROLES:
            raise BadInput("columns", role, f"one of {', '.join(ROLES)}")
        if column not in table.columns:
            allowed = f"one of the columns {', '.join(map(repr, table.columns))}"
            raise BadInput(f"column for {role}", column, allowed)
        found[role] = Guess(role, column, "named by you")
    free = [column for column in table.columns if column not in named.values()]
    ranked = sorted(
        (
            (points, -free.index(column), role, column, word)
            for role in ROLES
            if role not in found
            for column in free
            for points, word in [points_for(column, _WORDS[role])]
            if points
        ),
        reverse=True,
    )
    for _, _, role, column, word in ranked:
        taken = {guess.column for guess in found.values()}
        if role not in found and column not in taken and _fits(role, table.columns[column], word):
            found[role] = Guess(role, column, f"its name says {word!r}, and its cells fit")
    for role in ("estimate", "actual"):
        if role not in found:
            raise BadInput(
                f"column for {role}",
                ", ".join(map(repr, table.columns)),
                "a column of numbers whose name says so",
                f"Name it, such as {role}=COLUMN.",
            )
    absent = {
        "person": "no column looks like a person: all items are taken as one person's",
        "at": "no column looks like a moment: the order of the rows is taken as time",
        "item": "no column looks like an item's name: lines stand for items",
    }
    return tuple(found.get(role) or Guess(role, None, absent[role]) for role in ROLES)


def _fits(role: str, cells: Sequence[str], word: str) -> bool:
    filled = [cell for cell in cells[:2_000] if not is_missing(cell)]
    if not filled:
        return False
    if role in ("estimate", "actual"):
        return len(read_numbers(filled).unreadable) <= MOST_UNREADABLE * len(filled)
    if role == "at":
        told = read_moments(filled)
        plain = told is not None and told.format == "number"
        return told is not None and (not plain or word in _ORDERS or _orders(told.values))
    if role == "person":
        decimals = any("." in cell for cell in filled) and not read_numbers(filled).unreadable
        return not decimals and (len(filled) < 20 or len(set(filled)) <= len(filled) / 2)
    return True


def _orders(values: Floats) -> bool:
    """Whether plain numbers look like a moment: they run one way, or count seconds since 1970."""
    steps = np.diff(values[np.isfinite(values)])
    return bool((steps >= 0).all() or (steps <= 0).all() or np.nanmin(values) > 1e8)


def _moments(table: Table, column: str | None, notes: list[str]) -> tuple[Floats, Integers]:
    """Moments and which rows to keep, as positions."""
    rows = np.arange(len(table.lines))
    told: Moments | None = read_moments(table.columns[column]) if column else None
    if column and told is None:
        cells = table.columns[column]
        row = next((r for r, cell in enumerate(cells) if not is_missing(cell)), 0)
        allowed = "a date such as 2026-11-20, or a number that orders the items"
        raise BadInput(f"line {table.lines[row]}, column {column!r}", cells[row][:80], allowed)
    if told is None:
        return rows.astype(np.float64), rows
    placed = np.isfinite(told.values)
    if placed.mean() < 0.5:
        notes.append(f"Column {column!r} is mostly empty: the order of the rows is taken as time.")
        return rows.astype(np.float64), rows
    notes.append(f"Column {column!r} is read as {told.format}.")
    note_unreadable(table, str(column), told.unreadable, notes)
    if not placed.all():
        notes.append(f"{int((~placed).sum())} rows without a moment are left out.")
    return told.values, rows[placed]


def _labels(table: Table, column: str | None, kept: Integers) -> tuple[str, ...]:
    if column is None:
        return ("",) * len(kept)
    cells = table.columns[column]
    return tuple(cells[row] for row in kept)
