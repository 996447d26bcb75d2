"""Panels with known truth: reproducible, and what was planted is what a plain difference finds."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.sources.simulated.paces import draw_paces
from groundplan.sources.simulated.panels import (
    COUNTS,
    DIPS,
    LOGS,
    NEVER,
    PanelWorld,
    SimulatedPanel,
    simulate_panel,
)
from groundplan.sources.simulated.worlds import Pace
from groundplan.terms.errors import BadInput

RUNS = 400


def difference(panel: SimulatedPanel, start: int, scale: str) -> float:
    """What the treated gained over the others, as a log."""
    treated = panel.treated_from != NEVER
    before, after = panel.outcome[:, :start], panel.outcome[:, start:]
    means = [np.nanmean(part, axis=1) for part in (before, after)]
    gains = means[1] - means[0] if scale == LOGS else np.log(means[1]) - np.log(means[0])
    return float(gains[treated].mean() - gains[~treated].mean())


@pytest.mark.parametrize("scale", [COUNTS, LOGS])
@pytest.mark.parametrize("change", [0.0, 0.2, -0.3])
def test_a_plain_difference_finds_what_was_planted(change: float, scale: str) -> None:
    world = PanelWorld(change=change, scale=scale, treated=8)
    rng = np.random.default_rng(3)
    found = [difference(simulate_panel(world, rng), 26, scale) for _ in range(RUNS)]
    error = np.std(found) / np.sqrt(RUNS)
    assert abs(np.mean(found) - np.log1p(change)) < 4 * error
    assert error < 0.02


def test_the_same_seed_draws_the_same_panel() -> None:
    world = PanelWorld(change=0.1, missing=0.1)
    one, other = (simulate_panel(world, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one.outcome, other.outcome)
    np.testing.assert_array_equal(one.treated_from, other.treated_from)


def test_truth_stands_beside_the_outcome() -> None:
    world = PanelWorld(units=9, treated=6, weeks=40, starts=(10, 20, 30), change=0.5)
    panel = simulate_panel(world, np.random.default_rng(1))
    assert sorted(panel.treated_from.tolist()) == [NEVER] * 3 + [10, 10, 20, 20, 30, 30]
    for start, row in zip(panel.treated_from, panel.truth, strict=True):
        expected = np.ones(40)
        if start != NEVER:
            expected[start:] = 1.5
        np.testing.assert_allclose(row, expected)
    assert panel.outcome.shape == panel.untreated.shape == (9, 40)
    assert (panel.outcome == np.floor(panel.outcome)).all()
    assert len(panel.units) == 9 and len(panel.periods) == 40


def test_those_in_the_deepest_dip_begin() -> None:
    """Without any effect they recover, which fools whoever compares with the dip."""
    world = PanelWorld(treated=3, starts=(26,), assigned=DIPS)
    rng = np.random.default_rng(2)
    rebounds = []
    for _ in range(200):
        panel = simulate_panel(world, rng)
        treated = panel.treated_from != NEVER
        recent = panel.outcome[:, 22:26].mean(axis=1) / panel.outcome[:, :26].mean(axis=1)
        assert recent[treated].max() <= recent[~treated].min()
        later = panel.outcome[:, 26:].mean(axis=1) / panel.outcome[:, 22:26].mean(axis=1)
        rebounds.append(np.log(later[treated].mean()))
    assert np.mean(rebounds) > 0.2


def test_missing_weeks_are_unknown_and_not_zero() -> None:
    panel = simulate_panel(PanelWorld(missing=0.2), np.random.default_rng(1))
    assert 0.15 < np.isnan(panel.outcome).mean() < 0.25


def test_units_that_leave_are_seen_until_then() -> None:
    panel = simulate_panel(PanelWorld(units=400, treated=0, leaving=0.3), np.random.default_rng(1))
    gone = np.isnan(panel.outcome)
    assert 0.2 < gone[:, -1].mean() < 0.4
    assert not gone[:, 0].any()
    assert (np.diff(gone.astype(int), axis=1) >= 0).all()


def test_paces_are_stationary_around_one_and_as_correlated_as_declared() -> None:
    pace = Pace(slow_sd=0.2, slow_lag=0.9, quick_sd=0.3, quick_lag=0.4, shared_sd=0.0)
    paces = draw_paces(pace, 4000, 60, np.random.default_rng(8))
    np.testing.assert_allclose(paces.mean(axis=0), 1.0, atol=0.03)
    logs = np.log(paces)
    assert logs.std() == pytest.approx(np.sqrt(0.2**2 + 0.3**2), rel=0.02)
    lagged = np.corrcoef(logs[:, 10], logs[:, 11])[0, 1]
    assert lagged == pytest.approx((0.04 * 0.9 + 0.09 * 0.4) / 0.13, abs=0.04)


def test_teams_share_some_shocks() -> None:
    pace = Pace(slow_sd=0.0, quick_sd=0.2, quick_lag=0.0, shared_sd=0.2)
    rng = np.random.default_rng(4)
    paces = np.hstack([np.log(draw_paces(pace, 2, 100, rng)) for _ in range(200)])
    assert np.corrcoef(paces)[0, 1] == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize(
    "settings",
    [
        {"treated": 21},
        {"starts": ()},
        {"starts": (0,)},
        {"starts": (52,)},
        {"assigned": "by hand"},
        {"scale": "ranks"},
        {"change": -1.0},
        {"missing": 1.0},
        {"leaving": -0.1},
        {"clumps": -0.1},
        {"level": 0.0},
        {"pace": {"slow_lag": 1.0}},
        {"pace": {"quick_sd": -0.1}},
    ],
)
def test_a_panel_that_cannot_be_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        if isinstance(settings.get("pace"), dict):
            settings = {"pace": Pace(**settings["pace"])}
        PanelWorld(**settings)
