"""Somebody's own panel: outcomes of units over periods, and from when units were treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.sources.csv.cells import MOST_UNREADABLE, is_missing, read_numbers
from groundplan.sources.csv.item_events import Rejected
from groundplan.sources.csv.panel_columns import guess_panel_columns
from groundplan.sources.csv.panel_periods import Periods, in_order_of_rows, read_periods
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table, read_table
from groundplan.terms.errors import BadInput

MOST_LISTED: Final = 10_000  # rows that were left out
ONE_UNIT: Final = "all"
_YES: Final = frozenset("1 1.0 true yes y t treated".split())
_NO: Final = frozenset("0 0.0 false no n f control untreated never".split())
_NEVER: Final = frozenset("never inf infinity infinite 0 0.0 none control".split())


@dataclass(frozen=True, slots=True)
class PanelFile:
    """A file as a panel. outcome: the name of its column. weights: of units, if a column has them.
    season: periods after which something returns, 0 if that is not known.

    rejected: rows that were left out, by line, the first 10,000. notes: what was guessed, filled
    or taken together, in sentences.
    """

    panel: Panel
    outcome: str
    weights: Floats | None
    season: int
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    rejected: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows that were kept: (rows,) each. unit, period: positions; row: in the table."""

    unit: Integers
    period: Integers
    outcome: Floats
    row: Integers
    names: tuple[str, ...]


def read_panel(
    data: bytes | str, columns: Mapping[str, str] | None = None, treated_from: str = ""
) -> PanelFile:
    """A panel out of a delimited text file, a row for each unit and period.

    columns: a role (unit, period, outcome, weight) to a column's name; the first three are guessed
    where not named. treated_from: the column with the first treated period of the row's unit
    (empty, 0 or `never` for never), or with 0 and 1 for untreated and treated rows; without it
    nobody is treated. Periods may be years, quarters, months, ISO weeks, dates or numbers; an even
    row of them is filled with periods without outcomes.

    Errors: BadInput names the line and the column: no such column, none that could be the outcome,
    more than a tenth of cells unreadable, or several rows for a unit in a period.
    """
    table = read_table(data)
    if not table.lines:
        raise BadInput("file", "a header only", "a header line and one unit and period a line")
    if treated_from and treated_from not in table.columns:
        allowed = f"one of the columns {', '.join(map(repr, table.columns))}"
        raise BadInput("treated_from", treated_from, allowed)
    guesses = guess_panel_columns(table, columns or {}, treated_from)
    chosen = {guess.role: guess.column for guess in guesses}
    cells = table.columns[str(chosen["period"])]
    periods = read_periods(cells)
    notes = []
    if periods is None:
        periods = in_order_of_rows(cells)
        notes.append("The names of periods are no times: they are taken in the order of the rows.")
    else:
        notes += _say_periods(periods, str(chosen["period"]))
    rejected: list[Rejected] = []
    rows = _read_rows(table, chosen, periods, rejected)
    starts = _read_starts(table, treated_from, rows, periods, notes)
    panel = make_panel(rows.names, periods.labels, _spread(rows, periods), starts)
    weights = _read_weights(table, chosen.get("weight"), rows)
    return PanelFile(
        panel, str(chosen["outcome"]), weights, periods.season, guesses, tuple(notes),
        tuple(rejected[:MOST_LISTED]),
    )  # fmt: skip


def _say_periods(periods: Periods, column: str) -> list[str]:
    notes = [f"Column {column!r} is read as {periods.kind}: {len(periods.labels)} periods."]
    if periods.filled:
        notes.append(f"{periods.filled} periods between others have no row: nothing observed.")
    if not periods.even:
        notes.append("Periods are not evenly spaced: they are taken in their order.")
    return notes


def _read_rows(
    table: Table, chosen: Mapping[str, str | None], periods: Periods, rejected: list[Rejected]
) -> _Rows:
    """The rows with a unit, a period and a number, the first of each unit and period."""
    owners = table.columns[chosen["unit"]] if chosen["unit"] else [ONE_UNIT] * len(table.lines)
    when = table.columns[str(chosen["period"])]
    told = read_numbers(table.columns[str(chosen["outcome"])])
    unreadable = {cell.row: cell.got for cell in told.unreadable}
    known = _places(when, periods)
    names: dict[str, int] = {}
    seen: dict[tuple[int, int], int] = {}
    kept: list[tuple[int, int, int]] = []
    twice = 0
    for row, (unit, cell) in enumerate(zip(owners, when, strict=True)):
        reason = _reason(unit, cell, known, unreadable.get(row))
        if not reason:
            key = (names.setdefault(unit, len(names)), known[cell])
            if key in seen:
                twice += 1
                reason = f"a second row for this unit and period, after line {seen[key]}"
            else:
                seen[key] = table.lines[row]
                kept.append((*key, row))
        if reason:
            rejected.append(Rejected(table.lines[row], unit, reason))
    _check_rows(table, chosen, kept, twice, rejected)
    places = np.array(kept, dtype=np.int64)
    return _Rows(places[:, 0], places[:, 1], told.values[places[:, 2]], places[:, 2], tuple(names))


def _places(cells: list[str], periods: Periods) -> dict[str, int]:
    """The place of each cell that is a period."""
    if periods.kind == "order of rows":
        return {label: at for at, label in enumerate(periods.labels)}
    at_value = {value: at for at, value in enumerate(periods.values.tolist())}
    distinct = list(dict.fromkeys(cells))
    values = periods.place(distinct).tolist()
    return {c: at_value[v] for c, v in zip(distinct, values, strict=True) if v in at_value}


