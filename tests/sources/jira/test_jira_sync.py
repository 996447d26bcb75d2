"""Reading a project from a server that behaves as Jira does, and as Jira misbehaves."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.facts.work import WORK_KINDS
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.secrets import Nobody
from groundplan.sources.http.sync import rebuild
from groundplan.sources.jira.fetch import connect
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.http_server import BEGIN, TROUBLES, Asked, Clock, random_trouble, serving
from tests.sources.jira.jira_world import (
    TOKEN,
    World,
    build_world,
    change,
    history,
    iso,
    lively_issue,
)
from tests.sources.jira.jiras import SOURCE, Place
from tests.sources.killing import read_at_most
from tests.sources.stores import fresh

THREADS, ITEMS = HELD["thread_events"], HOLDING.format(relation="{item_events}")
both = pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data center"])


def read_fresh(world: World, folder: Path) -> dict[str, str]:
    return fresh(Place, folder, world.answer, lambda place, server: place.read(server, world.cloud))


@both
def test_everything_is_read_once(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock)
    with serving(world.answer, clock=place.clock) as server:
        done = place.read(server, cloud)
    assert done.rejected == 0
    assert place.rows("select count(distinct item_id) from {item_events}") == [(130,)]
    # changes and comments that do not fit a page are there: 55 of labels on every 40th issue
    changes = sum(len(one["changelog"]) for one in world.issues)
    moves = f"select count(*) from ({ITEMS}) where what = 'moved'"
    labels = f"select count(*) from ({ITEMS}) where what = 'labels' and value like 'l%'"
    assert place.rows(labels) == [(3 * 55,)]
    closed = sum(one["fields"]["resolution"] is not None for one in world.issues)
    assert place.rows(moves) == [(130 + 130 + closed,)]
    assert changes == 2 + 130 + 130 + closed + 3 * 55
    comments = sum(len(one["fields"]["comment"]) for one in world.issues)
    said = f"select count(*) from ({THREADS}) where what = 'commented'"
    assert place.rows(said) == [(comments,)]
    dropped = sum(one["fields"]["resolution"] == {"name": "Won't Do"} for one in world.issues)
    ended = f"select stage, count(*) from ({ITEMS}) where value = 'Fertig' group by 1 order by 1"
    assert place.rows(ended) == [("done", closed - dropped), ("dropped", dropped)]
    assert place.rows("select title, state from {host_milestones} order by 1") == [
        ("1.0", "closed"), ("1.1", "open"), ("Sprint 7", "closed")
    ]  # fmt: skip
    estimates = f"select distinct value from ({ITEMS}) where what = 'estimated'"
    assert place.rows(estimates) == [("2..2",)]
    kept = b"".join(reply.body for reply in place.raw.read(SOURCE))
    assert b'"text"' not in kept


@both
def test_a_second_reading_costs_a_handful_and_writes_nothing(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        first, before, txn = server.count, place.digest(), place.ledger.snapshot().txn
        place.clock.sleep(60)
        again = place.read(server, cloud)
        assert server.count - first <= 6
    assert again.replies == 0
    assert place.ledger.snapshot().txn == txn
    assert place.digest() == before


@both
def test_what_changed_is_what_a_fresh_reading_says(
    place: Place, tmp_path: Path, cloud: bool
) -> None:
    world = build_world(cloud, place.clock)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        count = server.count
        place.clock.sleep(3_600)
        live(world)
        place.read(server, cloud)
        assert server.count - count <= 8
    world.clock = Clock(BEGIN + timedelta(days=2))
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


def live(world: World) -> None:
    """An hour of a team's life: reopened, renamed, a comment taken away, one issue more."""
    now = BEGIN + timedelta(minutes=30)
    reopened = world.issues[3]
    reopened["changelog"].append(history(
        world, "90001", now, "eve", change("status", ("5", "Fertig"), ("1", "Offen")),
        change("resolution", ("9", "Done"), None),
        change("summary", ("", "Trouble 4"), ("", "Mended")),
    ))  # fmt: skip
    reopened["fields"].update(
        status={"id": "1", "name": "Offen"}, resolution=None, summary="Mended", updated=iso(now)
    )
    silenced = next(one for one in world.issues if one["fields"]["comment"])
    silenced["fields"].update(comment=[], updated=iso(now))
    world.issues.append(lively_issue(world, np.random.default_rng(5), 901, now))
    world.issues[-1]["fields"]["updated"] = iso(now)


@both
@pytest.mark.parametrize("seed", range(2))
def test_in_any_trouble_it_ends_the_same(tmp_path: Path, cloud: bool, seed: int) -> None:
    place = Place(tmp_path, Clock(BEGIN + timedelta(days=2)))
    world = build_world(cloud, place.clock, issues=90)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    words = tuple(word for word in TROUBLES if word != "slow")
    with serving(world.answer, random_trouble(0.3, seed, words), place.clock) as server:
        place.read(server, cloud)
    assert place.digest() == undisturbed
    place.close()


@both
def test_a_limit_is_no_missing_right(place: Place, tmp_path: Path, cloud: bool) -> None:
    """Also where a part may be left out: its 403 is waited for."""
    world = build_world(cloud, place.clock, issues=5)
    hit: set[str] = set()

    def limit(nr: int, asked: Asked) -> str:
        first = asked.path not in hit
        hit.add(asked.path)
        return "403 secondary" if first else ""

    with serving(world.answer, limit, place.clock) as server:
        place.read(server, cloud)
    world.clock = Clock(BEGIN + timedelta(days=2))
    assert any("/user" in path for path in hit)
    assert place.digest() == read_fresh(world, tmp_path / "fresh")


