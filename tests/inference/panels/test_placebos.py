"""Placebo interventions and foretold power, on panels in which nothing happened."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.panels.analysis import decide
from groundplan.inference.panels.assignments import assign
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.placebo import draw_placebos, run_placebos
from groundplan.inference.panels.power import find_units, foresee_power, say_power
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def quiet(units: int, periods: int, *, counts: bool = True) -> Panel:
    draw = rng()
    told = draw.normal(size=(units, periods))
    for week in range(1, periods):
        told[:, week] = 0.6 * told[:, week - 1] + 0.8 * told[:, week]
    if counts:
        told = draw.poisson(12 * np.exp(0.3 * told)).astype(float)
    never = np.full(units, NEVER)
    return make_panel(map(str, range(units)), map(str, range(periods)), told, never)


@pytest.mark.parametrize("treated", [1, 3, 10])
def test_nothing_is_seldom_called_something(treated: int) -> None:
    told = run_placebos(quiet(20, 52), treated, rng(), runs=400)
    assert isinstance(told.chosen, Estimate)
    assert told.chosen.value <= 0.05
    assert told.judged == 400


def test_naive_rules_do_worse() -> None:
    told = dict(run_placebos(quiet(20, 52), 1, rng(), runs=200).naive)
    for rule in told.values():
        assert isinstance(rule, Estimate)
        assert rule.value > 0.3


def test_staggered_placebos_hold_too() -> None:
    told = run_placebos(quiet(20, 52), 6, rng(), runs=400, starts=3)
    assert isinstance(told.chosen, Estimate)
    assert told.chosen.value <= 0.05
    assert told.routes == (("staggered", 400),)


def test_too_few_units_are_never_judged() -> None:
    told = run_placebos(quiet(6, 52), 3, rng(), runs=50)
    assert told.judged == 0
    assert isinstance(told.of_judged, Unknown)


def test_an_outcome_that_never_differs_has_no_false_alarms_to_count() -> None:
    flat = make_panel("abcdef", map(str, range(30)), np.full((6, 30), 7.0), np.full(6, NEVER))
    with pytest.raises(BadInput, match="the same everywhere"):
        run_placebos(flat, 2, rng())


def test_units_with_a_treatment_or_without_outcomes_have_no_part() -> None:
    panel = quiet(12, 30, counts=False)
    outcome = panel.outcome.copy()
    outcome[4] = np.nan
    outcome[5, 20:] = np.nan
    starts = np.r_[10, np.full(11, NEVER)]
    some = make_panel(panel.units, panel.periods, outcome, starts)
    told = run_placebos(some, 3, rng(), runs=100)
    assert told.runs == 100
    with pytest.raises(BadInput, match="1 to 10"):
        run_placebos(some, 11, rng())


def test_placebos_of_one_date_are_compared_with_each_other() -> None:
    draws = draw_placebos(quiet(10, 20), 2, 1, rng())
    some = [next(draws) for _ in range(45)]
    assert len({panel.treated_from.tobytes() for panel, _ in some}) == 45  # 10 over 2
    for panel, made in some:
        assert len(made.labels) == 45
        assert ((made.labels[0] == 0) == panel.treated).all()


def test_power_rises_to_what_is_detectable() -> None:
    told = foresee_power(quiet(20, 104), 10, 26, 26, rng(), runs=120)
    assert not isinstance(told, Unknown)
    assert told.scale == "percent"
    there = np.interp(told.detectable, told.effects, told.power)
    assert there == pytest.approx(0.8, abs=0.05)
    assert (np.diff(told.power) >= 0).all()
    assert "20 engineers and 52 weeks" in say_power(told, "engineers", "weeks")


def test_foretold_power_is_realised() -> None:
    """On the same kind of weeks, planted effects are found as often as foretold."""
    panel = quiet(20, 160)
    told = foresee_power(panel, 10, 26, 26, rng(), runs=200, design=Design("complete"))
    assert not isinstance(told, Unknown)
    draw, hits, runs = rng(), 0, 200
    starts = np.r_[np.full(10, 26), np.full(10, NEVER)]
    for _ in range(runs):
        first = int(draw.integers(160 - 51))
        some = panel.window(first, first + 52).assigned(draw.permutation(starts))
        more = some.outcome * np.where(some.is_treated(), 1 + told.detectable / 100, 1)
        outcome = np.floor(more + draw.uniform(size=more.shape))  # counts stay counts
        planted = make_panel(some.units, some.periods, outcome, some.treated_from)
        made = assign((some.treated_from == NEVER).astype(int), 299, draw)
        verdict, _ = decide(planted, Design("complete", scale="percent"), draw, made=made)
        hits += verdict == "helped"
    assert hits / runs == pytest.approx(0.8, abs=0.12)


def test_more_units_find_less() -> None:
    panel = quiet(12, 80)
    few = find_units(panel, 40.0, 20, 20, rng(), runs=80)
    many = find_units(panel, 15.0, 20, 20, rng(), runs=80)
    assert isinstance(few, int)
    assert isinstance(many, int)
    assert few < many
    assert isinstance(find_units(panel, 0.5, 20, 20, rng(), runs=40), Unknown)


def test_a_wedge_and_pairs_have_power() -> None:
    wedge = foresee_power(
        quiet(12, 80), 12, 20, 20, rng(), steps=4, runs=60, design=Design("complete")
    )
    assert not isinstance(wedge, Unknown)
    assert wedge.route.name == "stepped wedge"
    pairs = Design("blocked", strata=np.arange(12) // 2)
    told = foresee_power(quiet(12, 80), 6, 20, 20, rng(), runs=60, design=pairs)
    assert not isinstance(told, Unknown)
    assert told.route.name == "randomised"


def test_what_cannot_be_found_is_unknown() -> None:
    short = foresee_power(quiet(12, 30), 6, 26, 26, rng())
    assert isinstance(short, Unknown)
    assert (short.have, short.need) == (30, 52)
    few = foresee_power(quiet(6, 80), 3, 20, 20, rng(), runs=20)
    assert isinstance(few, Unknown)
    with pytest.raises(BadInput, match="treated"):
        foresee_power(quiet(6, 80), 7, 20, 20, rng())
