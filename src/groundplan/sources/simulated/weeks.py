"""What each simulated team got done in each week: a panel that a study can be tried on."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.simulated.changes import Change
from groundplan.sources.simulated.items import Items
from groundplan.sources.simulated.worlds import World

COLUMNS: Final = ("team", "week", "items_begun", "items_done", "commits", "treated_from")


@lru_cache(maxsize=32)
def name_weeks(starts_on: date, weeks: int) -> tuple[str, ...]:
    """The ISO weeks from a Monday on, such as 2024-W01."""
    years = [(starts_on + timedelta(weeks=nr)).isocalendar() for nr in range(weeks)]
    return tuple(f"{each.year}-W{each.week:02}" for each in years)


def write_weeks(world: World, teams: Sequence[tuple[str, Items, Sequence[Change]]]) -> str:
    """A row a team and week. treated_from: the week of the first effect that touches the team."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    names = name_weeks(world.starts_on, world.weeks)
    for team, items, changes in teams:
        kept = ~items.given_up
        begun = _count(items.started[kept], world.weeks)
        done = _count(items.landed[kept], world.weeks)
        times = np.array([at for change in changes for at in change.times])
        commits = _count(times, world.weeks)
        touched = [each.week for each in world.effects if not each.teams or team in each.teams]
        treated_from = names[min(touched)] if touched else ""
        rows = zip(names, begun.tolist(), done.tolist(), commits.tolist(), strict=True)
        writer.writerows((team, *row, treated_from) for row in rows)
    return stream.getvalue()


def _count(times: Floats, weeks: int) -> Integers:
    inside = times[(times >= 0) & (times < 7 * weeks)]
    return np.bincount((inside // 7).astype(np.int64), minlength=weeks)
