"""Survival: published curves, and agreement with plain quantiles where nobody is waiting."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.survival import quantile_of_waiting, share_arrived_by, waiting_curve
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import DAYS

# Remission of 21 patients on 6-MP, weeks, + censored: Gehan (1965), Biometrika 52; Freireich et
# al. (1963), Blood 21. Product-limit values: Kleinbaum and Klein (2012), Survival Analysis,
# table 2.2; errors by Greenwood: Cox and Oakes (1984), section 4.3.
REMISSION = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12
CURVE = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
AT_RISK = [21, 17, 15, 12, 11, 7, 6]
GREENWOOD = {6: 0.0764, 7: 0.0869, 10: 0.0963, 13: 0.1068, 16: 0.1141, 22: 0.1282, 23: 0.1346}


def test_the_curve_matches_the_published_one() -> None:
    curve = waiting_curve(REMISSION, RELAPSED)
    assert curve.times.tolist() == list(CURVE)
    assert curve.waiting == pytest.approx(list(CURVE.values()), abs=5e-5)
    assert curve.at_risk.tolist() == AT_RISK
    error = curve.log_log_error * np.abs(np.log(curve.waiting)) * curve.waiting
    assert error == pytest.approx(list(GREENWOOD.values()), abs=1e-4)


def test_the_median_matches_the_published_one() -> None:
    # median 23 weeks; 95% log(-log) interval 13 to not reached (Kleinbaum and Klein; R survfit)
    told = quantile_of_waiting(REMISSION, RELAPSED, DAYS, "people", level=0.95)
    assert told == Unknown("too few are left to bound the time", 21, 42, "people")
    low, high = waiting_curve(REMISSION, RELAPSED).bounds(0.95)
    assert waiting_curve(REMISSION, RELAPSED).times[low <= 0.5][0] == 13
    assert high[-1] > 0.5
    # R survfit, conf.type "log-log", 95%: S(10) = 0.753 in 0.503 to 0.889
    assert (low[2], high[2]) == pytest.approx((0.5032, 0.8894), abs=1e-3)


def test_the_placebo_arm_has_no_waiting_ones() -> None:
    # Gehan's placebo arm, all relapsed: median 8 weeks, 95% log-log 4 to 11 (R survfit)
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    told = quantile_of_waiting(placebo, [True] * 21, DAYS, "people", level=0.95)
    assert isinstance(told, Estimate)
    assert (told.low, told.value, told.high) == (4, 8, 11)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.booleans()), min_size=1, max_size=80))
def test_curves_fall_and_lie_in_their_bounds(rows: list[tuple[float, bool]]) -> None:
    duration, arrived = zip(*rows, strict=True)
    curve = waiting_curve(duration, arrived)
    low, high = curve.bounds(0.9)
    assert (np.diff(curve.waiting) <= 0).all()
    assert (low <= curve.waiting + 1e-9).all()
    assert (curve.waiting <= high + 1e-9).all()


@given(st.lists(st.tuples(st.floats(0, 1e4), st.booleans()), min_size=1, max_size=80))
def test_quantiles_and_shares_lie_in_their_intervals(rows: list[tuple[float, bool]]) -> None:
    duration, arrived = zip(*rows, strict=True)
    quantile_of_waiting(duration, arrived, DAYS, "people")
    told = share_arrived_by(duration, arrived, 100.0, "people")
    assert isinstance(told, Unknown) or 0 <= told.low <= told.value <= told.high <= 1


def test_without_waiting_ones_the_share_is_plain() -> None:
    told = share_arrived_by(np.arange(1, 101), [True] * 100, 30.0, "people")
    assert isinstance(told, Estimate)
    assert told.value == pytest.approx(0.3)
    assert (told.low, told.high) == pytest.approx((0.2306, 0.3799), abs=1e-3)  # Wilson, 30 of 100


def test_ignoring_those_who_wait_would_be_too_fast() -> None:
    rng = np.random.default_rng(7)
    wait = rng.exponential(100, 400)
    seen = rng.uniform(0, 200, 400)
    told = quantile_of_waiting(np.minimum(wait, seen), wait <= seen, DAYS, "people")
    assert isinstance(told, Estimate)
    assert told.low < 100 * np.log(2) < told.high
    assert np.median(wait[wait <= seen]) < told.low


def test_small_and_broken_samples() -> None:
    assert isinstance(quantile_of_waiting([], [], DAYS, "people"), Unknown)
    assert isinstance(quantile_of_waiting([3.0], [False], DAYS, "people"), Unknown)
    assert isinstance(share_arrived_by([], [], 3.0, "people"), Unknown | Estimate)
    assert isinstance(share_arrived_by([1.0, 2.0], [False, False], 9.0, "people"), Unknown)
    for bad in (-1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=r"negative|finite"):
            waiting_curve([1.0, bad], [True, True])
