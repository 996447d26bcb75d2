"""Things that occur together more often than chance brings about, over very many pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.special import bdtrc

from groundplan.inference.arrays import Floats, Integers

LEAST_TOGETHER = 4  # joint occurrences; fewer are never shown
FALSE_DISCOVERIES = 0.01


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs that pass the test; shapes (k,).

    together: occasions with both; either: occasions with at least one;
    lift: how many times as often as independence would have it.
    """

    first: Integers
    second: Integers
    together: Integers
    either: Integers
    lift: Floats


def find_pairs(
    occasion: Integers, thing: Integers, occasions: int, *, rate: float = FALSE_DISCOVERIES
) -> Pairs:
    """The pairs of things that share occasions more often than chance, most surprising first.

    occasion, thing: one row for each thing of each occasion, numbered from 0. Counted are pairs
    together at least four times. Each pair's chance is an upper binomial tail (above the
    hypergeometric's, so cautious); over all pairs that could be formed the false discovery rate
    is held at `rate` under any dependence.

    Source: Brin, Motwani and Silverstein (1997), SIGMOD (lift); Benjamini and Yekutieli (2001),
    Annals of Statistics 29(4).
    """
    things = int(thing.max(initial=-1)) + 1
    table = csr_array(
        (np.ones(len(thing), dtype=np.int64), (occasion, thing)),
        shape=(occasions, max(things, 1)),
    )
    table.data[:] = 1
    alone: Integers = np.bincount(table.indices, minlength=things).astype(np.int64)
    joint = coo_array(table.T @ table)
    often = (joint.data >= LEAST_TOGETHER) & (joint.row < joint.col)
    first, second = joint.row[often].astype(np.int64), joint.col[often].astype(np.int64)
    together = joint.data[often].astype(np.int64)
    rare, common = np.minimum(alone[first], alone[second]), np.maximum(alone[first], alone[second])
    chance = np.asarray(bdtrc(together - 1, rare, common / occasions), dtype=np.float64)
    order = np.argsort(chance, kind="stable")
    tests = things * (things - 1) / 2
    passed = _benjamini_yekutieli(chance[order], tests, rate)
    chosen = order[:passed]
    lift = together * occasions / (alone[first] * alone[second])
    either = alone[first] + alone[second] - together
    return Pairs(
        first[chosen], second[chosen], together[chosen], either[chosen], lift[chosen].astype(float)
    )


def _benjamini_yekutieli(ordered: Floats, tests: float, rate: float) -> int:
    """How many of the smallest chances, in order, are discoveries among `tests` of them."""
    if not len(ordered):
        return 0
    harmonic = float(np.log(max(tests, 1.0)) + np.euler_gamma + 1 / (2 * max(tests, 1.0)))
    bars = rate * np.arange(1, len(ordered) + 1) / (tests * max(harmonic, 1.0))
    below = np.flatnonzero(ordered <= bars)
    return int(below[-1]) + 1 if len(below) else 0
