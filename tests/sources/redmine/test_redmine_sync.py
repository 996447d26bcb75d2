"""Reading a project from what a real Redmine answered, and as servers misbehave."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.facts.work import WORK_KINDS
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.secrets import Nobody
from groundplan.sources.http.sync import rebuild
from groundplan.sources.redmine.fetch import connect
from groundplan.terms.errors import BadInput, Refused
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.http_server import TROUBLES, Clock, random_trouble, serving
from tests.sources.killing import read_at_most
from tests.sources.redmine.replies import SOURCE, TOKEN, Place, Recorded, load

THREADS, ITEMS = HELD["thread_events"], HOLDING.format(relation="{item_events}")
LINKS, TIMES = HELD["item_links"], HELD["worklogs"]


def read_fresh(phase: Recorded, folder: Path) -> dict[str, str]:
    folder.mkdir()
    place = Place(folder, Clock(phase.now))
    with serving(phase.answer, clock=place.clock) as server:
        place.read(server)
    found = place.digest()
    place.close()
    return found


def test_everything_is_read_once(place: Place) -> None:
    with serving(load()[0].answer, clock=place.clock) as server:
        done = place.read(server)
    assert done.rejected == 0
    life = f"select what, value, stage, name from ({ITEMS}) where item_id = '1' order by all"
    assert place.rows(life) == [
        ("assigned", "", None, "Ben Example"), ("class", "engineering", None, ""),
        ("created", "", "todo", ""), ("estimated", "1.5..1.5", None, ""),
        ("moved", "Closed", "done", ""), ("moved", "In Progress", "doing", ""),
        ("moved", "New", "todo", ""), ("moved", "Resolved", "done", ""),
        ("prioritised", "Normal", None, ""), ("titled", "Starts are slow", None, ""),
        ("titled", "Trouble 0", None, ""),
    ]  # fmt: skip
    ends = f"select item_id, stage from ({ITEMS}) where value in ('Rejected', 'Closed') order by 1"
    assert place.rows(ends) == [("1", "done"), ("2", "dropped"), ("4", "done")]
    said = f"select key, what, name, other_name from ({THREADS}) where what in ('commented', "
    assert place.rows(f"{said} 'reopened', 'duplicate') order by all") == [
        ("1", "commented", "Ben Example", ""), ("2", "duplicate", "Redmine Admin", ""),
        ("4", "commented", "Redmine Admin", ""), ("4", "reopened", "Redmine Admin", ""),
    ]  # fmt: skip
    assert place.rows(f"select key, relation, other from ({LINKS}) order by all") == [
        ("1", "blocks", "3"), ("1", "duplicated_by", "2"), ("2", "duplicates", "1"),
        ("3", "blocked_by", "1"),
    ]  # fmt: skip
    assert place.rows(f"select key, hours, name from ({TIMES}) order by all") == [
        ("1", 2.5, "Ben Example"), ("3", 1.25, "Cem Example"),
    ]  # fmt: skip
    parents = f"select item_id, value from ({ITEMS}) where what = 'parent'"
    assert place.rows(parents) == [("4", "3")]
    kept = b"".join(reply.body for reply in place.raw.read(SOURCE))
    assert b"Trouble 7" in kept
    assert b"plantedText" not in kept
    assert b"@example.com" not in kept


def test_a_second_reading_costs_a_handful_and_writes_nothing(place: Place) -> None:
    with serving(load()[0].answer, clock=place.clock) as server:
        place.read(server)
        first, before, txn = server.count, place.digest(), place.ledger.snapshot().txn
        again = place.read(server)
        assert server.count - first <= 9
    assert again.replies == 0
    assert (place.ledger.snapshot().txn, place.digest()) == (txn, before)


def test_what_changed_is_what_a_fresh_reading_says(place: Place, tmp_path: Path) -> None:
    first, second = load()
    with serving(first.answer, clock=place.clock) as server:
        place.read(server)
    place.clock.time = second.now
    with serving(second.answer, clock=place.clock) as server:
        place.read(server)
    found, expected = place.digest(), read_fresh(second, tmp_path / "fresh")
    same = ("worklogs", "item_links", "host_rejected")
    assert {name: found[name] for name in same} == {name: expected[name] for name in same}
    gone = f"select key, what, value from ({THREADS}) where event_id like 'gone:%' order by 1"
    assert place.rows(gone) == [("5", "deleted", ""), ("6", "transferred", "project 2")]
    alive = "key not in ('5', '6')"
    told = f"select * exclude seen from ({THREADS}) where {alive} order by all"
    other = Place(tmp_path / "fresh", Clock(second.now))
    assert place.rows(told) == other.rows(told)
    other.close()
    assert place.rows(f"select title, state from ({HELD['host_milestones']}) order by 1") == [
        ("1.0", "open"), ("1.1", "open")
    ]  # fmt: skip
    assert place.rows(f"select hours from ({TIMES}) where key = '1' order by 1") == [(2.5,), (4.0,)]


@pytest.mark.parametrize("seed", range(2))
def test_in_any_trouble_it_ends_the_same(place: Place, tmp_path: Path, seed: int) -> None:
    phase = load()[0]
    words = tuple(word for word in TROUBLES if word != "slow")
    before = place.clock.time
    with serving(phase.answer, random_trouble(0.3, seed, words), Clock(before)) as server:
        place.read(server)
    assert place.digest() == read_fresh(phase, tmp_path / "undisturbed")


def test_killed_after_any_page_it_ends_the_same(tmp_path: Path) -> None:
    phase, kills = load()[0], 0
    undisturbed = read_fresh(phase, tmp_path / "undisturbed")
    place = Place(tmp_path, Clock(phase.now))
    with serving(phase.answer, clock=place.clock) as server:
        while read_at_most(place.raw, partial(place.read, server), 1 + kills // 2):
            kills += 1
            place.close()
            place = Place(tmp_path, place.clock)
    assert kills >= 3
    assert place.digest() == undisturbed
    place.close()


def test_facts_are_made_anew_from_what_was_kept(place: Place) -> None:
    with serving(load()[0].answer, clock=place.clock) as server:
        place.read(server)
        before, count = place.digest(), server.count
        rebuild(place.ledger, place.raw, place.redmine(server), Silent())
        assert server.count == count
    assert place.digest() == before


def test_whoever_is_erased_stays_away(place: Place) -> None:
    """Also where nothing but a journal names them, by their number."""
    first, second = load()
    with serving(first.answer, clock=place.clock) as server:
        place.read(server)
        people = [
            Account(name, f"{number}@users.noreply.127.0.0.1")
            for name, number in place.rows(
                f"select distinct name, split_part(email, '@', 1) from ({THREADS}) "
                "where name in ('Ben Example', 'Cem Example') union "
                f"select distinct other_name, split_part(other_email, '@', 1) from ({THREADS}) "
                "where other_name = 'Dora Example'"
            )
        ]
        assert len(people) == 3
        traces = Traces(tuple(people), tuple(each.email for each in people))
        place.ledger.erase(traces, (*HOST_KINDS, *WORK_KINDS))
        redmine = place.redmine(server)
        with place.ledger.run(redmine.source) as run:
            mask = run.mask
        assert place.raw.erase(redmine.source, lambda r: redmine.cover(r.body, mask)) > 0
        erased = place.digest()
        rebuild(place.ledger, place.raw, redmine, Silent())
        assert place.digest() == erased
    place.clock.time = second.now
    with serving(second.answer, clock=place.clock) as server:
        place.read(server)
    for kind in (*HOST_KINDS, *WORK_KINDS):
        rows = str(place.rows(f"select * from {{{kind.name}}}"))
        assert not any(f"{name} Example" in rows for name in ("Ben", "Cem", "Dora"))
        assert not any(each.email in rows for each in people)
    for reply in place.raw.read(SOURCE):
        assert not any(f"{name} Example".encode() in reply.body for name in ("Ben", "Cem", "Dora"))
    masked = place.rows(f"select count(*) from ({THREADS}) where name like 'erased-%'")
    assert masked[0][0] > 5


def test_no_secret_is_written_anywhere(place: Place) -> None:
    phase = load()[0]
    with serving(phase.answer, clock=place.clock) as server:
        place.read(server)
        phase.token = "another"
        with pytest.raises(Refused) as raised:
            place.read(server)
    written = place.written()
    assert len(written) > 10_000
    assert TOKEN.encode() not in written
    assert TOKEN not in f"{raised.value} {raised.value!r} {raised.traceback}"


@pytest.mark.parametrize(
    ("address", "api", "source"),
    [
        ("https://redmine.example.com/projects/engine", "", "items:redmine.example.com-engine"),
        ("https://example.com/redmine/projects/engine/issues?x=1", "",
         "items:example.com-redmine-engine"),
        ("engine", "https://redmine.example.com/", "items:redmine.example.com-engine"),
    ],
)  # fmt: skip
def test_a_project_is_found_by_its_address(address: str, api: str, source: str) -> None:
    assert connect(address, Nobody(), Silent(), api=api).source == source
    for wrong in ("", "engine", "https://example.com", "Engine Room"):
        with pytest.raises(BadInput):
            connect(wrong, Nobody(), Silent())
