"""Pairs: exact chances of small tables, and how many false pairs chance alone brings."""

from __future__ import annotations

import numpy as np
from scipy import stats

from groundplan.inference.association import find_pairs


def shuffled(rng: np.random.Generator, table: np.ndarray) -> np.ndarray:
    """Each thing keeps its number of occasions, and falls on them by chance."""
    return np.column_stack([rng.permutation(column) for column in table.T])


def rows_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    occasion, thing = np.nonzero(table)
    return occasion, thing


def test_a_planted_pair_is_found_with_its_counts() -> None:
    rng = np.random.default_rng(1)
    table = rng.random((500, 40)) < 0.03
    table[:, 7] = False
    table[:, 3] = False
    table[:30, 3] = table[:24, 7] = True
    found = find_pairs(*rows_of(table), 500)
    pairs = list(zip(found.first.tolist(), found.second.tolist(), strict=True))
    assert pairs == [(3, 7)]
    assert found.together.tolist() == [24]
    assert found.either.tolist() == [30]
    assert found.lift[0] == 24 * 500 / (30 * 24)


def test_chance_alone_brings_false_pairs_in_at_most_one_history_of_a_hundred() -> None:
    rng = np.random.default_rng(2)
    odds = rng.pareto(1.2, 60) / 80 + 0.01
    table = rng.random((400, 60)) < np.minimum(odds, 0.4)
    false = sum(len(find_pairs(*rows_of(shuffled(rng, table)), 400).first) > 0 for _ in range(200))
    # holds for a false discovery rate of 1%: all pairs are false here, so any pair counts
    assert false <= stats.binom.ppf(0.999, 200, 0.01)


def test_nothing_gives_nothing() -> None:
    none = np.empty(0, dtype=np.int64)
    assert not len(find_pairs(none, none, 0).first)
