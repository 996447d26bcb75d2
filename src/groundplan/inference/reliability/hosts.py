"""Do the hosts tell the same? And if not, which one stands apart from the others?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtr

from groundplan.inference.arrays import Floats
from groundplan.inference.longrun import reach
from groundplan.inference.reliability.mean_squares import LEVEL
from groundplan.inference.reliability.runs import Cells, Runs, between_runs, pool_cells
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Unit

LEAST_DAYS: Final = 3  # from which on a host's good and bad days are what chance is taken from
LEAST_FREEDOM: Final = 3
SIZE: Final = 0.05
_NOISE_OF_SUMS: Final = 1e-12  # of adding in floating point, relative


@dataclass(frozen=True, slots=True)
class Standing:
    """One host beside the others. difference: its mean less theirs, on the same days [the unit].

    p: how likely any host would look as far off by chance, if all told the same [share].
    """

    host: str
    runs: int
    difference: Estimate
    p: float
    disagrees: bool


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the hosts tell together. named: the one host that stands apart, "" if none does alone.

    differ: whether any disagrees with the others. chance_of: what was taken as chance.
    """

    standings: tuple[Standing, ...]
    named: str
    differ: bool
    chance_of: str


def compare_hosts(runs: Runs, unit: Unit) -> Agreement | Unknown:
    """Which hosts disagree with the mean of the others, days being equal [the unit].

    From three days on, chance is what hosts do on single days, so that a host's good day makes no
    disagreement; before, it is what runs do, and one odd day may. Student's t with Bonferroni's
    correction for the number of hosts: at most 5% of fleets that agree have any host named. A host
    is named where the others agree once it is left out (their differences are then from each
    other); with two hosts nobody can say which.
    """
    if len(runs.hosts) < 2:
        return Unknown("one host cannot disagree with itself", len(runs.hosts), 2, "hosts")
    found = _contrast(runs, unit)
    if isinstance(found, Unknown):
        return found
    standings, chance_of = found
    odd = max(standings, key=lambda one: -one.p)
    rest = _without(runs, odd.host, unit) if odd.disagrees and len(runs.hosts) > 2 else None
    named = rest is not None and not any(one.disagrees for one in rest)
    told = [odd, *(rest or ())] if named else standings
    return Agreement(
        tuple(sorted(told, key=lambda one: one.p)),
        odd.host if named else "",
        odd.disagrees,
        chance_of,
    )


def _without(runs: Runs, host: str, unit: Unit) -> list[Standing] | None:
    """The others beside each other, as the one that stands apart would hide how they agree."""
    rest = runs.select(runs.host != runs.hosts.index(host))
    found = _contrast(rest, unit)
    return None if isinstance(found, Unknown) else found[0]


def _contrast(runs: Runs, unit: Unit) -> tuple[list[Standing], str] | Unknown:
    """Each host's effect less the mean of the others', by least squares on hosts' days."""
    fit = _fit(runs)
    hosts, cells = len(runs.hosts), fit.cells
    if len(runs.days) >= LEAST_DAYS and fit.freedom >= LEAST_FREEDOM:
        freedom, chance_of = fit.freedom, "what hosts do on single days"
        spread = np.full(len(cells.mean), fit.squares / freedom)
    else:
        between = between_runs(runs)
        freedom, chance_of = between.freedom, "what runs do"
        spread = between.value / cells.runs
    if freedom < LEAST_FREEDOM:
        need = LEAST_FREEDOM + len(cells.mean)
        return Unknown("too few repeats to tell hosts from chance", len(runs.value), need, "runs")
    pick = (np.eye(hosts) * hosts - 1) / (hosts - 1) @ fit.weights
    off = pick @ cells.mean
    off[np.abs(off) < _NOISE_OF_SUMS * np.abs(cells.mean).max()] = 0.0
    pairs = zip(off, np.sqrt((pick**2) @ spread), strict=True)
    counts = np.bincount(runs.host, minlength=hosts)
    told = [
        _stand(host, int(counts[at]), float(off), float(error), freedom, hosts, unit)
        for at, (host, (off, error)) in enumerate(zip(runs.hosts, pairs, strict=True))
    ]
    return told, chance_of


def _stand(
    host: str, runs: int, off: float, error: float, freedom: int, hosts: int, unit: Unit
) -> Standing:
    certain = 0.0 if off else 1.0  # without any noise a difference is one
    tests = hosts if hosts > 2 else 1  # of two hosts, one contrast is the other's negative
    p = min(1.0, tests * 2 * float(stdtr(freedom, -abs(off) / error))) if error > 0 else certain
    wide = reach(LEVEL, freedom) * error
    difference = Estimate(
        off, off - wide, off + wide, LEVEL, unit, runs, "runs", "least squares on days, Student's t"
    )
    return Standing(host, runs, difference, p, p < SIZE)


def effect_free(runs: Runs) -> tuple[Floats, float]:
    """The mean of each day with the hosts made equal, oldest first, and hosts a day [the unit].

    A host that was missing on a day takes its usual difference from that day away with it.
    """
    fit = _fit(runs)
    return fit.days, len(fit.cells.mean) / len(fit.days)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Hosts and days by least squares. weights: of each cell in each host's effect, shape (hosts,
    cells); squares, freedom: what is left.
    """

    cells: Cells
    weights: Floats
    days: Floats
    squares: float
    freedom: int


def _fit(runs: Runs) -> _Fit:
    """Hosts' effects add up to zero; days are eliminated, so that many of them cost little."""
    cells = pool_cells(runs)
    met = np.zeros((len(runs.hosts), len(runs.days)))
    met[cells.host, cells.day] = 1
    share = met / met.sum(axis=0)
    within_days = np.diag(met.sum(axis=1)) - share @ met.T
    inverse = np.linalg.pinv(within_days, hermitian=True)
    weights = inverse[:, cells.host] - inverse @ share[:, cells.day]
    free = cells.mean - (weights @ cells.mean)[cells.host]
    days = np.bincount(cells.day, free) / met.sum(axis=0)
    rank = int(np.linalg.matrix_rank(within_days, hermitian=True))
    squares = float(np.sum((free - days[cells.day]) ** 2))
    return _Fit(cells, weights, days, squares, len(free) - rank - len(days))
