"""Cells of text as numbers and moments: decimals, durations and date formats told by the column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.sources.csv.tables import Table
from groundplan.terms.errors import BadInput

MISSING: Final = frozenset({"", "-", "--", "?", "na", "n/a", "#n/a", "nan", "null", "none", "nil"})
MOST_UNREADABLE: Final = 0.1  # of a column's filled cells; beyond it the column is something else
MOST_NAMED: Final = 5  # unreadable cells that are named one by one
_FILLED_SAMPLE: Final = 500  # cells from which a date format is told
_SECONDS: Final = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "mins": 60, "minute": 60, "minutes": 60,
    "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600,
}  # fmt: skip
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_PARTS: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)\s*", re.IGNORECASE)
_WORDED: Final = re.compile(r"([+-]?\d[\d.,]*)\s*([^\W\d_]+)\.?")
_COMMA_DECIMAL: Final = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_POINTED_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}(\.\d{3})+,\d*")
DATE_FORMATS: Final = (
    "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y",
    "%Y/%m/%d", "%Y.%m.%d", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y",
    "%B %d, %Y", "%b-%d-%Y", "%d/%b/%y", "%d/%b/%Y", "%Y%m%d",
)  # fmt: skip
TIME_FORMATS: Final = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A filled cell that could not be read; `row` counts from 0."""

    row: int
    got: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers, missing and unreadable ones as NaN; word: the unit in its cells."""

    values: Floats
    unreadable: tuple[Unreadable, ...]
    decimal: str
    word: str


@dataclass(frozen=True, slots=True)
class Moments:
    """A column of moments as sortable numbers [seconds, or as they are]; missing ones NaN."""

    values: Floats
    unreadable: tuple[Unreadable, ...]
    format: str


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is nothing."""
    return cell.lower() in MISSING


def read_numbers(cells: Sequence[str]) -> Numbers:
    """A column as numbers: decimal point or comma, thousands, and durations such as `1h 30m` [h].

    Which of point and comma is the decimal is told by the whole column.
    """
    filled = [cell for cell in cells if not is_missing(cell)]
    comma = _has_comma_decimals(filled)
    word = _common_word(filled)
    known: dict[str, float] = {}
    values = np.full(len(cells), np.nan)
    unreadable = []
    for row, cell in enumerate(cells):
        if is_missing(cell):
            continue
        if cell not in known:
            known[cell] = _number(cell, comma, word)
        values[row] = known[cell]
        if np.isnan(known[cell]):
            unreadable.append(Unreadable(row, cell))
    return Numbers(values, tuple(unreadable), "," if comma else ".", word)


def read_number_column(table: Table, column: str, allowed: str, notes: list[str]) -> Numbers:
    """A column of a table as numbers; what is left out of it is noted.

    allowed: what its cells may hold, in words. Errors: BadInput if no cell is filled, or more than
    a tenth of those that are cannot be read; it names the line of the first.
    """
    told = read_numbers(table.columns[column])
    filled = sum(not is_missing(cell) for cell in table.columns[column])
    if not filled:
        raise BadInput(f"column {column!r}", "no filled cell", allowed)
    if len(told.unreadable) > MOST_UNREADABLE * filled:
        first = told.unreadable[0]
        raise BadInput(
            f"line {table.lines[first.row]}, column {column!r}",
            first.got[:80],
            allowed,
            f"{len(told.unreadable)} of {filled} filled cells cannot be read as numbers.",
        )
    if told.decimal == ",":
        notes.append(f"In column {column!r} the comma is taken as the decimal sign.")
    note_unreadable(table, column, told.unreadable, notes)
    return told


def note_unreadable(
    table: Table, column: str, unreadable: Sequence[Unreadable], notes: list[str]
) -> None:
    """Note which cells of a column are left out, the first few with their lines."""
    for cell in unreadable[:MOST_NAMED]:
        place = f"Line {table.lines[cell.row]}, column {column!r}"
        notes.append(f"{place}: {cell.got[:80]!r} cannot be read; left out.")
    if len(unreadable) > MOST_NAMED:
        notes.append(f"Column {column!r}: {len(unreadable) - MOST_NAMED} more such cells.")


