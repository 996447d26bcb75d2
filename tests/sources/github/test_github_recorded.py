"""Real replies that nobody here wrote: all of them are shaped, or rejected with a reason."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from groundplan.facts.host import REJECTED
from groundplan.facts.host_sql import HELD
from groundplan.sources.github import rest
from groundplan.sources.github.graphql import Place as Origin
from groundplan.sources.github.threads import pull_thread
from groundplan.sources.github.webhooks import is_used, shape_event
from groundplan.sources.http.shaped import Shaped
from tests.sources.github import recorded
from tests.sources.github.githubs import Place
from tests.sources.http_server import serving

ORIGIN = Origin("github.com", "panjf2000/ants")


def test_a_recorded_repository_is_read_as_another_reader_read_it(place: Place) -> None:
    world = recorded.recorded_world()
    with serving(world.answer, clock=place.clock) as server:
        done = place.sync(server, name=world.name)
    assert done.rejected == 0
    ours = place.rows(
        "select key, case when state = 'open' then 'open' else 'closed' end, merge_commit, "
        f"author_name, merged_at from ({HELD['pulls']})"
    )
    theirs = [
        (row["number"], row["state"], row["merge_commit_sha"], row["author_name"], _at(row))
        for row in recorded.table("_tool_github_pull_requests")
    ]
    mine = {row[0]: row for row in ours}
    assert len(theirs) == len(mine) == 49
    for key, state, commit, author, merged in theirs:
        assert mine[key][1] == state
        assert mine[key][3] in (author, "")  # a deleted account is a ghost
        if merged:
            assert (mine[key][2], mine[key][4]) == (commit, merged)


def _at(row: dict[str, str]) -> datetime | None:
    told = row["merged_at"]
    return datetime.fromisoformat(told).replace(tzinfo=None) if told not in ("", "NULL") else None


def test_recorded_threads_keep_every_review_and_comment(place: Place) -> None:
    world = recorded.recorded_world()
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server, name=world.name)
    told = [
        event for node in (*world.pulls, *world.issues) for event in node["timelineItems"]["nodes"]
    ]
    distinct = {(event["__typename"], event["id"]) for event in told}
    found = place.rows(f"select count(*) from ({HELD['thread_events']}) where what <> 'opened'")
    assert found == [(len(distinct),)]
    assert place.rows(f"select count(distinct run_id), count(*) from ({HELD['runs']})") == [
        (35, 35)
    ]


def test_recorded_runs_have_their_attempts_and_jobs(place: Place) -> None:
    world = recorded.recorded_world()
    place.clock.time = datetime.fromisoformat("2022-09-06T00:00:00+00:00")
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server, name=world.name)
    runs = place.rows(
        "select r.run_id, r.attempt, count(j.job_id), max(j.finished_at) <= max(r.finished_at) "
        "+ interval 1 minute from ({runs}) r left join ({jobs}) j on j.run_id = r.run_id "
        "group by 1, 2".replace("({runs})", f"({HELD['runs']})").replace(
            "({jobs})", f"({HELD['jobs']})"
        )
    )
    expected = {str(run["id"]): run["run_attempt"] for run in world.runs}
    assert {row[0]: row[1] for row in runs} == expected
    assert sum(row[2] for row in runs) == sum(len(world.jobs.get(r["id"], [])) for r in world.runs)


@pytest.mark.parametrize(
    "name", ["pull_requests", "pull_requests_bot_filter", "issues", "pull_request_reviews",
             "comments", "runs", "jobs", "milestones"],
)  # fmt: skip
def test_every_recorded_object_of_rest_is_shaped(name: str) -> None:
    thread = pull_thread(1, "github.com")
    tell = {
        "pull_requests": lambda s, v: rest.tell_pull(s, v, ORIGIN),
        "pull_requests_bot_filter": lambda s, v: rest.tell_pull(s, v, ORIGIN),
        "issues": lambda s, v: rest.tell_issue(s, v, ORIGIN),
        "pull_request_reviews": lambda s, v: rest.tell_review(s, v, thread),
        "comments": lambda s, v: rest.tell_comment(s, v, thread),
        "runs": lambda s, v: rest.tell_run(s, v, ORIGIN),
        "jobs": rest.tell_job,
        "milestones": rest.tell_milestone,
    }[name]
    for value, _ in recorded.replies(name):
        shaped = Shaped()
        tell(shaped, value)
        assert shaped.rows


def test_bots_are_known_by_their_names() -> None:
    for value, _ in recorded.replies("pull_requests_bot_filter"):
        shaped = Shaped()
        rest.tell_pull(shaped, value, ORIGIN)
    row = next(iter(shaped.rows.values()))[0]
    assert row["author_email"].endswith("@users.noreply.github.com")


def test_all_webhook_payloads_are_shaped_or_rejected_with_a_reason() -> None:
    folder = recorded.require("octokit_webhooks")
    paths = sorted(path for path in folder.glob("*.json"))
    assert len(paths) >= 273
    shaped_of = {path: _shape(path) for path in paths}
    for path, shaped in shaped_of.items():
        rows = sum(len(found) for kind, found in shaped.rows.items() if kind is not REJECTED)
        reasons = list(shaped.rejected())
        assert bool(rows or shaped.items) != bool(reasons), path.name
        assert all(reason.strip() for reason in reasons)
        assert not any("unexpected" in reason for reason in reasons), path.name
    used = [shaped for path, shaped in shaped_of.items() if is_used(_event(path))]
    made = sum(not list(shaped.rejected()) for shaped in used)
    assert made >= 85  # of 97 events that facts are made of; the others are edits and locks


def _event(path: Path) -> str:
    return path.name.partition("__")[0]


def _shape(path: Path) -> Shaped:
    return shape_event(_event(path), path.read_bytes(), ORIGIN)


def test_any_payload_with_holes_is_rejected_and_never_crashes() -> None:
    """Each field of each payload that is used, taken away or of another type."""
    folder = recorded.require("octokit_webhooks")
    tried = 0
    for path in sorted(folder.glob("*.json"))[::5]:
        event = _event(path)
        if not is_used(event):
            continue
        try:
            payload = json.loads(path.read_bytes())
        except json.JSONDecodeError:
            continue
        for name, value in list(payload.items()):
            for odd in (None, 7, "x", [], {}, *_holes(value)):
                body = msgspec.json.encode({**payload, name: odd})
                shape_event(event, body, ORIGIN)
                tried += 1
    assert tried > 2_000


def _holes(value: object) -> list[object]:
    if not isinstance(value, dict):
        return []
    without = [{n: v for n, v in value.items() if n != name} for name in value]
    other = [{**value, name: odd} for name in value for odd in (None, 7, "x", ["x"], {"x": 1})]
    return [*without, *other]


def test_recorded_time_is_kept_to_the_second() -> None:
    value, _ = recorded.replies("runs")[0]
    shaped = Shaped()
    rest.tell_run(shaped, value, ORIGIN)
    row = next(iter(shaped.rows.values()))[0]
    assert row["created_at"].isoformat() + "Z" == value["created_at"]
    assert row["finished_at"] - row["started_at"] >= timedelta(0)
