"""How long a plan takes to forecast; the bar is 100 ms for 100,000 futures of 100 items, warm.

`python benchmarks/forecast/run.py` writes result.json beside itself. The history is simulated, so
that anybody can run it. CPU times add up all threads, so they are those of one core; the best of
several runs says what the work costs, the median of wall times what a busy machine makes of it.
`--page` measures only what reordering a real plan takes in a real browser, and keeps the rest.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from reorder import measure_reordering

from groundplan.inference.forecasts.backtest import backtest
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.inference.forecasts.futures import simulate_futures
from groundplan.terms.estimate import Unknown

BAR_MS = 100.0
ITEMS, FUTURES = 100, 100_000
RUNS = 15
RESULT = Path(__file__).with_name("result.json")
IN_PAGE = "reorder_100_items_in_the_page"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--page", action="store_true", help="reorder a plan in a browser")
    before = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    if parser.parse_args().page:
        result = before | {IN_PAGE: measure_reordering() | {"load_per_core": load()}}
    else:
        result = measure_here() | {IN_PAGE: before.get(IN_PAGE)}
    print(json.dumps(result, indent=1))
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


def measure_here() -> dict[str, Any]:
    """What the work costs in this process."""
    rng = np.random.default_rng(2015)
    pace = 8 * np.exp(np.cumsum(rng.normal(0, 0.1, 156)))
    counts = rng.poisson(pace)
    plan = forecast(counts)
    if isinstance(plan, Unknown):
        raise RuntimeError(str(plan))
    done, created = days_of(counts, rng, 20_000)
    return {
        "simulate_100_items_100000_futures": measure(
            lambda: simulate_futures(plan, ITEMS, FUTURES, rng)
        ),
        "forecast_from_156_weeks": measure(lambda: forecast(counts)),
        "dates_of_100_items_at_three_levels": measure(lambda: dates(plan)),
        "backtest_of_20000_items": measure(lambda: backtest(done, rng, created=created), runs=3),
        "bar_ms": BAR_MS,
        "load_per_core": load(),
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }


def load() -> float:
    """How busy the machine is; above 1 something waits."""
    return round(os.getloadavg()[0] / (os.cpu_count() or 1), 1)


def dates(plan: Forecast) -> list[list[float | None]]:
    """What a page needs after an item was dragged: every item's date at 50, 85 and 95%."""
    return plan.dates(range(1, ITEMS + 1), (0.5, 0.85, 0.95))


def days_of(counts: Any, rng: np.random.Generator, items: int) -> tuple[Any, Any]:
    """Days of a tracker with this many items and the shape of these weeks."""
    weeks = np.repeat(np.arange(len(counts)), rng.poisson(counts * items / counts.sum()))
    done = np.datetime64("2022-01-03") + 7 * weeks + rng.integers(5, size=len(weeks))
    return done, done - rng.integers(1, 60, size=len(weeks))


def measure(work: Callable[[], object], runs: int = RUNS) -> dict[str, float]:
    """CPU and wall time after one warm-up [milliseconds]."""
    work()
    took = []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        took.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu_ms, wall_ms = 1000 * np.array(took).T
    return {
        "best_cpu_ms": round(float(cpu_ms.min()), 1),
        "median_cpu_ms": round(float(np.median(cpu_ms)), 1),
        "best_wall_ms": round(float(wall_ms.min()), 1),
        "median_wall_ms": round(float(np.median(wall_ms)), 1),
        "runs": runs,
    }


if __name__ == "__main__":
    main()
