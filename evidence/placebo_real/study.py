"""How often is nothing called an effect, on real histories, by every path of the decision table?

    python evidence/placebo_real/study.py --repos FOLDER [--short] [--runs 2000]

FOLDER holds git repositories (or folders with a bare one called repo). Reads GROUNDPLAN_DATA
(default ../shared/data). Writes result.json beside this file: figures only. --runs is of each cell
over all populations, twice as many where starts are drawn.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from groundplan.inference.panels.analysis import decide, stopping_checks
from groundplan.inference.panels.caveats import TRIGGER, UNUSUAL
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.estimation import Estimated, estimate
from groundplan.inference.panels.naive import judge_naively
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.preparation import prepare
from groundplan.inference.panels.scales import mean_of_units
from groundplan.inference.proportions import wilson_bounds
from histories import Population, read_populations, split_populations

TARGET = Path(__file__).parent / "result.json"
NAIVE = ("two_way", "normal", "fifteen_percent")
DRAWS = 499
MOST_FALSE = 0.05


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
    Cell(1, 1, weeks=156, start=130), Cell(10, 1, weeks=156, start=130),
    Cell(6, 1), Cell(6, 3), Cell(1, 1),
    Cell(200, 20, weeks=26, start=13), Cell(200, 60, weeks=26, start=13, dates=3),
)  # fmt: skip


DIPS = (Cell(8, 3, dips=True), Cell(20, 3, dips=True), Cell(20, 5, dips=True))
BARS = (0.02, 0.05, 0.1)  # of p, from which on a start after an unusual time stops a verdict


def draw(cell: Cell, population: Population, rng: np.random.Generator) -> Panel:
    """A panel of real weeks with starts at which nothing happened."""
    outcome = population.draw(rng, cell.units, cell.weeks)
    assert outcome is not None
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


def judge(cell: Cell, population: Population, runs: int) -> dict[str, object]:
    """Shares of placebo interventions that were called effects, by our path and by naive rules."""
    rng = np.random.default_rng(zlib.crc32(f"{population.name} {cell.name}".encode()))
    design = Design(rule="complete" if cell.randomised else "observed")
    found, routes, naive = 0, {}, {name: [0, 0] for name in NAIVE}
    for _ in range(runs):
        panel = draw(cell, population, rng)
        verdict, route = decide(panel, design, rng, draws=DRAWS)
        routes[route.name] = routes.get(route.name, 0) + 1
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
        "treated": cell.treated, "route": max(routes, key=routes.get),
        "runs": runs, "false": found, "share": round(found / runs, 4),
        "interval": [round(low, 4), round(high, 4)],
        "naive": {rule: round(yes / of, 3) if of else None for rule, (yes, of) in naive.items()},
    }  # fmt: skip


def _runs_of(cell: Cell, runs: int) -> int:
    """Exact tests lie on the bar itself, so they need more runs to be told from it."""
    return 2 * runs if cell.randomised else runs


def judge_dips(populations: list[Population], runs: int) -> dict[str, object]:
    """False findings among studies that started after the worst month, by the bar of the check.

    What the bar stops more of is also what it costs: `stopped` counts random starts that it stops.
    """
    found = dict.fromkeys(BARS, 0)
    stopped = dict.fromkeys(BARS, 0)
    of = 0
    for cell in DIPS:
        able = [one for one in populations if one.at_most(cell.weeks) >= cell.units]
        for population in able:
            rng = np.random.default_rng(zlib.crc32(f"dips {population.name} {cell.name}".encode()))
            for _ in range(-(-runs // len(able))):
                p, others = _judge_dip(draw(cell, population, rng), rng)
                usual, _ = _judge_dip(draw(replace(cell, dips=False), population, rng), rng)
                of += 1
                for bar in BARS:
                    found[bar] += others and p > bar
                    stopped[bar] += usual <= bar
    told = {}
    for bar in BARS:
        low, high = wilson_bounds(found[bar] / of, of, 0.95)
        told[f"p <= {bar:g}"] = {
            "studies": of, "share": round(found[bar] / of, 4),
            "interval": [round(low, 4), round(high, 4)],
            "random_starts_stopped": round(stopped[bar] / of, 4),
        }  # fmt: skip
    return told


def _judge_dip(panel: Panel, rng: np.random.Generator) -> tuple[float, bool]:
    """The p of the check of the start, and whether the study would else be a finding."""
    ready = prepare(panel, Design())
    told = estimate(ready, rng, DRAWS)
    if not isinstance(told, Estimated):
        return 1.0, False
    checks = {one.name: one for one in stopping_checks(ready, told, rng)}
    start = checks.pop(TRIGGER)
    free = told.effect.is_significant and not any(one.stops for one in checks.values())
    return 1.0 if start.p is None else start.p, free


def pool(cells: list[dict], *keys: str) -> dict[str, dict]:
    """False positives of our path over all histories, by route, treated units or both."""
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
    return ", ".join(str(cell[key]) for key in keys)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path)
    parser.add_argument("--runs", type=int, default=2_000)
    parser.add_argument("--short", action="store_true", help="few runs, nothing is written")
    args = parser.parse_args()
    data = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
    populations = read_populations(data, args.repos)
    if not populations:
        print("skipped: neither --repos nor GROUNDPLAN_DATA holds histories")
        return
    began, cells = time.process_time(), []
    runs = 40 if args.short else args.runs
    for cell in CELLS[3::7] if args.short else CELLS:
        able = [one for one in populations if one.at_most(cell.weeks) >= cell.units]
        for population in able:
            told = judge(cell, population, -(-_runs_of(cell, runs) // len(able)))
            cells.append(told)
            print(told["population"], "|", told["cell"], "|", told["route"], told["share"],
                  told["interval"], told["naive"], flush=True)  # fmt: skip
    fitted, held_out = split_populations(data, args.repos)
    dips = {"bar": UNUSUAL, "held_out": judge_dips(held_out, runs // 4)}
    if fitted:
        dips["fitted_on"] = judge_dips(fitted, runs // 4)
    print(dips)
    result = {
        "populations": {one.name: len(one.series) for one in populations},
        "by_route": pool(cells, "route"),
        "by_treated": pool(cells, "treated"),
        "by_route_and_treated": pool(cells, "route", "treated"),
        "after_the_worst_month": dips,
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
