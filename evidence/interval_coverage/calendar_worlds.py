"""Made-up calendars whose true load is known: ten people, bad weeks bad for all, days off.

What a week of a person holds follows from two numbers: the share of working hours in meetings, and
the share of the rest that is broken up, which grows with the first.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import expit, logit

HABITS = np.linspace(0.08, 0.4, 10)  # of working hours, in meetings
BROKEN = 0.25  # of what is left, in a usual week
TOGETHER, ALONE = 0.4, 0.5  # logit sd of a week of everybody's, and of one's own
CROWDED = 0.8  # how much a fuller week is also a more broken one
HOURS_A_DAY = 8.0
DRAWS = 400_000


def weeks_of(
    common: np.ndarray, own: np.ndarray, chance: np.ndarray, habits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The shares in meetings, and broken of the rest, by standard normal draws."""
    unrest = TOGETHER * common + ALONE * own
    met = expit(logit(habits) + unrest)
    return met, expit(logit(BROKEN) + CROWDED * unrest + 0.4 * chance)


def draw_calendars(
    rng: np.random.Generator, common: np.ndarray
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The week of each row, and the columns of `calendar_weeks`; a row for each week worked."""
    index, person = np.divmod(np.arange(len(common) * len(HABITS)), len(HABITS))
    met, broken = weeks_of(
        common[index],
        rng.standard_normal(len(index)),
        rng.standard_normal(len(index)),
        HABITS[person],
    )
    holidays = (rng.random(len(common)) < 0.1).astype(int)
    days = np.maximum(5 - holidays[index] - rng.binomial(5, 0.08, len(index)), 0)
    hours = HOURS_A_DAY * days
    left = hours * (1 - met)
    worked = days > 0
    columns = {
        "person_weeks": days / 5.0, "meeting_hours": hours * met, "broken_hours": left * broken,
        "focus_hours": left * (1 - broken), "free_hours": left,
    }  # fmt: skip
    return index[worked], {name: column[worked] for name, column in columns.items()}


@cache
def truths() -> dict[str, float]:
    """What the three signals should cover."""
    rng = np.random.default_rng(6)
    normals = rng.standard_normal((3, DRAWS))
    met, broken = weeks_of(*normals, np.resize(HABITS, DRAWS))
    left = 1 - met
    return {
        "meeting_load": float(5 * HOURS_A_DAY * met.mean()),
        "focus_hours": float(5 * HOURS_A_DAY * (left * (1 - broken)).mean()),
        "fragmentation": float((left * broken).mean() / left.mean()),
    }
