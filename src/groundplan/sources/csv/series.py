"""Somebody's own measurements: which column says when, and which one what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.csv.cells import (
    MOST_UNREADABLE,
    is_missing,
    read_moments,
    read_number_column,
    read_numbers,
)
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table, read_table
from groundplan.sources.csv.wording import UNSTATED, points_for, unit_of
from groundplan.terms.errors import BadInput
from groundplan.terms.units import Unit

ROLES: Final = ("at", "value")
# Words of a column's name that speak for a role, best first.
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        "timestamp", "datetime", "date", "day", "when", "at", "run", "build", "commit", "version",
        "revision", "release", "week", "month", "year", "time", "index", "order", "sequence",
        "step", "t", "x", "n", "id", "nr", "number",
    ),
    "value": (
        "value", "values", "measurement", "measured", "result", "metric", "score", "y", "kpi",
        "latency", "throughput", "duration", "elapsed", "median", "mean", "average", "avg", "count",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measurements:
    """A table as one series, oldest first; one entry a measurement, shapes (n,).

    values: every one a number. labels: the cell that says when or which run, "" without such a
    column. lines: where each row begins. notes: what was guessed or left out, in sentences.
    """

    values: Floats
    labels: tuple[str, ...]
    lines: tuple[int, ...]
    unit: Unit
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]


def read_measurements(data: bytes | str, columns: Mapping[str, str] | None = None) -> Measurements:
    """A series out of a delimited text file, its columns guessed where not named.

    columns: a role (at, value) to a column's name. Rows go in the order of their moments, and of
    the file where moments are the same or cannot be read, such as names of runs. Rows without a
    value are left out; so are rows without a moment where the others have one.

    Errors: BadInput names the line and the column: no such column, none or several that could be
    the value, or more than a tenth of its filled cells no numbers.
    """
    table = read_table(data)
    if not table.lines:
        raise BadInput("file", "a header only", "a header line and one measurement a line")
    guesses = guess_columns(table, columns or {})
    at, value = (guess.column for guess in guesses)
    notes = [f"Cells are parted by {table.delimiter!r}."]
    told = read_number_column(table, str(value), "a number such as 2.5", notes)
    order = _order(table, at, notes)
    kept = order[np.isfinite(told.values[order])]
    if len(kept) < len(order):
        notes.append(f"{len(order) - len(kept)} rows without a value are left out.")
    labels = table.columns[at] if at else [""] * len(table.lines)
    return Measurements(
        told.values[kept],
        tuple(labels[row] for row in kept),
        tuple(table.lines[row] for row in kept),
        unit_of(told, str(value)) or UNSTATED,
        guesses,
        tuple(notes),
    )


def guess_columns(table: Table, named: Mapping[str, str]) -> tuple[Guess, Guess]:
    """The columns that say when and what was measured: named, else by their names and cells."""
    for role, column in named.items():
        if role not in ROLES:
            raise BadInput("columns", role, f"one of {', '.join(ROLES)}")
        if column not in table.columns:
            allowed = f"one of the columns {', '.join(map(repr, table.columns))}"
            raise BadInput(f"column for {role}", column, allowed)
    if "value" in named:
        value = Guess("value", named["value"], "named by you")
        return _guess_moment(table, named, str(value.column)), value
    numeric = [column for column in table.columns if _is_numeric(table.columns[column])]
    spoken = _best(numeric, "value")
    moment = _guess_moment(table, named, spoken)
    left = [column for column in numeric if column != moment.column]
    if spoken and spoken != moment.column:
        return moment, Guess("value", spoken, "its name says so, and its cells are numbers")
    if len(left) == 1:
        return moment, Guess("value", left[0], "the only column of numbers beside the moment")
    raise BadInput(
        "column for value",
        ", ".join(map(repr, table.columns)),
        "one column of numbers" if not left else f"one of {', '.join(map(repr, left))}",
        "Name it, such as value=COLUMN.",
    )


def _guess_moment(table: Table, named: Mapping[str, str], value: str) -> Guess:
    if "at" in named:
        return Guess("at", named["at"], "named by you")
    free = [column for column in table.columns if column != value]
    if spoken := _best(free, "at"):
        return Guess("at", spoken, "its name says so")
    dated = (
        c for c in free if (told := read_moments(table.columns[c])) and told.format != "number"
    )
    if first := next(dated, None):
        return Guess("at", first, "its cells are dates")
    return Guess(
        "at", None, "no column looks like a moment: the order of the rows is taken as time"
    )


def _best(columns: list[str], role: str) -> str:
    """The column whose name speaks most for a role, "" if none does."""
    ranked = [(points_for(column, _WORDS[role])[0], -place, column)
              for place, column in enumerate(columns)]  # fmt: skip
    points, _, column = max(ranked, default=(0.0, 0, ""))
    return column if points else ""


def _is_numeric(cells: list[str]) -> bool:
    filled = [cell for cell in cells if not is_missing(cell)]
    return bool(filled) and len(read_numbers(filled).unreadable) <= MOST_UNREADABLE * len(filled)


def _order(table: Table, column: str | None, notes: list[str]) -> Integers:
    """The rows, oldest first."""
    rows = np.arange(len(table.lines))
    told = read_moments(table.columns[column]) if column else None
    if told is None or np.isfinite(told.values).mean() < 1 - MOST_UNREADABLE:
        notes.append("The order of the rows is taken as time.")
        return rows
    notes.append(f"Column {column!r} is read as {told.format}.")
    placed = rows[np.isfinite(told.values)]
    if len(placed) < len(rows):
        notes.append(f"{len(rows) - len(placed)} rows without a moment are left out.")
    return np.asarray(placed[np.argsort(told.values[placed], kind="stable")])
