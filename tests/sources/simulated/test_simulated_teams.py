"""Simulated teams: calendars, people, items and changes, and effects that are found again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.sources.simulated.calendars import make_calendar
from groundplan.sources.simulated.effects import (
    CYCLE_TIME,
    FIXES,
    PACE,
    REVIEW_TIME,
    Planted,
    multiply,
    read_effect,
)
from groundplan.sources.simulated.items import BUG, SORTS
from groundplan.sources.simulated.simulation import Team, simulate
from groundplan.sources.simulated.worlds import World
from groundplan.terms.errors import BadInput

WORLD = World()
CALENDAR = make_calendar(WORLD)


@pytest.mark.parametrize(
    ("text", "effect"),
    [
        ("no-meeting-day:+20%@week 26", Planted("no-meeting-day", PACE, 0.2, 26)),
        ("Pairing: -12.5% cycle-time @ week 40", Planted("Pairing", CYCLE_TIME, -0.125, 40)),
        (
            "x: +100% fixes @ week 3 in team-b, team-a over 4 weeks",
            Planted("x", FIXES, 1.0, 3, ("team-b", "team-a"), 4),
        ),
        ("x:+5%review-time@week 9 over 1 week", Planted("x", REVIEW_TIME, 0.05, 9, (), 1)),
    ],
)
def test_effects_are_read_as_people_write_them(text: str, effect: Planted) -> None:
    assert read_effect(text) == effect


@pytest.mark.parametrize(
    "text", ["", "x", "x: 20% @ week 3", "x: +20 @ week 3", "x: +20% @ 3", ": +20% @ week 3"]
)
def test_what_is_no_effect_is_answered_with_how_to_write_one(text: str) -> None:
    with pytest.raises(BadInput, match="@ week 26"):
        read_effect(text)


@pytest.mark.parametrize(
    "effect",
    [
        Planted("x", "happiness", 0.2, 26),
        Planted("x", PACE, -0.95, 26),
        Planted("x", PACE, 0.2, 0),
        Planted("x", PACE, 0.2, 104),
        Planted("x", PACE, 0.2, 26, ("team-b",)),
    ],
)
def test_effects_that_the_world_cannot_have(effect: Planted) -> None:
    with pytest.raises(BadInput):
        World(effects=(effect,))


def test_effects_grow_in_equal_steps_and_only_where_they_are() -> None:
    effects = (Planted("x", PACE, 0.21, 2, ("team-a",), 1), Planted("y", PACE, -0.5, 4))
    weeks = np.arange(-1.0, 6.0)
    np.testing.assert_allclose(
        multiply(effects, PACE, "team-a", weeks), [1, 1, 1, 1.1, 1.21, 0.605, 0.605]
    )
    np.testing.assert_allclose(multiply(effects, PACE, "team-b", weeks), [1, 1, 1, 1, 1, 0.5, 0.5])
    np.testing.assert_allclose(multiply(effects, FIXES, "team-a", weeks), np.ones(7))


def test_holidays_are_no_working_days() -> None:
    day = {
        WORLD.starts_on + timedelta(days=int(nr)): bool(works)
        for nr, works in zip(CALENDAR.days, CALENDAR.workdays, strict=True)
    }
    for holiday in (date(2024, 3, 29), date(2024, 4, 1), date(2025, 4, 21), date(2024, 12, 25)):
        assert not day[holiday]
    assert day[date(2024, 3, 28)] and not day[date(2024, 3, 30)]


@given(st.floats(0, CALENDAR.reached[-1] - 1, allow_nan=False))
def test_work_and_time_are_each_other_s_inverse(work: float) -> None:
    times = CALENDAR.time_of(np.array([work]))
    np.testing.assert_allclose(CALENDAR.work_of(times), [work], atol=1e-6)
    day = int(np.floor(times[0])) - CALENDAR.first
    assert CALENDAR.workdays[day]


@pytest.fixture(scope="module")
def team() -> Team:
    return simulate(WORLD, 7).teams[0]


def test_things_happen_in_order(team: Team) -> None:
    items, last = team.items, 7 * WORLD.weeks
    assert (items.created <= items.started + 1e-9).all()
    assert (items.started <= items.ended).all() and (items.ended <= items.landed + 1e-9).all()
    assert (np.diff(items.created) >= 0).all() and (items.created < last).all()
    landed = [change.landed for change in team.changes]
    assert landed == sorted(landed) and landed[0] >= 0 and landed[-1] < last
    for change in team.changes:
        assert list(change.times) == sorted(change.times)
        assert change.times[0] >= 0 and change.times[-1] <= change.landed


def test_people_write_only_while_they_are_there(team: Team) -> None:
    for change in team.changes:
        for at, author in zip(change.times, change.authors, strict=True):
            who = team.people[author]
            assert who.joins <= at + 1 and at < who.leaves + 1
    assert 6 <= np.mean([sum(one.joins <= day < one.leaves for one in team.people)
                         for day in range(7 * WORLD.weeks)]) <= WORLD.people  # fmt: skip


def test_some_work_waits_some_is_under_way_some_was_given_up(team: Team) -> None:
    items, last = team.items, 7 * WORLD.weeks
    assert ((items.started > last) & ~items.given_up).sum() > 10
    assert ((items.started < last) & (items.landed > last) & ~items.given_up).sum() > 1
    assert 0.03 < items.given_up.mean() < 0.12


def test_few_write_on_days_off(team: Team) -> None:
    days = np.floor([at for change in team.changes for at in change.times]) % 7
    assert 0.005 < np.mean(days >= 5) < 0.09


def test_an_effect_or_a_team_more_leaves_the_others_as_they_are() -> None:
    plain = simulate(World(teams=2, weeks=30), 3)
    effects = (Planted("x", PACE, 1.0, 10, ("team-b",)),)
    planted = simulate(World(teams=2, weeks=30, effects=effects), 3)
    assert plain.teams[0].changes == planted.teams[0].changes
    assert plain.teams[1].changes != planted.teams[1].changes
    alone = simulate(World(teams=1, weeks=30), 3)
    assert alone.truth["teams"] == plain.truth["teams"][:1]
    assert alone.teams[0].changes == plain.teams[0].changes


def commits_a_week(team: Team) -> tuple[float, float]:
    weeks = np.floor([at for change in team.changes for at in change.times]) // 7
    return float(np.sum(weeks < 52)), float(np.sum((weeks >= 52) & (weeks < 104)))


def share_of_fixes(team: Team) -> tuple[float, float]:
    week, fixes = np.floor(team.items.started / 7), team.items.sort == SORTS.index(BUG)
    return float(fixes[(week >= 0) & (week < 52)].mean()), float(fixes[week >= 52].mean())


def geometric_days(team: Team) -> tuple[float, float]:
    items, week = team.items, np.floor(team.items.started / 7)
    days = CALENDAR.work_of(items.landed) - CALENDAR.work_of(items.started)
    done = ~items.given_up & (days > 0) & (week < 96)
    before, after = done & (week >= 0) & (week < 52), done & (week >= 52)
    return float(np.exp(np.log(days[before]).mean())), float(np.exp(np.log(days[after]).mean()))


@pytest.mark.parametrize(
    ("outcome", "change", "measure"),
    [
        (PACE, 0.0, commits_a_week),
        (PACE, 0.4, commits_a_week),
        (FIXES, -0.3, share_of_fixes),
        (CYCLE_TIME, -0.3, geometric_days),
    ],
)
def test_a_plain_difference_finds_what_was_planted_in_teams(
    outcome: str, change: float, measure: Callable[[Team], tuple[float, float]]
) -> None:
    effects = (Planted("planted", outcome, change, 52),)
    world = replace(WORLD, effects=effects)
    halves = np.array([measure(simulate(world, seed).teams[0]) for seed in range(40)])
    found = np.log(halves[:, 1] / halves[:, 0])
    error = found.std() / np.sqrt(len(found))
    assert abs(found.mean() - np.log1p(change)) < 4 * error
    assert error < 0.06


@pytest.mark.parametrize(
    "settings",
    [{"teams": 0}, {"teams": 27}, {"people": 0}, {"weeks": 3}, {"starts_on": date(2024, 1, 2)}],
)
def test_worlds_that_cannot_be(settings: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        World(**settings)
