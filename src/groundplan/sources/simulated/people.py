"""Who is on a simulated team and when: people join, learn, take days off and leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.sources.simulated.calendars import Calendar, draw_own_days
from groundplan.sources.simulated.worlds import World

AREAS: Final = 8  # of each team's code
GAP_WEEKS: Final = (3, 11)  # until a seat is filled again
LEARNING_WEEKS: Final = 12  # until somebody works at their usual pace
FIRST_PACE: Final = 0.3  # of the usual one, in the first week
EARLIER_WEEKS: Final = 104  # of coming and going before the world, so that it begins settled
SPECIALISED: Final = 0.35  # of a Dirichlet draw: the smaller, the fewer areas somebody works in


@dataclass(frozen=True, slots=True)
class Engineer:
    """Somebody who never was.

    joins, leaves: days from the world's beginning; leaves is the first day without them.
    works: on which days of the calendar, shape (n,). begins: items begun on each day at the team's
    usual pace, shape (n,). early_hours: by how much their day is shifted. areas: how often they
    work in each, shape (AREAS,), sum 1.
    """

    name: str
    email: str
    joins: int
    leaves: int
    zone_minutes: int
    early_hours: float
    works: np.ndarray
    begins: Floats
    areas: Floats


def draw_team(
    world: World, calendar: Calendar, next_nr: int, rng: np.random.Generator
) -> tuple[Engineer, ...]:
    """Everybody who was on a team at some time, in the order of their seats.

    next_nr: the number of the first of them.
    """
    people: list[Engineer] = []
    for _ in range(world.people):
        for joins, leaves in _stays(world, calendar, rng):
            people.append(
                _draw_engineer(world, calendar, next_nr + len(people), joins, leaves, rng)
            )
    return tuple(people)


def _stays(world: World, calendar: Calendar, rng: np.random.Generator) -> list[tuple[int, int]]:
    """When a seat was taken, from when to when; only stays that the calendar sees."""
    end = int(calendar.days[-1]) + 1
    at = calendar.first - 7 * EARLIER_WEEKS
    found = []
    while at < end:
        weeks = rng.exponential(52 / world.turnover) if world.turnover else np.inf
        leaves = end + 7 if at + 7 * weeks > end else at + 7 * max(int(weeks), 1)
        if leaves > calendar.first:
            found.append((at, leaves))
        at = leaves + 7 * int(rng.integers(*GAP_WEEKS))
    return found


def _draw_engineer(
    world: World, calendar: Calendar, nr: int, joins: int, leaves: int, rng: np.random.Generator
) -> Engineer:
    days = calendar.days
    there = (days >= joins) & (days < leaves)
    works = draw_own_days(calendar, rng) & there
    learnt = np.clip((days - joins) / (7 * LEARNING_WEEKS), 0, 1)
    own_pace = np.exp(world.people_sd * rng.standard_normal() - world.people_sd**2 / 2)
    usual = world.items_a_week / 5 * own_pace
    return Engineer(
        name=f"Engineer {nr:02}",
        email=f"engineer-{nr:02}@example.com",
        joins=joins,
        leaves=leaves,
        zone_minutes=60 * int(rng.integers(0, 3)),
        early_hours=float(rng.normal(0, 0.8)),
        works=works,
        begins=usual * works * (FIRST_PACE + (1 - FIRST_PACE) * learnt),
        areas=rng.dirichlet(np.full(AREAS, SPECIALISED)),
    )
