"""Regression under autoregression: the restricted likelihood written out, and known limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import null_space, toeplitz
from scipy.optimize import minimize_scalar
from scipy.signal import lfilter

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.autoregression import degrees_of_freedom, fit_autoregressions

POINTS = 52
AT = np.arange(POINTS)
DESIGN = np.column_stack([np.ones(POINTS), AT / POINTS, AT >= 26]).astype(np.float64)


def series(seed: int, resemblance: float) -> Floats:
    noise = np.random.default_rng(seed).standard_normal(POINTS + 100)
    return np.asarray(lfilter([1.0], [1.0, -resemblance], noise)[100:])


@pytest.mark.parametrize("resemblance", [-0.3, 0.0, 0.4, 0.8])
def test_the_fit_maximises_the_likelihood_of_error_contrasts(resemblance: float) -> None:
    values = series(1, resemblance)
    contrasts = null_space(DESIGN.T)  # restricted likelihood by its definition, Harville (1974)

    def deviance(at: float) -> float:
        spread = contrasts.T @ toeplitz(at**AT) @ contrasts
        rest = contrasts.T @ values
        square = float(rest @ np.linalg.solve(spread, rest))
        return (POINTS - 3) * np.log(square) + float(np.linalg.slogdet(spread)[1])

    best = minimize_scalar(deviance, bounds=(-0.9, 0.98), method="bounded", options={"xatol": 1e-8})
    fit = fit_autoregressions(DESIGN, values[None, :])
    assert fit.resemblance[0] == pytest.approx(best.x, abs=1e-4)
    inverse = np.linalg.inv(toeplitz(best.x**AT))
    normal = DESIGN.T @ inverse @ DESIGN
    coefficients = np.linalg.solve(normal, DESIGN.T @ inverse @ values)
    rest = values - DESIGN @ coefficients
    variance = rest @ inverse @ rest / (POINTS - 3)
    assert fit.coefficients[0] == pytest.approx(coefficients, abs=1e-3)
    errors = np.sqrt(np.diag(np.linalg.inv(normal)) * variance)
    assert fit.errors[0] == pytest.approx(errors, rel=1e-3)


def test_deviances_of_different_series_are_on_one_scale() -> None:
    values = np.array([series(2, 0.3), 10 * series(2, 0.3)])
    fit = fit_autoregressions(DESIGN, values)
    assert fit.resemblance[0] == pytest.approx(fit.resemblance[1], abs=1e-6)
    assert fit.deviance[1] - fit.deviance[0] == pytest.approx(2 * (POINTS - 3) * np.log(10))


def test_many_series_at_once_are_each_alone() -> None:
    values = np.array([series(seed, 0.5) for seed in range(20)])
    together = fit_autoregressions(DESIGN, values)
    alone = [fit_autoregressions(DESIGN, row[None, :]) for row in values]
    assert together.errors == pytest.approx(np.vstack([one.errors for one in alone]))


def test_degrees_of_freedom_are_those_of_the_variances_own_spread() -> None:
    """Satterthwaite's: twice the squared mean of the estimated variance over its variance."""
    rng = np.random.default_rng(3)
    noise = rng.standard_normal((4_000, POINTS + 100))
    drawn = np.asarray(lfilter([1.0], [1.0, -0.3], noise, axis=1)[:, 100:])
    squares = fit_autoregressions(DESIGN, drawn).errors[:, 2] ** 2
    told = degrees_of_freedom(DESIGN, 0.3, 2)
    # the spread of logarithms, because the variance has a heavy tail at the upper bound
    assert told == pytest.approx(2 / np.var(np.log(squares)), rel=0.25)
    assert 1 <= told <= POINTS - 3


def test_a_mean_without_resemblance_has_less_freedom_than_points() -> None:
    design = np.ones((POINTS, 1))
    assert degrees_of_freedom(design, 0.0, 0) < POINTS - 1
    assert degrees_of_freedom(design, 0.9, 0) < degrees_of_freedom(design, 0.0, 0)