def _reason(unit: str, cell: str, known: Mapping[str, int], unreadable: str | None) -> str:
    """Why a row is left out, "" if it is not."""
    if is_missing(unit):
        return "no unit"
    if cell not in known:
        return f"{cell[:40]!r} is no period" if cell else "no period"
    return "" if unreadable is None else f"{unreadable[:40]!r} is no number"


def _check_rows(
    table: Table,
    chosen: Mapping[str, str | None],
    kept: list[tuple[int, int, int]],
    twice: int,
    rejected: list[Rejected],
) -> None:
    if twice > MOST_UNREADABLE * len(table.lines):
        raise BadInput(
            "columns",
            f"several rows for one unit and period in {twice:,} lines",
            "one row for each unit and period",
            f"Units are taken from {chosen['unit']!r}, periods from {chosen['period']!r}; name "
            "others, such as unit=COLUMN.",
        )
    if len(rejected) > MOST_UNREADABLE * len(table.lines) or not kept:
        first = rejected[0] if rejected else Rejected(1, "", "no row")
        raise BadInput(
            f"line {first.line}", first.reason, "a unit, a period and a number in each row",
            f"{len(rejected):,} of {len(table.lines):,} rows cannot be read.",
        )  # fmt: skip


def _spread(rows: _Rows, periods: Periods) -> Floats:
    outcome = np.full((len(rows.names), len(periods.labels)), np.nan)
    outcome[rows.unit, rows.period] = rows.outcome
    return outcome


def _read_starts(
    table: Table, column: str, rows: _Rows, periods: Periods, notes: list[str]
) -> Integers:
    """The first treated period of each unit; never without a column."""
    if not column:
        return np.full(len(rows.names), NEVER)
    cells = [table.columns[column][row].strip() for row in rows.row]
    distinct = {cell.lower() for cell in cells if not is_missing(cell)}
    if distinct <= _YES | _NO and distinct & _YES:
        return _read_indicator(cells, column, rows, periods, notes)
    told = {cell: _start(cell, periods) for cell in dict.fromkeys(cells)}
    found = np.full(len(rows.names), NEVER)
    first: dict[int, str] = {}
    late = between = 0
    for unit, row, cell in zip(rows.unit.tolist(), rows.row.tolist(), cells, strict=True):
        value = told[cell]
        if value is None:
            place = f"line {table.lines[row]}, column {column!r}"
            allowed = (
                f"a period ({periods.kind}) such as {periods.labels[0]!r}, or nothing for never"
            )
            raise BadInput(place, cell[:80], allowed)
        if unit in first:
            if told[first[unit]] != value:
                place = f"line {table.lines[row]}, column {column!r}"
                raise BadInput(place, cell[:80], f"one start a unit; it had {first[unit]!r} before")
            continue
        first[unit] = cell
        if np.isfinite(value):
            at = int(np.searchsorted(periods.values, value - 1e-9))
            late += at == len(periods.values)
            between += at < len(periods.values) and abs(periods.values[at] - value) > 1e-6
            found[unit] = at if at < len(periods.values) else NEVER
    if late:
        notes.append(f"{late} units start after the last period: untreated here.")
    if between:
        notes.append(f"{between} units start between two periods: treated from the next one on.")
    return found


def _start(cell: str, periods: Periods) -> float | None:
    """A start on the scale of periods, infinite for never, None if it is neither."""
    value = float(periods.place([cell])[0])
    if periods.kind == "order of rows" and cell in periods.labels:
        value = float(periods.labels.index(cell))
    never = is_missing(cell) or cell.lower() in _NEVER
    if never and not (np.isfinite(value) and value > periods.values[0]):
        return float("inf")
    return value if np.isfinite(value) else None


def _read_indicator(
    cells: list[str], column: str, rows: _Rows, periods: Periods, notes: list[str]
) -> Integers:
    """Starts from 0 and 1 in each row: the first period with 1."""
    on = np.array([cell.lower() in _YES for cell in cells])
    found = np.full(len(rows.names), len(periods.labels))
    np.minimum.at(found, rows.unit[on], rows.period[on])
    last_off = np.full(len(rows.names), -1)
    np.maximum.at(last_off, rows.unit[~on], rows.period[~on])
    treated = found < len(periods.labels)
    if treated.any() and (last_off[treated] < 0).all():
        raise BadInput(
            f"column {column!r}", "1 in all periods of every treated unit",
            "the first treated period, or 1 from that period on",
            "The column tells who is treated, but not since when.",
        )  # fmt: skip
    if stopped := int(np.sum(treated & (last_off > found))):
        notes.append(
            f"{stopped} units stop being treated: they count as treated from the start on."
        )
    return np.where(treated, found, NEVER)


def _read_weights(table: Table, column: str | None, rows: _Rows) -> Floats | None:
    """The mean weight of each unit's rows."""
    if column is None:
        return None
    values = read_numbers(table.columns[column]).values[rows.row]
    if not (np.isfinite(values) & (values > 0)).all():
        bad = int(np.flatnonzero(~(np.isfinite(values) & (values > 0)))[0])
        row = int(rows.row[bad])
        place = f"line {table.lines[row]}, column {column!r}"
        raise BadInput(place, table.columns[column][row][:80], "a number above 0 in each row")
    sums = np.bincount(rows.unit, values, minlength=len(rows.names))
    return np.asarray(sums / np.bincount(rows.unit, minlength=len(rows.names)))
