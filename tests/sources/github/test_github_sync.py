"""Reading a repository from a server that behaves as GitHub does, and as GitHub misbehaves."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from groundplan.facts.host_sql import HELD
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.sync import rebuild
from groundplan.terms.errors import NotFound, Refused, SourceBroken, SourceDown
from groundplan.terms.progress import Silent
from tests.sources.github.github_builder import build_world, event, iso, issue, pull, run, who
from tests.sources.github.github_world import World
from tests.sources.github.githubs import SOURCE, TOKEN, Place
from tests.sources.http_server import (
    BEGIN,
    TROUBLES,
    Answer,
    Asked,
    Budget,
    Clock,
    random_trouble,
    serving,
)
from tests.sources.killing import read_at_most
from tests.sources.stores import fresh

THREADS = HELD["thread_events"]
ITEMS = HOLDING.format(relation="{item_events}")


def read_fresh(world: World, folder: Path) -> dict[str, str]:
    return fresh(Place, folder, world.answer, Place.sync)


def test_everything_is_read_once(place: Place) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        done = place.sync(server)
    assert done.rejected == 0
    assert place.rows("select count(*), count(distinct key) from {pulls}") == [(130, 130)]
    assert place.rows("select count(distinct item_id) from {item_events}") == [(110,)]
    assert place.rows("select count(distinct run_id) from {runs}") == [(130,)]
    assert place.rows("select count(distinct job_id) from {jobs}") == [(260,)]
    assert place.rows("select count(distinct deployment_id) from {deployments}") == [(60,)]
    # threads longer than a page are whole: 70 comments and more stand on every 40th
    told = sum(len(one["timelineItems"]["nodes"]) for one in (*world.pulls, *world.issues))
    opened = f"select count(*) filter (where what <> 'opened') from ({THREADS})"
    assert place.rows(opened) == [(told,)]
    done_events = f"select count(*) from ({ITEMS}) where what = 'done'"
    closed = sum(one["state"] == "CLOSED" for one in world.issues)
    assert place.rows(done_events) == [(closed,)]


def test_a_second_reading_costs_a_handful_and_writes_nothing(place: Place) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        first, place_before = server.count, place.digest()
        txn = place.ledger.snapshot().txn
        place.clock.sleep(60)
        again = place.sync(server)
        assert server.count - first <= 8
    assert again.replies == 0
    assert place.ledger.snapshot().txn == txn
    assert place.digest() == place_before
    assert first > 140  # 130 of them for the jobs


def test_what_changed_is_what_a_fresh_reading_says(place: Place, tmp_path: Path) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        before = server.count
        place.clock.sleep(3_600)
        change(world)
        place.sync(server)
        assert server.count - before <= 14
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


def change(world: World) -> None:
    """An hour of a team's life."""
    now = BEGIN + timedelta(minutes=30)
    merged = world.pulls[4]
    assert merged["state"] == "OPEN"
    merged["timelineItems"]["nodes"].append(event("MergedEvent", "new_1", now, "ben"))
    merged.update(state="MERGED", mergedAt=iso(now), closedAt=iso(now), updatedAt=iso(now))
    commented = next(
        one for one in world.pulls
        if any(e["__typename"] == "IssueComment" for e in one["timelineItems"]["nodes"])
    )  # fmt: skip
    events = commented["timelineItems"]["nodes"]
    commented["timelineItems"]["nodes"] = [e for e in events if e["__typename"] != "IssueComment"]
    commented["updatedAt"] = iso(now)
    closed = world.issues[0]
    made = event("ClosedEvent", "new_2", now, stateReason="NOT_PLANNED")
    closed["timelineItems"]["nodes"].append(made)
    closed.update(state="CLOSED", stateReason="NOT_PLANNED", closedAt=iso(now), updatedAt=iso(now))
    closed["timelineItems"]["nodes"].append(
        event("RenamedTitleEvent", "new_3", now, previousTitle="Trouble 131", currentTitle="Mended")
    )
    closed["title"] = "Mended"
    world.pulls.append(pull(900, now, []))
    world.issues.append(issue(901, now, []))
    world.runs.insert(0, run(900, now))
    world.releases.pop()


