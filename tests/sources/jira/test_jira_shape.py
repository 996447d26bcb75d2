"""Replies and what they come to: by hand, as others recorded them, and the odd ones."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import groundplan.sources.jira
from groundplan.facts.host import REJECTED, THREAD_EVENTS, THREAD_EVENTS_KNOWN
from groundplan.facts.raw import RawReply
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.jira.shape import shape
from tests.sources.http_server import serving
from tests.sources.jira.jira_world import World
from tests.sources.jira.jiras import Place
from tests.sources.shape_cases import check_case, load_cases

CASES = load_cases(groundplan.sources.jira.__file__)
DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "fixtures"
RAW = DATA / "devlake" / "jira" / "raw_tables"
ABOUT = {
    "host": "jira.example.com", "stages": {}, "hours": 8, "sprint": "customfield_10020",
    "epic": "customfield_10014",
}  # fmt: skip


def reply(kind: str, body: bytes, about: dict[str, Any] | None = None) -> RawReply:
    return RawReply(1, "items:x", kind, about or ABOUT, "2026-03-02T09:00:00+00:00", body)


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    text = case["text"] if "text" in case else json.dumps({"issues": case["issues"]})
    shaped = shape(reply(case["kind"], text.encode(), case["about"]))
    check_case(case, shaped)


def recorded(name: str) -> list[Any]:
    """The recorded objects of one kind."""
    if not RAW.is_dir():
        pytest.skip("GROUNDPLAN_DATA has no fixtures/devlake")
    csv.field_size_limit(10**9)
    with (RAW / f"_raw_jira_api_{name}.csv").open(newline="") as file:
        told = [row["data"] for row in csv.DictReader(file)]
    return [json.loads(bytes.fromhex(t[2:]) if t.startswith("0x") else t) for t in told]


@pytest.mark.parametrize(
    ("name", "count"), [("issues", 33), ("issue_relationships", 22), ("issues_for_due_date", 1)]
)
def test_every_recorded_issue_is_shaped(name: str, count: int) -> None:
    body = json.dumps({"issues": recorded(name)}).encode()
    shaped = shape(reply("jira/issues", body))
    assert (len(shaped.items), list(shaped.rejected())) == (count, [])
    told = {row["what"] for row in shaped.rows[THREAD_EVENTS]}
    assert told <= set(THREAD_EVENTS_KNOWN)


def test_every_recorded_sprint_is_shaped() -> None:
    sprints = recorded("sprints")
    shaped = shape(reply("jira/sprints", json.dumps({"values": sprints}).encode()))
    assert len(next(iter(shaped.rows.values()))) == len(sprints) == 30
    assert REJECTED not in shaped.rows


@pytest.mark.parametrize("cloud", [True, False])
def test_recorded_issues_are_read_with_every_change(tmp_path: Path, cloud: bool) -> None:
    place = Place(tmp_path)
    world = World(cloud, place.clock)
    issues = recorded("issues")
    for issue in issues:
        fields = {**issue["fields"], "comment": issue["fields"]["comment"]["comments"]}
        log = issue["changelog"]["histories"]
        world.issues.append({**issue, "fields": fields, "changelog": log})
    with serving(world.answer, clock=place.clock) as server:
        done = place.read(server, cloud)
    assert done.rejected == 0
    held = HOLDING.format(relation="{item_events}")
    moved = f"select count(*) from ({held}) where what = 'moved'"
    items = (item for one in issues for h in one["changelog"]["histories"] for item in h["items"])
    changes = sum(item["field"] == "status" for item in items)
    assert changes == 165
    assert place.rows(moved) == [(len(issues) + changes,)]
    place.close()


def test_any_issue_with_holes_is_rejected_and_never_crashes() -> None:
    """Each field of some issues, taken away or of another type."""
    tried = 0
    for issue in recorded("issues")[::16]:
        for holder in (issue, issue["fields"], issue["changelog"]["histories"][0]):
            for name, value in list(holder.items()):
                for odd in list[Any]((None, 7, "x", [], {}, ["x"])):
                    holder[name] = odd
                    check(shape(reply("jira/issues", json.dumps({"issues": [issue]}).encode())))
                    tried += 1
                holder[name] = value
    assert tried > 1_000


def check(shaped: Shaped) -> None:
    assert shaped.rows
    assert all(reason.strip() for reason in shaped.rejected())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=8)
    | st.sampled_from(["2026-03-02T09:00:00Z", "status", "assignee", "Sprint", "9999-99-99"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "key", "fields", "summary", "status", "created", "updated", "name",
                         "changelog", "histories", "items", "field", "from", "toString",
                         "displayName", "accountId", "comment", "comments", "state"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(ANYTHING, st.sampled_from(["issues", "versions", "sprints", "else"]))
def test_whatever_comes_is_shaped_or_rejected(value: Any, kind: str) -> None:
    wrap = {"issues": "issues", "sprints": "values"}.get(kind)
    body: Any = {wrap: [value, value]} if wrap else [value, value]
    check(shape(reply(f"jira/{kind}", json.dumps(body).encode())))


def test_a_title_of_a_megabyte() -> None:
    fields = {
        "summary": "x" * 1_000_000, "status": {"id": "1", "name": "Open"},
        "created": "2026-03-02T09:00:00Z", "updated": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    body = json.dumps({"issues": [{"id": "1", "key": "EN-1", "fields": fields}]}).encode()
    told = shape(reply("jira/issues", body)).items["EN-1"].events
    assert [len(event["value"]) for event in told if event["what"] == "titled"] == [1_000]
