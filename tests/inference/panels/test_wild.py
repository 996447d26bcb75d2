"""The wild cluster bootstrap and the naive rules, against other ways to write them."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.panels.collapse import collapse
from groundplan.inference.panels.naive import (
    judge_naively,
    last_period_normal,
    moved_by_fifteen_percent,
    two_way_clustered,
)
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.wild import bootstrap_wild, reject_wild


def made(outcome: np.ndarray, starts: list[int]) -> Panel:
    units, periods = outcome.shape
    return make_panel(map(str, range(units)), map(str, range(periods)), outcome, starts)


def slow_wild(outcome: np.ndarray, treatment: np.ndarray) -> float:
    """p over all sign vectors by plain regressions on dummies."""
    units, periods = outcome.shape
    cells = units * periods
    dummies = np.zeros((cells, units + periods))
    dummies[np.arange(cells), np.repeat(np.arange(units), periods)] = 1
    dummies[np.arange(cells), units + np.tile(np.arange(periods), units)] = 1
    owner = np.repeat(np.arange(units), periods)

    def ratio(values: np.ndarray) -> float:
        design = np.column_stack([treatment.ravel(), dummies])
        fit = np.linalg.pinv(design) @ values
        rest = values - design @ fit
        clean = treatment.ravel() - dummies @ (np.linalg.pinv(dummies) @ treatment.ravel())
        scores = np.bincount(owner, clean * rest)
        return float(fit[0] * (clean @ clean) / np.sqrt(scores @ scores))

    fitted = dummies @ (np.linalg.pinv(dummies) @ outcome.ravel())
    rest = outcome.ravel() - fitted
    signs = np.array(np.meshgrid(*[[-1, 1]] * units)).reshape(units, -1).T
    drawn = [abs(ratio(fitted + sign[owner] * rest)) for sign in signs]
    actual = abs(ratio(outcome.ravel()))
    return (1 + sum(one >= actual * (1 - 1e-9) for one in drawn)) / (1 + len(signs))


def test_p_is_that_of_plain_regressions() -> None:
    rng = np.random.default_rng(3)
    panel = made(rng.normal(size=(12, 4)), [2] * 6 + [NEVER] * 6)
    told = bootstrap_wild(collapse(panel, "difference"), rng, draws=5_000)
    slow = slow_wild(panel.outcome, panel.is_treated().astype(float))
    assert told.p == pytest.approx(slow, abs=1e-9)


def test_ends_are_where_rejection_begins() -> None:
    rng = np.random.default_rng(4)
    outcome = rng.normal(size=(14, 10))
    outcome[:7, 5:] += 1
    panel = made(outcome, [5] * 7 + [NEVER] * 7)
    told = bootstrap_wild(collapse(panel, "difference"), np.random.default_rng(1))
    for end, out in ((told.low, -0.02), (told.high, 0.02)):
        for move, rejected in ((out, True), (-out, False)):
            less = panel.outcome - (end + move) * panel.is_treated()
            again = made(less, panel.treated_from.tolist())
            p = bootstrap_wild(collapse(again, "difference"), np.random.default_rng(1)).p
            assert p is not None
            assert (p <= 0.05) == rejected


def test_two_way_error_is_that_of_the_sandwich() -> None:
    rng = np.random.default_rng(5)
    panel = made(rng.normal(size=(10, 6)), [3] * 4 + [NEVER] * 6)
    told = two_way_clustered(panel)
    assert told is not None
    treatment = panel.is_treated().astype(float)
    dummies = np.zeros((60, 16))
    dummies[np.arange(60), np.repeat(np.arange(10), 6)] = 1
    dummies[np.arange(60), 10 + np.tile(np.arange(6), 10)] = 1
    design = np.column_stack([treatment.ravel(), dummies])
    bread = np.linalg.pinv(design.T @ design)
    rest = panel.outcome.ravel() - design @ (bread @ design.T @ panel.outcome.ravel())
    scores = np.array([design[u * 6 : u * 6 + 6].T @ rest[u * 6 : u * 6 + 6] for u in range(10)])
    sandwich = bread @ scores.T @ scores @ bread
    assert told.se == pytest.approx(np.sqrt(10 / 9 * 59 / 53 * sandwich[0, 0]))


def test_last_period_is_the_base() -> None:
    outcome = np.zeros((6, 4))
    outcome[:, 1] = [5, 5, 5, 0, 0, 0]
    outcome[:, 2:] = [[1], [2], [3], [0], [0], [0]]
    told = last_period_normal(made(outcome, [2, 2, 2, NEVER, NEVER, NEVER]))
    assert told is not None
    assert told.estimate == pytest.approx(2 - 5)


def test_fifteen_percent() -> None:
    outcome = np.full((5, 12), 10.0)
    outcome[0, 6:] = 11.4
    assert moved_by_fifteen_percent(made(outcome, [6] + [NEVER] * 4)) is False
    outcome[0, 6:] = 11.6
    assert moved_by_fifteen_percent(made(outcome, [6] + [NEVER] * 4)) is True


def test_rules_without_ground_have_no_verdict() -> None:
    told = judge_naively(made(np.random.default_rng(1).normal(size=(1, 12)), [6]))
    assert told.two_way is None
    assert told.normal is None


def test_naive_rules_cry_wolf() -> None:
    """The published sizes: about a third to two thirds with one treated unit."""
    rng = np.random.default_rng(6)
    found = [judge_naively(made(rng.normal(size=(10, 52)), [26] + [NEVER] * 9)) for _ in range(300)]
    assert np.mean([one.two_way for one in found]) > 0.3
    assert np.mean([one.normal for one in found]) > 0.4


def test_one_effect_is_rejected_where_the_interval_ends() -> None:
    rng = np.random.default_rng(8)
    outcome = rng.normal(size=(14, 20)) + rng.normal(size=(14, 1))
    collapsed = collapse(made(outcome, [10] * 6 + [NEVER] * 8), "difference")
    told = bootstrap_wild(collapsed, np.random.default_rng(1))
    assert told.p == reject_wild(collapsed, 0.0, np.random.default_rng(1))
    for end, way in ((told.low, -1), (told.high, 1)):
        assert reject_wild(collapsed, end + 0.05 * way, np.random.default_rng(1)) < 0.05
        assert reject_wild(collapsed, end - 0.05 * way, np.random.default_rng(1)) > 0.05
