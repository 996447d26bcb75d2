"""What a study could find, told before it starts from the history of its own units.

Formulas assume weeks that do not drift; here placebo interventions on what really happened are
made stronger until they are found.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.special import ndtri

from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.panels.caveats import check_trend, check_trigger
from groundplan.inference.panels.designs import TABLE, Design, Route
from groundplan.inference.panels.effects import Effect, Scale
from groundplan.inference.panels.estimation import estimate
from groundplan.inference.panels.opinions import CONTRADICTED, has_enough_for_bootstrap
from groundplan.inference.panels.panel import NEVER, Panel
from groundplan.inference.panels.preparation import Ready, prepare
from groundplan.inference.panels.scales import choose_scale
from groundplan.inference.panels.wild import bootstrap_wild, reject_wild
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Unknown

RUNS: Final = 300
DRAWS: Final = 499
FEW_DRAWS: Final = 199  # of the second opinion, which is asked on every placebo
TARGET: Final = 0.8
# spread of the log of a unit's noise from two years of history to the next two; that of a study
# is smaller by the root of its units (measured on half of the histories of evidence/power)
UNREST: Final = 0.75
MOST_UNITS: Final = 400  # that a search for enough units goes up to
MIN_UNITS: Final = 8
_POINTS: Final = 41  # of the curve
_ROUNDS: Final = 4
_PARTS: Final = 21  # of the noise to come


@dataclass(frozen=True, slots=True)
class Power:
    """The power of a design, by size of effect.

    effects: sizes on `scale`, ascending and positive, in the direction that is better. power: of
    finding each [share]. detectable: the smallest effect found with `target` power, infinite if
    none is. runs: placebo interventions behind it. windows: different stretches of history.
    """

    effects: Floats
    power: Floats
    detectable: float
    target: float
    scale: Scale
    route: Route
    units: int
    treated: int
    before: int
    after: int
    runs: int
    windows: int


def foresee_power(
    history: Panel,
    treated: int,
    before: int,
    after: int,
    rng: np.random.Generator,
    *,
    units: int | None = None,
    steps: int = 1,
    design: Design | None = None,
    target: float = TARGET,
    runs: int = RUNS,
) -> Power | Unknown:
    """How large an effect must be to be found, by placebos on the units' own history.

    history: before any intervention. Each run takes a stretch of before + after periods and
    `units` units (all of them, or drawn with repetition), treats some at random (on `steps` dates
    spread over the periods after), and notes from which effect on, added or multiplied, the
    design's row and checks would have said so. The noise to come is not taken as known
    (`unsettle`). Unknown where the history is shorter than the study, or no effect could be told
    from chance.
    """
    design, units = design or Design(), units or len(history.units)
    _check(treated, units, before, after, steps)
    offsets = len(history.periods) - before - after + 1
    if offsets < 1:
        reason = "the history is shorter than the study"
        return Unknown(reason, len(history.periods), before + after, "periods")
    steps_at = before + np.resize(np.arange(steps) * (after // steps), treated)
    starts = np.r_[steps_at, np.full(units - treated, NEVER)]
    if design.scale == "auto":
        design = replace(design, scale=choose_scale(history.outcome, len(history.periods) // 2)[0])
    needed, route = try_placebos(history, starts, before + after, design, runs, rng)
    if not np.isfinite(needed).any():
        reason = "no effect, however large, could be told from chance"
        return Unknown(reason, units, units + 1, "units")
    return Power(
        *_curve(unsettle(needed, units), design, target), target, _scale(design),
        route, units, treated, before, after, runs, offsets,
    )  # fmt: skip


def try_placebos(
    history: Panel,
    starts: Integers,
    weeks: int,
    design: Design,
    runs: int,
    rng: np.random.Generator,
) -> tuple[Floats, Route]:
    """From which effect on each of many placebos would be found [scale of estimation], (runs,).

    And the row of the table. starts: first treated periods in a stretch of `weeks`, in any order.
    """
    needed, route = np.full(runs, np.inf), TABLE[-1]
    for run in range(runs):
        first = int(rng.integers(len(history.periods) - weeks + 1))
        ready = prepare(_draw(history.window(first, first + weeks), starts, design, rng), design)
        needed[run], route = _needed(ready, rng), ready.route
    return needed, route


def unsettle(needed: Floats, units: int) -> Floats:
    """What placebos needed under each of many levels of noise that the time to come may have.

    Power is bent: what is lost in noisier times is more than what is gained in calmer ones, so
    power by the past alone is foretold too high. Source: the assurance of O'Hagan, Stevens and
    Campbell (2005), Pharmaceutical Statistics 4(3).
    """
    levels = ndtri((np.arange(_PARTS) + 0.5) / _PARTS)
    return np.outer(needed, np.exp(UNREST / np.sqrt(units) * levels)).ravel()


def _check(treated: int, units: int, before: int, after: int, steps: int) -> None:
    if not 1 <= treated <= units:
        raise BadInput("treated", treated, f"1 to {units} units")
    if before < 1 or after < steps:
        raise BadInput("before, after", (before, after), "a period before, and one a step after")


def find_units(
    history: Panel,
    effect: float,
    before: int,
    after: int,
    rng: np.random.Generator,
    *,
    treated_share: float = 0.5,
    steps: int = 1,
    design: Design | None = None,
    runs: int = 150,
) -> int | Unknown:
    """How many units would find an effect of this size with 80% power [units].

    From the power at two or three sizes, drawn with repetition from the history's units, so it
    takes future units to be like these. Unknown above 400 units, or where `foresee_power` is.
    """
    units = max(MIN_UNITS, len(history.units))
    for _ in range(_ROUNDS):
        treated = max(1, round(units * treated_share))
        told = foresee_power(
            history, treated, before, after, rng, units=units, steps=steps, design=design, runs=runs
        )
        if isinstance(told, Unknown):
            return told
        ratio = told.detectable / effect if np.isfinite(told.detectable) else 2.0
        wanted = int(np.ceil(units * np.clip(ratio, 0.5, 4.0) ** 2))
        if wanted > MOST_UNITS:
            return Unknown("more units than any team has", units, wanted, "units")
        if abs(wanted - units) <= 0.1 * units:
            return wanted
        units = max(MIN_UNITS, wanted)
    return units


def say_power(told: Power, units_word: str, period_word: str) -> str:
    """What a study could find, in a sentence for people who plan it."""
    study = f"With {told.units} {units_word} and {told.before + told.after} {period_word}"
    if not np.isfinite(told.detectable):
        return f"{study} you could not detect any effect with {told.target:.0%} power."
    size = f"{told.detectable:.0f}%" if told.scale == "percent" else f"{told.detectable:.3g}"
    return f"{study} you could detect {size} ({told.target:.0%} power)."


def _draw(stretch: Panel, starts: Integers, design: Design, rng: np.random.Generator) -> Panel:
    """A placebo on a stretch of history, assigned by the design's rule."""
    units = len(stretch.units)
    again = len(starts) != units
    who = rng.integers(units, size=len(starts)) if again else np.arange(units)
    told = starts.copy()
    strata = design.strata if design.rule == "blocked" else None
    if strata is None:
        return stretch.select(who).assigned(rng.permutation(told))
    # each block has as many of each start as its size allows
    for one in np.unique(strata):
        rows = np.flatnonzero(strata == one)
        told[rows] = rng.permutation(np.resize([starts[0], NEVER], len(rows)))
    return stretch.select(who).assigned(told)


