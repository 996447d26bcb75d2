"""Who may see what, from the roster of a day: every relation, every condition."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.access import (
    LOCAL_VIEWER,
    WORKSPACE,
    home_team,
    keeps_roster,
    local_scope,
    may_erase,
    may_read,
    scope_of,
)
from groundplan.records.journal import Entry, Visibility
from groundplan.records.roster import Colleague, Membership, Roster, Team
from groundplan.terms.errors import NotFound
from groundplan.terms.scope import Role, Scope
from tests.journals import NOON

TODAY = date(2026, 1, 5)
REPOS = ("r",)
TEAMS = {
    "outer": Team("outer", "Outer"),
    "inner": Team("inner", "Inner", "outer"),
    "other": Team("other", "Other"),
}
PLACES = {
    "engineer": ("inner", Role.ENGINEER),
    "mate": ("inner", Role.ENGINEER),
    "lead": ("inner", Role.LEAD),
    "above": ("outer", Role.LEAD),
    "elsewhere": ("other", Role.LEAD),
    "partner": ("inner", Role.PARTNER),
    "admin": ("", Role.ADMIN),
    "head": ("", Role.LEAD),
}
ROSTER = Roster(
    people={name: Colleague(name, name) for name in PLACES},
    teams=TEAMS,
    memberships=tuple(
        Membership(name, team, role, date(2025, 1, 1), number=nr)
        for nr, (name, (team, role)) in enumerate(PLACES.items())
    ),
)


def scope(viewer: str, team: str | None = None, roster: Roster = ROSTER) -> Scope:
    return scope_of(roster, viewer, TODAY, REPOS, PLACES[viewer][0] if team is None else team)


def entry(owner: str, team: str, visibility: Visibility) -> Entry:
    return Entry(1, "s", 1, "k", 1, NOON, owner, owner, team, visibility, {}, "")


@pytest.mark.parametrize(
    ("viewer", "team", "role", "teams"),
    [
        ("engineer", "inner", Role.ENGINEER, {"", "inner"}),
        ("engineer", "", Role.ENGINEER, {"", "inner"}),
        ("lead", "inner", Role.LEAD, {"", "inner"}),
        ("lead", "", Role.ENGINEER, {"", "inner"}),
        ("above", "outer", Role.LEAD, {"", "outer", "inner"}),
        ("above", "inner", Role.LEAD, {"", "inner"}),
        ("head", "", Role.LEAD, {"", "outer", "inner", "other"}),
        ("head", "other", Role.LEAD, {"", "other"}),
        ("admin", "", Role.ADMIN, {""}),
        ("partner", "inner", Role.PARTNER, {"", "inner"}),
        ("partner", "", Role.PARTNER, {"", "inner"}),
    ],
)
def test_what_somebody_is_where(viewer: str, team: str, role: Role, teams: set[str]) -> None:
    found = scope(viewer, team)
    assert (found.role, found.viewer, found.team, found.teams) == (role, viewer, team, teams)
    assert found.floor == 5


@pytest.mark.parametrize(
    ("viewer", "team"),
    [
        ("engineer", "outer"),
        ("engineer", "other"),
        ("lead", "outer"),
        ("elsewhere", "inner"),
        ("partner", "outer"),
        ("admin", "inner"),
        ("stranger", ""),
        ("stranger", "inner"),
        ("", ""),
        (LOCAL_VIEWER, ""),
        (WORKSPACE, ""),
    ],
)
def test_a_team_without_a_place_looks_like_none(viewer: str, team: str) -> None:
    with pytest.raises(NotFound) as denied:
        scope_of(ROSTER, viewer, TODAY, REPOS, team)
    with pytest.raises(NotFound) as missing:
        scope_of(ROSTER, viewer, TODAY, REPOS, "there is no such team")
    assert str(denied.value) == str(missing.value)


def test_a_place_that_ended_is_none_and_one_to_come_is_none_yet() -> None:
    for since, until in ((TODAY - timedelta(9), TODAY), (TODAY + timedelta(1), None)):
        places = (Membership("engineer", "inner", Role.ENGINEER, since, until),)
        with pytest.raises(NotFound):
            scope("engineer", "", dataclasses.replace(ROSTER, memberships=places))


def test_whoever_was_erased_from_the_roster_is_nobody() -> None:
    people = {name: who for name, who in ROSTER.people.items() if name != "engineer"}
    with pytest.raises(NotFound):
        scope("engineer", roster=dataclasses.replace(ROSTER, people=people))


@pytest.mark.parametrize("viewer", PLACES)
def test_a_partner_has_no_facts_and_an_admin_no_more_than_an_engineer(viewer: str) -> None:
    found, engineer = scope(viewer), scope("engineer")
    partner = viewer == "partner"
    assert found.repos == (() if partner else REPOS)
    assert found.sees_experts is not partner
    assert found.floor == engineer.floor
    if viewer == "admin":
        assert (found.repos, found.sees_experts) == (engineer.repos, engineer.sees_experts)
        assert found.teams <= engineer.teams


SEES = {  # whose words of the engineer in the inner team each viewer reads
    "engineer": {"private", "team", "partners"},
    "mate": {"team", "partners"},
    "lead": {"team", "partners"},
    "above": {"team", "partners"},
    "elsewhere": {"partners"},
    "partner": {"partners"},
    "admin": {"partners"},
    "head": {"team", "partners"},
}


@pytest.mark.parametrize("viewer", PLACES)
def test_whose_words_are_read(viewer: str) -> None:
    seen = {v for v in Visibility if may_read(scope(viewer), entry("engineer", "inner", v))}
    assert seen == SEES[viewer]


def test_a_partner_reads_what_was_published_to_their_team_only() -> None:
    published = entry("elsewhere", "other", Visibility.PARTNERS)
    assert not may_read(scope("partner"), published)
    assert may_read(scope("partner"), entry("head", "", Visibility.PARTNERS))


@given(st.sampled_from(sorted(PLACES)), st.sampled_from(["", *TEAMS]), st.sampled_from(Visibility))
def test_private_words_are_their_owners_alone(
    viewer: str, team: str, visibility: Visibility
) -> None:
    for owner in PLACES:
        found = may_read(scope(viewer), entry(owner, team, visibility))
        assert found or owner != viewer
        if visibility is Visibility.PRIVATE:
            assert found is (owner == viewer)


def test_erased_words_are_nobodys() -> None:
    gone = dataclasses.replace(entry("engineer", "inner", Visibility.TEAM), by="", owner="")
    assert not any(may_read(scope(viewer), gone) for viewer in PLACES)
    assert not may_read(local_scope(REPOS), gone)


def test_who_keeps_the_roster() -> None:
    kept = {
        viewer: {team for team in ("", *TEAMS) if keeps_roster(scope(viewer), team)}
        for viewer in PLACES
    }
    assert {viewer: teams for viewer, teams in kept.items() if teams} == {
        "lead": {"inner"},
        "above": {"outer", "inner"},
        "elsewhere": {"other"},
        "admin": {"", *TEAMS},
        "head": {"", *TEAMS},
    }


def test_who_erases_whom() -> None:
    everybody = {*PLACES, WORKSPACE}
    erased = {v: {p for p in everybody if may_erase(scope(v), p)} for v in PLACES}
    assert erased == {v: {v} for v in PLACES} | {"admin": set(PLACES)}
    assert not may_erase(local_scope(REPOS), WORKSPACE)
    assert may_erase(local_scope(REPOS), "engineer")


def test_home_is_the_team_of_the_longest_stay() -> None:
    later = Membership("engineer", "other", Role.LEAD, date(2025, 6, 1), number=99)
    roster = dataclasses.replace(ROSTER, memberships=(later, *ROSTER.memberships))
    assert home_team(roster, "engineer", TODAY) == "inner"
    assert home_team(roster, "admin", TODAY) == ""
    assert home_team(roster, "stranger", TODAY) == ""
