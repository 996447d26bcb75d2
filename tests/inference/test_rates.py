"""Rates and ratios: laws for every input, and agreement with a textbook where one applies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from groundplan.inference.longrun import clustered_variance, cosines, variance_of_mean
from groundplan.inference.rates import mean_per_week, ratio_of_sums
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import CHANGES_PER_WEEK, SWITCHES_PER_DAY

counts = st.lists(st.integers(0, 1000), min_size=8, max_size=60)


def rate(values: object, level: float = 0.9) -> Estimate:
    told = mean_per_week(np.asarray(values), CHANGES_PER_WEEK, level=level)
    assert isinstance(told, Estimate)
    return told


@given(counts)
def test_the_rate_is_the_mean_and_lies_in_its_interval(values: list[int]) -> None:
    told = rate(values)
    assert told.value == pytest.approx(np.mean(values))
    assert 0 <= told.low <= told.value <= told.high
    assert told.n == len(values)


@given(counts)
def test_a_higher_level_is_wider(values: list[int]) -> None:
    narrow, wide = rate(values, 0.8), rate(values, 0.95)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@given(counts.filter(lambda values: len(set(values)) > 3))
def test_time_may_run_backwards(values: list[int]) -> None:
    forward, backward = rate(values), rate(values[::-1])
    assert backward.low == pytest.approx(forward.low)
    assert backward.high == pytest.approx(forward.high)


def test_the_cosine_variance_agrees_with_the_plain_one_for_independent_weeks() -> None:
    rng = np.random.default_rng(5)
    series = rng.normal(10, 3, size=(4000, 26))
    estimated = np.mean([variance_of_mean(row)[0] for row in series])
    assert estimated == pytest.approx(9 / 26, rel=0.05)


def test_the_cosine_variance_sees_resemblance() -> None:
    # AR(1) 0.5 has a long-run variance of (1 + 0.5) / (1 - 0.5) = 3 times its variance
    rng = np.random.default_rng(6)
    series = np.zeros((4000, 60))
    series[:, 0] = rng.normal(size=4000)
    for t in range(1, 60):
        series[:, t] = 0.5 * series[:, t - 1] + np.sqrt(0.75) * rng.normal(size=4000)
    true = float(np.var(series.mean(axis=1)))
    estimated = np.mean([variance_of_mean(row)[0] for row in series])
    assert estimated == pytest.approx(true, rel=0.1)


def test_the_cosines_are_orthogonal_to_a_constant_and_to_each_other() -> None:
    assert variance_of_mean(np.full(13, 7.0))[0] == pytest.approx(0, abs=1e-24)
    assert [cosines(n) for n in (8, 13, 26, 52, 104)] == [2, 2, 3, 4, 7]


def test_no_event_gives_the_exact_poisson_bound() -> None:
    # Garwood (1936): the upper 95% limit of a count of 0 is 2.996
    told = rate([0] * 10)
    assert told.value == told.low == 0
    assert told.high == pytest.approx(2.9957 / 10, abs=1e-4)


def test_a_constant_series_keeps_a_little_doubt() -> None:
    told = rate([5] * 13)
    assert told.low < 5 < told.high
    assert told.high < 6.5


def test_clusters_agree_with_the_textbook_for_one_row_each() -> None:
    # with clusters of one row, the sandwich is s^2 / n
    values = np.random.default_rng(3).normal(size=40)
    variance, freedom = clustered_variance(values - values.mean(), 40)
    assert variance == pytest.approx(stats.sem(values) ** 2)
    assert freedom == 39


@given(
    st.lists(
        st.tuples(st.integers(0, 100), st.integers(0, 100)).filter(lambda p: p[0] <= 3 * p[1]),
        min_size=8,
        max_size=60,
    )
)
def test_ratios(pairs: list[tuple[int, int]]) -> None:
    top, bottom = np.array(pairs).T
    told = ratio_of_sums(top, bottom, SWITCHES_PER_DAY, "person-days")
    if bottom.sum() == 0:
        assert isinstance(told, Unknown)
        return
    assert isinstance(told, Estimate)
    assert told.low <= told.value <= told.high
    assert told.value == pytest.approx(top.sum() / bottom.sum())


def test_ratio_scales() -> None:
    top, bottom = np.arange(10.0, 30.0), np.arange(40.0, 60.0)
    one = ratio_of_sums(top, bottom, SWITCHES_PER_DAY, "person-days")
    ten = ratio_of_sums(10 * top, 10 * bottom, SWITCHES_PER_DAY, "person-days")
    assert isinstance(one, Estimate)
    assert isinstance(ten, Estimate)
    assert ten.value == pytest.approx(one.value)
    assert ten.high - ten.low <= one.high - one.low


@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf")])
def test_broken_counts_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match=r"negative|finite"):
        mean_per_week([1.0] * 9 + [bad], CHANGES_PER_WEEK)
    with pytest.raises(ValueError, match=r"negative|finite"):
        ratio_of_sums([1.0] * 10, [1.0] * 9 + [bad], SWITCHES_PER_DAY, "person-days")


def test_masked_counts_are_refused_and_short_series_unknown() -> None:
    with pytest.raises(ValueError, match="missing"):
        mean_per_week(np.ma.masked_array([1.0] * 9, mask=[True] + [False] * 8), CHANGES_PER_WEEK)
    for weeks in (0, 1, 7):
        told = mean_per_week([3] * weeks, CHANGES_PER_WEEK)
        assert told == Unknown("the history is too short to show how weeks vary", weeks, 8, "weeks")
