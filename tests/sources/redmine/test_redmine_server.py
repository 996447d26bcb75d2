"""A real Redmine: what a reading brings is what the server says, after each step of a team's life.

Slower than the others, and only where Redmine is installed: `make redmine`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from groundplan.facts.host_sql import HELD
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.http.secrets import Secret
from groundplan.sources.http.sync import Synced
from groundplan.sources.redmine.fetch import connect, show_token
from groundplan.terms.progress import Silent
from tests.sources.http_server import Clock
from tests.sources.redmine.redmines import Redmine, Team, find_redmine, running
from tests.sources.stores import Stores

ITEMS = HOLDING.format(relation="{item_events}")

pytestmark = [
    pytest.mark.skipif(not find_redmine(), reason="Redmine is not installed: make redmine"),
    pytest.mark.xdist_group("redmine"),
]


def read(place: Stores, redmine: Redmine) -> tuple[Synced, int]:
    place.clock.time = datetime.now(UTC)
    source = connect("engine", show_token(Secret(redmine.reader)), Silent(), api=redmine.base)
    return place.run(source), source.client.requests


def test_a_team_is_followed_on_a_real_server(tmp_path: Path) -> None:
    with running(tmp_path) as redmine:
        team, folder = Team(redmine), tmp_path / "workspace"
        folder.mkdir()
        place = Stores(folder, Clock())
        team.live(50)
        assert read(place, redmine)[0].rejected == 0
        compare(place, redmine, team)
        again, requests = read(place, redmine)
        assert again.replies == 0
        assert requests <= 9
        team.go_on()
        assert read(place, redmine)[0].rejected == 0
        compare(place, redmine, team)
        assert read(place, redmine)[0].replies == 0
        place.close()


def compare(place: Stores, redmine: Redmine, team: Team) -> None:
    """What the facts say of each issue is what the server says, asked in another way."""
    listed = _issues(redmine, team)
    told = place.rows(
        "with last as (select item_id, max_by(value, (happened_at, nr)) as state from "
        f"({ITEMS}) where what = 'moved' group by 1), gone as (select item_id from ({ITEMS}) "
        "where what = 'deleted') select item_id, state from last anti join gone using (item_id)"
    )
    assert dict(told) == {str(one["id"]): one["status"]["name"] for one in listed}
    hours = dict(place.rows(f"select key, sum(hours) from ({HELD['worklogs']}) group by 1"))
    spent = {str(one["id"]): one["spent_hours"] for one in listed if one["spent_hours"]}
    assert hours == spent
    relations = place.rows(f"select distinct link_id from ({HELD['item_links']})")
    assert {row[0] for row in relations} == {
        str(each["id"]) for one in listed for each in one.get("relations", ())
    }


def _issues(redmine: Redmine, team: Team) -> list[dict[str, Any]]:
    alive = []
    for number in team.numbers:
        found = redmine.find(f"issues/{number}", include="relations")
        if found is not None and found["project"]["id"] == team.project:
            alive.append(found)
    return alive
