"""Units by the period in which their treatment began, and comparisons made of their means.

Every staggered estimate is a contrast of cohort means; what each unit adds to it is its influence,
and errors, bands and bootstraps are sums of influences.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.terms.estimate import Unknown

Control: TypeAlias = Literal["never", "not yet"]
Base: TypeAlias = Literal["varying", "universal"]


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Units that are wholly observed, by start.

    outcome: (units, periods). member: (units,), each one's cohort; the last cohort is of those
    never treated and may be empty. starts: (cohorts - 1,). sizes: (cohorts,). means: (cohorts,
    periods), 0 for an empty cohort. left_out: units not wholly observed, or treated from the first
    period on, before which nothing is known.
    """

    outcome: Floats
    member: Integers
    starts: Integers
    sizes: Integers
    means: Floats
    left_out: int

    @property
    def shares(self) -> Floats:
        """The share of each cohort in all units, (cohorts,)."""
        return np.asarray(self.sizes / self.sizes.sum())


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Estimates with what every unit adds to them.

    estimate: (contrasts,). influence: (units, contrasts); an estimate's error is about the mean
    influence, so its variance is the sum of squares over the square of the number of units.
    """

    estimate: Floats
    influence: Floats

    @property
    def se(self) -> Floats:
        """Standard errors, clustered by unit, (contrasts,)."""
        return np.asarray(np.sqrt((self.influence**2).sum(axis=0)) / len(self.influence))

    @property
    def covariance(self) -> Floats:
        """(contrasts, contrasts)."""
        return np.asarray(self.influence.T @ self.influence / len(self.influence) ** 2)


@dataclass(frozen=True, slots=True)
class Cells:
    """One comparison for each cohort and period: its change since a base, less the controls'.

    cohort, period, base: (cells,). controls: (cells, cohorts), who is compared with. effect:
    (cells,). start: the first treated period of each cell's cohort.
    """

    cohort: Integers
    period: Integers
    base: Integers
    controls: Floats
    effect: Floats
    start: Integers

    @property
    def since(self) -> Integers:
        """Periods since the start of treatment, negative before it."""
        return self.period - self.start


def sort_cohorts(panel: Panel) -> Cohorts | Unknown:
    """The cohorts of a panel; Unknown if none can be compared."""
    kept = np.isfinite(panel.outcome).all(axis=1) & (panel.treated_from != 0)
    outcome, begun = panel.outcome[kept], panel.treated_from[kept]
    starts = np.unique(begun[begun != NEVER])
    if len(starts) == 0:
        return Unknown("no treated unit is observed throughout", 0, 1, "treated units")
    member = np.where(begun == NEVER, len(starts), np.searchsorted(starts, begun))
    sizes = np.bincount(member, minlength=len(starts) + 1)
    means = np.zeros((len(sizes), outcome.shape[1]))
    np.add.at(means, member, outcome)
    means /= np.maximum(sizes, 1)[:, None]
    return Cohorts(outcome, member, starts, sizes, means, int((~kept).sum()))


def compare_cells(cohorts: Cohorts, control: Control, base: Base) -> Cells | Unknown:
    """The group-time average treatment effects ATT(g, t), and those of periods before the start.

    control: units never treated, or all that are not treated yet in the period and its base. base:
    the last period before the start; `varying` takes the period before each one ahead of the
    start, so that those effects are one-period changes, `universal` has the start's for all.

    Source: Callaway and Sant'Anna (2021), Journal of Econometrics 225, equations 2.8 and 2.9, with
    no covariates, where all three of its estimators are the same.
    """
    periods = cohorts.means.shape[1]
    rows = []
    for cohort, start in enumerate(cohorts.starts):
        for period in range(periods):
            since = start - 1 if period >= start or base == "universal" else period - 1
            if 0 <= since != period:
                rows.append((cohort, period, int(since), int(start)))
    cohort_at, period, since, start_at = np.array(rows, dtype=np.int64).T
    weights = _control_weights(cohorts, control, np.maximum(period, since), cohort_at)
    kept = weights.sum(axis=1) > 0
    if not (kept & (period >= start_at)).any():
        return Unknown("nobody is left to compare with", 0, 1, f"units {control} treated")
    cohort_at, period, since, start_at = (x[kept] for x in (cohort_at, period, since, start_at))
    weights = weights[kept] / weights[kept].sum(axis=1, keepdims=True)
    change = cohorts.means[:, period] - cohorts.means[:, since]
    effect = change[cohort_at, np.arange(len(period))] - (weights * change.T).sum(axis=1)
    return Cells(cohort_at, period, since, weights, effect, start_at)


def contrast_cells(cohorts: Cohorts, cells: Cells, weights: Floats, slopes: Floats) -> Contrasts:
    """Weighted sums of cells, with each unit's influence through outcomes and through weights.

    weights: (contrasts, cells). slopes: (contrasts, cohorts), how each sum moves with the shares
    of the cohorts because its weights depend on them.
    """
    shares, own = cohorts.shares, np.eye(len(cohorts.sizes))[cells.cohort]
    slopes = slopes + _slopes_of_controls(cohorts, cells, weights)
    influence = np.array((slopes - (slopes * shares).sum(axis=1, keepdims=True)).T[cohorts.member])
    periods = np.eye(cohorts.means.shape[1])
    moves, toward = periods[cells.period] - periods[cells.base], own - cells.controls
    for cohort in map(int, np.flatnonzero(cohorts.sizes)):
        on_means = (weights * toward[:, cohort]) @ moves
        inside = cohorts.member == cohort
        apart = cohorts.outcome[inside] - cohorts.means[cohort]
        influence[inside] += apart @ on_means.T / shares[cohort]
    return Contrasts(weights @ cells.effect, influence)


def _control_weights(cohorts: Cohorts, control: Control, latest: Integers, own: Integers) -> Floats:
    """How many units of each cohort a cell is compared with, (cells, cohorts)."""
    weights = np.zeros((len(latest), len(cohorts.sizes)))
    weights[:, -1] = cohorts.sizes[-1]
    if control == "not yet":
        waiting = cohorts.starts[None, :] > latest[:, None]
        weights[:, :-1] = np.where(waiting, cohorts.sizes[:-1], 0)
        weights[np.arange(len(own)), own] = 0
    return weights


def _slopes_of_controls(cohorts: Cohorts, cells: Cells, weights: Floats) -> Floats:
    """How sums of cells move with the cohorts' shares among those who are compared with."""
    change = (cohorts.means[:, cells.period] - cohorts.means[:, cells.base]).T
    mixed = (cells.controls * change).sum(axis=1, keepdims=True)
    among = (cells.controls > 0) @ cohorts.shares
    moved = np.where(cells.controls > 0, (change - mixed) / among[:, None], 0.0)
    return np.asarray(-weights @ moved)
