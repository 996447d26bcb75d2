"""How long a focus plan of 50 people for two weeks with 100 movable meetings takes; the bar is 3 s.

`python benchmarks/focus_plan/run.py` writes result.json beside itself. Calendars are drawn as dense
as needed for meetings to stand in each other's way: on easy ones every solver is quick.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path

import numpy as np

from groundplan.inference.focus import Bools, Movable, find_quiet, plan

PEOPLE, DAYS, SLOTS, MOVABLE, SEEDS = 50, 10, 17, 100, 5
DENSITIES = {"light": 2, "usual": 4, "heavy": 6}  # fixed meetings of a person's day, at most


def draw(seed: int, most: int) -> tuple[Bools, list[Movable]]:
    """Calendars from 9:00 to 17:30 with lunch, and meetings that could be elsewhere."""
    rng = np.random.default_rng(seed)
    free = np.ones((PEOPLE, DAYS, SLOTS), dtype=np.bool_)
    free[:, :, 7:9] = False
    for person, day in np.ndindex(PEOPLE, DAYS):
        for _ in range(int(rng.integers(0, most))):
            start = int(rng.integers(0, SLOTS - 1))
            free[person, day, start : start + int(rng.integers(1, 4))] = False
    movable: list[Movable] = []
    while len(movable) < MOVABLE:
        people = tuple(rng.choice(PEOPLE, int(rng.integers(2, 7)), replace=False).tolist())
        length = int(rng.integers(1, 3))
        day, slot = int(rng.integers(DAYS)), int(rng.integers(0, SLOTS - length))
        if free[list(people), day, slot : slot + length].all():
            movable.append(Movable(people, day, slot, length))
    return free, movable


def main() -> None:
    """Measure, write."""
    plan(*draw(0, 2))  # what is loaded once is no part of it
    told = {}
    for name, most in DENSITIES.items():
        seconds, cpu, blocks, elsewhere, gaps = [], [], [], [], []
        for seed in range(SEEDS):
            free, movable = draw(seed, most)
            begun, begun_cpu = time.perf_counter(), time.process_time()
            found = plan(free, movable, find_quiet(free))
            seconds.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - begun_cpu)
            blocks.append(len(found.blocks))
            elsewhere.append(len(found.elsewhere))
            gaps.append(found.gap)
        told[name] = {
            "median_s": round(statistics.median(seconds), 2),
            "longest_s": round(max(seconds), 2),
            "longest_cpu_s": round(max(cpu), 2),
            "blocks": statistics.median(blocks),
            "better_elsewhere": statistics.median(elsewhere),
            "largest_gap": float(f"{max(gaps):.1g}"),
        }
    result = {
        "people": PEOPLE,
        "days": DAYS,
        "movable": MOVABLE,
        "seeds": SEEDS,
        "calendars": told,
        "meets_3_s": all(one["longest_s"] <= 3 for one in told.values()),
    }
    print(json.dumps(result, indent=1))
    (Path(__file__).parent / "result.json").write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
