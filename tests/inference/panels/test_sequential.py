"""Looking early: the error rate is kept however often one looks."""

from __future__ import annotations

import numpy as np
import pytest

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.sequential import ConfidenceSequence, plan_looks, watch_effect

UNITS = 400


def draw(rng: np.random.Generator, effect: float) -> tuple[Floats, Floats]:
    """Skewed durations of tasks, in logs, from people who differ and whose pace drifts."""
    people = rng.integers(0, 12, UNITS)
    pace = 0.6 * rng.standard_normal(12)[people] + np.linspace(0, 0.5, UNITS)
    assigned = (rng.random(UNITS) < 0.5).astype(float)
    return pace + rng.gumbel(size=UNITS) * 0.7 + effect * assigned, assigned


def first_exclusion(told: ConfidenceSequence) -> int | None:
    """After how many units no effect is first ruled out; None if never."""
    out = np.flatnonzero((told.low > 0) | (told.high < 0))
    return int(out[0]) + 1 if len(out) else None


def test_looking_after_every_task_keeps_the_error_rate() -> None:
    rng = np.random.default_rng(1)
    runs = 600
    ours = naive = 0
    count = np.arange(1, UNITS + 1)
    for _ in range(runs):
        outcome, assigned = draw(rng, 0.0)
        told = watch_effect(outcome, assigned, 0.5, UNITS)
        ours += first_exclusion(told) is not None
        scores = (outcome - outcome.mean()) * (2 * assigned - 1) * 2
        error = np.sqrt(np.cumsum(scores**2)) / count
        naive += bool((np.abs(np.cumsum(scores) / count) > 1.96 * error)[30:].any())
    assert ours <= 0.05 * runs
    assert naive > 0.2 * runs  # what looking costs without it


def test_effects_are_found_early_and_covered() -> None:
    rng = np.random.default_rng(2)
    runs = 200
    found, held, when = 0, 0, []
    for _ in range(runs):
        outcome, assigned = draw(rng, -0.6)
        told = watch_effect(outcome, assigned, 0.5, UNITS)
        held += bool(((told.low <= -0.6) & (told.high >= -0.6)).all())
        if (early := first_exclusion(told)) is not None:
            found += 1
            when.append(early)
    assert found > 0.9 * runs
    assert np.median(when) < 0.75 * UNITS
    assert held >= 0.94 * runs


def test_unequal_assignment_is_allowed_for() -> None:
    rng = np.random.default_rng(3)
    assigned = (rng.random(20_000) < 0.2).astype(float)
    outcome = 5 + rng.standard_normal(20_000) + 0.5 * assigned
    told = watch_effect(outcome, assigned, 0.2, 20_000)
    assert told.estimate[-1] == pytest.approx(0.5, abs=0.1)
    assert told.low[-1] <= 0.5 <= told.high[-1]


def test_nothing_is_said_before_thirty_tasks() -> None:
    told = watch_effect(np.arange(60.0), np.arange(60) % 2, 0.5, 60)
    assert np.isinf(told.low[:29]).all()
    assert np.isfinite(told.low[29:]).all()


def test_intervals_are_tightest_about_where_they_are_planned_to_be() -> None:
    outcome, assigned = draw(np.random.default_rng(4), 0.0)
    widths = {
        planned: watch_effect(outcome, assigned, 0.5, planned).high[199]
        - watch_effect(outcome, assigned, 0.5, planned).low[199]
        for planned in (20, 200, 20_000)
    }
    assert widths[200] < min(widths[20], widths[20_000])


def test_wrong_input_is_refused() -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        watch_effect([1.0, 2.0], [0.5, 1], 0.5, 2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        watch_effect([1.0, 2.0], [0, 1], 1.0, 2)
    with pytest.raises(ValueError, match="finite"):
        watch_effect([1.0, np.nan], [0, 1], 0.5, 2)


def test_two_looks_together_keep_the_level() -> None:
    looks = plan_looks()
    assert 1 - looks.final_level + looks.harm_alpha == pytest.approx(0.05)
    assert looks.is_harmful(0.004)
    assert not looks.is_harmful(0.006)
    alone = plan_looks(with_harm_look=False)
    assert alone.final_level == 0.95
    assert not alone.is_harmful(1e-9)
