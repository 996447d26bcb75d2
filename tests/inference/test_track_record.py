"""A person's stated ranges against what came out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from groundplan.inference.proportions import wilson_bounds
from groundplan.inference.reference_ratios import PEOPLE_MEDIAN_ERRORS
from groundplan.inference.track_record import (
    TrackRecord,
    Verdict,
    stand_among_others,
    track_record,
)
from groundplan.terms.estimate import Estimate, Unknown

NAN = np.nan


def stated(actual: list[float], past: list[bool] | None = None, odds: float = 0.8) -> TrackRecord:
    n = len(actual)
    told = track_record([2.0] * n, [8.0] * n, [odds] * n, actual, past or [False] * n)
    assert isinstance(told, TrackRecord)
    return told


def test_kept_exceeded_missed_and_open() -> None:
    told = stated([2, 8, 1, 9, 4, NAN, NAN], [False] * 5 + [True, False])
    assert (told.settled, told.still_open) == (6, 1)
    assert (told.kept, told.exceeded, told.missed) == (3, 1, 2)
    assert isinstance(told.coverage, Estimate)
    assert (told.coverage.low, told.coverage.high) == pytest.approx(wilson_bounds(0.5, 6, 0.9))
    assert told.stated == pytest.approx(0.8)
    assert told.sharpness == pytest.approx(4)


def test_nothing_settled_is_unknown() -> None:
    told = track_record([1], [2], [0.8], [NAN], [False])
    assert told == Unknown("no range is settled", 0, 1, "settled ranges")


@pytest.mark.parametrize(
    ("low", "high", "odds", "actual"),
    [(0, 1, 0.8, 1), (2, 1, 0.8, 1), (1, np.inf, 0.8, 1), (1, 2, 1, 1), (1, 2, 0.8, 0),
     (NAN, 2, 0.8, 1), (1, 2, 0.8, np.inf)],
)  # fmt: skip
def test_absurd_ranges_are_errors(low: float, high: float, odds: float, actual: float) -> None:
    with pytest.raises(ValueError, match=r"need 0 <|not above 0"):
        track_record([low], [high], [odds], [actual], [False])


def test_the_verdict_needs_evidence() -> None:
    assert stated([4, 4, 4]).verdict is Verdict.UNKNOWN
    assert stated([4] * 40).verdict is Verdict.TOO_WIDE
    assert stated([4] * 4 + [20] * 16).verdict is Verdict.TOO_NARROW
    assert stated([4] * 16 + [20] * 4).verdict is Verdict.AS_STATED


def test_bias_is_the_median_over_the_middle_with_the_sign_tests_interval() -> None:
    rng = np.random.default_rng(1)
    actual = rng.lognormal(np.log(6), 0.4, 41)
    told = stated(actual.tolist())
    assert isinstance(told.bias, Estimate)
    assert told.bias.value == pytest.approx(np.median(actual) / 4)
    ordered = np.sort(actual) / 4
    rank = int(stats.binom.ppf(0.05, 41, 0.5))  # Conover, section 3.2
    assert (told.bias.low, told.bias.high) == pytest.approx((ordered[rank - 1], ordered[41 - rank]))
    assert isinstance(stated([4, 5, 6]).bias, Unknown)


def test_an_open_range_past_its_end_counts_as_at_least_its_high() -> None:
    told = stated([4, 4, 5, NAN, NAN, NAN, NAN], [False] * 3 + [True] * 4)
    assert isinstance(told.bias, Estimate)
    assert told.bias.value == pytest.approx(2)


def test_the_trend_is_that_of_hodges_and_lehmann() -> None:
    rng = np.random.default_rng(3)
    miss = np.concatenate((rng.normal(0, 0.8, 60), rng.normal(0, 0.3, 60)))
    told = stated((4 * np.exp(miss)).tolist())
    assert isinstance(told.trend, Estimate)
    older, newer = abs(miss[:60]), abs(miss[60:])
    assert told.trend.value == pytest.approx(np.exp(np.median(newer[:, None] - older)))
    assert told.trend.high < 1
    assert isinstance(stated([4] * 19).trend, Unknown)


def test_a_trend_claims_nothing_where_nothing_changes() -> None:
    rng = np.random.default_rng(5)
    runs = [stated((4 * np.exp(rng.normal(0, 0.5, 60))).tolist()).trend for _ in range(400)]
    held = [run.low <= 1 <= run.high for run in runs if isinstance(run, Estimate)]
    assert stats.binomtest(sum(held), len(held), 0.9).pvalue > 1e-3


def test_standing_among_others() -> None:
    best, worst = stand_among_others(1.0), stand_among_others(50.0)
    assert isinstance(best, Estimate)
    assert isinstance(worst, Estimate)
    assert worst.value == 0
    assert best.value > 0.9
    assert best.n == len(PEOPLE_MEDIAN_ERRORS) >= 5
    middle = stand_among_others(float(np.exp(np.median(PEOPLE_MEDIAN_ERRORS))))
    assert isinstance(middle, Estimate)
    assert middle.value == pytest.approx(0.5, abs=0.05)
    with pytest.raises(ValueError, match="at least 1"):
        stand_among_others(0.9)


rows = st.lists(
    st.tuples(st.floats(0.01, 100), st.floats(1, 50), st.floats(0.5, 0.99), st.floats(0.001, 1e5)),
    min_size=1,
    max_size=50,
)


@given(rows)
def test_every_settled_range_is_kept_exceeded_or_missed(
    ranges: list[tuple[float, float, float, float]],
) -> None:
    low, factor, odds, actual = (np.array(column) for column in zip(*ranges, strict=True))
    told = track_record(low, low * factor, odds, actual, [False] * len(low))
    assert isinstance(told, TrackRecord)
    assert told.kept + told.exceeded + told.missed == told.settled == len(ranges)
    assert told.sharpness >= 1
    assert told.typical_miss >= 1
