"""A comparison made of others: synthetic control and synthetic difference-in-differences.

For one or a few treated units that started together. Inference is by placebo units only; the
analytic and library errors of these estimators are far too small where treated units are few.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import comb
from typing import Final, TypeAlias

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import Panel
from groundplan.inference.panels.simplex import closest_mixture
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
LEAST_CONTROLS: Final = 19  # below it one treated unit cannot be rarer than one in twenty
LEAST_DID_CONTROLS: Final = 15
DRAWS: Final = 499
_NOT_QUITE: Final = 1e-6  # the time weights' ridge, in innovations, as in the paper
_POOR_FIT: Final = 0.5

Estimator: TypeAlias = Callable[[Floats, Floats, int], Floats]


@dataclass(frozen=True, slots=True)
class Mixture:
    """What the treated units are compared with.

    weights: (controls,), in the panel's order of units that are never treated. observed, mixed:
    the treated units' mean and the mixture's, (periods,). start: the first treated period.
    missed: root mean square of their gap before the start.
    """

    weights: Floats
    observed: Floats
    mixed: Floats
    start: int

    @property
    def gap(self) -> float:
        """The mean gap from the start on."""
        return float((self.observed - self.mixed)[self.start :].mean())

    @property
    def missed(self) -> float:
        """Root mean square of the gap before the start: how badly the past is matched."""
        return float(np.sqrt(np.mean((self.observed - self.mixed)[: self.start] ** 2)))


def synthetic_mixture(panel: Panel) -> Mixture | Unknown:
    """The mixture of never treated units closest to the treated ones before the start.

    Matched on every outcome before the start, and on nothing else. Unknown where starts differ,
    something is not observed, or there is no control or no period before the start.

    Source: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical
    Association 105.
    """
    lacking = _lacks(panel, 2)
    if lacking is not None:
        return lacking
    controls, treated = panel.outcome[~panel.treated], panel.outcome[panel.treated].mean(axis=0)
    start = int(panel.starts[0])
    weights = closest_mixture(controls[:, :start].T, treated[:start])
    return Mixture(weights, treated, weights @ controls, start)


@dataclass(frozen=True, slots=True)
class Gaps:
    """How far treated units lie from their mixture, period by period, and placebo sets from theirs.

    gap: (periods,). placebos: (sets, periods). method: in words; caveats: in sentences.
    """

    gap: Floats
    placebos: Floats
    start: int
    method: str
    caveats: tuple[str, ...]

    def effect(self, level: float = LEVEL) -> Effect:
        """The mean gap from the start on, with its rank among placebo sets and the interval of
        all constant effects that this rank does not exclude."""
        value = float(self.gap[self.start :].mean())
        placebo = self.placebos[:, self.start :].mean(axis=1)
        sizes = np.sort(np.abs(placebo))[::-1]
        rank = 1 + int(np.sum(sizes >= abs(value) * (1 - 1e-9)))
        spare = int(np.floor((1 - level) * (len(sizes) + 1) + 1e-9)) - 1
        reach = float(sizes[spare]) if spare >= 0 else float("inf")
        p, error = rank / (len(sizes) + 1), float(np.std(placebo, ddof=1))
        ends = value, value - reach, value + reach
        return Effect(*ends, level, p, error, self.method, "difference", self.caveats)


def synthetic_control(
    panel: Panel, rng: np.random.Generator, *, draws: int = DRAWS
) -> Gaps | Unknown:
    """How far treated units lie above their synthetic control from the start on [its unit].

    Placebo units: every set of as many controls as are treated, or `draws` random ones, is taken
    for treated, matched by the remaining controls.

    Source: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical
    Association 105, with the mean gap in place of their ratio of errors; Firpo and Possebom (2018),
    Journal of Causal Inference 6, for the interval.
    """
    lacking = _lacks(panel, LEAST_CONTROLS)
    if lacking is not None:
        return lacking
    return _against_placebos(panel, rng, _control_gap, "synthetic control", draws)


def synthetic_did(panel: Panel, rng: np.random.Generator, *, draws: int = DRAWS) -> Gaps | Unknown:
    """By how much treated units departed from a weighted comparison, levels set aside.

    Weighted difference-in-differences: units weighted to move like the treated ones before the
    start, periods before the start to be like those after it. Placebo sets as in
    `synthetic_control`, each fitted anew. se: the standard deviation of the placebo effects.

    Source: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review
    111(12), algorithms 1 and 4.
    """
    lacking = _lacks(panel, LEAST_DID_CONTROLS)
    if lacking is not None:
        return lacking
    estimate = partial(did_gap, count=int(panel.treated.sum()))
    return _against_placebos(panel, rng, estimate, "synthetic difference-in-differences", draws)


def did_gap(controls: Floats, treated: Floats, start: int, count: int) -> Floats:
    """The gap of `count` treated units' mean from its mixture, less what it weighs before.

    controls: (units, periods). treated: (periods,). Its mean from the start on is the synthetic
    difference-in-differences.
    """
    after = controls.shape[1] - start
    noise = float(np.std(np.diff(controls[:, :start], axis=1), ddof=1)) if start > 1 else 0.0
    past, later = controls[:, :start], controls[:, start:].mean(axis=1)
    across = past.T - past.mean(axis=1)
    along = past - past.mean(axis=0)
    units = closest_mixture(
        across, treated[:start] - treated[:start].mean(), np.sqrt(count * after) * noise**2 * start
    )
    periods = closest_mixture(
        along, later - later.mean(), (_NOT_QUITE * noise) ** 2 * len(controls)
    )
    gap = treated - units @ controls
    return np.asarray(gap - periods @ gap[:start])


def _control_gap(controls: Floats, treated: Floats, start: int) -> Floats:
    weights = closest_mixture(controls[:, :start].T, treated[:start])
    return np.asarray(treated - weights @ controls)


def _against_placebos(
    panel: Panel, rng: np.random.Generator, estimate: Estimator, says: str, draws: int
) -> Gaps:
    """One estimator's answer for the treated units, among its answers for placebo sets."""
    controls = panel.outcome[~panel.treated]
    count, start = int(panel.treated.sum()), int(panel.starts[0])
    treated = panel.outcome[panel.treated].mean(axis=0)
    gap = estimate(controls, treated, start)
    placebos = np.array(
        [
            estimate(np.delete(controls, chosen, axis=0), controls[chosen].mean(axis=0), start)
            for chosen in _placebo_sets(len(controls), count, rng, draws)
        ]
    )
    method = f"{says}, {len(placebos)} placebo sets of {count}"
    return Gaps(gap, placebos, start, method, _fit_caveats(panel))


