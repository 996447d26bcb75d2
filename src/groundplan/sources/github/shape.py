"""GitHub's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.facts.host import ISSUE, PULLS, RELEASES, THREAD_EVENTS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.raw import RawReply
from groundplan.sources.github import graphql, rest
from groundplan.sources.github.graphql import (
    LISTS,
    ONE_ISSUE,
    ONE_PULL,
    THREAD_REST,
    Place,
    Unreadable,
)
from groundplan.sources.github.people import account_of
from groundplan.sources.github.threads import Thread
from groundplan.sources.github.webhooks import WEBHOOK, shape_event
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.shaped import ItemTold, Shaped, item_event

FORM: Final = 1  # raised when the same replies would come to other rows

RUN_PAGE: Final = "github/runs"
JOB_PAGE: Final = "github/jobs"
RELEASE_PAGE: Final = "github/releases"
MILESTONE_PAGE: Final = "github/milestones"
GONE: Final = "github/gone"

_REST_LISTS: Final = {RUN_PAGE: "workflow_runs", JOB_PAGE: "jobs"}


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply. `about` says host and name of the repository, and what is news."""
    about = reply.about
    place = Place(str(about["host"]), str(about.get("home", "")))
    try:
        if reply.kind in LISTS:
            return graphql.shape_list(reply.kind, reply.body, place, str(about.get("since", "")))
        if reply.kind in (ONE_PULL, ONE_ISSUE):
            return graphql.shape_one(reply.kind, reply.body, place)
        if reply.kind == THREAD_REST:
            thread = Thread(str(about["thread"]), str(about["number"]), place.host)
            return graphql.shape_rest(reply.body, thread)
        if reply.kind == WEBHOOK:
            return shape_event(str(about["event"]), reply.body, place)
        if reply.kind == GONE:
            return _shape_gone(reply, place)
        return _shape_rest_list(reply, place)
    except (msgspec.DecodeError, UnicodeDecodeError):
        shaped = Shaped()
        shaped.reject(reply.kind, "the whole reply", "no JSON")
        return shaped


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased."""
    return cover_json(body, mask, lambda value: account_of(value, host))


def _shape_rest_list(reply: RawReply, place: Place) -> Shaped:
    shaped = Shaped()
    found: Any = msgspec.json.decode(reply.body)
    if reply.kind in _REST_LISTS and isinstance(found, dict):
        found = found.get(_REST_LISTS[reply.kind])
    tell = _tellers(shaped, place).get(reply.kind)
    if tell is None or not isinstance(found, list):
        reason = "unknown kind of reply" if tell is None else "no list in it"
        shaped.reject(reply.kind, "the whole reply", reason)
        return shaped
    since = str(reply.about.get("since", ""))
    for nr, value in enumerate(found):
        if since and isinstance(value, dict) and str(value.get("updated_at", since)) < since:
            continue
        try:
            tell(value)
        except (msgspec.ValidationError, Unreadable) as error:
            name = value.get("id") if isinstance(value, dict) else None
            shaped.reject(reply.kind, str(name or f"nr {nr}"), str(error))
    return shaped


def _tellers(shaped: Shaped, place: Place) -> dict[str, Callable[[Any], object]]:
    return {
        RUN_PAGE: lambda value: rest.tell_run(shaped, value, place),
        JOB_PAGE: lambda value: rest.tell_job(shaped, value),
        RELEASE_PAGE: lambda value: rest.tell_release(shaped, value, place),
        MILESTONE_PAGE: lambda value: rest.tell_milestone(shaped, value),
    }


def _shape_gone(reply: RawReply, place: Place) -> Shaped:
    """Tombstones, from what a sweep found: things that were known and are no more."""
    shaped = Shaped()
    told = msgspec.json.decode(reply.body)
    at = datetime.fromisoformat(told["seen_at"]).astimezone(UTC).replace(tzinfo=None)
    for name in told["gone"]:
        _tell_gone(shaped, told["what"], str(name), at, told.get("moved_to", ""), place)
    return shaped


def _tell_gone(
    shaped: Shaped, what: str, name: str, at: datetime, moved_to: str, place: Place
) -> None:
    if what == ISSUE:
        thread = Thread(ISSUE, name, place.host)
        said = "transferred" if moved_to else "deleted"
        row = thread.row(f"gone:{at.isoformat()}", at, said, value=moved_to)
        shaped.add(THREAD_EVENTS, row)
        shaped.items[name] = ItemTold([item_event(at, "deleted")], whole=False)
    elif what == "pull":
        shaped.add(PULLS, {
            **_blank(PULLS), "key": name, "state": "gone", "draft": False, "updated_at": at,
        })  # fmt: skip
    elif what == "release":
        shaped.add(RELEASES, {**_blank(RELEASES), "release_id": name, "state": "gone"})
    else:
        rest.tell_gone_milestone(shaped, name)


def _blank(kind: FactKind) -> dict[str, Any]:
    """A row that says nothing: no text, and null for the rest."""
    return {c.name: "" if c.type is Type.TEXT else None for c in kind.columns}
