"""Is what was planted what a plain difference finds, on average?"""

from __future__ import annotations

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.sources.simulated.calendars import make_calendar
from groundplan.sources.simulated.effects import CYCLE_TIME, FIXES, PACE, REVIEW_TIME, Planted
from groundplan.sources.simulated.items import BUG, SORTS, Items
from groundplan.sources.simulated.simulation import Team, simulate
from groundplan.sources.simulated.worlds import World

RUNS = 200
MIDDLE = 52  # weeks: as much season before as after
EDGE = 2  # weeks at either end of the main line, whose changes land later or began earlier
PLANTED = ((PACE, 0.2), (PACE, 0.0), (PACE, -0.4), (CYCLE_TIME, -0.3), (REVIEW_TIME, 1.0),
           (FIXES, 0.5))  # fmt: skip


def recover() -> dict[str, object]:
    """For each planted effect: the mean of log differences, as a ratio, with its interval."""
    return {f"{outcome} {change:+.0%}": _recover(outcome, change) for outcome, change in PLANTED}


def _recover(outcome: str, change: float) -> dict[str, float]:
    effects = (Planted("planted", outcome, change, MIDDLE),) if change else ()
    world = World(effects=effects)
    logs = [_difference(world, simulate(world, seed).teams[0], outcome) for seed in range(RUNS)]
    mean, error = float(np.mean(logs)), float(np.std(logs, ddof=1) / np.sqrt(RUNS))
    return {
        "planted": change,
        "found": float(np.expm1(mean)),
        "low": float(np.expm1(mean - 1.96 * error)),
        "high": float(np.expm1(mean + 1.96 * error)),
        "sd_of_one_run_log": float(np.std(logs, ddof=1)),
        "runs": RUNS,
    }


def _difference(world: World, team: Team, outcome: str) -> float:
    """The log of an outcome after the middle over the one before."""
    items = team.items
    begun = np.floor(items.started / 7)
    halves = (begun >= EDGE) & (begun < MIDDLE), (begun >= MIDDLE) & (begun < world.weeks - EDGE)
    if outcome == PACE:
        weeks = np.floor(np.concatenate([change.times for change in team.changes]) / 7)
        counts = np.bincount(weeks.astype(int), minlength=world.weeks)
        return float(np.log(counts[MIDDLE:-EDGE].mean() / counts[EDGE:MIDDLE].mean()))
    if outcome == FIXES:
        fixes = items.sort == SORTS.index(BUG)
        return float(np.log(fixes[halves[1]].mean() / fixes[halves[0]].mean()))
    days = _working_days(world, items, outcome)
    done = ~items.given_up & (days > 0)
    before, after = (np.log(days[half & done]).mean() for half in halves)
    return float(after - before)


def _working_days(world: World, items: Items, outcome: str) -> Floats:
    calendar = make_calendar(world)
    since = items.started if outcome == CYCLE_TIME else items.ended
    return calendar.work_of(items.landed) - calendar.work_of(since)
