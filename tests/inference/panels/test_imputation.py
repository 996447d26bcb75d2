"""Imputation: the same as regressions written out, at home with gaps, honest with singletons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.imputation import (
    imputation_effect,
    impute_effects,
    prepare_two_way,
)
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.terms.estimate import Unknown


def draw(rng: np.random.Generator, sizes: dict[int, int], periods: int = 8) -> Panel:
    starts = np.repeat(list(sizes), list(sizes.values()))
    outcome = rng.standard_normal((len(starts), periods)) + rng.standard_normal((len(starts), 1))
    names = map(str, range(len(starts)))
    return make_panel(names, map(str, range(periods)), outcome, starts)


def with_gaps(panel: Panel, rng: np.random.Generator, share: float = 0.1) -> Panel:
    outcome = np.where(rng.random(panel.outcome.shape) < share, np.nan, panel.outcome)
    return make_panel(panel.units, panel.periods, outcome, panel.treated_from)


def regressed(panel: Panel) -> Floats:
    """Unit and period dummies on untreated cells, and what they say of treated ones."""
    units, periods = panel.outcome.shape
    rows, columns = np.indices(panel.outcome.shape)
    design = np.concatenate([np.eye(units)[rows], np.eye(periods)[columns]], axis=2)
    seen = np.isfinite(panel.outcome) & ~panel.is_treated()
    fit = np.linalg.lstsq(design[seen], panel.outcome[seen], rcond=None)[0]
    return np.where(panel.is_treated(), panel.outcome - design @ fit, np.nan)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_effects_are_those_of_the_regression_written_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    panel = with_gaps(draw(rng, {NEVER: 5, 4: 3, 6: 3}), rng)
    ours = impute_effects(panel)
    assert not isinstance(ours, Unknown)
    assert np.allclose(ours, regressed(panel), equal_nan=True, atol=1e-8)


def test_errors_are_those_of_the_weights_written_out() -> None:
    """Borusyak, Jaravel and Spiess's variance from dummies and a general inverse."""
    rng = np.random.default_rng(1)
    panel = with_gaps(draw(rng, {NEVER: 8, 3: 6, 5: 7}), rng)
    units, periods = panel.outcome.shape
    effects = regressed(panel)
    told = np.isfinite(effects)
    seen = np.isfinite(panel.outcome) & ~panel.is_treated()
    rows, columns = np.indices(panel.outcome.shape)
    design = np.concatenate([np.eye(units)[rows], np.eye(periods)[columns]], axis=2)
    general = np.linalg.pinv(design[seen].T @ design[seen])
    weights = told / told.sum()
    on_seen = np.zeros_like(weights)
    on_seen[seen] = -design[seen] @ general @ design[told].sum(axis=0) / told.sum()
    apart = np.zeros_like(weights)
    fitted = design @ (general @ design[seen].T @ panel.outcome[seen])
    apart[seen] = (panel.outcome - fitted)[seen]
    for start in (3, 5):
        inside = panel.treated_from == start
        found = np.nan_to_num(effects[inside])
        mean = found.sum(axis=0) / np.maximum(told[inside].sum(axis=0), 1)
        apart[inside] += np.where(told[inside], found - mean, 0.0)
    by_unit = ((weights + on_seen) * apart).sum(axis=1)
    effect = imputation_effect(panel)
    assert isinstance(effect, Effect)
    assert effect.se == pytest.approx(np.sqrt((by_unit**2).sum()))


@pytest.mark.parametrize("sizes", [{NEVER: 120, 4: 40, 6: 40}, {NEVER: 150, 3: 30, 4: 30}])
def test_size_with_many_units(sizes: dict[int, int]) -> None:
    runs = 300
    told = [imputation_effect(draw(np.random.default_rng(seed), sizes)) for seed in range(runs)]
    found = sum(isinstance(effect, Effect) and effect.is_significant for effect in told)
    assert found <= 0.05 * runs + 3.72 * np.sqrt(0.05 * 0.95 * runs)


def test_errors_do_not_collapse_with_cohorts_of_one() -> None:
    """Where every cohort is one unit, spread around its own mean would be none at all."""
    sizes = {NEVER: 40, **dict.fromkeys(range(2, 14), 1)}
    runs = 200
    effects = []
    for seed in range(runs):
        effect = imputation_effect(draw(np.random.default_rng(seed), sizes, 16))
        assert isinstance(effect, Effect)
        effects.append(effect)
    errors = [effect.se or 0.0 for effect in effects]
    spread = np.std([effect.estimate for effect in effects])
    assert 0.75 * spread <= np.mean(errors) <= 1.25 * spread


def test_cells_that_nothing_can_impute_are_left_out_and_named() -> None:
    rng = np.random.default_rng(2)
    panel = draw(rng, {0: 1, 3: 4, 6: 4})
    told = imputation_effect(panel)  # from period 6 on nobody is untreated, one unit never was
    assert isinstance(told, Effect)
    assert told.caveats[0].startswith("24 treated cells are left out")
    effects = impute_effects(panel)
    assert not isinstance(effects, Unknown)
    assert np.isnan(effects[0]).all()
    assert np.isnan(effects[:, 6:]).all()


def test_cells_that_fall_apart_say_nothing() -> None:
    seen = np.zeros((4, 6), dtype=bool)
    seen[:2, :3] = seen[2:, 3:] = True
    assert prepare_two_way(seen) is None
    outcome = np.where(seen, 1.0, np.nan)
    outcome[0, 4] = 2.0
    panel = make_panel("abcd", "uvwxyz", outcome, [4, NEVER, NEVER, NEVER])
    assert isinstance(imputation_effect(panel), Unknown)
    assert isinstance(imputation_effect(panel.assigned(np.full(4, NEVER))), Unknown)


def test_what_never_varies_is_no_measurement() -> None:
    still = make_panel("abcdef", "uvwxyz", np.full((6, 6), 0.1), [3] * 3 + [NEVER] * 3)
    told = imputation_effect(still)
    assert told == Unknown("changes do not vary among units", 0, 1, "units that differ")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(-5, 5))
def test_effects_are_found_as_planted(seed: int, effect: float) -> None:
    rng = np.random.default_rng(seed)
    panel = with_gaps(draw(rng, {NEVER: 5, 4: 3, 6: 3}), rng)
    own = rng.standard_normal((len(panel.units), 1)) * 9
    changed = panel.outcome + own + rng.standard_normal(8) * 9 + effect * panel.is_treated()
    moved = make_panel(panel.units, panel.periods, changed, panel.treated_from)
    before, after = imputation_effect(panel), imputation_effect(moved)
    assert isinstance(before, Effect)
    assert isinstance(after, Effect)
    assert after.estimate == pytest.approx(before.estimate + effect, abs=1e-8)
    assert after.se == pytest.approx(before.se, abs=1e-8)
