"""Panels with known truth, for the size and power of studies: plain arrays, a thousand a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats, Integers
from groundplan.sources.simulated.paces import draw_paces
from groundplan.sources.simulated.weeks import name_weeks
from groundplan.sources.simulated.worlds import STARTS_ON, Pace
from groundplan.terms.errors import BadInput

NEVER: Final = -1
RANDOM, DIPS = "random", "dips"
COUNTS, LOGS = "counts", "logs"
# Nobody comes, goes or has days off in a panel, so all of that is in its pace.
PANEL_PACE: Final = Pace(slow_sd=0.4, slow_lag=0.98, quick_sd=0.45, quick_lag=0.6)
DIP_WEEKS: Final = 4  # that look bad enough to begin something


@dataclass(frozen=True, slots=True)
class PanelWorld:
    """What a panel is drawn from.

    starts: first treated weeks; the treated units take them in turn. change: the true effect, 0.2
    is a fifth more. change_sd: how differently it works in each unit (log). level: usual outcome a
    week; level_sd: how differently large the units are (log). clumps: variance of a count beyond
    the pace's and Poisson's, in mean squares. assigned: at random, or to the units in the deepest
    dip before the start. scale: counts, or logs of a positive outcome without counting noise.
    missing: share of weeks not observed; leaving: share of units that are gone from some week on.
    """

    units: int = 20
    weeks: int = 52
    treated: int = 10
    starts: tuple[int, ...] = (26,)
    change: float = 0.0
    change_sd: float = 0.0
    level: float = 25.0
    level_sd: float = 0.6
    clumps: float = 0.05
    pace: Pace = PANEL_PACE
    assigned: str = RANDOM
    scale: str = COUNTS
    missing: float = 0.0
    leaving: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.treated <= self.units:
            raise BadInput("treated", self.treated, f"0 to {self.units}")
        if not self.starts or not all(0 < start < self.weeks for start in self.starts):
            raise BadInput("starts", self.starts, f"weeks from 1 to {self.weeks - 1}")
        for name, allowed in (("assigned", (RANDOM, DIPS)), ("scale", (COUNTS, LOGS))):
            if getattr(self, name) not in allowed:
                raise BadInput(name, getattr(self, name), " or ".join(allowed))
        for name in ("missing", "leaving"):
            if not 0 <= getattr(self, name) < 1:
                raise BadInput(name, getattr(self, name), "0 to less than 1")
        for name, least in (("change", -0.999), ("clumps", 0.0), ("level", 0.001)):
            if getattr(self, name) < least:
                raise BadInput(name, getattr(self, name), f"{least:g} or more")


@dataclass(frozen=True, slots=True)
class SimulatedPanel:
    """A panel and the truth behind it.

    outcome: shape (units, weeks), NaN where not observed. treated_from: shape (units,), the first
    treated week or NEVER. truth: by what the effect multiplies each outcome [ratio], shape
    (units, weeks); 1 without it. untreated: what was to be expected without it, same shape.
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    outcome: Floats
    treated_from: Integers
    truth: Floats
    untreated: Floats


def simulate_panel(world: PanelWorld, rng: np.random.Generator) -> SimulatedPanel:
    """Units over weeks, some of them treated, with the true effect beside them."""
    levels = world.level * _log_normal(world.level_sd, (world.units, 1), rng)
    untreated = levels * draw_paces(world.pace, world.units, world.weeks, rng)
    before = _observe(world, untreated, rng)
    treated_from = _assign(world, before, rng)
    weeks = np.arange(world.weeks)
    touched = (treated_from[:, None] != NEVER) & (weeks >= treated_from[:, None])
    each = (1 + world.change) * _log_normal(world.change_sd, (world.units, 1), rng)
    truth = np.where(touched, each, 1.0)
    if world.change or world.change_sd:
        after = _observe(world, untreated * truth, rng)
        before = np.where(touched, after, before)
    before[_unseen(world, rng)] = np.nan
    return SimulatedPanel(
        units=tuple(f"unit-{nr + 1:02}" for nr in range(world.units)),
        periods=name_weeks(STARTS_ON, world.weeks),
        outcome=before,
        treated_from=treated_from,
        truth=truth,
        untreated=untreated,
    )


def _observe(world: PanelWorld, expected: Floats, rng: np.random.Generator) -> Floats:
    if world.scale == LOGS:
        return np.log(expected)
    if world.clumps:
        expected = expected * rng.gamma(1 / world.clumps, world.clumps, expected.shape)
    return rng.poisson(expected).astype(np.float64)


def _unseen(world: PanelWorld, rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """Which outcomes nobody observes."""
    unseen = rng.random((world.units, world.weeks)) < world.missing
    gone_from = rng.integers(1, world.weeks, world.units)
    gone = rng.random(world.units) < world.leaving
    return unseen | (gone[:, None] & (np.arange(world.weeks) >= gone_from[:, None]))


def _assign(world: PanelWorld, outcome: Floats, rng: np.random.Generator) -> Integers:
    """Who is treated from which week on; chosen dips are measured before the earliest start."""
    treated_from = np.full(world.units, NEVER, dtype=np.int64)
    order = rng.permutation(world.units)
    if world.assigned == DIPS:
        start = min(world.starts)
        recent = outcome[:, max(start - DIP_WEEKS, 0) : start].mean(axis=1)
        usual = outcome[:, :start].mean(axis=1)
        order = np.argsort(recent - usual if world.scale == LOGS else recent / (usual + 1e-9))
    chosen = order[: world.treated]
    treated_from[chosen] = np.resize(np.array(world.starts, dtype=np.int64), world.treated)
    return treated_from


def _log_normal(sd: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    drawn: Floats = np.exp(sd * rng.standard_normal(shape) - sd**2 / 2)
    return drawn
