"""What GitLab pushes becomes facts at once, and a reading comes to the same ones after it."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.facts.host import THREAD_EVENTS_KNOWN
from groundplan.facts.raw import RawReply
from groundplan.sources.gitlab import webhooks
from groundplan.sources.gitlab.shape import shape
from groundplan.sources.http.pushes import Push, receive
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.http.sync import shape_kept
from groundplan.terms.progress import Silent
from tests.sources.gitlab.gitlab_world import build_world, happened, iso
from tests.sources.gitlab.gitlabs import Place
from tests.sources.gitlab.test_gitlab_sync import ITEMS, THREADS, read_fresh
from tests.sources.http_server import BEGIN, serving

AT, LATER = "2026-03-02 09:00:00 UTC", "2026-03-02T10:00:00.000+01:00"
ANN = {"id": 100, "name": "Ann Example", "username": "ann", "email": "ann@example.com"}
BEN = {"id": 101, "name": "Ben Example", "username": "ben", "email": "[REDACTED]"}
PROJECT = {"id": 7, "path_with_namespace": "ann/engine", "description": "plantedText"}
HEAD = "e" * 40


def push(kind: str, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "object_kind": kind, "user": BEN, "project": PROJECT, "object_attributes": attributes,
        **more,
    }  # fmt: skip


def merge_request(action: str, **more: Any) -> dict[str, Any]:
    told = {
        "id": 9_001, "iid": 5, "title": "Faster", "state": "opened", "action": action,
        "created_at": AT, "updated_at": LATER, "author_id": 101, "draft": False,
        "source_branch": "fast", "target_branch": "main", "last_commit": {"id": HEAD},
        "description": "plantedText",
    }  # fmt: skip
    return push("merge_request", {**told, **more.pop("now", {})}, **more)


def shaped(told: dict[str, Any]) -> Shaped:
    body = msgspec.json.encode(told)
    at = "2026-03-02T09:00:00+00:00"
    return shape(RawReply(1, "items:x", webhooks.WEBHOOK, {"host": "gitlab.com"}, at, body))


def rows(told: dict[str, Any]) -> dict[str, list[Any]]:
    return {kind.name: found for kind, found in shaped(told).rows.items()}


def test_a_merge_tells_when_by_whom_and_what_it_left() -> None:
    now = {"state": "merged", "merge_commit_sha": "f" * 40}
    found = rows(merge_request("merge", now=now, labels=[{"title": "b"}, {"title": "a"}]))
    (pull,) = found["pulls"]
    assert (pull["state"], pull["merged_at"].isoformat()) == ("merged", "2026-03-02T09:00:00")
    assert (pull["author_name"], pull["merger_name"], pull["labels"]) == ("ben", "ben", "a, b")
    assert (pull["head_commit"], pull["merge_commit"]) == (HEAD, "f" * 40)
    assert pull["author_email"] == "101-ben@users.noreply.gitlab.com"
    assert [row["what"] for row in found["thread_events"]] == ["merged"]


def test_what_nobody_named_in_it_wrote_tells_its_events_alone() -> None:
    found = rows(merge_request("merge", now={"author_id": 555, "state": "merged"}))
    assert "pulls" not in found
    assert [row["what"] for row in found["thread_events"]] == ["merged"]


def test_changes_tell_labels_people_drafts_and_titles() -> None:
    changes = {
        "draft": {"previous": True, "current": False},
        "title": {"previous": "Draft: Faster", "current": "Faster"},
        "labels": {"previous": [{"title": "old"}], "current": [{"title": "new"}]},
        "reviewers": {"previous": [], "current": [ANN]},
        "assignees": {"previous": [ANN], "current": [BEN]},
        "target_branch": {"previous": "main", "current": "next"},
    }
    found = rows(merge_request("update", changes=changes))["thread_events"]
    assert [(row["what"], row["value"], row["other_name"]) for row in found] == [
        ("ready", "", ""), ("renamed", "Faster", ""), ("base_changed", "next", ""),
        ("unlabelled", "old", ""), ("labelled", "new", ""), ("unassigned", "", "ann"),
        ("assigned", "", "ben"), ("review_requested", "", "ann"),
    ]  # fmt: skip
    assert {row["name"] for row in found} == {"ben"}


@pytest.mark.parametrize(
    ("action", "what", "stage"),
    [("open", "opened", "todo"), ("close", "closed", "done"), ("reopen", "reopened", "todo")],
)
def test_an_issue_moves(action: str, what: str, stage: str) -> None:
    told = {"id": 4, "iid": 3, "title": "Pain", "action": action, "created_at": AT,
            "updated_at": LATER}  # fmt: skip
    found = shaped(push("issue", told))
    assert stage in [event["stage"] for event in found.items["3"].events]
    assert [row["what"] for each in found.rows.values() for row in each] == [what]


def test_notes_pipelines_jobs_deployments_releases_and_milestones() -> None:
    note = {"id": 8, "created_at": AT, "noteable_type": "MergeRequest", "type": "DiffNote"}
    (said,) = rows(push("note", note, merge_request={"iid": 5}))["thread_events"]
    assert (said["event_id"], said["what"], said["key"]) == ("note:8", "reviewed", "5")
    job = {"id": 31, "name": "test", "status": "failed", "created_at": AT, "started_at": AT,
           "finished_at": LATER}  # fmt: skip
    pipeline = {"id": 30, "ref": "main", "sha": HEAD, "status": "failed", "created_at": AT,
                "finished_at": LATER, "source": "push"}  # fmt: skip
    found = rows(push("pipeline", pipeline, builds=[job]))
    assert [(r["run_id"], r["result"], r["name"]) for r in found["runs"]] == [
        ("30", "failure", "ben")
    ]
    assert [(r["job_id"], r["run_id"], r["result"]) for r in found["jobs"]] == [
        ("31", "30", "failure")
    ]
    built = {
        "object_kind": "build", "build_id": 32, "build_name": "lint", "build_status": "running",
        "build_created_at": AT, "build_started_at": AT, "pipeline_id": 30, "project": PROJECT,
    }  # fmt: skip
    assert [(r["job_id"], r["status"]) for r in rows(built)["jobs"]] == [("32", "running")]
    deployed = {
        "object_kind": "deployment", "status": "success", "deployment_id": 15,
        "status_changed_at": "2026-03-02 10:00:00 +0100", "environment": "live",
        "environment_tier": "production", "user": ANN, "project": PROJECT,
        "commit_url": f"https://gitlab.com/ann/engine/-/commit/{HEAD}",
    }  # fmt: skip
    (deployment,) = rows(deployed)["deployments"]
    assert deployment["happened_at"].isoformat() == "2026-03-02T09:00:00"
    assert (deployment["event_id"], deployment["state"]) == ("status:success", "success")
    assert (deployment["commit_id"], deployment["production"]) == (HEAD, True)
    release = {"object_kind": "release", "tag": "v1", "name": "One", "action": "create",
               "created_at": AT, "released_at": AT, "commit": {"id": HEAD}}  # fmt: skip
    assert [(r["tag"], r["state"]) for r in rows(release)["releases"]] == [("v1", "released")]
    gone = rows({**release, "action": "delete"})["releases"]
    assert [(r["release_id"], r["state"]) for r in gone] == [("v1", "gone")]
    milestone = {"id": 6, "title": "M", "state": "active", "created_at": AT, "updated_at": AT}
    assert rows(push("milestone", milestone))["host_milestones"][0]["state"] == "open"


@pytest.mark.parametrize("kind", ["push", "tag_push", "wiki_page", "emoji", "feature_flag", ""])
def test_what_makes_no_facts_says_why(kind: str) -> None:
    found = shaped({"object_kind": kind})
    assert len(list(found.rejected())) == 1
    assert not webhooks.is_used(kind)


def test_every_word_for_what_happened_is_one_that_the_facts_know() -> None:
    assert set(webhooks._ACTIONS.values()) <= set(THREAD_EVENTS_KNOWN)


def test_pushes_become_facts_and_a_reading_comes_to_the_same(place: Place, tmp_path: Path) -> None:
    world = build_world(5, 10, 2)
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
        gitlab, known = place.gitlab(server), place.raw.state("items:127.0.0.1-ann-engine")
        merged, at = world.merges[4], BEGIN + timedelta(minutes=30)
        project = {**PROJECT, "id": known["project"]["id"], "path_with_namespace": "ann/renamed"}
        now = {"iid": merged["iid"], "state": "merged", "updated_at": iso(at),
               "author_id": merged["author"]["id"]}  # fmt: skip
        told = {**merge_request("merge", now=now), "user": merged["author"], "project": project}
        kept = gitlab.read_push(Push({}, json.dumps(told).encode()), known)
        assert receive(place.raw, gitlab, kept, place.ledger.mask(), place.clock.now()) == 1
        assert receive(place.raw, gitlab, kept, place.ledger.mask(), place.clock.now()) == 0
        assert b"plantedText" not in kept[0].body
        assert b"@example.com" not in kept[0].body
        assert shape_kept(place.ledger, place.raw, gitlab, Silent()) == 1
        state = f"select max_by(state, seen) from {{pulls}} where key = '{merged['iid']}'"
        assert place.rows(state) == [("merged",)]
        what = f"select count(*) from ({THREADS}) where event_id like 'push:merged%'"
        assert place.rows(what) == [(1,)]
        merged["state_events"].append(happened(7_777, at, "ben", state="merged"))
        merged.update(state="merged", merged_at=iso(at), updated_at=iso(at))
        place.clock.sleep(3_600)
        place.read(server)
        assert place.rows(what) == [(0,)]
    assert place.digest() == read_fresh(world, tmp_path / "fresh")
    assert place.rows(f"select count(*) > 0 from ({ITEMS})") == [(True,)]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=6)
    | st.sampled_from([AT, LATER, "success", "merge", "opened", "2026-99-99 00:00:00 UTC"]),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(["id", "iid", "title", "state", "action", "created_at", "updated_at",
                         "user", "username", "labels", "previous", "current", "status", "tag"]),
        inner, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip
FIELDS = st.sampled_from(["object_attributes", "changes", "labels", "user", "builds", "issue",
                          "merge_request", "tag", "deployment_id", "status"])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(webhooks._TELLERS)), st.dictionaries(FIELDS, ANYTHING, max_size=5))
def test_whatever_is_pushed_is_shaped_or_rejected(kind: str, told: dict[str, Any]) -> None:
    found = shaped({**told, "object_kind": kind})
    assert found.rows or found.items
    assert all(reason.strip() for reason in found.rejected())
