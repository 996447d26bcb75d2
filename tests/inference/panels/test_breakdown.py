"""How far trends may differ before an effect falls: by hand, monotone, and honest about it."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.breakdown import Robustness, find_breakdown
from groundplan.inference.panels.staggered import EventStudy
from groundplan.terms.estimate import Unknown

SINCE = np.array([-4, -3, -2, 0, 1, 2])


def study(effect: Floats, error: float = 0.1) -> EventStudy:
    blank = np.zeros(len(effect))
    covariance = np.eye(len(effect)) * error**2
    return EventStudy(SINCE, effect, blank + error, blank, blank, 0.95, covariance)


def known(told: Robustness | Unknown) -> Robustness:
    assert isinstance(told, Robustness)
    return told


def test_the_interval_is_the_one_written_out() -> None:
    # changes before the start: 0.1, -0.3 and, to the base that is zero, 0.2
    told = known(find_breakdown(study(np.array([0.0, 0.1, -0.2, 1.0, 2.0, 3.0]), 1e-6)))
    assert told.effect == pytest.approx(2)
    # a departure of 0.3 a period adds up to 0.3, 0.6, 0.9: 0.6 on average
    low, high = told.interval(1.0)
    assert (low, high) == pytest.approx((2 - 0.6, 2 + 0.6), abs=1e-4)
    assert told.breakdown == pytest.approx(2 / 0.6, abs=1e-3)


def test_without_departures_it_is_the_normal_interval() -> None:
    told = known(find_breakdown(study(np.array([0.0, 0.1, -0.2, 1.0, 2.0, 3.0]))))
    reach = 1.96 * 0.1 / np.sqrt(3)
    assert told.interval(0.0) == pytest.approx((2 - reach, 2 + reach), abs=1e-4)


def test_intervals_widen_with_what_is_allowed() -> None:
    told = known(find_breakdown(study(np.array([0.3, 0.1, -0.2, 1.0, 2.0, 3.0]))))
    ends = np.array([told.interval(times) for times in np.linspace(0, 3, 13)])
    assert (np.diff(ends[:, 0]) < 0).all()
    assert (np.diff(ends[:, 1]) > 0).all()
    inside, outside = told.interval(told.breakdown * 0.99), told.interval(told.breakdown * 1.01)
    assert inside[0] > 0 > outside[0]


def test_the_ends_of_breakdown() -> None:
    assert known(find_breakdown(study(np.zeros(6)))).breakdown == 0
    still = np.array([0.0, 0.0, 0.0, 50.0, 50.0, 50.0])
    assert known(find_breakdown(study(still, 1e-3))).breakdown == float("inf")
    sinking = known(find_breakdown(study(-np.array([0.0, 0.1, -0.2, 1.0, 2.0, 3.0]), 1e-6)))
    assert sinking.breakdown == pytest.approx(2 / 0.6, abs=1e-3)


def test_studies_without_a_past_or_with_a_moving_base_are_refused() -> None:
    whole = study(np.arange(6.0))
    for since in (np.array([-1, 0, 1]), np.array([0, 1, 2])):
        part = EventStudy(
            since, whole.effect[:3], whole.se[:3], whole.low[:3], whole.high[:3], 0.95,
            whole.covariance[:3, :3],
        )  # fmt: skip
        assert isinstance(find_breakdown(part), Unknown)


def test_the_interval_holds_the_truth_when_the_departure_is_as_large_as_allowed() -> None:
    """The true effect is 1; trends depart after the start as much as they did before, steadily."""
    rng = np.random.default_rng(1)
    departure = 0.2 * (SINCE + 1.0)
    truth = departure + (SINCE >= 0)
    held = 0
    runs = 1_000
    for _ in range(runs):
        told = known(find_breakdown(study(truth + 0.1 * rng.standard_normal(6))))
        low, high = told.interval(1.0)
        held += low <= 1.0 <= high
    assert held >= 0.95 * runs