def _needed(ready: Ready, rng: np.random.Generator) -> float:
    """From which effect on a placebo would be found, on the scale of estimation."""
    if ready.route.strength == "none":
        return float("inf")
    told = estimate(ready, rng, DRAWS)
    if isinstance(told, Unknown):
        return float("inf")
    needed = _reach(told.effect, ready)
    if ready.design.rule == "observed" and len(told.others):
        needed = _past_checks(ready, told.effect, max(needed, 0.0), rng)
    return max(needed, 0.0)


def _past_checks(ready: Ready, effect: Effect, needed: float, rng: np.random.Generator) -> float:
    """From which effect on, `needed` or more, no check would stop the verdict any more."""
    assert ready.collapsed is not None
    if check_trigger(ready.panel, effect.scale, rng).stops:
        return float("inf")
    up = ready.design.better == "higher"
    trend = check_trend(ready.panel, effect, ready.design, rng)
    if trend.passed is False and trend.low is not None:
        drift = _logged(trend.low, effect)
        if (drift > 0) == up:
            needed = max(needed, 2 * abs(drift))
    if not has_enough_for_bootstrap(ready.collapsed) or not np.isfinite(needed):
        return needed
    # an interval takes twenty times as long, and seldom asks for more
    told = reject_wild(ready.collapsed, -needed if up else needed, rng, draws=FEW_DRAWS)
    if told <= CONTRADICTED:
        return needed
    opinion = bootstrap_wild(ready.collapsed, rng, draws=FEW_DRAWS, level=1 - CONTRADICTED)
    return max(needed, _reach(opinion, ready))


def _reach(effect: Effect, ready: Ready) -> float:
    """From which effect on an interval around a placebo's estimate would exclude none."""
    if ready.design.better == "higher":
        return -_logged(effect.low, effect)
    return _logged(effect.high, effect)


def _logged(value: float, effect: Effect) -> float:
    if effect.scale == "difference":
        return value
    return float(np.log1p(value / 100)) if value > -100 else float("-inf")


def _curve(needed: Floats, design: Design, target: float) -> tuple[Floats, Floats, float]:
    """Effects, the power of finding each, and the smallest that is found with `target` power."""
    if design.scale == "percent":
        needed = 100 * (np.expm1(needed) if design.better == "higher" else -np.expm1(-needed))
    ordered = np.sort(needed)
    detectable = float(ordered[int(np.ceil(target * len(ordered))) - 1])
    top = detectable if np.isfinite(detectable) else float(ordered[np.isfinite(ordered)].max())
    effects = np.linspace(0, 2 * top, _POINTS)[1:]
    if design.scale == "percent" and design.better == "lower":
        effects = effects[effects < 100]
    power = np.searchsorted(ordered, effects, side="right") / len(ordered)
    return effects, power, detectable


def _scale(design: Design) -> Scale:
    return "percent" if design.scale == "percent" else "difference"
