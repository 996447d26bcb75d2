"""The commits of a simulated team: whose, when, and in which order they reached the main line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.simulated.calendars import Calendar
from groundplan.sources.simulated.items import DOCS, SORTS, SPIKE, TASK, Items
from groundplan.sources.simulated.people import Engineer
from groundplan.sources.simulated.worlds import World

MINUTE: Final = 1 / 24 / 60  # [days]
WITHOUT_CODE: Final = 0.5  # share of spikes that leave no commit
EVENING: Final = (19.0, 23.0)  # of the share that is written late, local time
DIRECT: Final = 0.5  # share of small tasks and texts that land without a branch


@dataclass(frozen=True, slots=True)
class Change:
    """What one item brought to the main line. item: its place.

    times: of the commits, days in UTC, in order; authors: their places among the people. landed: of
    the merge, or of the only commit where there is no branch.
    """

    item: int
    sort: str
    area: int
    times: tuple[float, ...]
    authors: tuple[int, ...]
    reviewer: int
    landed: float
    direct: bool


def draw_changes(
    world: World,
    items: Items,
    people: Sequence[Engineer],
    calendar: Calendar,
    rng: np.random.Generator,
) -> list[Change]:
    """The changes that landed while the world was looked at, in the order in which they did.

    What was begun before its first day came with the repository's first commit.
    """
    spike, small = SORTS.index(SPIKE), [SORTS.index(TASK), SORTS.index(DOCS)]
    chance = rng.random(len(items))
    landed = ~items.given_up & (items.started >= 0) & (items.landed < 7 * world.weeks)
    kept = landed & ~((items.sort == spike) & (chance < WITHOUT_CODE))
    direct = np.isin(items.sort, small) & (items.commits == 1) & (chance < DIRECT)
    order = np.flatnonzero(kept)[np.argsort(items.landed[kept], kind="stable")]
    counts = items.commits[order]
    rank = np.repeat(np.arange(len(order)), counts)
    times = _draw_times(world, items, order[rank], people, calendar, rng)
    times = times[np.lexsort((times, rank))]
    authors = _find_authors(items, order[rank], times, people)
    ends = np.cumsum(counts)
    changes = []
    for item, start, end in zip(
        order.tolist(), (ends - counts).tolist(), ends.tolist(), strict=True
    ):
        changes.append(
            Change(
                item=item,
                sort=items.sort_of(item),
                area=int(items.area[item]),
                times=tuple(times[start:end].tolist()),
                authors=tuple(authors[start:end].tolist()),
                reviewer=int(items.reviewer[item]),
                landed=float(items.landed[item]),
                direct=bool(direct[item]),
            )
        )
    return changes


def _draw_times(
    world: World,
    items: Items,
    place: Integers,
    people: Sequence[Engineer],
    calendar: Calendar,
    rng: np.random.Generator,
) -> Floats:
    """When each commit was written, never after its merge [days, UTC]; place: of its item."""
    begun, ended = calendar.work_of(items.started)[place], calendar.work_of(items.ended)[place]
    times = calendar.time_of(begun + (ended - begun) * rng.random(len(place)))
    owner = items.owner[place]
    day = _day_of_work(times, owner, people, calendar)
    day = np.maximum(day, np.floor(items.started[place]))
    hour = times % 1
    shift = np.array([(one.early_hours - one.zone_minutes / 60) / 24 for one in people])[owner]
    latest = items.landed[place] - 2 * MINUTE
    late = rng.random(len(place)) < world.late
    evening = day + rng.uniform(*EVENING, len(place)) / 24
    free = rng.random(len(place)) < world.weekend
    weekend = np.floor(day / 7) * 7 + 5 + rng.integers(0, 2, len(place)) + hour
    moved = np.where(late & (evening < latest), evening, day + hour)
    moved = np.where(free & (weekend < latest), weekend, moved) + shift
    written: Floats = np.minimum(moved, latest)
    return written


def _day_of_work(
    times: Floats, owner: Integers, people: Sequence[Engineer], calendar: Calendar
) -> Floats:
    """The day of each time, or the last one before it on which its owner worked."""
    places = np.arange(len(calendar.days))
    last = np.array([np.maximum.accumulate(np.where(one.works, places, 0)) for one in people])
    day: Floats = (
        calendar.days[last[owner, np.floor(times).astype(np.int64) - calendar.first]] + 0.0
    )
    return day


def _find_authors(
    items: Items, place: Integers, times: Floats, people: Sequence[Engineer]
) -> Integers:
    """Who wrote each commit: the item's owner, or their reviewer once they have left."""
    leaves = np.array([one.leaves for one in people])
    owner = items.owner[place]
    return np.where(times < leaves[owner], owner, items.reviewer[place])
