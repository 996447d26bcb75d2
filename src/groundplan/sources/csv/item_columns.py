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

from groundplan.facts.work import CLASSES, STAGES
from groundplan.sources.csv.cells import is_missing, read_numbers
from groundplan.sources.csv.dates import read_dates
from groundplan.sources.csv.shape import Guess
from groundplan.sources.csv.tables import Table
from groundplan.sources.csv.wording import points_for
from groundplan.terms.errors import BadInput

MAPPING_NAMES: Final = ("groundplan.items.toml", "groundplan.items.json")  # beside the export
SNAPSHOT, CHANGES = "snapshot", "changes"
SAMPLE: Final = 2_000  # filled cells by which a column is judged
LEAST_READABLE: Final = 0.6  # of them, for a column of dates or numbers
LEAST_IDS: Final = 0.05  # distinct ones among them, for a column of ids
SAYS_IT_ALL: Final = 2.5  # points of a column whose name is nothing but the word
YES: Final = frozenset("true yes y 1 x deleted".split())
NO: Final = frozenset("false no n 0".split())

# Words of a column's name that speak for a role, best first.
_ITEM: Final = tuple(
    "issuekey key itemid taskid ticketid storyid workitemid caseid issueid identifier reference "
    "iid id number nr no item task issue ticket story case".split()
)
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": _ITEM,
    "title": ("summary", "title", "subject", "headline", "name", "taskname", "description",
              "task", "story", "issue"),
    "type": ("issuetype", "workitemtype", "type", "kind", "tracker", "category", "class"),
    "state": ("status", "state", "stage", "column", "section", "list", "phase"),
    "resolution": ("resolution", "outcome", "closereason", "statereason", "reason"),
    "created": ("created", "createdat", "creationdate", "createddate", "creation", "opened",
                "open", "openeddate", "reported", "submitted", "requested", "raised", "added",
                "entered", "received", "registered", "prioritised", "prioritized", "logged"),
    "started": ("started", "startedat", "start", "startdate", "inprogress", "progress", "activated",
                "active", "begun", "begin", "began", "committed", "doing", "development"),
    "done": ("done", "doneat", "completed", "completedat", "resolved", "resolutiondate", "finished",
             "closed", "closedat", "delivered", "merged", "shipped", "released", "resolution",
             "ended", "end", "finish", "complete"),
    "dropped": ("canceled", "cancelled", "dropped", "abandoned", "rejected", "declined"),
    "reopened": ("reopened", "reopenedat"),
    "updated": ("updated", "updatedat", "modified", "changed", "lastmodified", "lastupdated"),
    "deleted": ("deleted", "deletedat", "isdeleted", "removed"),
    "priority": ("priority", "severity", "urgency", "importance"),
    "parent": ("parent", "parentkey", "parentid", "parentissue", "parenttask", "epiclink", "epic",
               "epickey"),
    "labels": ("labels", "label", "tags", "tag", "components"),
    "assignee": ("assignee", "assignedto", "assigned", "owner", "developer", "dev", "engineer",
                 "responsible", "person", "who", "resource"),
    "email": ("assigneeemail", "email", "mail"),
    "low": ("low", "lowestimate", "estimatelow", "optimistic", "best", "min", "minimum"),
    "high": ("high", "highestimate", "estimatehigh", "pessimistic", "worst", "max", "maximum"),
    "estimate": ("estimate", "originalestimate", "estimated", "est", "planned", "estimation",
                 "storypoints", "points", "sp"),
}  # fmt: skip
# One row a change: what became of which field of an item, and when.
_CHANGE_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "item": _ITEM,
    "at": ("at", "changedat", "when", "timestamp", "changed", "time", "date", "completetimestamp",
           "starttimestamp", "datetime", "moment", "entered"),
    "to": ("to", "tostate", "tostatus", "tostring", "tovalue", "newstate", "newstatus", "newvalue",
           "new", "activity", "activityid", "event", "transition"),
    "from": ("from", "fromstate", "fromstatus", "fromstring", "fromvalue", "oldstate", "oldvalue",
             "old", "previous"),
    "field": ("field", "property", "attribute", "changedfield", "what"),
}  # fmt: skip
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
    form, words = (CHANGES, _CHANGE_WORDS) if changes else (SNAPSHOT, _WORDS)
    found = _named_by_hand(table, mapped.columns, words)
    ranked = sorted(
        (
            (points, -place, role, column, word)
            for role in words
            if role not in found
            for place, column in enumerate(table.columns)
            if column not in mapped.columns.values()
            for points, word in [points_for(column, words[role])]
            if points
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
    return form, tuple(found.get(role) or Guess(role, None, "no column fits") for role in words)


def _tells_changes(table: Table, mapped: Mapped, latest: datetime) -> bool:
    told = Mapped(columns=mapped.columns, form=CHANGES)
    if not set(mapped.columns) <= set(_CHANGE_WORDS):
        return False
    _, guesses = guess_item_columns(table, told, latest)
    column = {guess.role: guess.column for guess in guesses}
    if not (column["item"] and column["at"] and column["to"]):
        return False
    ids = table.columns[column["item"]]
    return len(set(ids)) < len(ids)


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
        return len(read[""].unreadable) <= (1 - LEAST_READABLE) * len(filled)
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
