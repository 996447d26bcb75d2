"""Chances of goals: what they must never do, and a short run of evidence/goal_chances."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtr

from groundplan.inference import goal_chances
from groundplan.inference.goal_chances import (
    LEAST_LEVELS,
    MOST_SURE,
    Aim,
    Outlook,
    closing_days,
    foresee,
    settle,
)
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Style, Unit

EVIDENCE = Path(__file__).parents[2] / "evidence" / "goal_chances"
UNIT = Unit("kpi", "ms", Style.RATE)
WEEKS = 7.0 * np.arange(20)


def look(values: object, target: float, *, lower: bool = True, end: float = 7.0 * 32) -> Outlook:
    found = foresee(WEEKS, values, Aim(target, lower, end), WEEKS[-1], UNIT)  # type: ignore[arg-type]
    assert isinstance(found, Outlook)
    return found


noisy = st.integers(0, 10_000).map(
    lambda seed: 100 + 5 * np.random.default_rng(seed).standard_normal(len(WEEKS))
)


@settings(max_examples=50, deadline=None)
@given(noisy, st.floats(60, 140), st.floats(0.1, 20))
def test_a_target_further_away_is_no_likelier(values: object, target: float, more: float) -> None:
    near, far = look(values, target), look(values, target - more)
    assert far.chance <= near.chance + 1e-9
    other = look(values, target, lower=False)
    assert near.chance + other.chance == pytest.approx(1, abs=1e-6)
    assert 1 - MOST_SURE - 1e-9 <= near.chance <= MOST_SURE + 1e-9
    assert near.at_end.low <= near.at_end.value <= near.at_end.high
    assert near.now.high - near.now.low <= near.at_end.high - near.at_end.low


@settings(max_examples=30, deadline=None)
@given(noisy, st.floats(0.01, 1000), st.floats(70, 130))
def test_another_unit_changes_no_chance(values: np.ndarray, times: float, target: float) -> None:
    assert look(values * times, target * times).chance == pytest.approx(
        look(values, target).chance, abs=1e-3
    )


def test_a_level_that_stays_will_stay_and_one_that_falls_falls_on_for_a_while() -> None:
    rng = np.random.default_rng(4)
    noise = rng.standard_normal(len(WEEKS))
    still, falling = look(100 + noise, 90), look(100 - 2.0 * np.arange(20) + noise, 50)
    assert still.chance == pytest.approx(1 - MOST_SURE)
    assert still.at_end.value == pytest.approx(100, abs=1.5)
    assert falling.chance > 0.3
    assert 38 < falling.at_end.value < 60  # 62 today, and no straight line to 38 either


def test_the_mean_of_a_quiet_series_has_students_t() -> None:
    """Without wandering and drift the mixture must come near the textbook's prediction."""
    rng = np.random.default_rng(11)
    values = 100 + 5 * rng.standard_normal(len(WEEKS))
    n = len(values)
    scale = values.std(ddof=1) * np.sqrt(1 / n + 1 / 4)
    for target in (94, 98, 102):
        textbook = stdtr(n - 1, (target - values.mean()) / scale)
        assert look(values, target).chance == pytest.approx(textbook, abs=0.12)


def test_what_is_measured_of_the_closing_days_counts_as_it_is() -> None:
    rng = np.random.default_rng(5)
    values = 100 + rng.standard_normal(20)
    values[-3:] = 50.0
    end = float(WEEKS[-1]) + 7  # three of the four closing sessions are in
    likely = look(values, 80, end=end)
    assert likely.chance > 0.9
    over = foresee(WEEKS, values, Aim(80, True, float(WEEKS[-1])), WEEKS[-1] + 3, UNIT)
    assert isinstance(over, Outlook)
    assert over.chance == 1.0
    assert settle(WEEKS, values, Aim(80, True, float(WEEKS[-1]))) == pytest.approx(
        values[-4:].mean()
    )
    late = foresee(WEEKS, values, Aim(80, True, 500.0), 600.0, UNIT)
    assert isinstance(late, Unknown)
    assert isinstance(settle(WEEKS, values, Aim(80, True, 500.0)), Unknown)


def test_few_or_odd_series() -> None:
    few = foresee(WEEKS[:5], np.ones(5), Aim(1, True, 300), 40, UNIT)
    assert isinstance(few, Unknown)
    assert (few.have, few.need) == (5, LEAST_LEVELS)
    same = look(np.full(20, 3.0), 2.0)
    assert same.chance == pytest.approx(1 - MOST_SURE)
    assert same.at_end.value == pytest.approx(3.0)
    below_zero = look(-100 + np.random.default_rng(6).standard_normal(20), -110)
    assert below_zero.chance < 0.1
    with pytest.raises(ValueError, match="in order"):
        foresee(WEEKS[::-1], np.ones(20), Aim(1, True, 300), 200, UNIT)
    with pytest.raises(ValueError, match="finite"):
        foresee(WEEKS, np.full(20, np.nan), Aim(1, True, 300), 200, UNIT)
    assert closing_days(WEEKS) == 28
    assert closing_days(60.0 * np.arange(5)) == 60


def test_an_outlier_moves_the_end_little() -> None:
    rng = np.random.default_rng(7)
    values = 100 + rng.standard_normal(20)
    spoilt = values.copy()
    spoilt[15] = 400
    assert look(spoilt, 90).at_end.value == pytest.approx(look(values, 90).at_end.value, abs=2)


def test_a_short_run_of_the_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where releases move the level in jumps, chances come true about as often as they say."""
    monkeypatch.syspath_prepend(str(EVIDENCE))
    monkeypatch.delitem(sys.modules, "study", raising=False)
    import study  # noqa: PLC0415

    monkeypatch.setattr(study, "DRAWS", 60)
    cases = study.simulated("released")
    chance, came = study.judge(cases, study.ours)
    assert study.error(study.reliability(chance, came)) < 0.08
    line = study.judge(cases, study.by_line)
    assert study.brier(chance, came) < study.brier(*line)
    assert 0.8 < study.held(cases) <= 1
    sys.modules.pop("study", None)


def test_the_settings_are_those_of_the_evidence() -> None:
    told = json.loads((EVIDENCE / "result.json").read_text())
    shipped = {name: getattr(goal_chances, name.upper()) for name in told["settings"]}
    assert shipped == told["settings"]
    real = told["real"]["all"]
    assert all(real["ours"]["brier"] < real[name]["brier"] for name in ("line", "wandering"))
