"""Medians of waits: known answers, those that go on still, and bunches by week."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.quantiles import median_by_week
from groundplan.inference.survival import quantile_of_waiting
from groundplan.inference.waiting import _influence, median_wait_by_week
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import HOURS


def wait(durations: np.ndarray, arrived: np.ndarray, weeks: int = 13) -> Measured:
    week = np.arange(len(durations)) % weeks
    return median_wait_by_week(durations, arrived, week, weeks, HOURS, "pull requests")


def known(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def test_without_anybody_under_way_it_is_the_median() -> None:
    rng = np.random.default_rng(1)
    values = np.exp(rng.standard_normal(401))
    week = rng.integers(26, size=401)
    plain = known(median_by_week(values, week, 26, HOURS, "pull requests"))
    told = known(
        median_wait_by_week(values, np.ones(401, dtype=bool), week, 26, HOURS, "pull requests")
    )
    assert told.value == plain.value
    # the same interval but for the step of one value that each side may round to
    ordered = np.sort(values)
    for ours, theirs in ((told.low, plain.low), (told.high, plain.high)):
        assert abs(np.searchsorted(ordered, ours) - np.searchsorted(ordered, theirs)) <= 1


def test_kaplan_and_meier_s_own_figures() -> None:
    """Deaths at 0.8, 3.1, 5.4, 9.2 and losses at 1.0, 2.7, 7.0, 12.1 (their section 2).

    The share that survives is 7/8, 7/10, 21/40 and 21/80: half are reached at 9.2.
    """
    times = np.array([0.8, 1.0, 2.7, 3.1, 5.4, 7.0, 9.2, 12.1])
    died = np.array([1, 0, 0, 1, 1, 0, 1, 0], dtype=bool)
    told = known(wait(np.tile(times, 40), np.tile(died, 40)))
    assert told.value == 9.2
    assert told.n == 320


def test_the_influence_of_each_wait_adds_up_to_greenwood_s_variance() -> None:
    rng = np.random.default_rng(3)
    duration, censored = rng.exponential(1.0, 4_000), rng.exponential(2.0, 4_000)
    seen, event = np.minimum(duration, censored), duration <= censored
    influence, left = _influence(seen, event, 0.7)
    assert left == pytest.approx(np.exp(-0.7), abs=0.03)
    assert abs(influence.mean()) < 1e-9
    early = np.sort(seen[event & (seen <= 0.7)])
    at_risk = (seen[None, :] >= early[:, None]).sum(axis=1)
    greenwood = left**2 * np.sum(1 / (at_risk * (at_risk - 1.0)))
    assert np.sum(influence**2) / len(seen) ** 2 == pytest.approx(greenwood, rel=0.01)


def test_leaving_one_out_moves_the_curve_by_its_influence() -> None:
    """The influence function against the jackknife, which knows nothing of its formula."""
    rng = np.random.default_rng(4)
    seen = np.round(rng.exponential(1.0, 300), 3)
    event = rng.random(300) < 0.7
    influence, left = _influence(seen, event, 0.6)
    for nr in range(0, 300, 17):
        others = np.arange(300) != nr
        without = _influence(seen[others], event[others], 0.6)[1]
        assert 299 * (left - without) == pytest.approx(influence[nr], abs=0.02)


def test_weeks_that_differ_widen_the_interval() -> None:
    rng = np.random.default_rng(5)
    week = np.repeat(np.arange(26), 12)
    noise = rng.standard_normal(len(week))
    level = rng.standard_normal(26)[week]
    arrived = np.ones(len(week), dtype=bool)
    alike = known(median_wait_by_week(np.exp(noise), arrived, week, 26, HOURS, "x"))
    bunched = known(median_wait_by_week(np.exp(noise * 0.3 + level), arrived, week, 26, HOURS, "x"))
    assert bunched.high / bunched.low > 1.5 * alike.high / alike.low


def test_too_little_is_said() -> None:
    some = np.ones(40)
    short = wait(some, np.ones(40, dtype=bool), weeks=5)
    assert isinstance(short, Unknown)
    assert (short.have, short.need, short.of) == (5, 8, "weeks")
    nobody = wait(some, np.zeros(40, dtype=bool))
    assert isinstance(nobody, Unknown)
    assert (nobody.have, nobody.need) == (0, 20)
    half = wait(np.arange(1.0, 41), np.arange(40) < 21)
    assert isinstance(half, Unknown)
    assert "bound" in half.reason


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.booleans()), min_size=1, max_size=80),
    st.integers(8, 30),
)
def test_it_is_an_estimate_or_unknown_whatever_comes(
    rows: list[tuple[float, bool]], weeks: int
) -> None:
    durations = np.array([row[0] for row in rows])
    arrived = np.array([row[1] for row in rows])
    told = wait(durations, arrived, weeks)
    plain = quantile_of_waiting(durations, arrived, HOURS, "pull requests")
    if isinstance(told, Estimate):
        assert told.low <= told.value <= told.high
        if isinstance(plain, Estimate):
            assert told.value == plain.value
