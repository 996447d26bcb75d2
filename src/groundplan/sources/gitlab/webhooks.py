"""What GitLab pushes, as the rows that reading it would bring. A push only adds, and the next
reading of the thing puts GitLab's own ids in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import msgspec

from groundplan.facts.host import ISSUE, PULL, PULLS, THREAD_EVENTS
from groundplan.sources.gitlab import ci
from groundplan.sources.gitlab.objects import Deployment, Named
from groundplan.sources.gitlab.people import face, face_of, users_in
from groundplan.sources.gitlab.pushed import (
    Attributes,
    DeploymentPush,
    Job,
    MilestonePush,
    PipelinePush,
    ReleasePush,
    ThreadPush,
)
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import (
    MOST_VALUE,
    RELEASE,
    Thread,
    Unreadable,
    labels_of,
    required,
    tell_gone,
)
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event

WEBHOOK: Final = "gitlab/webhook"

_ACTIONS: Final[Mapping[str, str]] = {
    "open": "opened", "close": "closed", "reopen": "reopened", "merge": "merged",
    "approved": "approved", "approval": "approved", "unapproved": "dismissed",
    "unapproval": "dismissed",
}  # fmt: skip
_STATES: Final[Mapping[str, str]] = {"opened": "open", "locked": "open"}
_PEOPLE: Final = (
    ("assignees", "assigned", "unassigned"),
    ("reviewers", "review_requested", "review_unrequested"),
)
_NO_FACTS: Final[Mapping[str, str]] = {
    "push": "commits are read from the repository",
    "tag_push": "tags are read from the repository",
    "wiki_page": "what is written in a wiki is no fact here",
    "emoji": "what is answered by a picture is no fact here",
}
_ZONE: Final = re.compile(r" (UTC|[+-]\d\d:?\d\d)$")


def is_used(kind: str) -> bool:
    """Whether facts are made of a kind of push; others need not be kept."""
    return kind in _TELLERS


def shape_push(data: Any, host: str, shaped: Shaped) -> None:
    """The rows of one push; one that has none is rejected with its reason."""
    kind = str(data.get("object_kind") or "") if isinstance(data, dict) else ""
    told = Shaped()
    try:
        if kind not in _TELLERS:
            raise Unreadable(_NO_FACTS.get(kind, "no facts are made of this event"))
        _TELLERS[kind](told, _with_plain_times(data), host)
        if not told.rows and not told.items:
            raise Unreadable("nothing that facts are made of has changed")
        shaped.rows.update(told.rows)
        shaped.items.update(told.items)
    except (msgspec.ValidationError, Unreadable) as error:
        shaped.reject(WEBHOOK, kind, str(error))


def _with_plain_times(data: Any) -> Any:
    """GitLab writes some times as `2026-03-02 09:00:00 UTC`."""
    if isinstance(data, dict):
        return {
            name: _plain_time(value) if name.endswith("_at") else _with_plain_times(value)
            for name, value in data.items()
        }
    return [_with_plain_times(each) for each in data] if isinstance(data, list) else data


def _plain_time(told: Any) -> Any:
    if not isinstance(told, str):
        return told
    return _ZONE.sub(lambda found: "+00:00" if found[1] == "UTC" else found[1], told)


def _merge_request(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, ThreadPush)
    now = push.object_attributes
    thread, at = Thread(PULL, str(now.iid), host), required(now.updated_at)
    author = _author(data, now, host)
    # what a push does not say of an end, or of who began, the next reading does
    if author is not None and (now.state == "opened" or now.action in ("merge", "close")):
        shaped.add(PULLS, _pull(push, author, host))
    for row in _events(push, thread, at):
        shaped.add(THREAD_EVENTS, row)


def _author(data: Any, now: Attributes, host: str) -> Face | None:
    """Who wrote it, if it is one of those that a push names."""
    found = (each for each in users_in(data).values() if each["id"] == now.author_id)
    return next((face(each["username"], each["id"], host) for each in found), None)


def _pull(push: ThreadPush, author: Face, host: str) -> Row:
    now, at = push.object_attributes, required(push.object_attributes.updated_at)
    merged = now.action == "merge"
    merger = face_of(push.user, host) if merged else NOBODY
    head = now.last_commit.id if now.last_commit else None
    return {
        "key": str(now.iid), "pull_id": str(now.id), "title": now.title[:MOST_VALUE],
        "state": _STATES.get(now.state, now.state), "draft": now.draft,
        "author_name": author.name, "author_email": author.email,
        "created_at": required(now.created_at), "updated_at": at,
        "closed_at": None if now.state == "opened" else at, "merged_at": at if merged else None,
        "merger_name": merger.name, "merger_email": merger.email,
        "base_ref": now.target_branch, "head_ref": now.source_branch, "head_commit": head,
        "merge_commit": (now.merge_commit_sha or head) if merged else None,
        "commits": None, "added": None, "deleted": None, "files": None,
        "labels": labels_of(each.title for each in push.labels or ()), "milestone": "",
        "closes": "",
    }  # fmt: skip


def _events(push: ThreadPush, thread: Thread, at: datetime) -> Iterator[Row]:
    """What a push says was done; GitLab gives it no id, so it is known by what and when."""
    who = face_of(push.user, thread.host)

    def row(what: str, value: str = "", other: Face = NOBODY) -> Row:
        name = f"push:{what}:{at.isoformat()}:{value}{other.name}"
        return thread.row(name, at, what, who, value, other)

    now = push.object_attributes
    if what := _ACTIONS.get(now.action):
        yield row(what)
    if draft := push.change("draft"):
        yield row("drafted" if draft.current else "ready")
    if title := push.change("title"):
        yield row("renamed", str(title.current or ""))
    if branch := push.change("target_branch"):
        yield row("base_changed", str(branch.current or ""))
    if labels := push.change("labels"):
        before, after = _titles(labels.previous), _titles(labels.current)
        yield from (row("unlabelled", name) for name in sorted(before - after))
        yield from (row("labelled", name) for name in sorted(after - before))
    for field, joined, left in _PEOPLE:
        if people := push.change(field):
            old, new = _faces(people.previous, thread.host), _faces(people.current, thread.host)
            yield from (row(left, other=each) for each in old if each not in new)
            yield from (row(joined, other=each) for each in new if each not in old)


def _titles(told: Any) -> set[str]:
    found = told if isinstance(told, list) else []
    return {str(each["title"]) for each in found if isinstance(each, dict) and "title" in each}


def _faces(told: Any, host: str) -> list[Face]:
    return [face(each["username"], each["id"], host) for each in users_in(told).values()]


def _issue(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, ThreadPush)
    now = push.object_attributes
    thread, at = Thread(ISSUE, str(now.iid), host), required(now.updated_at)
    for row in _events(push, thread, at):
        shaped.add(THREAD_EVENTS, row)
    events = list(_item_events(push, at, host))
    if events:
        shaped.items[thread.key] = ItemTold(events, whole=False)


def _item_events(push: ThreadPush, at: datetime, host: str) -> Iterator[Row]:
    now = push.object_attributes
    if now.action == "open":
        yield item_event(required(now.created_at), "created", stage="todo")
        yield item_event(required(now.created_at), "titled", now.title[:MOST_VALUE])
    elif now.action == "close":
        yield item_event(at, "done", stage="done")
    elif now.action == "reopen":
        yield item_event(at, "reopened", stage="todo")
    if title := push.change("title"):
        yield item_event(at, "titled", str(title.current or "")[:MOST_VALUE])
    if labels := push.change("labels"):
        yield item_event(at, "labels", labels_of(_titles(labels.current)))
    if people := push.change("assignees"):
        first = next(iter(_faces(people.current, host)), NOBODY)
        yield item_event(at, "assigned", name=first.name, email=first.email)


def _note(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, ThreadPush)
    now = push.object_attributes
    kind, on = (PULL, push.merge_request) if push.merge_request else (ISSUE, push.issue)
    if on is None or now.system:
        raise Unreadable("a note of GitLab's own, or on neither merge request nor issue")
    what = "reviewed" if now.type == "DiffNote" else "commented"
    who, at = face_of(push.user, host), required(now.created_at)
    thread = Thread(kind, str(on.iid), host)
    shaped.add(THREAD_EVENTS, thread.row(f"note:{now.id}", at, what, who))


def _pipeline(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, PipelinePush)
    told = {
        "updated_at": push.object_attributes.get("finished_at"), **push.object_attributes,
        "user": msgspec.to_builtins(push.user), "jobs": [],
    }  # fmt: skip
    ci.tell_pipeline(shaped, told, host)
    for job in push.builds:
        _tell_job(shaped, job, told.get("id"))


def _job(shaped: Shaped, data: Any, _host: str) -> None:
    job = msgspec.convert(data, Job)
    _tell_job(shaped, job, job.pipeline_id)


def _tell_job(shaped: Shaped, job: Job, pipeline: Any) -> None:
    ci.tell_job(shaped, {
        "id": job.id or job.build_id, "name": job.name or job.build_name,
        "status": job.status or job.build_status, "pipeline": {"id": pipeline},
        "created_at": job.created_at or job.build_created_at,
        "started_at": job.started_at or job.build_started_at,
        "finished_at": job.finished_at or job.build_finished_at,
    })  # fmt: skip


def _deployment(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, DeploymentPush)
    told = Deployment(
        id=push.deployment_id,
        status=push.status,
        created_at=push.status_changed_at,
        sha=push.commit_url.rpartition("/")[2] or None,
        ref=push.ref,
        user=push.user,
        environment=Named(name=push.environment, tier=push.environment_tier),
    )
    ci.tell_state(shaped, told, host)


def _release(shaped: Shaped, data: Any, host: str) -> None:
    push = msgspec.convert(data, ReleasePush)
    if push.action == "delete":
        tell_gone(shaped, RELEASE, push.tag, required(push.created_at), host)
        return
    ci.tell_release(shaped, {**data, "tag_name": push.tag}, host)


def _milestone(shaped: Shaped, data: Any, _host: str) -> None:
    ci.tell_milestone(shaped, msgspec.convert(data, MilestonePush).object_attributes)


_Teller: TypeAlias = Callable[[Shaped, Any, str], None]

_TELLERS: Final[Mapping[str, _Teller]] = {
    "merge_request": _merge_request, "issue": _issue, "note": _note, "pipeline": _pipeline,
    "build": _job, "deployment": _deployment, "release": _release, "milestone": _milestone,
}  # fmt: skip
