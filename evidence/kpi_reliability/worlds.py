"""Made-up fleets: hosts and days that differ or do not, runs with and without tails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import lfilter

from groundplan.inference.reliability.runs import Runs, arrange

Draw = Callable[[np.random.Generator, int], np.ndarray]


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.standard_normal(n)


def student(rng: np.random.Generator, n: int) -> np.ndarray:
    """Three degrees of freedom, scaled to variance 1."""
    return rng.standard_t(3, n) / np.sqrt(3)


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Log-normal with sigma 1, as times often are, scaled to variance 1."""
    return (rng.lognormal(0, 1, n) - np.exp(0.5)) / np.sqrt(np.exp(2) - np.exp(1))


@dataclass(frozen=True)
class World:
    """Standard deviations by source; run noise is drawn by `draw`, the rest is normal.

    missing: share of hosts' days that were not measured. resembling: autoregression of runs.
    warm: by how much the first run of a host's day is higher. odd: by how much the last host is.
    """

    hosts: int = 3
    days: int = 6
    runs: int = 5
    samples: int = 1
    host: float = 0.0
    day: float = 0.0
    host_day: float = 0.0
    run: float = 1.0
    within: float = 0.0
    draw: Draw = normal
    missing: float = 0.0
    resembling: float = 0.0
    warm: float = 0.0
    odd: float = 0.0

    def make(self, rng: np.random.Generator) -> Runs:
        """One fleet's runs."""
        hosts = self.host * rng.standard_normal(self.hosts)
        hosts[-1] += self.odd
        days = self.day * rng.standard_normal(self.days)
        samples, names, sessions = [], [], []
        for day in range(self.days):
            for host in range(self.hosts):
                level = 100 + hosts[host] + days[day] + self.host_day * rng.standard_normal()
                noise = self.run * self.draw(rng, self.runs)
                if self.resembling:
                    scale = np.sqrt(1 - self.resembling**2)
                    long = rng.standard_normal(self.runs + 50)
                    noise = lfilter([scale], [1.0, -self.resembling], long)[50:]
                noise[0] += self.warm
                if rng.random() < self.missing:
                    continue
                for value in level + noise:
                    samples.append(value + self.within * rng.standard_normal(self.samples))
                    names.append(f"host {host}")
                    sessions.append(f"day {day}")
        return arrange(samples, names, sessions)

    def but(self, **changes: object) -> World:
        """The same with something else."""
        return replace(self, **changes)  # type: ignore[arg-type]
