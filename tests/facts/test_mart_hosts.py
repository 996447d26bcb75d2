"""What a host told, joined with its repository: every merge linked, every time as it was."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.traced_work import read_work
from groundplan.terms.progress import Silent
from tests.organisations import HOUR, TEAM, Organisation, address, reading
from tests.sources.github.githubs import SOURCE
from tests.sources.gitlab.gitlab_world import build_world
from tests.sources.gitlab.gitlabs import Place
from tests.sources.http_server import serving

WEEKS = 30


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    return Organisation(tmp_path_factory.mktemp("org") / "engine", WEEKS)


@pytest.fixture(scope="module")
def mart(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDB]:
    with reading(organisation, tmp_path_factory.mktemp("hosts") / "workspace") as workspace:
        yield workspace.context().mart


def test_every_merged_pull_request_is_linked_to_what_it_left(
    mart: DuckDB, organisation: Organisation
) -> None:
    found: dict[int, tuple[str, set[str]]] = {}
    for key, method, commit in mart.rows("select key, method, commit_id from pull_landings"):
        found.setdefault(int(key), (method, set()))[1].add(commit)
    assert found == {m.number: (m.method, set(m.landed)) for m in organisation.made}
    (host,) = mart.rows("select source, repo, pulls, merged, linked, deploys from hosts")
    count = len(organisation.made)
    assert host == (SOURCE, "engine", count + WEEKS, count, count, "deployment")


def test_logins_are_whoever_writes_their_commits(mart: DuckDB, organisation: Organisation) -> None:
    """No name and no address of a commit says its author's login."""
    whose = dict(mart.rows("select name, person_id from accounts where email like '%@users.%'"))
    people = dict(mart.rows("select email, person_id from accounts where email like '%@mail.%'"))
    assert {login: whose[login] for login in TEAM} == {
        login: people[address(login).rpartition("<")[2].rstrip(">")] for login in TEAM
    }
    reasons = mart.rows("select reason, certainty, applied from identity_merges")
    assert len(reasons) == len(TEAM)
    for reason, certainty, applied in reasons:
        assert "commits in pull requests" in reason
        assert (certainty, applied) == ("likely", True)
    assert mart.rows("select actor from people where name = 'renovate[bot]'") == [("bot",)]


def test_a_deployment_is_its_authors_whoever_pressed_the_button(mart: DuckDB) -> None:
    assert mart.rows("select distinct actor from deployments") == [("bot",)]
    behind = (
        "select p.key from pulls p join deployments d on d.finished_at = p.deployed_at "
        "join deployment_people w on w.source = d.source and w.deployment_id = d.deployment_id "
        "and w.person_id = p.person_id"
    )
    (count,) = mart.rows("select count(*) from pulls where deployed_at is not null")
    assert count[0] > 150
    assert len(set(mart.rows(behind))) == count[0]


def test_times_of_a_pull_request_are_those_that_the_host_told(
    mart: DuckDB, organisation: Organisation
) -> None:
    rows = mart.rows(
        "select created_at, first_commit_at, first_review_at, approved_at, merged_at, deployed_at, "
        "area, actor from pulls where state = 'merged' order by cast(key as integer)"
    )
    successes = [
        (node["databaseId"] // 10, datetime.fromisoformat(status["createdAt"]))
        for node in organisation.world.deployments
        for status in node["statuses"]["nodes"]
        if status["state"] == "SUCCESS"
    ]
    begin = min(datetime.fromisoformat(d["createdAt"]) for d in organisation.world.deployments)
    for made, row in zip(organisation.made, rows, strict=True):
        opened = made.opened
        times = [opened, opened - 4 * HOUR, opened + 2 * HOUR, opened + 5 * HOUR, made.merged]
        holding = [at for number, at in successes if number >= made.number]
        times.append(min(holding))
        told = [at.replace(tzinfo=None) for at in times]
        if made.merged < begin:  # before the first deployment that is told nothing is known
            told[-1] = None
        assert row == (*told, ("core", "store", "api")[made.number % 3], "human"), made


def test_merge_requests_of_gitlab_are_pull_requests_too(tmp_path: Path) -> None:
    world, place = build_world(), Place(tmp_path / "workspace")
    with serving(world.answer, clock=place.clock) as server:
        place.read(server)
    place.close()
    workspace = Workspace(tmp_path / "workspace", Silent())
    mart = workspace.context().mart
    merged = sum(one["state"] == "merged" for one in world.merges)
    (told,) = mart.rows(
        "select count(*), count(first_commit_at), count(first_review_at), count(approved_at) "
        "from pulls where state = 'merged'"
    )
    assert told == (merged, merged, merged, merged)
    hosts = mart.rows("select source, repo, merged, linked, deploys from hosts")
    (source,) = workspace.repos()  # nothing is cloned: what the host tells is all there is
    assert hosts == [(source, None, merged, 0, "deployment")]
    assert mart.rows("select commits > 0, as_of is not null from repos") == [(True, True)]
    workspace.close()


def test_labels_and_issues_of_a_pull_request_are_its_commits_own(
    organisation: Organisation, tmp_path: Path
) -> None:
    told = next(node for node in organisation.world.pulls if node["number"] == 7)
    before = dict(told)
    told.update(
        labels={"nodes": [{"name": "Bug"}, {"name": "Area: Store"}]},
        closingIssuesReferences={"nodes": [{"number": 211}]},
    )
    try:
        with reading(organisation, tmp_path / "workspace") as workspace:
            mart = workspace.context().mart
            since, until = datetime(2023, 12, 1), datetime(2025, 1, 1)
            works = read_work(mart, workspace.repos(), {""}, since, until)
    finally:
        told.clear()
        told.update(before)
    made = next(one for one in organisation.made if one.number == 7)
    by_id = {work.work.rpartition(":")[2]: work for work in works}
    landed = [by_id[commit] for commit in made.landed if commit in by_id]
    assert landed
    for work in landed:
        assert work.labels == ("area: store", "bug")
        assert (work.sign, "211" in work.keys) == ("fix", True)
    other = next(one for one in organisation.made if one.number == 9)
    unlabelled = [by_id[commit] for commit in other.landed if commit in by_id]
    assert all(work.labels == ("feature",) and work.sign == "feature" for work in unlabelled)
