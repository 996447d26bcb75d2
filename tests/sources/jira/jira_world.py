"""A Jira with one project, made up from a seed: Cloud or Data Center, as their APIs page."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tests.sources.http_server import BEGIN, Answer, Asked, Clock

Node = dict[str, Any]
USER, TOKEN = "ann@example.com", "plantedSecretPlantedSecretPlanted000"
PEOPLE = ("ann", "ben", "cem", "dora", "eve", "fay", "gus")
BUSY = PEOPLE[:-1]
STATUSES = (("1", "Offen", "new"), ("3", "In Arbeit", "indeterminate"), ("5", "Fertig", "done"))
SPRINT = "customfield_10020"
CHANGES_AT_MOST = 40


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@dataclass
class World:
    """What the server knows. moved: keys by the old ones; worklogs: all of an issue, by its key."""

    cloud: bool
    clock: Clock
    issues: list[Node] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    worklogs: dict[str, list[Node]] = field(default_factory=dict)
    key: str = "EN"
    token: str = TOKEN

    def who(self, name: str) -> Node:
        if self.cloud:
            return {"accountId": f"5b:{name}", "displayName": f"{name.title()} Example"}
        address = f"{name}@example.com"
        return {
            "key": f"JIRAUSER{PEOPLE.index(name)}", "name": name, "emailAddress": address,
            "displayName": f"{name.title()} Example",
        }  # fmt: skip

    def number(self, name: str) -> str:
        """What changelogs call an account."""
        told = self.who(name)
        return str(told.get("accountId") or told["key"])

    def answer(self, asked: Asked) -> Answer:
        pair = base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        shown = f"Basic {pair}" if self.cloud else f"Bearer {self.token}"
        if asked.headers.get("authorization") != shown:
            return Answer({"errorMessages": ["You are not authenticated."]}, 401)
        version = "3" if self.cloud else "2"
        path = asked.path.removeprefix(f"/rest/api/{version}/")
        told = self._lists(asked, path)
        if told is not None:
            return Answer(told)
        if path == "search/jql" and self.cloud:
            return Answer(self._cloud_search(asked))
        if path == "search" and not self.cloud:
            return Answer(self._server_search(asked))
        if path == "search/approximate-count" and self.cloud:
            return Answer({"count": len(self.issues)})
        if path == "user":
            number = asked.params["accountId" if self.cloud else "key"]
            users = {self.number(name): self.who(name) for name in PEOPLE}
            return Answer(users[number]) if number in users else Answer({}, 404)
        if found := re.fullmatch(r"issue/([\w-]+)(?:/(\w+))?", path):
            return self._issue(asked, found[1], found[2] or "")
        return Answer({"errorMessages": ["Nothing is here."]}, 404)

    def _lists(self, asked: Asked, path: str) -> Any:
        server = {"baseUrl": asked.base, "deploymentType": "Cloud" if self.cloud else "Server"}
        project = {"id": "100", "key": self.key}
        board = {"id": 8, "name": "Board"}
        sprint = {
            "id": 7, "name": "Sprint 7", "state": "closed", "startDate": "2026-01-05T09:00:00.000Z",
            "endDate": "2026-01-19T09:00:00.000Z", "completeDate": "2026-01-19T10:00:00.000Z",
        }  # fmt: skip
        return {
            "/rest/api/2/serverInfo": server, "serverInfo": server,
            "project/EN": project, "project/100": project,
            "field": [{"id": SPRINT, "schema": {"custom": "com.pyxis.greenhopper.jira:gh-sprint"}}],
            "configuration": {"timeTrackingConfiguration": {"workingHoursPerDay": 8.0}},
            "status": [
                {"id": i, "name": n, "statusCategory": {"key": c}} for i, n, c in STATUSES
            ],
            "project/100/versions": [
                {"id": "30", "name": "1.0", "released": True, "releaseDate": "2026-02-01"},
                {"id": "31", "name": "1.1", "released": False},
            ],
            "/rest/agile/1.0/board": {"values": [board], "isLast": True, "startAt": 0},
            "/rest/agile/1.0/board/8/sprint": {"values": [sprint], "isLast": True, "startAt": 0},
        }.get(path)  # fmt: skip

    def _found(self, asked: Asked) -> list[Node]:
        jql = asked.params["jql"]
        assert "project = 100" in jql
        found = sorted(self.issues, key=lambda one: (one["fields"]["created"], int(one["id"])))
        if ago := re.search(r'updated >= "-(\d+)m"', jql):
            since = iso(self.clock.now().astimezone(UTC) - timedelta(minutes=int(ago[1])))
            found = [one for one in found if one["fields"]["updated"] >= since]
            found.sort(key=lambda one: (one["fields"]["updated"], int(one["id"])))
        return found

    def _cloud_search(self, asked: Asked) -> Node:
        """A token names the issue after which to go on, so that nothing shifts."""
        found = self._found(asked)
        size = min(
            int(asked.params["maxResults"]), 5_000 if asked.params["fields"] == "id" else 100
        )
        token = asked.params.get("nextPageToken", "")
        start = next((nr for nr, one in enumerate(found) if f"T{one['id']}" == token), -1) + 1
        page = found[start : start + size]
        told: Node = {"issues": [self._told(asked, one) for one in page]}
        if start + size < len(found):
            told["nextPageToken"] = f"T{page[-1]['id']}"
        return {**told, "isLast": start + size >= len(found)}

    def _server_search(self, asked: Asked) -> Node:
        found, start = self._found(asked), int(asked.params.get("startAt", 0))
        page = found[start : start + min(int(asked.params["maxResults"]), 30)]
        issues = [self._told(asked, one) for one in page]
        return {"startAt": start, "total": len(found), "issues": issues}

    def _told(self, asked: Asked, issue: Node) -> Node:
        if asked.params["fields"] == "id":
            return {"id": issue["id"], "key": issue["key"]}
        histories = sorted(issue["changelog"], key=lambda one: str(one["created"]), reverse=True)
        shown = histories[:CHANGES_AT_MOST] if self.cloud else histories
        fields = dict(issue["fields"])
        comments = fields["comment"]
        fields["comment"] = {"comments": comments[:20], "total": len(comments)}
        log = {"histories": shown, "total": len(shown)}  # the total of what is told, not of all
        return {"id": issue["id"], "key": issue["key"], "fields": fields, "changelog": log}

    def _issue(self, asked: Asked, name: str, part: str) -> Answer:
        name = self.moved.get(name, name)
        issue = next((one for one in self.issues if name in (one["id"], one["key"])), None)
        if issue is None and name in self.moved.values():
            return Answer({"id": "1", "key": name, "fields": {}})
        if issue is None:
            return Answer({"errorMessages": ["Issue does not exist."]}, 404)
        start, size = int(asked.params.get("startAt", 0)), 25
        if part == "changelog":
            rows, wrap = sorted(issue["changelog"], key=lambda one: str(one["created"])), "values"
        elif part == "comment":
            rows, wrap = issue["fields"]["comment"], "comments"
        elif part == "worklog":
            rows, wrap = self.worklogs.get(issue["key"], []), "worklogs"
        else:
            return Answer(self._told(asked, issue))
        page = {wrap: rows[start : start + size], "startAt": start, "total": len(rows)}
        return Answer(page)


def history(world: World, name: str, at: datetime, author: str, *items: Node) -> Node:
    return {"id": name, "created": iso(at), "author": world.who(author), "items": list(items)}


def change(what: str, old: tuple[str, str] | None, new: tuple[str, str] | None) -> Node:
    told = {"field": what, "fieldtype": "jira"}
    for side, text, value in (("from", "fromString", old), ("to", "toString", new)):
        told[side], told[text] = value or (None, None)  # type: ignore[assignment]
    return told


def build_world(cloud: bool, clock: Clock, issues: int = 130, seed: int = 1) -> World:
    """A project with the life of a small team, the same for the same seed."""
    world, rng = World(cloud, clock), np.random.default_rng(seed)
    for number in range(1, issues + 1):
        at = BEGIN - timedelta(days=200) + timedelta(hours=7 * number)
        world.issues.append(lively_issue(world, rng, number, at))
    return world


def lively_issue(world: World, rng: np.random.Generator, number: int, at: datetime) -> Node:
    hours = iter(np.sort(rng.uniform(0.1, 90, size=80)).tolist())
    log: list[Node] = []

    def note(author: str, *items: Node) -> datetime:
        then = at + timedelta(hours=next(hours))
        log.append(history(world, f"{number}{len(log):03}", then, author, *items))
        return then

    worker = str(rng.choice(BUSY))
    face = world.who(worker)
    number_of = world.number(worker)
    if number == 1:  # somebody whom nothing but a changelog names
        gus = (world.number("gus"), "Gus Example")
        note("cem", change("assignee", None, gus))
        note("cem", change("assignee", gus, None))
    note("cem", change("assignee", None, (number_of, face["displayName"])))
    for nr in range(55 if number % 40 == 0 else 0):  # more than Cloud tells with an issue
        note("ann", change("labels", ("", f"l{nr - 1}" if nr else ""), ("", f"l{nr}")))
    note(worker, change("status", ("1", "Offen"), ("3", "In Arbeit")))
    status, resolution = ("3", "In Arbeit"), None
    if number % 3:
        resolution = "Won't Do" if number % 7 == 0 else "Done"
        note(
            worker, change("status", ("3", "In Arbeit"), ("5", "Fertig")),
            change("resolution", None, ("9", resolution)),
        )  # fmt: skip
        status = ("5", "Fertig")
    count = 30 if number % 50 == 0 else int(rng.integers(0, 3))
    comments = [
        {"id": f"{number}{nr:02}", "created": iso(at + timedelta(hours=nr + 1)), "body": "text",
         "author": world.who(str(rng.choice(BUSY)))} for nr in range(count)
    ]  # fmt: skip
    return {"id": str(1_000 + number), "key": f"EN-{number}", "changelog": log, "fields": {
        "summary": f"Trouble {number}", "status": {"id": status[0], "name": status[1]},
        "created": iso(at), "updated": log[-1]["created"], "creator": world.who("cem"),
        "assignee": face, "priority": {"name": "High"}, "issuetype": {"name": "Bug"},
        "resolution": resolution and {"name": resolution}, "fixVersions": [{"name": "1.0"}],
        "labels": ["l54"] if number % 40 == 0 else ["old"], "comment": comments,
        "timeoriginalestimate": 57_600, SPRINT: [{"id": 7, "name": "Sprint 7"}],
    }}  # fmt: skip
