"""Shares: published intervals, laws that hold for every input, and what clustering does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.proportions import (
    share_by_cluster,
    share_by_week,
    share_of,
    wilson_bounds,
)
from groundplan.terms.estimate import Estimate, Unknown

# Newcombe (1998), Statistics in Medicine 17:857-872, Table I, method 3 (score), 95%.
NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]


@pytest.mark.parametrize(("r", "n", "low", "high"), NEWCOMBE)
def test_wilson_matches_newcombe(r: int, n: int, low: float, high: float) -> None:
    found = wilson_bounds(r / n, n, 0.95)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_share_lies_in_its_interval(pair: tuple[int, int]) -> None:
    told = share_of(*pair, "changes")
    assert isinstance(told, Estimate)
    assert 0 <= told.low <= told.value <= told.high <= 1


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_higher_level_is_wider_and_sides_mirror(pair: tuple[int, int]) -> None:
    r, n = pair
    narrow, wide = wilson_bounds(r / n, n, 0.8), wilson_bounds(r / n, n, 0.95)
    assert wide[0] <= narrow[0] + 1e-12
    assert narrow[1] <= wide[1] + 1e-12
    other = wilson_bounds(1 - r / n, n, 0.8)
    assert other == pytest.approx((1 - narrow[1], 1 - narrow[0]), abs=1e-12)


weekly = st.lists(
    st.integers(0, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=8,
    max_size=60,
)


@given(weekly)
def test_weekly_share_is_the_pooled_share_and_never_surer_than_wilson(
    weeks: list[tuple[int, int]],
) -> None:
    success, trial = np.array(weeks).T
    told = share_by_week(success, trial, "changes")
    if trial.sum() == 0:
        assert isinstance(told, Unknown)
        return
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(success.sum() / trial.sum())
    low, high = wilson_bounds(told.value, float(trial.sum()), 0.9)
    assert told.low <= low + 1e-12
    assert told.high >= high - 1e-12


def test_whole_weeks_that_differ_widen_the_interval() -> None:
    alike = share_by_week([5] * 20, [10] * 20, "changes")
    bunched = share_by_week([10, 10, 10, 10, 0, 0, 0, 0] * 2 + [10, 0] * 2, [10] * 20, "changes")
    assert isinstance(alike, Estimate)
    assert isinstance(bunched, Estimate)
    assert bunched.high - bunched.low > 1.5 * (alike.high - alike.low)


def test_clusters_that_are_all_or_nothing_count_as_one_each() -> None:
    # 20 people with ten areas each, all or none of which go on: worth about 20 trials, not 200
    told = share_by_cluster([10] * 10 + [0] * 10, [10] * 20, "areas")
    assert isinstance(told, Estimate)
    low, high = wilson_bounds(0.5, 20, 0.9)
    assert told.low == pytest.approx(low, abs=0.02)
    assert told.high == pytest.approx(high, abs=0.02)


def test_small_and_broken_samples() -> None:
    assert isinstance(share_of(0, 0, "changes"), Unknown)
    assert isinstance(share_by_week([1] * 7, [2] * 7, "changes"), Unknown)
    assert isinstance(share_by_cluster([1], [2], "areas"), Unknown)
    for success, trial in (([3], [2]), ([-1], [2]), ([np.nan], [2]), ([1], [np.inf])):
        with pytest.raises(ValueError, match=r"need 0 <=|finite"):
            share_by_week(success * 8, trial * 8, "changes")
