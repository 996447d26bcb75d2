"""Forecasts: laws for every history, agreement with textbooks, and promises that hold."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from groundplan.inference.forecasts.forecast import (
    FURTHEST_WEEKS,
    Forecast,
    forecast,
    worked_weeks,
)
from groundplan.inference.forecasts.futures import RESEMBLANCE, simulate_futures
from groundplan.inference.forecasts.paces import SHIPPED, Constants, chance_at_most, measure_pace
from groundplan.inference.forecasts.recalibration import (
    LEAST_ITEMS,
    LEAST_WEEKS,
    SHIPPED_SHAPE,
    no_record,
    prior_curve,
    replay,
)
from groundplan.inference.forecasts.standing import MEASURED, Standing, look_up
from groundplan.inference.forecasts.year_ends import YEAR_END, share_worked
from groundplan.terms.estimate import Unknown

EVIDENCE = Path(__file__).parents[2] / "evidence" / "forecast_coverage"

histories = st.lists(st.integers(0, 60), min_size=LEAST_WEEKS, max_size=60).filter(
    lambda counts: sum(counts[-26:]) >= LEAST_ITEMS
)


def known(counts: object) -> Forecast:
    told = forecast(np.asarray(counts))
    assert isinstance(told, Forecast)
    return told


def number(told: float | Unknown) -> float:
    return float("inf") if isinstance(told, Unknown) else told


def count(told: int | Unknown) -> int:
    return 0 if isinstance(told, Unknown) else told


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 40))
def test_surer_is_later_and_more_is_later(counts: list[int], items: int) -> None:
    plan = known(counts)
    by_level = [number(plan.when(items, level)) for level in (0.5, 0.85, 0.95)]
    assert by_level == sorted(by_level)
    assert number(plan.when(items + 5, 0.85)) >= by_level[1]


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 20))
def test_surer_is_fewer(counts: list[int], weeks: int) -> None:
    plan = known(counts)
    by_level = [count(plan.how_many(weeks, level)) for level in (0.5, 0.85, 0.95)]
    assert by_level == sorted(by_level, reverse=True)
    assert plan.at_most(weeks, 0.85) >= by_level[0]


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 26), st.sampled_from([0.5, 0.8, 0.85]))
def test_a_count_is_the_most_that_is_that_sure(counts: list[int], weeks: int, level: float) -> None:
    plan = known(counts)
    items = count(plan.how_many(weeks, level))
    chances = plan.chance([max(items, 1), items + 1], weeks)[0]
    assert items == 0 or chances[0] >= level
    assert chances[1] < level


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 40))
def test_both_questions_have_one_answer(counts: list[int], items: int) -> None:
    """Done by week t at least as surely as level: then at least so many by the end of week t."""
    plan = known(counts)
    by = plan.when(items, 0.85)
    if not isinstance(by, Unknown) and by > 2:
        assert count(plan.how_many(float(np.ceil(by)), 0.85)) >= items - 1


def test_the_chances_are_negative_binomial() -> None:
    pace = measure_pace([3, 5, 4, 9, 2, 6, 7, 1, 4, 4])
    spread = pace.drift * (13 / 4) ** pace.horizon + pace.burst / 13
    mean = pace.rate * 13
    book = stats.nbinom.cdf(np.arange(200), 1 / spread, 1 / (1 + spread * mean))
    assert chance_at_most(pace, np.arange(200), 13.0) == pytest.approx(book, abs=1e-12)
    assert chance_at_most(pace, -1, 13.0) == 0


def test_without_drift_and_clumps_the_chances_are_poisson() -> None:
    pace = measure_pace([5] * 26, Constants(0.0, -20.0, 0.0, 0.0, 0.0, 0.0))
    assert chance_at_most(pace, np.arange(60), 4.0) == pytest.approx(
        stats.poisson.cdf(np.arange(60), 20.0), abs=1e-6
    )


def test_a_bulk_closing_is_no_pace() -> None:
    usual = [6, 8, 7, 9, 5, 8, 7, 6, 9, 7, 8, 6]
    cleaned = [*usual[:-1], 632]
    assert measure_pace(cleaned).rate < 3 * measure_pace(usual).rate


def test_silence_widens_and_slows() -> None:
    awake, asleep = measure_pace([4] * 12), measure_pace([4] * 6 + [0] * 6)
    assert asleep.rate < awake.rate
    assert asleep.drift > awake.drift


@pytest.mark.parametrize(
    ("counts", "reason"),
    [([3, 4, 5, 2, 6], "history"), ([0] * 40, "too few items"), ([9] * 20 + [0] * 30, "too few")],
)
def test_too_little_is_unknown(counts: list[int], reason: str) -> None:
    told = forecast(counts)
    assert isinstance(told, Unknown)
    assert reason in told.reason
    assert told.have < told.need


def test_what_cannot_be_promised_is_unknown() -> None:
    plan = known([0, 1, 0, 2, 0, 1, 0, 0, 1, 0, 1, 0])
    assert isinstance(plan.how_many(1, 0.95), Unknown)
    assert isinstance(plan.when(500, 0.5), Unknown)
    assert isinstance(plan.how_many(FURTHEST_WEEKS + 1, 0.5), Unknown)


@pytest.mark.parametrize("counts", [[1, -1] * 6, [1.5] * 12, [float("nan")] * 12, [[1, 2]] * 12])
def test_broken_counts_are_refused(counts: list[float]) -> None:
    with pytest.raises(ValueError, match=r"count|number"):
        forecast(counts)


def test_levels_and_plans_are_checked() -> None:
    plan = known([5] * 12)
    with pytest.raises(ValueError, match="level"):
        plan.how_many(4, 1.0)
    with pytest.raises(ValueError, match="nothing"):
        plan.when(0, 0.85)


def test_a_week_off_costs_a_week() -> None:
    plan = known([5, 6, 4, 5, 7, 3, 5, 6, 5, 4, 5, 6])
    usual = number(plan.when(20, 0.5))
    assert usual < number(plan.when(20, 0.5, capacity=[0.0])) < usual + 1.3
    assert number(plan.when(20, 0.5, capacity=[1.25] * 52)) < usual
    worked = worked_weeks(np.array([0.5, 1.0, 3.0]), np.array([0.0, 0.5]))
    assert worked == pytest.approx([0, 0, 1.5], abs=1e-8)


def test_the_year_s_end_is_quiet() -> None:
    shares = share_worked(np.datetime64("2023-12-17"), 2, 4)
    quiet = 1 - YEAR_END
    assert shares == pytest.approx([1, 1, 1 - quiet / 7, 1 - quiet, 1 - quiet / 7, 1])
    counts = np.random.default_rng(9).poisson(10, 60)
    usual, festive = forecast(counts), forecast(counts, np.datetime64("2023-12-17"))
    summer = forecast(counts, np.datetime64("2023-06-18"))
    assert isinstance(usual, Forecast)
    assert isinstance(festive, Forecast)
    assert isinstance(summer, Forecast)
    assert number(festive.when(30, 0.85)) > number(usual.when(30, 0.85)) + 0.5
    assert number(summer.when(30, 0.5)) == pytest.approx(number(usual.when(30, 0.5)), rel=0.05)


def test_growth_is_what_drawing_says() -> None:
    rng = np.random.default_rng(4)
    plan, joining = known(rng.poisson(9, 40)), known(rng.poisson(2, 40))
    levels = (np.arange(20_000) + 0.5) / 20_000
    done, joined = (one.quantiles(6.0, rng.permutation(levels)) for one in (plan, joining))
    drawn = (done - joined >= 30).mean()
    chances = plan.chances_by_time(30, growth=joining)
    told = chances[np.searchsorted(np.concatenate([np.arange(15) / 7, np.arange(3, 53)]), 6.0)]
    assert told == pytest.approx(drawn, abs=0.02)
    assert number(plan.when(30, 0.85, growth=joining)) > number(plan.when(30, 0.85))


def test_dates_are_those_of_when() -> None:
    plan = known(np.random.default_rng(3).poisson(4, 60))
    rows = plan.dates([1, 10, 400], (0.5, 0.85))
    for place, row in zip([1, 10, 400], rows, strict=True):
        for level, date in zip((0.5, 0.85), row, strict=True):
            told = plan.when(place, level)
            assert (date is None) == isinstance(told, Unknown)
            assert date is None or date == pytest.approx(told)


def test_futures_have_the_forecast_s_dates() -> None:
    plan = known(np.random.default_rng(7).poisson(8, 80))
    futures = simulate_futures(plan, 100, 40_000, np.random.default_rng(1))
    assert futures.shape == (100, 40_000)
    assert (np.diff(futures, axis=0) >= -1e-4).all()
    for place in (12, 25, 50, 100):  # knots: exact but for chance
        for level in (0.5, 0.85):
            told = number(plan.when(place, level))
            assert np.quantile(futures[place - 1], level) == pytest.approx(told, rel=0.03)
    between = number(plan.when(80, 0.85))
    assert np.quantile(futures[79], 0.85) == pytest.approx(between, rel=0.05)
    again = simulate_futures(plan, 100, 40_000, np.random.default_rng(1))
    assert (futures == again).all()


def test_the_record_of_others_holds_alone_at_first_and_gives_way() -> None:
    short = known([5, 4, 6, 5, 7, 4])
    assert short.record.weights.sum() == 0
    steady = known(np.random.default_rng(2).poisson(20, 400))
    alone = Forecast(steady.pace, steady.window, no_record(), SHIPPED_SHAPE, steady.ahead)
    gained = count(steady.how_many(4, 0.85)) - count(alone.how_many(4, 0.85))
    assert gained > 0, "a steady tracker earns a bolder promise"


def test_recalibration_keeps_order() -> None:
    curve = prior_curve(SHIPPED_SHAPE, np.array([1, 2, 8, 26, 52]), np.array([6, 12, 26, 26, 6]))
    assert (np.diff(curve, axis=-1) >= 0).all()
    assert (curve[:, 0] == 0).all()
    assert (curve[:, -1] == 1).all()


def test_a_replay_knows_only_what_was_over() -> None:
    counts = np.random.default_rng(8).poisson(6, 90)
    worked = np.ones(90)
    past = replay(counts, worked)
    for at in (30, 60, 90):
        early = replay(counts[:at], worked[:at])
        mine, theirs = past.known_at(np.array([at])), early.known_at(np.array([at]))
        assert mine.weights == pytest.approx(theirs.weights)
        assert mine.sums == pytest.approx(theirs.sums)


def test_what_is_said_of_other_trackers_is_what_was_measured() -> None:
    """The shipped constants and figures are those of the evidence."""
    result = json.loads((EVIDENCE / "result.json").read_text())
    for row in result["bar"]:
        told = MEASURED[row["question"]].get(row["horizon_weeks"])
        assert told is None or list(told) == row["held"]
    for kind, shipped in (("constants", SHIPPED), ("shape", SHIPPED_SHAPE)):
        fitted = result["fitted_to_all"][kind]
        for name, value in asdict(shipped).items():
            assert value == pytest.approx(fitted[name], abs=0.006)
    assert pytest.approx(result["luck"]["power"], abs=0.006) == RESEMBLANCE


def test_a_standing_is_that_of_the_next_longer_horizon() -> None:
    told = look_up("how many", 3)
    assert isinstance(told, Standing)
    assert told.horizon_weeks == 4
    assert told.holds
    assert isinstance(look_up("when", 20), Unknown)
