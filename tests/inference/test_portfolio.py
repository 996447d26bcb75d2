"""The best plan of every world is the best one there is, and shares follow from the worlds."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.portfolio import Candidate, Interval, plan, solve
from groundplan.terms.estimate import Estimate
from groundplan.terms.units import WEEKS, Style, Unit

POINTS = Unit("points", "points", Style.RATE)
SURE = Interval(0, 0)


def best_by_trying_all(gains: np.ndarray, costs: np.ndarray, capacity: float) -> float:
    every = np.array(list(product((0, 1), repeat=len(gains))))
    return float((every @ gains)[every @ costs <= capacity].max())


@given(
    st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 30)), min_size=1, max_size=10),
    st.integers(0, 90),
)
def test_no_plan_that_fits_gains_more(rows: list[tuple[int, int]], capacity: int) -> None:
    gains, costs = np.array(rows, dtype=float).T
    (taken,) = solve(gains[None], costs[None], np.array([float(capacity)]))
    assert costs[taken].sum() <= capacity
    assert gains[taken].sum() == pytest.approx(best_by_trying_all(gains, costs, capacity))


def test_many_worlds_at_once_are_each_solved_as_alone() -> None:
    rng = np.random.default_rng(3)
    gains, costs = rng.normal(5, 4, (60, 12)), rng.lognormal(1, 0.6, (60, 12))
    capacity = rng.uniform(2, 25, 60)
    taken = solve(gains, costs, capacity)
    assert ((costs * taken).sum(axis=1) <= capacity).all()
    for world in range(60):
        best = best_by_trying_all(gains[world], costs[world], capacity[world])
        assert gains[world][taken[world]].sum() == pytest.approx(best)


def candidate(name: str, done: Interval, elsewhere: float = 0.0, cost: float = 4.0) -> Candidate:
    return Candidate(name, done, SURE, elsewhere, Interval(cost, cost))


def run(*candidates: Candidate, capacity: float = 4.0):  # type: ignore[no-untyped-def]
    return plan(candidates, capacity, np.random.default_rng(1), POINTS, WEEKS)


def test_what_would_happen_anyway_is_worth_less() -> None:
    wanted = Interval(10, 20)
    found = run(candidate("alone", wanted), candidate("anyway", wanted, elsewhere=0.9))
    alone, anyway = (one.belongs for one in found.standings)
    assert isinstance(alone, Estimate)
    assert isinstance(anyway, Estimate)
    assert alone.value > 0.9 > 0.1 > anyway.value
    assert found.chosen == ("alone",)
    assert found.standings[1].loses == pytest.approx(0.9, abs=0.03)


def test_the_plan_fits_and_says_how_often_it_will_not() -> None:
    wide = Candidate("wide", Interval(5, 9), SURE, 0.0, Interval(1, 9))
    found = run(wide, candidate("large", Interval(50, 60), cost=9.0), capacity=5.0)
    assert found.chosen == ("wide",)
    assert 0.1 < found.overruns < 0.5


def test_nothing_is_taken_that_gains_nothing_or_fits_nowhere() -> None:
    found = run(candidate("harmful", Interval(-9, -3)), candidate("huge", Interval(5, 9), cost=99))
    assert found.chosen == ()
    assert all(one.belongs.value < 0.02 for one in found.standings)  # type: ignore[union-attr]


def test_intervals_hold_as_often_as_they_are_given_to() -> None:
    found = run(candidate("one", Interval(10, 40)))
    gain = found.standings[0].gain
    assert gain.low == pytest.approx(10, rel=0.1)
    assert gain.high == pytest.approx(40, rel=0.1)


@pytest.mark.parametrize("low", [0.0, -1.0])
def test_a_cost_lies_above_zero(low: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Candidate("one", SURE, SURE, 0.0, Interval(low, 4))
