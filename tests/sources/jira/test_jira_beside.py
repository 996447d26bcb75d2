"""What hangs on an issue beside its life: working time, and links to others."""

from __future__ import annotations

from typing import Any

import pytest

from groundplan.bootstrap.connections import Connections
from groundplan.facts.erasure import Traces
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.host_sql import HELD
from groundplan.facts.work import WORK_KINDS
from groundplan.sources.http.beside import relation_of
from groundplan.sources.http.sync import rebuild
from groundplan.sources.jira.fetch import needs_user
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent
from tests.sources.http_server import BEGIN, serving
from tests.sources.jira.jira_world import World, build_world, iso
from tests.sources.jira.jiras import SOURCE, Place

LINKS = f"select key, link_id, relation, told_relation, other from ({HELD['item_links']})"
TIMES = f"select key, worklog_id, started_at, hours, name from ({HELD['worklogs']})"
BLOCKS = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}
both = pytest.mark.parametrize("cloud", [True, False], ids=["cloud", "data center"])


def worked(world: World, number: str, who: str, seconds: int) -> dict[str, Any]:
    return {
        "id": number, "author": world.who(who), "updateAuthor": world.who(who),
        "created": iso(BEGIN), "started": iso(BEGIN), "timeSpentSeconds": seconds,
        "comment": "plantedText",
    }  # fmt: skip


def with_more(world: World, logs: int = 2) -> None:
    first, second = world.issues[0]["fields"], world.issues[1]["fields"]
    entries = [worked(world, f"7{nr:02}", "ben", 5_400) for nr in range(logs)]
    first["worklog"] = {"worklogs": entries[:20], "total": len(entries)}
    world.worklogs["EN-1"] = entries
    outward = {"id": "31", "type": BLOCKS, "outwardIssue": {"key": "EN-2"}}
    own = {"name": "Ours", "inward": "speaks of", "outward": "is spoken of by"}
    first["issuelinks"] = [outward, {"id": "32", "type": own, "inwardIssue": {"key": "OTHER-9"}}]
    second["issuelinks"] = [{"id": "31", "type": BLOCKS, "inwardIssue": {"key": "EN-1"}}]


@both
def test_working_time_and_links_hold_until_they_are_told_anew(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock, issues=10)
    with_more(world, logs=45)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        assert place.rows(f"{LINKS} order by all") == [
            ("EN-1", "31", "blocks", "blocks", "EN-2"),
            ("EN-1", "32", "other", "speaks of", "OTHER-9"),
            ("EN-2", "31", "blocked_by", "is blocked by", "EN-1"),
        ]
        assert place.rows(f"{TIMES} order by all")[0][3:] == (1.5, "Ben Example")
        assert place.rows(f"select count(*), sum(hours) from ({TIMES})") == [(45, 67.5)]
        kept = b"".join(reply.body for reply in place.raw.read(SOURCE))
        assert b"plantedText" not in kept
        before = place.digest()
        rebuild(place.ledger, place.raw, place.jira(server, cloud), Silent())
        assert place.digest() == before
        with_more(world, logs=1)
        world.issues[0]["fields"].update(issuelinks=[], updated=iso(BEGIN))
        place.clock.sleep(60)
        place.read(server, cloud)
    assert place.rows(LINKS) == [("EN-2", "31", "blocked_by", "is blocked by", "EN-1")]
    assert place.rows(f"select worklog_id from ({TIMES})") == [("700",)]


@both
def test_whoever_is_erased_worked_under_a_pseudonym(place: Place, cloud: bool) -> None:
    world = build_world(cloud, place.clock, issues=3)
    with_more(world)
    ben = Account("Ben Example", "5b%3Aben@users.noreply.127.0.0.1" if cloud else "ben@example.com")
    with serving(world.answer, clock=place.clock) as server:
        place.read(server, cloud)
        place.ledger.erase(Traces((ben,), (ben.email,)), (*HOST_KINDS, *WORK_KINDS))
        jira = place.jira(server, cloud)
        mask = place.ledger.mask()
        assert place.raw.erase(jira.source, lambda reply: jira.cover(reply.body, mask)) > 0
        rebuild(place.ledger, place.raw, jira, Silent())
    names = {row[4] for row in place.rows(TIMES)}
    assert len(names) == 1
    assert names.pop().startswith("erased-")
    assert not any(b"Ben Example" in reply.body for reply in place.raw.read(SOURCE))


@pytest.mark.parametrize(
    ("words", "relation"),
    [("is blocked by", "blocked_by"), ("Blocks", "blocks"), ("duplicates", "duplicates"),
     ("blockiert", "other"), ("", "")],
)  # fmt: skip
def test_relations_are_told_in_our_words(words: str, relation: str) -> None:
    assert relation_of(words) == relation


def test_a_token_of_cloud_comes_with_its_user(tmp_path: Any) -> None:
    told = {"JIRA_API_TOKEN": "planted", "JIRA_EMAIL": "ann@example.com"}
    known = Connections(tmp_path, told)
    cloud = known.guess("jira:https://team.atlassian.net/browse/EN-12")
    assert (cloud.secret, cloud.user) == ("env:JIRA_API_TOKEN", "ann@example.com")
    by_key = known.guess("jira:EN", "https://team.atlassian.net")
    assert by_key.user == "ann@example.com"
    own = known.guess("jira:https://jira.example.com/browse/EN-12")
    assert (own.secret, own.user) == ("env:JIRA_API_TOKEN", "")
    assert Connections(tmp_path, {}).guess("jira:EN", "https://team.atlassian.net").user == ""
    assert not needs_user("https://atlassian.net.example.com/browse/EN-1")
