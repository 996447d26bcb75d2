"""GitHub's REST objects, in lists and in webhooks alike, as rows of facts."""

from __future__ import annotations

from typing import Any

import msgspec

from groundplan.facts.host import (
    DEPLOYMENTS,
    JOBS,
    MILESTONES,
    PULLS,
    RELEASES,
    RUNS,
    THREAD_EVENTS,
)
from groundplan.sources.github.graphql import Place
from groundplan.sources.github.objects import (
    Comment,
    Deployment,
    DeploymentState,
    Issue,
    Job,
    Milestone,
    Pull,
    Release,
    Review,
    Run,
    User,
)
from groundplan.sources.github.people import face
from groundplan.sources.github.states import deployment_state, is_open, run_result, run_status
from groundplan.sources.github.threads import (
    DROPPED,
    REVIEWS,
    Item,
    issue_thread,
    pull_thread,
    tell_item,
)
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import (
    MOST_VALUE,
    Thread,
    Unreadable,
    labels_of,
    milestone_row,
    moment,
    required,
)
from groundplan.sources.http.shaped import ItemTold, Shaped


def user_face(user: User | None, host: str) -> Face:
    """How the facts know a REST account; a team by its name."""
    if user is None:
        return NOBODY
    if user.slug is not None and user.login is None:
        return Face(user.slug, "")
    return face(user.login, user.id, host, bot=user.type == "Bot")


def tell_pull(shaped: Shaped, value: Any, place: Place) -> Pull:
    """The row of a pull request as REST tells it, and what its dates say of its thread."""
    pull = msgspec.convert(value, Pull)
    created, updated = required(pull.created_at), required(pull.updated_at)
    thread = pull_thread(pull.number, place.host)
    author, merger = user_face(pull.user, place.host), user_face(pull.merged_by, place.host)
    merged, closed = moment(pull.merged_at), moment(pull.closed_at)
    state = "merged" if merged else pull.state.lower()
    shaped.add(PULLS, {
        "key": thread.key, "pull_id": str(pull.id), "title": pull.title[:MOST_VALUE],
        "state": state, "draft": bool(pull.draft),
        "author_name": author.name, "author_email": author.email,
        "created_at": created, "updated_at": updated, "closed_at": closed, "merged_at": merged,
        "merger_name": merger.name, "merger_email": merger.email,
        "base_ref": pull.base.ref, "head_ref": pull.head.ref, "head_commit": pull.head.sha,
        "merge_commit": pull.merge_commit_sha if merged else None,  # else a trial merge
        "commits": pull.commits, "added": pull.additions, "deleted": pull.deletions,
        "files": pull.changed_files, "labels": labels_of(label.name for label in pull.labels),
        "milestone": pull.milestone.title if pull.milestone else "", "closes": "",
    })  # fmt: skip
    shaped.add(THREAD_EVENTS, thread.row("opened", created, "opened", author))
    if merged:
        commit = pull.merge_commit_sha
        shaped.add(
            THREAD_EVENTS, thread.row("rest:merged", merged, "merged", merger, commit=commit)
        )
    if closed:
        name = f"rest:closed:{closed.isoformat()}"
        shaped.add(THREAD_EVENTS, thread.row(name, closed, "closed"))
    return pull


def tell_issue(shaped: Shaped, value: Any, place: Place) -> Issue:
    """An issue as REST tells it: what it is now, taken for since it was created."""
    issue = msgspec.convert(value, Issue)
    created, closed = required(issue.created_at), moment(issue.closed_at)
    thread = issue_thread(issue.number, place.host)
    author = user_face(issue.user, place.host)
    shaped.add(THREAD_EVENTS, thread.row("opened", created, "opened", author))
    item = Item(
        key=thread.key,
        title=issue.title[:MOST_VALUE],
        created_at=created,
        labels=tuple(label.name for label in issue.labels),
        type=str((issue.type or {}).get("name") or ""),
        faces=tuple(user_face(each, place.host) for each in issue.assignees),
        parent="",
        closed_at=closed if issue.state.lower() == "closed" else None,
        dropped=(issue.state_reason or "").upper() in DROPPED,
    )
    shaped.items[thread.key] = ItemTold(tell_item(item, (), place.host, place.home), whole=False)
    return issue


