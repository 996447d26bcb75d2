"""Courses of KPIs: made up with a known law, and real ones read from GROUNDPLAN_DATA."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

Floats = npt.NDArray[np.float64]
World = Callable[[np.random.Generator, int], Floats]

FOLDER = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
MOST_POINTS = 300  # of a real series; longer ones become means of blocks


def _noise(rng: np.random.Generator, n: int, phi: float = 0.0, tail: float | None = None) -> Floats:
    raw = rng.standard_normal(n + 50) if tail is None else rng.standard_t(tail, n + 50)
    return np.asarray(lfilter([1.0], [1.0, -phi], raw)[50:])


def released(rng: np.random.Generator, n: int) -> Floats:
    """Releases at random, each of which makes it faster by a tenth or slower by a twentieth."""
    steps = np.where(rng.random(n) < 0.06, np.where(rng.random(n) < 0.7, -0.1, 0.05), 0.0)
    return np.asarray(100 * np.exp(np.cumsum(steps)) + 3 * _noise(rng, n))


def learning(rng: np.random.Generator, n: int) -> Floats:
    """Fast at first, then ever slower towards a floor."""
    at = np.arange(n) / rng.uniform(15, 60)
    return 100 * (0.6 + 0.4 * np.exp(-at)) + 2 * _noise(rng, n, 0.3)


WORLDS: dict[str, World] = {
    "quiet": lambda rng, n: 100 + 3 * _noise(rng, n),
    "quiet, autoregression 0.6": lambda rng, n: 100 + 3 * _noise(rng, n, 0.6),
    "quiet, Student's t with 3 degrees": lambda rng, n: 100 + 3 * _noise(rng, n, 0.0, 3),
    "wandering": lambda rng, n: 100 + np.cumsum(rng.standard_normal(n)) + 2 * _noise(rng, n),
    "steady drift": lambda rng, n: 100 + rng.normal(0, 0.3) * np.arange(n) + 3 * _noise(rng, n),
    "growth by shares": lambda rng, n: (
        50 * np.exp(rng.normal(0.005, 0.01) * np.arange(n) + 0.05 * _noise(rng, n))
    ),
    "released": released,
    "learning": learning,
}


def read_real() -> dict[str, Floats]:
    """Weekly commits of repositories, annotated series and machines' metrics, by name."""
    found: dict[str, Floats] = {}
    with gzip.open(FOLDER / "experiments/weekly_commits/repo_weeks.csv.gz") as packed:
        for row in csv.DictReader(io.TextIOWrapper(packed)):
            weeks = found.setdefault(f"commits/{row['repo']}", np.zeros(0))
            at = int(row["week"])
            if at >= len(weeks):
                weeks = np.concatenate([weeks, np.zeros(at + 1 - len(weeks))])
            weeks[at] += float(row["commits"])
            found[f"commits/{row['repo']}"] = weeks
    for name, weeks in found.items():
        found[name] = weeks[int(np.argmax(weeks > 0)) :]
    for name in json.loads((FOLDER / "changepoints/tcpd/annotations.json").read_text()):
        told = json.loads((FOLDER / f"changepoints/tcpd/{name}.json").read_text())
        found[f"tcpd/{name}"] = np.array(told["series"][0]["raw"], dtype=float)
    for path in sorted((FOLDER / "changepoints/nab").glob("*.csv.gz")):
        with gzip.open(path) as packed:
            rows = list(csv.reader(io.TextIOWrapper(packed)))[1:]
        values = np.array([float(row[1]) for row in rows])
        found[f"nab/{path.name.split('.')[0]}"] = values
    return {name: pool(values) for name, values in found.items()}


def pool(values: Floats) -> Floats:
    """The series in at most 300 points, each the mean of as many."""
    block = -(-len(values) // MOST_POINTS)
    whole = values[len(values) % block :]
    return np.asarray(whole.reshape(-1, block).mean(axis=1))
