"""Ranges for the next item: what they look at, what they never look at, and how often they hold."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.estimation import correct, ranges_of
from groundplan.inference.outcomes import Outcomes, arrange, find_past
from groundplan.inference.predictions import PEOPLE_DIFFER, SHIPPED, weighted_quantiles
from groundplan.inference.reference_ratios import ATOMS, PEOPLE_MEDIAN_ERRORS
from groundplan.inference.rounding import snap_to_unit, unit_of_outcomes
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import HOURS

RESULT = json.loads(
    (Path(__file__).parents[2] / "evidence" / "promises" / "result.json").read_text()
)


def history(n: int = 200, people: int = 1, seed: int = 1, spread: float = 0.5) -> Outcomes:
    """Log-normal outcomes of people with habits of their own, two items a day each."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), n)
    estimate = rng.choice([1.0, 2.0, 3.0, 5.0, 8.0], n * people)
    habit = rng.normal(0, 0.4, people)[person]
    actual = estimate * np.exp(habit + rng.normal(0, spread, n * people))
    return arrange(estimate, actual, person, np.tile(np.arange(n) // 2, people))[0]


NO_ITEMS = arrange([], [])[0]


def test_the_published_reference_is_the_one_in_use() -> None:
    reference = RESULT["reference"]
    assert reference["log_ratio_quantiles"] == ATOMS.tolist()
    assert reference["median_absolute_log_ratio_of_people"] == list(PEOPLE_MEDIAN_ERRORS)


def test_what_has_no_ratio_is_left_out_and_counted() -> None:
    nan = np.nan
    items, left = arrange(
        [1, nan, 3, 0, 5, -2, np.inf, 8], [2, 2, nan, 4, 0, 1, 1, 4], list("aabbaaab")
    )
    assert items.estimate.tolist() == [1, 8]
    assert (left.without_estimate, left.without_actual) == (2, 1)
    assert (left.estimate_not_above_zero, left.actual_not_above_zero) == (2, 1)
    assert left.total == 6
    with pytest.raises(ValueError, match="differ in length"):
        arrange([1, 2], [1])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), min_size=1, max_size=60))
def test_the_past_is_every_own_item_of_an_earlier_moment(rows: list[tuple[int, int]]) -> None:
    items, _ = arrange([1] * len(rows), [1] * len(rows), *zip(*rows, strict=True))
    past = find_past(items)
    places = np.arange(len(items))
    own, real = past.newest_own(places, 100)
    every, known = past.newest_of_all(places, 100)
    for row in places:
        earlier = np.flatnonzero(items.tick < items.tick[row])
        mine = earlier[items.person[earlier] == items.person[row]]
        assert own[row][real[row]].tolist() == mine[::-1].tolist()
        assert every[row][known[row]].tolist() == earlier[::-1].tolist()
        assert past.own[row] == len(mine)


def test_no_range_knows_its_own_moment_or_what_came_later() -> None:
    items = history(60, people=3)
    changed = items.actual.copy()
    changed[items.tick >= 20] *= 50
    before = items.tick <= 20
    told = ranges_of(items, (0.5, 0.8))
    again = ranges_of(replace(items, actual=changed), (0.5, 0.8))
    for one, other in zip(told, again, strict=True):
        np.testing.assert_array_equal(one[before], other[before])
        assert not np.array_equal(one[~before], other[~before])


@pytest.mark.parametrize("people", [1, 4])
def test_the_correction_is_the_range_that_the_backtest_counts(people: int) -> None:
    items = history(90, people=people, seed=3)
    low, high = ranges_of(items, (0.8, 0.9))
    for row in (5, 80, len(items) - 1):
        earlier = items.select(np.flatnonzero(items.tick < items.tick[row]))
        who, what = int(items.person[row]), float(items.estimate[row])
        for column, odds in enumerate((0.8, 0.9)):
            told = correct(earlier, who, what, odds, HOURS)
            assert not isinstance(told, Unknown)
            assert (told.low, told.high) == pytest.approx((low[row, column], high[row, column]))


def test_a_range_without_any_history_is_the_published_one_and_says_so() -> None:
    told = correct(NO_ITEMS, 0, 4.0, 0.8, HOURS)
    assert not isinstance(told, Unknown)
    assert told.method == "published reference"
    assert (told.own_items, told.others_items, told.borrowed_share) == (0, 0, 1.0)
    doubt = np.sqrt(1 + PEOPLE_DIFFER**2)  # people's medians lie apart, this one's is unknown
    expected = np.quantile(ATOMS, [0.1, 0.9], method="inverted_cdf") * doubt
    assert (told.low, told.high) == pytest.approx(tuple(4 * np.exp(expected)))
    assert str(told).startswith("80%: ")


def test_points_against_hours_need_own_items() -> None:
    items = history(4)
    told = correct(items, 0, 3.0, 0.8, HOURS, same_unit=False)
    assert told == Unknown(
        "outcomes have another unit than estimates, so only own items tell their relation",
        4,
        10,
        "settled items",
    )
    in_hours = replace(history(12), actual=history(12).actual * 8)
    ranged = correct(in_hours, 0, 3.0, 0.8, HOURS, same_unit=False)
    assert not isinstance(ranged, Unknown)
    assert ranged.low < 24 < ranged.high
    assert 4 < ranged.correction < 16


