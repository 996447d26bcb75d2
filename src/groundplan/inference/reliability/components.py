"""Where the noise of a measurement comes from: its samples, its runs, its days, its hosts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from groundplan.inference.reliability.crossed import fit_crossed
from groundplan.inference.reliability.mean_squares import LEVEL, MeanSquare, combine
from groundplan.inference.reliability.runs import (
    Cells,
    Runs,
    between_runs_with_tails,
    pool_cells,
    within_runs,
)
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Unit

LEAST_FREEDOM: Final = 3  # below it an interval of a variance says nothing
_BY_SQUARES: Final = "mean squares, modified large-sample interval"
_BY_LIKELIHOOD: Final = "restricted maximum likelihood, profile interval"


@dataclass(frozen=True, slots=True)
class Source:
    """One source of noise. sd: its standard deviation; share: of one sample's variance [share].

    levels: how many of its kind were seen (samples, runs, hosts, days).
    """

    name: str
    sd: Measured
    share: float | None
    levels: int


def decompose(runs: Runs, unit: Unit) -> tuple[Source, ...]:
    """The noise within runs, between runs, of a host's days, of days, of hosts [the unit].

    Within and between runs by mean squares. Hosts and days are random and crossed: restricted
    maximum likelihood on the means of each host's days, whose rest is what a host does on one day
    only; its intervals are of the profile likelihood. Unknown where too few of a kind were seen:
    fewer than three hosts, or days, say nothing about others.

    Source: Bates et al. (2015), Journal of Statistical Software 67(1); Kalibera and Jones (2013),
    Rigorous benchmarking in reasonable time, ISMM.
    """
    cells, within, between = pool_cells(runs), within_runs(runs), between_runs_with_tails(runs)
    size = len(runs.samples) / float(np.sum(1 / runs.samples))
    hosts, days, rest = _cross(cells, runs, between, unit)
    found = [
        _source("within run", within, unit, int(runs.samples.sum())),
        _between(between, within, size, unit, len(runs.value)),
        rest,
        days,
        hosts,
    ]
    parts = [one.sd.value**2 if isinstance(one.sd, Estimate) else None for one in found]
    total = sum(part for part in parts if part is not None)
    return tuple(
        replace(one, share=part / total if total and part is not None else None)
        for one, part in zip(found, parts, strict=True)
    )


def _source(name: str, square: MeanSquare, unit: Unit, levels: int) -> Source:
    if square.freedom < LEAST_FREEDOM:
        return Source(name, _few(name, square.freedom, "repeats"), None, levels)
    value, low, high = combine(square, square, 1.0, 0.0)
    return _level(name, (value, low, high), unit, levels, "mean square, chi-squared")


def _between(between: MeanSquare, within: MeanSquare, size: float, unit: Unit, n: int) -> Source:
    if between.freedom < LEAST_FREEDOM or not within.freedom:
        return _source("run", between, unit, n)
    value, low, high = combine(between, within, 1.0, -1 / size)
    return _level("run", (value, low, high), unit, n, _BY_SQUARES)


def _sd(
    value: float, low: float, high: float, unit: Unit, n: int, of: str, method: str
) -> Estimate:
    value, low, high = (float(np.sqrt(max(v, 0.0))) for v in (value, low, high))
    return Estimate(value, min(low, value), max(high, value), LEVEL, unit, n, of, method)


def _few(name: str, have: int, of: str) -> Unknown:
    return Unknown(f"too little to tell this source of noise: {name}", have, LEAST_FREEDOM, of)


def _cross(
    cells: Cells, runs: Runs, between: MeanSquare, unit: Unit
) -> tuple[Source, Source, Source]:
    """Hosts, days, and what a host does on one day only."""
    levels = {"host": len(runs.hosts), "day": len(runs.days)}
    told = {n: Source(n, _few(n, levels[n], f"{n}s"), None, levels[n]) for n in levels}
    freedom = len(cells.mean) - levels["host"] - levels["day"] + 1
    name = "host's day"
    rest = Source(name, _few(name, freedom, "repeats"), None, len(cells.mean))
    if min(levels.values()) == 1:  # the rest cannot be told from the only kind that there is
        one = max(levels, key=levels.__getitem__)
        if levels[one] >= LEAST_FREEDOM and between.freedom:
            squares = MeanSquare(float(np.var(cells.mean, ddof=1)), levels[one] - 1)
            bounds = combine(squares, between, 1.0, -1 / cells.usual_runs)
            told[one] = _level(one, bounds, unit, levels[one], _BY_SQUARES)
    elif freedom and np.ptp(cells.mean) > 0:
        fitted = fit_crossed(cells)
        for one, bounds in (("host", fitted.host), ("day", fitted.day)):
            if levels[one] >= LEAST_FREEDOM:
                told[one] = _level(one, bounds, unit, levels[one], _BY_LIKELIHOOD)
        if freedom >= LEAST_FREEDOM and between.freedom:
            squares = MeanSquare(fitted.rest, freedom)
            bounds = combine(squares, between, 1.0, -1 / cells.usual_runs)
            rest = _level(name, bounds, unit, len(cells.mean), _BY_SQUARES)
    return told["host"], told["day"], rest


def _level(
    name: str, bounds: tuple[float, float, float], unit: Unit, levels: int, method: str
) -> Source:
    return Source(name, _sd(*bounds, unit, levels, f"{name}s", method), None, levels)
