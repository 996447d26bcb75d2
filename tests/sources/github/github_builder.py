"""Pull requests, issues and runs as GitHub tells them, made up from a seed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.sources.github.github_world import Node, World
from tests.sources.http_server import BEGIN

PEOPLE = ("ann", "ben", "cem", "dora", "eve", "fay", "gus")


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def who(name: str | None) -> Node | None:
    if name is None:
        return None
    if name == "renovate":
        return {"__typename": "Bot", "login": name, "databaseId": 99}
    return {"__typename": "User", "login": name, "databaseId": 100 + PEOPLE.index(name)}


def sha(number: int) -> str:
    return f"{number:040x}"


def event(kind: str, name: str, at: datetime, actor: str | None = "ann", **more: Any) -> Node:
    return {"__typename": kind, "id": name, "createdAt": iso(at), "actor": who(actor), **more}


def pull(number: int, at: datetime, events: list[Node], **more: Any) -> Node:
    merged = more.pop("merged", None)
    return {
        "fullDatabaseId": str(9_000 + number), "number": number, "title": f"Change {number}",
        "state": "MERGED" if merged else "OPEN", "isDraft": False, "author": who("ann"),
        "createdAt": iso(at), "updatedAt": iso(merged or at), "closedAt": merged and iso(merged),
        "mergedAt": merged and iso(merged), "mergedBy": who("ben") if merged else None,
        "baseRefName": "main", "headRefName": f"branch-{number}", "headRefOid": sha(number),
        "mergeCommit": {"oid": sha(10_000_000 + number)} if merged else None,
        "additions": 10, "deletions": 2, "changedFiles": 1,
        "labels": {"nodes": [{"name": "feature"}]}, "milestone": None,
        "closingIssuesReferences": {"nodes": []},
        "commits": {"totalCount": 1, "nodes": [{"commit": {
            "oid": sha(number), "authoredDate": iso(at), "committedDate": iso(at),
            "messageHeadline": f"Change {number}"}}]},
        "timelineItems": {"nodes": events}, **more,
    }  # fmt: skip


def issue(number: int, at: datetime, events: list[Node], **more: Any) -> Node:
    closed = more.pop("closed", None)
    return {
        "number": number, "title": f"Trouble {number}", "state": "CLOSED" if closed else "OPEN",
        "stateReason": "COMPLETED" if closed else None, "author": who("cem"),
        "createdAt": iso(at), "updatedAt": iso(closed or at), "closedAt": closed and iso(closed),
        "labels": {"nodes": []}, "assignees": {"nodes": []}, "milestone": None, "parent": None,
        "timelineItems": {"nodes": events}, **more,
    }  # fmt: skip


def run(number: int, at: datetime, **more: Any) -> Node:
    return {
        "id": 50_000 + number, "name": "tests", "event": "push", "head_branch": "main",
        "head_sha": sha(number), "status": "completed", "conclusion": "success", "run_attempt": 1,
        "actor": {"login": "ann", "id": 100, "type": "User"}, "pull_requests": [],
        "created_at": iso(at), "run_started_at": iso(at),
        "updated_at": iso(at + timedelta(minutes=7)), **more,
    }  # fmt: skip


def job(number: int, run_id: int, at: datetime, **more: Any) -> Node:
    return {
        "id": 70_000 + number, "run_id": run_id, "run_attempt": 1, "name": "unit",
        "status": "completed", "conclusion": "success", "created_at": iso(at),
        "started_at": iso(at), "completed_at": iso(at + timedelta(minutes=6)), **more,
    }  # fmt: skip


def deployment(number: int, at: datetime, *states: str) -> Node:
    told = [
        {"id": f"DES_{number}_{nr}", "state": state, "creator": who("ann"),
         "createdAt": iso(at + timedelta(minutes=nr + 1))}
        for nr, state in enumerate(states)
    ]  # fmt: skip
    return {
        "id": f"DE_{number}", "databaseId": number, "task": "deploy", "environment": "production",
        "commitOid": sha(number), "ref": {"name": "main"}, "createdAt": iso(at),
        "creator": who("ann"), "statuses": {"nodes": told[::-1]},
    }  # fmt: skip


def build_world(pulls: int = 130, issues: int = 110, runs: int = 130, seed: int = 1) -> World:
    """A repository with the life of a small team, the same for the same seed."""
    rng = np.random.default_rng(seed)
    world = World()
    for number in range(1, pulls + 1):
        at = BEGIN - timedelta(days=300) + timedelta(hours=5 * number)
        world.pulls.append(_lively_pull(rng, number, at))
    for number in range(pulls + 1, pulls + issues + 1):
        at = BEGIN - timedelta(days=200) + timedelta(hours=3 * number)
        world.issues.append(_lively_issue(rng, number, at))
    for number in range(runs):
        at = BEGIN - timedelta(hours=4 * (number + 1))
        made = run(number, at)
        world.runs.append(made)
        world.jobs[made["id"]] = [job(number * 2 + nr, made["id"], at) for nr in range(2)]
    for number in range(60):
        at = BEGIN - timedelta(hours=30 * (number + 1))
        world.deployments.append(deployment(number + 1, at, "IN_PROGRESS", "SUCCESS"))
    world.releases = [release(number) for number in range(3)]
    world.milestones = [milestone(number) for number in range(2)]
    return world


def release(number: int) -> Node:
    at = iso(BEGIN - timedelta(days=10 * (number + 1)))
    return {
        "id": 300 + number, "tag_name": f"v1.{number}", "name": f"One {number}", "draft": False,
        "prerelease": False, "target_commitish": "main", "created_at": at, "published_at": at,
        "author": {"login": "ann", "id": 100, "type": "User"},
    }  # fmt: skip


def milestone(number: int) -> Node:
    at = iso(BEGIN - timedelta(days=100))
    return {
        "id": 400 + number, "number": number + 1, "title": f"Quarter {number + 1}",
        "state": "open", "due_on": None, "created_at": at, "updated_at": at, "closed_at": None,
    }  # fmt: skip


def _lively_pull(rng: np.random.Generator, number: int, at: datetime) -> Node:
    hours = iter(np.sort(rng.uniform(0.1, 70, size=90)).tolist())

    def later() -> datetime:
        return at + timedelta(hours=next(hours))

    key = f"PE{number}"
    reviewer = str(rng.choice(PEOPLE[1:]))
    events = [event("ReviewRequestedEvent", f"{key}_1", later(), requestedReviewer=who(reviewer))]
    for nr in range(int(rng.integers(0, 70 if number % 40 == 0 else 4))):
        made = event("IssueComment", f"{key}_c{nr}", later(), None, author=who(reviewer))
        events.append({**made, "fullDatabaseId": str(number * 1_000 + nr)})
    state = str(rng.choice(["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]))
    made = event("PullRequestReview", f"{key}_r", later(), None, author=who(reviewer), state=state)
    submitted = made["createdAt"]
    review = {"fullDatabaseId": f"{number}7", "submittedAt": submitted}
    events.append({**made, **review, "commit": {"oid": sha(number)}})
    merged = later() if number % 5 else None
    if merged:
        commit = {"oid": sha(10_000_000 + number)}
        events.append(event("MergedEvent", f"{key}_m", merged, "ben", commit=commit))
        events.append(event("ClosedEvent", f"{key}_x", merged, "ben", stateReason=None))
    author = [*PEOPLE, "renovate"][int(rng.integers(0, 8))]
    return pull(number, at, events, merged=merged, author=who(author))


def _lively_issue(rng: np.random.Generator, number: int, at: datetime) -> Node:
    key, events = f"IE{number}", []
    assignee = str(rng.choice(PEOPLE))
    labels = [{"name": "bug"}]
    events.append(event("LabeledEvent", f"{key}_1", at + timedelta(hours=1), label=labels[0]))
    events.append(
        event("AssignedEvent", f"{key}_2", at + timedelta(hours=2), assignee=who(assignee))
    )
    closed = at + timedelta(hours=float(rng.uniform(3, 90))) if number % 3 else None
    if closed:
        events.append(event("ClosedEvent", f"{key}_3", closed, stateReason="COMPLETED"))
    people = {"nodes": [who(assignee)]}
    return issue(number, at, events, closed=closed, labels={"nodes": labels}, assignees=people)
