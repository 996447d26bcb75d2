"""How often interventions that never happened would be called effects, on anybody's own panel.

The honest price list of a method: its false positives on the very history it is to judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np

from groundplan.inference.arrays import Integers
from groundplan.inference.panels.analysis import decide
from groundplan.inference.panels.assignments import Assignments, assign
from groundplan.inference.panels.collapse import collapse
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.naive import Verdicts, judge_naively
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.inference.panels.preparation import refuse
from groundplan.inference.proportions import share_of
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Measured

RUNS: Final = 2_000
FEWER_RUNS: Final = 1_500
TOGETHER: Final = 500  # choices of units on one date, compared with each other
FEWER: Final = 200
MANY: Final = 300  # units from which fewer do
MOST_MISSED: Final = 100  # dates in a row on which too few units were observed
EDGE: Final = 0.25  # of the periods, kept free on either side of a placebo start
_OF: Final = "placebo interventions"
NAIVE: Final = (
    ("two_way", "two-way fixed effects, cluster-robust t"),
    ("normal", "Callaway-Sant'Anna, normal errors"),
    ("fifteen_percent", "15% within 28 days"),
)


@dataclass(frozen=True, slots=True)
class Placebos:
    """Placebo interventions on a panel: nothing happened, and so often something was found.

    runs: placebo interventions; treated: units in each. chosen: of all runs, those that the path
    of the decision table calls helped or hurt [share]. routes: its rows, and how many runs each
    had. judged: runs on rows that may say helped or hurt at all; of_judged: as chosen, of these;
    on the others everything is "cannot tell". naive: the same of each rule that is commonly used,
    of the runs on which it is defined.
    """

    runs: int
    treated: int
    starts: int
    chosen: Measured
    judged: int
    of_judged: Measured
    routes: tuple[tuple[str, int], ...]
    naive: tuple[tuple[str, Measured], ...]


def run_placebos(
    panel: Panel,
    treated: int,
    rng: np.random.Generator,
    *,
    design: Design | None = None,
    starts: int = 1,
    runs: int | None = None,
    level: float = 0.95,
) -> Placebos:
    """How often nothing is called something, with `treated` units that are drawn at random.

    Start dates are drawn from the middle half of the periods; on each, up to 500 choices of units
    are drawn, and each of them is handed to the decision table, with untouched outcomes, as if
    units had not been assigned at random. A randomisation test compares it with the other choices
    of the same date. Treatments in the panel are disregarded: units that have any are left out.

    Errors: BadInput unless so many untreated units are left, with outcomes that differ.
    """
    clean = panel.select(~panel.treated & np.isfinite(panel.outcome).any(axis=1))
    if not 1 <= treated <= len(clean.units):
        allowed = f"1 to {len(clean.units)}, the units that were never treated"
        raise BadInput("treated", treated, allowed)
    if reason := refuse(clean, design or Design()):
        raise BadInput("outcome", reason, "numbers that differ")
    routes: Counter[str] = Counter()
    found = judged = 0
    naive: list[Verdicts] = []
    for placebo, made in islice(draw_placebos(clean, treated, starts, rng), runs or _runs(clean)):
        verdict, route = decide(placebo, design or Design(), rng, made=made)
        routes[route.name] += 1
        judged += route.strength != "none"
        found += verdict in ("helped", "hurt")
        naive.append(judge_naively(placebo))
    chosen, of_judged = (share_of(found, of, _OF, level=level) for of in (len(naive), judged))
    shares = tuple((says, _share(naive, field, level)) for field, says in NAIVE)
    return Placebos(
        len(naive), treated, starts, chosen, judged, of_judged, tuple(routes.most_common()), shares
    )


def _runs(panel: Panel) -> int:
    return RUNS if len(panel.units) <= MANY else FEWER_RUNS


def draw_placebos(
    panel: Panel, treated: int, starts: int, rng: np.random.Generator
) -> Iterator[tuple[Panel, Assignments]]:
    """Placebo interventions without end: dates in turn, and on each many choices of units.

    With each come the choices that it is compared with, itself first. Units that were not
    observed before and after a date have no part in it.
    """
    together = TOGETHER if len(panel.units) <= MANY else FEWER
    missed = 0
    while missed < MOST_MISSED:
        dates = _draw_dates(len(panel.periods), min(starts, treated), rng)
        told = np.full(len(panel.units), NEVER)
        told[: len(dates)] = dates
        seen = panel.select(collapse(panel.assigned(told), "difference").units)
        if len(seen.units) < treated:
            missed += 1
            continue
        missed = 0
        codes = np.append(dates, NEVER)
        groups = np.full(len(seen.units), len(dates))
        groups[:treated] = np.resize(np.arange(len(dates)), treated)
        labels = rng.permutation(assign(rng.permutation(groups), together, rng).labels)[:together]
        for row in range(len(labels)):
            order = np.r_[row, 0:row, row + 1 : len(labels)]
            made = Assignments(labels[order], float(len(labels)), False)
            yield seen.assigned(codes[labels[row]]), made


def _draw_dates(periods: int, starts: int, rng: np.random.Generator) -> Integers:
    """Distinct placebo starts in order, a quarter of the periods kept free on either side."""
    edge = max(1, int(EDGE * periods))
    dates = np.arange(edge, max(edge + 1, periods - edge + 1))
    return np.sort(rng.choice(dates, size=min(starts, len(dates)), replace=False))


def _share(verdicts: list[Verdicts], field: str, level: float) -> Measured:
    told = [getattr(one, field) for one in verdicts if getattr(one, field) is not None]
    return share_of(sum(told), len(told), _OF, level=level)
