"""Callaway-Sant'Anna: written out by hand, invariant, of the right size in large samples, fast."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.cohorts import (
    Cells,
    Cohorts,
    Control,
    compare_cells,
    contrast_cells,
    sort_cohorts,
)
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.staggered import (
    Average,
    EventStudy,
    event_study,
    staggered_effect,
)
from groundplan.terms.estimate import Unknown

CONTROLS: tuple[Control, ...] = ("never", "not yet")
AVERAGES: tuple[Average, ...] = ("simple", "dynamic", "group", "calendar")


def make(outcome: Floats, starts: list[int] | Floats) -> Panel:
    units, periods = outcome.shape
    return make_panel(map(str, range(units)), map(str, range(periods)), outcome, starts)


def draw(rng: np.random.Generator, units: int, periods: int, effect: float = 0.0) -> Panel:
    """Resembling outcomes, a third of the units never treated, three starts for the others."""
    starts = rng.choice([NEVER, NEVER, periods // 3, periods // 2, 2 * periods // 3], units)
    steps = rng.standard_normal((units, periods))
    outcome = rng.standard_normal((units, 1)) * 3 + np.cumsum(steps, axis=1) * 0.3 + steps
    panel = make(outcome, starts)
    return make(outcome + effect * panel.is_treated(), starts)


def group_times(panel: Panel, control: Control = "never") -> tuple[Cells, Floats]:
    """ATT(g, t) with their standard errors."""
    cohorts = sort_cohorts(panel)
    assert isinstance(cohorts, Cohorts)
    cells = compare_cells(cohorts, control, "varying")
    assert isinstance(cells, Cells)
    none = np.zeros((len(cells.period), len(cohorts.sizes)))
    return cells, contrast_cells(cohorts, cells, np.eye(len(cells.period)), none).se


def known(told: Effect | Unknown) -> Effect:
    assert isinstance(told, Effect)
    return told


def test_one_start_is_a_difference_of_differences() -> None:
    rng = np.random.default_rng(1)
    outcome = rng.standard_normal((12, 4))
    panel = make(outcome, [2] * 5 + [NEVER] * 7)
    cells, errors = group_times(panel)
    gain = outcome[:, 3] - outcome[:, 1]
    at = (cells.start == 2) & (cells.period == 3)
    assert cells.effect[at] == pytest.approx(gain[:5].mean() - gain[5:].mean())
    error = np.sqrt(gain[:5].var() / 5 + gain[5:].var() / 7)
    assert errors[at] == pytest.approx(error)
    later = outcome[:, 2:].mean(axis=1) - outcome[:, 1]
    effect = known(staggered_effect(panel, rng))
    assert effect.estimate == pytest.approx(later[:5].mean() - later[5:].mean())
    assert effect.se == pytest.approx(np.sqrt(later[:5].var() / 5 + later[5:].var() / 7))


def test_those_not_yet_treated_are_compared_with_by_hand() -> None:
    rng = np.random.default_rng(2)
    outcome = rng.standard_normal((9, 4))
    starts = [1, 1, 1, 3, 3, NEVER, NEVER, NEVER, NEVER]
    cells, errors = group_times(make(outcome, starts), "not yet")
    gain = outcome[:, 2] - outcome[:, 0]
    at = (cells.start == 1) & (cells.period == 2)
    assert cells.effect[at] == pytest.approx(gain[:3].mean() - gain[3:].mean())
    error = np.sqrt(gain[:3].var() / 3 + gain[3:].var() / 6)
    assert errors[at] == pytest.approx(error)  # through outcomes and through shares


@pytest.mark.parametrize("control", CONTROLS)
@pytest.mark.parametrize("average", AVERAGES)
def test_errors_are_those_of_resampled_units(average: Average, control: Control) -> None:
    rng = np.random.default_rng(3)
    panel = draw(rng, 300, 8, effect=1.0)
    told = known(staggered_effect(panel, rng, average=average, control=control, draws=9))
    again = [
        known(
            staggered_effect(_resample(panel, rng), rng, average=average, control=control, draws=1)
        ).estimate
        for _ in range(300)
    ]
    assert told.se == pytest.approx(np.std(again), rel=0.15)


def _resample(panel: Panel, rng: np.random.Generator) -> Panel:
    chosen = rng.integers(0, len(panel.units), len(panel.units))
    return make(panel.outcome[chosen], panel.treated_from[chosen].astype(float))


def test_bands_hold_all_horizons_at_once() -> None:
    held = one_by_one = 0
    runs = 200
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        study = event_study(draw(rng, 300, 9), rng, draws=199)
        assert isinstance(study, EventStudy)
        held += bool(((study.low <= 0) & (study.high >= 0)).all())
        one_by_one += bool((np.abs(study.effect) <= 1.96 * study.se).all())
    assert held >= 0.95 * runs - 3.72 * np.sqrt(0.05 * 0.95 * runs)
    assert one_by_one < held - 0.1 * runs  # intervals one by one do not


def test_size_and_coverage_with_many_units() -> None:
    runs = 300
    for effect in (0.0, 0.5):
        found = held = 0
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            told = known(staggered_effect(draw(rng, 300, 8, effect), rng, draws=199))
            found += told.is_significant
            held += told.low <= effect <= told.high
        assert held >= 0.95 * runs - 3.72 * np.sqrt(0.05 * 0.95 * runs)
        if effect == 0:
            assert found <= 0.05 * runs + 3.72 * np.sqrt(0.05 * 0.95 * runs)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(CONTROLS), st.sampled_from(AVERAGES))
def test_common_shocks_and_levels_change_nothing_and_effects_shift(
    seed: int, control: Control, average: Average
) -> None:
    rng = np.random.default_rng(seed)
    panel = draw(rng, 40, 7)

    def of(outcome: Floats) -> Effect:
        changed = make(outcome, panel.treated_from.astype(float))
        told = staggered_effect(
            changed, np.random.default_rng(seed), control=control, average=average, draws=49
        )
        return known(told)

    before = of(panel.outcome)
    shifts = 5 * rng.standard_normal((40, 1)) + 5 * rng.standard_normal(7)
    after = of(panel.outcome + shifts + 2.0 * panel.is_treated())
    assert after.estimate == pytest.approx(before.estimate + 2)
    assert after.se == pytest.approx(before.se)


def test_few_units_and_those_left_out_are_named() -> None:
    rng = np.random.default_rng(4)
    panel = draw(rng, 60, 6)
    outcome = panel.outcome.copy()
    outcome[:3, 2] = np.nan
    starts = panel.treated_from.copy()
    starts[5] = 0  # treated from the first period on: nothing is known before
    told = known(staggered_effect(make(outcome, starts.astype(float)), rng))
    assert told.caveats[0].startswith("4 units are left out")
    assert told.caveats[1] == "errors of large samples, from 56 units: too narrow"


def test_what_cannot_be_compared_is_unknown() -> None:
    rng = np.random.default_rng(5)
    outcome = rng.standard_normal((6, 5))
    assert isinstance(staggered_effect(make(outcome, [NEVER] * 6), rng), Unknown)
    assert isinstance(staggered_effect(make(outcome, [2] * 6), rng), Unknown)
    waiting = make(outcome, [2, 2, 2, 4, 4, 4])
    assert isinstance(staggered_effect(waiting, rng), Unknown)
    assert isinstance(staggered_effect(waiting, rng, control="not yet"), Effect)
    still = make(np.full((6, 5), 0.1), [2] * 3 + [NEVER] * 3)
    assert isinstance(staggered_effect(still, rng), Unknown)


def test_a_thousand_units_take_less_than_half_a_second() -> None:
    rng = np.random.default_rng(6)
    panel = draw(rng, 1_000, 24)
    started = time.process_time()
    event_study(panel, rng, draws=999)
    staggered_effect(panel, rng, draws=999)
    assert time.process_time() - started < 1.0  # two analyses, each at most half a second