def _placebo_sets(
    controls: int, count: int, rng: np.random.Generator, draws: int
) -> list[list[int]]:
    """All sets of `count` controls, or `draws` random ones if there are more."""
    if comb(controls, count) <= draws:
        return [list(chosen) for chosen in combinations(range(controls), count)]
    return [list(rng.choice(controls, count, replace=False)) for _ in range(draws)]


def _fit_caveats(panel: Panel) -> tuple[str, ...]:
    """What to say where no mixture resembles the treated units' past."""
    mixture = synthetic_mixture(panel)
    if isinstance(mixture, Unknown):
        return ()
    spread = float(np.std(mixture.observed[: mixture.start]))
    if mixture.missed <= _POOR_FIT * spread:
        return ()
    return ("no mixture of the others resembles the treated units before the start",)


def _lacks(panel: Panel, controls: int) -> Unknown | None:
    """Why these estimators cannot speak of a panel, if they cannot."""
    if not panel.treated.any():
        return Unknown("no unit is treated", 0, 1, "treated units")
    if len(panel.starts) > 1:
        return Unknown("the treated units start at different times", 0, 1, "common start")
    if panel.starts[0] < 2:
        return Unknown("too little is known before the start", int(panel.starts[0]), 2, "periods")
    if not np.isfinite(panel.outcome).all():
        have = int(np.isfinite(panel.outcome).sum())
        return Unknown("some outcomes are missing", have, panel.outcome.size, "outcomes")
    least = max(controls, int(panel.treated.sum()) + 2)
    have = int((~panel.treated).sum())
    if have < least:
        return Unknown("too few units are never treated", have, least, "controls")
    return None
