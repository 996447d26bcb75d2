"""What may make a finding wrong although its test holds: checks that stand beside every effect.

A check may stop a verdict, never make one, so none can raise the rate of false findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.assignments import assign
from groundplan.inference.panels.collapse import Collapsed, collapse, expressed
from groundplan.inference.panels.contrasts import sum_scores
from groundplan.inference.panels.designs import Design, Route
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.inference.panels.permutation import Given, estimate_actual, permute
from groundplan.inference.panels.scales import mean_of_units

MOST_DEVIATIONS: Final = 0.1  # of units, from the planned starts
TRIGGER_PERIODS: Final = 4  # before the start: an unusual month may have caused it
LEAST_BEFORE: Final = 4  # periods, for a look at what came before the start
MOST_LEFT_OUT: Final = 200  # units that are left out one by one
DRAWS: Final = 499
UNUSUAL: Final = 0.05  # p of what came before a start, from which it stops a verdict
TREND: Final = "placebo in time"
TRIGGER: Final = "start after an unusual time"
EACH: Final = "leave one out"
DONUT: Final = "donut"
_TOO_EARLY: Final = f"There are fewer than {LEAST_BEFORE} periods before the start."


@dataclass(frozen=True, slots=True)
class Check:
    """One look at what may be wrong. passed: None where it could not be judged.

    stops: the verdict is cannot tell because of it. low, high: estimates that the check came to,
    on the effect's scale, None where it has none.
    """

    name: str
    says: str
    passed: bool | None = True
    stops: bool = False
    p: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """Planned against actual starts [units]. Without a plan the actual ones count as planned.

    moved: started at another time; opted_out: planned, never started; crossed_over: started
    unplanned. left: not observed in the last period; joined: not observed in the first.
    """

    units: int
    planned: int
    as_planned: int
    moved: int
    opted_out: int
    crossed_over: int
    left: int
    joined: int

    @property
    def deviation_share(self) -> float:
        """Opt-outs and crossovers among all units [share]."""
        return (self.opted_out + self.crossed_over) / self.units


def audit(panel: Panel, planned: Integers | None) -> Audit:
    """Who started as planned, who did not, and who came or went."""
    actual = panel.treated_from
    plan = actual if planned is None else np.asarray(planned)
    both = (plan != NEVER) & (actual != NEVER)
    seen = np.isfinite(panel.outcome)
    return Audit(
        units=len(panel.units),
        planned=int(np.sum(plan != NEVER)),
        as_planned=int(np.sum(both & (plan == actual))),
        moved=int(np.sum(both & (plan != actual))),
        opted_out=int(np.sum((plan != NEVER) & (actual == NEVER))),
        crossed_over=int(np.sum((plan == NEVER) & (actual != NEVER))),
        left=int(np.sum(~seen[:, -1])),
        joined=int(np.sum(~seen[:, 0])),
    )


def trigger_of(outcome: Floats, start: int, scale: Scale) -> Floats | None:
    """How far each unit's last periods before a start lie from its own history, (units,).

    A unit without history has 0. None with fewer than four periods before the start.
    """
    if start < LEAST_BEFORE:
        return None
    last = max(1, min(TRIGGER_PERIODS, start // 4))
    before = mean_of_units(outcome[:, :start])
    short = mean_of_units(outcome[:, start - last : start])
    with np.errstate(divide="ignore", invalid="ignore"):
        told = short - before if scale == "difference" else short / before - 1
    return np.asarray(np.where(np.isfinite(told), told, 0.0))


def check_trigger(panel: Panel, scale: Scale, rng: np.random.Generator) -> Check:
    """Whether units started after an unusual month: what follows one looks like an effect.

    It stops, although the analysis may allow for that month: measured on real histories, units
    that start after their worst month keep looking helped then (evidence/placebo_real).
    """
    starts, groups = np.unique(panel.treated_from, return_inverse=True)
    scores = np.zeros((len(panel.units), len(starts)))
    for at, start in enumerate(starts):
        if start != NEVER:
            told = trigger_of(panel.outcome, int(start), scale)
            if told is None:
                return Check(TRIGGER, _TOO_EARLY, None)
            scores[:, at] = told - told.mean()
    sums = np.abs(sum_scores(scores, assign(groups, DRAWS, rng).labels))
    p = float(np.mean(sums >= sums[0] * (1 - 1e-9)))
    unusual = p <= UNUSUAL
    says = "Units did not start after an unusual time."
    if unusual:
        says = "Units started after an unusual time, and what is unusual passes by itself."
    return Check(TRIGGER, says, not unusual, unusual, p)


def check_trend(panel: Panel, effect: Effect, design: Design, rng: np.random.Generator) -> Check:
    """A placebo in time: an effect at the middle of the history before the first start.

    Stops a study that was not randomised if that is unlikely by chance, of the same sign, and at
    least half as large as the effect.
    """
    first = int(panel.starts[0])
    if first < LEAST_BEFORE:
        return Check(TREND, _TOO_EARLY, None)
    if panel.treated.all():
        return Check(TREND, "Nobody is untreated throughout, to be compared with.", None)
    early = panel.window(0, first).assigned(np.where(panel.treated, first // 2, NEVER))
    collapsed = collapse(early, effect.scale)
    if len(np.unique(collapsed.start)) < 2:
        return Check(TREND, "Too little was observed in either half of the time before.", None)
    found = permute(collapsed, rng, draws=DRAWS, level=effect.level).effect
    alike = found.estimate * effect.estimate > 0
    large = abs(found.estimate) >= abs(effect.estimate) / 2
    stops = design.rule == "observed" and found.is_significant and alike and large
    says = "Treated and other units ran alike before the start."
    if found.is_significant:
        says = "Treated and other units ran apart before the start already."
    apart = found.is_significant
    return Check(TREND, says, not apart, stops, found.p, found.estimate, found.estimate)


def check_each_unit(collapsed: Collapsed, given: Given) -> Check:
    """The range of estimates when each unit in turn is left out; no unit is named."""
    units = len(collapsed.units)
    if not 4 <= units <= MOST_LEFT_OUT:
        return Check(EACH, f"Made with 4 to {MOST_LEFT_OUT} units; here are {units}.", None)
    told = []
    for one in range(units):
        kept = np.arange(units) != one
        rest = collapsed.select(kept)
        if set(rest.start.tolist()) == set(collapsed.start.tolist()):
            told.append(estimate_actual(rest, given.select(kept)))
    if not told:
        return Check(EACH, "Without one unit a start would be gone.", None)
    low, high, _ = expressed(min(told), max(told), max(told), collapsed.scale)
    holds = low > 0 or high < 0
    says = "No single unit decides the sign." if holds else "One unit decides the sign."
    return Check(EACH, says, holds, False, None, low, high)


def check_donut(panel: Panel, given: Given, effect: Effect) -> Check:
    """The estimate without the periods next to the start, in which people anticipate or learn."""
    starts = panel.starts
    periods = len(panel.periods)
    gap = 2 if periods >= 26 else 1
    start = int(starts[0])
    if len(starts) > 1:
        return Check(DONUT, "Units start on different dates.", None)
    if start - gap < 1 or start + gap >= periods:
        return Check(DONUT, "Too few periods on a side to leave some out.", None)
    kept = np.r_[0 : start - gap, start + gap : periods]
    rest = Panel(
        panel.units,
        tuple(panel.periods[at] for at in kept),
        panel.outcome[:, kept],
        np.where(panel.treated, start - gap, NEVER),
    )
    collapsed = collapse(rest, effect.scale)
    if len(collapsed.units) < len(panel.units):
        return Check(DONUT, "Some units would have nothing left on a side.", None)
    found = estimate_actual(collapsed, given)
    told, _, _ = expressed(found, found, found, effect.scale)
    says = "The sign holds without the periods next to the start."
    turned = told * effect.estimate < 0
    if turned:
        says = "Without the periods next to the start the sign turns."
    return Check(DONUT, says, not turned, False, None, told, told)


def _count_gone(panel: Panel) -> int:
    """Units of which nothing was observed in the last quarter of the time after the last start."""
    periods, last = len(panel.periods), int(panel.starts[-1])
    rest = panel.outcome[:, periods - max(1, (periods - last) // 4) :]
    return int((~np.isfinite(rest).any(axis=1)).sum())


def name_caveats(panel: Panel, design: Design, route: Route, left_out: int) -> tuple[str, ...]:
    """What a reader must know of the data, in sentences."""
    first, last = int(panel.starts[0]), int(panel.starts[-1])
    missing = int(np.sum(~np.isfinite(panel.outcome)))
    told = []
    if left_out:
        told.append(f"{left_out} units are left out: never observed before or after a start.")
    if missing:
        share = missing / panel.outcome.size
        told.append(f"{share:.0%} of cells are missing; periods are levelled over what is there.")
    if gone := _count_gone(panel):
        told.append(
            f"Gone before the end: {gone} of {len(panel.units)} units. If the intervention made "
            "them go, that is not in the effect."
        )
    if first < LEAST_BEFORE:
        periods = "1 period" if first == 1 else f"{first} periods"
        told.append(f"Only {periods} before the start: nothing can be said of trends.")
    if design.season and min(first, len(panel.periods) - last) < design.season:
        short = "The window is shorter than the season"
        # lots leave the season alike on both sides
        drawn = f"{short}: another part of it may show another effect."
        told.append(
            drawn if route.strength == "randomised" else f"{short}, so it may be in the effect."
        )
    if panel.treated.all() and len(panel.starts) > 1:
        told.append("Everybody is treated in the end, so periods after the last start are unused.")
    if route.strength == "observational":
        told.append("Units were not assigned at random: the test takes the choice as if it were.")
    return tuple(told)
