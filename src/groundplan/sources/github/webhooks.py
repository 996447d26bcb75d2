"""What GitHub pushes: checked by its signature, and shaped like what it is asked for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from groundplan.facts.host import ISSUE, PULL, THREAD_EVENTS
from groundplan.sources.github import rest
from groundplan.sources.github.graphql import Place
from groundplan.sources.github.objects import Issue, Label, User
from groundplan.sources.github.threads import DROPPED
from groundplan.sources.http.objects import Object
from groundplan.sources.http.rows import (
    MOST_VALUE,
    Thread,
    Unreadable,
    labels_of,
    moment,
    required,
)
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event

WEBHOOK: Final = "github/webhook"

_WHAT: Final[Mapping[str, str]] = {
    "labeled": "labelled", "unlabeled": "unlabelled", "assigned": "assigned",
    "unassigned": "unassigned", "review_requested": "review_requested",
    "review_request_removed": "review_unrequested", "ready_for_review": "ready",
    "converted_to_draft": "drafted", "reopened": "reopened", "milestoned": "milestoned",
    "demilestoned": "unmilestoned", "enqueued": "queued", "dequeued": "unqueued",
    "auto_merge_enabled": "auto_merge", "auto_merge_disabled": "no_auto_merge",
    "transferred": "transferred", "deleted": "deleted", "closed": "closed",
}  # fmt: skip
_NO_FACTS: Final[Mapping[str, str]] = {
    "ping": "GitHub only says that the webhook works",
    "pull_request_review_comment": "it is told with its review",
    "pull_request_review_thread": "what is resolved is no fact here",
    "push": "commits are read from the repository",
    "create": "branches and tags are read from the repository",
    "delete": "branches and tags are read from the repository",
    "check_run": "Actions tell it as a job",
    "check_suite": "Actions tell it as a run",
    "workflow_dispatch": "the run that follows is told",
    "status": "runs and deployments are told by events of their own",
    "repository": "names are asked for with every reading",
    "label": "labels are told by the issues that have them",
    "projects_v2_item": "the item's own timeline tells how it moved",
}


def is_signed(body: bytes, signature: str, secret: Secret) -> bool:
    """Whether a push is GitHub's: the header X-Hub-Signature-256 against the webhook's secret."""
    want = hmac.new(secret.reveal().encode(), body, hashlib.sha256).hexdigest()
    got = signature.removeprefix("sha256=")
    return bool(secret) and hmac.compare_digest(want.encode(), got.encode())


def is_used(event: str) -> bool:
    """Whether facts are made of a kind of event; others need not be kept."""
    return event in _TELLERS


class Push(Object, kw_only=True, frozen=True):
    """What a push holds, of whatever event; what facts are made of is read later."""

    action: str = ""
    changes: dict[str, Any] | None = None
    sender: User | None = None
    label: Label | None = None
    assignee: User | None = None
    requested_reviewer: User | None = None
    requested_team: User | None = None
    milestone: dict[str, Any] | None = None
    issue: dict[str, Any] | None = None
    pull_request: dict[str, Any] | None = None
    review: dict[str, Any] | None = None
    comment: dict[str, Any] | None = None
    workflow_run: dict[str, Any] | None = None
    workflow_job: dict[str, Any] | None = None
    deployment: dict[str, Any] | None = None
    deployment_status: dict[str, Any] | None = None
    release: dict[str, Any] | None = None


def shape_event(event: str, body: bytes, place: Place) -> Shaped:
    """The rows of one push; one that has none is rejected with its reason."""
    told = Shaped()
    try:
        if event not in _TELLERS:
            raise Unreadable(_NO_FACTS.get(event, "no facts are made of this event"))
        _TELLERS[event](told, msgspec.json.decode(body, type=Push), place)
        return told
    except (msgspec.ValidationError, Unreadable) as error:
        reason = str(error)
    except (msgspec.DecodeError, UnicodeDecodeError):
        reason = "the payload is no JSON"
    shaped = Shaped()
    shaped.reject(WEBHOOK, event, reason)
    return shaped


def _need(value: dict[str, Any] | None, name: str) -> dict[str, Any]:
    if value is None:
        raise Unreadable(f"{name} is missing")
    return value


def _pull_request(shaped: Shaped, push: Push, place: Place) -> None:
    pull = rest.tell_pull(shaped, _need(push.pull_request, "pull_request"), place)
    if push.action in _WHAT and push.action != "closed":  # its dates tell when it was closed
        thread = Thread(PULL, str(pull.number), place.host)
        shaped.add(THREAD_EVENTS, _happened(push, thread, pull.updated_at))


def _review(shaped: Shaped, push: Push, place: Place) -> None:
    pull = rest.tell_pull(shaped, _need(push.pull_request, "pull_request"), place)
    thread = Thread(PULL, str(pull.number), place.host)
    review = rest.tell_review(shaped, _need(push.review, "review"), thread)
    if push.action == "dismissed":
        name, who = f"dismissed:{review.id}", rest.user_face(push.sender, place.host)
        at = required(pull.updated_at)
        shaped.add(THREAD_EVENTS, thread.row(name, at, "dismissed", who))


def _issues(shaped: Shaped, push: Push, place: Place) -> None:
    now = Shaped()
    issue = rest.tell_issue(now, _need(push.issue, "issue"), place)
    if push.action == "opened":
        shaped.rows, shaped.items = now.rows, now.items
        return
    thread = Thread(ISSUE, str(issue.number), place.host)
    if push.action in _WHAT:
        shaped.add(THREAD_EVENTS, _happened(push, thread, issue.updated_at))
    events = _item_events(push, issue, place)
    if events:
        shaped.items[thread.key] = ItemTold(events, whole=False)
    elif push.action not in _WHAT:
        raise Unreadable("no facts are made of what was done to the issue")


def _item_events(push: Push, issue: Issue, place: Place) -> list[Row]:
    at, action = required(issue.updated_at), push.action
    if action in ("deleted", "transferred"):
        return [item_event(at, "deleted")]
    if action == "closed":
        what = "dropped" if (issue.state_reason or "").upper() in DROPPED else "done"
        return [item_event(moment(issue.closed_at) or at, what, stage=what)]
    if action == "reopened":
        return [item_event(at, "reopened", stage="todo")]
    if action in ("labeled", "unlabeled"):
        return [item_event(at, "labels", labels_of(label.name for label in issue.labels))]
    if action in ("assigned", "unassigned"):
        head = rest.user_face(issue.assignees[0] if issue.assignees else None, place.host)
        return [item_event(at, "assigned", name=head.name, email=head.email)]
    if action == "edited" and "title" in (push.changes or {}):
        return [item_event(at, "titled", issue.title[:MOST_VALUE])]
    return []


def _comment(shaped: Shaped, push: Push, place: Place) -> None:
    issue = msgspec.convert(_need(push.issue, "issue"), Issue)
    if push.action == "deleted":
        raise Unreadable("the next reading tells the thread without it")
    kind = ISSUE if issue.pull_request is None else PULL
    thread = Thread(kind, str(issue.number), place.host)
    rest.tell_comment(shaped, _need(push.comment, "comment"), thread)


def _deployment(shaped: Shaped, push: Push, place: Place) -> None:
    rest.tell_deployment(shaped, _need(push.deployment, "deployment"), place)


def _deployment_state(shaped: Shaped, push: Push, place: Place) -> None:
    state = _need(push.deployment_status, "deployment_status")
    _deployment(shaped, push, place)
    rest.tell_deployment(shaped, push.deployment, place, state)


def _happened(push: Push, thread: Thread, updated: str) -> Row:
    """What a push says happened; GitHub gives it no id, so it is known by what and when."""
    what, at = _WHAT[push.action], required(updated)
    milestone = str((push.milestone or {}).get("title") or "")
    value = push.label.name if push.label else milestone
    told = push.assignee or push.requested_reviewer or push.requested_team
    other = rest.user_face(told, thread.host)
    name = f"push:{what}:{at.isoformat()}:{value}{other.name}"
    return thread.row(name, at, what, rest.user_face(push.sender, thread.host), value, other)


_Teller: TypeAlias = Callable[[Shaped, Push, Place], object]

_TELLERS: Final[Mapping[str, _Teller]] = {
    "pull_request": _pull_request,
    "pull_request_review": _review,
    "issues": _issues,
    "issue_comment": _comment,
    "workflow_run": lambda shaped, push, place: rest.tell_run(
        shaped, _need(push.workflow_run, "workflow_run"), place
    ),
    "workflow_job": lambda shaped, push, _place: rest.tell_job(
        shaped, _need(push.workflow_job, "workflow_job")
    ),
    "deployment": _deployment,
    "deployment_status": _deployment_state,
    "release": lambda shaped, push, place: rest.tell_release(
        shaped, _need(push.release, "release"), place, gone=push.action == "deleted"
    ),
    "milestone": lambda shaped, push, _place: rest.tell_milestone(
        shaped, _need(push.milestone, "milestone"), gone=push.action == "deleted"
    ),
}
