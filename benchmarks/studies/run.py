"""How long studies take; with 999 draws, 1,000 units x 24 periods may take 0.5 s, 10,000 4 s.

    python benchmarks/studies/run.py [--peers PYTHON] [--short]

PYTHON is an interpreter whose environment holds diff-diff, csdid, differences and pyfixest; the
same simulated panels go to them in the same run. Writes result.json beside itself. CPU times add
up all threads; the best of several runs says what the work costs.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.inference.panels.analysis import analyse
from groundplan.inference.panels.collapse import collapse
from groundplan.inference.panels.designs import Design
from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.permutation import permute
from groundplan.inference.panels.placebo import run_placebos
from groundplan.inference.panels.power import foresee_power
from groundplan.inference.panels.staggered import staggered_effect

RESULT = Path(__file__).with_name("result.json")
PEERS = Path(__file__).with_name("peers.py")
PERIODS, DRAWS, RUNS = 24, 999, 5
BARS_SECONDS = {
    "Callaway-Sant'Anna, 1,000 units": 0.5,
    "Callaway-Sant'Anna, 10,000 units": 4.0,
    "permutation of starts, 1,000 units": 0.5,
    "permutation of starts, 10,000 units": 4.0,
    "permutation, 20 units x 52 weeks": 0.05,
    "detectable effect, 20 units": 5.0,
}


def simulate(units: int, periods: int, seed: int) -> Panel:
    """Units that start in one of four periods or never, with a small effect."""
    rng = np.random.default_rng(seed)
    starts = rng.choice([NEVER, 6, 10, 14, 18], size=units, p=[0.4, 0.15, 0.15, 0.15, 0.15])
    on = (starts[:, None] != NEVER) & (np.arange(periods) >= starts[:, None])
    noise = rng.normal(size=(units, 1)) + rng.normal(size=(units, periods)).cumsum(axis=1) / 5
    outcome = noise + 0.1 * on + 0.3 * rng.normal(size=(units, periods))
    return make_panel(map(str, range(units)), map(str, range(periods)), outcome, starts)


def measure(work: Callable[[], object], runs: int = RUNS) -> dict[str, float]:
    """Best CPU seconds and median wall seconds, after a warm-up."""
    work()
    cpu, wall = [], []
    for _ in range(runs):
        began, at = time.process_time(), time.perf_counter()
        work()
        cpu.append(time.process_time() - began)
        wall.append(time.perf_counter() - at)
    return {"cpu_s": round(min(cpu), 4), "wall_s": round(float(np.median(wall)), 4)}


def measure_here(runs: int) -> dict[str, dict[str, float]]:
    """Our own work on simulated panels."""
    rng = np.random.default_rng(1)
    told = {}
    for units in (1_000, 10_000):
        panel = simulate(units, PERIODS, units)
        collapsed = collapse(panel, "difference")
        many = f"{units:,} units"
        told[f"Callaway-Sant'Anna, {many}"] = measure(
            lambda panel=panel: staggered_effect(panel, rng, draws=DRAWS), runs
        )
        told[f"permutation of starts, {many}"] = measure(
            lambda collapsed=collapsed: permute(collapsed, rng, draws=DRAWS), runs
        )
        told[f"whole analysis with checks, {many}"] = measure(
            lambda panel=panel: analyse(panel, Design(), rng, DRAWS), runs
        )
    weeks = np.random.default_rng(2).poisson(12, size=(20, 156)).astype(float)
    never = np.full(20, NEVER)
    history = make_panel(map(str, range(20)), map(str, range(156)), weeks, never)
    study = history.window(0, 52).assigned(np.r_[np.full(10, 26), np.full(10, NEVER)])
    told["permutation, 20 units x 52 weeks"] = measure(
        lambda: permute(collapse(study), rng, draws=DRAWS), runs
    )
    told["whole analysis with checks, 20 units x 52 weeks"] = measure(
        lambda: analyse(study, Design(), rng), runs
    )
    told["detectable effect, 20 units"] = measure(
        lambda: foresee_power(history, 10, 26, 26, rng), runs
    )
    told["2,000 placebo interventions, 20 units x 52 weeks"] = measure(
        lambda: run_placebos(history.window(0, 52), 5, rng), 1
    )
    return told


def measure_peers(python: str, runs: int) -> dict[str, Any]:
    """The same panels in the peers' own environment, one process for all of them."""
    told: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for units in (1_000, 10_000):
            panel = simulate(units, PERIODS, units)
            path = Path(folder) / f"{units}.npz"
            np.savez(path, outcome=panel.outcome, starts=panel.treated_from)
            words = [python, str(PEERS), str(path), str(DRAWS), str(runs)]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr[-2_000:])
            told[f"{units:,} units"] = json.loads(done.stdout.splitlines()[-1])
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON", help="an environment that holds the peers")
    parser.add_argument("--short", action="store_true", help="one run, nothing is written")
    args = parser.parse_args()
    runs = 1 if args.short else RUNS
    ours = measure_here(runs)
    result = {
        "bars_s": BARS_SECONDS,
        "ours": ours,
        "holds": {name: ours[name]["cpu_s"] <= bar for name, bar in BARS_SECONDS.items()},
        "peers": measure_peers(args.peers, min(runs, 3)) if args.peers else None,
        "machine": {
            "cores": os.cpu_count(),
            "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 1),
            "python": platform.python_version(),
            "numpy": np.__version__,
        },
    }
    print(json.dumps(result, indent=1))
    if not args.short:
        RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
