"""A GitLab with one project, made up from a seed, as its API pages and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from tests.sources.http_server import BEGIN, Answer, Asked, paged

Node = dict[str, Any]
TOKEN = "glpat-plantedSecretPlantedSecret"
PEOPLE = ("ann", "ben", "cem", "dora", "eve", "fay", "gus")
BUSY = PEOPLE[:-1]
WITH = {
    "notes": "notes", "resource_state_events": "state_events", "commits": "commits",
    "resource_label_events": "label_events", "resource_milestone_events": "milestone_events",
    "jobs": "jobs",
}  # fmt: skip


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def who(name: str) -> Node:
    return {"id": 100 + PEOPLE.index(name), "username": name, "name": f"{name.title()} Example"}


@dataclass
class World:
    """What the server knows. merges, issues, pipelines: each with what is asked for besides."""

    merges: list[Node] = field(default_factory=list)
    issues: list[Node] = field(default_factory=list)
    pipelines: list[Node] = field(default_factory=list)
    deployments: list[Node] = field(default_factory=list)
    releases: list[Node] = field(default_factory=list)
    milestones: list[Node] = field(default_factory=list)
    name: str = "ann/engine"
    token: str = TOKEN

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("private-token") != self.token:
            return Answer({"message": "401 Unauthorized"}, 401)
        path = asked.path.removeprefix("/api/v4/")
        if path in ("projects/ann%2Fengine", "projects/7"):
            return Answer({"id": 7, "path_with_namespace": self.name})
        if path == "users":
            login = asked.params["username"]
            return Answer([who(login)] if login in PEOPLE else [])
        path = path.removeprefix("projects/7/")
        lists = {
            "merge_requests": self.merges, "issues": self.issues, "pipelines": self.pipelines,
            "deployments": self.deployments, "releases": self.releases,
            "milestones": self.milestones,
        }  # fmt: skip
        if path in lists:
            return self._list(asked, lists[path])
        found = re.fullmatch(r"(\w+)/(\d+)(?:/(\w+))?", path)
        key = "id" if found and found[1] == "pipelines" else "iid"
        one = found and next((o for o in lists[found[1]] if str(o[key]) == found[2]), None)
        if not found or not one:
            return Answer({"message": "404 Not found"}, 404)
        return paged(asked, one[WITH[found[3]]]) if found[3] else Answer(_plain(one))

    def _list(self, asked: Asked, things: list[Node]) -> Answer:
        by = asked.params.get("order_by", "created_at")
        found = sorted(things, key=lambda one: str(one.get(by) or ""))
        since = asked.params.get(by.replace("_at", "_after"), "")
        if since:
            at = datetime.fromisoformat(since)
            found = [one for one in found if datetime.fromisoformat(one[by]) >= at]
        answer = paged(asked, [_plain(one) for one in found], per_page=20)
        answer.headers["X-Total"] = str(len(found))
        return answer


def _plain(one: Node) -> Node:
    return {name: value for name, value in one.items() if name not in WITH.values()}


def note(number: int, at: datetime, author: str, body: str, *, system: bool = False) -> Node:
    return {
        "id": number, "created_at": iso(at), "author": who(author), "body": body, "system": system,
        "type": None,
    }  # fmt: skip


def happened(number: int, at: datetime, user: str, **more: Any) -> Node:
    return {"id": number, "created_at": iso(at), "user": who(user), **more}


def build_world(merges: int = 45, issues: int = 45, pipelines: int = 25, seed: int = 1) -> World:
    """A project with the life of a small team, the same for the same seed."""
    rng, world = np.random.default_rng(seed), World()
    for number in range(1, merges + 1):
        at = BEGIN - timedelta(days=60) + timedelta(hours=5 * (number // 30))  # many at once
        world.merges.append(lively_merge(rng, number, at))
    for number in range(1, issues + 1):
        world.issues.append(lively_issue(rng, number, BEGIN - timedelta(hours=100 + number)))
    for number in range(1, pipelines + 1):
        world.pipelines.append(pipeline(number, BEGIN - timedelta(hours=8 * number)))
    for number in range(1, 6):
        at = BEGIN - timedelta(hours=30 * number)
        world.deployments.append({
            "id": number, "status": "success", "created_at": iso(at), "updated_at": iso(at),
            "sha": "c" * 40, "ref": "main", "user": who("ann"),
            "environment": {"name": "live", "tier": "production"}, "deployable": {"id": 1},
        })  # fmt: skip
    day = iso(BEGIN - timedelta(days=5))
    world.releases = [
        {"tag_name": f"v{nr}", "name": "One", "released_at": day, "created_at": day,
         "author": who("ann"), "commit": {"id": "c" * 40}} for nr in range(3)
    ]  # fmt: skip
    world.milestones = [
        {"id": nr, "iid": nr, "title": f"Q{nr}", "state": "active", "created_at": day}
        for nr in (1, 2)
    ]
    return world


def pipeline(number: int, at: datetime) -> Node:
    end = iso(at + timedelta(minutes=9))
    job = {
        "id": number * 10, "name": "unit", "status": "success", "created_at": iso(at),
        "started_at": iso(at), "finished_at": end, "pipeline": {"id": number}, "user": who("ann"),
    }  # fmt: skip
    return {
        "id": number, "status": "success", "created_at": iso(at), "updated_at": end, "ref": "main",
        "sha": "c" * 40, "source": "push", "started_at": iso(at), "finished_at": end,
        "user": who("ann"), "jobs": [job],
    }  # fmt: skip


def lively_merge(rng: np.random.Generator, number: int, at: datetime) -> Node:
    hours = iter(np.sort(rng.uniform(0.1, 70, size=60)).tolist())
    author, reviewer = (str(name) for name in rng.choice(BUSY, 2, replace=False))
    later = [at + timedelta(hours=next(hours)) for _ in range(50)]
    said = [
        note(number * 100, later[0], author, f"requested review from @{reviewer}", system=True),
        note(number * 100 + 1, later[46], reviewer, "approved this merge request", system=True),
    ]
    if number == 1:  # somebody whom nothing but these words names
        said.append(note(101_000, later[1], author, "assigned to @gus", system=True))
    count = 45 if number % 20 == 0 else 1  # more than a page
    said += [note(number * 100 + 2 + nr, later[1 + nr], reviewer, "text") for nr in range(count)]
    merged = later[48] if number % 5 else None
    states = [happened(number, merged, reviewer, state="merged")] if merged else []
    commit = {
        "id": f"{number:040x}", "title": f"Change {number}", "authored_date": iso(at),
        "committed_date": iso(at), "author_email": "ann@example.com",
    }  # fmt: skip
    return {
        "id": 9_000 + number, "iid": number, "title": f"Change {number}", "description": "text",
        "state": "merged" if merged else "opened", "created_at": iso(at),
        "updated_at": iso(merged or later[47]), "merged_at": merged and iso(merged),
        "merge_user": who(reviewer) if merged else None, "author": who(author),
        "target_branch": "main", "source_branch": f"b{number}", "sha": f"{number:040x}",
        "merge_commit_sha": f"{number + 10**6:040x}" if merged else None, "draft": False,
        "notes": said, "state_events": states, "label_events": [], "milestone_events": [],
        "commits": [commit],
    }  # fmt: skip


def lively_issue(rng: np.random.Generator, number: int, at: datetime) -> Node:
    worker = str(rng.choice(BUSY))
    closed = at + timedelta(hours=float(rng.uniform(3, 90))) if number % 3 else None
    states = [happened(number, closed, worker, state="closed")] if closed else []
    label = {"name": "workflow::in dev"}
    then = at + timedelta(hours=1)
    title = f"changed title from **{{-Trouble-}} {number}** to **{{+Pain+}} {number}**"
    said = [
        note(number * 100, then, "cem", f"assigned to @{worker}", system=True),
        note(number * 100 + 1, then, "cem", title, system=True),
        note(number * 100 + 2, at + timedelta(hours=2), worker, "text"),
    ]
    return {
        "id": 8_000 + number, "iid": number, "title": f"Pain {number}", "author": who("cem"),
        "state": "closed" if closed else "opened", "created_at": iso(at),
        "updated_at": iso(closed or at + timedelta(hours=2)), "closed_at": closed and iso(closed),
        "assignees": [who(worker)], "labels": ["workflow::in dev"], "issue_type": "issue",
        "time_stats": {"time_estimate": 57_600}, "notes": said, "state_events": states,
        "label_events": [happened(number, then, worker, action="add", label=label)],
        "milestone_events": [],
    }  # fmt: skip
