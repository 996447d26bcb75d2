"""How long 200 candidates in 2,000 worlds take, each solved exactly; the bar is 5 seconds.

`python benchmarks/portfolio/run.py` writes result.json beside itself. Beside it the same worlds by
an integer program each, on a sample of them, whose gains must be the same.
"""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from groundplan.inference.portfolio import solve

CANDIDATES, WORLDS, SAMPLE = 200, 2_000, 20


def main() -> None:
    """Measure, compare, write."""
    rng = np.random.default_rng(1)
    gains = rng.normal(1.0, 0.5, CANDIDATES) + rng.normal(0, 1.0, (WORLDS, CANDIDATES))
    costs = np.exp(rng.normal(1.0, 0.7, CANDIDATES) + rng.normal(0, 0.4, (WORLDS, CANDIDATES)))
    capacity = np.full(WORLDS, 0.25 * float(costs.mean(axis=0).sum()))
    begun, begun_cpu = time.perf_counter(), time.process_time()
    taken = solve(gains, costs, capacity)
    ours_s, ours_cpu_s = time.perf_counter() - begun, time.process_time() - begun_cpu
    begun_cpu, worst = time.process_time(), 0.0
    for world in range(SAMPLE):
        found = milp(
            -gains[world],
            integrality=np.ones(CANDIDATES),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(costs[world][None], ub=capacity[world]),
            options={"mip_rel_gap": 0.0},
        )
        worst = max(worst, abs(-found.fun - float(gains[world][taken[world]].sum())))
    result = {
        "candidates": CANDIDATES,
        "worlds": WORLDS,
        "seconds": round(ours_s, 2),
        "cpu_seconds": round(ours_cpu_s, 2),
        "cpu_seconds_by_integer_programs_alone": round(
            (time.process_time() - begun_cpu) * WORLDS / SAMPLE, 1
        ),
        "largest_difference_of_gain": float(f"{worst:.2g}"),
        "meets_5_s": ours_s <= 5,
    }
    print(json.dumps(result, indent=1))
    (Path(__file__).parent / "result.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
