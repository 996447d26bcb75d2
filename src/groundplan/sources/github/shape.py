"""GitHub's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from groundplan.facts.erasure import Mask
from groundplan.facts.raw import RawReply
from groundplan.sources.github import graphql, rest
from groundplan.sources.github.graphql import (
    LISTS,
    ONE_ISSUE,
    ONE_PULL,
    THREAD_REST,
    Place,
)
from groundplan.sources.github.people import account_of
from groundplan.sources.github.webhooks import WEBHOOK, shape_event
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.rows import Thread, shape_gone, shape_json, tell_each
from groundplan.sources.http.shaped import Shaped

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
    if reply.kind == WEBHOOK:
        return shape_event(str(about["event"]), reply.body, place)
    return shape_json(reply, partial(_tell, reply, place))


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased."""
    return cover_json(body, mask, lambda value: account_of(value, host))


def _tell(reply: RawReply, place: Place, shaped: Shaped, data: Any) -> None:
    kind, about = reply.kind, reply.about
    since = str(about.get("since", ""))
    if kind in LISTS:
        graphql.tell_list(shaped, kind, data, place, since)
    elif kind in (ONE_PULL, ONE_ISSUE):
        graphql.tell_one(shaped, kind, data, place)
    elif kind == THREAD_REST:
        thread = Thread(str(about["thread"]), str(about["number"]), place.host)
        graphql.tell_rest(shaped, data, thread)
    elif kind == GONE:
        shape_gone(shaped, data, place.host)
    else:
        _tell_rest_list(reply, place, shaped, data)


def _tell_rest_list(reply: RawReply, place: Place, shaped: Shaped, found: Any) -> None:
    if reply.kind in _REST_LISTS and isinstance(found, dict):
        found = found.get(_REST_LISTS[reply.kind])
    since = str(reply.about.get("since", ""))
    if since and isinstance(found, list):
        found = [value for value in found if _changed(value, since) >= since]
    tell = _tellers(shaped, place).get(reply.kind)
    tell_each(shaped, reply.kind, found, tell, lambda value: value.get("id"))


def _changed(value: Any, otherwise: str) -> str:
    return str(value.get("updated_at", otherwise)) if isinstance(value, dict) else otherwise


def _tellers(shaped: Shaped, place: Place) -> dict[str, Callable[[Any], object]]:
    return {
        RUN_PAGE: lambda value: rest.tell_run(shaped, value, place),
        JOB_PAGE: lambda value: rest.tell_job(shaped, value),
        RELEASE_PAGE: lambda value: rest.tell_release(shaped, value, place),
        MILESTONE_PAGE: lambda value: rest.tell_milestone(shaped, value),
    }
