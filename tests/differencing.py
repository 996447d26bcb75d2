"""The differencing attack: which few people does some combination of published sums depend on?"""

from __future__ import annotations

import itertools

import numpy as np

PRIME = 2**31 - 1  # above every minor of the small 0-1 matrices here (Hadamard): ranks are exact


def rank(matrix: np.ndarray) -> int:
    """The rank over the integers modulo a prime."""
    left, found = matrix.astype(np.int64) % PRIME, 0
    for column in range(matrix.shape[1]):
        pivots = np.flatnonzero(left[found:, column])
        if not len(pivots):
            continue
        pivot = found + int(pivots[0])
        left[[found, pivot]] = left[[pivot, found]]
        left[found] = left[found] * pow(int(left[found, column]), -1, PRIME) % PRIME
        rest = left[:, column].copy()
        rest[found] = 0
        left = (left - rest[:, None] * left[found] % PRIME) % PRIME
        found += 1
        if found == len(left):
            break
    return found


def isolate(sums: np.ndarray, person: np.ndarray, floor: int) -> tuple[int, ...] | None:
    """Fewer people than the floor on whom alone some combination of the sums depends.

    sums: one row for each published sum, one column for each thing that somebody did, 0 or 1;
    person: who did it. Factors and signs of a combination may be any.
    """
    sums = np.unique(sums, axis=0)
    columns, first = np.unique(np.vstack([sums, person]), axis=1, return_index=True)
    sums, person = columns[:-1], person[first]
    whole = rank(sums)
    everybody = np.unique(person)
    for few in itertools.combinations(everybody, min(floor - 1, len(everybody))):
        if rank(sums[:, ~np.isin(person, few)]) < whole:
            return few
    return None
