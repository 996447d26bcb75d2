"""Which column of somebody's export of work items holds what, and what they say of it themselves.

A guess is always told with its reason; a mapping beside the file overrules it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from itertools import islice
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from groundplan.facts.work import CLASSES, STAGES
from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import is_missing, read_numbers
from groundplan.sources.csv.dates import read_dates
from groundplan.sources.csv.item_words import CHANGE_WORDS, NOT_ITS_OWN, SNAPSHOT_WORDS
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table
from groundplan.sources.csv.wording import points_for, words_of
from groundplan.terms.errors import BadInput

MAPPING_NAMES: Final = ("groundplan.items.toml", "groundplan.items.json")  # beside the export
SNAPSHOT, CHANGES = "snapshot", "changes"
SAMPLE: Final = 2_000  # filled cells by which a column is judged
LEAST_READABLE: Final = 0.6  # of them, for a column of dates or numbers
LEAST_IDS: Final = 0.05  # distinct ones among them, for a column of ids
SAYS_IT_ALL: Final = 2.5  # points of a column whose name is nothing but the word
YES: Final = frozenset("true yes y 1 x deleted".split())
NO: Final = frozenset("false no n 0".split())

DATES: Final = ("created", "started", "done", "dropped", "reopened", "updated")
_NUMBERS: Final = ("low", "high", "estimate")
_SETTINGS: Final = (
    "source", "form", "zone", "complete", "unit", "columns", "stages", "classes"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mapped:
    """What somebody says of their export, in `groundplan.items.toml` or as options.

    columns: a role to a column's name, "" for none. source: what the tracker is called here.
    form: snapshot (a row an item) or changes (a row a change). zone: of dates that name none.
    complete: whether what an export no longer holds was deleted; guessed if None. unit: of
    estimates: hours, days or weeks of work. stages, classes: by names of states and of types.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    form: str = ""
    zone: tzinfo = UTC
    complete: bool | None = None
    unit: str = ""
    stages: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)


def read_mapping(data: bytes, name: str) -> Mapped:
    """The mapping that a TOML or JSON file holds. BadInput names what it cannot say."""
    try:
        text = data.decode()
        said: Any = json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    except ValueError as error:
        raise BadInput(name, str(error), "TOML or JSON, in UTF-8") from None
    if not isinstance(said, dict) or (strange := set(said) - set(_SETTINGS)):
        got = sorted(strange) if isinstance(said, dict) else type(said).__name__
        raise BadInput(name, got, f"settings out of {', '.join(_SETTINGS)}")
    form = _one_of(said.get("form", ""), ("", SNAPSHOT, CHANGES), f"{name}: form")
    return Mapped(
        columns=_texts(said.get("columns", {}), f"{name}: columns"),
        source=_text(said.get("source", ""), f"{name}: source"),
        form=form,
        zone=_zone(_text(said.get("zone", ""), f"{name}: zone"), name),
        complete=_flag(said.get("complete"), f"{name}: complete"),
        unit=_one_of(said.get("unit", ""), ("", "hours", "days", "weeks"), f"{name}: unit"),
        stages=_named(said.get("stages", {}), STAGES, f"{name}: stages"),
        classes=_named(said.get("classes", {}), CLASSES, f"{name}: classes"),
    )


def guess_item_columns(
    table: Table, mapped: Mapped, latest: datetime
) -> tuple[str, tuple[Guess, ...]]:
    """The form of an export, and for each role the column that its name and cells speak for.

    It is one of changes if it has columns for when and to what, and items stand in several rows.
    BadInput for a role or a column that is not there.
    """
    changes = mapped.form == CHANGES or (not mapped.form and _tells_changes(table, mapped, latest))
    form, words = (CHANGES, CHANGE_WORDS) if changes else (SNAPSHOT, SNAPSHOT_WORDS)
    found = _named_by_hand(table, mapped.columns, words)
    ranked = sorted(
        (
            (points, -place, role, column, word)
            for role in words
            if role not in found
            for place, column in enumerate(table.columns)
            if column not in mapped.columns.values()
            for points, word in [points_for(column, words[role])]
            if points and not (role in DATES and _is_of_a_plan(column))
        ),
        reverse=True,
    )
    for points, _, role, column, word in ranked:
        taken = {guess.column for guess in found.values()}
        if role not in found and column not in taken:
            filled = _filled(table.columns[column])
            if filled and _fits(role, filled, len(table.lines), points, latest):
                found[role] = Guess(role, column, f"its name says {word!r}, and its cells fit")
    for points, _, role, column, word in ranked if form == SNAPSHOT else ():
        taken = {guess.column for guess in found.values()}
        free = role not in (*found, "item") and column not in taken
        if free and points >= SAYS_IT_ALL and not _filled(table.columns[column]):
            found[role] = Guess(role, column, f"its name says {word!r}; it is empty")
    if form == SNAPSHOT and "done" not in found:
        found |= _guess_by_order(table, found, latest)
    return form, tuple(found.get(role) or Guess(role, None, "no column fits") for role in words)


def _is_of_a_plan(column: str) -> bool:
    return not NOT_ITS_OWN.isdisjoint(words_of(column))


