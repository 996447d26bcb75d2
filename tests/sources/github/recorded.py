"""Replies that DevLake recorded of real repositories, as a world that can be read.

They are REST's; the server tells pull requests and issues of it by GraphQL, as GitHub does.
"""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.sources.github.github_world import Node, World

DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "fixtures"
RAW = DATA / "devlake" / "github" / "raw_tables"

_EVENTS = {
    "closed": "ClosedEvent", "labeled": "LabeledEvent", "assigned": "AssignedEvent",
    "head_ref_force_pushed": "HeadRefForcePushedEvent", "renamed": "RenamedTitleEvent",
    "ready_for_review": "ReadyForReviewEvent",
}  # fmt: skip


def require(folder: str) -> Path:
    """A folder of the data; the test is skipped where it is absent."""
    if not (DATA / folder).is_dir():
        pytest.skip(f"GROUNDPLAN_DATA has no fixtures/{folder}")
    return DATA / folder


def table(name: str) -> list[dict[str, str]]:
    """One of DevLake's tables."""
    require("devlake")
    csv.field_size_limit(10**9)
    with (RAW / f"{name}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def replies(name: str) -> list[tuple[Node, dict[str, str]]]:
    """The recorded objects of one kind, with their rows."""
    found = []
    for row in table(f"_raw_github_api_{name}"):
        text = row["data"]
        text = bytes.fromhex(text[2:]).decode() if text.startswith("0x") else text
        found.append((json.loads(text), row))
    return found


def recorded_world() -> World:
    """The recorded repository, each thing as the newest reply tells it."""
    threads: dict[int, list[Node]] = defaultdict(list)
    for review, row in replies("pull_request_reviews"):
        threads[json.loads(row["input"])["Number"]].append(_review(review))
    for comment, _ in replies("comments"):
        threads[int(comment["issue_url"].rsplit("/", 1)[1])].append(_comment(comment))
    for event, _ in replies("events"):
        if event["event"] in _EVENTS:
            threads[event["issue"]["number"]].append(_event(event))
    commits: dict[int, list[Node]] = defaultdict(list)
    for commit, row in replies("pull_request_commits"):
        commits[json.loads(row["input"])["Number"]].append(_commit(commit))
    pulls = {p["number"]: _pull(p, threads, commits) for p, _ in replies("pull_requests")}
    issues = {
        i["number"]: _issue(i, threads) for i, _ in replies("issues") if not i.get("pull_request")
    }
    world = World("panjf2000/ants", 134018330, list(pulls.values()), list(issues.values()))
    world.runs = [run for run, _ in replies("runs")]
    world.runs.sort(key=lambda run: str(run["created_at"]), reverse=True)
    for job, _ in replies("jobs"):
        world.jobs.setdefault(job["run_id"], []).append(job)
    world.milestones = [one for one, _ in replies("milestones")]
    return world


def _who(user: Node | None) -> Node | None:
    if user is None:
        return None
    kind = "Bot" if user.get("type") == "Bot" else "User"
    login = user["login"].removesuffix("[bot]")
    return {"__typename": kind, "login": login, "databaseId": user["id"]}


def _event(event: Node) -> Node:
    renamed = event.get("rename") or {}
    return {
        "__typename": _EVENTS[event["event"]], "id": event["node_id"],
        "createdAt": event["created_at"], "actor": _who(event["actor"]),
        "label": event.get("label") and {"name": event["label"]["name"]},
        "assignee": _who(event.get("assignee")), "stateReason": event.get("state_reason"),
        "previousTitle": renamed.get("from"), "currentTitle": renamed.get("to"),
    }  # fmt: skip


def _review(review: Node) -> Node:
    return {
        "__typename": "PullRequestReview", "id": review["node_id"], "state": review["state"],
        "fullDatabaseId": str(review["id"]), "createdAt": review["submitted_at"],
        "submittedAt": review["submitted_at"], "author": _who(review["user"]),
        "commit": {"oid": review["commit_id"]},
    }  # fmt: skip


def _comment(comment: Node) -> Node:
    return {
        "__typename": "IssueComment", "id": comment["node_id"], "author": _who(comment["user"]),
        "fullDatabaseId": str(comment["id"]), "createdAt": comment["created_at"],
    }  # fmt: skip


def _commit(commit: Node) -> Node:
    told = commit["commit"]
    return {"commit": {
        "oid": commit["sha"], "authoredDate": told["author"]["date"],
        "committedDate": told["committer"]["date"],
        "messageHeadline": told["message"].partition("\n")[0],
    }}  # fmt: skip


def _pull(pull: Node, threads: Any, commits: Any) -> Node:
    number, merged = pull["number"], pull["merged_at"]
    return {
        "fullDatabaseId": str(pull["id"]), "number": number, "title": pull["title"],
        "state": "MERGED" if merged else pull["state"].upper(), "isDraft": pull["draft"],
        "author": _who(pull["user"]), "createdAt": pull["created_at"],
        "updatedAt": pull["updated_at"], "closedAt": pull["closed_at"], "mergedAt": merged,
        "mergedBy": None, "baseRefName": pull["base"]["ref"], "headRefName": pull["head"]["ref"],
        "headRefOid": pull["head"]["sha"],
        "mergeCommit": {"oid": pull["merge_commit_sha"]} if merged else None,
        "labels": {"nodes": [{"name": label["name"]} for label in pull["labels"]]},
        "commits": {"totalCount": len(commits[number]), "nodes": commits[number]},
        "timelineItems": {"nodes": threads[number]},
    }  # fmt: skip


def _issue(issue: Node, threads: Any) -> Node:
    return {
        "number": issue["number"], "title": issue["title"], "state": issue["state"].upper(),
        "stateReason": (issue.get("state_reason") or "").upper() or None,
        "author": _who(issue["user"]), "createdAt": issue["created_at"],
        "updatedAt": issue["updated_at"], "closedAt": issue["closed_at"],
        "labels": {"nodes": [{"name": label["name"]} for label in issue["labels"]]},
        "assignees": {"nodes": [_who(user) for user in issue["assignees"]]},
        "timelineItems": {"nodes": threads[issue["number"]]},
    }  # fmt: skip
