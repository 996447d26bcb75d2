"""What may never come: against an independent maximum, brute force, and by simulated coverage."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import norm

from groundplan.inference.resumption import (
    AWAY,
    GIVEN_UP,
    RAMP,
    TRACKERS,
    WORK,
    Learnt,
    Prior,
    RampPrior,
    learn,
    learn_ramp,
)

RESULT = Path(__file__).parents[2] / "evidence" / "switching" / "result.json"
NOTHING: tuple[list[float], list[bool], list[bool]] = ([], [], [])
VAGUE = Prior(share=0.5, cases=2.0, middle=2.0, between=20.0, spread=1.5)


def simulate(
    rng: np.random.Generator, size: int, share: float, middle: float, spread: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cases that began on days spread over a year and are watched until its end."""
    comes = rng.random(size) < share
    times = np.exp(middle + spread * rng.standard_normal(size))
    watched = rng.uniform(1, 260, size)
    came = comes & (times < watched)
    never = ~comes & (rng.random(size) < 0.3)  # some are dropped by somebody's word
    return np.where(came, times, watched), came, never


def test_shipped_priors_are_the_evidence() -> None:
    found = json.loads(RESULT.read_text())
    assert found["away"]["fitted_to_all"] == asdict(AWAY)
    assert found["work"]["fitted_to_all"] == asdict(WORK)
    assert found["ramp"]["fitted_to_all"] == asdict(RAMP)
    assert found["away"]["trackers"] == TRACKERS


def test_many_cases_agree_with_the_likelihoods_own_maximum() -> None:
    days, came, never = simulate(np.random.default_rng(3), 3_000, 0.7, 2.5, 1.4)

    def cost(at: np.ndarray) -> float:
        share, spread = 1 / (1 + np.exp(-at[0])), np.exp(at[2])
        z = (np.log(days) - at[1]) / spread
        each = np.where(
            came,
            np.log(share) + norm.logpdf(z) - np.log(spread),
            np.where(never, np.log(1 - share), np.log(1 - share + share * norm.sf(z))),
        )
        return -float(each.sum())

    best = minimize(cost, np.array([0.0, 2.0, 0.0]), method="Nelder-Mead").x
    told = learn(days, came, never, VAGUE)
    share = float(told.share @ told.weight)
    assert share == pytest.approx(1 / (1 + np.exp(-best[0])), abs=0.005)
    assert told.centre() == pytest.approx((best[1], np.exp(best[2])), abs=0.02)
    assert told.n == 3_000


def test_without_a_case_the_prior_speaks() -> None:
    told = learn(*NOTHING, AWAY)
    share = float(told.share @ told.weight)
    assert share == pytest.approx(AWAY.share, abs=0.01)
    assert told.centre()[0] == pytest.approx(AWAY.middle, abs=0.02)
    chance = told.chance_of_never()
    assert chance.n == 0
    assert chance.low < chance.value < chance.high
    assert chance.high - chance.low > 0.25


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 2_000), st.sampled_from(["came", "never", "open"])), max_size=60
    )
)
def test_any_cases_give_a_chance_in_its_interval(rows: list[tuple[float, str]]) -> None:
    days = [row[0] for row in rows]
    told = learn(days, [w == "came" for _, w in rows], [w == "never" for _, w in rows], AWAY)
    chance = told.chance_of_never()
    assert 0 <= chance.low <= chance.value <= chance.high <= 1
    assert told.weight.sum() == pytest.approx(1)
    assert np.isfinite(told.middle).all()


def test_what_was_given_up_raises_the_chance_and_a_return_lowers_it() -> None:
    days = [5.0] * 10

    def chance(came: int, never: int) -> float:
        ended = [nr < came for nr in range(10)]
        gone = [came <= nr < came + never for nr in range(10)]
        return learn(days, ended, gone, AWAY).chance_of_never().value

    assert chance(10, 0) < chance(8, 0) < chance(8, 2) < chance(2, 8)


