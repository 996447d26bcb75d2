"""Weights that cannot extrapolate: not negative, summing to one, closest to a target.

Exact, because published answers of synthetic control were those of solvers stopped early.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.linalg import lstsq
from scipy.optimize import nnls

from groundplan.inference.arrays import Floats

_SUM_WEIGHT: Final = 1e3  # how much more a broken sum costs than a broken match
_STEPS: Final = 30  # a column; the solver's own limit of three is reached at times
_DUST: Final = 1e-9


def closest_mixture(columns: Floats, target: Floats, ridge: float = 0.0) -> Floats:
    """The weights of `columns` (rows, columns) whose mixture lies closest to `target` (rows,).

    Least squares plus `ridge` times the sum of squared weights. Non-negative least squares finds
    which columns have weight; equations on those alone then make the answer exact. Where several
    mixtures are equally close it is one of them.

    Source: Lawson and Hanson (1974), Solving Least Squares Problems, chapter 23; for the problem
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105.
    """
    count = columns.shape[1]
    apart = columns - target[:, None]  # weights sum to one, so only what lies between matters
    if ridge > 0:
        apart = np.vstack([apart, np.sqrt(ridge) * np.eye(count)])
    apart /= max(float(np.abs(apart).max()), 1e-300)
    stiff = _SUM_WEIGHT * np.sqrt(len(apart))
    stacked = np.vstack([apart, np.full(count, stiff)])
    aim = np.append(np.zeros(len(apart)), stiff)
    weights = nnls(stacked, aim, maxiter=_STEPS * count)[0]
    exact = _on_support(apart, weights > _DUST)
    if exact.min() >= -_DUST:
        weights = np.maximum(exact, 0.0)
    return np.asarray(weights / weights.sum())


def _on_support(apart: Floats, kept: npt.NDArray[np.bool_]) -> Floats:
    """The weights of some columns that bring their mixture closest to zero, by its equations."""
    inside = apart[:, kept]
    count = inside.shape[1]
    system = np.ones((count + 1, count + 1))
    system[:count, :count] = inside.T @ inside
    system[count, count] = 0.0
    solved = lstsq(system, np.append(np.zeros(count), 1.0))[0]
    weights = np.zeros(apart.shape[1])
    weights[kept] = solved[:count]
    return weights
