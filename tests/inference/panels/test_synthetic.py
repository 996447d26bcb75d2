"""Mixtures of others: exact where the answer is known, and placebo units that keep their size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.signal import lfilter

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.simplex import closest_mixture
from groundplan.inference.panels.synthetic import (
    Gaps,
    synthetic_control,
    synthetic_did,
    synthetic_mixture,
)
from groundplan.terms.estimate import Unknown

START = 12
PERIODS = 18


def draw(rng: np.random.Generator, units: int, treated: int = 1, effect: float = 0.0) -> Panel:
    """Resembling outcomes with two common waves that units follow to different degrees."""
    noise = lfilter([1.0], [1.0, -0.5], rng.standard_normal((units, PERIODS + 50)), axis=1)[:, 50:]
    waves = rng.standard_normal((units, 2)) @ np.cumsum(rng.standard_normal((2, PERIODS)), axis=1)
    starts = np.full(units, NEVER)
    starts[rng.choice(units, treated, replace=False)] = START
    panel = make_panel(map(str, range(units)), map(str, range(PERIODS)), noise + waves, starts)
    return with_outcome(panel, panel.outcome + effect * panel.is_treated())


def with_outcome(panel: Panel, outcome: Floats) -> Panel:
    return make_panel(panel.units, panel.periods, outcome, panel.treated_from)


def effect_of(told: Gaps | Unknown) -> Effect:
    assert isinstance(told, Gaps), told
    return told.effect()


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.integers(2, 12), st.integers(2, 20), st.floats(0, 2))
def test_mixtures_satisfy_the_conditions_of_a_minimum(
    seed: int, count: int, rows: int, ridge: float
) -> None:
    """Karush, Kuhn and Tucker's: equal slopes where there is weight, none lower elsewhere."""
    rng = np.random.default_rng(seed)
    columns, target = rng.standard_normal((rows, count)) * 20, rng.standard_normal(rows) * 20
    weights = closest_mixture(columns, target, ridge)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    slope = columns.T @ (columns @ weights - target) + ridge * weights
    scale = np.abs(columns).max() ** 2 * rows
    assert np.ptp(slope[weights > 1e-6]) <= 1e-6 * scale
    assert slope.min() >= slope[weights > 1e-6].min() - 1e-6 * scale


def test_mixtures_are_those_of_a_general_solver() -> None:
    rng = np.random.default_rng(1)
    columns, target = rng.standard_normal((15, 6)), rng.standard_normal(15)
    general = minimize(
        lambda w: np.sum((columns @ w - target) ** 2),
        np.full(6, 1 / 6),
        bounds=[(0, 1)] * 6,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14},
    )
    assert closest_mixture(columns, target) == pytest.approx(general.x, abs=1e-5)


def test_levels_far_from_zero_and_empty_ones_do_no_harm() -> None:
    rng = np.random.default_rng(5)
    columns, target = rng.standard_normal((12, 5)), rng.standard_normal(12)
    near = closest_mixture(columns, target)
    assert closest_mixture(columns + 1e7, target + 1e7) == pytest.approx(near, abs=1e-5)
    assert closest_mixture(np.zeros((4, 3)), np.zeros(4)).sum() == 1
    assert closest_mixture(columns[:, :1], target).tolist() == [1.0]


def test_a_unit_that_is_a_mixture_is_found_out() -> None:
    rng = np.random.default_rng(2)
    panel = draw(rng, 24)
    outcome = panel.outcome.copy()
    rest = outcome[~panel.treated]
    outcome[panel.treated] = 0.3 * rest[4] + 0.7 * rest[9] + 2.0 * (np.arange(PERIODS) >= START)
    mixture = synthetic_mixture(with_outcome(panel, outcome))
    assert not isinstance(mixture, Unknown)
    assert mixture.weights[[4, 9]] == pytest.approx([0.3, 0.7], abs=1e-9)
    assert mixture.missed == pytest.approx(0, abs=1e-9)
    assert mixture.gap == pytest.approx(2)
    told = effect_of(synthetic_control(with_outcome(panel, outcome), rng))
    assert told.estimate == pytest.approx(2)


@pytest.mark.parametrize(("units", "treated"), [(24, 1), (30, 3)])
def test_placebo_units_keep_the_size(units: int, treated: int) -> None:
    runs = 80
    counts = np.zeros(2)
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        panel = draw(rng, units, treated)
        both = synthetic_control(panel, rng, draws=39), synthetic_did(panel, rng, draws=39)
        counts += [effect_of(told).is_significant for told in both]
    assert (counts <= 0.06 * runs + 3.72 * np.sqrt(0.06 * 0.94 * runs)).all(), counts / runs


def test_effects_are_found_and_covered() -> None:
    told = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        told.append(effect_of(synthetic_did(draw(rng, 40, 5, effect=5.0), rng, draws=39)))
    assert np.mean([effect.is_significant for effect in told]) > 0.8
    assert np.mean([effect.low <= 5 <= effect.high for effect in told]) > 0.88


def test_ranks_and_intervals_agree() -> None:
    for seed in range(20):
        rng = np.random.default_rng(seed)
        told = effect_of(synthetic_control(draw(rng, 40, 1, effect=2.0), rng))
        assert told.is_significant == (not told.low <= 0 <= told.high)
        assert told.p is not None
        assert told.p * 40 == pytest.approx(round(told.p * 40))


def test_what_lies_outside_of_all_others_is_named() -> None:
    rng = np.random.default_rng(3)
    panel = draw(rng, 24)
    away = with_outcome(panel, panel.outcome + 500 * panel.treated[:, None])
    assert effect_of(synthetic_control(away, rng)).caveats == (
        "no mixture of the others resembles the treated units before the start",
    )


def test_too_little_is_refused_with_what_is_needed() -> None:
    rng = np.random.default_rng(4)
    few = synthetic_control(draw(rng, 15), rng)
    assert few == Unknown("too few units are never treated", 14, 19, "controls")
    assert synthetic_did(draw(rng, 15), rng) == Unknown(
        "too few units are never treated", 14, 15, "controls"
    )
    assert isinstance(synthetic_did(draw(rng, 16), rng), Gaps)
    assert isinstance(synthetic_did(draw(rng, 40, 30), rng), Unknown)
    panel = draw(rng, 30, 2)
    starts = panel.treated_from.copy()
    starts[np.flatnonzero(panel.treated)[0]] = 5
    assert isinstance(synthetic_control(panel.assigned(starts), rng), Unknown)
    assert isinstance(synthetic_control(panel.assigned(np.full(30, NEVER)), rng), Unknown)
    assert isinstance(synthetic_control(panel.assigned(np.minimum(starts, 1)), rng), Unknown)
    holes = panel.outcome.copy()
    holes[3, 3] = np.nan
    assert isinstance(synthetic_did(with_outcome(panel, holes), rng), Unknown)
