"""What is learnt from some projects: six constants of the pace, then eight of the shape."""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, ndtr, ndtri

from groundplan.inference.forecasts.paces import Constants, measure_pace
from groundplan.inference.forecasts.recalibration import LEAST_ITEMS, Shape
from groundplan.inference.forecasts.trials import History

WINDOWS = (6, 12, 26)
HORIZONS = (1, 2, 4, 8, 13, 26, 39, 52)
LEVELS = np.array([0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 0.85, 0.9, 0.95, 0.975])
EVERY = 3  # weeks between the origins that the pace is fitted to
FLOOR = 1e-13  # of a likelihood: one bulk closing must not own the fit
START = Constants(2.0, -0.3, -0.5, 0.4, 0.2, 0.5)


@dataclass
class Rows:
    """Past forecasts of some projects as columns.

    weight: in sum the square root of a project's forecasts in a cell, half way between every
    project and every forecast counting the same.
    """

    project: np.ndarray
    window: np.ndarray
    horizon: np.ndarray
    at: np.ndarray
    came: np.ndarray
    worked: np.ndarray
    recent: np.ndarray
    log_mean: np.ndarray
    log_silence: np.ndarray
    burst: np.ndarray
    weight: np.ndarray

    def only(self, chosen: np.ndarray) -> Rows:
        """Some of the rows."""
        return Rows(*(column[chosen] for column in vars(self).values()))


def collect(projects: dict[str, History]) -> Rows:
    """All origins of some histories with a whole window and a known future."""
    parts = []
    for number, history in enumerate(projects.values()):
        counts, worked = history.counts, history.worked[: len(history.counts)]
        total, effort = (np.concatenate([[0], np.cumsum(series)]) for series in (counts, worked))
        for window in WINDOWS:
            if len(counts) <= window:
                continue
            views, usual = (
                np.lib.stride_tricks.sliding_window_view(series, window)
                for series in (counts, worked)
            )
            enough = views.sum(axis=1) >= LEAST_ITEMS
            for horizon in HORIZONS:
                last = len(counts) - window - horizon + 1
                at = np.flatnonzero(enough[: max(last, 0)])
                if len(at) < 5:
                    continue
                came, done = (
                    series[at + window + horizon] - series[at + window]
                    for series in (total, effort)
                )
                n = len(at)
                ends = [np.full(n, x) for x in (number, window, horizon)]
                features = _features(views[at], usual[at])
                parts.append([*ends, at + window, came, done, *features, np.full(n, n**-0.5)])
    return Rows(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _features(windows: np.ndarray, worked: np.ndarray) -> tuple[np.ndarray, ...]:
    """What `measure_pace` reads, by asking it with constants that let one thing through."""
    plain = measure_pace(windows, Constants(0, 0, 1, 0, 0, 1), worked)
    silent = measure_pace(windows, Constants(0, 0, 0, 1, 0, 0), worked)
    return plain.rate, np.log(plain.drift), np.log(silent.drift), plain.burst


def mean_and_spread(rows: Rows, constants: Constants) -> tuple[np.ndarray, np.ndarray]:
    """As `chance_at_most` computes them, for all rows at once."""
    mean = (rows.recent + constants.revival / rows.window) * rows.worked
    drift = np.exp(
        constants.drift
        + constants.drift_rate * rows.log_mean
        + constants.drift_silence * rows.log_silence
        + constants.drift_horizon * np.log(rows.horizon / 4)
    )
    return mean, drift + constants.burst * rows.burst / rows.horizon


def raw_chances(rows: Rows, constants: Constants) -> tuple[np.ndarray, np.ndarray]:
    """The chances of fewer than, and at most, what came."""
    mean, spread = mean_and_spread(rows, constants)
    upto = betainc(1 / spread, rows.came + 1, 1 / (1 + spread * mean))
    below = betainc(1 / spread, np.maximum(rows.came, 1), 1 / (1 + spread * mean))
    return np.where(rows.came > 0, below, 0.0), upto


def fit_constants(rows: Rows, start: Constants = START) -> Constants:
    """The constants under which these projects' futures were likeliest."""
    some = rows.only(rows.at % EVERY == 0)
    weight = some.weight / some.weight.sum()

    def loss(theta: np.ndarray) -> float:
        below, upto = raw_chances(some, _constants(theta))
        return float(-(np.log(np.maximum(upto - below, FLOOR)) * weight).sum())

    first = np.array(astuple(start))
    first[[0, 5]] = np.log(first[[0, 5]])
    return _constants(minimize(loss, first, method="L-BFGS-B").x)


def _constants(theta: np.ndarray) -> Constants:
    revival, *slopes, burst = (float(x) for x in theta)
    return Constants(float(np.exp(revival)), *slopes, float(np.exp(burst)))


def fit_shape(rows: Rows, below: np.ndarray, upto: np.ndarray) -> Shape:
    """The shape under which, in every cell, raw chances come true as often as they say.

    Least squares of its curve against the shares of outcomes at or below eleven levels.
    """
    targets, terms = [], []
    for window in WINDOWS:
        for horizon in HORIZONS:
            here = (rows.window == window) & (rows.horizon == horizon)
            if not here.any():
                continue
            low, high = below[here, None], upto[here, None]
            reached = np.clip((LEVELS - low) / np.maximum(high - low, 1e-9), 0, 1)
            targets.append(np.average(reached, axis=0, weights=rows.weight[here]))
            ahead = np.log(horizon / 4)
            terms.append([1.0, ahead, np.log(window / 12), ahead**2])
    target, term = np.array(targets), np.array(terms)

    def loss(theta: np.ndarray) -> float:
        line = (term @ theta[:4])[:, None] + np.exp(term @ theta[4:])[:, None] * ndtri(LEVELS)
        return float(((ndtr(line) - target) ** 2).sum())

    found = [float(x) for x in minimize(loss, np.zeros(8), method="L-BFGS-B").x]
    return Shape(tuple(found[:4]), tuple(found[4:]))  # type: ignore[arg-type]