def _has_comma_decimals(filled: Sequence[str]) -> bool:
    with_comma = [_bare(cell) for cell in filled if "," in cell]
    if not with_comma:
        return False
    decimals = sum(
        bool(_COMMA_DECIMAL.fullmatch(c) or _POINTED_THOUSANDS.fullmatch(c)) for c in with_comma
    )
    thousands = sum(bool(_THOUSANDS.fullmatch(c)) and not c.startswith("0") for c in with_comma)
    pointed = any(_NUMBER.fullmatch(_bare(c)) and "." in c for c in filled)
    return decimals > thousands or (
        decimals == thousands
        and decimals > 0
        and not pointed
        and (any(len(c.rpartition(",")[2]) != 3 for c in with_comma))
    )


def _bare(cell: str) -> str:
    match = _WORDED.fullmatch(cell)
    return match[1] if match else cell


def _common_word(filled: Sequence[str]) -> str:
    """The one unit word that follows the numbers, or `hours` for durations of several parts."""
    words = {match[2].lower() for cell in filled if (match := _WORDED.fullmatch(cell))}
    if any(_duration(cell) is not None and not _WORDED.fullmatch(cell) for cell in filled) or (
        len(words) > 1 and words <= set(_SECONDS)
    ):
        return "hours"
    return next(iter(words)) if len(words) == 1 else ""


def _duration(cell: str) -> float | None:
    """`1h 30m`, `90 min` or ISO 8601 `PT1H30M` as hours."""
    text = cell.removeprefix("PT") if cell.startswith("PT") else cell
    parts = _PARTS.findall(text)
    if not parts or _PARTS.sub("", text).strip():
        return None
    if any(unit.lower() not in _SECONDS for _, unit in parts):
        return None
    return sum(float(amount) * _SECONDS[unit.lower()] for amount, unit in parts) / 3600


def _number(cell: str, comma: bool, word: str) -> float:
    match = _WORDED.fullmatch(cell)
    if word == "hours" and (hours := _duration(cell)) is not None:
        return hours
    text = match[1] if match and match[2].lower() == word else cell
    text = re.sub(r"[\s'\u2019\u00a0\u202f](?=\d)", "", text)
    if comma:
        text = text.replace(".", "").replace(",", ".")
    elif _THOUSANDS.fullmatch(text):
        text = text.replace(",", "")
    return float(text) if _NUMBER.fullmatch(text) else float("nan")


def read_moments(cells: Sequence[str]) -> Moments | None:
    """A column as moments, in the format that reads most of it; None if none reads nine of ten.

    ISO 8601 first, then plain numbers (an order, or seconds since 1970), then DATE_FORMATS with or
    without a time. Where day and month cannot be told apart, the day comes first. Moments without
    zone are taken as UTC.
    """
    distinct = list(dict.fromkeys(cell for cell in cells if not is_missing(cell)))
    if not distinct:
        return None
    step = max(1, len(distinct) // _FILLED_SAMPLE)
    sample = distinct[::step]
    formats = ["ISO 8601", "number", *(d + t for t in TIME_FORMATS for d in DATE_FORMATS)]
    reads = {name: sum(_moment(c, name) is not None for c in sample) for name in formats}
    best = max(formats, key=lambda name: reads[name])
    if reads[best] < (1 - MOST_UNREADABLE) * len(sample):
        return None
    known = {cell: _moment(cell, best) for cell in distinct}
    values = np.full(len(cells), np.nan)
    unreadable = []
    for row, cell in enumerate(cells):
        if is_missing(cell):
            continue
        moment = known[cell]
        if moment is None:
            unreadable.append(Unreadable(row, cell))
        else:
            values[row] = moment
    return Moments(values, tuple(unreadable), best)


def _moment(cell: str, form: str) -> float | None:
    try:
        if form == "number":
            return float(cell) if _NUMBER.fullmatch(cell) else None
        if form == "ISO 8601":
            if "-" not in cell:
                return None
            moment = datetime.fromisoformat(cell)
        else:
            moment = datetime.strptime(cell, form).replace(tzinfo=UTC)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError):
        return None
