"""Numbers of a code host under a scope: for a team they need the people that every number needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from groundplan.access import local_scope
from groundplan.bootstrap.workspace import Workspace
from groundplan.signals.catalogue import discover
from groundplan.signals.groups import Group, Groups, Span
from groundplan.signals.measure import measure
from groundplan.signals.signal import Reading
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.scope import Scope
from tests.organisations import TEAM, Organisation, reading

HOSTED = (
    "lead_time", "pickup_time", "review_time", "review_load", "review_concentration",
    "pulls_in_progress", "reopen_rate", "deployment_frequency", "change_failures",
    "recovery_time", "first_answer",
)  # fmt: skip
SIGNALS = {signal.name: signal for signal in discover() if signal.name in HOSTED}
FOUNDED = date(2023, 12, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    made = Organisation(tmp_path_factory.mktemp("org") / "engine", 40)
    with reading(made, tmp_path_factory.mktemp("w") / "workspace") as opened:
        yield opened


def ask(workspace: Workspace, name: str, members: tuple[str, ...], team: str = "") -> Reading:
    context, repos = workspace.context(), tuple(workspace.repos())
    people = dict(context.mart.rows("select name, person_id from accounts"))
    spans = tuple(Span(people[who], who, FOUNDED, date.max) for who in members)
    groups = Groups(repos, (Group("t", FOUNDED, spans),))
    scope: Scope = replace(local_scope(repos), team=team)
    return measure(context.mart.cursor(), SIGNALS[name], scope, context.as_of, 1, groups)


def test_all_of_them_are_here() -> None:
    assert set(SIGNALS) == set(HOSTED)
    assert all(signal.about_people for signal in SIGNALS.values())


@pytest.mark.parametrize("name", HOSTED)
def test_four_people_read_nothing_of_themselves(workspace: Workspace, name: str) -> None:
    withheld = ask(workspace, name, TEAM[:4], "t")
    assert isinstance(withheld.now, Unknown)
    assert withheld.series == ()
    assert withheld.rows == withheld.people == 0


@pytest.mark.parametrize("name", HOSTED)
def test_a_whole_team_may_read_what_nobody_dominates(workspace: Workspace, name: str) -> None:
    told = ask(workspace, name, TEAM, "t")
    if isinstance(told.now, Estimate):
        assert told.people >= 5
    else:
        assert told.now.of in ("people", "reviewer-weeks", "closings", "issues", "failures")


def test_lead_time_of_a_team_is_that_of_its_members(workspace: Workspace) -> None:
    told = ask(workspace, "lead_time", TEAM, "t")
    assert isinstance(told.now, Estimate)
    assert told.now.value == pytest.approx(28 + 1 / 6)


def test_numbers_of_a_host_end_where_the_facts_end(workspace: Workspace) -> None:
    context = workspace.context()
    scope = local_scope(workspace.repos())
    early = datetime(2024, 4, 1, tzinfo=UTC)
    past = measure(context.mart.cursor(), SIGNALS["pickup_time"], scope, early, 1)
    assert past.window.end_on <= early.date()
