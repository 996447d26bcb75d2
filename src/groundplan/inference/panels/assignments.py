"""Which other assignments the rule that made the actual one could have made.

A randomisation test is exact only against these: complete, in blocks or pairs, over start dates
of a stepped wedge, or of tasks within persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, exp, lgamma, prod
from typing import Final

import numpy as np

from groundplan.inference.arrays import Anything, Integers

LISTED: Final = 5_000  # assignments up to which all of them are listed


@dataclass(frozen=True, slots=True)
class Assignments:
    """Group labels of units under each assignment, (assignments, units); the first is the actual.

    possible: how many the rule could have made. exact: these are all of them.
    """

    labels: Integers
    possible: float
    exact: bool


def count_assignments(groups: Sequence[int] | Integers, strata: Integers | None = None) -> float:
    """How many distinct assignments the rule could have made, each stratum shuffled by itself.

    groups: the group of each unit (a start, or never). strata: the block or pair of each unit.
    """
    labels = np.asarray(groups)
    return prod(_arrangements(labels[rows]) for rows in _rows(labels, strata))


def assign(
    groups: Sequence[int] | Integers,
    draws: int,
    rng: np.random.Generator,
    strata: Integers | None = None,
) -> Assignments:
    """All assignments of the rule if they are few, else `draws` of them with the actual one first.

    The actual assignment counts as a draw, so a p from them never claims more than its level
    (Phipson and Smyth 2010, Statistical Applications in Genetics and Molecular Biology 9(1)).
    """
    labels = np.asarray(groups, dtype=np.int64)
    parts = _rows(labels, strata)
    possible = count_assignments(labels, strata)
    if possible <= max(draws, LISTED):
        return Assignments(_list_all(labels, parts), possible, True)
    drawn = np.tile(labels, (draws, 1))
    for rows in parts:
        drawn[1:, rows] = rng.permuted(drawn[1:, rows], axis=1)
    return Assignments(drawn, possible, False)


def _rows(labels: Anything, strata: Integers | None) -> list[Integers]:
    if strata is None:
        return [np.arange(len(labels))]
    if len(strata) != len(labels):
        raise ValueError("need one stratum for each unit")
    return [np.flatnonzero(strata == one) for one in np.unique(strata)]


def _arrangements(labels: Anything) -> float:
    _, counts = np.unique(labels, return_counts=True)
    if len(labels) > 150:
        logs = lgamma(len(labels) + 1) - sum(lgamma(int(n) + 1) for n in counts)
        return exp(logs) if logs < 700 else float("inf")
    total, left = 1, len(labels)
    for n in counts:
        total *= comb(left, int(n))
        left -= int(n)
    return float(total)


def _list_all(labels: Integers, parts: Sequence[Integers]) -> Integers:
    """Every distinct assignment once, the actual one first."""
    lists = [_arrange(labels[rows]) for rows in parts]
    which = np.indices([len(one) for one in lists]).reshape(len(lists), -1)
    found = np.empty((which.shape[1], len(labels)), dtype=np.int64)
    for rows, one, at in zip(parts, lists, which, strict=True):
        found[:, rows] = one[at]
    actual = int(np.flatnonzero((found == labels).all(axis=1))[0])
    found[[0, actual]] = found[[actual, 0]]
    return found


def _arrange(labels: Integers) -> Integers:
    """The distinct orders of some labels, (orders, labels)."""
    names, counts = np.unique(labels, return_counts=True)
    if len(names) == 1:
        return labels[None, :]
    rarest = int(np.argmin(counts))
    places = np.array(list(combinations(range(len(labels)), int(counts[rarest]))))
    rest = _arrange(np.repeat(np.delete(names, rarest), np.delete(counts, rarest)))
    chosen = np.zeros((len(places), len(labels)), dtype=np.bool_)
    np.put_along_axis(chosen, places, True, axis=1)
    others = np.nonzero(~chosen)[1].reshape(len(places), -1)
    found = np.full((len(places), len(rest), len(labels)), names[rarest])
    at = np.broadcast_to(others[:, None], (*found.shape[:2], others.shape[1]))
    np.put_along_axis(found, at, rest[None], axis=2)
    return found.reshape(-1, len(labels))
