"""What is commonly done and does not hold with few units, to be shown beside what does.

Nothing here decides anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from groundplan.inference.arrays import Floats
from groundplan.inference.panels.effects import Effect
from groundplan.inference.panels.panel import Panel

RULE_PERIODS: Final = 4  # weeks: 28 days on either side
RULE_CHANGE: Final = 0.15
LEAST_UNITS: Final = 4  # wholly observed; with fewer nobody would try


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Which of the naive rules would call a panel's intervention an effect; None: not defined."""

    two_way: bool | None
    normal: bool | None
    fifteen_percent: bool | None


def judge_naively(panel: Panel) -> Verdicts:
    """What the naive rules say of a panel with one start, at 5%."""
    two_way = two_way_clustered(panel)
    normal = last_period_normal(panel)
    return Verdicts(
        None if two_way is None else two_way.is_significant,
        None if normal is None else normal.is_significant,
        moved_by_fifteen_percent(panel),
    )


def two_way_clustered(panel: Panel, level: float = 0.95) -> Effect | None:
    """Two-way fixed effects with errors clustered by unit and Student's t, units - 1.

    Units wholly observed; None if no two of them differ in treatment.

    Source: the common default; Bertrand, Duflo and Mullainathan (2004), Quarterly Journal of
    Economics 119(1), for the clustering, and its small-sample factor as in Stata.
    """
    whole = panel.select(np.isfinite(panel.outcome).all(axis=1))
    if len(whole.units) < LEAST_UNITS:
        return None
    treatment = _within(whole.is_treated().astype(np.float64))
    size = float(np.sum(treatment**2))
    units, periods = whole.outcome.shape
    if size < 1e-9:
        return None
    outcome = _within(whole.outcome)
    estimate = float(np.sum(treatment * outcome)) / size
    scores = np.sum(treatment * (outcome - estimate * treatment), axis=1)
    cells = units * periods
    factor = units / (units - 1) * (cells - 1) / max(1, cells - periods - 1)
    error = float(np.sqrt(factor * np.sum(scores**2))) / size
    reach = float(stdtrit(units - 1, (1 + level) / 2)) * error
    p = float(2 * stdtr(units - 1, -abs(estimate) / error)) if error > 0 else float(estimate == 0)
    method = "two-way fixed effects, cluster-robust t"
    return Effect(
        estimate, estimate - reach, estimate + reach, level, p, error, method, "difference"
    )


def last_period_normal(panel: Panel, level: float = 0.95) -> Effect | None:
    """Callaway and Sant'Anna's simple average for one start, with normal errors.

    Every period from the start on is compared with the last one before it, as their estimator
    does. Units wholly observed; None with several starts, or without both kinds of units.
    """
    whole = panel.select(np.isfinite(panel.outcome).all(axis=1))
    treated = whole.treated
    if len(whole.starts) != 1 or whole.starts[0] < 1 or treated.all() or len(treated) < LEAST_UNITS:
        return None
    start = int(whole.starts[0])
    gains = whole.outcome[:, start:].mean(axis=1) - whole.outcome[:, start - 1]
    sides = gains[treated], gains[~treated]
    estimate = float(sides[0].mean() - sides[1].mean())
    error = float(np.sqrt(sum(np.var(side) / len(side) for side in sides)))
    reach = float(ndtri((1 + level) / 2)) * error
    p = float(2 * ndtr(-abs(estimate) / error)) if error > 0 else float(estimate == 0)
    method = "Callaway-Sant'Anna, normal errors"
    return Effect(
        estimate, estimate - reach, estimate + reach, level, p, error, method, "difference"
    )


def moved_by_fifteen_percent(panel: Panel, periods: int = RULE_PERIODS) -> bool | None:
    """Whether the treated units' mean moved by more than 15% within 28 days on either side.

    Of the first start; None where nothing was observed on a side, or it was zero before.
    """
    start = int(panel.starts[0])
    rows = panel.outcome[panel.treated_from == start]
    before = rows[:, max(0, start - periods) : start]
    after = rows[:, start : start + periods]
    if not (np.isfinite(before).any() and np.isfinite(after).any()):
        return None
    level = float(np.nanmean(before))
    return None if level == 0 else bool(abs(np.nanmean(after) / level - 1) > RULE_CHANGE)


def _within(values: Floats) -> Floats:
    rows = values.mean(axis=1, keepdims=True)
    return np.asarray(values - rows - values.mean(axis=0) + values.mean())
