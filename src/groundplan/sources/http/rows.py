"""What the shape of every host and tracker needs: times, rows of threads, tombstones, lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.host import ISSUE, MILESTONES, PULL, PULLS, RELEASES, THREAD_EVENTS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.raw import RawReply
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event

MOST_VALUE: Final = 1_000  # letters of a title or a label
RELEASE, MILESTONE = "release", "milestone"  # what leaves tombstones besides PULL and ISSUE


class Unreadable(Exception):
    """A thing makes no sense, for a reason that names the field and not what stands in it."""


@dataclass(frozen=True, slots=True)
class Thread:
    """A pull request or issue whose events are told. host: where its accounts are known."""

    kind: str
    key: str
    host: str

    def row(
        self,
        event_id: str,
        at: datetime,
        what: str,
        who: Face = NOBODY,
        value: str = "",
        other: Face = NOBODY,
        commit: str | None = None,
    ) -> Row:
        """One row of `thread_events`."""
        return {
            "thread": self.kind, "key": self.key, "event_id": event_id, "happened_at": at,
            "what": what, "name": who.name, "email": who.email, "value": value[:MOST_VALUE],
            "other_name": other.name, "other_email": other.email, "commit_id": commit,
        }  # fmt: skip

    def told(self, at: datetime) -> Row:
        """The row that says: all of the thread is told, what was told before holds no more."""
        return self.row("told", at, "told")


def moment(told: str | None) -> datetime | None:
    """A time as servers write it, UTC without zone; None for what cannot be read."""
    if not told:
        return None
    try:
        at = datetime.fromisoformat(told)
        return (at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def required(told: str | None) -> datetime:
    """A time that has to be there. Errors: Unreadable."""
    at = moment(told)
    if at is None:
        raise Unreadable("a date that cannot be read")
    return at


def labels_of(names: Iterable[str]) -> str:
    """Labels as one text, in an order that stays."""
    return ", ".join(sorted(set(names)))[:MOST_VALUE]


def milestone_row(
    name: str,
    title: str,
    state: str,
    due: datetime | None = None,
    created: datetime | None = None,
    closed: datetime | None = None,
    started: datetime | None = None,
) -> Row:
    """A row of `host_milestones`."""
    return {
        "milestone_id": name, "title": title[:MOST_VALUE], "state": state, "due_at": due,
        "created_at": created, "started_at": started, "closed_at": closed,
    }  # fmt: skip


def tell_gone(
    shaped: Shaped, what: str, name: str, at: datetime, host: str, moved_to: str = ""
) -> None:
    """The tombstone of a pull request, issue, release or milestone that is no more.

    at: when that was seen. moved_to: where an issue is now, "" if it was deleted.
    """
    if what == ISSUE:
        said = "transferred" if moved_to else "deleted"
        row = Thread(ISSUE, name, host).row(f"gone:{at.isoformat()}", at, said, value=moved_to)
        shaped.add(THREAD_EVENTS, row)
        shaped.items[name] = ItemTold([item_event(at, "deleted")], whole=False)
    elif what == PULL:
        gone = {"key": name, "state": "gone", "draft": False, "updated_at": at}
        shaped.add(PULLS, {**_blank(PULLS), **gone})
    elif what == RELEASE:
        shaped.add(RELEASES, {**_blank(RELEASES), "release_id": name, "state": "gone"})
    else:
        shaped.add(MILESTONES, milestone_row(name, "", "gone"))


def shape_gone(
    shaped: Shaped, told: Mapping[str, Any], host: str, names: Mapping[str, str] | None = None
) -> None:
    """Tombstones, from what a sweep found: things that were known and are no more.

    names: what the source calls a kind of thing in such a reply, where it is not our word.
    """
    at = required(told["seen_at"])
    what = (names or {}).get(told["what"], told["what"])
    moved = told.get("moved_to") or {}
    for name in told["gone"]:
        to = moved if isinstance(moved, str) else moved.get(name, "")
        tell_gone(shaped, what, str(name), at, host, str(to))


def _blank(kind: FactKind) -> dict[str, Any]:
    """A row that says nothing: no text, and null for the rest."""
    return {c.name: "" if c.type is Type.TEXT else None for c in kind.columns}


def shape_json(reply: RawReply, tell: Callable[[Shaped, Any], None]) -> Shaped:
    """What a reply comes to whose JSON is told by `tell`; rejected where it is none."""
    shaped = Shaped()
    try:
        data: Any = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        shaped.reject(reply.kind, "the whole reply", "no JSON")
        return shaped
    tell(shaped, data)
    return shaped


def tell_each(
    shaped: Shaped,
    kind: str,
    found: Any,
    tell: Callable[[Any], object] | None,
    name_of: Callable[[dict[str, Any]], object],
) -> None:
    """Tell the things of a list one by one: one that is odd leaves the others whole.

    tell: None for a kind of reply that nobody knows. name_of: what an odd one is called.
    """
    if tell is None or not isinstance(found, list):
        reason = "unknown kind of reply" if tell is None else "no list in it"
        shaped.reject(kind, "the whole reply", reason)
        return
    for nr, value in enumerate(found):
        try:
            tell(value)
        except (msgspec.ValidationError, Unreadable) as error:
            name = name_of(value) if isinstance(value, dict) else None
            shaped.reject(kind, str(name or f"nr {nr}"), str(error))
