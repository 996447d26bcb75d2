"""Events of work items being gathered: whole columns at a time, as exports are long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import Columns, as_text
from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.csv.shape import Guess

MOST_TEXT: Final = 1_000  # characters of a title, a state, a name; longer ones are cut
_PERSON: Final = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>\s]+@[^<>\s]+)>")
_ADDRESS: Final = re.compile(r"[^\s<>,;]+@[^\s<>,;]+")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, or of which a cell was: on which line of the file, and why."""

    line: int
    item_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Export:
    """What an export says of its items. rows: of the file; items: distinct ones, accepted.

    events: of `ITEM_EVENTS` without source and run, and `since`: when the item was created.
    told_until: the latest moment it names; None without any. tells_done: open items show as such.
    tells_all_done: it keeps earlier completions of items done again.
    rejected: rows left out; unread: cells left out of rows that were kept.
    """

    form: str
    guesses: tuple[Guess, ...]
    notes: tuple[str, ...]
    rows: int
    items: tuple[str, ...]
    events: Columns
    told_until: datetime | None
    tells_done: bool
    tells_all_done: bool
    rejected: tuple[Rejected, ...]
    unread: tuple[Rejected, ...]


@dataclass(slots=True)
class Gathering:
    """Events by the rows that tell them. ids, lines: of every row, shapes (n,)."""

    ids: npt.NDArray[np.object_]
    lines: Integers
    since: Floats
    _parts: list[Columns] = field(default_factory=list)

    def add(
        self,
        what: str,
        rows: npt.NDArray[Any],
        at: Floats,
        value: npt.NDArray[np.object_] | str = "",
        stage: npt.NDArray[np.object_] | str | None = None,
        people: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]] | None = None,
    ) -> None:
        """So much happened to the items of `rows`; the other arrays have an entry for each."""
        count = len(rows)
        if not count and self._parts:  # the first says the types of the columns
            return
        names, emails = people or (_fill("", count), _fill("", count))
        self._parts.append(
            {
                "item_id": self.ids[rows],
                "happened_at": _moments(at),
                "what": _fill(what, count),
                "value": _fill(value, count) if isinstance(value, str) else value,
                "stage": stage if isinstance(stage, np.ndarray) else _fill(stage, count),
                "name": names,
                "email": emails,
                "team": _fill("", count),
                "nr": self.lines[rows],
                "since": _moments(self.since[rows]),
            }
        )

    def columns(self) -> Columns:
        """All events; none where no row could be kept."""
        return {
            name: np.concatenate([part[name] for part in self._parts]) for name in self._parts[0]
        }


def latest_of(*moments: Floats) -> datetime | None:
    """The latest of some moments; None if there is none."""
    found = [float(np.nanmax(each)) for each in moments if np.isfinite(each).any()]
    return datetime.fromtimestamp(max(found), UTC) if found else None


def note_silent(states: Sequence[str], notes: list[str]) -> None:
    """Name states that say nothing of how far an item is, so that somebody can map them."""
    if states:
        named = ", ".join(map(repr, states[:5])) + (", ..." if len(states) > 5 else "")
        notes.append(f"States that say nothing of how far an item is: {named}.")


def read_people(
    cells: Sequence[str], emails: Sequence[str] | None
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Names and addresses of cells such as `Ann Example <ann@example.com>`; "" for what is not."""
    known: dict[str, tuple[str, str]] = {}
    for cell in cells:
        if cell not in known:
            known[cell] = _person(cell)
    names = [known[cell][0] for cell in cells]
    found = [known[cell][1] for cell in cells]
    if emails is not None:
        found = [own or told for own, told in zip(found, emails, strict=True)]
    return as_text(names), as_text(found)


def _person(cell: str) -> tuple[str, str]:
    if match := _PERSON.fullmatch(cell):
        return match["name"][:MOST_TEXT], match["email"]
    if _ADDRESS.fullmatch(cell):
        return cell.partition("@")[0], cell
    return cell[:MOST_TEXT], ""


def _fill(value: str | None, count: int) -> npt.NDArray[np.object_]:
    filled = np.empty(count, dtype=object)
    filled[:] = value
    return filled


def _moments(seconds: Floats) -> npt.NDArray[Any]:
    known = np.isfinite(seconds)
    moments = np.full(len(seconds), np.datetime64("NaT"), dtype="datetime64[us]")
    moments[known] = np.round(seconds[known] * 1e6).astype(np.int64).astype("datetime64[us]")
    return moments
