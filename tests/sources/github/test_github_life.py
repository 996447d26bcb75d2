"""Whatever a team does between readings, many readings come to what one fresh reading says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.sources.github.github_builder import (
    PEOPLE,
    build_world,
    deployment,
    event,
    iso,
    issue,
    job,
    pull,
    release,
    run,
    who,
)
from tests.sources.github.github_world import Node, World
from tests.sources.github.githubs import Place
from tests.sources.github.test_github_sync import ITEMS, read_fresh
from tests.sources.http_server import BEGIN, TROUBLES, Clock, random_trouble, serving


class Life:
    """A team at work on a repository."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.rng = np.random.default_rng(seed)
        self.number = 1_000
        self.now = BEGIN

    def hour(self) -> None:
        """Some things happen."""
        doings: list[Callable[[], None]] = [
            self.open_pull, self.merge, self.comment, self.uncomment, self.open_issue, self.close,
            self.reopen, self.label, self.rename, self.delete, self.begin_run, self.end_run,
            self.repeat_run, self.deploy, self.end_deployment, self.release_and_withdraw,
        ]  # fmt: skip
        for nr in self.rng.integers(0, len(doings), size=12):
            self.now += timedelta(minutes=5, seconds=1)
            doings[int(nr)]()

    def pick(self, things: list[Node], state: str = "") -> Node | None:
        fitting = [one for one in things if not state or one.get("state") == state]
        return fitting[int(self.rng.integers(len(fitting)))] if fitting else None

    def touch(self, node: Node | None, kind: str, **more: object) -> Node | None:
        """Something happens on a timeline."""
        if node is not None:
            self.number += 1
            actor = str(self.rng.choice(PEOPLE))
            made = event(kind, f"LE{self.number}", self.now, actor, **more)
            node["timelineItems"]["nodes"].append(made)
            node["updatedAt"] = iso(self.now)
        return node

    def open_pull(self) -> None:
        self.number += 1
        self.world.pulls.append(pull(self.number, self.now, []))

    def merge(self) -> None:
        node = self.touch(self.pick(self.world.pulls, "OPEN"), "MergedEvent")
        if node:
            at = iso(self.now)
            node.update(state="MERGED", mergedAt=at, closedAt=at, mergedBy=who("ben"))

    def comment(self) -> None:
        things = self.world.pulls if self.rng.random() < 0.5 else self.world.issues
        self.touch(self.pick(things), "IssueComment", author=who("cem"))

    def uncomment(self) -> None:
        node = self.pick(self.world.pulls)
        events = node["timelineItems"]["nodes"] if node else []
        if node and events:
            events.pop(int(self.rng.integers(len(events))))
            node["updatedAt"] = iso(self.now)

    def open_issue(self) -> None:
        self.number += 1
        self.world.issues.append(issue(self.number, self.now, []))

    def close(self) -> None:
        reason = str(self.rng.choice(["COMPLETED", "NOT_PLANNED"]))
        node = self.touch(self.pick(self.world.issues, "OPEN"), "ClosedEvent", stateReason=reason)
        if node:
            node.update(state="CLOSED", stateReason=reason, closedAt=iso(self.now))

    def reopen(self) -> None:
        node = self.touch(self.pick(self.world.issues, "CLOSED"), "ReopenedEvent")
        if node:
            node.update(state="OPEN", stateReason="REOPENED", closedAt=None)

    def label(self) -> None:
        node = self.pick(self.world.issues)
        if node:
            name = {"name": str(self.rng.choice(["bug", "research", "later"]))}
            had = name in node["labels"]["nodes"]
            self.touch(node, "UnlabeledEvent" if had else "LabeledEvent", label=name)
            now = [each for each in node["labels"]["nodes"] if each != name]
            node["labels"] = {"nodes": now if had else [*now, name]}

    def rename(self) -> None:
        node = self.pick(self.world.issues)
        if node:
            titles = {"previousTitle": node["title"], "currentTitle": f"Title {self.number}"}
            self.touch(node, "RenamedTitleEvent", **titles)
            node["title"] = titles["currentTitle"]

    def delete(self) -> None:
        node = self.pick(self.world.issues)
        if node and self.rng.random() < 0.6:
            self.world.issues.remove(node)

    def begin_run(self) -> None:
        self.number += 1
        made = run(self.number, self.now, status="in_progress", conclusion=None)
        made["updated_at"] = iso(self.now)
        self.world.runs.insert(0, made)
        self.world.jobs[made["id"]] = [
            job(self.number, made["id"], self.now, status="in_progress", conclusion=None)
        ]

    def end_run(self) -> None:
        moving = [one for one in self.world.runs if one["status"] == "in_progress"]
        made = self.pick(moving)
        if made:
            told = {"status": "completed", "conclusion": "failure"}
            made.update(told, updated_at=iso(self.now))
            for each in self.world.jobs[made["id"]]:
                each.update(told, completed_at=iso(self.now))

    def repeat_run(self) -> None:
        recent = self.pick(self.world.runs[:40])
        if recent and recent["status"] == "completed":
            attempt = recent["run_attempt"] + 1
            recent.update(run_attempt=attempt, updated_at=iso(self.now))
            self.number += 1
            again = job(self.number, recent["id"], self.now, run_attempt=attempt)
            self.world.jobs[recent["id"]].append(again)

    def deploy(self) -> None:
        self.number += 1
        self.world.deployments.append(deployment(self.number, self.now, "IN_PROGRESS"))

    def end_deployment(self) -> None:
        made = self.pick(self.world.deployments)
        if made and made["statuses"]["nodes"][0]["state"] == "IN_PROGRESS":
            state = {"id": f"DX{made['id']}", "state": "FAILURE", "creator": None}
            made["statuses"]["nodes"].insert(0, {**state, "createdAt": iso(self.now)})

    def release_and_withdraw(self) -> None:
        self.number += 1
        self.world.releases.insert(0, release(self.number))
        if self.rng.random() < 0.3:
            self.world.releases.pop()


@pytest.mark.parametrize("seed", range(4))
def test_many_readings_come_to_what_a_fresh_one_says(seed: int, tmp_path: Path) -> None:
    world = build_world(pulls=60, issues=50, runs=40, seed=seed)
    life, clock = Life(world, seed), Clock(BEGIN)
    place = Place(tmp_path, clock)
    words = tuple(word for word in TROUBLES if word != "slow")
    with serving(world.answer, random_trouble(0.1, seed, words), clock) as server:
        for _ in range(6):
            place.sync(server)
            life.now = max(life.now, clock.time) + timedelta(minutes=1)
            life.hour()
            clock.time = life.now + timedelta(minutes=10)
        place.sync(server)
    found = place.digest()
    kept = _alive(place, world)
    there = {str(one["number"]) for one in world.issues}
    known = {key for (key,) in place.rows("select distinct item_id from {item_events}")}
    told = place.rows(f"select distinct item_id from ({ITEMS}) where what = 'deleted'")
    assert {key for (key,) in told} == known - there
    assert known >= there
    place.close()
    fresh = tmp_path / "fresh"
    expected = read_fresh(world, fresh)
    again = Place(fresh)
    assert kept == _alive(again, world)
    again.close()
    for kind in ("pulls", "pull_commits", "deployments", "releases", "host_milestones"):
        assert found[kind] == expected[kind], kind


def _alive(place: Place, world: World) -> dict[str, object]:
    """Threads, items and CI of what is still there, as the facts that hold tell them."""
    return place.alive({str(one["number"]) for one in (*world.pulls, *world.issues)})
