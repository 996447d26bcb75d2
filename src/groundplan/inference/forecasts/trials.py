"""A tracker's past, cut into questions whose answers are known by now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS
from groundplan.inference.forecasts.paces import SHIPPED, Constants, Pace, chance_at_most
from groundplan.inference.forecasts.recalibration import (
    SHIPPED_SHAPE,
    Replay,
    Shape,
    blend,
    no_record,
    prior_curve,
    read_curve,
    replay,
)
from groundplan.inference.forecasts.scores import count_grid
from groundplan.inference.forecasts.throughput_bootstrap import draw_weeks
from groundplan.inference.forecasts.year_ends import share_worked

DAY: Final = np.timedelta64(1, "D")


@dataclass(frozen=True, slots=True)
class History:
    """When items were finished. counts: by whole week, oldest first, the last one ending with the
    history. finished: each item's time since the first of these weeks, in order [weeks]. worked:
    what is worked in each of the weeks and in those of the year after, 1 is usual.
    """

    counts: Integers
    finished: Floats
    worked: Floats


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions at n past weeks, H horizons each, and what came.

    at: weeks of history before each origin; window: those that its pace was read from.
    grid: counts at which answers are judged, (n, H, grid). came: items done within each horizon.
    wanted: items of the question "when", as many as the window's mean finishes in the horizon.
    took: when they were done [weeks], infinity if never. ahead: weeks of history after each
    origin; questions "how many" that are not over by then do not count.
    """

    history: History
    past: Replay
    at: Integers
    window: Integers
    pace: Pace
    horizons: tuple[int, ...]
    grid: Integers
    came: Integers
    wanted: Integers
    took: Floats
    ahead: Integers


@dataclass(frozen=True, slots=True)
class Answers:
    """A method's answers. at_most: chances of the grid's counts. by_week: of having finished what
    was wanted after 1, 2, ... weeks, (n, H, weeks).
    """

    at_most: Floats
    by_week: Floats


def read_history(done: npt.NDArray[Any], until: np.datetime64) -> History:
    """Weeks of finished items up to and with the day `until`; the first, broken week is left out.

    done: days or moments of finishing; missing ones (NaT) and later ones are left out.
    """
    day = done[~np.isnat(done)].astype("datetime64[D]")
    last = until.astype("datetime64[D]")
    before_end = np.sort(((last - day[day <= last]) / DAY).astype(np.int64))[::-1]
    weeks = (int(before_end[0]) + 1) // 7 if len(before_end) else 0
    kept = before_end[before_end < 7 * weeks]
    counts = np.bincount(weeks - 1 - kept // 7, minlength=weeks)
    worked = share_worked(last, weeks, FURTHEST_WEEKS)
    return History(counts.astype(np.int64), weeks - kept / 7, worked)


def ask(
    history: History,
    horizons: tuple[int, ...],
    longest: int,
    constants: Constants = SHIPPED,
    *,
    every: int = 1,
    whole_windows: bool = False,
) -> Trial:
    """Every `every`-th week at which the product would have forecast, with the true answers.

    whole_windows: leave out the first weeks, before which there are less than `longest`.
    """
    counts = history.counts
    past = replay(counts, history.worked, constants, longest)
    asked = (past.origins < len(counts)) & (past.origins % every == 0)
    if whole_windows:
        asked &= past.windows == longest
    at, window = past.origins[asked], past.windows[asked]
    pace = Pace(
        past.pace.rate[asked], past.pace.drift[asked], past.pace.burst[asked], past.pace.horizon
    )
    ends = np.array(horizons)
    total = np.concatenate([[0], np.cumsum(counts)])
    came = total[np.minimum(at[:, None] + ends, len(counts))] - total[at][:, None]
    usual = ((total[at] - total[at - window]) / window)[:, None] * ends
    wanted = np.maximum(np.rint(usual), 1).astype(np.int64)
    finished = np.append(history.finished, np.inf)
    took = finished[np.minimum(total[at][:, None] + wanted - 1, len(finished) - 1)] - at[:, None]
    grid = np.concatenate([count_grid(usual, came), came[..., None] - 1, came[..., None]], axis=-1)
    ahead = len(counts) - at
    return Trial(
        history, past, at, window, pace, horizons, np.sort(grid, axis=-1), came, wanted, took, ahead
    )


def answer_by_pace(
    trial: Trial, shape: Shape = SHIPPED_SHAPE, *, own_record: bool = True
) -> Answers:
    """What the product would have answered, knowing only what was over at each origin."""
    at_most = np.empty(trial.grid.shape)
    by_week = np.empty((*trial.wanted.shape, FURTHEST_WEEKS))
    record = trial.past.known_at(trial.at)
    nothing = no_record()
    pace = trial.pace
    each = Pace(pace.rate[:, None], pace.drift[:, None], pace.burst[:, None], pace.horizon)

    total = np.concatenate([[0.0], np.cumsum(trial.history.worked)])

    def chances(items: Integers, weeks: int) -> Floats:
        worked = (total[trial.at + weeks] - total[trial.at])[:, None]
        weight, sums = (record if own_record else nothing).near(weeks)
        curve = blend(prior_curve(shape, weeks, trial.window), weight, sums)
        return read_curve(curve, chance_at_most(each, items, weeks, worked))

    for j, weeks in enumerate(trial.horizons):
        at_most[:, j] = chances(trial.grid[:, j], weeks)
    for week in range(FURTHEST_WEEKS):
        by_week[..., week] = 1.0 - chances(trial.wanted - 1, week + 1)
    return Answers(at_most, by_week)


def answer_by_bootstrap(trial: Trial, rng: np.random.Generator, *, block: int = 1) -> Answers:
    """What a weekly throughput bootstrap of the same window would have answered."""
    counts = trial.history.counts
    windows = [counts[at - window : at] for at, window in zip(trial.at, trial.window, strict=True)]
    drawn = draw_weeks(
        windows, trial.horizons, trial.grid, trial.wanted, FURTHEST_WEEKS, rng, block=block
    )
    return Answers(drawn.at_most, drawn.by_week)
