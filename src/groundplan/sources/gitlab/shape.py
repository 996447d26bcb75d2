"""GitLab's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from groundplan.facts.erasure import Mask
from groundplan.facts.host import (
    DEPLOYMENTS,
    ISSUE,
    JOBS,
    MILESTONES,
    PULLS,
    RELEASES,
    RUNS,
    THREAD_EVENTS,
)
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.raw import RawReply
from groundplan.sources.github.graphql import Unreadable, required
from groundplan.sources.github.rest import milestone_row, tell_gone_milestone
from groundplan.sources.github.threads import MOST_VALUE, Thread, moment
from groundplan.sources.gitlab.objects import Deployment, Job, Milestone, Pipeline, Release
from groundplan.sources.gitlab.people import account_of, face_of, people_in
from groundplan.sources.gitlab.threads import Place, tell_issue, tell_merge_request
from groundplan.sources.http.covering import cover_json
from groundplan.sources.http.shaped import ItemTold, Shaped, item_event

FORM: Final = 1  # raised when the same replies would come to other rows

MERGE_REQUEST_PAGE: Final = "gitlab/merge_requests"
ISSUE_PAGE: Final = "gitlab/issues"
PIPELINE_PAGE: Final = "gitlab/pipelines"
DEPLOYMENT_PAGE: Final = "gitlab/deployments"
RELEASE_PAGE: Final = "gitlab/releases"
MILESTONE_PAGE: Final = "gitlab/milestones"
GONE: Final = "gitlab/gone"

_WAITING: Final = frozenset(
    ("created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "manual",
     "scheduled", "blocked")
)  # fmt: skip
_RESULTS: Final[Mapping[str, str]] = {
    "success": "success", "failed": "failure", "canceled": "cancelled", "canceling": "cancelled",
    "skipped": "skipped",
}  # fmt: skip


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply: `things` of a kind, with `people` whom else they name."""
    shaped, host = Shaped(), str(reply.about["host"])
    try:
        data: Any = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        shaped.reject(reply.kind, "the whole reply", "no JSON")
        return shaped
    if reply.kind == GONE:
        _tell_gone(shaped, data, host)
        return shaped
    tell = _tellers(shaped, Place(host, people_in(data, host))).get(reply.kind)
    found = data.get("things") if isinstance(data, dict) else data
    if tell is None or not isinstance(found, list):
        reason = "unknown kind of reply" if tell is None else "no list in it"
        shaped.reject(reply.kind, "the whole reply", reason)
        return shaped
    for nr, value in enumerate(found):
        try:
            tell(value)
        except (msgspec.ValidationError, Unreadable) as error:
            shaped.reject(reply.kind, _name(value, nr), str(error))
    return shaped


def cover(body: bytes, mask: Mask, host: str) -> bytes:
    """A reply with pseudonyms for whoever was erased."""
    return cover_json(body, mask, lambda value: account_of(value, host))


def _tellers(shaped: Shaped, place: Place) -> dict[str, Callable[[Any], None]]:
    return {
        MERGE_REQUEST_PAGE: lambda value: tell_merge_request(shaped, value, place),
        ISSUE_PAGE: lambda value: tell_issue(shaped, value, place),
        PIPELINE_PAGE: lambda value: _tell_pipeline(shaped, value, place),
        DEPLOYMENT_PAGE: lambda value: _tell_deployment(shaped, value, place),
        RELEASE_PAGE: lambda value: _tell_release(shaped, value, place),
        MILESTONE_PAGE: lambda value: _tell_milestone(shaped, value),
    }


def _status(told: str) -> str:
    if told in _WAITING:
        return "waiting"
    return "running" if told == "running" else "done"


def _result(told: str) -> str | None:
    return _RESULTS.get(told, "other") if _status(told) == "done" else None


def _tell_pipeline(shaped: Shaped, value: Any, place: Place) -> None:
    """The rows of a pipeline and its jobs. Jobs are repeated within it: it has one attempt."""
    told = msgspec.convert(value, Pipeline)
    who, status = face_of(told.user, place.host), _status(told.status)
    created = required(told.created_at)
    shaped.add(RUNS, {
        "run_id": str(told.id), "attempt": 1, "workflow": told.name or "", "event": told.source,
        "branch": told.ref, "commit_id": told.sha, "status": status,
        "result": _result(told.status), "told_result": told.status, "name": who.name,
        "email": who.email, "pulls": "", "created_at": created,
        "started_at": moment(told.started_at), "finished_at": moment(told.finished_at),
        "updated_at": moment(told.updated_at) or created,
    })  # fmt: skip
    jobs = value.get("jobs") or []
    if not isinstance(jobs, list):
        raise Unreadable("jobs that are no list")
    for job in jobs:
        _tell_job(shaped, job)


