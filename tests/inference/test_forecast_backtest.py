"""Back-tests: no peeking, scores as in the books, and promises on simulated trackers that hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.forecasts.backtest import Backtest, backtest, split_ties
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS, Forecast, forecast
from groundplan.inference.forecasts.scores import (
    count_grid,
    crps_of_counts,
    crps_of_times,
    read_quantile,
    times_reached,
)
from groundplan.inference.forecasts.throughput_bootstrap import draw_weeks
from groundplan.inference.forecasts.trials import History, answer_by_pace, ask, read_history
from groundplan.terms.estimate import Unknown

START = np.datetime64("2020-01-06")


def days_of(counts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    weeks = np.repeat(np.arange(len(counts)), counts)
    return START + 7 * weeks + rng.integers(0, 7, size=len(weeks))


def history_of(counts: np.ndarray) -> History:
    weeks = np.repeat(np.arange(len(counts)), counts)
    return History(np.asarray(counts), weeks + 0.5, np.ones(len(counts) + FURTHEST_WEEKS))


def test_weeks_end_with_the_history() -> None:
    until = np.datetime64("2024-03-14")
    done = until - np.array([0, 6, 7, 13, 14, 20, 27, 30])
    history = read_history(done, until)
    assert history.counts.tolist() == [1, 2, 2, 2]  # 30 days ago fell into a broken week
    assert history.finished[-1] == 4.0
    assert read_history(np.array(["NaT"], dtype="M8[D]"), until).counts.tolist() == []


def test_no_peeking() -> None:
    """The answer at a past week is the forecast that the product would have made that day."""
    counts = np.random.default_rng(5).poisson(7, 80)
    trial = ask(history_of(counts), (2, 8), 26)
    answers = answer_by_pace(trial)
    for row in (0, 10, 30, len(trial.at) - 1):
        plan = forecast(counts[: trial.at[row]])
        assert isinstance(plan, Forecast)
        for j, weeks in enumerate(trial.horizons):
            told = 1 - plan.chance(trial.grid[row, j] + 1, float(weeks))[0]
            assert answers.at_most[row, j] == pytest.approx(told, abs=1e-9)


def test_what_was_wanted_and_when_it_came() -> None:
    counts = np.array([4] * 20)
    trial = ask(history_of(counts), (2,), 6)
    assert set(trial.wanted.ravel()) == {8}
    assert set(trial.came[trial.ahead >= 2].ravel()) == {8}
    assert trial.took[0, 0] == pytest.approx(1.5)
    assert trial.took[-1, 0] == np.inf


@given(st.lists(st.integers(0, 30), min_size=2, max_size=60), st.integers(0, 40))
def test_the_score_is_that_of_the_sample(sample: list[int], came: int) -> None:
    """CRPS of an empirical distribution: E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007)."""
    values = np.array(sample, dtype=float)
    book = np.abs(values - came).mean() - np.abs(values[:, None] - values).mean() / 2
    grid = np.arange(60)
    at_most = (values[:, None] <= grid).mean(axis=0)
    assert crps_of_counts(grid, at_most, np.array(came)) == pytest.approx(book)


def test_the_score_of_times_stops_where_the_history_does() -> None:
    by_week = np.array([0.2, 0.6, 0.9, 1.0])
    full = crps_of_times(by_week, np.array(2.5), np.array(4.0))
    assert full == pytest.approx(0.04 + 0.36 + 0.01)
    assert crps_of_times(by_week, np.array(np.inf), np.array(2.0)) == pytest.approx(0.04 + 0.36)


def test_the_grid_holds_small_counts_and_reaches_far() -> None:
    grid = count_grid(np.array([1.0, 900.0]), np.array([3, 20_000]))
    assert (np.diff(grid, axis=-1) >= 1).all()
    assert grid[0, :10].tolist() == list(range(10))
    assert grid[1, -1] >= 20_000


def test_quantiles_and_times_are_read_off() -> None:
    grid = np.arange(5)
    at_most = np.array([0.1, 0.4, 0.7, 0.95, 1.0])
    assert [read_quantile(grid, at_most, q) for q in (0.05, 0.4, 0.5, 0.95)] == [0, 1, 2, 3]
    assert times_reached(np.array([0.2, 0.6]), 0.4) == pytest.approx(1.5)
    assert times_reached(np.array([0.2, 0.6]), 0.7) == np.inf


def test_ties_are_split() -> None:
    told = split_ties(np.array([0.1, 0.2, 0.0]), np.array([0.2, 0.4, 0.1]), 0.15)
    assert told == pytest.approx([0.5, 0.0, 1.0])


def test_the_bootstrap_draws_sums_of_weeks() -> None:
    rng = np.random.default_rng(6)
    window = np.array([0, 1])
    grid = np.arange(4)[None, None, :]
    drawn = [draw_weeks([window], (2,), grid, np.array([[2]]), 4, rng, block=1) for _ in range(20)]
    assert np.mean([one.at_most[0, 0] for one in drawn], axis=0) == pytest.approx(
        [0.25, 0.75, 1, 1], abs=0.02
    )
    assert np.mean([one.by_week[0, 0, 1] for one in drawn]) == pytest.approx(0.25, abs=0.02)


def test_promises_hold_where_the_bootstrap_breaks_them() -> None:
    """Paces that wander: 60 trackers, at 85% and 8 weeks ahead."""
    rng = np.random.default_rng(11)
    ours, theirs, sharper = [], [], []
    for _ in range(60):
        pace = 6 * np.exp(np.cumsum(rng.normal(0, 0.2, 90)))
        told = backtest(days_of(rng.poisson(pace), rng), rng, horizons=(8,), levels=(0.85,))
        assert isinstance(told, Backtest)
        for question in ("how many", "when"):
            one, other = (
                next(v for v in told.verdicts if (v.method, v.question) == (m, question))
                for m in ("groundplan", "bootstrap")
            )
            ours.append(one.of_all)
            theirs.append(other.of_all)
            sharper.append(np.log(one.crps / other.crps))
    assert 0.82 <= np.nanmean(ours) <= 0.95
    assert np.nanmean(theirs) < 0.75
    assert np.mean(sharper) < 0


def test_a_steady_tracker_is_not_promised_too_little_for_ever() -> None:
    rng = np.random.default_rng(12)
    told = backtest(days_of(rng.poisson(15, 400), rng), rng, horizons=(2,), levels=(0.85,))
    assert isinstance(told, Backtest)
    (mine,) = [v for v in told.verdicts if (v.method, v.question) == ("groundplan", "how many")]
    assert 0.82 <= mine.of_all <= 0.97


def test_items_that_are_open_or_in_any_order() -> None:
    rng = np.random.default_rng(13)
    done = days_of(rng.poisson(5, 60), rng)
    mixed = rng.permutation(np.concatenate([done, np.full(30, np.datetime64("NaT"))]))
    plain = backtest(done, np.random.default_rng(1))
    shuffled = backtest(mixed, np.random.default_rng(1))
    assert isinstance(plain, Backtest)
    assert isinstance(shuffled, Backtest)
    assert shuffled.undated == 30
    assert [v.crps for v in shuffled.verdicts] == [v.crps for v in plain.verdicts]


def test_an_export_that_goes_on_after_the_last_finish() -> None:
    rng = np.random.default_rng(14)
    done = days_of(rng.poisson(5, 40), rng)
    created = np.append(done - 3, done.max() + 70)
    told = backtest(done, rng, created=created)
    assert isinstance(told, Backtest)
    assert told.weeks == pytest.approx(49, abs=1)
    assert told.origins + told.silent == told.weeks - 6


@pytest.mark.parametrize(
    ("days", "reason"),
    [([], "nothing"), ([0, 1, 2], "too short"), ([0, 200, 300], "no window")],
)
def test_too_little_is_unknown(days: list[int], reason: str) -> None:
    done = START + np.array(days, dtype=int)
    told = backtest(done.astype("M8[D]"), np.random.default_rng(1))
    assert isinstance(told, Unknown)
    assert reason in told.reason
