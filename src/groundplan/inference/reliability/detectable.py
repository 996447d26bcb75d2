"""The smallest change that a measurement can see, against how often it is repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from groundplan.inference.reliability.hosts import effect_free
from groundplan.inference.reliability.mean_squares import LEVEL, MeanSquare, combine
from groundplan.inference.reliability.runs import Runs, between_runs_with_tails, pool_cells
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Unit

SIZE: Final = 0.05  # of claims where nothing changed, both directions
POWER: Final = 0.8  # of changes of that size that are claimed
LEAST_FREEDOM: Final = 3
LEAST_DAYS: Final = 4
REPETITIONS: Final = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest change seen in 8 of 10 cases with so many runs on each host [the unit].

    side_by_side: both versions are measured in one session, in mixed order.
    since_before: today's session is compared with those of the days before.
    """

    repetitions: int
    side_by_side: Measured
    since_before: Measured

    @property
    def is_known(self) -> bool:
        """Whether it says anything."""
        return not all(isinstance(one, Unknown) for one in (self.side_by_side, self.since_before))


def list_detectable(
    runs: Runs, unit: Unit, repetitions: tuple[int, ...] = REPETITIONS
) -> tuple[Detectable, ...]:
    """The smallest detectable change for each number of repetitions a host [the unit].

    Size 5%, power 80%, the hosts as they are. Side by side only the noise between runs counts.
    Against earlier days the noise of days counts too, which no repetition takes away. The
    intervals say how well that noise is known.

    Source: Kalibera and Jones (2013), Rigorous benchmarking in reasonable time, ISMM; intervals as
    in `mean_squares.combine`.
    """
    between = between_runs_with_tails(runs)
    cells = pool_cells(runs)
    days, hosts = effect_free(runs)
    squares = MeanSquare(float(np.var(days, ddof=1)) if len(days) > 1 else 0.0, len(days) - 1)
    usual = cells.usual_runs
    return tuple(
        Detectable(
            times,
            _side_by_side(between, hosts, times, len(runs.value), unit),
            _since_before(squares, between, hosts, usual, times, unit),
        )
        for times in repetitions
    )


def _side_by_side(between: MeanSquare, hosts: float, times: int, runs: int, unit: Unit) -> Measured:
    if between.freedom < LEAST_FREEDOM:
        need = LEAST_FREEDOM + runs - between.freedom
        return Unknown("too few repeats to know the noise between runs", runs, need, "runs")
    tested = max(hosts * (2 * times - 1) - 1, 1.0)  # runs less hosts less the change itself
    value, low, high = combine(between, between, 2 / (hosts * times), 0.0)
    return _change(value, low, high, tested, unit, between.freedom)


def _since_before(
    days: MeanSquare, between: MeanSquare, hosts: float, usual: float, times: int, unit: Unit
) -> Measured:
    have = days.freedom + 1
    if have < LEAST_DAYS:
        return Unknown("too few days to know how days differ", have, LEAST_DAYS, "days")
    more = (1 / times - 1 / usual) / hosts if between.freedom else 0.0
    value, low, high = combine(days, between, 1.0, more)
    grown = 1 + 1 / have
    return _change(value * grown, low * grown, high * grown, days.freedom, unit, days.freedom)


def _change(
    value: float, low: float, high: float, tested: float, unit: Unit, freedom: int
) -> Estimate:
    factor = float(stdtrit(tested, 1 - SIZE / 2) + stdtrit(tested, POWER))
    sizes = [factor * float(np.sqrt(max(v, 0.0))) for v in (value, low, high)]
    method = "Student's t at size 5% and power 80%, interval by mean squares"
    return Estimate(
        sizes[0], min(sizes[1], sizes[0]), max(sizes[2], sizes[0]), LEVEL, unit,
        freedom + 1, "repeats", method,
    )  # fmt: skip


def repetitions_for(wanted: float, told: tuple[Detectable, ...]) -> int | None:
    """The fewest repetitions a host that see a change as small as `wanted` since days before.

    None where not even the largest number tried does.
    """
    for one in told:
        if isinstance(one.since_before, Estimate) and one.since_before.value <= wanted:
            return one.repetitions
    return None
