"""Effects by time since the start: found where they are, bands that hold, trends that may bend."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.panels.analysis import analyse
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.event_time import Traced, trace_stretches
from groundplan.inference.panels.findings import Finding
from groundplan.inference.panels.opinions import MIXED_DID, MIXTURE, PARALLEL
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.terms.estimate import Unknown

EFFECT = 3.0


def draw(
    seed: int, units: int = 20, treated: int = 8, *, starts: tuple[int, ...] = (24,),
    effect: float = 0.0, drift: float = 0.0, periods: int = 48, noise: float = 1.0,
) -> Panel:  # fmt: skip
    """Resembling outcomes around 20; `drift`: by how much more treated units rise each period."""
    rng = np.random.default_rng(seed)
    began = np.full(units, NEVER)
    began[:treated] = np.resize(starts, treated)
    at = np.arange(periods)
    on = (began[:, None] != NEVER) & (at >= began[:, None])
    rest = rng.normal(size=(units, periods))
    rest[:, 1:] += 0.5 * rest[:, :-1]
    outcome = 20 + rng.normal(size=(units, 1)) + noise * rest + effect * on
    outcome += drift * (began != NEVER)[:, None] * at
    return make_panel(map(str, range(units)), map(str, at), outcome, began)


def traced(panel: Panel, scale: str = "difference", **more: object) -> Traced:
    told = trace_stretches(panel, scale, np.random.default_rng(1), **more)  # type: ignore[arg-type]
    assert isinstance(told, Traced)
    return told


def found(panel: Panel, **design: object) -> Finding:
    told = Design(scale="difference", **design)  # type: ignore[arg-type]
    return analyse(panel, told, np.random.default_rng(1))


@pytest.mark.parametrize("starts", [(24,), (20, 24, 28)])
def test_a_step_is_found_where_it_is(starts: tuple[int, ...]) -> None:
    told = traced(draw(1, starts=starts, effect=EFFECT))
    before = told.shown.since < 0
    assert told.length == 3
    assert told.shown.effect[before] == pytest.approx(0, abs=1.2)
    assert told.shown.effect[~before] == pytest.approx(EFFECT, abs=1.2)
    assert (told.shown.low[before] <= 0).all()
    assert (told.shown.high[before] >= 0).all()
    assert (told.shown.low[~before] > 0).mean() > 0.8


def test_one_start_is_the_difference_of_means_written_out() -> None:
    panel = draw(2, effect=EFFECT)
    told = traced(panel)
    stretches = panel.outcome.reshape(20, 16, 3).mean(axis=2)
    gap = stretches[:8].mean(axis=0) - stretches[8:].mean(axis=0)
    pairs = gap.reshape(8, 2).mean(axis=1)
    assert told.changes.since.tolist() == [-4, -3, -2, 0, 1, 2, 3]
    assert told.changes.effect == pytest.approx(np.delete(pairs - pairs[3], 3))
    alone = gap[10] - gap[:8].mean()
    assert told.shown.effect[10] == pytest.approx(alone)


def test_percent_is_of_logs_and_counts_may_be_zero() -> None:
    rng = np.random.default_rng(3)
    began = np.r_[np.full(8, 24), np.full(12, NEVER)]
    mean = 2 * np.exp(np.log(3) * ((began[:, None] != NEVER) & (np.arange(48) >= 24)))
    panel = make_panel(map(str, range(20)), map(str, range(48)), rng.poisson(mean), began)
    told = traced(panel, "percent")
    after = told.shown.since >= 0
    assert told.shown.effect[after].mean() == pytest.approx(np.log(3), abs=0.2)


def test_bands_hold_all_of_them_at_once() -> None:
    runs = 60
    held = 0
    for seed in range(runs):
        panel = draw(seed, effect=EFFECT, starts=(24,) if seed % 2 else (20, 28))
        told = trace_stretches(panel, "difference", np.random.default_rng(seed), draws=199)
        assert isinstance(told, Traced)
        truth = np.where(told.shown.since >= 0, EFFECT, 0.0)
        held += bool(((told.shown.low <= truth) & (truth <= told.shown.high)).all())
    assert held >= 0.95 * runs - 3 * np.sqrt(0.05 * 0.95 * runs)


def test_what_cannot_be_told_says_why() -> None:
    rng = np.random.default_rng(1)
    for panel, reason in (
        (draw(1, starts=(4,)), "too little is known"),
        (draw(1, units=5, treated=2), "too few assignments"),
        (draw(1, treated=20, starts=(20, 28)), "nobody is untreated"),
    ):
        told = trace_stretches(panel, "difference", rng)
        assert isinstance(told, Unknown)
        assert reason in told.reason
    holes = draw(1).outcome.copy()
    holes[:10, 30:40] = np.nan
    panel = make_panel(draw(1).units, draw(1).periods, holes, draw(1).treated_from)
    told = trace_stretches(panel, "difference", rng)
    assert isinstance(told, Unknown)
    assert "observed" in told.reason


def test_trends_may_bend_far_under_a_clear_step_and_not_under_a_slope() -> None:
    checks = {one.name: one for one in found(draw(4, effect=12.0, noise=0.3)).checks}
    assert checks[PARALLEL].passed is True
    sloped = {one.name: one for one in found(draw(4, drift=0.25, noise=0.3)).checks}
    assert sloped[PARALLEL].passed is False
    still = {one.name: one for one in found(draw(5)).checks}
    assert still[PARALLEL].passed is None
    drawn = {one.name for one in found(draw(4, effect=12.0), rule="complete").checks}
    assert PARALLEL not in drawn  # lots are no trend


def test_a_mixture_of_the_others_is_asked_and_drawn() -> None:
    told = found(draw(6, units=24, treated=1, effect=8.0))
    check = next(one for one in told.checks if one.name == MIXTURE)
    assert told.gap is not None
    after = told.gap.since >= 0
    assert told.gap.effect[after] == pytest.approx(8, abs=3)
    assert (told.gap.low[after] > 0).any()
    assert check.p is not None
    assert check.p <= 0.05
    more = found(draw(6, units=24, treated=6, effect=8.0))
    assert more.gap is None
    asked = next(one for one in more.checks if one.name == MIXED_DID)
    assert asked.low is not None
    assert asked.high is not None
    assert asked.low < 8 < asked.high
    few = found(draw(6, units=12, treated=3, effect=8.0))
    asked = next(one for one in few.checks if one.name == MIXED_DID)
    assert asked.passed is None
    assert "too few units" in asked.says


def test_many_units_are_followed_period_by_period() -> None:
    told = found(draw(7, units=240, treated=60, starts=(10, 12), periods=20, effect=EFFECT))
    assert told.route.name == "many units"
    assert told.events is not None
    assert set(np.diff(told.events.since)) <= {1, 2}  # the base, -1, is left out
    after = told.events.effect[told.events.since >= 0]
    assert after == pytest.approx(EFFECT, abs=1.0)
    two = next(one for one in told.checks if one.name == "two estimators")
    assert two.low is not None
    assert two.high is not None
    assert two.low < EFFECT < two.high
