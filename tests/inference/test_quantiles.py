"""Medians: laws for every input, and the order statistics of a textbook."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.quantiles import median_by_week
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import LINES

rows = st.lists(
    st.tuples(st.floats(0, 1e9), st.integers(0, 12)),
    min_size=1,
    max_size=200,
)


def median(values: object, week: object, weeks: int = 13, level: float = 0.9) -> Estimate:
    told = median_by_week(
        np.asarray(values), np.asarray(week), weeks, LINES, "changes", level=level
    )
    assert isinstance(told, Estimate)
    return told


@given(rows)
def test_median_lies_in_its_interval_of_seen_values(pairs: list[tuple[float, int]]) -> None:
    values, week = map(np.array, zip(*pairs, strict=True))
    told = median(values, week)
    assert told.value == np.median(values)
    assert told.low <= told.value <= told.high
    assert values.min() <= told.low
    assert told.high <= values.max()


@given(rows)
def test_it_follows_any_increasing_change_of_scale(pairs: list[tuple[float, int]]) -> None:
    values, week = map(np.array, zip(*pairs, strict=True))
    if len(values) % 2 == 0:
        values, week = values[1:], week[1:]
    if not len(values):
        return
    plain, logged = median(values, week), median(np.log1p(values), week)
    assert logged.low == pytest.approx(np.log1p(plain.low))
    assert logged.high == pytest.approx(np.log1p(plain.high))


@given(rows)
def test_a_higher_level_is_wider(pairs: list[tuple[float, int]]) -> None:
    values, week = map(np.array, zip(*pairs, strict=True))
    narrow, wide = median(values, week, level=0.8), median(values, week, level=0.95)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


def test_independent_values_agree_with_the_order_statistics_of_the_textbook() -> None:
    # Conover (1999), Practical Nonparametric Statistics, 3.2: for n = 1,000 the 90% interval of
    # the median lies about 0.5 n -+ 1.645 sqrt(n) / 2 = ranks 474 to 526. Values dealt evenly
    # over the weeks leave no clustering, so the effective sample is all of it.
    rng = np.random.default_rng(1)
    values = rng.permutation(np.arange(1, 1041)).astype(float)
    week = np.empty(1040, dtype=int)
    week[np.argsort(values)] = np.arange(1040) % 13
    told = median(values, week)
    assert told.low == pytest.approx(520 - 1.645 * np.sqrt(1040) / 2, abs=2)
    assert told.high == pytest.approx(521 + 1.645 * np.sqrt(1040) / 2, abs=2)


def test_whole_weeks_of_large_values_widen_it() -> None:
    rng = np.random.default_rng(2)
    values = rng.lognormal(3, 1, 520)
    mixed = median(values, np.tile(np.arange(13), 40))
    bunched = median(np.sort(values), np.repeat(np.arange(13), 40))
    assert bunched.high - bunched.low > 2 * (mixed.high - mixed.low)


def test_small_and_broken_samples() -> None:
    none = np.empty(0, dtype=np.int64)
    assert isinstance(median_by_week([], none, 13, LINES, "changes"), Unknown)
    assert isinstance(median_by_week([1.0], np.array([0]), 7, LINES, "changes"), Unknown)
    alike = median([4.0] * 30, np.arange(30) % 13)
    assert (alike.low, alike.value, alike.high) == (4, 4, 4)
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="finite"):
            median_by_week([1.0, bad], np.array([0, 1]), 13, LINES, "changes")


def test_a_hundred_thousand_values_take_milliseconds() -> None:
    rng = np.random.default_rng(4)
    values, week = rng.lognormal(3, 2, 100_000), rng.integers(52, size=100_000)
    taken = []
    for _ in range(7):
        start = time.process_time()
        median(values, week, 52)
        taken.append(time.process_time() - start)
    assert min(taken) < 0.02
