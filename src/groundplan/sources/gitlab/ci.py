"""What GitLab runs and ships: pipelines, jobs, deployments, releases and milestones as rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from groundplan.facts.host import DEPLOYMENTS, JOBS, MILESTONES, RELEASES, RUNS
from groundplan.sources.gitlab.objects import Deployment, Job, Milestone, Pipeline, Release
from groundplan.sources.gitlab.people import face_of
from groundplan.sources.http.rows import MOST_VALUE, Unreadable, milestone_row, moment, required
from groundplan.sources.http.shaped import Row, Shaped

_WAITING: Final = frozenset(
    ("created", "waiting_for_resource", "preparing", "waiting_for_callback", "pending", "manual",
     "scheduled", "blocked")
)  # fmt: skip
_RESULTS: Final[Mapping[str, str]] = {
    "success": "success", "failed": "failure", "canceled": "cancelled", "canceling": "cancelled",
    "skipped": "skipped",
}  # fmt: skip


def _status(told: str) -> str:
    if told in _WAITING:
        return "waiting"
    return "running" if told == "running" else "done"


def _result(told: str) -> str | None:
    return _RESULTS.get(told, "other") if _status(told) == "done" else None


def tell_pipeline(shaped: Shaped, value: Any, host: str) -> None:
    """The rows of a pipeline and its jobs. Jobs are repeated within it: it has one attempt."""
    told = msgspec.convert(value, Pipeline)
    who, status = face_of(told.user, host), _status(told.status)
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
        tell_job(shaped, job)


def tell_job(shaped: Shaped, value: Any) -> None:
    """The row of a job."""
    told = msgspec.convert(value, Job)
    shaped.add(JOBS, {
        "job_id": str(told.id), "run_id": str(told.pipeline.id), "attempt": 1,
        "job": told.name[:MOST_VALUE], "status": _status(told.status),
        "result": _result(told.status), "told_result": told.status,
        "created_at": moment(told.created_at), "started_at": moment(told.started_at),
        "finished_at": moment(told.finished_at),
    })  # fmt: skip


def tell_deployment(shaped: Shaped, value: Any, host: str) -> None:
    """That a deployment was made, and what it has come to; GitLab tells no steps between."""
    told = msgspec.convert(value, Deployment)
    made = required(told.created_at)
    shaped.add(DEPLOYMENTS, _deployment(told, "made", made, "made", "created", host))
    tell_state(shaped, told, host)


def tell_state(shaped: Shaped, told: Deployment, host: str) -> None:
    """What a deployment has come to."""
    result = _result(told.status) or _status(told.status)
    state = {"cancelled": "ended", "skipped": "ended"}.get(result, result)
    at = moment(told.updated_at) or required(told.created_at)
    row = _deployment(told, f"status:{told.status}", at, state, told.status, host)
    shaped.add(DEPLOYMENTS, row)


def _deployment(
    told: Deployment, event: str, at: datetime, state: str, word: str, host: str
) -> Row:
    who, where = face_of(told.user, host), told.environment
    return {
        "deployment_id": str(told.id), "event_id": event, "happened_at": at, "state": state,
        "told_state": word, "environment": where.name if where else "",
        "production": where.tier == "production" if where and where.tier else None,
        "commit_id": told.sha, "ref": told.ref, "task": None, "name": who.name,
        "email": who.email,
    }  # fmt: skip


def tell_release(shaped: Shaped, value: Any, host: str) -> None:
    """The row of a release."""
    told = msgspec.convert(value, Release)
    who = face_of(told.author, host)
    shaped.add(RELEASES, {
        "release_id": told.tag_name, "tag": told.tag_name,
        "title": (told.name or "")[:MOST_VALUE],
        "state": "early" if told.upcoming_release else "released",
        "target": told.commit.id if told.commit else None, "created_at": moment(told.created_at),
        "released_at": moment(told.released_at), "name": who.name, "email": who.email,
    })  # fmt: skip


def tell_milestone(shaped: Shaped, value: Any) -> None:
    """The row of a milestone; it was last changed when it was closed."""
    told = msgspec.convert(value, Milestone)
    closed = moment(told.updated_at) if told.state == "closed" else None
    state = "closed" if told.state == "closed" else "open"
    due, created = moment(told.due_date), moment(told.created_at)
    begin = moment(told.start_date)
    row = milestone_row(str(told.id), told.title, state, due, created, closed, begin)
    shaped.add(MILESTONES, row)
