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

import groundplan.sources.gitlab.fetch
from groundplan.facts.host import REJECTED, THREAD_EVENTS, THREAD_EVENTS_KNOWN
from groundplan.facts.raw import RawReply
from groundplan.sources.gitlab.shape import shape
from groundplan.sources.http.shaped import Shaped
from tests.sources.gitlab.gitlab_world import World
from tests.sources.gitlab.gitlabs import Place
from tests.sources.http_server import serving
from tests.sources.shape_cases import check_case, load_cases

CASES = load_cases(groundplan.sources.gitlab.fetch.__file__)
DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "fixtures"
RAW = DATA / "devlake" / "gitlab" / "raw_tables"


def told(kind: str, body: Any) -> Shaped:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = "2026-03-02T09:00:00+00:00"
    return shape(RawReply(1, "items:x", f"gitlab/{kind}", {"host": "h"}, at, text))


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    body = case["text"].encode() if "text" in case else {"things": case["things"]}
    shaped = told(case["kind"].partition("/")[2], body)
    check_case(case, shaped)


def recorded(name: str) -> list[tuple[Any, dict[str, str]]]:
    """The recorded objects of one kind, with their rows."""
    if not RAW.is_dir():
        pytest.skip("GROUNDPLAN_DATA has no fixtures/devlake")
    csv.field_size_limit(10**9)
    with (RAW / f"_raw_gitlab_api_{name}.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [(json.loads(_text(row["data"])), row) for row in rows]


def _text(data: str) -> str:
    return bytes.fromhex(data[2:]).decode() if data.startswith("0x") else data


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("merge_requests", "merge_requests"), ("issues", "issues"), ("pipeline", "pipelines"),
        ("merge_requests_for_mr_notes_test", "merge_requests"),
        ("merge_requests_for_mr_commit_test", "merge_requests"),
        ("pipeline_details", "pipelines"),
        ("deployments", "deployments"),
    ],
)  # fmt: skip
def test_every_recorded_object_is_shaped(name: str, kind: str) -> None:
    things = [value for value, _ in recorded(name)]
    shaped = told(kind, {"things": things})
    assert REJECTED not in shaped.rows
    assert max(len(rows) for rows in shaped.rows.values()) >= len(things) >= 5


def test_recorded_jobs_are_shaped_with_their_pipelines() -> None:
    jobs = [value for value, _ in recorded("job")]
    run = {"id": 1, "status": "success", "created_at": "2022-08-25T21:19:10.938Z", "jobs": jobs}
    shaped = told("pipelines", {"things": [run]})
    assert REJECTED not in shaped.rows
    assert sum(map(len, shaped.rows.values())) == 1 + len(jobs) == 76


def test_a_recorded_project_is_read_with_every_note_and_commit(tmp_path: Path) -> None:
    place, world = Place(tmp_path), recorded_world()
    with serving(world.answer, clock=place.clock) as server:
        done = place.read(server)
    assert done.rejected == 0
    for kind, things in (("pulls", world.merges), ("deployments", world.deployments)):
        key = "key" if kind == "pulls" else "deployment_id"
        count = f"select count(distinct {key}) from {{{kind}}}"
        assert place.rows(count) == [(len(things),)]
    items = place.rows("select count(distinct item_id) from {item_events}")
    assert items == [(len(world.issues),)]
    commits = {(m["iid"], one["id"]) for m in world.merges for one in m["commits"]}
    assert place.rows("select count(*) from {pull_commits}") == [(len(commits),)]
    said = sum(not note["system"] for m in world.merges for note in m["notes"])
    spoken = place.rows("select count(*) from {thread_events} where what in "
                        "('commented', 'reviewed')")  # fmt: skip
    assert spoken == [(said,)]
    what = {row[0] for row in place.rows("select distinct what from {thread_events}")}
    assert {"told", "opened", "merged"} <= what <= set(THREAD_EVENTS_KNOWN)
    place.close()


def recorded_world() -> World:
    """The recorded project, each thing as the newest reply tells it."""
    with_nothing = ("notes", "state_events", "label_events", "milestone_events")
    lists: dict[str, list[Any]] = {}
    for name in ("merge_requests", "issues"):
        things = {one["iid"]: one for one, _ in recorded(name)}
        lists[name] = [{**one, **{n: [] for n in with_nothing}} for one in things.values()]
    for one in lists["merge_requests"]:
        one["commits"] = [c for c, _ in _of("merge_request_commits", one["iid"])]
        one["notes"] = [n for n, _ in _of("merge_request_notes", one["iid"])]
    deployments = [one for one, _ in recorded("deployments")]
    return World(lists["merge_requests"], lists["issues"], deployments=deployments)


def _of(name: str, iid: int) -> list[tuple[Any, dict[str, str]]]:
    found = [pair for pair in recorded(name) if json.loads(pair[1]["input"])["Iid"] == iid]
    return list({pair[0]["id"]: pair for pair in found}.values())


def check(shaped: Shaped) -> None:
    assert shaped.rows
    assert all(reason.strip() for reason in shaped.rejected())
    told_of = {row["what"] for row in shaped.rows.get(THREAD_EVENTS, ())}
    assert told_of <= set(THREAD_EVENTS_KNOWN)


def test_any_object_with_holes_is_rejected_and_never_crashes() -> None:
    tried = 0
    kinds = {
        "merge_requests": "merge_requests", "issues": "issues", "pipeline_details": "pipelines",
        "deployments": "deployments",
    }  # fmt: skip
    for name, kind in kinds.items():
        for thing, _ in recorded(name)[::6]:
            for field in thing:
                for odd in list[Any]((None, 7, "x", [], {}, ["x"])):
                    check(told(kind, {"things": [{**thing, field: odd}]}))
                    tried += 1
    assert tried > 1_000


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=8)
    | st.sampled_from(["2026-03-02T09:00:00Z", "closed", "assigned to @ann", "9999-99-99"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "iid", "title", "state", "status", "created_at", "updated_at",
                         "notes", "body", "system", "label_events", "username", "jobs", "label",
                         "name", "tag_name", "pipeline"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


def test_jobs_that_are_no_list_are_rejected() -> None:
    run = {"id": 1, "status": "success", "created_at": "2022-08-25T21:19:10.938Z", "jobs": 7}
    shaped = told("pipelines", {"things": [run, {**run, "jobs": [7]}]})
    reasons = list(shaped.rejected())
    assert reasons == ["jobs that are no list", "Expected `object`, got `int`"]


@settings(max_examples=100, deadline=None)
@given(ANYTHING, st.sampled_from(["issues", "merge_requests", "pipelines", "deployments",
                                  "releases", "milestones", "else"]))  # fmt: skip
def test_whatever_comes_is_shaped_or_rejected(value: Any, kind: str) -> None:
    check(told(kind, {"things": [value, value]}))
