"""Reading a project from a server that behaves as GitLab does, and as GitLab misbehaves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.facts.work import WORK_KINDS
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.gitlab.fetch import connect
from groundplan.sources.http.secrets import Nobody
from groundplan.sources.http.sync import rebuild
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.gitlab.gitlab_world import (
    TOKEN,
    World,
    build_world,
    happened,
    iso,
    lively_issue,
    lively_merge,
    pipeline,
)
from tests.sources.gitlab.gitlabs import SOURCE, Place
from tests.sources.http_server import BEGIN, TROUBLES, Clock, random_trouble, serving
from tests.sources.killing import read_at_most
from tests.sources.stores import fresh

THREADS, ITEMS = HELD["thread_events"], HOLDING.format(relation="{item_events}")


def read_fresh(world: World, folder: Path) -> dict[str, str]:
    return fresh(Place, folder, world.answer, Place.read)


def test_everything_is_read_once(place: Place) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        done = place.read(server)
    assert done.rejected == 0
    merged = sum(one["state"] == "merged" for one in world.merges)
    states = f"select state, count(*) from ({HELD['pulls']}) group by 1 order by 1"
    assert place.rows(states) == [("merged", merged), ("open", 45 - merged)]
    said = f"select count(*) from ({THREADS}) where what = 'commented'"
    assert place.rows(said) == [(43 + 2 * 45 + 45,)]
    for what, count in (("approved", 45), ("review_requested", 45), ("merged", merged)):
        rows = place.rows(f"select count(*) from ({THREADS}) where what = '{what}'")
        assert rows == [(count,)]
    assert place.rows("select count(distinct run_id) from {runs}") == [(25,)]
    assert place.rows("select count(distinct job_id) from {jobs}") == [(25,)]
    live = "select count(*) from {deployments} where state = 'success' and production"
    assert place.rows(live) == [(5,)]
    life = f"select what, value, stage, name from ({ITEMS}) where item_id = '3' order by all"
    worker = world.issues[2]["assignees"][0]["username"]
    assert place.rows(life) == [
        ("assigned", "", None, worker), ("class", "unknown", None, ""),
        ("created", "", "todo", ""), ("estimated", "2..2", None, ""),
        ("labels", "workflow::in dev", None, ""), ("moved", "workflow::in dev", "doing", ""),
        ("titled", "Pain 3", None, ""), ("titled", "Trouble 3", None, ""),
    ]  # fmt: skip
    kept = b"".join(reply.body for reply in place.raw.read(SOURCE))
    assert b'"text"' not in kept
    assert b"ann@example.com" not in kept


def test_a_second_reading_costs_a_handful_and_writes_nothing(place: Place) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        place.read(server)
        first, before, txn = server.count, place.digest(), place.ledger.snapshot().txn
        place.clock.sleep(600)
        again = place.read(server)
        assert server.count - first <= 9
    assert again.replies == 0
    assert place.ledger.snapshot().txn == txn
    assert place.digest() == before


def test_what_changed_is_what_a_fresh_reading_says(place: Place, tmp_path: Path) -> None:
    world = build_world()
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        place.clock.sleep(3_600)
        now = BEGIN + timedelta(minutes=30)
        merged = world.merges[4]
        assert merged["state"] == "opened"
        merged["state_events"].append(happened(7_777, now, "ben", state="merged"))
        merged.update(state="merged", merged_at=iso(now), updated_at=iso(now))
        reopened = world.issues[0]
        reopened["state_events"].append(happened(7_778, now, "ben", state="reopened"))
        reopened.update(state="opened", closed_at=None, updated_at=iso(now), notes=[])
        rng = np.random.default_rng(3)
        world.merges.append({**lively_merge(rng, 900, now), "updated_at": iso(now)})
        world.issues.append({**lively_issue(rng, 901, now), "updated_at": iso(now)})
        world.pipelines.append(pipeline(900, now))
        world.releases.pop()
        place.read(server)
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


@pytest.mark.parametrize("seed", range(2))
def test_in_any_trouble_it_ends_the_same(tmp_path: Path, seed: int) -> None:
    place = Place(tmp_path, Clock(BEGIN + timedelta(days=2)))
    world = build_world(22, 10, 5)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    words = tuple(word for word in TROUBLES if word != "slow")
    with serving(world.answer, random_trouble(0.2, seed, words), place.clock) as server:
        place.read(server)
    assert place.digest() == undisturbed
    place.close()


def test_killed_after_any_page_it_ends_the_same(tmp_path: Path) -> None:
    clock, world = Clock(BEGIN + timedelta(days=2)), build_world(45, 22, 21)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    place, kills = Place(tmp_path, clock), 0
    with serving(world.answer, clock=clock) as server:
        while read_at_most(place.raw, partial(place.read, server), 2 + kills // 2):
            kills += 1
            place.close()
            place = Place(tmp_path, clock)
    assert kills >= 5
    assert place.digest() == undisturbed
    place.close()


def test_what_is_gone_leaves_tombstones_and_what_was_missed_is_found(
    place: Place, tmp_path: Path
) -> None:
    world = build_world(5, 20, 0)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        world.issues = [one for one in world.issues if one["iid"] != 8]
        world.merges = [one for one in world.merges if one["iid"] != 2]
        world.name = "ann/renamed"
        place.read(server)
        gone = f"select key, what from ({THREADS}) where event_id like 'gone:%'"
        assert place.rows(gone) == [("8", "deleted")]
        assert place.rows(f"select count(*) from ({HELD['pulls']})") == [(4,)]
        count = server.count
        place.read(server)
        assert server.count - count <= 9  # what is gone is not looked for again
        old = lively_issue(np.random.default_rng(2), 777, BEGIN - timedelta(days=400))
        world.issues.append(old)  # imported ones keep their old times
        place.read(server)
    assert place.rows(f"select count(*) from ({ITEMS}) where item_id = '777'")[0][0] > 5


def test_whoever_is_erased_stays_away(place: Place) -> None:
    world = build_world(25, 20, 3)
    people = [Account("ann", "100-ann@users.noreply.127.0.0.1"),
              Account("gus", "106-gus@users.noreply.127.0.0.1")]  # fmt: skip
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        for name in ("ann", "gus"):
            mine = f"select count(*) from ({THREADS}) where '{name}' in (name, other_name)"
            assert place.rows(mine)[0][0] > 0
        traces = Traces(tuple(people), tuple(each.email for each in people))
        place.ledger.erase(traces, (*HOST_KINDS, *WORK_KINDS))
        gitlab = place.gitlab(server)
        with place.ledger.run(gitlab.source) as run:
            mask = run.mask
        assert place.raw.erase(gitlab.source, lambda reply: gitlab.cover(reply.body, mask)) > 0
        before = without_ids(place)
        rebuild(place.ledger, place.raw, gitlab, Silent())
        assert without_ids(place) == before
        for one in (*world.merges, *world.issues):  # everything comes again
            one["updated_at"] = iso(BEGIN)
        place.read(server)
    for kind in (*HOST_KINDS, *WORK_KINDS):
        rows = str(place.rows(f"select * exclude source from {{{kind.name}}}"))
        assert "'ann'" not in rows
        assert "-ann@" not in rows
        assert "'gus'" not in rows
    for reply in place.raw.read(SOURCE):
        for trace in (b'"ann"', b"@ann", b"Ann Example", b'"gus"', b"@gus"):
            assert trace not in reply.body


def without_ids(place: Place) -> list[tuple[Any, ...]]:
    return place.rows(f"select * exclude (seen, event_id) from ({THREADS}) order by all")


def test_no_secret_is_written_anywhere(place: Place) -> None:
    world = build_world(5, 5, 2)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        world.token = "another"
        with pytest.raises(Refused) as raised:
            place.read(server)
    written = place.written()
    assert len(written) > 10_000
    assert TOKEN.encode() not in written
    assert TOKEN not in f"{raised.value} {raised.value!r} {raised.traceback}"


@pytest.mark.parametrize(
    ("address", "api", "source"),
    [
        ("team/sub/engine", "", "items:gitlab-team-sub-engine"),
        ("https://gitlab.com/team/engine.git", "", "items:gitlab-team-engine"),
        ("https://git.example.com/team/engine/-/issues/3", "", "items:git.example.com-team-engine"),
        ("team/engine", "https://git.example.com/api/v4", "items:git.example.com-team-engine"),
    ],
)
def test_a_project_is_found_by_its_address(address: str, api: str, source: str) -> None:
    assert connect(address, Nobody(), Silent(), api=api).source == source
    for wrong in ("", "engine", "../engine", "a/b?c=d"):
        with pytest.raises(BadInput):
            connect(wrong, Nobody(), Silent())
