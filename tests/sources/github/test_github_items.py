"""From GitHub's issues to the items that forecasts are made of, with the people behind them."""

from __future__ import annotations

from pathlib import Path

from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.trackers import list_trackers, read_tracker
from groundplan.terms.progress import Silent
from tests.histories import BEN, History
from tests.sources.github.github_builder import build_world
from tests.sources.github.githubs import SOURCE, Place
from tests.sources.http_server import BEGIN, serving


def test_issues_are_items_of_the_mart_and_logins_are_people(tmp_path: Path) -> None:
    world = build_world(pulls=5, issues=60, runs=0)
    history = History(tmp_path / "repo")
    history.commit({"a": "1"}, "Begin", by=BEN, at=BEGIN)
    hidden = "Ben Example <101+ben@users.noreply.github.com>"
    history.commit({"a": "2"}, "Go on", by=hidden, at=BEGIN)
    place = Place(tmp_path / "workspace")
    with serving(world.answer, clock=place.clock) as server:
        place.sync(server)
    place.close()
    workspace = Workspace(tmp_path / "workspace", Silent())
    workspace.read_names(history.path)
    mart = workspace.context().mart
    assert workspace.repos() == ["repo"]
    assert list_trackers(mart, [""]) == [SOURCE]
    tracker = read_tracker(mart, SOURCE, [""], BEGIN)
    closed = sum(issue["state"] == "CLOSED" for issue in world.issues)
    assert len(tracker.done) == closed
    assert tracker.waiting("all") == 60 - closed
    assert tracker.name == "github-ann-engine"
    (people,) = mart.rows(
        "select count(distinct i.person_id), count(distinct a.email) from items i "
        "join accounts a using (person_id) where a.name in ('ben', 'Ben Example')"
    )
    assert people == (1, 2)  # the login with its hidden address is who commits with either
    workspace.close()
