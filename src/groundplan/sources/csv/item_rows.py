"""Which rows of an export of work items can be kept, and why the others cannot."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import is_missing
from groundplan.sources.csv.dates import DateFormats, Dates, read_dates
from groundplan.sources.csv.item_columns import DATES, Mapped
from groundplan.sources.csv.item_events import MOST_TEXT, Rejected
from groundplan.sources.csv.tables import Table

DAY_S: Final = 86_400.0
WIDEST_ZONE_S: Final = 14 * 3_600.0  # a day without a zone may begin so much earlier or later
MOST_DATES: Final = 100  # in one cell
_BETWEEN: Final = re.compile(r"\s*[;|\n]\s*")


@dataclass(slots=True)
class Rows:
    """The rows of one file, shapes (n,). kept: which are accepted; done: when each was, in order.

    several: the file tells of an item more than the last time it was done.
    """

    table: Table
    chosen: Mapping[str, str | None]
    mapped: Mapped
    latest: datetime
    notes: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    unread: list[Rejected] = field(default_factory=list)
    ids: list[str] = field(init=False)
    dates: dict[str, Dates] = field(init=False)
    formats: DateFormats = field(init=False)
    kept: npt.NDArray[np.bool_] = field(init=False)
    done: dict[int, list[float]] = field(init=False)
    several: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        count = len(self.table.lines)
        self.kept = np.ones(count, dtype=bool)
        column = self.chosen["item"]
        if column:
            self.ids = [cell[:MOST_TEXT] for cell in self.table.columns[column]]
        else:
            self.ids = [f"line {line}" for line in self.table.lines]
            self.notes.append(
                "No column looks like an item's id: lines stand for items, and later exports are "
                "compared by line."
            )
        columns = {
            f"{role}\0{name}": cells
            for role in DATES
            for name, cells in self._date_columns(role).items()
        }
        self.dates, self.formats = read_dates(columns, self.latest, self.mapped.zone)

    def _date_columns(self, role: str) -> dict[str, Sequence[str]]:
        """The columns of a role, repeated ones and several dates in one cell taken apart."""
        first = self.chosen[role]
        if not first:
            return {}
        repeated = re.compile(rf"{re.escape(first)}( \(\d+\))?")
        found: dict[str, Sequence[str]] = {}
        for name, cells in self.table.columns.items():
            if name == first or (repeated.fullmatch(name) and role in ("done", "reopened")):
                found |= _apart(name, cells)
        return found

    def check(self) -> None:
        """Decide which rows are kept, and when their items were done."""
        self._each(lambda row: is_missing(self.ids[row]), lambda _: "the item has no id")
        self._unreadable_dates()
        self.done = self._completions()
        self._join_repeated()
        self._backwards()
        self._note_dates()

    def _each(self, wrong: Callable[[int], bool], reason: Callable[[int], str]) -> None:
        for row in np.flatnonzero(self.kept).tolist():
            if wrong(row):
                self._reject(row, reason(row))

    def _reject(self, row: int, reason: str) -> None:
        self.kept[row] = False
        self.rejected.append(Rejected(self.table.lines[row], self.ids[row], reason))

    def _unreadable_dates(self) -> None:
        for key, read in self.dates.items():
            role, _, name = key.partition("\0")
            name = name.partition("\0")[0]
            for cell in read.unreadable:
                if not self.kept[cell.row]:
                    continue
                reason = f"column {name!r}: {cell.got[:80]!r} is no date between 1980 and today"
                if role in ("done", "dropped"):
                    self._reject(cell.row, reason)
                else:
                    line = self.table.lines[cell.row]
                    self.unread.append(Rejected(line, self.ids[cell.row], reason))

    def _of(self, role: str) -> list[Dates]:
        return [read for key, read in self.dates.items() if key.startswith(f"{role}\0")]

    def first(self, role: str) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """A role's dates and which of them are whole days; NaN where there is none."""
        found = self._of(role)
        if not found:
            count = len(self.ids)
            return np.full(count, np.nan), np.zeros(count, dtype=bool)
        return found[0].values, found[0].whole_day

    def reopenings(self) -> dict[int, list[float]]:
        """When the items of rows were reopened, where a column tells it."""
        found: dict[int, list[float]] = {}
        for read in self._of("reopened"):
            for row in np.flatnonzero(np.isfinite(read.values) & self.kept).tolist():
                found.setdefault(row, []).append(float(read.values[row]))
        return found

    def _completions(self) -> dict[int, list[float]]:
        """When each row's item was done, in order; a whole day not before what came before it."""
        begun = np.fmax(self.first("created")[0], self.first("started")[0])
        done: dict[int, list[float]] = {}
        for read in self._of("done"):
            values = read.values.copy()
            raised = (values < begun) & (begun < values + self._slack())
            values[raised] = begun[raised]
            for row in np.flatnonzero(np.isfinite(values) & self.kept).tolist():
                done.setdefault(row, []).append(float(values[row]))
        found = {row: sorted(set(dates)) if dates[1:] else dates for row, dates in done.items()}
        self.several = any(dates[1:] for dates in found.values())
        return found

    def _join_repeated(self) -> None:
        """Rows of one item: done again if that is all they differ in, otherwise a second item."""
        seen: dict[str, int] = {}
        created = self.first("created")[0]
        for row in np.flatnonzero(self.kept).tolist():
            first = seen.setdefault(self.ids[row], row)
            if first == row:
                continue
            place = f"item {self.ids[row]!r} already stands on line {self.table.lines[first]}"
            again = [at for at in self.done.get(row, []) if at not in self.done.get(first, [])]
            if np.isfinite(created[row] + created[first]) and created[row] != created[first]:
                self._reject(row, f"{place}, created on another day")
            elif not again:
                self._reject(row, f"{place}; this row adds nothing that is known by its day")
            else:
                self.done[first] = sorted({*self.done.get(first, []), *again})
                self.done.pop(row, None)
                self.kept[row] = False
                self.several = True

    def _slack(self) -> Floats:
        """How much earlier an end may seem to be than what came before it [seconds].

        A day without a time lasts a day, and more if only other cells name their zone.
        """
        whole = np.zeros(len(self.ids), dtype=bool)
        for role in ("done", "started", "created"):
            for read in self._of(role):
                whole |= read.whole_day
        zoned = any(self.formats.zones)
        return np.where(whole, DAY_S + WIDEST_ZONE_S * zoned, 0.0)

    def _backwards(self) -> None:
        last: list[float] = [self.done.get(row, [np.nan])[-1] for row in range(len(self.ids))]
        for role in ("started", "created"):
            at, _ = self.first(role)
            wrong = np.array(last) < at
            self._each(
                lambda row, wrong=wrong: bool(wrong[row]),  # type: ignore[misc]
                lambda row, role=role, at=at: (  # type: ignore[misc]
                    f"done on {_moment(last[row], at[row])}, before it was {role} on "
                    f"{_moment(float(at[row]), last[row])}"
                ),
            )

    def _note_dates(self) -> None:
        if len(self.formats.formats) > 1:
            forms = ", ".join(f"{form} ({n})" for form, n in self.formats.formats.items())
            self.notes.append(f"Dates are written in several ways: {forms}.")
        for separator in self.formats.unsure:
            self.notes.append(f"Of dates with {separator!r}, the day is taken to come first.")
        zones = [zone or "no zone" for zone in self.formats.zones]
        if len(zones) > 1:
            self.notes.append(f"Times name several zones: {', '.join(zones)}.")


def _apart(name: str, cells: Sequence[str]) -> dict[str, Sequence[str]]:
    """A column whose cells hold several dates as several columns."""
    if not any(_BETWEEN.search(cell) for cell in cells):
        return {name: cells}
    parts = [_BETWEEN.split(cell)[:MOST_DATES] for cell in cells]
    widest = max(map(len, parts))
    return {
        f"{name}\0{at}": [row[at] if at < len(row) else "" for row in parts] for at in range(widest)
    }


def _moment(seconds: float, beside: float) -> str:
    """A day; with its time where the other moment lies on the same one."""
    form = "%Y-%m-%d" if seconds // DAY_S != beside // DAY_S else "%Y-%m-%d at %H:%M"
    return f"{datetime.fromtimestamp(seconds, UTC):{form}}"
