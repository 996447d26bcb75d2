"""Differencing attacks on published groups: no combination may leave fewer people than the floor.

Small universes, every combination: by exact rank for any factors, and by brute force for +-1.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.suppression import (
    DOMINANCE,
    Contributions,
    Group,
    Stretch,
    is_safe,
    publish,
)
from tests.differencing import isolate


@dataclass(frozen=True)
class World:
    """Who was where: seen[step][person] is the amount, member[group][step][person]."""

    seen: np.ndarray
    member: np.ndarray
    known: tuple[float, ...]
    floor: int
    patience: int = 13

    def published(self, until: int | None = None) -> list[list[Stretch]]:
        """What a reader is shown at a time: no later step, no group that is not known yet."""
        steps = len(self.seen) if until is None else until
        step, person = np.nonzero(self.seen[:steps])
        given = Contributions(step, person, self.seen[step, person].astype(float), steps)
        groups = [
            Group(
                member[step, person],
                member[:steps].sum(axis=1) >= self.floor,
                known,
            )
            for member, known in zip(self.member, self.known, strict=True)
        ]
        there = [nr for nr, known in enumerate(self.known) if known <= steps]
        found = publish(given, [groups[nr] for nr in there], self.floor, self.patience)
        shown: list[list[Stretch]] = [[] for _ in self.known]
        for nr, stretches in zip(there, found, strict=True):
            shown[nr] = stretches
        return shown

    def cells(self, group: int, stretch: Stretch) -> np.ndarray:
        """Whose contributions, of which step, are in a published sum: shape (steps * people,)."""
        inside = np.zeros(self.seen.shape, dtype=np.int64)
        first, end = stretch
        inside[first:end] = (self.member[group] & (self.seen > 0))[first:end]
        # a team that is none for a while is not in its own numbers
        inside[self.member[group].sum(axis=1) < self.floor] = 0
        return inside.ravel()

    def sums(self) -> np.ndarray:
        """Every published sum, shape (sums, steps * people)."""
        rows = [
            self.cells(group, stretch)
            for group, stretches in enumerate(self.published())
            for stretch in stretches
        ]
        return np.array(rows, dtype=np.int64).reshape(len(rows), self.seen.size)


@st.composite
def worlds(draw: st.DrawFn, overlapping: bool = False) -> World:
    people, steps = draw(st.integers(6, 12)), draw(st.integers(1, 5))
    often = st.sampled_from([1, 1, 1, 1, 0, 2])
    busy = draw(st.lists(often, min_size=people * steps, max_size=people * steps))
    seen = np.array(busy).reshape(steps, people)
    floor = draw(st.sampled_from([3, 4]))
    everybody = np.ones((steps, people), dtype=bool)
    members = [everybody]
    for _ in range(draw(st.integers(1, 4))):
        outer = everybody if overlapping else draw(st.sampled_from(members))
        since = draw(st.lists(st.integers(-4, steps), min_size=people, max_size=people))
        stays = draw(st.lists(st.integers(2, 3 * steps), min_size=people, max_size=people))
        at = np.arange(steps)[:, None]
        own = (at >= np.array(since)) & (at < np.array(since) + np.array(stays))
        members.append(outer & own)
    known = [draw(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5])) for _ in members]
    known[0] = min(known)
    return World(seen, np.array(members), tuple(known), floor, draw(st.sampled_from([1, 2, 3, 13])))


def isolated(world: World) -> tuple[int, ...] | None:
    """Fewer people than the floor whom some combination of what is published shows."""
    steps, people = world.seen.shape
    return isolate(world.sums(), np.tile(np.arange(people), steps), world.floor)


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_no_combination_isolates_few_people_of_nested_groups(world: World) -> None:
    assert isolated(world) is None


@given(worlds(overlapping=True))
@settings(max_examples=150, deadline=None)
def test_no_combination_isolates_few_people_of_overlapping_groups(world: World) -> None:
    assert isolated(world) is None


@given(worlds(overlapping=True))
@settings(max_examples=150, deadline=None)
def test_adding_and_subtracting_reports_leaves_a_group(world: World) -> None:
    sums, people = world.sums()[:8], world.seen.shape[1]
    for signs in itertools.product((-1, 0, 1), repeat=len(sums)):
        left = (np.array(signs, dtype=np.int64) @ sums).reshape(-1, people)
        touched = int(left.any(axis=0).sum())
        assert touched == 0 or touched >= world.floor


@given(worlds(overlapping=True))
@settings(max_examples=200, deadline=None)
def test_an_earlier_report_is_a_part_of_every_later_one(world: World) -> None:
    """Somebody joins or leaves, a team is founded: what was shown stays, and nothing moves."""
    newest = world.published()
    for until in range(1, len(world.seen)):
        for group, stretches in enumerate(world.published(until)):
            if world.known[group] <= until:
                assert stretches == newest[group][: len(stretches)]


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_nobody_makes_most_of_what_is_published(world: World) -> None:
    for group, stretches in enumerate(world.published()):
        for stretch in stretches:
            cells = world.cells(group, stretch).reshape(world.seen.shape)
            amounts = np.sort((cells * world.seen).sum(axis=0))[::-1]
            for n, share in DOMINANCE:
                assert amounts[:n].sum() <= share * amounts.sum()


def test_the_attack_finds_who_is_left() -> None:
    sums = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0]])
    assert isolate(sums, np.arange(6), 2) == (5,)
    assert isolate(sums[:1], np.arange(6), 5) is None


def whole_weeks(members: list[set[int]], people: int, weeks: int) -> World:
    """Everybody and some groups, all at work in every week."""
    member = np.zeros((1 + len(members), weeks, people), dtype=bool)
    member[0] = True
    for nr, group in enumerate(members, start=1):
        member[nr][:, sorted(group)] = True
    return World(np.ones((weeks, people), int), member, (0.0,) * (1 + len(members)), 5)


def test_teams_that_cover_everybody_are_shown_and_the_whole_stands_back() -> None:
    everybody, one, two = whole_weeks([{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}], 10, 3).published()
    assert everybody == []
    assert one == two == [(0, 1), (1, 2), (2, 3)]


def test_the_whole_is_shown_with_enough_people_outside_the_teams() -> None:
    everybody, team = whole_weeks([{0, 1, 2, 3, 4}], 10, 2).published()
    assert everybody == team == [(0, 1), (1, 2)]


def test_a_parent_with_one_person_of_its_own_stands_back_behind_its_teams() -> None:
    parent, one, two = set(range(11)), {0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}
    assert [bool(found) for found in whole_weeks([parent, one, two], 30, 2).published()] == [
        True,
        False,
        True,
        True,
    ]


def test_a_team_of_four_takes_nothing_from_its_parent() -> None:
    shown = whole_weeks([{0, 1, 2, 3, 4, 5}, {0, 1, 2, 3}], 30, 2).published()
    assert [bool(found) for found in shown] == [True, True, False]


@pytest.mark.parametrize(("patience", "shown"), [(2, 4), (13, 0)])
def test_a_team_that_is_too_quiet_gives_its_people_back(patience: int, shown: int) -> None:
    world = whole_weeks([{0, 1, 2, 3, 4, 5, 6, 7, 8}, {0, 1, 2, 3, 4, 5}], 30, 4)
    world.seen[:, 3:6] = 0
    _, parent, team = replace(world, patience=patience).published()
    assert (len(parent), team) == (shown, [])


def test_two_teams_may_share_a_person() -> None:
    shown = whole_weeks([{0, 1, 2, 3, 4, 5}, {5, 6, 7, 8, 9}], 30, 2).published()
    assert all(shown)


def test_weeks_are_pooled_until_nobody_dominates() -> None:
    world = whole_weeks([], 6, 3)
    world.seen[0, 0] = 6  # more than half of the first week, not of the first two
    assert world.published() == [[(0, 2), (2, 3)]]


def test_a_team_founded_later_begins_where_it_betrays_nobody() -> None:
    """Six people and a team of five of them: the whole was shown before the team was there."""
    world = whole_weeks([{0, 1, 2, 3, 4}], 10, 6)
    world.seen[:3, 6:] = 0  # in the first weeks only one works outside the team-to-be
    late = World(world.seen, world.member, (0.0, 4.5), 5)
    everybody, team = late.published()
    assert everybody[:3] == [(0, 1), (1, 2), (2, 3)]
    assert team == [(3, 4), (4, 5), (5, 6)]


@pytest.mark.parametrize("known", [(0.0, 3.2, 3.8), (0.0, 3.8, 3.2)])
def test_of_two_teams_founded_later_the_first_one_counts_first(known: tuple[float, ...]) -> None:
    """Either would leave enough people outside; both would not."""
    world = whole_weeks([{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}], 14, 6)
    shown = World(world.seen, world.member, known, 5).published()
    assert shown[0] == [(0, 1), (1, 2), (2, 3)]
    assert len(shown[known.index(3.2)]) == 6
    assert shown[known.index(3.8)] == [(3, 4), (4, 5), (5, 6)]


def test_repositories_are_groups_too() -> None:
    """Ann alone works in the second repository: the first may not be shown beside both."""
    people, first = np.array([0, 1, 2, 3, 4, 5, 5]), np.array([True] * 6 + [False])
    given = Contributions(np.zeros(7, np.int64), people, np.ones(7), 1)
    always = np.ones(1, dtype=bool)
    both = Group(np.ones(7, dtype=bool), always, 0.0)
    shown = publish(given, [both, Group(first, always, 0.0), Group(~first, always, 0.0)], 5, 1)
    assert shown == [[], [(0, 1)], []]


@pytest.mark.parametrize(
    ("amounts", "safe"),
    [
        ([1, 1, 1, 1, 1], True),
        ([1, 1, 1, 1], False),
        ([4, 1, 1, 1, 1], True),
        ([5, 1, 1, 1, 1], False),
        ([5, 4, 1, 0, 0], False),
        ([0, 0, 0, 0, 0], True),
    ],
)
def test_what_a_group_is(amounts: list[float], safe: bool) -> None:
    assert is_safe(dict(enumerate(amounts)), 5) is safe
