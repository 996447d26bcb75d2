"""Empirical Bayes: how trackers differ, from the likelihood of each one's cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize
from scipy.special import logsumexp

from groundplan.facts.interruptions import Lasted
from groundplan.inference.resumption import (
    Axes,
    Learnt,
    Prior,
    RampPrior,
    log_likelihood,
    log_prior,
    ramp_likelihood,
)

AXES = Axes(np.linspace(-4.0, 6.0, 31), np.linspace(-1.0, 6.0, 41), np.linspace(-0.6, 1.4, 13))
# Weak and said: without them a handful of trackers would be taken for all alike.
LEAST_BETWEEN, MOST_CASES = 0.5, 10.0
RAMP_AXIS = np.linspace(-3.0, 3.0, 121)


def tables(pasts: Sequence[Lasted]) -> list[np.ndarray]:
    """The likelihood of each tracker's cases on one grid."""
    return [log_likelihood(past.days, past.came, past.never, AXES) for past in pasts]


def fit_prior(likelihoods: Sequence[np.ndarray]) -> Prior:
    """The prior under which all trackers' cases together are likeliest."""

    def cost(at: np.ndarray) -> float:
        density = log_prior(unpack(at), AXES)
        density = density - logsumexp(density)
        return -float(sum(logsumexp(each + density) for each in likelihoods))

    start = np.array([1.5, np.log(8.0), 2.5, np.log(0.7), np.log(1.5)])
    found = minimize(cost, start, method="Nelder-Mead", options={"maxiter": 300, "fatol": 1e-2})
    return unpack(found.x)


def unpack(at: np.ndarray) -> Prior:
    """A prior by numbers without bounds."""
    logit, log_cases, middle, log_between, log_spread = at.tolist()
    return Prior(
        share=float(1 / (1 + np.exp(-logit))),
        cases=float(np.clip(np.exp(log_cases), 1.0, MOST_CASES)),
        middle=middle,
        between=float(np.clip(np.exp(log_between), LEAST_BETWEEN, 2.0)),
        spread=float(np.clip(np.exp(log_spread), 0.5, 4.0)),
    )


def fit_ramp(lefts: Sequence[tuple[Lasted, Learnt]]) -> RampPrior:
    """The same for the factor on what is left after a return."""
    likelihoods = [ramp_likelihood(left.days, left.came, left.before, work) for left, work in lefts]

    def cost(at: np.ndarray) -> float:
        middle, between = at[0], max(float(np.exp(at[1])), LEAST_BETWEEN)
        density = -0.5 * ((RAMP_AXIS - middle) / between) ** 2
        density = density - logsumexp(density)
        return -float(sum(logsumexp(each + density) for each in likelihoods))

    found = minimize(cost, np.array([0.0, np.log(0.5)]), method="Nelder-Mead")
    return RampPrior(float(found.x[0]), max(float(np.exp(found.x[1])), LEAST_BETWEEN))