def test_killed_after_any_page_it_ends_the_same(tmp_path: Path) -> None:
    world = build_world(pulls=110, issues=40, runs=20)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    (tmp_path / "killed").mkdir()
    place = Place(tmp_path / "killed", Clock(BEGIN + timedelta(days=2)))
    with serving(world.answer, clock=place.clock) as server:
        for most in range(1, 200, 3):
            if not read_at_most(place.raw, partial(place.sync, server), most):
                break
            place.close()
            place = Place(tmp_path / "killed", place.clock)
        assert server.count < 3 * 40 + 400
    assert place.digest() == undisturbed
    assert place.rows("select count(*), count(distinct key) from {pulls}") == [(110, 110)]
    place.close()


@pytest.mark.parametrize("seed", range(3))
def test_in_any_trouble_it_ends_the_same(seed: int, tmp_path: Path) -> None:
    world = build_world(pulls=110, issues=40, runs=20)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    (tmp_path / "troubled").mkdir()
    place = Place(tmp_path / "troubled", Clock(BEGIN + timedelta(days=2)))
    words = tuple(word for word in TROUBLES if word != "slow")
    with serving(world.answer, random_trouble(0.3, seed, words), place.clock) as server:
        place.sync(server)
    assert place.digest() == undisturbed
    place.close()


def test_it_waits_as_the_rate_limit_says_and_shows_it(place: Place, tmp_path: Path) -> None:
    world = build_world(pulls=110, issues=40, runs=60)
    heard = Heard()
    with serving(world.answer, clock=place.clock, budget=Budget(limit=20)) as server:
        place.sync(server, heard)
    assert sum(place.clock.slept) > 3 * 3_000  # about four hours of twenty requests each
    assert any("rate limit" in name for name in heard.stages)
    assert not any(place.rows("select * from {host_rejected}"))
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


class Heard(Silent):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.notes: list[str] = []

    def stage(self, name: str, total: int | None, unit: str) -> Any:
        self.stages.append(name)
        return super().stage(name, total, unit)

    def note(self, text: str) -> None:
        self.notes.append(text)


def test_a_large_page_that_times_out_is_asked_for_in_parts(place: Place) -> None:
    world = build_world(pulls=110, issues=0, runs=0)

    def slow_on_large(nr: int, asked: Asked) -> str:
        if asked.path != "/graphql" or "__type(" in asked.json["query"]:
            return ""
        return "502" if asked.json["variables"].get("first", 0) > 15 else ""

    with serving(world.answer, slow_on_large, place.clock) as server:
        place.sync(server)
    assert place.rows("select count(distinct key) from {pulls}") == [(110,)]


def test_facts_are_made_anew_from_what_was_kept(place: Place) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        before, count = place.digest(), server.count
        github = place.github(server)
        rebuild(place.ledger, place.raw, github, Silent())
        assert server.count == count
    assert place.digest() == before


def test_deleted_and_moved_issues_leave_tombstones(place: Place) -> None:
    world = build_world(pulls=5, issues=20, runs=0)
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        moved, deleted = world.issues[3]["number"], world.issues[7]["number"]
        world.moved[moved] = "ann/other/issues/5"
        world.issues = [one for one in world.issues if one["number"] not in (moved, deleted)]
        place.sync(server)
        gone = f"select key, what, value from ({THREADS}) where event_id like 'gone:%'"
        assert sorted(place.rows(gone), key=lambda row: int(row[0])) == [
            (str(moved), "transferred", "ann/other/issues/5"), (str(deleted), "deleted", "")
        ]  # fmt: skip
        count = server.count
        place.sync(server)
        assert server.count - count <= 8  # what is gone is not looked for again
    items = (
        f"select item_id from ({ITEMS}) where what = 'deleted' order by cast(item_id as integer)"
    )
    assert place.rows(items) == [(str(moved),), (str(deleted),)]


def test_what_no_reading_of_changes_tells_is_found_by_its_number(
    place: Place, tmp_path: Path
) -> None:
    """Issues that are imported, or moved here, keep their old times."""
    world = build_world(pulls=3, issues=20, runs=0)
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        then = BEGIN - timedelta(days=400)
        long = [event("IssueComment", f"L{nr}", then, author=who("ben")) for nr in range(130)]
        world.issues.append(issue(777, then, long))
        world.pulls.append(pull(778, then, []))
        count = server.count
        place.sync(server)
        assert server.count - count <= 14
        place.sync(server)
    assert place.digest() == read_fresh(world, tmp_path / "fresh")
    assert place.rows(f"select count(*) from ({THREADS}) where key = '777'") == [(131,)]


