"""Which candidates belong in a plan: what would not happen without us, under a team's capacity.

Each simulated world is a knapsack that is solved exactly; its answer counts as one vote.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import NormalDist
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats
from groundplan.inference.proportions import share_of
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Unit

ODDS: Final = 0.8  # of every range that is given here
WORLDS: Final = 2_000
Flags: TypeAlias = npt.NDArray[np.bool_]
_TAIL: Final = NormalDist().inv_cdf((1 + ODDS) / 2)


@dataclass(frozen=True, slots=True)
class Interval:
    """A quantity that lies between low and high in 80 of 100 cases."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"need low <= high, got {self.low}, {self.high}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something a team could do.

    done, undone: its value if somebody does it and if nobody does, in any one unit. elsewhere: the
    chance that it goes ahead without this team [share]. cost: of this team [person-weeks], above 0.
    """

    name: str
    done: Interval
    undone: Interval
    elsewhere: float
    cost: Interval

    def __post_init__(self) -> None:
        if self.cost.low <= 0:
            raise ValueError(f"a cost lies above 0, not at {self.cost.low}")
        if not 0 <= self.elsewhere <= 1:
            raise ValueError(f"a chance lies between 0 and 1, not at {self.elsewhere}")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate fares. belongs: in what share of worlds it is in the best plan [share].

    gain: what its value is above what would come without this team. cost: [person-weeks]. loses:
    in what share of worlds it gains nothing, which is how risky it is [share].
    """

    name: str
    belongs: Measured
    gain: Estimate
    cost: Estimate
    loses: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The standing of each candidate, in the order given, and the plan that gains most on average.

    chosen: the candidates of the one plan that fits the capacity by expected cost and has the
    largest expected gain. gain: what that plan gains. overruns: in what share of worlds it costs
    more than the capacity [share].
    """

    standings: tuple[Standing, ...]
    chosen: tuple[str, ...]
    gain: Estimate
    overruns: float
    worlds: int


def plan(
    candidates: Sequence[Candidate],
    capacity: float,
    rng: np.random.Generator,
    unit: Unit,
    cost_unit: Unit,
    worlds: int = WORLDS,
) -> Plan:
    """What belongs in a plan of so many person-weeks, over simulated worlds.

    In each world values, costs and what happens elsewhere are drawn, and the plan with the largest
    gain that fits is found exactly. Costs and values that cannot be negative are lognormal, others
    normal; candidates are independent. The best plan of a world knows that world, so shares say
    which candidates are worth having, not what will be gained: that is `Plan.gain`.

    Errors: ValueError without candidates, or for a capacity below 0.
    """
    if not candidates or capacity < 0:
        raise ValueError("a plan needs candidates and a capacity of 0 or more")
    gains = np.stack([_draw_gain(one, worlds, rng) for one in candidates], axis=1)
    costs = np.stack([_draw(one.cost, worlds, rng) for one in candidates], axis=1)
    inside = solve(gains, costs, np.full(worlds, capacity))
    mean_gain, mean_cost = gains.mean(axis=0), costs.mean(axis=0)
    (chosen,) = solve(mean_gain[None], mean_cost[None], np.array([capacity]))
    standings = tuple(
        _stand(one, gains[:, at], costs[:, at], inside[:, at], unit, cost_unit)
        for at, one in enumerate(candidates)
    )
    return Plan(
        standings,
        tuple(one.name for one, taken in zip(candidates, chosen, strict=True) if taken),
        _spread(gains[:, chosen].sum(axis=1), unit),
        float((costs[:, chosen].sum(axis=1) > capacity).mean()),
        worlds,
    )


def _stand(
    one: Candidate, gain: Floats, cost: Floats, inside: Flags, unit: Unit, cost_unit: Unit
) -> Standing:
    belongs = share_of(int(inside.sum()), len(inside), "worlds")
    loses = float((gain <= 0).mean())
    return Standing(one.name, belongs, _spread(gain, unit), _spread(cost, cost_unit), loses)


def _draw(quantity: Interval, worlds: int, rng: np.random.Generator) -> Floats:
    low, high = quantity.low, quantity.high
    if low > 0:
        return np.exp(_normal(np.log(low), np.log(high), worlds, rng))
    return _normal(low, high, worlds, rng)


def _normal(low: float, high: float, worlds: int, rng: np.random.Generator) -> Floats:
    return rng.normal((low + high) / 2, (high - low) / (2 * _TAIL), worlds)


def _draw_gain(one: Candidate, worlds: int, rng: np.random.Generator) -> Floats:
    """Value if we do it, less the value if we do not: done elsewhere, or not at all."""
    done, undone = _draw(one.done, worlds, rng), _draw(one.undone, worlds, rng)
    return np.where(rng.random(worlds) < one.elsewhere, 0.0, done - undone)


def _spread(draws: Floats, unit: Unit) -> Estimate:
    low, middle, high = np.quantile(draws, [(1 - ODDS) / 2, 0.5, (1 + ODDS) / 2])
    return Estimate(
        float(middle), float(low), float(high), ODDS, unit, len(draws), "worlds",
        "quantiles of simulated worlds",
    )  # fmt: skip


def solve(gains: Floats, costs: Floats, capacity: Floats) -> Flags:
    """The best plan of each world: which candidates to take, (worlds, candidates).

    gains, costs: (worlds, candidates), costs above 0; capacity: (worlds,). Exact: what the bound of
    the linear relaxation decides is fixed in all worlds at once (Dembo and Hammer 1980, Methods of
    Operations Research 36); what is left is searched world by world.
    """
    wanted = (gains > 0) & (costs <= capacity[:, None])
    order = np.argsort(np.where(wanted, -gains / costs, np.inf), axis=1, kind="stable")
    wanted = np.take_along_axis(wanted, order, axis=1)
    gain = np.where(wanted, np.take_along_axis(gains, order, axis=1), 0.0)
    cost = np.where(wanted, np.take_along_axis(costs, order, axis=1), 0.0)
    taken, least, most, price = _relax(gain, cost, wanted, capacity)
    worth = gain - price[:, None] * cost  # by how much a candidate beats what its room is worth
    slack = (most - least)[:, None] * (1 + 1e-9) + 1e-12
    sure_in, sure_out = wanted & (worth > slack), ~wanted | (worth < -slack)
    open_ones = ~sure_in & ~sure_out
    for world in np.flatnonzero(open_ones.any(axis=1)):
        at, inside = np.flatnonzero(open_ones[world]), sure_in[world]
        room = capacity[world] - cost[world, inside].sum()
        beat = least[world] - gain[world, inside].sum()
        found = _search(
            gain[world, at].tolist(), cost[world, at].tolist(), float(room), float(beat)
        )
        if found is not None:
            taken[world] = inside
            taken[world, at[found]] = True
    result = np.empty_like(taken)
    np.put_along_axis(result, order, taken, axis=1)
    return result


def _relax(
    gain: Floats, cost: Floats, wanted: Flags, capacity: Floats
) -> tuple[Flags, Floats, Floats, Floats]:
    """Of candidates in order of gain per cost: a greedy plan and what it gains, the bound of the
    relaxation, and what a person-week is worth at its margin; by world."""
    total = np.cumsum(cost, axis=1)
    fits = total <= capacity[:, None]
    breaks = fits.sum(axis=1)  # the first that does not fit as a whole
    rows = np.arange(len(gain))
    at = np.minimum(breaks, gain.shape[1] - 1)
    everything = breaks == gain.shape[1]
    price = np.where(
        everything | ~wanted[rows, at], 0.0, gain[rows, at] / np.maximum(cost[rows, at], 1e-300)
    )
    room = capacity - np.where(fits, cost, 0.0).sum(axis=1)
    certain = np.where(fits, gain, 0.0).sum(axis=1)
    taken, left = fits & wanted, room
    for place in range(gain.shape[1]):  # what still fits behind the first that does not
        add = ~taken[:, place] & wanted[:, place] & (cost[:, place] <= left)
        taken[:, place] |= add
        left = left - np.where(add, cost[:, place], 0.0)
    least = np.where(taken, gain, 0.0).sum(axis=1)
    return taken, least, certain + price * room, price


def _search(
    gain: Sequence[float], cost: Sequence[float], room: float, beat: float
) -> list[int] | None:
    """Which of the candidates gain most and more than `beat`; None if none do.

    Candidates stand in order of gain per cost. One after the other joins the plans so far; those
    that cost more and gain less than another go, and those that the rest cannot lift above the best
    (Nemhauser and Ullmann 1969, Management Science 15(9)).
    """
    spent, won = [0.0, *accumulate(cost)], [0.0, *accumulate(gain)]
    plans: list[tuple[float, float, int]] = [(0.0, 0.0, 0)]  # cost, gain, candidates as bits
    best, chosen = beat + abs(beat) * 1e-12, None
    for at in range(len(gain)):
        one_more = [
            (used + cost[at], had + gain[at], bits | 1 << at)
            for used, had, bits in plans
            if used + cost[at] <= room
        ]
        most, kept = -1.0, []
        for one in sorted(plans + one_more):
            used, had, bits = one
            if had <= most:
                continue
            most = had
            if had > best:
                best, chosen = had, bits
            whole = bisect_right(spent, spent[at + 1] + room - used) - 1
            bound = had + won[whole] - won[at + 1]
            if whole < len(gain):
                over = room - used - (spent[whole] - spent[at + 1])
                bound += over * gain[whole] / cost[whole]
            if bound > best:
                kept.append(one)
        plans = kept
    return None if chosen is None else [at for at in range(len(gain)) if chosen >> at & 1]
