"""An export of work items, a row an item, as events: what can be read is kept, the rest is listed.

Pure: the same bytes, mapping and latest moment give the same events.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import as_text
from groundplan.facts.work import class_of, find_cycles, stage_of
from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import is_missing, read_numbers
from groundplan.sources.csv.item_changes import read_changes
from groundplan.sources.csv.item_columns import CHANGES, SNAPSHOT, YES, Mapped, guess_item_columns
from groundplan.sources.csv.item_events import (
    MOST_TEXT,
    Export,
    Gathering,
    Rejected,
    latest_of,
    note_silent,
    read_people,
)
from groundplan.sources.csv.item_rows import Rows
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import read_table
from groundplan.sources.csv.wording import unit_of
from groundplan.terms.errors import BadInput

HOURS_A_DAY: Final = 8.0  # of work
DAYS_A_WEEK: Final = 5.0
_OPEN: Final = frozenset(("open", "opened"))  # not finished, whether begun or not
_WORK_DAYS: Final[Mapping[str, float]] = {
    "seconds": 1 / 3_600 / HOURS_A_DAY, "minutes": 1 / 60 / HOURS_A_DAY, "hours": 1 / HOURS_A_DAY,
    "days": 1.0, "weeks": DAYS_A_WEEK,
}  # fmt: skip
_AS_WRITTEN: Final = {"title": "titled", "priority": "prioritised", "labels": "labels"}


def read_items(data: bytes | str, mapped: Mapped, latest: datetime) -> Export:
    """What an export says happened to its items, its columns guessed where not named.

    Rejected rows: without an id, done before they were started or created, done on a day that
    cannot be read, a second time the same item. Rows of one item that differ in when it was done
    are one item done several times. Unread cells: other dates, cyclic parents.
    latest: no date can lie after it. Errors: BadInput for a file that is no table of items.
    """
    table = read_table(data)
    if not table.lines:
        raise BadInput("file", "a header only", "a header line and one item a line")
    form, guesses = guess_item_columns(table, mapped, latest)
    chosen = {guess.role: guess.column for guess in guesses}
    if form == CHANGES:
        return read_changes(table, guesses, mapped, latest)
    rows = Rows(table, chosen, mapped, latest)
    rows.check()
    return _Gatherer(rows, guesses).export()


class _Gatherer:
    """The accepted rows of a file as events, a column after the other."""

    def __init__(self, rows: Rows, guesses: tuple[Guess, ...]) -> None:
        self.rows = rows
        self.guesses = guesses
        self.kept = np.flatnonzero(rows.kept)
        self.created, self.started = rows.first("created")[0], rows.first("started")[0]
        self.updated = rows.first("updated")[0]
        self.told_until = latest_of(*(each.values[self.kept] for each in rows.dates.values()))
        # A file without any date says how its items are when it was written, which is `latest`.
        seen_at = (self.told_until or rows.latest).timestamp()
        self.observed = np.where(np.isfinite(self.updated), self.updated, seen_at)
        lines = np.array(rows.table.lines, dtype=np.int64)
        self.ended = self._ends()
        self.events = Gathering(as_text(rows.ids), lines, self.created)

    def export(self) -> Export:
        """Everything that the rows say."""
        self._times()
        self._states()
        for role, what in _AS_WRITTEN.items():
            self._as_written(role, what)
        self._classes()
        self._parents()
        self._people()
        self._estimates()
        rows = self.rows
        if not len(self.kept):
            rows.notes.append("No row could be kept.")
        elif self.told_until is None:
            rows.notes.append("No date can be read: when items began and ended stays unknown.")
        return Export(
            form=SNAPSHOT,
            guesses=self.guesses,
            notes=tuple(rows.notes),
            rows=len(rows.ids),
            items=tuple(rows.ids[row] for row in self.kept.tolist()),
            events=self.events.columns(),
            told_until=self.told_until,
            tells_done=rows.chosen["done"] is not None,
            tells_all_done=rows.several,
            rejected=tuple(sorted(rows.rejected, key=lambda each: each.line)),
            unread=tuple(sorted(rows.unread, key=lambda each: each.line)),
        )

    def _cells(self, role: str) -> npt.NDArray[np.object_] | None:
        """The cells of the kept rows, "" where there is nothing; None without such a column."""
        column = self.rows.chosen[role]
        if not column:
            return None
        cells = self.rows.table.columns[column]
        known = {cell: "" if is_missing(cell) else cell[:MOST_TEXT] for cell in set(cells)}
        return as_text([known[cells[row]] for row in self.kept.tolist()])

    def _ends(self) -> npt.NDArray[np.bool_]:
        """Which of the kept rows were ended without being done, by their resolution or state."""
        dropped = np.zeros(len(self.kept), dtype=bool)
        for role in ("resolution", "state"):
            cells = self._cells(role)
            if cells is not None:
                told = self.rows.mapped.stages if role == "state" else {}
                stages = {cell: stage_of(cell, told) for cell in set(cells.tolist())}
                dropped |= np.array([stages[cell] == "dropped" for cell in cells.tolist()])
        return dropped

    def _times(self) -> None:
        rows, events, kept = self.rows, self.events, self.kept
        known = kept[np.isfinite(self.created[kept])]
        events.add("created", known, self.created[known], stage="todo")
        unknown = kept[~np.isfinite(self.created[kept])]
        first_done = np.array([rows.done.get(row, [np.nan])[0] for row in unknown.tolist()])
        since = np.fmin(self.started[unknown], first_done)
        since = np.where(np.isfinite(since), since, self.observed[unknown])
        events.add("seen", unknown, since, stage="todo")
        begun = kept[np.isfinite(self.started[kept])]
        events.add("started", begun, self.started[begun], stage="doing")
        self._completions()
        at = rows.first("dropped")[0]
        given_up = kept[np.isfinite(at[kept])]
        events.add("dropped", given_up, at[given_up], stage="dropped")
        self._deletions()

    def _completions(self) -> None:
        """Each time an item was done, and that it was reopened in between."""
        dropped = set(self.kept[self.ended].tolist())
        again = self.rows.reopenings()
        done: dict[str, list[tuple[int, float]]] = {"done": [], "dropped": [], "reopened": []}
        for row in self.kept.tolist():
            dates = self.rows.done.get(row, [])
            done["dropped" if row in dropped else "done"] += [(row, at) for at in dates]
            told = again.get(row, [])
            if len(dates) < 2 and not told:
                continue
            between = [at for at in told if not dates or at > dates[0]]
            missing = [
                late
                for early, late in pairwise(dates)
                if not any(early < at <= late for at in told)
            ]
            done["reopened"] += [(row, at) for at in sorted({*between, *missing})]
        for what, pairs in done.items():
            rows = np.array([row for row, _ in pairs], dtype=np.int64)
            at = np.array([at for _, at in pairs], dtype=np.float64)
            self.events.add(what, rows, at, stage="todo" if what == "reopened" else what)

    def _deletions(self) -> None:
        cells = self._cells("deleted")
        if cells is None:
            return
        told = [i for i, cell in enumerate(cells.tolist()) if cell.casefold() in YES]
        gone = self.kept[np.array(told, dtype=np.int64)]
        self.events.add("deleted", gone, self.observed[gone])

    def _states(self) -> None:
        cells = self._cells("state")
        if cells is None:
            return
        told = {cell: stage_of(cell, self.rows.mapped.stages) for cell in set(cells.tolist())}
        stages = as_text([told[cell] for cell in cells.tolist()])
        open_ = np.array([cell.casefold() in _OPEN for cell in cells.tolist()], dtype=bool)
        stages[open_ & np.isfinite(self.started[self.kept])] = "doing"
        stages[self.ended & (stages == "done")] = "dropped"
        silent = sorted(cell for cell, stage in told.items() if cell and stage is None)
        note_silent(silent, self.rows.notes)
        said = cells != ""
        rows = self.kept[said]
        self.events.add("state", rows, self.observed[rows], cells[said], stages[said])
        self._note_contradictions(stages)

    def _note_contradictions(self, stages: npt.NDArray[np.object_]) -> None:
        done = np.array([row in self.rows.done for row in self.kept.tolist()], dtype=bool)
        undated = int(((stages == "done") & ~done).sum())
        if undated:
            self.rows.notes.append(f"{undated} items are done on a day that is not told.")
        going_on = int((done & ((stages == "todo") | (stages == "doing"))).sum())
        if going_on:
            self.rows.notes.append(f"{going_on} items were done and are open again by their state.")

    def _as_written(self, role: str, what: str) -> None:
        cells = self._cells(role)
        if cells is None:
            return
        if role == "labels":
            cells = self._join_repeated(str(self.rows.chosen[role]), cells)
        self.events.add(what, self.kept, self.observed[self.kept], cells)

    def _join_repeated(self, first: str, cells: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Labels that stand in columns of one name, in one text."""
        joined: list[str] = cells.tolist()
        for name, others in self.rows.table.columns.items():
            if name.startswith(f"{first} ("):
                more = [others[row] for row in self.kept.tolist()]
                joined = [", ".join(filter(None, pair)) for pair in zip(joined, more, strict=True)]
        return as_text([text[:MOST_TEXT] for text in joined])

    def _classes(self) -> None:
        nothing = as_text([""] * len(self.kept))
        kinds, labels, titles = (
            nothing if (cells := self._cells(role)) is None else cells
            for role in ("type", "labels", "title")
        )
        rows = zip(kinds.tolist(), labels.tolist(), titles.tolist(), strict=True)
        classes = as_text([class_of(*row, self.rows.mapped.classes) for row in rows])
        self.events.add("class", self.kept, self.observed[self.kept], classes)

    def _parents(self) -> None:
        cells = self._cells("parent")
        if cells is None:
            return
        ids = [self.rows.ids[row] for row in self.kept.tolist()]
        pairs = zip(ids, cells.tolist(), strict=True)
        cyclic = find_cycles({item: parent for item, parent in pairs if parent})
        for place, row in enumerate(self.kept.tolist()):
            if ids[place] in cyclic:
                reason = f"its parent {cells[place]!r} is below it, so it has none"
                self.rows.unread.append(Rejected(self.rows.table.lines[row], ids[place], reason))
                cells[place] = ""
        self.events.add("parent", self.kept, self.observed[self.kept], cells)

    def _people(self) -> None:
        cells = self._cells("assignee")
        emails = self._cells("email")
        cells = emails if cells is None else cells
        if cells is None:
            return
        people = read_people(cells.tolist(), None if emails is None else emails.tolist())
        self.events.add("assigned", self.kept, self.observed[self.kept], people=people)

    def _estimates(self) -> None:
        low, high = self._days("low"), self._days("high")
        if low is None or high is None:
            low = high = self._days("estimate")
        if low is None or high is None:
            return
        known = np.isfinite(low) & np.isfinite(high) & (low >= 0)
        lows, highs = np.fmin(low, high)[known], np.fmax(low, high)[known]
        values = [f"{a:.6g}..{b:.6g}" for a, b in zip(lows.tolist(), highs.tolist(), strict=True)]
        rows = self.kept[known]
        self.events.add("estimated", rows, self.observed[rows], as_text(values))

    def _days(self, role: str) -> Floats | None:
        """Numbers of the kept rows as working days; None where they are no time."""
        column = self.rows.chosen[role]
        if not column:
            return None
        cells = self.rows.table.columns[column]
        numbers = read_numbers([cells[row] for row in self.kept.tolist()])
        unit = unit_of(numbers, column)
        name = self.rows.mapped.unit or (unit.name if unit else "")
        if name not in _WORK_DAYS:
            what = unit.noun if unit else "something that it does not name"
            self.rows.notes.append(
                f"Column {column!r} counts {what}, which is no time: left out as an estimate."
            )
            return None
        return numbers.values * _WORK_DAYS[name]
