"""One interrupted series: steps are found, nothing is not, and the past has its say."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import lfilter

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.interrupted import cut_windows, interrupted_effect
from groundplan.terms.estimate import Unknown

EVIDENCE = Path(__file__).parents[3] / "evidence" / "single_series" / "result.json"
DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "experiments" / "weekly_commits"
EARLIER = 104
PERIODS = EARLIER + 52
START = PERIODS - 26


def resembling(rng: np.random.Generator, resemblance: float, points: int = PERIODS) -> Floats:
    noise = rng.standard_normal(points + 100)
    return np.asarray(lfilter([1.0], [1.0, -resemblance], noise)[100:])


def counts(rng: np.random.Generator, drift: float = 0.0) -> Floats:
    """Logs of clumped weekly counts whose rate wanders."""
    level = 0.32 * resembling(rng, 0.6) + drift * np.cumsum(rng.standard_normal(PERIODS))
    return np.log1p(rng.poisson(12 * np.exp(level) * rng.gamma(3, 1 / 3, PERIODS)))


WORLDS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "independent": lambda rng: resembling(rng, 0.0),
    "resembling 0.6": lambda rng: resembling(rng, 0.6),
    "resembling 0.9": lambda rng: resembling(rng, 0.9),
    "counts": counts,
    "drifting counts": lambda rng: counts(rng, 0.05),
}


def told(series: Floats, start: int = START) -> Effect:
    effect = interrupted_effect(series, start)
    assert isinstance(effect, Effect)
    return effect


def no_more_than(share: float, runs: int) -> float:
    """A share that a test of size `share` exceeds in one of ten thousand of such runs."""
    return share * runs + 3.72 * np.sqrt(share * (1 - share) * runs)


@pytest.mark.parametrize("world", WORLDS)
def test_size_is_kept_where_nothing_happened(world: str) -> None:
    rng = np.random.default_rng(20)
    runs = 120
    found = sum(told(WORLDS[world](rng)).is_significant for _ in range(runs))
    assert found <= no_more_than(0.06, runs)


def test_published_sizes_and_coverages_are_within_their_bars() -> None:
    for name, row in json.loads(EVIDENCE.read_text()).items():
        assert row["runs"] >= 1_000
        assert row["covered"] >= 0.93, name
        if name.startswith("nothing"):
            assert row["ours"] <= 0.06, name
            assert row["ours"] < row["model_alone"], name


def test_a_large_step_is_found_and_covered() -> None:
    rng = np.random.default_rng(21)
    steps = [told(resembling(rng, 0.3) + 4 * (np.arange(PERIODS) >= START)) for _ in range(60)]
    assert np.mean([step.is_significant for step in steps]) > 0.85
    assert np.mean([step.low <= 4 <= step.high for step in steps]) > 0.9


def test_growth_is_no_step() -> None:
    rng = np.random.default_rng(22)
    growth = 0.2 * np.arange(PERIODS)
    found = sum(told(resembling(rng, 0.3) + growth).is_significant for _ in range(100))
    assert found <= no_more_than(0.06, 100)


def test_a_series_that_often_jumps_proves_little_by_jumping() -> None:
    rng = np.random.default_rng(23)
    jumps = 6.0 * (np.arange(PERIODS) // 26 % 2)
    effect = told(resembling(rng, 0.0) + jumps)
    assert effect.se is not None
    assert abs(effect.estimate) / effect.se > 6  # the model alone would be sure
    assert not effect.is_significant


def test_the_interval_holds_zero_exactly_when_nothing_is_claimed() -> None:
    rng = np.random.default_rng(24)
    for height in np.linspace(0, 3, 40):
        effect = told(resembling(rng, 0.4) + height * (np.arange(PERIODS) >= START))
        assert effect.is_significant == (not effect.low <= 0 <= effect.high)


def test_too_little_is_said_with_what_is_needed() -> None:
    rng = np.random.default_rng(25)
    short = interrupted_effect(resembling(rng, 0.3, 60), 34)
    assert short == Unknown("too few placebo dates fit before the start", 34, 70, "periods")
    needed = resembling(rng, 0.3, 96)
    assert isinstance(interrupted_effect(needed, 70), Effect)
    assert isinstance(interrupted_effect(needed[:73], 70), Unknown)  # three periods are no after


def test_levels_without_noise_are_no_measurements() -> None:
    flat = np.zeros(PERIODS)
    assert isinstance(interrupted_effect(flat, START), Unknown)
    stirred = flat.copy()
    stirred[-10:] = np.arange(10)
    assert isinstance(interrupted_effect(stirred, START), Unknown)  # the past never varied


def test_gaps_and_starts_outside_are_refused() -> None:
    series = np.arange(PERIODS, dtype=float)
    series[5] = np.nan
    with pytest.raises(ValueError, match="finite"):
        interrupted_effect(series, START)
    with pytest.raises(ValueError, match="start"):
        interrupted_effect(np.arange(PERIODS), PERIODS + 1)


def test_placebo_windows_end_before_the_start() -> None:
    cut = cut_windows(np.arange(PERIODS, dtype=float) ** 1.5, START)
    assert not isinstance(cut, Unknown)
    assert cut.placebo.max() < START**1.5
    assert cut.dates.max() + 26 == START
    assert len(cut.real) == cut.placebo.shape[1] == 52


@settings(max_examples=40)
@given(st.floats(-50, 50), st.floats(0.01, 100), st.integers(0, 10_000))
def test_units_of_measurement_do_not_matter(shift: float, scale: float, seed: int) -> None:
    series = resembling(np.random.default_rng(seed), 0.4)
    plain, changed = told(series), told(shift + scale * series)
    assert changed.estimate == pytest.approx(scale * plain.estimate, abs=1e-4 * scale)
    assert changed.se == pytest.approx(scale * (plain.se or 0), rel=1e-3)


@pytest.mark.skipif(not DATA.is_dir(), reason="set GROUNDPLAN_DATA to test on real histories")
def test_size_is_kept_on_real_histories() -> None:
    with gzip.open(DATA / "repo_weeks.csv.gz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed)))
    names = sorted({row["repo"] for row in rows})
    weeks = max(int(row["week"]) for row in rows) + 1
    series = np.zeros((len(names), weeks))
    for row in rows:
        series[names.index(row["repo"]), int(row["week"])] = float(row["commits"])
    rng = np.random.default_rng(26)
    found = runs = 0
    for _ in range(150):
        begin = int(rng.integers(0, weeks - PERIODS))
        window = np.log1p(series[rng.integers(len(names)), begin : begin + PERIODS])
        effect = interrupted_effect(window, START)
        if isinstance(effect, Effect):
            runs += 1
            found += effect.is_significant
    assert runs > 100
    assert found <= no_more_than(0.06, runs)
