"""Is power that is foretold realised, and how far does noise move from two years to the next?"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "placebo_real"))

from groundplan.inference.panels.designs import Design, Rule
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.power import try_placebos, unsettle
from histories import Population

TARGETS = (0.5, 0.8)  # power that is foretold
RUNS = 150  # placebos of each half of a history
HALF = 104  # weeks
BEFORE, LENGTH = 26, 52
CELLS = ((10, 5), (20, 10))
SEED = 2
RESAMPLES = 40


def foretell(population: Population, rule: Rule, studies: int) -> Iterator[dict[str, object]]:
    """Power foretold by the first half of real histories, and realised on the second half."""
    for units, treated in _cells(population):
        shares: dict[float, list[float]] = {target: [] for target in TARGETS}
        for early, late in _halves(population, units, treated, rule, studies):
            expected = np.sort(unsettle(early, units))
            for target, found in shares.items():
                size = expected[int(np.ceil(target * len(expected))) - 1]
                if np.isfinite(size):
                    found.append(float(np.mean(late <= size)))
        for target, found in shares.items():
            told: dict[str, object] = {
                "population": population.name, "cell": f"{units}/{treated}", "rule": rule,
                "studies": len(found), "foretold": target,
                "realised": round(float(np.mean(found)), 3),
                "error_of_mean": round(float(np.std(found) / np.sqrt(len(found))), 3),
            }  # fmt: skip
            print(told, flush=True)
            yield told


def find_unrest(population: Population, studies: int) -> Iterator[dict[str, object]]:
    """The spread of the log of what placebos need, between the halves of real histories.

    Less what 150 placebos of each half leave uncertain. of_a_unit: times the root of the units.
    """
    for units, treated in _cells(population):
        rng = np.random.default_rng(units)
        moves, errors = [], []
        for early, late in _halves(population, units, treated, "complete", studies):
            ratios = [
                np.log(np.median(rng.choice(late, RUNS)) / np.median(rng.choice(early, RUNS)))
                for _ in range(RESAMPLES)
            ]
            moves.append(np.log(np.median(late) / np.median(early)))
            errors.append(np.var(ratios))
        spread = float(np.sqrt(max(0.0, np.var(moves) - np.mean(errors))))
        told: dict[str, object] = {
            "population": population.name, "cell": f"{units}/{treated}", "studies": len(moves),
            "spread": round(spread, 3), "of_a_unit": round(spread * float(np.sqrt(units)), 2),
            "mean": round(float(np.mean(moves)), 3),
        }  # fmt: skip
        print(told, flush=True)
        yield told


def _cells(population: Population) -> Iterator[tuple[int, int]]:
    known = population.at_most(2 * HALF, parts=4)
    return (cell for cell in CELLS if cell[0] <= known)


def _halves(
    population: Population, units: int, treated: int, rule: Rule, studies: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """What placebos need in the earlier and in the later two years of some units."""
    name = f"{population.name} {units}/{treated} {rule}"
    rng = np.random.default_rng([SEED, zlib.crc32(name.encode())])
    starts = np.r_[np.full(treated, BEFORE), np.full(units - treated, NEVER)]
    design = Design(rule=rule, scale="percent")
    for _ in range(studies):
        whole = population.draw(rng, units, 2 * HALF, parts=4)
        assert whole is not None
        early, late = (
            try_placebos(_plain(half), starts, LENGTH, design, RUNS, rng)[0]
            for half in (whole[:, :HALF], whole[:, HALF:])
        )
        yield early, late


def _plain(outcome: np.ndarray) -> Panel:
    units, weeks = outcome.shape
    never = np.full(units, NEVER)
    return make_panel([f"unit {at}" for at in range(units)], map(str, range(weeks)), outcome, never)
