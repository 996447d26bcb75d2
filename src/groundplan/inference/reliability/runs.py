"""Runs of one measurement: on several hosts, on several days, again and again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers, all_finite
from groundplan.inference.reliability.mean_squares import MeanSquare


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of one measurement in the order in which they were made; shapes (n,).

    value: the mean of a run's samples; within: their squares around it, summed; samples: how many.
    host, day: places in `hosts` and `days`. A day is one session of measuring.
    """

    value: Floats
    within: Floats
    samples: Integers
    host: Integers
    day: Integers
    hosts: tuple[str, ...]
    days: tuple[str, ...]

    def select(self, chosen: npt.NDArray[np.bool_]) -> Runs:
        """Some of the runs; hosts and days without any are dropped."""
        hosts = [self.hosts[at] for at in self.host[chosen]]
        days = [self.days[at] for at in self.day[chosen]]
        told = _codes(hosts), _codes(days)
        return Runs(
            self.value[chosen], self.within[chosen], self.samples[chosen],
            told[0][1], told[1][1], told[0][0], told[1][0],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """The means of all runs of one host on one day; shapes (cells,). runs: how many each."""

    mean: Floats
    runs: Integers
    host: Integers
    day: Integers

    @property
    def usual_runs(self) -> float:
        """Runs in a cell, harmonic mean, as the variance of a mean of cells needs it [runs]."""
        return float(len(self.runs) / np.sum(1 / self.runs))


def arrange(samples: Sequence[Sequence[float]], hosts: Sequence[str], days: Sequence[str]) -> Runs:
    """Runs out of their samples, with the host and the day of each.

    Errors: ValueError for a run without samples or with one that is no number.
    """
    if not all(len(run) for run in samples):
        raise ValueError("a run has no sample")
    values = [all_finite(run) for run in samples]
    (host_names, host), (day_names, day) = _codes(hosts), _codes(days)
    return Runs(
        np.array([run.mean() for run in values]),
        np.array([np.sum((run - run.mean()) ** 2) for run in values]),
        np.array([len(run) for run in values], dtype=np.int64),
        host, day, host_names, day_names,
    )  # fmt: skip


def _codes(names: Sequence[str]) -> tuple[tuple[str, ...], Integers]:
    """Names in the order of their first appearance, and each one's place in it."""
    known = tuple(dict.fromkeys(names))
    at = {name: place for place, name in enumerate(known)}
    return known, np.array([at[name] for name in names], dtype=np.int64)


def pool_cells(runs: Runs) -> Cells:
    """The mean of each host on each day."""
    place = runs.day * len(runs.hosts) + runs.host
    found, inverse, count = np.unique(place, return_inverse=True, return_counts=True)
    mean = np.bincount(inverse, runs.value) / count
    return Cells(mean, count, found % len(runs.hosts), found // len(runs.hosts))


def between_runs(runs: Runs) -> MeanSquare:
    """How runs of one host on one day differ from each other."""
    cells = pool_cells(runs)
    squares = float(np.sum(runs.value**2) - np.sum(cells.runs * cells.mean**2))
    freedom = len(runs.value) - len(cells.mean)
    return MeanSquare(max(squares, 0.0) / max(freedom, 1), freedom)


def between_runs_with_tails(runs: Runs) -> MeanSquare:
    """The same, with the degrees of freedom that heavy tails leave of it.

    A mean square varies with the fourth moment of what it is made of, which the kurtosis tells.
    Source: Box (1953), Biometrika 40; Shoemaker (2003), The American Statistician 57(2).
    """
    square = between_runs(runs)
    place = runs.day * len(runs.hosts) + runs.host
    _, inverse, count = np.unique(place, return_inverse=True, return_counts=True)
    rest = runs.value - (np.bincount(inverse, runs.value) / count)[inverse]
    squares = float(np.sum(rest**2))
    if not squares or square.freedom < 1:
        return square
    excess = max(len(rest) * float(np.sum(rest**4)) / squares**2 - 3, 0.0)
    left = 2 / (2 / square.freedom + excess / len(rest))
    return MeanSquare(square.value, max(int(left), 1))


def within_runs(runs: Runs) -> MeanSquare:
    """How samples of one run differ from each other."""
    freedom = int(np.sum(runs.samples - 1))
    return MeanSquare(float(runs.within.sum()) / max(freedom, 1), freedom)
