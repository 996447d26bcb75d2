"""The field's standard methods as they come, on standardised series: ruptures, and BOCPD."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

Floats = npt.NDArray[np.float64]
MODELS = ("l2", "l1", "rbf", "normal", "rank")
PENALTIES: dict[str, Callable[[int], float]] = {
    "2 log n": lambda n: 2 * float(np.log(n)),
    "3 log n": lambda n: 3 * float(np.log(n)),
}
LONG = 700  # points beyond which only the quick ones are tried
VERY_LONG = 8_000  # beyond which kernels that compare every two points are not
QUICK = ("Binseg l2", "Window l2", "Window l1")  # KernelCPD linear is Pelt l2 without grid
HAZARD = 1 / 100  # BOCPD as its benchmark's default: lambda 100, all priors 1
LONGEST_RUN = 3_000


def standardise(values: Floats) -> Floats:
    spread = values.std()
    return np.asarray((values - values.mean()) / (spread if spread > 0 else 1.0))


def run_peers(values: Floats) -> dict[str, list[int]]:
    """What each method finds with each penalty; a method that cannot do it is left out."""
    ruptures = import_module("ruptures")  # not among the project's own libraries
    n, series = len(values), standardise(values)
    methods: dict[str, Any] = {}
    for search in ("Pelt", "Binseg", "BottomUp", "Window"):
        for model in MODELS:
            if n <= LONG or f"{search} {model}" in QUICK:
                methods[f"{search} {model}"] = lambda s=search, m=model: getattr(ruptures, s)(
                    model=m
                ).fit(series)
    for kernel in ("linear", "rbf"):
        if n <= VERY_LONG or kernel == "linear":
            methods[f"KernelCPD {kernel}"] = lambda k=kernel: ruptures.KernelCPD(kernel=k).fit(
                series
            )
    found: dict[str, list[int]] = {"no change": []}
    for name, make in methods.items():
        try:
            fitted = make()
            for words, penalty in PENALTIES.items():
                found[f"{name}, {words}"] = fitted.predict(pen=penalty(n))[:-1]
        except (ruptures.exceptions.BadSegmentationParameters, np.linalg.LinAlgError):
            continue
    found["BOCPD"] = bocpd(series)
    return found


def bocpd(series: Floats) -> list[int]:
    """Bayesian online change points, a Gaussian of unknown mean and variance.

    The likeliest run lengths, traced back from the last point.

    Source: Adams and MacKay (2007), arXiv 0710.3742.
    """
    mean, count, shape, rate = np.zeros(1), np.ones(1), np.ones(1), np.ones(1)
    runs = np.zeros(1)
    likeliest = []
    for value in series:
        scale = np.sqrt(rate * (count + 1) / (shape * count))
        off, freedom = (value - mean) / scale, 2 * shape
        told = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
        told = told - np.log(scale) - (freedom + 1) / 2 * np.log1p(off**2 / freedom)
        new = np.logaddexp.reduce(runs + told + np.log(HAZARD))
        runs = np.concatenate([[new], runs + told + np.log(1 - HAZARD)])[:LONGEST_RUN]
        runs = runs - np.logaddexp.reduce(runs)
        grown = rate + count * (value - mean) ** 2 / (2 * (count + 1))
        mean = np.concatenate([[0.0], (count * mean + value) / (count + 1)])[:LONGEST_RUN]
        rate = np.concatenate([[1.0], grown])[:LONGEST_RUN]
        count = np.concatenate([[1.0], count + 1])[:LONGEST_RUN]
        shape = np.concatenate([[1.0], shape + 0.5])[:LONGEST_RUN]
        likeliest.append(int(np.argmax(runs)))
    starts = []
    end = len(series)
    while end > 0:
        run = likeliest[end - 1]
        if 0 < run < end:
            starts.append(end - run)
        end -= max(run, 1)
    return sorted(starts)