def _guess_by_order(table: Table, found: Mapping[str, Guess], latest: datetime) -> dict[str, Guess]:
    """When items were done, and created, by the dates alone where no name says it.

    Only if there is one way to take two columns: no date of the one comes after the other's.
    """
    taken = {guess.column for guess in found.values()}
    free = [
        name
        for name, cells in table.columns.items()
        if name not in taken
        and not _is_of_a_plan(name)
        and (filled := _filled(cells))
        and not any(cell.isdecimal() for cell in filled)  # numbers may be anything
        and _fits("done", filled, len(table.lines), 0.0, latest)
    ]
    first = found["created"].column if "created" in found else None
    sample = {name: table.columns[name][:SAMPLE] for name in filter(None, (first, *free))}
    read, _ = read_dates(sample, latest)
    day = {name: np.floor(dates.values / 86_400) for name, dates in read.items()}
    pairs = [
        (early, late)
        for early in ([first] if first else free)
        for late in free
        if early != late and _come_after(day[early], day[late])
    ]
    if len(pairs) != 1:
        return {}
    early, late = pairs[0]
    reason = f"no name says it, but its dates come after those of {early!r}"
    told = {"done": Guess("done", late, reason)}
    if not first:
        told["created"] = Guess("created", early, f"its dates come before those of {late!r}")
    return told


def _come_after(early: Floats, late: Floats) -> bool:
    both = np.isfinite(early) & np.isfinite(late)
    return bool(both.any() and (early[both] <= late[both]).all() and (early < late).any())


def _tells_changes(table: Table, mapped: Mapped, latest: datetime) -> bool:
    told = Mapped(columns=mapped.columns, form=CHANGES)
    if not set(mapped.columns) <= set(CHANGE_WORDS):
        return False
    _, guesses = guess_item_columns(table, told, latest)
    column = {guess.role: guess.column for guess in guesses}
    if not (column["item"] and column["at"] and column["to"]):
        return False
    ids = table.columns[column["item"]]
    return len(set(ids)) < len(ids) and not (
        points_for(column["to"], SNAPSHOT_WORDS["state"])[0] and _tells_both_ends(table)
    )


def _tells_both_ends(table: Table) -> bool:
    """Whether a row says when its item began and when it ended: its state is then the last one."""
    return all(
        any(
            points_for(name, SNAPSHOT_WORDS[role])[0] >= SAYS_IT_ALL and _filled(cells)
            for name, cells in table.columns.items()
        )
        for role in ("created", "done")
    )


def _named_by_hand(
    table: Table, columns: Mapping[str, str], words: Mapping[str, Sequence[str]]
) -> dict[str, Guess]:
    found = {}
    for role, column in columns.items():
        if role not in words:
            raise BadInput("columns", role, f"one of {', '.join(words)}")
        if column and column not in table.columns:
            allowed = f"one of the columns {', '.join(map(repr, table.columns))}"
            raise BadInput(f"column for {role}", column, allowed)
        found[role] = Guess(role, column or None, "named by you")
    return found


def _filled(cells: Sequence[str]) -> list[str]:
    return list(islice((cell for cell in cells if not is_missing(cell)), SAMPLE))


def _fits(role: str, filled: Sequence[str], rows: int, points: float, latest: datetime) -> bool:
    if role in DATES or role == "at":
        parts = [cell.split(";")[0].strip() for cell in filled]
        read, _ = read_dates({"": parts}, latest)
        unreadable = len(read[""].unreadable)
        least = LEAST_READABLE if points < SAYS_IT_ALL else 0.0
        return unreadable < len(filled) and unreadable <= (1 - least) * len(filled)
    if role in _NUMBERS:
        return len(read_numbers(filled).unreadable) <= (1 - LEAST_READABLE) * len(filled)
    if role == "item":
        distinct = len(set(filled)) >= len(filled) * LEAST_IDS
        return distinct and len(filled) >= min(rows, SAMPLE) / 2 and _length(filled) <= 60
    if role == "title":
        varied = points >= SAYS_IT_ALL or len(set(filled)) > len(filled) / 2
        return varied and bool(read_numbers(filled).unreadable)
    if role == "deleted":
        return {cell.casefold() for cell in filled} <= YES | NO
    if role in ("state", "type", "resolution", "priority"):
        return _length(filled) <= 60
    return True


def _length(cells: Sequence[str]) -> float:
    return sum(map(len, cells)) / len(cells)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise BadInput(place, value, "text")
    return value


def _one_of(value: object, allowed: Sequence[str], place: str) -> str:
    if value not in allowed:
        raise BadInput(place, value, ", ".join(filter(None, allowed)))
    return str(value)


def _flag(value: object, place: str) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise BadInput(place, value, "true or false")
    return value


def _texts(value: object, place: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise BadInput(place, value, "a table of texts")
    return {str(key): _text(text, f"{place}.{key}") for key, text in value.items()}


def _named(value: object, names: Sequence[str], place: str) -> dict[str, str]:
    """`done = ["Shipped"]` as {"shipped": "done"}."""
    if not isinstance(value, dict) or (strange := set(value) - set(names)):
        got = sorted(strange) if isinstance(value, dict) else value
        raise BadInput(place, got, f"lists under {', '.join(names)}")
    told: dict[str, str] = {}
    for name, words in value.items():
        if not isinstance(words, list):
            raise BadInput(f"{place}.{name}", words, "a list of texts")
        told |= {_text(word, f"{place}.{name}").casefold(): name for word in words}
    return told


def _zone(name: str, place: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        raise BadInput(f"{place}: zone", name, "a zone such as Europe/Paris") from None
