"""Do intervals cover, how large must an effect be, and is the power that is foretold realised?

    python evidence/power/study.py [--short] [--runs 1000] [--studies 100] [--repos FOLDER]

Writes result.json beside this file. The parts `foretold` and `unrest` use the real histories of
evidence/placebo_real (GROUNDPLAN_DATA, --repos); without them they are skipped.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "placebo_real")]

from foretelling import find_unrest, foretell  # noqa: E402
from worlds import WORLDS, World  # noqa: E402

from groundplan.inference.panels.analysis import decide  # noqa: E402
from groundplan.inference.panels.assignments import assign  # noqa: E402
from groundplan.inference.panels.designs import Design, Rule  # noqa: E402
from groundplan.inference.panels.estimation import Estimated, estimate  # noqa: E402
from groundplan.inference.panels.panel import NEVER, make_panel  # noqa: E402
from groundplan.inference.panels.permutation import permute  # noqa: E402
from groundplan.inference.panels.preparation import prepare  # noqa: E402
from groundplan.inference.panels.tasks import permute_tasks  # noqa: E402
from groundplan.inference.proportions import wilson_bounds  # noqa: E402
from histories import Population, read_populations, split_populations  # noqa: E402

TARGET = HERE / "result.json"
DRAWS = 499
LEAST_COVERAGE = 0.93
RULES: tuple[Rule, ...] = ("complete", "observed")
# mean effect [units or logs], and its spread between units, of that mean
EFFECTS = {"nothing": (0.0, 0.0), "equal": (0.4, 0.0), "unequal": (0.4, 0.5)}


@dataclass(frozen=True)
class Cell:
    units: int
    treated: int
    weeks: int = 52
    start: int = 26
    dates: int = 1
    randomised: bool = False

    @property
    def name(self) -> str:
        dates = f", {self.dates} dates" if self.dates > 1 else ""
        drawn = ", randomised" if self.randomised else ""
        return f"{self.units}/{self.treated}{dates}{drawn}"


CELLS = (
    Cell(6, 3), Cell(20, 1), Cell(20, 2), Cell(20, 3), Cell(20, 5), Cell(20, 10), Cell(10, 3),
    Cell(10, 5), Cell(20, 3, dates=3), Cell(20, 10, dates=4),
    Cell(10, 5, randomised=True), Cell(20, 5, randomised=True), Cell(20, 10, randomised=True),
    Cell(20, 20, dates=4, randomised=True),
    Cell(1, 1, weeks=156, start=130), Cell(6, 1, weeks=156, start=130),
    Cell(200, 60, weeks=26, start=13, dates=3), Cell(200, 20, weeks=26, start=13),
)  # fmt: skip


def draw(cell: Cell, world: World, size: float, spread: float, rng: np.random.Generator):
    """A panel with a planted effect, and the mean effect on its treated cells [logs or units]."""
    step = max(1, (cell.weeks - cell.start) // (2 * cell.dates))
    starts = np.full(cell.units, NEVER)
    starts[: cell.treated] = np.resize(cell.start + step * np.arange(cell.dates), cell.treated)
    starts = rng.permutation(starts)
    on = (starts[:, None] != NEVER) & (np.arange(cell.weeks) >= starts[:, None])
    sizes = size * (1 + spread * rng.normal(size=(cell.units, 1)))
    outcome = world.draw(rng, cell.units, cell.weeks, on * sizes)
    names = [f"unit {at}" for at in range(cell.units)]
    panel = make_panel(names, map(str, range(cell.weeks)), outcome, starts)
    used = on & ~on.all(axis=0) if cell.units > 1 else on
    truth = float((used * sizes).sum() / used.sum())
    return panel, truth


def cover(cell: Cell, world: World, runs: int) -> dict[str, object]:
    """How often 95% intervals hold the truth, and no effect is called one."""
    rng = np.random.default_rng(zlib.crc32(f"{cell.name} {world.name}".encode()))
    design = Design(
        rule="complete" if cell.randomised else "observed",
        scale="percent" if world.percent else "difference",
    )
    told: dict[str, object] = {"cell": cell.name, "world": world.name}
    for name, (size, spread) in EFFECTS.items():
        held = found = known = 0
        for _ in range(runs):
            panel, truth = draw(cell, world, size, spread, rng)
            ready = prepare(panel, design)
            result = estimate(ready, rng, DRAWS)
            if not isinstance(result, Estimated):
                continue
            effect = result.effect
            if effect.scale != design.scale:
                continue
            known += 1
            truth = 100 * np.expm1(truth) if world.percent else truth
            held += bool(effect.low <= truth <= effect.high)
            found += bool(effect.is_significant) and ready.route.strength != "none"
            told["route"] = ready.route.name
        if known:
            low, high = wilson_bounds(held / known, known, 0.95)
            told[name] = {
                "runs": known, "coverage": round(held / known, 4),
                "interval": [round(low, 4), round(high, 4)], "significant": round(found / known, 4),
            }  # fmt: skip
    return told


def power_on_counts(runs: int) -> list[dict[str, object]]:
    """How often +40% on counts is found: the whole path, and the bare randomisation test."""
    told = []
    world = next(one for one in WORLDS if one.name == "counts")
    for cell in (Cell(10, 5), Cell(12, 6), Cell(20, 5), Cell(20, 10), Cell(20, 1), Cell(20, 3)):
        rng = np.random.default_rng(zlib.crc32(cell.name.encode()))
        chosen = bare = 0
        for _ in range(runs):
            panel, _ = draw(cell, world, float(np.log(1.4)), 0.0, rng)
            ready = prepare(panel, Design(scale="percent"))
            made = assign((panel.treated_from == NEVER).astype(int), DRAWS, rng)
            verdict, _ = decide(panel, Design(scale="percent"), rng, made=made)
            chosen += verdict == "helped"
            bare += permute(ready.collapsed, rng, made=made).effect.is_significant
        told.append({"cell": cell.name, "runs": runs, "chosen_path": round(chosen / runs, 3),
                     "randomised": round(bare / runs, 3)})  # fmt: skip
        print(told[-1], flush=True)
    return told


def tasks(runs: int) -> dict[str, object]:
    """Within-person trials of tasks: size, coverage and power at +30% with 250 tasks."""
    told: dict[str, object] = {}
    for name, size in (("nothing", 0.0), ("+30%", float(np.log(1.3)))):
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        held = found = 0
        for _ in range(runs):
            person = np.repeat(np.arange(16), 16)
            treated = np.concatenate([rng.permutation([0, 1] * 8) for _ in range(16)])
            forecast = rng.normal(1.5, 0.8, size=256)
            logs = forecast + rng.normal(0, 0.4, 16)[person] + rng.normal(0, 0.7, 256)
            outcome = np.exp(logs + size * treated)
            effect = permute_tasks(
                outcome, treated, person, rng, covariate=np.exp(forecast), draws=DRAWS
            ).effect
            held += bool(effect.low <= 100 * np.expm1(size) <= effect.high)
            found += effect.is_significant
        told[name] = {
            "runs": runs,
            "coverage": round(held / runs, 3),
            "significant": round(found / runs, 3),
        }
        print("tasks", name, told[name], flush=True)
    return told


def cover_all(args: argparse.Namespace) -> list[dict[str, object]]:
    """Every cell in every world; the slow rows of the table with half of the runs."""
    runs, coverage = _runs(args), []
    cells, worlds = (CELLS[2::6], WORLDS[1::4]) if args.short else (CELLS, WORLDS)
    for cell in cells:
        for world in worlds:
            few = runs // 2 if cell.units >= 200 or cell.weeks > 100 else runs
            coverage.append(cover(cell, world, max(few, 10)))
            shares = [coverage[-1].get(name, {}).get("coverage") for name in EFFECTS]
            print(cell.name, "|", world.name, "|", coverage[-1].get("route"), shares, flush=True)
    held = np.mean([one[name]["coverage"] for one in coverage for name in EFFECTS if name in one])
    if held < LEAST_COVERAGE:
        sys.exit(f"intervals hold the truth in {held:.1%} of cases")
    return coverage


def foretell_all(args: argparse.Namespace) -> list[dict[str, object]]:
    """Foretold against realised power on all real histories of counts, and on halves of them."""
    whole = _counted(read_populations(_data(), args.repos))
    halves = [one for part in split_populations(_data(), args.repos) for one in part
              if one.name.endswith(("fitted on", "held out"))]  # fmt: skip
    kinds: list[tuple[Population, Rule]] = [
        *((one, rule) for one in whole for rule in RULES),
        *((one, "complete") for one in halves),
    ]
    return [told for one, rule in kinds for told in foretell(one, rule, _studies(args))]


def measure_unrest(args: argparse.Namespace) -> list[dict[str, object]]:
    """How far noise moves from two years to the next, on the half of histories for fitting."""
    half, _ = split_populations(_data(), args.repos)
    return [one for each in _counted(half) for one in find_unrest(each, _studies(args))]


def _data() -> Path:
    return Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))


def _counted(populations: Iterable[Population]) -> list[Population]:
    return [one for one in populations if "hours" not in one.name]


def _studies(args: argparse.Namespace) -> int:
    return 2 if args.short else int(args.studies)


def _runs(args: argparse.Namespace) -> int:
    return 40 if args.short else int(args.runs)


PARTS = {
    "coverage": cover_all,
    "power_of_40_percent_on_counts": lambda args: power_on_counts(_runs(args)),
    "tasks": lambda args: tasks(_runs(args)),
    "unrest": measure_unrest,
    "foretold": foretell_all,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repos", type=Path)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--studies", type=int, default=100, help="of each cell of `foretold`")
    parser.add_argument("--short", action="store_true", help="few runs, nothing is written")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    args = parser.parse_args()
    for part in args.only:
        began = time.process_time()
        told = PARTS[part](args)
        if not args.short:
            result = json.loads(TARGET.read_text()) if TARGET.exists() else {}
            result[part] = told
            result.setdefault("cpu_seconds", {})[part] = round(time.process_time() - began)
            TARGET.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
