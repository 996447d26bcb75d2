"""Panels with a column for each period, or for each unit, as rows of unit, period and outcome."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from groundplan.sources.csv.cells import read_numbers
from groundplan.sources.csv.panel_periods import read_periods
from groundplan.sources.csv.panels import PanelFile, read_panel
from groundplan.sources.csv.tables import Table, read_table

LEAST_PERIODS: Final = 4  # columns that are named like periods
LEAST_UNITS: Final = 6  # columns of numbers; fewer may be several outcomes of one unit
LEAST_NUMBERS: Final = 0.9
_ROWS: Final = ("unit", "period", "outcome")


def read_any(text: str, columns: Mapping[str, str], treated_from: str = "") -> PanelFile:
    """A panel out of a file of any shape; columns that are named are taken as they are.

    Wide ones are those of which four columns or more are named like periods, and of which every
    row is another period and six columns or more hold numbers, each a unit's.
    """
    if columns:
        return read_panel(text, columns, treated_from)
    table = read_table(text)
    periods = [name for name in table.columns if read_periods([name]) is not None]
    if len(periods) >= max(LEAST_PERIODS, len(table.columns) / 2):
        rows, says = _melt_periods(table, periods, treated_from), "a column for each period"
    elif not treated_from and (when := _find_periods(table)):
        rows, says = _melt_units(table, when), "a column for each unit"
    else:
        return read_panel(text, columns, treated_from)
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    named = dict(zip(_ROWS, _ROWS, strict=True))
    read = read_panel(written.getvalue(), named, treated_from)
    note = f"The file has {says}; lines are counted after it was turned into rows."
    return replace(read, notes=(note, *read.notes))


def _melt_periods(table: Table, periods: list[str], treated_from: str) -> Iterator[list[str]]:
    rest = [name for name in table.columns if name not in (*periods, treated_from)]
    names = next((table.columns[name] for name in rest if _is_unique(table.columns[name])), None)
    units = names or [str(line) for line in table.lines]
    starts = table.columns.get(treated_from)
    yield [*_ROWS, *([treated_from] if starts else [])]
    for row, unit in enumerate(units):
        for period in periods:
            cell = [unit, period, table.columns[period][row]]
            yield [*cell, *([starts[row]] if starts else [])]


def _melt_units(table: Table, when: str) -> Iterator[list[str]]:
    yield list(_ROWS)
    for unit, cells in table.columns.items():
        if unit != when:
            for period, cell in zip(table.columns[when], cells, strict=True):
                yield [unit, period, cell]


def _find_periods(table: Table) -> str:
    """The column in which every row is another period, if all others hold numbers; else ""."""
    first = next(iter(table.columns))
    others = [cells for name, cells in table.columns.items() if name != first]
    if len(others) < LEAST_UNITS or not _is_unique(table.columns[first]):
        return ""
    numbers = [np.isfinite(read_numbers(cells).values).mean() for cells in others]
    known = read_periods(table.columns[first]) is not None and min(numbers) >= LEAST_NUMBERS
    return first if known else ""


def _is_unique(cells: list[str]) -> bool:
    return all(cells) and len(set(cells)) == len(cells)
