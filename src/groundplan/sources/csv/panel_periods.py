"""Periods as people write them: years, quarters, months, ISO weeks, dates or plain numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import MOST_UNREADABLE, is_missing, read_moments

MOST_FILLED: Final = 0.5  # of all periods; beyond it the file's own periods are taken in order
_DAY: Final = 86_400.0
_MONTHS: Final = {
    name: nr
    for nr, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)
}
_WEEK: Final = re.compile(r"(\d{4})[-\s]?[WwKk][WwKk]?[-\s]?(\d{1,2})")
_QUARTER: Final = re.compile(r"(?:(\d{4})[-/\s:]?Q([1-4])|Q([1-4])[-/\s:]?(\d{4}))", re.IGNORECASE)
_MONTH: Final = re.compile(
    r"(?:(\d{4})[-/.](\d{1,2})|(\d{1,2})[-/.](\d{4})|(\d{4})[-\s]?M(\d{1,2})"
    r"|([a-z]{3})[a-z]*\.?[-\s]?(\d{4})|(\d{4})[-\s]([a-z]{3})[a-z]*)",
    re.IGNORECASE,
)
_SEASONS: Final = {"ISO week": 13, "month": 12, "first of a month": 12, "quarter": 4}
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a panel, in order.

    labels, values: (periods,), as written and as numbers that order them. kind: what they are.
    filled: periods between others that no row had. even: whether they are equally long steps.
    """

    labels: tuple[str, ...]
    values: Floats
    kind: str
    filled: int
    even: bool

    @property
    def season(self) -> int:
        """Periods after which something returns: a week, a quarter or a year; 0 if not known."""
        if self.kind == "date" and len(self.values) > 1:
            step = round(float(np.diff(self.values).min()))
            return {1: 7, 7: 13}.get(step, 0)
        return _SEASONS.get(self.kind, 0)

    def place(self, cells: Sequence[str]) -> Floats:
        """The number of each cell on the scale of `values`, NaN if it is no such period."""
        return _parse(cells, self.kind)


def read_periods(cells: Sequence[str]) -> Periods | None:
    """The periods that a column names, gaps in an even row of them filled; None if it names none.

    Names that are no times stand in the order of their first row.
    """
    rows = Counter(cell for cell in cells if not is_missing(cell))
    filled = list(rows)
    for kind in (*_READERS, "date") if filled else ():
        values = _parse(filled, kind)
        unread = sum(rows[filled[at]] for at in np.flatnonzero(np.isnan(values)))
        if unread <= MOST_UNREADABLE * rows.total():
            return _in_order(filled, values, kind)
    return None


def in_order_of_rows(cells: Sequence[str]) -> Periods:
    """Names of periods that are no times, in the order of their first row."""
    filled = tuple(cell for cell in dict.fromkeys(cells) if not is_missing(cell))
    return Periods(filled, np.arange(len(filled), dtype=np.float64), "order of rows", 0, True)


def _in_order(cells: Sequence[str], values: Floats, kind: str) -> Periods:
    known = np.isfinite(values)
    names: dict[float, str] = {}
    for value, cell in zip(values[known].tolist(), np.array(cells, object)[known], strict=True):
        names.setdefault(value, str(cell))
    found = np.array(sorted(names))
    steps = np.diff(found)
    if not len(steps):
        return Periods(tuple(names[v] for v in found.tolist()), found, kind, 0, True)
    step = float(steps.min())
    parts = steps / step
    even = bool(np.abs(parts - np.round(parts)).max() < 1e-6)
    missing = int(np.sum(np.round(parts))) + 1 - len(found)
    if not even or missing > MOST_FILLED * (len(found) + missing):
        return Periods(
            tuple(names[v] for v in found.tolist()), found, kind, 0, even and not missing
        )
    whole = found[0] + step * np.arange(len(found) + missing)
    whole[np.round((found - found[0]) / step).astype(int)] = found
    labels = tuple(names.get(v, f"not in the file, place {at}") for at, v in enumerate(whole, 1))
    return Periods(labels, whole, kind, missing, True)


def _parse(cells: Sequence[str], kind: str) -> Floats:
    if kind in _READERS:
        read = _READERS[kind]
        return np.array([read(cell.strip()) for cell in cells], dtype=np.float64)
    if kind == "date":
        # a year stands for its first day
        whole = [f"{cell}-01-01" if re.fullmatch(r"\d{4}", cell) else cell for cell in cells]
        told = read_moments(whole)
        if told is None or told.format == "number":
            return np.full(len(cells), np.nan)
        return np.asarray(told.values / _DAY)
    return np.full(len(cells), np.nan)


def _read_number(cell: str) -> float:
    return float(cell) if _NUMBER.fullmatch(cell) else float("nan")


def _read_week(cell: str) -> float:
    match = _WEEK.fullmatch(cell)
    try:
        return (
            float(date.fromisocalendar(int(match[1]), int(match[2]), 1).toordinal())
            if match
            else float("nan")
        )
    except ValueError:
        return float("nan")


def _read_quarter(cell: str) -> float:
    match = _QUARTER.fullmatch(cell)
    if not match:
        return float("nan")
    year, quarter = (match[1], match[2]) if match[1] else (match[4], match[3])
    return float(int(year) * 4 + int(quarter) - 1)


def _read_month(cell: str) -> float:
    match = _MONTH.fullmatch(cell)
    if not match:
        return float("nan")
    pairs = ((1, 2), (4, 3), (5, 6), (8, 7), (9, 10))
    year, month = next((match[y], match[m]) for y, m in pairs if match[y])
    nr = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
    return float(int(year) * 12 + nr - 1) if 1 <= nr <= 12 else float("nan")


def _read_first_of_month(cell: str) -> float:
    """A date on the first of a month as that month: months have no equal number of days."""
    try:
        told = datetime.fromisoformat(cell) if "-" in cell else None
    except ValueError:
        return float("nan")
    if told is None or told.replace(tzinfo=UTC).day != 1:
        return float("nan")
    return float(told.year * 12 + told.month - 1)


_READERS: Final[dict[str, Callable[[str], float]]] = {
    "number": _read_number,
    "ISO week": _read_week,
    "quarter": _read_quarter,
    "month": _read_month,
    "first of a month": _read_first_of_month,
}
