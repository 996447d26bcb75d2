"""The methods that were compared, each as answers to the same questions."""

from __future__ import annotations

import numpy as np
from fitting import Rows
from scipy.special import betainc

from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS
from groundplan.inference.forecasts.recalibration import PLAIN_SHAPE, Shape
from groundplan.inference.forecasts.trials import (
    Answers,
    Trial,
    answer_by_bootstrap,
    answer_by_pace,
)

COUNTS_ONLY = ("reference class",)  # they say nothing about "when"
METHODS = (
    "groundplan",
    "bootstrap",
    "block bootstrap",
    "uncertain Poisson rate",
    "clumped counts",
    "wandering pace",
    "wandering pace, others' record",
    "reference class",
)


def answer_all(
    trial: Trial, shape: Shape, others: Rows, rng: np.random.Generator
) -> dict[str, Answers]:
    """Every method's answers. shape and others know nothing of the tracker that is asked about."""
    return {
        "groundplan": answer_by_pace(trial, shape),
        "bootstrap": answer_by_bootstrap(trial, rng),
        "block bootstrap": answer_by_bootstrap(trial, rng, block=4),
        "uncertain Poisson rate": _stationary(trial, clumped=False),
        "clumped counts": _stationary(trial, clumped=True),
        "wandering pace": answer_by_pace(trial, PLAIN_SHAPE, own_record=False),
        "wandering pace, others' record": answer_by_pace(trial, shape, own_record=False),
        "reference class": _by_reference_class(trial, others),
    }


def _stationary(trial: Trial, *, clumped: bool) -> Answers:
    """A constant rate, unknown because the window is short; with or without overdispersion.

    Gamma-Poisson prediction: Gelman et al. (2013), Bayesian Data Analysis, chapter 2.
    """
    counts = trial.history.counts
    windows = [counts[at - w : at] for at, w in zip(trial.at, trial.window, strict=True)]
    done = np.array([window.sum() for window in windows]) + 0.5
    mean = done / trial.window
    excess = np.array([max(window.var(ddof=1) - window.mean(), 0) for window in windows])
    burst = excess / mean**2 if clumped else 0 * excess

    def chances(items: np.ndarray, weeks: float) -> np.ndarray:
        spread = (1 / done + burst * (1 / weeks + 1 / trial.window))[:, None]
        upto = betainc(
            1 / spread, np.maximum(items, 0) + 1, 1 / (1 + spread * mean[:, None] * weeks)
        )
        return np.where(items < 0, 0.0, upto)

    return _collect(trial, chances)


def _collect(trial: Trial, chances) -> Answers:  # type: ignore[no-untyped-def]
    at_most = np.stack(
        [chances(trial.grid[:, j], weeks) for j, weeks in enumerate(trial.horizons)], axis=1
    )
    by_week = np.stack(
        [1 - chances(trial.wanted - 1, week) for week in range(1, FURTHEST_WEEKS + 1)], axis=-1
    )
    return Answers(at_most, by_week)


def _by_reference_class(trial: Trial, others: Rows) -> Answers:
    """What came, over what the window's mean would give, as it was in all other projects.

    Flyvbjerg (2006), Project Management Journal 37(3); split conformal over projects.
    """
    window = int(trial.window[0])
    counts = trial.history.counts
    mean = np.array([counts[at - window : at].mean() for at in trial.at])
    at_most = np.empty(trial.grid.shape)
    for j, weeks in enumerate(trial.horizons):
        here = (others.window == window) & (others.horizon == weeks)
        usual = (np.exp(others.log_mean[here]) - 0.1) * weeks
        ratio = (others.came[here] + 0.5) / (usual + 0.5)
        order = np.argsort(ratio)
        share = np.cumsum(others.weight[here][order]) / others.weight[here].sum()
        asked = (trial.grid[:, j] + 0.5) / (mean * weeks + 0.5)[:, None]
        place = np.searchsorted(ratio[order], asked, side="right")
        at_most[:, j] = np.where(trial.grid[:, j] < 0, 0.0, np.append(0.0, share)[place])
    return Answers(at_most, np.zeros((*trial.wanted.shape, FURTHEST_WEEKS)))
