"""The regressions of the textbooks, as they are published; the product does not use them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.inference.panels.simplex import closest_mixture

Floats = npt.NDArray[np.float64]


def decompose(panel: Panel) -> dict[str, tuple[float, float]]:
    """Which comparisons a two-way regression is made of: weight and mean of each kind.

    Source: Goodman-Bacon (2021), Journal of Econometrics 225, theorem 1.
    """
    parts = list(_comparisons(panel))
    total = sum(weight for _, weight, _ in parts)
    told = {}
    for kind in ("earlier against later", "later against earlier", "against never treated"):
        inside = [(weight, effect) for name, weight, effect in parts if name == kind]
        weight = sum(w for w, _ in inside)
        told[kind] = (weight / total, sum(w * e for w, e in inside) / weight)
    return told


def _comparisons(panel: Panel) -> Iterator[tuple[str, float, float]]:
    begun, periods = panel.treated_from, len(panel.periods)
    share = {int(g): float(np.mean(begun == g)) for g in np.unique(begun)}
    mean = {g: panel.outcome[begun == g].mean(axis=0) for g in share}
    exposed = {g: (periods - g) / periods for g in share if g != NEVER}

    def change(group: int, start: int, end: int, since: int = 0) -> float:
        return float(mean[group][start:end].mean() - mean[group][since:start].mean())

    for early, long in exposed.items():
        weight = share[early] * share[NEVER] * long * (1 - long)
        apart = change(early, early, periods) - change(NEVER, early, periods)
        yield "against never treated", weight, apart
        for late, short in exposed.items():
            if late <= early:
                continue
            both = share[early] * share[late] * (long - short)
            apart = change(early, early, late) - change(late, early, late)
            yield "earlier against later", both * (1 - long), apart
            apart = change(late, late, periods, early) - change(early, late, periods, early)
            yield "later against earlier", both * short, apart


def regression_weighted_mixture(
    predictors: Floats, outcome: Floats, treated: int
) -> npt.NDArray[np.float64]:
    """Synthetic control on predictors, weighted by how they predict the outcome before the start.

    predictors: (units, predictors). outcome: (units, periods before the start). The weights of
    predictors are the sums of squares of their coefficients in regressions of each period's
    outcome: the default of Stata's and R's `synth` without `nested`.

    Source: Abadie, Diamond and Hainmueller (2011), Journal of Statistical Software 42(13).
    """
    scaled = predictors / predictors.std(axis=0, ddof=1)
    design = np.column_stack([np.ones(len(scaled)), scaled])
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0][1:]
    importance = np.sqrt((coefficients**2).sum(axis=1))
    weighted = scaled * importance / np.sqrt((importance**2).sum())
    return closest_mixture(np.delete(weighted, treated, axis=0).T, weighted[treated])


def stopped_early(controls: Floats, treated: Floats, start: int) -> Floats:
    """Synthetic control as the authors of synthetic difference-in-differences solve it.

    Frank-Wolfe steps from equal weights, once to find which weights are large and once from
    those, until a step gains less than a hundred-thousandth of the innovations' spread. It stops
    short of the closest mixture, which is why the published figure is not the optimum's.

    Source: Arkhangelsky et al. (2021), R package synthdid, `sc.weight.fw` with its defaults.
    """
    past, target = controls[:, :start].T, treated[:start]
    noise = float(np.std(np.diff(controls[:, :start], axis=1), ddof=1))
    weights = _frank_wolfe(past, target, np.full(len(controls), 1 / len(controls)), noise, 100)
    weights = np.where(weights <= weights.max() / 4, 0.0, weights)
    return _frank_wolfe(past, target, weights / weights.sum(), noise, 10_000)


def _frank_wolfe(
    columns: Floats, target: Floats, weights: Floats, noise: float, steps: int
) -> Floats:
    ridge = (1e-6 * noise) ** 2
    least, last = (1e-5 * noise) ** 2, np.inf
    for _ in range(steps):
        gap = columns @ weights - target
        slope = gap @ columns + len(target) * ridge * weights
        best = int(np.argmin(slope))
        toward = -weights.copy()
        toward[best] += 1
        change = columns[:, best] - columns @ weights
        curve = change @ change + len(target) * ridge * (toward @ toward)
        weights = weights + float(np.clip(-(slope @ toward) / curve, 0, 1)) * toward
        gap = columns @ weights - target
        value = ridge * (weights @ weights) + gap @ gap / len(target)
        if last - value <= least:
            break
        last = value
    return weights
