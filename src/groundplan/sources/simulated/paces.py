"""How a team's pace wanders: the one random process behind simulated teams and panels alike."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.sources.simulated.worlds import Pace


def draw_paces(pace: Pace, units: int, weeks: int, rng: np.random.Generator) -> Floats:
    """The multiplier of each unit's usual pace in each week [ratio], shape (units, weeks).

    Stationary, with mean 1: what comes after a date is on average what came before. One unit more
    changes nothing of the others, to the last bit; BLAS would not promise that.
    """
    shared = pace.shared_sd * rng.standard_normal(weeks)
    own = np.einsum("uw,vw->uv", rng.standard_normal((units, weeks)), _root(pace, weeks))
    variance = pace.slow_sd**2 + pace.quick_sd**2 + pace.shared_sd**2
    paces: Floats = np.exp(own + shared - variance / 2)
    return paces


@lru_cache(maxsize=32)
def _root(pace: Pace, weeks: int) -> Floats:
    """A matrix that turns white noise into the two autocorrelated parts together."""
    apart = np.abs(np.subtract.outer(np.arange(weeks), np.arange(weeks)))
    slow = pace.slow_sd**2 * pace.slow_lag**apart
    quick = pace.quick_sd**2 * pace.quick_lag**apart
    root: Floats = np.linalg.cholesky(slow + quick + 1e-12 * np.eye(weeks)).astype(np.float64)
    return root
