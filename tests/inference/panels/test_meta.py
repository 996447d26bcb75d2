"""Several studies together: published examples, and simulated coverage of mean and prediction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.meta import (
    Pooled,
    Prior,
    between_variance,
    expect_next,
    pool_studies,
)
from groundplan.terms.estimate import Unknown

# Thirteen trials of the BCG vaccine, cases and others among vaccinated and not: Colditz et al.
# (1994), Journal of the American Medical Association 271. Figures: Viechtbauer (2010), Journal of
# Statistical Software 36(3), and R package metafor (REML; test "knha").
TRIALS = [
    (4, 119, 11, 128), (6, 300, 29, 274), (3, 228, 11, 209), (62, 13536, 248, 12619),
    (33, 5036, 47, 5761), (180, 1361, 372, 1079), (8, 2537, 10, 619), (505, 87886, 499, 87892),
    (29, 7470, 45, 7232), (17, 1699, 65, 1600), (186, 50448, 141, 27197), (5, 2493, 3, 2338),
    (27, 16886, 29, 17825),
]  # fmt: skip


def risk_ratios() -> tuple[Floats, Floats]:
    ill, well, ill_without, well_without = np.array(TRIALS, dtype=float).T
    ratio = ill / (ill + well) / (ill_without / (ill_without + well_without))
    variance = 1 / ill - 1 / (ill + well) + 1 / ill_without - 1 / (ill_without + well_without)
    return np.log(ratio), np.sqrt(variance)


def known(told: Pooled | Unknown) -> Pooled:
    assert isinstance(told, Pooled)
    return told


def test_the_vaccine_trials_give_the_published_figures() -> None:
    told = known(pool_studies(*risk_ratios()))
    assert told.spread**2 == pytest.approx(0.3132, abs=5e-5)
    assert told.inconsistency == pytest.approx(0.9222, abs=5e-5)
    assert told.mean.estimate == pytest.approx(-0.7145, abs=5e-5)
    assert told.mean.se == pytest.approx(0.1808, abs=5e-5)
    assert (told.mean.low, told.mean.high) == pytest.approx((-1.1084, -0.3206), abs=5e-5)
    assert told.mean.p == pytest.approx(0.0019, abs=5e-5)


def test_the_spread_maximises_the_restricted_likelihood() -> None:
    values, errors = risk_ratios()

    def deviance(between: float) -> float:
        weights = 1 / (errors**2 + between)
        mean = weights @ values / weights.sum()
        return float(
            -np.log(weights).sum() + np.log(weights.sum()) + weights @ (values - mean) ** 2
        )

    best = minimize_scalar(deviance, bounds=(0, 3), method="bounded", options={"xatol": 1e-10})
    assert between_variance(values, errors**2) == pytest.approx(best.x, abs=1e-6)


def test_studies_that_agree_are_not_made_surer_than_they_are() -> None:
    told = known(pool_studies([1.0, 1.0, 1.0, 1.0], [0.5, 0.5, 0.5, 0.5]))
    assert told.spread == 0
    assert told.mean.se == pytest.approx(0.25)  # Hartung and Knapp's own would be nothing
    assert told.low <= told.mean.low < 1 < told.mean.high <= told.high


@pytest.mark.parametrize("studies", [3, 5, 12])
@pytest.mark.parametrize("spread", [0.0, 0.3, 1.0])
def test_mean_and_prediction_are_covered(studies: int, spread: float) -> None:
    rng = np.random.default_rng(1)
    runs = 600
    mean = one_more = 0
    for _ in range(runs):
        errors = rng.uniform(0.2, 0.6, studies)
        truths = 1 + spread * rng.standard_normal(studies + 1)
        told = known(pool_studies(truths[:-1] + errors * rng.standard_normal(studies), errors))
        mean += told.mean.low <= 1 <= told.mean.high
        one_more += told.low <= truths[-1] <= told.high
    least = 0.95 * runs - 3 * np.sqrt(0.95 * 0.05 * runs)
    assert mean >= least, mean / runs
    assert one_more >= least, one_more / runs


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.05, 3)), min_size=3, max_size=12),
    st.floats(-3, 3),
)
def test_shifting_every_study_shifts_the_answer(
    rows: list[tuple[float, float]], shift: float
) -> None:
    values, errors = np.array(rows).T
    before, after = known(pool_studies(values, errors)), known(pool_studies(values + shift, errors))
    assert after.mean.estimate == pytest.approx(before.mean.estimate + shift, abs=1e-4)
    assert after.spread == pytest.approx(before.spread, abs=1e-3)
    assert before.low <= before.mean.low <= before.mean.high <= before.high


def test_too_few_studies_and_studies_without_errors() -> None:
    told = pool_studies([1.0, 2.0], [1.0, 1.0])
    assert told == Unknown("too few studies to say how they differ", 2, 3, "studies")
    with pytest.raises(ValueError, match="positive error"):
        pool_studies([1.0, 2.0, 3.0], [1.0, 0.0, 1.0])
    with pytest.raises(ValueError, match="finite"):
        pool_studies([1.0, np.nan, 3.0], [1.0, 1.0, 1.0])


def test_a_prior_says_what_the_next_study_may_expect() -> None:
    values, errors = risk_ratios()
    pooled, prior = known(pool_studies(values, errors)), expect_next(values, errors)
    assert isinstance(prior, Prior)
    assert prior.interval() == pytest.approx((pooled.low, pooled.high))
    assert prior.chance_above(pooled.low) == pytest.approx(0.975)
    assert prior.chance_above(pooled.high) == pytest.approx(0.025)
    # as wide as Higgins, Thompson and Spiegelhalter's (2009), whose spread is taken as known
    reach = 2.200985 * np.hypot(np.sqrt(0.3132433), 0.1807917)
    assert pooled.high - pooled.low == pytest.approx(2 * reach, rel=0.15)
    assert isinstance(expect_next(values[:2], errors[:2]), Unknown)
