"""A repository on a GitHub that answers from memory, with GitHub's own paging and refusals.

GraphQL's lists go by keyset, REST's by page number. The questions themselves are checked against
GitHub's published schema in `test_github_schema.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.sources.http_server import Answer, Asked, paged

Node = dict[str, Any]
_REPO = re.compile(r"/(?:repos/(?P<name>[^/]+/[^/]+)|repositories/(?P<id>\d+))(?P<rest>/.*)?")
_LIST = re.compile(r"\b(pullRequests|issues|deployments)\(")
_ONE = re.compile(r"\b(pullRequest|issue)\(number")
TIMELINE = 60


@dataclass
class World:
    """One repository. pulls, issues, deployments: GraphQL nodes; the others as REST has them."""

    name: str = "ann/engine"
    id: int = 4711
    pulls: list[Node] = field(default_factory=list)
    issues: list[Node] = field(default_factory=list)
    deployments: list[Node] = field(default_factory=list)
    runs: list[Node] = field(default_factory=list)
    jobs: dict[int, list[Node]] = field(default_factory=dict)
    releases: list[Node] = field(default_factory=list)
    milestones: list[Node] = field(default_factory=list)
    moved: dict[int, str] = field(default_factory=dict)
    token: str = ""
    forbidden: tuple[str, ...] = ()

    def answer(self, asked: Asked) -> Answer:
        """What GitHub would say."""
        if self.token and asked.headers.get("authorization") != f"Bearer {self.token}":
            return Answer({"message": "Bad credentials"}, 401)
        if asked.path == "/graphql":
            return self._graphql(asked)
        match = _REPO.fullmatch(asked.path)
        if match is None or (match["id"] or str(self.id)) != str(self.id):
            return Answer({"message": "Not Found"}, 404)
        if match["name"] == "ben/nothing":
            return Answer({"message": "Not Found"}, 404)
        if match["name"] and match["name"] != self.name:
            rest = match["rest"] or ""
            to = f"{asked.base}/repositories/{self.id}{rest}"
            return Answer({"message": "Moved Permanently"}, 301, {"Location": to})
        return self._rest(asked, (match["rest"] or "").lstrip("/"))

    def _rest(self, asked: Asked, path: str) -> Answer:
        if path.partition("/")[0] in self.forbidden:
            return Answer({"message": "Resource not accessible by personal access token"}, 403)
        if not path:
            told = {"id": self.id, "node_id": "R_kgDO1", "full_name": self.name, "private": True}
            return Answer(told)
        if path == "actions/runs":
            return paged(asked, self.runs, "workflow_runs")
        if job := re.fullmatch(r"actions/runs/(\d+)/jobs", path):
            return paged(asked, self.jobs.get(int(job[1]), []), "jobs")
        if path in ("releases", "milestones"):
            return paged(asked, getattr(self, path))
        if issue := re.fullmatch(r"issues/(\d+)", path):
            return self._issue(asked, int(issue[1]))
        return Answer({"message": "Not Found"}, 404)

    def _issue(self, asked: Asked, number: int) -> Answer:
        if number in self.moved:
            to = f"{asked.base}/repos/{self.moved[number]}"
            return Answer({"message": "Moved Permanently"}, 301, {"Location": to})
        if any(issue["number"] == number for issue in self.issues):
            return Answer({"number": number})
        return Answer({"message": "This issue was deleted"}, 410)

    def _graphql(self, asked: Asked) -> Answer:
        query, given = asked.json["query"], asked.json["variables"]
        if "__type(" in query:
            return Answer(KNOWN)
        if given.get("repo") != "R_kgDO1":
            return _wrong("NOT_FOUND", "Could not resolve to a node with the global id")
        if one := _ONE.search(query):
            return self._rest_of_thread(one[1], given)
        found = _LIST.search(query)
        assert found is not None, query
        names = {"pullRequests": "pulls", "issues": "issues", "deployments": "deployments"}
        things = getattr(self, names[found[1]])
        by, down = "createdAt", "direction: DESC" in query
        if "by" in given:
            by = {"CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt"}[given["by"]]
            down = given["way"] == "DESC"
        return Answer(_keyset(found[1], things, by, down, given))

    def _rest_of_thread(self, name: str, given: Node) -> Answer:
        things = self.pulls if name == "pullRequest" else self.issues
        node = next(one for one in things if one["number"] == given["number"])
        if "after" not in given:
            return Answer({"data": {"node": {name: _cut(node)}}})
        events = node["timelineItems"]["nodes"]
        start = int(given["after"])
        part = _timeline(events, start, given["first"])
        return Answer({"data": {"node": {name: {"timelineItems": part}}}})


def _keyset(name: str, things: list[Node], by: str, down: bool, given: Node) -> Node:
    def key(node: Node) -> tuple[str, int]:
        return (node[by], node.get("number") or node.get("databaseId") or 0)

    ordered = sorted(things, key=key, reverse=down)
    if given.get("after"):
        at, _, number = given["after"].rpartition("|")
        last = (at, int(number))
        ordered = [n for n in ordered if (key(n) < last if down else key(n) > last)]
    part = ordered[: given["first"]]
    cursor = "|".join(map(str, key(part[-1]))) if part else None
    info = {"hasNextPage": len(ordered) > len(part), "endCursor": cursor}
    nodes = [_cut(node) for node in part]
    listed = {"totalCount": len(things), "pageInfo": info, "nodes": nodes}
    return {"data": {"node": {name: listed}}}


def _cut(node: Node) -> Node:
    if "timelineItems" not in node:
        return node
    events = node["timelineItems"]["nodes"]
    return {**node, "timelineItems": _timeline(events, 0, TIMELINE)}


def _timeline(events: list[Node], start: int, first: int) -> Node:
    end = start + first
    info = {"hasNextPage": end < len(events), "endCursor": str(end)}
    return {"pageInfo": info, "nodes": events[start:end]}


def _wrong(kind: str, said: str) -> Answer:
    return Answer({"data": {"node": None}, "errors": [{"type": kind, "message": said}]})


KNOWN = {
    "data": {
        "issue": {"fields": [{"name": name} for name in ("number", "title", "parent")]},
        "issueEvents": {
            "possibleTypes": [
                {"name": "ParentIssueAddedEvent"}, {"name": "ParentIssueRemovedEvent"}
            ]
        },
        "pullEvents": {
            "possibleTypes": [
                {"name": "AddedToMergeQueueEvent"}, {"name": "RemovedFromMergeQueueEvent"}
            ]
        },
    }
}  # fmt: skip
