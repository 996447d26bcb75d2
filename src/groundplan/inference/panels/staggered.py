"""Many units that start at different times: average effects, and effects by time since the start.

The errors are those of large samples. With a few dozen units they reject in up to two thirds of
cases where nothing happened; there the estimates serve as statistics of a permutation test.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.cohorts import (
    Base,
    Cells,
    Cohorts,
    Contrasts,
    Control,
    compare_cells,
    contrast_cells,
    sort_cohorts,
)
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import Panel
from groundplan.terms.estimate import Unknown

LEVEL: Final = 0.95
DRAWS: Final = 999
LEAST_UNITS: Final = 200  # below it the errors are not to be believed
_ROUNDING: Final = 1e-12  # of the largest outcome: smaller errors are none
_CHUNK: Final = 1 << 25  # signs drawn at a time

Average: TypeAlias = Literal["simple", "dynamic", "group", "calendar"]


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects by periods since the start; negative ones are checks, not effects.

    since, effect, se: (horizons,). low, high: bands that hold all true effects at once at `level`.
    covariance: (horizons, horizons).
    """

    since: Integers
    effect: Floats
    se: Floats
    low: Floats
    high: Floats
    level: float
    covariance: Floats


def staggered_effect(
    panel: Panel,
    rng: np.random.Generator,
    *,
    average: Average = "simple",
    control: Control = "never",
    level: float = LEVEL,
    draws: int = DRAWS,
) -> Effect | Unknown:
    """The average effect on the treated, over cohorts and periods [outcome's unit].

    simple: over all treated cells; dynamic: over times since the start; group: over cohorts;
    calendar: over periods. Cells count with their cohort's share. p and interval come from the
    multiplier bootstrap of units. Left out: units not wholly observed or treated from the first
    period on (a caveat says how many).

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225, section 3 and algorithm 1.
    """
    made = _cells_of(panel, control, "varying")
    if isinstance(made, Unknown):
        return made
    cohorts, cells = made
    told = contrast_cells(cohorts, cells, *_average(cohorts, cells, average))
    error, estimate = float(told.se[0]), float(told.estimate[0])
    if error <= _ROUNDING * float(np.abs(cohorts.outcome).max()):
        return Unknown("changes do not vary among units", 0, 1, "units that differ")
    ratios = np.abs(_draws(told, rng, draws)[:, 0]) / error
    reach = float(np.quantile(ratios, level)) * error
    p = (1 + int(np.sum(ratios >= abs(estimate) / error))) / (1 + draws)
    low, high = estimate - reach, estimate + reach
    method = f"Callaway-Sant'Anna, {average} average, {control} treated, {draws} multiplier draws"
    return Effect(estimate, low, high, level, p, error, method, "difference", _caveats(cohorts))


def event_study(
    panel: Panel,
    rng: np.random.Generator,
    *,
    control: Control = "never",
    base: Base = "varying",
    level: float = LEVEL,
    draws: int = DRAWS,
) -> EventStudy | Unknown:
    """Effects by periods since the start, with bands that hold all of them at once.

    Source: Callaway and Sant'Anna (2021), equation 3.4 and algorithm 1 (sup-t bands).
    """
    made = _cells_of(panel, control, base)
    if isinstance(made, Unknown):
        return made
    cohorts, cells = made
    since, place = np.unique(cells.since, return_inverse=True)
    weights, slopes = _pool(cohorts, cells, (place == np.arange(len(since))[:, None]))
    told = contrast_cells(cohorts, cells, weights, slopes)
    safe = np.where(told.se > 0, told.se, np.inf)
    widest = np.abs(_draws(told, rng, draws) / safe).max(axis=1)
    reach = float(np.quantile(widest, level)) * told.se
    low, high = told.estimate - reach, told.estimate + reach
    return EventStudy(since, told.estimate, told.se, low, high, level, told.covariance)


def _cells_of(panel: Panel, control: Control, base: Base) -> tuple[Cohorts, Cells] | Unknown:
    cohorts = sort_cohorts(panel)
    if isinstance(cohorts, Unknown):
        return cohorts
    cells = compare_cells(cohorts, control, base)
    return cells if isinstance(cells, Unknown) else (cohorts, cells)


def _average(cohorts: Cohorts, cells: Cells, average: Average) -> tuple[Floats, Floats]:
    """The weights of one average over treated cells, and their slopes in the shares."""
    treated = cells.period >= cells.start
    if average == "simple":
        return _pool(cohorts, cells, treated[None, :])
    keys = {"dynamic": cells.since, "group": cells.cohort, "calendar": cells.period}[average]
    parts = np.unique(keys[treated])
    weights, slopes = _pool(cohorts, cells, (keys == parts[:, None]) & treated)
    if average != "group":
        return weights.mean(axis=0, keepdims=True), slopes.mean(axis=0, keepdims=True)
    size = cohorts.shares[parts]
    share = size / size.sum()
    effects = weights @ cells.effect
    moved = np.zeros((1, len(cohorts.sizes)))
    moved[0, parts] = (effects - share @ effects) / size.sum()
    return share[None, :] @ weights, moved


def _pool(cohorts: Cohorts, cells: Cells, chosen: np.ndarray) -> tuple[Floats, Floats]:
    """Means of chosen cells by their cohorts' shares, and how each mean moves with the shares."""
    share = chosen * cohorts.shares[cells.cohort]
    total = share.sum(axis=1, keepdims=True)
    weights = share / total
    apart = chosen * (cells.effect - (weights @ cells.effect)[:, None]) / total
    return weights, apart @ np.eye(len(cohorts.sizes))[cells.cohort]


def _draws(told: Contrasts, rng: np.random.Generator, draws: int) -> Floats:
    """Multiplier bootstrap with random signs: how far each estimate may be off, (draws, contrasts).

    Source: Callaway and Sant'Anna (2021), algorithm 1, with Rademacher's multipliers.
    """
    units = len(told.influence)
    influence = (told.influence / units).astype(np.float32)
    found = np.empty((draws, influence.shape[1]), dtype=np.float32)
    width = -(-units // 8)
    step = max(1, _CHUNK // (8 * width))
    for first in range(0, draws, step):
        many = min(step, draws - first)
        bits = np.unpackbits(rng.integers(0, 256, (many, width), dtype=np.uint8), axis=1)
        signs = bits[:, :units].astype(np.float32)
        found[first : first + many] = 2 * (signs @ influence) - influence.sum(axis=0)
    return found.astype(np.float64)


def _caveats(cohorts: Cohorts) -> tuple[str, ...]:
    told = []
    if cohorts.left_out:
        told.append(f"{cohorts.left_out} units are left out: not observed before or throughout")
    if len(cohorts.outcome) < LEAST_UNITS:
        told.append(f"errors of large samples, from {len(cohorts.outcome)} units: too narrow")
    return tuple(told)
