"""Who starts when: lots that a seed draws, the same ones every time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from groundplan.records.studies import Plan, RollOut, Seal, Study

MOST_WAVES: Final = 6


@dataclass(frozen=True, slots=True)
class Drawn:
    """Who starts when, None for never within the study; and the pair or wave of each."""

    starts: Mapping[str, date | None]
    blocks: Mapping[str, str]


def waves_of(units: Sequence[str]) -> list[list[str]]:
    """Units in turn over at most six waves."""
    count = min(len(units), MOST_WAVES)
    return [list(units[nr::count]) for nr in range(count)]


def last_start(plan: Plan) -> date:
    """The last day on which somebody may start."""
    steps = {
        RollOut.STEPPED: (len(waves_of(plan.units)) - 1) * plan.step_weeks,
        RollOut.DATE: plan.dates - 1,
    }
    return plan.start_on + timedelta(weeks=steps.get(plan.roll_out, 0))


def starts_on(plan: Plan, seal: Seal | None) -> date:
    """The day on which the first one starts; the one that was drawn, where the date is."""
    drawn = [on for on in seal.starts.values() if on] if seal else []
    return min(drawn, default=plan.start_on)


def ends_on(plan: Plan, seal: Seal | None = None) -> date:
    """The day from which on it may be analysed: so many weeks after the start.

    A date that is drawn counts from the seal on; before, the last one that it may be.
    """
    open_date = plan.roll_out is RollOut.DATE and seal is None
    since = last_start(plan) if open_date else starts_on(plan, seal)
    return since + timedelta(weeks=plan.weeks)


def is_alone(plan: Plan) -> bool:
    """Whether all start at once, so that there is only their own past to compare with."""
    return plan.roll_out is RollOut.DATE or (
        plan.roll_out is RollOut.CHOSEN and set(plan.treated) == set(plan.units)
    )


def draw(plan: Plan, seed: int, levels: Mapping[str, float]) -> Drawn:
    """Who starts when, by lot where lots are drawn. levels: by which units are paired.

    The same seed draws the same lots for the same plan.
    """
    rng = np.random.default_rng(seed)
    start, units = plan.start_on, list(plan.units)
    if plan.roll_out is RollOut.TASK:
        return Drawn({}, {})
    if plan.roll_out is RollOut.CHOSEN:
        return Drawn({u: start if u in plan.treated else None for u in units}, {})
    if plan.roll_out is RollOut.DATE:
        on = start + timedelta(weeks=int(rng.integers(plan.dates)))
        return Drawn(dict.fromkeys(units, on), {})
    order = [units[nr] for nr in rng.permutation(len(units))]
    if plan.roll_out is RollOut.STEPPED:
        waves = waves_of(order)
        days = [start + timedelta(weeks=nr * plan.step_weeks) for nr in range(len(waves))]
        of = {u: nr for nr, wave in enumerate(waves) for u in wave}
        return Drawn({u: days[of[u]] for u in units}, {u: f"wave {of[u] + 1}" for u in units})
    if plan.roll_out is RollOut.PAIRS:
        first = rng.integers(2, size=len(units)).tolist()
        return _pair(units, start, levels, first)
    chosen = set(order[: len(order) // 2])
    return Drawn({u: start if u in chosen else None for u in units}, {})


def _pair(
    units: Sequence[str], start: date, levels: Mapping[str, float], first: Sequence[int]
) -> Drawn:
    """Neighbours by their level before the start; of each pair a coin says who starts."""
    near = sorted(units, key=lambda unit: (levels.get(unit, 0.0), unit))
    starts: dict[str, date | None] = dict.fromkeys(near)
    blocks = dict.fromkeys(near, "")
    for nr in range(len(near) // 2):
        pair = near[2 * nr : 2 * nr + 2]
        starts[pair[first[nr]]] = start
        blocks |= dict.fromkeys(pair, f"pair {nr + 1}")
    return Drawn(starts, blocks)


def draw_task(study: Study, task: str) -> bool:
    """Whether a task is done with the intervention: a coin that the seal has thrown already."""
    assert study.seal is not None
    coin = hashlib.sha256(f"{study.seal.seed}|{task.strip().lower()}".encode()).digest()
    return bool(coin[0] & 1)
