"""Ranges hold as often as they say, in made-up worlds that are unkind, and in published figures."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest

from groundplan.inference.conformal import MOST_LEVEL, adapt_levels
from groundplan.inference.estimation import ranges_of
from groundplan.inference.estimation_backtest import (
    BASELINE_NEEDS,
    SWEEP,
    Backtest,
    backtest,
    quantile_ranges,
    rolling_coverage,
    width_at,
)
from groundplan.inference.outcomes import Outcomes, arrange, find_past
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import HOURS

RESULT = json.loads(
    (Path(__file__).parents[2] / "evidence" / "promises" / "result.json").read_text()
)


def world(
    people: int, n: int, *, drift: float = 0, step: float = 0, heavy: bool = False,
    rounded: float = 0, times: float = 1, exact: float = 0, spread: float = 0.6, seed: int = 0,
) -> Outcomes:  # fmt: skip
    """People with habits of their own, who finish an item each at every tick."""
    rng = np.random.default_rng(seed)
    person, tick = np.repeat(np.arange(people), n), np.tile(np.arange(n), people)
    estimate = rng.choice([1.0, 2.0, 3.0, 5.0, 8.0, 13.0], len(person))
    noise = rng.standard_t(3, len(person)) if heavy else rng.normal(size=len(person))
    own_spread = spread * np.exp(rng.normal(0, 0.3, people))[person]
    habit = rng.normal(0, 0.4, people)[person] - 0.2 * np.log(estimate / 3)
    ratio = np.exp(habit + own_spread * noise + drift * tick / n + step * (tick > n / 2))
    ratio[rng.random(len(person)) < exact] = 1.0
    actual = estimate * ratio * times
    if rounded:
        actual = np.maximum(np.round(actual / rounded), 1) * rounded
    return arrange(estimate, actual, person, tick)[0]


WORLDS = {
    "one person": {"people": 1, "n": 1500},
    "twenty people": {"people": 20, "n": 80},
    "many with few items": {"people": 80, "n": 25},
    "a slow drift": {"people": 2, "n": 800, "drift": 1.5},
    "a sudden change": {"people": 5, "n": 300, "step": 1.0},
    "heavy tails": {"people": 5, "n": 300, "heavy": True},
    "whole numbers": {"people": 2, "n": 800, "rounded": 1.0},
    "steps of five": {"people": 2, "n": 800, "rounded": 5.0},
    "points against hours": {"people": 6, "n": 250, "times": 7.0},
    "six of ten exactly as estimated": {"people": 4, "n": 400, "exact": 0.6, "rounded": 0.5},
    "hardly any spread": {"people": 3, "n": 500, "spread": 0.1},
}


@pytest.mark.parametrize("name", WORLDS)
def test_80_percent_is_78_to_82_in_unkind_worlds(name: str) -> None:
    told = backtest(world(**WORLDS[name]), HOURS)
    assert isinstance(told, Backtest)
    covered = {one.odds: one.coverage.value for one in told.shipped.at}
    assert 0.78 <= covered[0.8] <= 0.82
    assert 0.885 <= covered[0.9] <= 0.92
    assert 0.935 <= covered[0.95] <= 0.965


def test_first_items_hold_on_reference_and_others() -> None:
    told = backtest(world(people=150, n=15, seed=5), HOURS)
    assert isinstance(told, Backtest)
    assert isinstance(told.first_items, object) and not isinstance(told.first_items, Unknown)
    coverage = told.first_items.at[1].coverage
    assert isinstance(coverage, Estimate)
    assert 0.77 <= coverage.value <= 0.84


def test_adapted_levels_reach_any_odds_whatever_the_outcomes() -> None:
    """Gibbs and Candes (2021), proposition 4.1: a bound that no data can break."""
    rng = np.random.default_rng(7)
    n, step = 4_000, 0.02
    odds = np.array([0.5, 0.8, 0.9])
    for needed in (
        rng.random(n) ** 3,  # ranges far too wide
        rng.random(n) ** 0.2,  # far too narrow
        np.sort(rng.random(n)),  # ever worse
        (np.arange(n) // 500 % 2) * 0.9 + 0.05,  # regimes
    ):
        person, tick = np.zeros(n, dtype=np.int64), np.arange(n)
        levels = adapt_levels(needed, person, tick, odds, person_step=step, file_step=0.0)
        covered = (needed[:, None] <= levels + 1e-12).mean(axis=0)
        assert (np.diff(levels, axis=1) >= 0).all()
        assert abs(covered - odds).max() <= (1 + step) / (step * n) + 1e-9


def test_a_level_knows_nothing_of_its_own_tick_and_open_items_teach_nothing() -> None:
    odds = np.array([0.8])
    person = np.zeros(4, dtype=np.int64)
    same = adapt_levels([np.inf] * 4, person, np.zeros(4, dtype=np.int64), odds)
    assert (same == 0.8).all()
    still_open = adapt_levels([np.nan] * 4, person, np.arange(4), odds)
    assert (still_open == 0.8).all()
    missed = adapt_levels([np.inf] * 4, person, np.arange(4), odds)[:, 0]
    assert (np.diff(missed) > 0).all()
    assert adapt_levels(
        [np.inf] * 900, np.zeros(900, dtype=np.int64), np.arange(900), odds
    ).max() <= (MOST_LEVEL)


def test_the_baseline_is_the_running_quantile_of_own_ratios() -> None:
    items = world(people=2, n=40, seed=2)
    low, high = quantile_ranges(items, (0.8,))
    own = find_past(items).own
    assert np.isnan(low[own < BASELINE_NEEDS]).all()
    for row in np.flatnonzero(own >= BASELINE_NEEDS)[::7]:
        mine = (items.person == items.person[row]) & (items.tick < items.tick[row])
        expected = items.estimate[row] * np.exp(np.quantile(items.log_ratio[mine], [0.1, 0.9]))
        assert (low[row, 0], high[row, 0]) == pytest.approx(tuple(expected))


def test_a_report_counts_what_it_says() -> None:
    items = world(people=6, n=60, seed=9)
    told = backtest(items, HOURS)
    assert isinstance(told, Backtest)
    low, high = (bounds[:, SWEEP.index(0.8)] for bounds in ranges_of(items, SWEEP))
    both = find_past(items).own >= BASELINE_NEEDS
    inside = ((items.actual >= low) & (items.actual <= high))[both]
    at = told.shipped.at[1]
    assert (at.odds, told.shipped.n, told.shipped.people) == (0.8, both.sum(), 6)
    assert at.coverage.value == pytest.approx(inside.mean())
    assert at.coverage.value + at.below + at.above == pytest.approx(1)
    assert at.median_log_width == pytest.approx(np.median(np.log(high / low)[both]))
    assert at.median_width == pytest.approx(np.median((high - low)[both]))
    assert told.raw_bias_log_ratio == pytest.approx(np.median(items.log_ratio[both]))
    assert isinstance(told.shipped.by_person, tuple)
    assert not isinstance(told.first_items, Unknown)
    assert told.first_items.n == (~both).sum()
    assert told.baseline.n == told.shipped.n


def test_reported_rows_can_be_held_out_while_earlier_ones_teach() -> None:
    items = world(people=1, n=300)
    late = np.arange(300) >= 200
    told = backtest(items, HOURS, rows=late)
    assert isinstance(told, Backtest)
    assert told.shipped.n == 100
    assert isinstance(told.first_items, Unknown)


def test_too_little_is_unknown_not_zero() -> None:
    few = backtest(world(people=3, n=10), HOURS)
    assert few == Unknown(
        "nobody has settled enough items for one more to be foretold", 10, 11, "settled items"
    )
    assert isinstance(backtest(arrange([], [])[0], HOURS), Unknown)
    assert isinstance(rolling_coverage(arrange([], [])[0], 0.8), Unknown)
    one = backtest(world(people=2, n=30), HOURS)
    assert isinstance(one, Backtest)
    assert isinstance(one.shipped.by_person, Unknown)


def test_rolling_coverage_counts_first_items_too() -> None:
    told = rolling_coverage(world(people=10, n=60, seed=4), 0.8)
    assert isinstance(told, Estimate)
    assert told.n == 600
    assert told.low < 0.8 < told.high


def test_widths_are_compared_where_coverage_is_equal() -> None:
    covered, widths = np.array([0.6, 0.7, 0.9]), np.array([1.0, 2.0, 4.0])
    assert width_at(0.8, covered, widths) == pytest.approx(3.0)
    assert width_at(0.95, covered, widths) == Unknown(
        "no odds brought it there", 90, 95, "% coverage"
    )


def test_twenty_thousand_rows_take_seconds() -> None:
    """CPU time, so that a busy machine does not matter."""
    items = world(people=40, n=500, rounded=0.25)
    started = time.process_time()
    backtest(items, HOURS)
    assert time.process_time() - started < 10


@pytest.mark.parametrize("name", ["sip", "renzo", "project22"])
def test_published_figures_meet_the_bar(name: str) -> None:
    told = RESULT["held_out"][name]
    shipped, baseline = list(told.values())[-1], next(iter(told.values()))
    assert shipped["n"] == baseline["n"]
    assert 0.78 <= shipped["at"]["80%"]["covered"] <= 0.82
    for odds in ("80%", "90%"):
        key = "median_log_width_at_equal_coverage"
        assert shipped["at"][odds][key] < baseline["at"][odds][key]
