"""What people typed about work, shaped into the same events as a tracker's.

Streams `work/ITEM`; what is private stays out, as these events are read by the whole team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from groundplan.facts.engines.duckdb import Columns, as_columns, empty_columns
from groundplan.facts.work import CLASSES, ITEM_EVENTS, JOURNAL, class_of, stage_of
from groundplan.records.journal import Entry, Visibility
from groundplan.terms.errors import SourceBroken

PREFIX: Final = "work/"  # the streams, one an item
ADDED, CHANGED = "work.added", "work.changed"
STARTED, DONE, DROPPED = "work.started", "work.done", "work.dropped"
REOPENED, DELETED, RESTORED = "work.reopened", "work.deleted", "work.restored"

_HAPPENED: Final[Mapping[str, tuple[str, str | None]]] = {
    ADDED: ("created", "todo"),
    STARTED: ("started", "doing"),
    DONE: ("done", "done"),
    DROPPED: ("dropped", "dropped"),
    REOPENED: ("reopened", "todo"),
    DELETED: ("deleted", None),
    RESTORED: ("restored", None),
}
_TEXTS: Final[Mapping[str, str]] = {
    "title": "titled", "priority": "prioritised", "parent": "parent", "labels": "labels",
    "class": "class", "state": "moved",
}  # fmt: skip


def shape_work(entries: Iterable[Entry]) -> Columns:
    """The events of work items that entries of the streams `work/...` say, columns of the facts.

    A body may say `at`, when it happened (ISO 8601; the entry's moment if not), and of added and
    changed items: title, class, priority, parent, labels (a list or text), state, estimate
    ({low_days, high_days}, working days) and assignee ({name, email}); null or "" takes it away.
    Left out: private and erased entries, and other kinds. Errors: SourceBroken names an entry that
    nobody's word can look like.
    """
    lists = empty_columns(ITEM_EVENTS)
    for entry in entries:
        hidden = entry.erased or entry.visibility is Visibility.PRIVATE
        if hidden or not entry.stream.startswith(PREFIX):
            continue
        for event in _events(entry):
            for name, value in event.items():
                lists[name].append(value)
    return as_columns(ITEM_EVENTS, lists)


def _events(entry: Entry) -> list[dict[str, Any]]:
    if entry.kind not in _HAPPENED and entry.kind != CHANGED:
        return []
    try:
        at = _moment(entry)
        events = []
        if entry.kind in _HAPPENED:
            what, stage = _HAPPENED[entry.kind]
            events.append(_event(entry, at, what, stage=stage))
        if entry.kind in (ADDED, CHANGED):
            events += _attributes(entry, at)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SourceBroken(
            f"entry {entry.version} of the stream {entry.stream!r} is no {entry.kind}: {error!r}",
            "Verify the journal; if it is whole, a newer Groundplan may have written the entry.",
        ) from error
    return events


def _attributes(entry: Entry, at: datetime) -> list[dict[str, Any]]:
    body, events = entry.body, []
    for name, what in _TEXTS.items():
        if name in body:
            value = _text(body[name])
            if name == "class" and value not in ("", *CLASSES):
                raise ValueError(f"a class {value!r}")
            stage = stage_of(value) if what == "moved" else None
            events.append(_event(entry, at, what, value, stage=stage))
    if entry.kind == ADDED and not body.get("class"):
        guessed = class_of("", _text(body.get("labels")), _text(body.get("title")))
        events.append(_event(entry, at, "class", guessed))
    if "estimate" in body:
        events.append(_event(entry, at, "estimated", _range(body["estimate"])))
    if "assignee" in body:
        person = body["assignee"] or {"name": "", "email": ""}
        name, email = str(person["name"]), str(person["email"])
        events.append(_event(entry, at, "assigned", name=name, email=email))
    return events


def _event(
    entry: Entry,
    at: datetime,
    what: str,
    value: str = "",
    *,
    stage: str | None = None,
    name: str = "",
    email: str = "",
) -> dict[str, Any]:
    return {
        "source": JOURNAL,
        "item_id": entry.stream.removeprefix(PREFIX),
        "happened_at": at,
        "what": what,
        "value": value,
        "stage": stage,
        "name": name,
        "email": email,
        "team": entry.team,
        "nr": entry.version,
        "run": entry.version,
        "holds": True,
    }


def _moment(entry: Entry) -> datetime:
    said = entry.body.get("at")
    at = entry.at if said is None else datetime.fromisoformat(said)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _range(value: Mapping[str, Any] | None) -> str:
    if not value:
        return ""
    low, high = float(value["low_days"]), float(value["high_days"])
    if not 0 <= low <= high < float("inf"):
        raise ValueError(f"an estimate from {low} to {high}")
    return f"{low:.6g}..{high:.6g}"
