"""Multinomial logistic regression, and how sure it may be: numbers alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers

MOST_STEPS: Final = 50  # of Newton's method
JITTER: Final = 1e-8  # keeps the root of equal rows real
HOLD: Final = 1e-2
COOLEST, HOTTEST = 0.2, 5.0  # what logits may be divided by


def to_chances(logits: Floats) -> Floats:
    """The softmax of each row, shape (n, k)."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return chances


def find_root(likeness: Floats) -> Floats:
    """Rows with the inner products that are given, shape (n, n): there are fewer rows than tokens,
    and the best weights are a sum of rows. Lower triangular.
    """
    from scipy.linalg import cholesky  # noqa: PLC0415 - 0.1 s

    root: Floats = cholesky(likeness + JITTER * np.eye(len(likeness)), lower=True)
    return root


def fit_softmax(
    rows: Floats, label: Integers, offset: Floats, worth: Floats, ridge: float
) -> tuple[Floats, Floats]:
    """Weights, shape (d, k), and intercepts, shape (k,), of the most likely model under a penalty.

    rows: (n, d). offset: logits known beforehand, (n, k), from which the rows move away. worth:
    what each row counts, (n,). ridge: half of it times the squared weights is added to the loss.

    Source: Hastie, Tibshirani and Friedman (2009), The elements of statistical learning, 18.3.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - 0.1 s

    (n, kinds), width = offset.shape, rows.shape[1]
    true = np.eye(kinds)[label]
    # the intercepts are held a little too, so that a class without rows stays finite
    held = np.append(np.full(width * kinds, ridge), np.full(kinds, HOLD))

    def spread(flat: Floats) -> Floats:
        return np.asarray(rows @ flat[:-kinds].reshape(width, kinds) + flat[-kinds:])

    def gather(rest: Floats) -> Floats:
        rest = rest * worth[:, None]
        return np.append((rows.T @ rest).ravel(), rest.sum(axis=0))

    def loss(flat: Floats) -> tuple[float, Floats]:
        chances = to_chances(offset + spread(flat))
        value = -worth @ np.log(np.maximum(chances[np.arange(n), label], 1e-300))
        return float(value + 0.5 * held @ flat**2), gather(chances - true) + held * flat

    def bend(flat: Floats, along: Floats) -> Floats:
        chances, moved = to_chances(offset + spread(flat)), spread(along)
        moved = chances * (moved - (chances * moved).sum(axis=1, keepdims=True))
        return gather(moved) + held * along

    start = np.zeros((width + 1) * kinds)
    found = minimize(
        loss, start, jac=True, hessp=bend, method="Newton-CG", options={"maxiter": MOST_STEPS}
    )
    return found.x[:-kinds].reshape(width, kinds), found.x[-kinds:]


@dataclass(frozen=True, slots=True)
class Calibration:
    """How learnt logits become chances that hold: divided by a temperature, moved by an intercept,
    shape (k,). loss: what is left of it, on the rows that it was chosen on.
    """

    temperature: float
    intercept: Floats
    loss: float


def calibrate(learnt: Floats, offset: Floats, label: Integers, worth: Floats) -> Calibration:
    """What makes chances hold of rows that were not learnt from.

    learnt: their logits without intercept, shape (n, k); offset: logits known beforehand. The
    intercept is found anew, because a temperature alone would draw rare classes towards common.

    Source: Platt (1999), Probabilistic outputs for support vector machines; Guo, Pleiss, Sun and
    Weinberger (2017), On calibration of modern neural networks, ICML.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - 0.1 s

    true = np.eye(offset.shape[1])[label]

    def loss(flat: Floats) -> tuple[float, Floats]:
        scale, intercept = flat[0], flat[1:]
        chances = to_chances(offset + scale * learnt + intercept)
        wrong = (chances - true) * worth[:, None]
        value = -worth @ np.log(np.maximum((chances * true).sum(axis=1), 1e-300))
        # few rows may not move either far
        value += 0.5 * HOLD * (intercept @ intercept) + 0.5 * (scale - 1) ** 2
        slope = np.append((wrong * learnt).sum() + scale - 1, wrong.sum(axis=0) + HOLD * intercept)
        return float(value), slope

    start = np.append(1.0, np.zeros(offset.shape[1]))
    found = minimize(loss, start, jac=True, method="BFGS")
    scale = float(np.clip(found.x[0], 1 / HOTTEST, 1 / COOLEST))
    return Calibration(1 / scale, found.x[1:], float(found.fun))
