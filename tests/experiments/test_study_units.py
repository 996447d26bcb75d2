"""Teams and repositories as units: whose changes are counted for which, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from groundplan.experiments.outcomes import OUTCOMES, Observed, observe
from groundplan.inference.panels.panel import NEVER
from groundplan.records.studies import Units
from groundplan.terms.errors import Refused
from tests.experiments.team import FIRST, TODAY, Team, nothing, open_team

SINCE = TODAY - timedelta(weeks=20)


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with open_team(tmp_path, people=12) as opened:
        yield opened


def look(team: Team, kind: Units, name: str = "throughput") -> Observed:
    return observe(team.context(team.here), team.here, OUTCOMES[name], kind, SINCE, TODAY)


def test_teams_are_those_of_the_roster_while_somebody_was_in_them(team: Team) -> None:
    team.today = FIRST
    ids = [team.enter("add_team", name=f"Team {nr}") for nr in range(2)]
    for nr, name in enumerate(team.people[:10]):
        email = f"{name.replace(' ', '').lower()}@example.com"
        person = team.enter("add", name=name, email="", team=ids[nr % 2], since=FIRST)
        team.enter("link", person=person, name=name, email=email)
    team.today = TODAY
    found = look(team, Units.TEAMS)
    assert sorted(found.units) == sorted(ids)
    for nr, unit in enumerate(ids):
        mine = [name for at, name in enumerate(team.people[:10]) if at % 2 == nr]
        assert found.people_of([unit]) == frozenset(mine)
        counted = team.mart.rows(
            "select count(*) from landings where landed_week >= :since "
            "and list_contains(:mine, person_id)", {"since": SINCE, "mine": mine},
        )  # fmt: skip
        assert np.nansum(found.values[found.units.index(unit)]) == counted[0][0]


def test_repositories_and_everybody_add_up(team: Team) -> None:
    total = np.nansum(look(team, Units.PEOPLE).values)
    assert look(team, Units.REPOSITORIES).units == ("r",)
    assert np.nansum(look(team, Units.REPOSITORIES).values) == total
    assert np.nansum(look(team, Units.EVERYBODY).values) == total


def test_medians_are_those_of_each_unit_and_week(team: Team) -> None:
    found = look(team, Units.PEOPLE, "time_to_merge")
    unit, week = found.units[3], found.weeks[7]
    rows = team.mart.rows(
        "select median(hours_between(first_authored_at, landed_at)) from landings "
        "where person_id = :unit and landed_week = :week", {"unit": unit, "week": week},
    )  # fmt: skip
    assert found.values[3, 7] == pytest.approx(rows[0][0])


def test_who_came_later_or_left_is_not_at_zero(team: Team) -> None:
    gone, new = team.people[0], team.people[1]
    leaves, comes = SINCE + timedelta(weeks=5), SINCE + timedelta(weeks=9)
    team.mart.execute(
        "delete from landings where (person_id = :gone and landed_week >= :leaves) "
        "or (person_id = :new and landed_week < :comes)",
        {"gone": gone, "leaves": leaves, "new": new, "comes": comes},
    )
    found = look(team, Units.PEOPLE)
    assert np.isnan(found.values[found.units.index(gone), 5:]).all()
    assert np.isnan(found.values[found.units.index(new), :9]).all()
    assert gone not in found.list_active()
    assert new in found.list_active()


def test_a_panel_begins_its_treatment_in_the_week_of_the_start(team: Team) -> None:
    found = look(team, Units.PEOPLE)
    starts: dict[str, date | None] = {
        team.people[2]: found.weeks[4], team.people[3]: found.weeks[4] + timedelta(days=3),
        team.people[4]: None, team.people[5]: TODAY + timedelta(weeks=2),
    }  # fmt: skip
    panel = found.as_panel(starts)
    assert dict(zip(panel.units, panel.treated_from.tolist(), strict=True)) == {
        team.people[2]: 4, team.people[3]: 4, team.people[4]: NEVER, team.people[5]: NEVER,
    }  # fmt: skip


def test_no_week_is_no_outcome(team: Team) -> None:
    with pytest.raises(Refused, match="no whole week"):
        observe(team.context(team.here), team.here, OUTCOMES["throughput"], Units.PEOPLE,
                TODAY, TODAY)  # fmt: skip
    team.pass_weeks(TODAY + timedelta(weeks=1), nothing)
    assert len(look(team, Units.PEOPLE).weeks) == 20
