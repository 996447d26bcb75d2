"""Scores of chances and of notices, with intervals that know only whole clusters as independent."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from promises import Promises
from scipy.special import expit, logit

from groundplan.inference.delay import LIKELY, SURE, Odds, Score, score_notices
from groundplan.inference.longrun import LEVEL, clustered_variance, reach
from groundplan.inference.proportions import share_by_cluster
from groundplan.terms.estimate import Measured, Unknown

EDGE = 0.01
BINS = (0.0, 0.15, 0.3, 0.5, 0.7, 0.85, 1.0)
LEAST_IN_BIN = 20
Figures = dict[str, object]


def fit_odds(found: Promises, *, forecast: bool = True) -> Odds:
    """The three numbers by maximum likelihood, every project weighing the same.

    forecast: without it the record stands alone. Promises with nothing left need no odds.
    """
    usable = ~np.isnan(found.chance) & ~found.nothing_left if forecast else ~found.nothing_left
    some = found.only(usable)
    told = [logit(np.clip(some.chance, EDGE, 1 - EDGE))] if forecast else []
    terms = [np.ones(len(some)), *told, logit(some.record)]
    _, project, size = np.unique(some.project, return_inverse=True, return_counts=True)
    numbers = _fit(np.column_stack(terms), some.late, 1 / size[project])
    shift, *rest = (float(x) for x in numbers)
    return Odds(shift, *rest) if forecast else Odds(shift, 0.0, *rest)


def _fit(terms: np.ndarray, late: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Logistic regression by Newton's method; a thousandth of a ridge against separation."""
    weight = weight / weight.mean()
    numbers = np.zeros(terms.shape[1])
    for _ in range(50):
        chance = expit(terms @ numbers)
        slope = terms.T @ (weight * (chance - late)) + 1e-3 * numbers
        bend = (terms * (weight * chance * (1 - chance))[:, None]).T @ terms
        step = np.linalg.solve(bend + 1e-3 * np.eye(len(numbers)), slope)
        numbers = numbers - step
        if abs(step).max() < 1e-9:
            break
    return numbers


def mean_by_cluster(values: np.ndarray, cluster: np.ndarray) -> list[float] | None:
    """A mean with its interval; None where there are not two clusters."""
    _, number = np.unique(cluster, return_inverse=True)
    mean = float(values.mean()) if len(values) else float("nan")
    if len(values) == 0 or number.max() < 1:
        return None
    variance, freedom = clustered_variance(np.bincount(number, values - mean), len(values))
    half = reach(LEVEL, freedom) * float(np.sqrt(variance))
    return [round(x, 4) for x in (mean, mean - half, mean + half)]


def judge_chances(
    chances: dict[str, np.ndarray], found: Promises, against: dict[str, tuple[str, ...]]
) -> Figures:
    """Brier scores of each way to say a chance, and by how much one is better than another.

    Source: Brier (1950), Monthly Weather Review 78(1).
    """
    errors = {name: (chance - found.late) ** 2 for name, chance in chances.items()}
    return {
        "brier": {name: mean_by_cluster(error, found.cluster) for name, error in errors.items()},
        "brier_less_than": {
            f"{name} / {other}": mean_by_cluster(errors[other] - errors[name], found.cluster)
            for name, others in against.items()
            for other in others
            if name in errors and other in errors
        },
    }


def judge_rules(rules: dict[str, np.ndarray], found: Promises) -> Figures:
    """What became of the notices of each rule."""
    return {
        name: say_score(score_notices(fired, found.late, found.days_before, found.cluster))
        for name, fired in rules.items()
    }


def say_score(score: Score) -> Figures:
    """A score as plain figures."""
    days = score.days_before
    return {
        "notices": score.notices,
        "precision": say(score.precision),
        "recall": say(score.recall),
        "false_alarms": say(score.false_alarms),
        "quiet_kept": say(score.quiet_kept),
        "days_before": None if isinstance(days, Unknown) else [round(x, 1) for x in days],
    }


def say(measured: Measured) -> list[float] | str:
    """Value, low and high; or why there is none."""
    if isinstance(measured, Unknown):
        return str(measured)
    return [round(x, 3) for x in (measured.value, measured.low, measured.high)]


def calibrate(chance: np.ndarray, found: Promises) -> list[Figures]:
    """How many came late among promises that were given about the same chance of it."""
    rows = []
    for low, high in pairwise(BINS):
        # A notice fires above 15%, so a bin holds its upper edge.
        here = (chance > low) & (chance <= high) | ((chance == 0.0) & (low == 0.0))
        if here.sum() >= LEAST_IN_BIN:
            _, number = np.unique(found.cluster[here], return_inverse=True)
            share = share_by_cluster(
                np.bincount(number, found.late[here]), np.bincount(number), "promises"
            )
            rows.append(
                {
                    "said": [low, high],
                    "promises": int(here.sum()),
                    "mean_said": round(float(chance[here].mean()), 3),
                    "came_late": say(share),
                }
            )
    return rows


def rules_of(found: Promises, odds_say: np.ndarray) -> dict[str, np.ndarray]:
    """The rules that are compared: which promises each gives a notice about."""
    return {
        "not 85% sure, by the forecast": found.chance > 1 - SURE,
        "not 85% sure, by the odds": odds_say > 1 - SURE,
        "likelier late than kept, by the forecast": found.chance > 0.5,
        "likelier late than kept, by the odds": odds_say > 0.5,
        "more than 70% likely late, by the odds": odds_say > LIKELY,
        "naive": found.naive,
        "own record above a half": found.record > 0.5,
    }