def test_draws_go_on_from_where_a_case_stands() -> None:
    told = learn(*simulate(np.random.default_rng(5), 60, 0.8, 2.0, 1.0), AWAY)
    rng = np.random.default_rng(6)
    every = told.draw(400_000, rng)
    later = every[every > 20] - 20
    drawn = told.draw(400_000, rng, after=20.0)
    assert np.isinf(drawn).mean() == pytest.approx(np.isinf(later).mean(), abs=0.01)
    levels = (0.1, 0.5)
    found, wanted = (np.quantile(x[np.isfinite(x)], levels) for x in (drawn, later))
    assert found == pytest.approx(wanted, rel=0.06)
    assert np.mean(every > GIVEN_UP) == pytest.approx(told.chance_of_never().value, abs=0.005)


def test_intervals_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    held = 0
    for _ in range(250):
        share = rng.beta(AWAY.cases * AWAY.share, AWAY.cases * (1 - AWAY.share))
        middle = AWAY.middle + AWAY.between * rng.standard_normal()
        spread = AWAY.spread * np.exp(0.25 * rng.standard_normal())
        size = int(rng.integers(0, 40))
        chance = learn(*simulate(rng, size, share, middle, spread), AWAY).chance_of_never()
        truth = 1 - share * norm.cdf((np.log(GIVEN_UP) - middle) / spread)
        held += chance.low <= truth <= chance.high
    assert 0.74 <= held / 250 <= 0.86  # 80%, two and a half errors


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_a_slower_rest_is_found_and_large_items_are_not_taken_for_slow(factor: float) -> None:
    rng = np.random.default_rng(8)

    def take(size: int) -> np.ndarray:
        return np.exp(1.5 + 1.2 * rng.standard_normal(size))

    work = learn(take(4_000), np.ones(4_000, bool), np.zeros(4_000, bool), WORK)
    held, found = 0, []
    for _ in range(40):
        spent, whole = rng.uniform(1, 15, 2_000), take(2_000)
        lasts = np.flatnonzero(whole > spent)[:60]
        left = factor * (whole - spent)[lasts]
        told = learn_ramp(left, np.ones(60, bool), spent[lasts], work, RampPrior(0.0, 1.0))
        estimate = told.estimate()
        held += estimate.low <= factor <= estimate.high
        found.append(np.log(estimate.value))
    assert held >= 26  # of 40, at 80%
    assert np.exp(np.mean(found)) == pytest.approx(factor, rel=0.08)


def test_returns_that_are_still_open_are_no_proof_of_speed() -> None:
    rng = np.random.default_rng(9)
    work = learn(*simulate(rng, 500, 0.95, 1.5, 1.2), WORK)
    wide = RampPrior(0.0, 1.0)
    open_ = learn_ramp([50.0] * 20, [False] * 20, [5.0] * 20, work, wide).estimate()
    done = learn_ramp([1.0] * 20, [True] * 20, [5.0] * 20, work, wide).estimate()
    assert open_.low > 1.5
    assert done.high < 1
    none = learn_ramp([], [], [], work).estimate()
    assert none.value == pytest.approx(np.exp(RAMP.middle), abs=0.01)
    assert none.n == 0


@pytest.mark.parametrize(
    ("days", "came", "never"), [([-1.0], [True], [False]), ([1.0], [True], [True])]
)
def test_what_cannot_be_is_refused(days: list[float], came: list[bool], never: list[bool]) -> None:
    with pytest.raises(ValueError, match="negative, or what came"):
        learn(days, came, never, AWAY)


def test_the_same_cases_teach_the_same_in_any_order() -> None:
    days, came, never = simulate(np.random.default_rng(2), 50, 0.7, 2.5, 1.4)
    turned = np.random.default_rng(4).permutation(50)
    one: Learnt = learn(days, came, never, AWAY)
    other = learn(days[turned], came[turned], never[turned], AWAY)
    assert one.chance_of_never().value == pytest.approx(other.chance_of_never().value, abs=1e-9)
