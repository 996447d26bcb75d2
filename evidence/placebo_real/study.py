"""How often is nothing called an effect, on real histories, by every path of the decision table?

    python evidence/placebo_real/study.py --repos FOLDER [--short] [--runs 1000]

FOLDER holds git repositories (or folders with a bare one called repo). Reads GROUNDPLAN_DATA
(default ../shared/data). Writes result.json beside this file: figures only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from groundplan.inference.panels.analysis import analyse, decide
from groundplan.inference.panels.assignments import assign
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.naive import judge_naively
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.scales import mean_of_units
from groundplan.inference.proportions import wilson_bounds
from histories import Population, read_populations

TARGET = Path(__file__).parent / "result.json"
NAIVE = ("two_way", "normal", "fifteen_percent")
DRAWS = 499
MOST_FALSE = 0.08  # of studies that started after the worst month; of others 0.05


@dataclass(frozen=True)
class Cell:
    """One kind of study. dates: different starts; dips: treated are those with the worst month."""

    units: int
    treated: int
    weeks: int = 52
    start: int = 26
    dates: int = 1
    randomised: bool = False
    dips: bool = False

    @property
    def name(self) -> str:
        words = [f"{self.units} units, {self.treated} treated"]
        words += [f"{self.dates} dates"] if self.dates > 1 else []
        words += ["randomised"] if self.randomised else []
        words += ["started after the worst month"] if self.dips else []
        words += [f"{self.weeks} weeks"] if self.weeks != 52 else []
        return ", ".join(words)


CELLS = (
    Cell(20, 1), Cell(20, 2), Cell(20, 3), Cell(20, 5), Cell(20, 10),
    Cell(10, 2), Cell(10, 3), Cell(10, 5), Cell(12, 6),
    Cell(20, 3, dates=3), Cell(20, 5, dates=3), Cell(20, 10, dates=4),
    Cell(10, 3, randomised=True), Cell(10, 5, randomised=True), Cell(20, 10, randomised=True),
    Cell(20, 3, dates=3, randomised=True), Cell(20, 10, dates=4, randomised=True),
    Cell(8, 3, dips=True), Cell(20, 3, dips=True), Cell(20, 5, dips=True),
    Cell(1, 1, weeks=156, start=130), Cell(10, 1, weeks=156, start=130),
    Cell(6, 1), Cell(6, 3), Cell(1, 1),
    Cell(200, 20, weeks=26, start=13), Cell(200, 60, weeks=26, start=13, dates=3),
)  # fmt: skip


def draw(cell: Cell, population: Population, rng: np.random.Generator) -> Panel | None:
    """A panel of real weeks with starts at which nothing happened."""
    outcome = population.draw(rng, cell.units, cell.weeks)
    if outcome is None:
        return None
    step = max(1, (cell.weeks - cell.start) // (2 * cell.dates))
    dates = cell.start + step * np.arange(cell.dates)
    starts = np.full(cell.units, NEVER)
    starts[: cell.treated] = np.resize(dates, cell.treated)
    starts = rng.permutation(starts)
    if cell.dips:
        month = mean_of_units(outcome[:, cell.start - 4 : cell.start])
        usual = mean_of_units(outcome[:, : cell.start])
        with np.errstate(divide="ignore", invalid="ignore"):
            order = np.argsort(np.nan_to_num(month / usual, nan=1.0))
        starts = np.full(cell.units, NEVER)
        starts[order[: cell.treated]] = cell.start
    names = [f"unit {at}" for at in range(cell.units)]
    return make_panel(names, map(str, range(cell.weeks)), outcome, starts)


def judge(cell: Cell, population: Population, runs: int) -> dict[str, object] | None:
    """Shares of placebo interventions that were called effects, by our path and by naive rules."""
    rng = np.random.default_rng(zlib.crc32(f"{population.name} {cell.name}".encode()))
    design = Design(rule="complete" if cell.randomised else "observed")
    found, routes, naive = 0, {}, {name: [0, 0] for name in NAIVE}
    for _ in range(runs):
        panel = draw(cell, population, rng)
        if panel is None:
            return None
        _, groups = np.unique(panel.treated_from, return_inverse=True)
        if np.isfinite(panel.outcome).all():
            # never sorts first among starts and last among blocks
            blocks = (
                np.where(groups == 0, groups.max(), groups - 1)
                if cell.units > cell.treated
                else groups
            )
            verdict, route = decide(panel, design, rng, assign(blocks, DRAWS, rng))
            name = route.name
        else:
            told = analyse(panel, design, rng, DRAWS)
            verdict, name = told.verdict, told.route.name
        routes[name] = routes.get(name, 0) + 1
        found += verdict in ("helped", "hurt")
        rules = judge_naively(panel)
        for rule in NAIVE:
            told = getattr(rules, rule)
            if told is not None:
                naive[rule][0] += told
                naive[rule][1] += 1
    low, high = wilson_bounds(found / runs, runs, 0.95)
    return {
        "population": population.name, "cell": cell.name, "units": cell.units,
        "treated": cell.treated, "route": max(routes, key=routes.get), "routes": routes,
        "runs": runs, "false": found, "share": round(found / runs, 4),
        "interval": [round(low, 4), round(high, 4)],
        "naive": {rule: round(yes / of, 3) if of else None for rule, (yes, of) in naive.items()},
    }  # fmt: skip


def pool(cells: list[dict], *keys: str) -> dict[str, dict]:
    """False positives of our path over all histories, by route, treated units or both.

    Studies that started after the worst month are pooled by themselves.
    """
    told = {}
    for value in sorted({_named(cell, keys) for cell in cells}):
        some = [cell for cell in cells if _named(cell, keys) == value]
        runs, false = sum(c["runs"] for c in some), sum(c["false"] for c in some)
        if not runs:
            continue
        low, high = wilson_bounds(false / runs, runs, 0.95)
        told[value] = {
            "runs": runs, "share": round(false / runs, 4),
            "interval": [round(low, 4), round(high, 4)],
        }  # fmt: skip
        for rule in NAIVE:
            shares = [c["naive"][rule] for c in some if c["naive"][rule] is not None]
            told[value][rule] = round(float(np.mean(shares)), 3) if shares else None
    return told


def _named(cell: dict, keys: tuple[str, ...]) -> str:
    dips = ", after the worst month" if "worst" in cell["cell"] else ""
    return ", ".join(str(cell[key]) for key in keys) + dips


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--short", action="store_true", help="few runs, nothing is written")
    args = parser.parse_args()
    data = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
    populations = read_populations(data, args.repos)
    if not populations:
        print("skipped: neither --repos nor GROUNDPLAN_DATA holds histories")
        return
    began, cells = time.process_time(), []
    runs = 20 if args.short else args.runs
    for population in populations:
        for cell in CELLS[3::7] if args.short else CELLS:
            if population.at_most(cell.weeks) < cell.units:
                continue
            # exact tests lie on the bar itself, so they need more runs to be told from it
            told = judge(cell, population, 3 * runs if cell.randomised else runs)
            if told is not None:
                cells.append(told)
                print(told["population"], "|", told["cell"], "|", told["route"], told["share"],
                      told["interval"], told["naive"], flush=True)  # fmt: skip
    result = {
        "populations": {one.name: len(one.series) for one in populations},
        "by_route": pool(cells, "route"),
        "by_treated": pool(cells, "treated"),
        "by_route_and_treated": pool(cells, "route", "treated"),
        "cells": cells,
        "cpu_seconds": round(time.process_time() - began),
    }
    if not args.short:
        TARGET.write_text(json.dumps(result, indent=1) + "\n")
    for name, told in result["by_route_and_treated"].items():
        print(name, told)
        if told["interval"][0] > MOST_FALSE:
            sys.exit(f"{name}: {told['share']:.1%} of placebo interventions are called effects")


if __name__ == "__main__":
    main()
