"""Draws a whole world from one generator: repositories, trackers, and the truth about both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np

from groundplan import __version__
from groundplan.inference.arrays import Floats
from groundplan.sources.simulated import words
from groundplan.sources.simulated.calendars import Calendar, make_calendar
from groundplan.sources.simulated.changes import Change, draw_changes
from groundplan.sources.simulated.dice import Dice
from groundplan.sources.simulated.effects import OUTCOMES
from groundplan.sources.simulated.history import write_history
from groundplan.sources.simulated.items import Items, draw_items
from groundplan.sources.simulated.paces import draw_paces
from groundplan.sources.simulated.people import Engineer, draw_team
from groundplan.sources.simulated.tracker import write_items
from groundplan.sources.simulated.trees import Tree
from groundplan.sources.simulated.weeks import write_weeks
from groundplan.sources.simulated.worlds import RUN_IN_WEEKS, RUN_OUT_WEEKS, World

DIGITS: Final = 4  # of the paces in the truth file


@dataclass(frozen=True, slots=True)
class Team:
    """One simulated team. pace: its multiplier of the usual pace in each week, shape (weeks,)."""

    name: str
    people: tuple[Engineer, ...]
    areas: tuple[str, ...]
    items: Items
    changes: tuple[Change, ...]
    pace: Floats

    def history(self, world: World, rng: np.random.Generator) -> Iterator[bytes]:
        """Its repository, as `git fast-import` reads it."""
        dice = Dice(rng)
        there = [one for one in self.people if one.joins <= 0 < one.leaves] or self.people[:1]
        owners = [max(there, key=lambda one: one.areas[nr]).email for nr in range(len(self.areas))]
        tree = Tree(self.areas, owners, dice)
        return write_history(world, tree, self.items, self.changes, self.people, self.areas, dice)

    def tracker(self, world: World) -> str:
        """Its work items, as a tracker exports them."""
        return write_items(world, self.items, self.people, self.areas)


@dataclass(frozen=True, slots=True)
class Simulated:
    """A world that was drawn. truth: everything that a study may be held to, as JSON has it."""

    world: World
    teams: tuple[Team, ...]
    truth: dict[str, Any]

    def weeks(self) -> str:
        """What each team got done in each week, as a CSV file."""
        return write_weeks(self.world, [(one.name, one.items, one.changes) for one in self.teams])


def simulate(world: World, seed: int) -> Simulated:
    """Draw a world; the same world and seed give the same bytes.

    A team's own draws come from a generator of its own, so that another team, or an effect
    planted elsewhere, changes nothing of it.
    """
    calendar = make_calendar(world)
    weeks = RUN_IN_WEEKS + world.weeks + RUN_OUT_WEEKS
    paces = draw_paces(world.pace, world.teams, weeks, np.random.default_rng([seed, 0]))
    teams: list[Team] = []
    for nr, name in enumerate(world.team_names):
        first = 1 + sum(len(team.people) for team in teams)
        teams.append(_draw(world, name, nr, first, calendar, paces[nr], seed))
    return Simulated(world, tuple(teams), _tell_truth(world, seed, teams))


def generator_of(seed: int, team: int) -> np.random.Generator:
    """The generator of a team's files, apart from the one of its work."""
    return np.random.default_rng([seed, 2, team])


def _draw(
    world: World, name: str, nr: int, first: int, calendar: Calendar, pace: Floats, seed: int
) -> Team:
    people = draw_team(world, calendar, first, np.random.default_rng([seed, 1, nr, 0]))
    rng = np.random.default_rng([seed, 1, nr, 1])
    items = draw_items(world, name, people, calendar, pace, rng)
    changes = tuple(draw_changes(world, items, people, calendar, rng))
    areas = tuple(words.AREAS[nr % len(words.AREAS)])
    return Team(name, people, areas, items, changes, pace[RUN_IN_WEEKS:-RUN_OUT_WEEKS])


def _tell_truth(world: World, seed: int, teams: list[Team]) -> dict[str, Any]:
    """The truth file: it names people as invented and says nothing of how much anybody does."""
    settings = asdict(world)
    del settings["effects"]
    settings["starts_on"] = world.starts_on.isoformat()
    return {
        "simulated": "Nobody in here exists: people, code and work are drawn at random.",
        "groundplan": __version__,
        "seed": seed,
        "world": settings,
        "effects": [_tell_effect(world, nr) for nr in range(len(world.effects))],
        "teams": [_tell_team(world, team) for team in teams],
    }


def _tell_effect(world: World, nr: int) -> dict[str, Any]:
    effect = world.effects[nr]
    return {
        **asdict(effect),
        "multiplies": OUTCOMES[effect.outcome],
        "teams": list(effect.teams or world.team_names),
        "starts_on": (world.starts_on + timedelta(weeks=effect.week)).isoformat(),
        "in_full_from_week": effect.week + effect.ramp_weeks,
    }


def _tell_team(world: World, team: Team) -> dict[str, Any]:
    last = 7 * world.weeks

    def day(nr: int) -> str | None:
        return (world.starts_on + timedelta(days=nr)).isoformat() if 0 < nr < last else None

    return {
        "name": team.name,
        "areas": list(team.areas),
        "people": [
            {"name": one.name, "email": one.email, "joined_on": day(one.joins),
             "left_on": day(one.leaves)}
            for one in team.people
            if one.joins < last and one.leaves > 0
        ],
        "items": len(team.items),
        "changes": len(team.changes),
        "commits": sum(len(change.times) for change in team.changes),
        "pace": [round(float(pace), DIGITS) for pace in team.pace],
    }  # fmt: skip