def tell_review(shaped: Shaped, value: Any, thread: Thread) -> Review:
    """The row of a review. Errors: Unreadable for one that is still being written."""
    review = msgspec.convert(value, Review)
    what = REVIEWS.get(review.state.upper())
    if what is None or review.submitted_at is None:
        raise Unreadable("a review that is not submitted")
    who = user_face(review.user, thread.host)
    at = required(review.submitted_at)
    name = f"review:{review.id}"
    shaped.add(THREAD_EVENTS, thread.row(name, at, what, who, commit=review.commit_id))
    return review


def tell_comment(shaped: Shaped, value: Any, thread: Thread) -> None:
    """The row of a comment."""
    comment = msgspec.convert(value, Comment)
    who = user_face(comment.user, thread.host)
    name = f"comment:{comment.id}"
    shaped.add(THREAD_EVENTS, thread.row(name, required(comment.created_at), "commented", who))


def tell_run(shaped: Shaped, value: Any, place: Place) -> Run:
    """The row of one attempt of a run."""
    run = msgspec.convert(value, Run)
    status = run_status(run.status)
    who = user_face(run.triggering_actor or run.actor, place.host)
    updated = required(run.updated_at)
    numbers = (each.get("number") for each in run.pull_requests or ())
    shaped.add(RUNS, {
        "run_id": str(run.id), "attempt": run.run_attempt, "workflow": run.name or run.path or "",
        "event": run.event, "branch": run.head_branch, "commit_id": run.head_sha,
        "status": status, "result": run_result(run.conclusion),
        "told_result": run.conclusion, "name": who.name, "email": who.email,
        "pulls": " ".join(str(number) for number in numbers if isinstance(number, int)),
        "created_at": required(run.created_at), "started_at": moment(run.run_started_at),
        # GitHub tells no end of a run: it is the last change of one that has ended
        "finished_at": updated if status == "done" else None, "updated_at": updated,
    })  # fmt: skip
    return run


def tell_job(shaped: Shaped, value: Any) -> None:
    """The row of a job."""
    job = msgspec.convert(value, Job)
    status = run_status(job.status)
    shaped.add(JOBS, {
        "job_id": str(job.id), "run_id": str(job.run_id), "attempt": job.run_attempt or 1,
        "job": job.name[:MOST_VALUE], "status": status, "result": run_result(job.conclusion),
        "told_result": job.conclusion, "created_at": moment(job.created_at),
        "started_at": None if status == "waiting" else moment(job.started_at),
        "finished_at": None if is_open(status) else moment(job.completed_at),
    })  # fmt: skip


def tell_deployment(shaped: Shaped, value: Any, place: Place, state: Any = None) -> None:
    """The row of a deployment, or of a state that it came to."""
    made = msgspec.convert(value, Deployment)
    who, at = user_face(made.creator, place.host), required(made.created_at)
    event, said, told = "made", "made", "created"
    if state is not None:
        came = msgspec.convert(state, DeploymentState)
        who, at = user_face(came.creator, place.host), required(came.created_at)
        event, said, told = came.node_id or str(came.id), deployment_state(came.state), came.state
    shaped.add(DEPLOYMENTS, {
        "deployment_id": str(made.id), "event_id": event, "happened_at": at, "state": said,
        "told_state": told, "environment": made.environment or "",
        "production": made.production_environment, "commit_id": made.sha, "ref": made.ref,
        "task": made.task, "name": who.name, "email": who.email,
    })  # fmt: skip


def tell_release(shaped: Shaped, value: Any, place: Place, *, gone: bool = False) -> None:
    """The row of a release."""
    release = msgspec.convert(value, Release)
    state = "draft" if release.draft else "early" if release.prerelease else "released"
    who = user_face(release.author, place.host)
    shaped.add(RELEASES, {
        "release_id": str(release.id), "tag": release.tag_name,
        "title": (release.name or "")[:MOST_VALUE], "state": "gone" if gone else state,
        "target": release.target_commitish, "created_at": moment(release.created_at),
        "released_at": moment(release.published_at), "name": who.name, "email": who.email,
    })  # fmt: skip


def tell_milestone(shaped: Shaped, value: Any, *, gone: bool = False) -> None:
    """The row of a milestone."""
    told = msgspec.convert(value, Milestone)
    shaped.add(MILESTONES, milestone_row(
        str(told.id), told.title, "gone" if gone else told.state.lower(), moment(told.due_on),
        moment(told.created_at), moment(told.closed_at),
    ))  # fmt: skip
