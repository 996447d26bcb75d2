"""The A/A test: does a measurement claim a change between runs of the same code?"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod
from typing import Final

import numpy as np

from groundplan.inference.arrays import Floats
from groundplan.inference.reliability.runs import Runs
from groundplan.terms.estimate import Unknown

SHUFFLES: Final = 1_999
LEAST_RUNS: Final = 4  # of one host on one day, to have two halves
LEAST_ORDERS: Final = 20  # ways to halve all blocks; with fewer none can stand out at 5%
MOST_RUNS: Final = 5_000  # the newest ones


@dataclass(frozen=True, slots=True)
class SameCode:
    """What the A/A test says. p: how likely halves differ as much in any order [share].

    runs, blocks: counted ones; a block is a host's day.
    """

    p: float
    passed: bool
    runs: int
    blocks: int


def compare_halves(
    runs: Runs, rng: np.random.Generator, *, size: float = 0.05
) -> SameCode | Unknown:
    """Whether the earlier and the later runs of a host's day differ, though the code is the same.

    Each host's day is cut in two halves by the order of its runs, and the squares of their
    differences are summed. If only chance is at work, every order is as likely, so the order is
    shuffled within each host's day: the test's size is exact for any distribution. It fails for
    warming up, throttling, and runs that resemble their neighbours, all of which would pass for a
    change. Left out: a day's runs of a host that are fewer than four.

    Source: Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology
    9(1), for the p of drawn permutations.
    """
    blocks = [block for block in _blocks(runs) if len(block) >= LEAST_RUNS]
    counted = sum(map(len, blocks))
    orders = min(prod(_count_halvings(len(block)) for block in blocks), LEAST_ORDERS)
    if orders < LEAST_ORDERS:
        reason = "too few runs of one host on one day to compare their halves"
        return Unknown(reason, orders if blocks else 0, LEAST_ORDERS, "different orders")
    observed, shuffled = 0.0, np.zeros(SHUFFLES)
    for block in blocks:
        if np.ptp(block) > 0:
            standard = (block - block.mean()) / np.ptp(block)
            observed += float(_halves(standard[None])[0])
            shuffled += _halves(rng.permuted(np.tile(standard, (SHUFFLES, 1)), axis=1))
    p = (1 + int(np.sum(shuffled >= observed - 1e-12))) / (1 + SHUFFLES)
    return SameCode(p, p > size, counted, len(blocks))


def _blocks(runs: Runs) -> list[Floats]:
    place = (runs.day * len(runs.hosts) + runs.host)[-MOST_RUNS:]
    value = runs.value[-MOST_RUNS:]
    return [value[place == one] for one in np.unique(place)]


def _count_halvings(runs: int) -> int:
    """In how many ways runs fall into two halves, which of them is first being the same."""
    half = runs // 2
    return comb(runs, half) * comb(runs - half, half) // 2


def _halves(block: Floats) -> Floats:
    """The squared difference of the halves of each row, weighed by how many runs they hold."""
    half = block.shape[1] // 2
    apart = block[:, :half].mean(axis=1) - block[:, -half:].mean(axis=1)
    return np.asarray(half * apart**2)
