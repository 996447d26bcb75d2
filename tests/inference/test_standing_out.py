"""A page on which nothing happened claims a change on one day in ten at most."""

from __future__ import annotations

import numpy as np

from groundplan.inference.change import compare
from groundplan.inference.rates import mean_per_week
from groundplan.inference.standing_out import FEWEST_STEPS, stands_out
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import CHANGES_PER_WEEK

WEEKS, WINDOWS, SIGNALS = 13, 10, 12


def quiet_counts(rng: np.random.Generator, weeks: int, correlation: float) -> np.ndarray:
    """Over-dispersed weekly counts with an autocorrelated rate and no change of level."""
    state = rng.normal()
    rates = np.empty(weeks)
    for week in range(weeks):
        rates[week] = state
        state = correlation * state + np.sqrt(1 - correlation**2) * rng.normal()
    return rng.poisson(12 * np.exp(0.4 * rates - 0.08))


def read(counts: np.ndarray) -> list[Measured]:
    return [mean_per_week(part, CHANGES_PER_WEEK) for part in counts.reshape(-1, WEEKS)]


def claims(series: list[Measured]) -> bool:
    change = compare(series[-1], series[-2])
    return stands_out(change, series[:-1], comparisons=SIGNALS)


def test_quiet_pages_rarely_claim() -> None:
    rng = np.random.default_rng(5)
    pages = 250
    for correlation in (0.0, 0.6):
        claimed = sum(
            any(
                claims(read(quiet_counts(rng, WEEKS * WINDOWS, correlation)))
                for _ in range(SIGNALS)
            )
            for _ in range(pages)
        )
        assert claimed / pages <= 0.1 + 2 * np.sqrt(0.1 * 0.9 / pages)


def test_a_large_change_is_seen() -> None:
    rng = np.random.default_rng(6)
    seen = 0
    for _ in range(50):
        counts = quiet_counts(rng, WEEKS * WINDOWS, 0.0)
        counts[-WEEKS:] *= 4
        seen += claims(read(counts))
    assert seen >= 45


def at(value: float) -> Estimate:
    return Estimate(value, value * 0.99, value * 1.01, 0.9, CHANGES_PER_WEEK, 13, "weeks", "given")


def test_unrest_forbids_a_claim_that_sampling_alone_would_allow() -> None:
    restless: list[Measured] = [at(v) for v in (5, 15, 4, 18, 6, 14, 5, 16)]
    calm: list[Measured] = [at(v) for v in (10, 10.2, 9.9, 10.1, 10, 9.8, 10.2, 10)]
    assert not stands_out(compare(at(5), restless[-1]), restless, comparisons=12)
    assert stands_out(compare(at(5), calm[-1]), calm, comparisons=12)


def test_too_little_history_says_nothing() -> None:
    few: list[Measured] = [at(10)] * FEWEST_STEPS
    assert not stands_out(compare(at(50), at(10)), few, comparisons=12)
    assert not stands_out(Unknown("x", 0, 1, "weeks"), [at(10)] * 20, comparisons=12)