@pytest.mark.parametrize("estimate", [0.0, -1.0, np.nan, np.inf])
def test_an_estimate_must_be_a_number_above_zero(estimate: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        correct(NO_ITEMS, 0, estimate, 0.8, HOURS)


@pytest.mark.parametrize("odds", [0.49, 0.995, 1.0, np.nan])
def test_odds_lie_between_half_and_99_percent(odds: float) -> None:
    with pytest.raises(ValueError, match="odds"):
        correct(NO_ITEMS, 0, 1.0, odds, HOURS)


positive = st.floats(1e-6, 1e9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(positive, positive, st.integers(0, 2)), max_size=40), positive)
def test_ranges_are_ordered_positive_and_nested_at_any_history(
    rows: list[tuple[float, float, int]], estimate: float
) -> None:
    planned, came, who = zip(*rows, strict=True) if rows else ((), (), ())
    items, _ = arrange(planned, came, who)
    before: tuple[float, float] | None = None
    for odds in (0.5, 0.66, 0.8, 0.9, 0.95, 0.99):
        told = correct(items, 0, estimate, odds, HOURS)
        assert not isinstance(told, Unknown)
        assert 0 < told.low <= told.middle <= told.high < np.inf
        assert 0 <= told.borrowed_share <= 1
        if before:
            assert told.low <= before[0] * (1 + 1e-9)
            assert told.high >= before[1] * (1 - 1e-9)
        before = (told.low, told.high)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from([1 / 64, 0.125, 60.0, 4096.0]), st.integers(0, 50))
def test_the_unit_does_not_matter(factor: float, seed: int) -> None:
    items = history(40, people=2, seed=seed)
    scaled = replace(items, estimate=items.estimate * factor, actual=items.actual * factor)
    plain = correct(items, 1, 3.0, 0.8, HOURS)
    other = correct(scaled, 1, 3.0 * factor, 0.8, HOURS)
    assert not isinstance(plain, Unknown)
    assert not isinstance(other, Unknown)
    assert (other.low / factor, other.high / factor) == pytest.approx((plain.low, plain.high))


def test_a_bias_is_corrected_and_others_only_fill_in() -> None:
    rng = np.random.default_rng(8)
    spread = np.exp(rng.normal(0, 0.2, 80))
    slow, _ = arrange(np.full(80, 4.0), 8 * spread)
    told = correct(slow, 0, 4.0, 0.8, HOURS)
    assert not isinstance(told, Unknown)
    assert told.correction == pytest.approx(2, rel=0.1)
    assert told.borrowed_share < 0.2
    both, _ = arrange(
        np.full(160, 4.0), np.concatenate((8 * spread, 4 * spread)), [0] * 80 + [1] * 80
    )
    newcomer = correct(both, 2, 4.0, 0.8, HOURS)
    assert not isinstance(newcomer, Unknown)
    assert newcomer.borrowed_share == 1
    assert newcomer.method == "other people and published reference"
    assert newcomer.high / newcomer.low > told.high / told.low


def test_recent_items_outweigh_old_ones() -> None:
    rng = np.random.default_rng(4)
    ratio = np.exp(rng.normal(0, 0.2, 900)) * np.repeat([0.5, 2.0], [600, 300])
    told = correct(arrange(np.full(900, 4.0), 4 * ratio)[0], 0, 4.0, 0.8, HOURS)
    assert not isinstance(told, Unknown)
    assert told.low > 4
    assert told.middle == pytest.approx(8, rel=0.2)


def test_quantiles_of_equal_weights_are_the_inverted_distribution() -> None:
    rng = np.random.default_rng(2)
    values = rng.normal(size=(5, 40))
    shares = np.array([0.05, 0.1, 0.5, 0.9, 0.95])
    told = weighted_quantiles(values, np.ones_like(values), shares)
    expected = np.quantile(values, shares, axis=1, method="inverted_cdf").T
    np.testing.assert_array_equal(told, expected)


def test_rounding_is_found_and_ranges_keep_to_it() -> None:
    rng = np.random.default_rng(6)
    rounded = np.maximum(np.round(rng.lognormal(1.5, 0.7, 400) * 2), 1) / 2
    items, _ = arrange(np.full(400, 4.0), rounded)
    unit = unit_of_outcomes(items)
    assert set(unit[:20]) == {0.0}
    assert set(unit[25:]) == {0.5}
    low, high = ranges_of(items, (0.8,))
    assert np.allclose(low[25:] * 2, np.round(low[25:] * 2))
    assert (low <= high).all()
    free_low, free_high = ranges_of(items, (0.8,), replace(SHIPPED, snaps=False))
    held = (rounded >= low[:, 0]) & (rounded <= high[:, 0])
    freely = (rounded >= free_low[:, 0] - 1e-9) & (rounded <= free_high[:, 0] + 1e-9)
    np.testing.assert_array_equal(held[25:], freely[25:])
    messy = replace(items, actual=items.actual * rng.lognormal(0, 0.1, 400))
    assert not unit_of_outcomes(messy).any()


def test_a_range_between_two_multiples_becomes_the_nearest_one() -> None:
    low, high = snap_to_unit(
        np.array([2.1, 2.1, 0.1]), np.array([2.4, 2.4, 0.2]), np.array([1, 0, 1.0])
    )
    assert low.tolist() == [2, 2.1, 1]
    assert high.tolist() == [2, 2.4, 1]
