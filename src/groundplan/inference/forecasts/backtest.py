"""The product's promises on a tracker's own past, beside what the bootstrap would have promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS
from groundplan.inference.forecasts.paces import LONGEST_WEEKS
from groundplan.inference.forecasts.recalibration import LEAST_ITEMS, LEAST_WEEKS
from groundplan.inference.forecasts.scores import (
    crps_of_counts,
    crps_of_times,
    interval_width,
    times_reached,
)
from groundplan.inference.forecasts.trials import (
    Answers,
    Trial,
    answer_by_bootstrap,
    answer_by_pace,
    ask,
    read_history,
)
from groundplan.inference.proportions import share_by_week
from groundplan.terms.estimate import Measured, Unknown

HORIZONS: Final = (2, 4, 8, 13)
LEVELS: Final = (0.5, 0.8, 0.85, 0.95)
_MOST_ORIGINS: Final = 400  # of a long history, evenly spread


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one method's promises of one level did at one horizon.

    question: "how many" or "when". held: the share of one-sided claims that came true; claims: how
    many there were ("at least one item", or "done by" a day that has passed). of_all: the share
    over all forecasts with ties split, which rounding to whole items cannot flatter; equals the
    level if all is well. inside: the share of outcomes in the central interval of this level.
    crps and width (of that interval) are means in items for "how many", in weeks for "when".
    """

    method: str
    question: str
    horizon_weeks: int
    level: float
    claims: int
    held: Measured
    forecasts: int
    of_all: float
    inside: float
    crps: float
    width: float


@dataclass(frozen=True, slots=True)
class Backtest:
    """The verdicts on one tracker, and what they rest on.

    weeks, items: of the history. undated: items without a date of finishing. origins: past weeks at
    which forecasts were made. silent: weeks at which too little had been done to forecast anything.
    """

    verdicts: tuple[Verdict, ...]
    weeks: int
    items: int
    undated: int
    origins: int
    silent: int