def _tell_job(shaped: Shaped, value: Any) -> None:
    told = msgspec.convert(value, Job)
    shaped.add(JOBS, {
        "job_id": str(told.id), "run_id": str(told.pipeline.id), "attempt": 1,
        "job": told.name[:MOST_VALUE], "status": _status(told.status),
        "result": _result(told.status), "told_result": told.status,
        "created_at": moment(told.created_at), "started_at": moment(told.started_at),
        "finished_at": moment(told.finished_at),
    })  # fmt: skip


def _tell_deployment(shaped: Shaped, value: Any, place: Place) -> None:
    """That a deployment was made, and what it has come to; GitLab tells no steps between."""
    told = msgspec.convert(value, Deployment)
    who, where = face_of(told.user, place.host), told.environment
    result = _result(told.status) or _status(told.status)
    state = {"cancelled": "ended", "skipped": "ended"}.get(result, result)
    made = required(told.created_at)
    for event, at, said, word in (
        ("made", made, "made", "created"),
        (f"status:{told.status}", moment(told.updated_at) or made, state, told.status),
    ):
        shaped.add(DEPLOYMENTS, {
            "deployment_id": str(told.id), "event_id": event, "happened_at": at, "state": said,
            "told_state": word, "environment": where.name if where else "",
            "production": where.tier == "production" if where and where.tier else None,
            "commit_id": told.sha, "ref": told.ref, "task": None, "name": who.name,
            "email": who.email,
        })  # fmt: skip


def _tell_release(shaped: Shaped, value: Any, place: Place) -> None:
    told = msgspec.convert(value, Release)
    who = face_of(told.author, place.host)
    shaped.add(RELEASES, {
        "release_id": told.tag_name, "tag": told.tag_name,
        "title": (told.name or "")[:MOST_VALUE],
        "state": "early" if told.upcoming_release else "released",
        "target": told.commit.id if told.commit else None, "created_at": moment(told.created_at),
        "released_at": moment(told.released_at), "name": who.name, "email": who.email,
    })  # fmt: skip


def _tell_milestone(shaped: Shaped, value: Any) -> None:
    """The row of a milestone; it was last changed when it was closed."""
    told = msgspec.convert(value, Milestone)
    closed = moment(told.updated_at) if told.state == "closed" else None
    state = "closed" if told.state == "closed" else "open"
    due, created = moment(told.due_date), moment(told.created_at)
    row = milestone_row(str(told.id), told.title, state, due, created, closed)
    shaped.add(MILESTONES, {**row, "started_at": moment(told.start_date)})


def _tell_gone(shaped: Shaped, told: Any, host: str) -> None:
    """Tombstones, from what a sweep found: things that were known and are no more."""
    at = required(told["seen_at"])
    for name in told["gone"]:
        if told["what"] == ISSUE_PAGE:
            thread = Thread(ISSUE, name, host)
            shaped.add(THREAD_EVENTS, thread.row(f"gone:{at.isoformat()}", at, "deleted"))
            shaped.items[name] = ItemTold([item_event(at, "deleted")], whole=False)
        elif told["what"] == MERGE_REQUEST_PAGE:
            row = {"key": name, "state": "gone", "draft": False, "updated_at": at}
            shaped.add(PULLS, {**_blank(PULLS), **row})
        elif told["what"] == RELEASE_PAGE:
            shaped.add(RELEASES, {**_blank(RELEASES), "release_id": name, "state": "gone"})
        else:
            tell_gone_milestone(shaped, name)


def _blank(kind: FactKind) -> dict[str, Any]:
    return {c.name: "" if c.type is Type.TEXT else None for c in kind.columns}


def _name(value: Any, nr: int) -> str:
    name = value.get("iid") or value.get("id") if isinstance(value, dict) else None
    return str(name or f"nr {nr}")
