"""Block means, scales and Student's t over units."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from groundplan.inference.panels.collapse import collapse, compare_gains, level_periods
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.scales import choose_scale


def made(outcome: np.ndarray, starts: list[int]) -> Panel:
    units, periods = outcome.shape
    return make_panel(map(str, range(units)), map(str, range(periods)), outcome, starts)


def test_t_is_that_of_two_samples_of_gains() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.normal(size=(9, 20))
    told = compare_gains(collapse(made(outcome, [8] * 4 + [NEVER] * 5), "difference"))
    gains = outcome[:, 8:].mean(axis=1) - outcome[:, :8].mean(axis=1)
    known = stats.ttest_ind(gains[:4], gains[4:])
    assert told.p == pytest.approx(known.pvalue)
    assert (told.low, told.high) == pytest.approx(tuple(known.confidence_interval()))


@given(st.integers(0, 2**32 - 1), st.floats(-5, 5))
def test_a_gap_in_one_period_does_not_pass_for_an_effect(seed: int, swing: float) -> None:
    """Units without noise: whatever periods do, and whoever is absent, there is no effect."""
    rng = np.random.default_rng(seed)
    periods = rng.normal(size=12)
    periods[3] += swing
    outcome = rng.normal(size=(6, 1)) + periods
    outcome[0, 3] = outcome[4, 8] = np.nan
    told = collapse(made(outcome, [6, 6, 6] + [NEVER] * 3), "difference")
    assert np.ptp(told.gains()) == pytest.approx(0, abs=1e-6)


def test_gaps_are_levelled_in_percent_too() -> None:
    rng = np.random.default_rng(3)
    outcome = np.exp(rng.normal(size=(6, 1)) + rng.normal(size=12))
    outcome[1, 2] = outcome[5, 9] = np.nan
    seen = np.isfinite(outcome)
    edges = np.array([0, 6])
    flat = level_periods(np.where(seen, outcome, 0), seen, edges, "percent")
    for block in (slice(0, 6), slice(6, 12)):
        within = np.where(seen[:, block], flat[:, block], np.nan)
        assert np.nanstd(within / np.nanmean(within, axis=1, keepdims=True)) < 1e-6


def test_units_without_a_block_are_left_out() -> None:
    outcome = np.random.default_rng(4).normal(size=(5, 8))
    outcome[2, 4:] = np.nan
    assert collapse(made(outcome, [4, 4] + [NEVER] * 3)).units.tolist() == [0, 1, 3, 4]


def test_percent_of_counts_is_the_log_of_the_ratio_of_means() -> None:
    outcome = np.array([[1.0, 3, 8, 8], [0, 4, 2, 2], [5, 5, 5, 5]])
    told = collapse(made(outcome, [2, NEVER, NEVER]), "percent")
    assert told.gains() == pytest.approx(np.log([4.0, 1.0, 1.0]))


def test_blocks_of_zeros_have_a_logarithm() -> None:
    outcome = np.array([[1.0, 3, 0, 0], [1, 3, 2, 2], [5, 5, 5, 5]])
    assert np.isfinite(collapse(made(outcome, [2, NEVER, NEVER]), "percent").values).all()


def test_scales() -> None:
    rng = np.random.default_rng(5)
    level = np.exp(rng.normal(0, 1, size=(12, 1)))
    said = {
        "negative": (rng.normal(size=(12, 20)), "difference"),
        "shares": (rng.uniform(size=(12, 20)), "difference"),
        "counts": (rng.poisson(20 * level, size=(12, 20)).astype(float), "percent"),
        "marks": (rng.integers(3, 6, size=(12, 20)).astype(float), "difference"),
        "amounts": (50 * level * np.exp(rng.normal(0, 0.5, size=(12, 20))), "percent"),
        "temperatures": (9 + 10 * level + rng.normal(0, 2, size=(12, 20)), "difference"),
    }
    for name, (outcome, scale) in said.items():
        assert choose_scale(outcome, 10)[0] == scale, name


def test_nothing_but_zeros_has_no_percentage() -> None:
    outcome = np.random.default_rng(6).poisson(5, size=(10, 20)).astype(float)
    outcome[3] = 0
    assert choose_scale(outcome, 10)[0] == "difference"


@given(st.integers(0, 2**32 - 1))
def test_the_scale_does_not_look_at_who_is_treated(seed: int) -> None:
    rng = np.random.default_rng(seed)
    outcome = np.exp(rng.normal(size=(8, 10)))
    starts = np.array([5] * 3 + [NEVER] * 5)
    one, other = (collapse(made(outcome, list(rng.permutation(starts)))) for _ in range(2))
    assert one.scale == other.scale
    assert one.values == pytest.approx(other.values)


def test_a_missing_block_among_several_is_filled_without_a_trace() -> None:
    """Units without noise: what is filled is what would have been there."""
    rng = np.random.default_rng(7)
    outcome = rng.normal(size=(8, 1)) + rng.normal(size=12)
    starts = [3, 6, 9, 9, NEVER, NEVER, NEVER, NEVER]
    whole = collapse(made(outcome, starts), "difference").values
    outcome[5, 3:6] = np.nan
    told = collapse(made(outcome, starts), "difference")
    assert len(told.units) == 8
    assert told.values == pytest.approx(whole, abs=1e-6)
