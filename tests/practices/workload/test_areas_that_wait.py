"""Areas that wait for one person: the share is not flattered, and few people stay silent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from groundplan.practices.workload.rules import AREA_WEEKS, is_mostly, judge_area
from groundplan.terms.estimate import Estimate
from groundplan.terms.scope import GROUP_FLOOR

UNTIL = date(2026, 1, 5)
WHERE = ("demo", "storage", "reviews")


def rows(weights: list[float], a_week: int, seed: int) -> dict[str, Any]:
    """So many reviews a week, each by somebody with a probability of their own."""
    rng = np.random.default_rng(seed)
    first = np.datetime64(UNTIL - timedelta(weeks=AREA_WEEKS), "D")
    week = np.repeat(np.arange(AREA_WEEKS), a_week)
    who = rng.choice(len(weights), len(week), p=weights)
    return {
        "person_id": np.array([f"p{nr}" for nr in who]),
        "week": first + 7 * week,
    }


def test_the_share_of_one_is_found() -> None:
    weights = [0.68, *[0.32 / 6] * 6]
    held = 0
    for seed in range(100):
        found = judge_area(WHERE, rows(weights, 6, seed), UNTIL, GROUP_FLOOR)
        assert found is not None
        assert isinstance(found.share, Estimate)
        held += found.share.low <= 0.68 <= found.share.high
    assert held >= 85
    assert found is not None
    assert found.people == 7
    assert found.waits
    assert "in storage fall to one of 7 people" in found.says
    assert not any(f"p{nr}" in str(found) for nr in range(7))


def test_evenly_shared_work_is_not_flattered() -> None:
    """The busiest of six equals has a sixth; chosen and counted on the same weeks it had more."""
    shares = []
    for seed in range(60):
        found = judge_area(WHERE, rows([1 / 6] * 6, 4, seed), UNTIL, GROUP_FLOOR)
        assert found is not None
        assert isinstance(found.share, Estimate)
        assert not found.waits
        shares.append(found.share.value)
    assert abs(np.mean(shares) - 1 / 6) < 0.02


def test_few_people_or_acts_stay_silent() -> None:
    assert judge_area(WHERE, rows([0.25] * 4, 6, 1), UNTIL, GROUP_FLOOR) is None
    few = {name: column[:19] for name, column in rows([1 / 6] * 6, 4, 1).items()}
    assert judge_area(WHERE, few, UNTIL, GROUP_FLOOR) is None


def test_whoever_does_most_is_told_and_nobody_else() -> None:
    given = rows([0.8, *[0.2 / 4] * 4], 6, 3)
    assert is_mostly(given, {"p0"}, UNTIL)
    assert not any(is_mostly(given, {f"p{nr}"}, UNTIL) for nr in range(1, 5))
    assert not is_mostly(given, set(), UNTIL)
    assert not is_mostly(rows([0.55, 0.45], 3, 3), {"p0"}, UNTIL)  # most, but not surely
    few = {name: column[:19] for name, column in rows([1.0], 6, 1).items()}
    assert not is_mostly(few, {"p0"}, UNTIL)