def backtest(
    done: npt.NDArray[Any],
    rng: np.random.Generator,
    *,
    until: np.datetime64 | None = None,
    created: npt.NDArray[Any] | None = None,
    horizons: tuple[int, ...] = HORIZONS,
    levels: tuple[float, ...] = LEVELS,
    longest: int = LONGEST_WEEKS,
) -> Backtest | Unknown:
    """Forecast at every past week from what was known then, and compare with what came.

    done: when each item was finished, NaT while it is open. until: the day of the export; without
    it the last day that `done` or `created` names. longest: weeks that a forecast may look back.
    Weeks before which less than five items were done in that window are left out, as the product
    forecasts nothing there; of a long history, 400 weeks evenly spread. Unknown if no forecast's
    future is over yet.
    """
    dated = done[~np.isnat(done)]
    if not len(dated):
        return Unknown("nothing was finished", 0, LEAST_ITEMS, "items")
    named = dated if created is None else np.concatenate([dated, created[~np.isnat(created)]])
    history = read_history(done, named.max() if until is None else until)
    weeks = len(history.counts)
    least = LEAST_WEEKS + min(horizons)
    if weeks < least:
        return Unknown("the history is too short to look back on forecasts", weeks, least, "weeks")
    trial = ask(history, horizons, longest, every=-(-weeks // _MOST_ORIGINS))
    if not len(trial.at):
        most = int(history.counts.sum())
        return Unknown("no window holds enough finished items", most, LEAST_ITEMS, "items")
    verdicts = (
        *judge("groundplan", trial, answer_by_pace(trial), levels),
        *judge("bootstrap", trial, answer_by_bootstrap(trial, rng), levels),
    )
    undated, items = int(np.isnat(done).sum()), len(history.finished)
    silent = weeks - LEAST_WEEKS - int((trial.past.origins < weeks).sum())
    return Backtest(verdicts, weeks, items, undated, len(trial.at), silent)


def judge(
    method: str, trial: Trial, answers: Answers, levels: tuple[float, ...] = LEVELS
) -> list[Verdict]:
    """The verdicts on a method's answers to both questions, by horizon and level."""
    return [
        *_judge_counts(method, trial, answers, levels),
        *_judge_times(method, trial, answers, levels),
    ]


def _judge_counts(
    method: str, trial: Trial, answers: Answers, levels: tuple[float, ...]
) -> Iterator[Verdict]:
    for j, weeks in enumerate(trial.horizons):
        over = trial.ahead >= weeks
        if not over.any():
            continue
        grid, chance, came = trial.grid[over, j], answers.at_most[over, j], trial.came[over, j]
        below, upto, none = (chances_upto(grid, chance, k) for k in (came - 1, came, 0 * came))
        crps = float(crps_of_counts(grid, chance, came).mean())
        for level in levels:
            claimed = none <= 1 - level
            low, high = (split_ties(below, upto, (1 + sign * level) / 2) for sign in (-1, 1))
            yield Verdict(
                method,
                "how many",
                weeks,
                level,
                int(claimed.sum()),
                _share(claimed & (upto > 1 - level), claimed),
                len(came),
                float((1 - split_ties(below, upto, 1 - level)).mean()),
                float((high - low).mean()),
                crps,
                float(interval_width(grid, chance, level).mean()),
            )


def _judge_times(
    method: str, trial: Trial, answers: Answers, levels: tuple[float, ...]
) -> Iterator[Verdict]:
    for j, weeks in enumerate(trial.horizons):
        over = trial.ahead >= weeks
        if not over.any():
            continue
        chance, took, ahead = answers.by_week[over, j], trial.took[over, j], trial.ahead[over]
        crps = float(crps_of_times(chance, took, ahead.astype(np.float64)).mean())
        for level in levels:
            held, claimed = hold_times(chance, took, ahead, level)
            early, late = (times_reached(chance, (1 + sign * level) / 2) for sign in (-1, 1))
            inside = ((took > early) & (took <= late))[late <= ahead]
            width = np.minimum(late, FURTHEST_WEEKS) - np.minimum(early, FURTHEST_WEEKS)
            yield Verdict(
                method,
                "when",
                weeks,
                level,
                int(claimed.sum()),
                _share(held, claimed),
                len(took),
                _mean(held[claimed]),
                _mean(inside),
                crps,
                float(width.mean()),
            )


def _mean(values: npt.NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def hold_times(
    by_week: Floats, took: Floats, ahead: Integers, level: float
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Which "done by" claims came true, and which were made for a day that has passed.

    A day is whole: a claim holds until its day's end. Whether a claim counts depends on its day
    alone, not on the outcome.
    """
    by = np.ceil(7 * times_reached(by_week, level) - 1e-9) / 7
    claimed = by <= ahead
    return claimed & (took <= by + 1e-9), claimed


def chances_upto(grid: Integers, at_most: Floats, items: Integers) -> Floats:
    """The chance of at most so many items, for counts of the grid; none below its first."""
    at = (grid <= items[..., None]).sum(axis=-1) - 1
    chance = np.take_along_axis(at_most, np.maximum(at, 0)[..., None], axis=-1)[..., 0]
    return np.where(at < 0, 0.0, chance)


def split_ties(below: Floats, upto: Floats, level: float) -> Floats:
    """How much of an outcome lies below a level, when whole counts straddle it [share].

    Source: the randomised probability integral transform, Smith (1985), Journal of Forecasting 4,
    in expectation; Czado, Gneiting and Held (2009), Biometrics 65.
    """
    return np.clip((level - below) / np.maximum(upto - below, 1e-12), 0.0, 1.0)


def _share(held: npt.NDArray[np.bool_], claimed: npt.NDArray[np.bool_]) -> Measured:
    return share_by_week(held.astype(np.float64), claimed.astype(np.float64), "claims")
