"""What counts as a deployment, a failure and an answer, told in few facts each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundplan.facts.code import COMMITS, LANDINGS
from groundplan.facts.engines.duckdb import DuckDB, as_columns, empty_columns
from groundplan.facts.host import DEPLOYMENTS, PULLS, RELEASES, RUNS, THREAD_EVENTS
from groundplan.facts.host_items import INCIDENTS
from groundplan.facts.kinds import FactKind, Type
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart import RepoInfo, build
from groundplan.facts.work import ITEM_EVENTS
from groundplan.inference import go_to
from groundplan.terms.progress import Silent

NOW = datetime(2026, 6, 1, tzinfo=UTC)
START = datetime(2026, 1, 5, 8)  # a Monday
SOURCE = "items:host"
Row = dict[str, Any]
Told = dict[FactKind, list[Row]]
Building = Callable[[Told], DuckDB]


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def mail(login: str) -> str:
    return f"{login}@users.noreply.github.com"


@pytest.fixture
def mart(tmp_path: Path) -> Iterator[Building]:
    opened: list[DuckDB] = []

    def make(told: Told) -> DuckDB:
        ledger, engine = Ledger(tmp_path / "w", lambda: NOW), DuckDB()
        for source in ("tool", SOURCE):
            kinds = [kind for kind in told if ("repo" in kind.column_names) == (source == "tool")]
            with ledger.run(source) as run:
                written = [run.write(engine, k, _columns(k, told[k]), "all") for k in kinds]
                run.commit("told", written, {"name": source})
        path = tmp_path / "mart.duckdb"
        infos = [RepoInfo("tool", "tool", "refs/heads/main", shallow=False)]
        build(ledger.snapshot(), infos, [], NOW, path, Silent(), go_to.settings())
        engine.close()
        opened.append(DuckDB(path, read_only=True))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def _columns(kind: FactKind, rows: list[Row]) -> Any:
    lists = empty_columns(kind)
    blank = {c.name: "" if c.type is Type.TEXT else None for c in kind.columns}
    common = {"source": SOURCE, "seen": 1, "repo": "tool", "holds": True, "run": 1, "nr": 0}
    for row in rows:
        for name, column in lists.items():
            column.append({**blank, **common, **row}[name])
    return as_columns(kind, lists)


def deployed(name: str, hours: float, *states: str, **more: Any) -> list[Row]:
    """A deployment, and the states it came to a tenth of an hour after each other."""
    common = {
        "deployment_id": name, "environment": "production", "name": "ann", "email": mail("ann"),
        "commit_id": None, "task": "deploy", **more,
    }  # fmt: skip
    rows = [{**common, "event_id": "made", "state": "made", "happened_at": at(hours)}]
    for nr, state in enumerate(states, 1):
        moment = at(hours + nr / 10)
        rows.append({**common, "event_id": f"{nr}", "state": state, "happened_at": moment})
    return rows


def landed(count: int) -> Told:
    """A main line of commits c0, c1, ..."""
    commits = [
        {"commit_id": f"c{nr}", "parents": "", "parent_count": 1, "author_name": "Ann Example",
         "author_email": "ann@mail.example", "authored_at": at(nr), "committed_at": at(nr),
         "boundary": False, "committer_name": "Ann Example",
         "committer_email": "ann@mail.example"}
        for nr in range(count)
    ]  # fmt: skip
    landings = [
        {"commit_id": f"c{nr}", "landed_by": f"c{nr}", "landing_nr": nr, "order_nr": nr}
        for nr in range(count)
    ]
    return {COMMITS: commits, LANDINGS: landings}


def incident(key: str, hours: float, until: float | None, label: str = "Incident") -> list[Row]:
    rows = [
        {"item_id": key, "what": "created", "stage": "todo", "happened_at": at(hours)},
        {"item_id": key, "what": "labels", "value": label, "stage": None, "happened_at": at(hours)},
    ]
    if until is not None:
        rows.append({"item_id": key, "what": "done", "stage": "done", "happened_at": at(until)})
    return rows


def names(engine: DuckDB, where: str = "true") -> list[str]:
    sql = f"select deployment_id from deployments where {where} order by made_at, deployment_id"
    return [name for (name,) in engine.rows(sql)]


def test_production_is_what_the_host_or_the_name_says(mart: Building) -> None:
    rows = [
        *deployed("named", 1, "success", environment="eu-prod"),
        *deployed("staging", 2, "success", environment="staging"),
        *deployed("product", 3, "success", environment="product-page"),
        *deployed("said", 4, "success", environment="blue", production=True),
        *deployed("denied", 5, "success", environment="production", production=False),
        *deployed("running", 6, "running"),
        *deployed("broken", 7, "running", "failure"),
    ]
    engine = mart({DEPLOYMENTS: rows})
    assert names(engine) == ["named", "said", "broken"]
    assert engine.rows("select deploys, deploys_from from hosts") == [("deployment", at(1))]


def test_the_best_witness_alone_counts(mart: Building) -> None:
    run = {"run_id": "1", "attempt": 1, "event": "push", "status": "done", "result": "success"}
    times = {"started_at": at(1), "created_at": at(1), "finished_at": at(2), "updated_at": at(2)}
    runs = [
        {**run, **times, "workflow": "Deploy"},
        {**run, **times, "run_id": "2", "workflow": "Deploy to staging"},
        {**run, **times, "run_id": "3", "workflow": "tests"},
        {**run, **times, "run_id": "4", "workflow": "Deploy", "event": "pull_request"},
        {**run, **times, "run_id": "5", "workflow": "Deploy", "result": "cancelled"},
    ]
    release = {"release_id": "r", "tag": "v1", "state": "released", "released_at": at(3)}
    early = {**release, "release_id": "e", "state": "early"}
    engine = mart({RUNS: runs, RELEASES: [release, early]})
    assert names(engine) == ["1/1"]
    assert engine.rows("select deploys from hosts") == [("run",)]


def test_releases_count_where_nothing_else_is_told(mart: Building) -> None:
    release = {"release_id": "r", "tag": "v1", "state": "released", "released_at": at(3)}
    engine = mart({RELEASES: [release]})
    rows = engine.rows("select witness, result, failed from deployments")
    assert rows == [("release", "success", None)]  # nobody would tell that it failed


def test_one_commit_in_several_places_counts_once_a_day(mart: Building) -> None:
    rows = [
        *deployed("eu", 1, "success", environment="prod-eu", commit_id="c1"),
        *deployed("us", 2, "success", environment="prod-us", commit_id="c1"),
        *deployed("again", 3, "success", environment="prod-us", commit_id="c1"),
        *deployed("late", 60, "success", environment="prod-eu", commit_id="c1"),
        *deployed("next", 61, "success", environment="prod-us", commit_id="c2"),
    ]
    assert names(mart({DEPLOYMENTS: rows, **landed(3)})) == ["eu", "again", "late", "next"]


def test_a_rollback_is_told_or_seen_by_an_older_state(mart: Building) -> None:
    rows = [
        *deployed("one", 1, "success", commit_id="c1"),
        *deployed("two", 10, "success", commit_id="c4"),
        *deployed("back", 12, "success", commit_id="c1"),
        *deployed("three", 20, "success", commit_id="c5"),
        *deployed("said", 30, "success", commit_id=None, task="Rollback"),
        *deployed("four", 300, "success", commit_id="c6"),
        *deployed("long after", 600, "success", commit_id="c2"),
    ]
    engine = mart({DEPLOYMENTS: rows, **landed(8)})
    assert names(engine, "rollback") == ["back", "said", "long after"]
    assert names(engine, "failed = 'rolled_back'") == ["two", "three"]
    told = engine.rows("select deployment_id, began_at, ended_at from failures order by began_at")
    assert told == [("two", at(10.1), at(12.1)), ("three", at(20.1), at(30.1))]


def test_attempts_that_fail_one_after_another_are_one_failure(mart: Building) -> None:
    rows = [
        *deployed("a", 1, "success"),
        *deployed("b", 5, "failure"),
        *deployed("c", 6, "failure"),
        *deployed("d", 9, "success"),
        *deployed("e", 20, "failure"),
        *deployed("elsewhere", 21, "success", environment="live"),
    ]
    engine = mart({DEPLOYMENTS: rows})
    assert names(engine, "failed = 'failure'") == ["b", "c", "e"]
    told = engine.rows("select deployment_id, cause, began_at, ended_at from failures")
    assert told == [("b", "failure", at(5.1), at(9.1)), ("e", "failure", at(20.1), None)]


def test_incidents_are_laid_to_the_deployment_before_them(mart: Building) -> None:
    rows = [
        *deployed("a", 10, "success"),
        *deployed("b", 20, "success"),
        *deployed("c", 90, "success"),
    ]
    items = [
        *incident("1", 5, 8),
        *incident("2", 25, 30),
        *incident("3", 26, None, "bug, SEV-1"),
        *incident("4", 95, 99, "coincidence"),
    ]
    pushed = {
        "incident_id": "p", "environment": "production", "deployment_id": "a",
        "started_at": at(91), "resolved_at": at(92),
    }  # fmt: skip
    engine = mart({DEPLOYMENTS: rows, ITEM_EVENTS: items, INCIDENTS: [pushed]})
    told = engine.rows(
        "select failure_id, deployment_id, cause, began_at, ended_at from failures "
        "order by began_at"
    )
    assert told == [
        ("1", None, "incident", at(5), at(8)),
        ("b", "b", "incident", at(25), None),  # one of its two goes on
        ("a", "a", "incident", at(91), at(92)),
    ]
    assert names(engine, "failed = 'incident'") == ["a", "b"]
    assert names(engine, "failed = ''") == ["c"]


def test_releases_may_fail_once_incidents_are_told(mart: Building) -> None:
    release = {"release_id": "r", "tag": "v1", "state": "released", "released_at": at(3)}
    good = {**release, "release_id": "s", "released_at": at(50)}
    engine = mart({RELEASES: [release, good], ITEM_EVENTS: incident("1", 5, 8)})
    assert engine.rows("select failed from deployments order by made_at") == [("incident",), ("",)]


def thread(kind: str, key: str, *events: tuple[float, str, str]) -> list[Row]:
    return [
        {"thread": kind, "key": key, "event_id": f"{key}.{nr}", "happened_at": at(hours),
         "what": what, "name": who, "email": mail(who) if who else ""}
        for nr, (hours, what, who) in enumerate(events)
    ]  # fmt: skip


def asked(key: str, hours: float, closed: float | None = None, **more: Any) -> Row:
    merged = at(closed) if closed is not None and more.pop("merged", True) else None
    return {
        "key": key, "author_name": "ann", "author_email": mail("ann"), "created_at": at(hours),
        "updated_at": at(500), "state": "open" if closed is None else "merged", "draft": False,
        "closed_at": None if closed is None else at(closed), "merged_at": merged, **more,
    }  # fmt: skip


def test_a_look_is_another_human_s_before_the_end(mart: Building) -> None:
    pulls = [asked("1", 0, 50), asked("2", 0), asked("3", 0, draft=True), asked("4", 0, 90)]
    events = [
        *thread("pull", "1", (1, "commented", "ann"), (2, "reviewed", "renovate[bot]"),
                (3, "commented", "ben"), (5, "approved", "ben"), (9, "approved", "cem"),
                (60, "approved", "dora")),
        *thread("pull", "2", (4, "drafted", "ann"), (8, "closed", "ann"), (9, "reopened", "ann")),
        *thread("pull", "4", (6, "ready", "ann"), (5, "reviewed", "ben"), (7, "dismissed", "ben")),
    ]  # fmt: skip
    engine = mart({PULLS: pulls, THREAD_EVENTS: events})
    rows = engine.rows(
        "select key, ready_at, first_review_at, approved_at, reopened from pulls order by key"
    )
    assert rows == [
        ("1", at(0), at(3), at(9), 0),
        ("2", at(0), None, None, 1),
        ("3", None, None, None, 0),
        ("4", at(6), at(5), None, 0),
    ]
    own = engine.rows("select what from reviews where person_id = author_id")
    assert own == [("commented",)]


def test_a_week_counts_what_is_open_at_its_end(mart: Building) -> None:
    day = 24.0
    pulls = [
        asked("closed on Sunday", 0, 6 * day),
        asked("closed on Monday", 0, 7 * day),
        asked("open", 8 * day, updated_at=at(22 * day)),
    ]
    engine = mart({PULLS: pulls})
    rows = engine.rows("select key, cast(week as varchar) from pull_weeks order by key, week")
    assert rows == [
        ("closed on Monday", "2026-01-05"),
        ("open", "2026-01-12"),
        ("open", "2026-01-19"),
    ]


def test_an_answer_is_somebody_else_s(mart: Building) -> None:
    events = [
        *thread("issue", "1", (0, "opened", "ann"), (1, "commented", "ann"),
                (2, "commented", "renovate[bot]"), (9, "commented", "ben")),
        *thread("issue", "2", (0, "opened", "ann"), (3, "closed", "cem"), (5, "reopened", "ann"),
                (8, "closed", "ann")),
        *thread("issue", "3", (0, "opened", ""), (4, "closed", "stale[bot]")),
    ]  # fmt: skip
    engine = mart({THREAD_EVENTS: events})
    rows = engine.rows("select key, answered_at, closed_at, actor from questions order by key")
    assert rows == [
        ("1", at(9), None, "human"), ("2", at(3), at(3), "human"), ("3", None, at(4), None),
    ]  # fmt: skip
    rows = engine.rows("select key, closed_at, reopened_at, actor from closings order by closed_at")
    assert rows == [
        ("2", at(3), at(5), "human"), ("3", at(4), None, "bot"), ("2", at(8), None, "human"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("pauses", "silent_days", "told"),
    [
        ([2, 3, 2], 27, False),  # four weeks are not over
        ([2, 3, 2], 29, True),
        ([2, 20, 2], 39, False),  # a pause of nearly the double is usual here
        ([2, 20, 2], 41, True),
        ([], 29, True),
    ],
)
def test_deployments_that_nobody_tells_any_more_are_a_silence(
    mart: Building, pauses: list[int], silent_days: int, told: bool
) -> None:
    days = [sum(pauses[:nr]) for nr in range(len(pauses) + 1)]
    rows = [row for nr, day in enumerate(days) for row in deployed(f"d{nr}", 24 * day, "success")]
    last = at(24 * days[-1])
    news = {"thread": "issue", "key": "1", "event_id": "e", "what": "opened", "name": "ann",
            "email": mail("ann"), "happened_at": last + timedelta(days=silent_days)}  # fmt: skip
    engine = mart({DEPLOYMENTS: rows, THREAD_EVENTS: [news]})
    (until,) = engine.rows("select deploys_until from hosts")
    assert until == (last if told else None,)