def test_a_repository_renamed_during_a_reading_stays_itself(place: Place) -> None:
    world = build_world(pulls=110, issues=10, runs=30)
    heard = Heard()
    asked_for: list[str] = []

    def renaming(asked: Asked) -> Answer:
        asked_for.append(asked.path)
        if len(asked_for) == 5:
            world.name = "ann/machine"
        return world.answer(asked)

    with serving(renaming, clock=place.clock) as server:
        place.sync(server)
        place.sync(server, heard)
    assert place.rows("select count(distinct key) from {pulls}") == [(110,)]
    assert place.rows("select count(distinct run_id) from {runs}") == [(30,)]
    assert heard.notes == ["ann/engine is called ann/machine now; it is the same here"]
    assert place.ledger.sources() == [SOURCE]


def test_what_the_token_may_not_read_is_left_out_with_a_note(place: Place) -> None:
    world = build_world(pulls=5, issues=5, runs=5)
    world.forbidden = ("actions",)
    heard = Heard()
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server, heard)
    assert [note.partition(":")[0] for note in heard.notes] == ["ann/engine"]
    assert "CI runs are not read" in heard.notes[0]
    assert place.rows("select count(*) from {pulls}") == [(5,)]
    assert place.rows("select count(*) from {releases}") == [(3,)]


def test_pages_that_repeat_what_was_told_change_nothing(place: Place, tmp_path: Path) -> None:
    world = build_world(pulls=120, issues=110, runs=120)
    seen: dict[str, list[Any]] = {}

    def repeating(asked: Asked) -> Answer:
        found = world.answer(asked)
        if asked.path == "/graphql":
            for name, listed in (found.body.get("data", {}).get("node") or {}).items():
                listed["nodes"] = [*seen.get(name, [])[-7:], *listed["nodes"]]
                seen[name] = listed["nodes"]
        elif asked.path.endswith("/actions/runs"):
            runs = found.body["workflow_runs"]
            found.body["workflow_runs"] = [*seen.get("runs", [])[-7:], *runs]
            seen["runs"] = runs
        return found

    with serving(repeating, clock=place.clock) as server:
        place.sync(server)
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


def test_a_list_that_does_not_go_on_is_no_endless_reading(place: Place) -> None:
    world = build_world(pulls=120, issues=5, runs=0)

    def stuck(asked: Asked) -> Answer:
        if asked.path == "/graphql" and "pullRequests(" in asked.json["query"]:
            given = {**asked.json["variables"], "after": None}
            body = json.dumps({**asked.json, "variables": given}).encode()
            asked = replace(asked, body=body)
        return world.answer(asked)

    with (
        serving(stuck, clock=place.clock) as server,
        pytest.raises(SourceBroken, match="does not go on"),
    ):
        place.sync(server)
    assert place.rows("select count(*) from {pulls}") == [(50,)]


def test_a_revoked_token_is_refused_and_what_was_read_stays(place: Place) -> None:
    world = build_world(pulls=60, issues=5, runs=0)
    world.token = TOKEN
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        before = place.digest()
        world.token = "another"
        with pytest.raises(Refused, match="the token is not accepted"):
            place.sync(server)
    assert place.digest() == before


def test_a_repository_that_is_not_there(place: Place) -> None:
    with serving(World(name="ben/other", id=1).answer, clock=place.clock) as server:
        place.sync(server, name="ben/other")
        with pytest.raises(NotFound, match=r"repos/ben/nothing: there is no such thing"):
            place.sync(server, name="ben/nothing")


def test_a_server_that_stays_down_says_when_to_come_back(place: Place) -> None:
    with (
        serving(World().answer, lambda nr, asked: "500", place.clock) as server,
        pytest.raises(SourceDown) as raised,
    ):
        place.sync(server)
    assert raised.value.retry_after_s
    assert TOKEN not in str(raised.value)


def test_one_gone_and_one_missed_are_found_within_a_month(place: Place, tmp_path: Path) -> None:
    world = build_world(pulls=3, issues=20, runs=0)
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
        gone = world.issues.pop(5)["number"]
        world.issues.append(issue(777, BEGIN - timedelta(days=400), []))
        place.sync(server)
        assert place.rows("select count(*) from {item_events} where item_id = '777'") == [(0,)]
        place.clock.sleep(timedelta(days=31).total_seconds())
        place.sync(server)
    assert place.rows(f"select item_id from ({ITEMS}) where what = 'deleted'") == [(str(gone),)]
    assert place.rows(f"select count(*) from ({THREADS}) where key = '777'") == [(1,)]