@both
def test_killed_after_any_page_it_ends_the_same(tmp_path: Path, cloud: bool) -> None:
    clock = Clock(BEGIN + timedelta(days=2))
    world = build_world(cloud, clock, issues=130)
    undisturbed = read_fresh(world, tmp_path / "undisturbed")
    place, kills = Place(tmp_path, clock), 0
    with serving(world.answer, clock=clock) as server:
        while read_at_most(place.raw, partial(place.read, server, cloud), 2 + kills // 2):
            kills += 1
            place.close()
            place = Place(tmp_path, clock)
    assert kills >= 3
    assert place.digest() == undisturbed
    place.close()


def test_what_is_deleted_while_it_is_read_hides_nothing(place: Place) -> None:
    """Data Center counts places: what comes after one that is gone moves up by one."""
    world = build_world(False, place.clock, issues=130)

    def delete(nr: int, asked: Asked) -> str:
        if asked.path.endswith("/search") and int(asked.params.get("startAt", 0)) == 58:
            world.issues = [one for one in world.issues if one["key"] not in ("EN-5", "EN-7")]
        return ""

    with serving(world.answer, delete, place.clock) as server:
        place.read(server, False)
    alive = f"select count(distinct item_id) from ({ITEMS}) where item_id not in ('EN-5', 'EN-7')"
    assert place.rows(alive) == [(128,)]
    gone = f"select item_id from ({ITEMS}) where what = 'deleted' order by 1"
    assert place.rows(gone) == [("EN-5",), ("EN-7",)]


@both
def test_deleted_and_moved_issues_leave_tombstones(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock, issues=20)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        world.moved["EN-4"] = "OTHER-9"
        world.issues = [one for one in world.issues if one["key"] not in ("EN-4", "EN-8")]
        place.read(server, cloud)
        gone = f"select key, what, value from ({THREADS}) where event_id like 'gone:%' order by 1"
        assert place.rows(gone) == [("EN-4", "transferred", "OTHER-9"), ("EN-8", "deleted", "")]
        count = server.count
        place.read(server, cloud)
        assert server.count - count <= 6  # what is gone is not looked for again


@both
def test_issues_that_no_change_tells_are_found_by_their_keys(
    place: Place, tmp_path: Path, cloud: bool
) -> None:
    """Imported issues keep their old times; a project that is renamed keeps its id."""
    world = build_world(cloud, place.clock, issues=20)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        then = BEGIN - timedelta(days=400)
        world.issues.append(lively_issue(world, np.random.default_rng(2), 777, then))
        place.read(server, cloud)
        assert place.digest() == read_fresh(world, tmp_path / "fresh")
        world.key = "NEW"
        for one in world.issues:
            world.moved[one["key"]] = one["key"] = one["key"].replace("EN-", "NEW-")
        place.read(server, cloud)
        moved = f"select count(*) from ({THREADS}) where what = 'transferred'"
        assert place.rows(moved) == [(21,)]
        told = f"select count(distinct item_id) from ({ITEMS}) where item_id like 'NEW-%'"
        assert place.rows(told) == [(21,)]


@both
def test_whoever_is_erased_stays_away(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock, issues=30)
    people = [
        Account(f"{name.title()} Example", f"5b%3A{name}@users.noreply.127.0.0.1" if cloud
                else f"{name}@example.com")
        for name in ("ann", "gus")
    ]  # fmt: skip
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        mine = f"select count(*) from ({THREADS}) where name = 'Ann Example'"
        assert place.rows(mine)[0][0] > 0
        place.ledger.erase(
            Traces(tuple(people), tuple(each.email for each in people)), (*HOST_KINDS, *WORK_KINDS)
        )
        jira = place.jira(server, cloud)
        with place.ledger.run(jira.source) as run:
            mask = run.mask
        assert place.raw.erase(jira.source, lambda reply: jira.cover(reply.body, mask)) > 0
        erased = place.digest()
        rebuild(place.ledger, place.raw, jira, Silent())
        assert place.digest() == erased
        for one in world.issues:  # everything comes again
            one["fields"]["updated"] = iso(BEGIN)
        place.clock.sleep(60)
        place.read(server, cloud)
    assert place.rows(f"select count(*) from ({THREADS}) where name like 'erased-%'")[0][0] > 0
    for kind in (*HOST_KINDS, *WORK_KINDS):
        rows = str(place.rows(f"select * from {{{kind.name}}}"))
        assert "Ann Example" not in rows
        assert "Gus Example" not in rows
    for reply in place.raw.read(SOURCE):
        assert b"Ann Example" not in reply.body
        assert b"5b:ann" not in reply.body
        assert b"JIRAUSER0" not in reply.body
        assert b"Gus Example" not in reply.body


@both
def test_no_secret_is_written_anywhere(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock, issues=20)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        world.token = "another"
        with pytest.raises(Refused) as raised:
            place.read(server, cloud)
    written = place.written()
    assert len(written) > 10_000
    assert TOKEN.encode() not in written
    assert TOKEN not in f"{raised.value} {raised.value!r} {raised.traceback}"


@pytest.mark.parametrize(
    ("address", "api", "source"),
    [
        ("https://team.atlassian.net/browse/EN-12", "", "items:team.atlassian.net-en"),
        ("https://team.atlassian.net/jira/software/c/projects/EN/boards/8", "",
         "items:team.atlassian.net-en"),
        ("https://example.com/jira/projects/EN", "", "items:example.com-jira-en"),
        ("en", "https://jira.example.com/", "items:jira.example.com-en"),
    ],
)  # fmt: skip
def test_a_project_is_found_by_its_address(
    address: str, api: str, source: str, place: Place
) -> None:
    assert connect(address, Nobody(), Silent(), api=api).source == source
    for wrong in ("", "EN", "EN or 1=1", "https://example.com"):
        with pytest.raises(BadInput):
            connect(wrong, Nobody(), Silent())
