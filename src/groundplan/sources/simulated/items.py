"""The work items of a simulated team: who begins what when, and how long it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.simulated import words
from groundplan.sources.simulated.calendars import HOURS, OPENS, Calendar
from groundplan.sources.simulated.effects import CYCLE_TIME, FIXES, PACE, REVIEW_TIME, multiply
from groundplan.sources.simulated.people import AREAS, Engineer
from groundplan.sources.simulated.worlds import World

STORY, BUG, TASK, DOCS, SPIKE = "Story", "Bug", "Task", "Documentation", "Spike"
SORTS: Final = (BUG, STORY, TASK, DOCS, SPIKE)
OTHERS: Final = np.array([0.66, 0.18, 0.07, 0.09])  # shares of what is no bug, in that order
TITLES: Final[Mapping[str, Sequence[str]]] = {
    BUG: words.FIXES, STORY: words.FEATURES, TASK: words.CHORES, DOCS: words.WRITINGS,
    SPIKE: words.STUDIES,
}  # fmt: skip
OPTIMISM: Final = 0.75  # an estimate's middle, as a share of what it takes
ESTIMATE_SD: Final = 0.5  # log
ESTIMATE_WIDTH: Final = 1.6  # an estimate's upper end as a multiple of its middle
MOST_COMMITS: Final = 60  # of one item
START_HOURS: Final = (1.1, 1.4)  # of the working day: a beta distribution
FORMS: Final = 60  # a multiple of how many forms any sort of title has


@dataclass(frozen=True, slots=True)
class Items:
    """Items as columns, each of shape (n,); times are days from the world's beginning.

    owner, reviewer: places among the team's people. sort: place in SORTS. ended: the last commit;
    landed: the merge, when it is done. given_up: never begun, dropped when it would have been.
    """

    owner: Integers
    reviewer: Integers
    sort: Integers
    area: Integers
    created: Floats
    started: Floats
    ended: Floats
    landed: Floats
    commits: Integers
    given_up: npt.NDArray[np.bool_]
    low_days: Floats
    high_days: Floats
    thing: Integers
    part: Integers
    form: Integers

    def __len__(self) -> int:
        return len(self.owner)

    def take(self, places: npt.NDArray[Any]) -> Items:
        """Some of the items, in that order."""
        return replace(
            self, **{each.name: getattr(self, each.name)[places] for each in fields(self)}
        )

    def sort_of(self, nr: int) -> str:
        """What an item is, one of SORTS."""
        return SORTS[int(self.sort[nr])]

    def thing_of(self, nr: int) -> tuple[str, str]:
        """What an item is about, in two words."""
        return words.THINGS[int(self.thing[nr])], words.PARTS[int(self.part[nr])]

    def title(self, nr: int) -> str:
        """What an item is called."""
        forms = TITLES[self.sort_of(nr)]
        thing, part = self.thing_of(nr)
        return forms[int(self.form[nr]) % len(forms)].format(thing=thing, part=part)


def draw_items(
    world: World,
    team: str,
    people: Sequence[Engineer],
    calendar: Calendar,
    paces: Floats,
    rng: np.random.Generator,
) -> Items:
    """Every item that was known by the world's last day, in the order of creation.

    paces: of the team, in each week of the calendar, shape (weeks,).
    """
    owner, day = _draw_starts(world, team, people, calendar, paces, rng)
    count, weeks = len(owner), np.floor(day / 7.0)
    started = day + (OPENS + HOURS * rng.beta(*START_HOURS, count)) / 24
    begun = calendar.work_of(started)
    work = _log_normal(world.work_days, world.work_sd, count, rng)
    queue = _log_normal(world.queue_days, world.queue_sd, count, rng)
    slower = multiply(world.effects, CYCLE_TIME, team, weeks)
    ended = begun + work * slower
    landed = ended + slower * _draw_reviews(world, team, weeks, rng)
    middle = OPTIMISM * _log_normal(1.0, ESTIMATE_SD, count, rng) * work
    items = Items(
        owner=owner,
        reviewer=_draw_reviewers(owner, day, people, rng),
        sort=_draw_sorts(world, team, weeks, rng),
        area=_draw_areas(owner, people, rng),
        created=calendar.time_of(np.where(queue < begun, begun - queue, begun * rng.random(count))),
        started=started,
        ended=calendar.time_of(ended),
        landed=calendar.time_of(landed),
        commits=_draw_commits(world, work, rng),
        given_up=rng.random(count) < world.dropped,
        low_days=np.maximum(middle / ESTIMATE_WIDTH, 0.25).round(2),
        high_days=np.maximum(middle * ESTIMATE_WIDTH, 0.5).round(2),
        thing=rng.integers(0, len(words.THINGS), count),
        part=rng.integers(0, len(words.PARTS), count),
        form=rng.integers(0, FORMS, count),
    )
    return items.take(_known(items, 7 * world.weeks))


def _known(items: Items, last: int) -> Integers:
    """Which items a tracker knows that was looked at from day 0 to `last`, by their creation."""
    over = np.where(items.given_up, items.started, items.landed)
    known = np.flatnonzero((items.created < last) & (over >= 0))
    return known[np.argsort(items.created[known], kind="stable")]


def _log_normal(median: float, sd: float, count: int, rng: np.random.Generator) -> Floats:
    drawn: Floats = median * np.exp(sd * rng.standard_normal(count))
    return drawn


def _draw_starts(
    world: World,
    team: str,
    people: Sequence[Engineer],
    calendar: Calendar,
    paces: Floats,
    rng: np.random.Generator,
) -> tuple[Integers, Integers]:
    """Who begins an item, and on which day, once for each item."""
    weeks = calendar.weeks
    pace = paces[(weeks - weeks[0]).astype(np.int64)] * multiply(world.effects, PACE, team, weeks)
    begun = rng.poisson(np.array([one.begins for one in people]) * pace)
    owner, place = np.nonzero(begun)
    times = begun[owner, place]
    return np.repeat(owner, times).astype(np.int64), np.repeat(calendar.days[place], times)


def _draw_reviewers(
    owner: Integers, day: Integers, people: Sequence[Engineer], rng: np.random.Generator
) -> Integers:
    """Somebody else who is there on that day; the owner where they are alone."""
    there = np.array([(day >= one.joins) & (day < one.leaves) for one in people]).astype(float)
    there[owner, np.arange(len(owner))] = 1e-9
    upto = np.cumsum(there, axis=0)
    drawn = rng.random(len(owner)) * upto[-1]
    drawn_places: Integers = (upto < drawn).sum(axis=0).astype(np.int64)
    return drawn_places


def _draw_reviews(world: World, team: str, weeks: Floats, rng: np.random.Generator) -> Floats:
    """From the last commit to the merge [working days]."""
    days = _log_normal(world.review_days, world.review_sd, len(weeks), rng)
    return days * multiply(world.effects, REVIEW_TIME, team, weeks)


def _draw_commits(world: World, work: Floats, rng: np.random.Generator) -> Integers:
    """How many each item takes: what takes longer takes more."""
    more = world.commits * np.sqrt(work / world.work_days) * rng.standard_exponential(len(work))
    return 1 + np.minimum(rng.poisson(more), MOST_COMMITS - 1)


def _draw_sorts(world: World, team: str, weeks: Floats, rng: np.random.Generator) -> Integers:
    fixes = np.minimum(world.fixes * multiply(world.effects, FIXES, team, weeks), 1.0)
    others = 1 + rng.choice(len(OTHERS), len(weeks), p=OTHERS)
    return np.where(rng.random(len(weeks)) < fixes, 0, others).astype(np.int64)


def _draw_areas(owner: Integers, people: Sequence[Engineer], rng: np.random.Generator) -> Integers:
    upto = np.cumsum([one.areas for one in people], axis=1)[owner]
    areas: Integers = (upto < rng.random((len(owner), 1))).sum(axis=1).astype(np.int64)
    return np.minimum(areas, AREAS - 1)
