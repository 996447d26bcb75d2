"""Randomisation tests: exact, whatever the outcomes, and intervals that are their inversion."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from groundplan.inference.panels.assignments import LISTED, assign, count_assignments
from groundplan.inference.panels.collapse import collapse
from groundplan.inference.panels.contrasts import contrast_gains, contrast_starts, impute_weights
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.permutation import Given, permute

NOT_STARTED = [NEVER] * 5


def made(outcome: np.ndarray, starts: list[int]) -> Panel:
    units, periods = outcome.shape
    return make_panel(map(str, range(units)), map(str, range(periods)), outcome, starts)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize(
    ("groups", "strata"),
    [([0, 0, 1, 1, 1], None), ([0, 1, 2, 2], None), ([0, 1, 0, 1, 0, 1], [0, 0, 1, 1, 2, 2])],
)
def test_all_assignments_are_listed_once(groups: list[int], strata: list[int] | None) -> None:
    told = assign(groups, 100, rng(), None if strata is None else np.array(strata))
    known = set(permutations(groups))
    if strata is not None:
        known = {one for one in known if all(sorted(one[i : i + 2]) == [0, 1] for i in (0, 2, 4))}
    assert {tuple(row) for row in told.labels.tolist()} == known
    assert len(told.labels) == len(known) == told.possible
    assert told.labels[0].tolist() == groups


def test_drawn_assignments_keep_the_rule() -> None:
    strata = np.repeat(np.arange(10), 4)
    groups = np.tile([0, 1, 1, 1], 10)
    told = assign(groups, 300, rng(), strata)
    assert not told.exact
    assert told.possible == 4**10 > LISTED
    assert (told.labels.reshape(300, 10, 4).sum(axis=2) == 3).all()


def test_very_many_assignments_are_counted() -> None:
    assert count_assignments([0] * 300 + [1] * 300) > 1e100


def test_p_is_that_of_scipy() -> None:
    outcome = rng().normal(size=(8, 6))
    outcome[:3, 3:] += 1
    told = permute(collapse(made(outcome, [3, 3, 3, *NOT_STARTED]), "difference"), rng())
    gains = outcome[:, 3:].mean(axis=1) - outcome[:, :3].mean(axis=1)

    def apart(one: np.ndarray, other: np.ndarray) -> float:
        return abs(one.mean() - other.mean())

    known = stats.permutation_test(
        (gains[:3], gains[3:]), apart, n_resamples=np.inf, alternative="greater"
    )
    assert told.effect.p == pytest.approx(known.pvalue)
    assert told.effect.estimate == pytest.approx(gains[:3].mean() - gains[3:].mean())
    assert told.exact


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["plain", "covariate", "noise", "dates"]))
def test_intervals_hold_the_effects_that_are_not_rejected(seed: int, kind: str) -> None:
    """Just inside an end the effect is not rejected, just outside it is."""
    draw = np.random.default_rng(seed)
    outcome = draw.normal(size=(8, 9))
    few = kind == "noise"
    starts = [3, 3, NEVER if few else 3, *NOT_STARTED]
    if kind == "dates":
        starts = [3, 6, 6, *NOT_STARTED]
    given_ = Given(
        covariates=draw.normal(size=(8, 1)) if kind == "covariate" else None,
        noise=draw.uniform(0.5, 2, size=8) if few else None,
    )
    panel = made(outcome, starts)
    found = permute(collapse(panel, "difference"), rng(), given=given_, level=0.8).effect

    def p_of(effect: float) -> float:
        less = made(outcome - effect * panel.is_treated(), starts)
        told = permute(collapse(less, "difference"), rng(), given=given_, level=0.8)
        assert told.effect.p is not None
        return told.effect.p

    for end, outward in ((found.low, -1e-6), (found.high, 1e-6)):
        if np.isfinite(end):
            assert p_of(end - outward) > 0.2
            assert p_of(end + outward) <= 0.2 + 1e-12


def test_few_assignments_give_unbounded_intervals() -> None:
    outcome = rng().normal(size=(6, 8))
    outcome[:3, 4:] += 100
    told = permute(collapse(made(outcome, [4] * 3 + [NEVER] * 3), "difference"), rng()).effect
    assert told.p == pytest.approx(0.1)
    assert (told.low, told.high) == (-np.inf, np.inf)


def test_size_is_exact_for_any_outcomes() -> None:
    """Of all assignments of one panel of heavy tails at most 5% are rejected."""
    outcome = rng().standard_cauchy(size=(9, 10))
    groups = [0] * 3 + [1] * 6
    rows = assign(groups, 10, rng()).labels
    rejected = sum(
        permute(
            collapse(made(outcome, np.where(row == 0, 5, NEVER).tolist()), "difference"), rng()
        ).effect.is_significant
        for row in rows
    )
    assert rejected / len(rows) <= 0.05


def test_weights_of_imputation_are_the_least_squares_ones() -> None:
    """Two-way effects from untreated cells, gaps of treated ones averaged: the same number."""
    draw = rng()
    units, lengths = 7, np.array([3.0, 2.0, 4.0])
    values = draw.normal(size=(units, 3))
    start = np.array([1, 1, 2, 2, 3, 3, 3])
    treated = np.arange(3) >= start[:, None]
    cells = [(u, b) for u in range(units) for b in range(3)]
    design = np.array([[float(u == i) for i in range(units)] + [float(b == j) for j in range(3)]
                       for u, b in cells])  # fmt: skip
    free = ~treated.ravel()
    weight = np.tile(lengths, units)
    root = np.sqrt(weight[free])[:, None]
    fit, *_ = np.linalg.lstsq(root * design[free], root[:, 0] * values.ravel()[free], rcond=None)
    gap = values.ravel() - design @ fit
    known = np.average(gap[~free], weights=weight[~free])
    starts, groups = np.unique(start, return_inverse=True)
    told = contrast_starts(values, groups[None], starts, lengths)
    assert told.values[0] == pytest.approx(known)
    assert told.echoes[0] == pytest.approx(1)
    again = contrast_starts(values, groups[None], starts, lengths, weights=np.ones(units))
    assert again.values[0] == pytest.approx(known)


def test_imputation_is_blind_to_units_and_periods() -> None:
    weights = impute_weights(np.array([[2.0, 1, 4]]), np.array([1, 2, 4]), np.array([2.0, 1, 1, 3]))
    assert weights.sum(axis=1) == pytest.approx(0)
    assert weights.sum(axis=2) == pytest.approx(0)


def test_covariates_are_those_of_least_squares() -> None:
    draw = rng()
    gains, covariate, weights = draw.normal(size=12), draw.normal(size=12), draw.uniform(1, 3, 12)
    treated = np.repeat([1, 0], 6)
    told = contrast_gains(
        gains, treated[None], treated.astype(float), covariates=covariate[:, None], weights=weights
    )
    root = np.sqrt(weights)
    design = np.column_stack([treated, np.ones(12), covariate])
    known, *_ = np.linalg.lstsq(root[:, None] * design, root * gains, rcond=None)
    assert told.values[0] == pytest.approx(known[0])


def test_nobody_to_compare_with_is_an_error() -> None:
    with pytest.raises(ValueError, match="no treated block"):
        impute_weights(np.array([[3.0]]), np.array([1]), np.array([1.0, 1.0]))
