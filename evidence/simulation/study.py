"""Are simulated teams like real ones, on histories that nothing was fitted to?

    GROUNDPLAN_DATA=... GROUNDPLAN_REPOS=... python evidence/simulation/study.py [--only PART ...]

Writes result.json beside this file. GROUNDPLAN_REPOS holds one folder a repository, named as below.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "forecast_coverage"))
sys.path.insert(0, str(Path(__file__).parent))

from measures import (
    measure_repository,
    measure_tracker,
    measure_weeks,
    measure_years,
    medians,
    read_weeks,
    windows,
)
from recovery import recover
from trackers import read_trackers

from groundplan.sources.simulated.fetch import write
from groundplan.sources.simulated.panels import PanelWorld, simulate_panel
from groundplan.sources.simulated.simulation import simulate
from groundplan.sources.simulated.worlds import Pace, World
from groundplan.terms.progress import Silent

FITTED = (
    "flask", "redis", "optuna", "libgit2", "pytest", "astropy", "dask", "scikit-image", "networkx",
    "ipython",
)  # fmt: skip
UNSEEN = ("numpy", "scipy", "sympy", "rails", "git", "curl")  # looked at once, in the end
WEEKLY_FIT = ("lag_1", "sd_log", "variation", "year_shift")  # the others are not
SLOW_LAG = 0.98
GRID = {
    "slow_sd": (0.1, 0.2, 0.3, 0.4, 0.5),
    "quick_sd": (0.3, 0.4, 0.5, 0.6),
    "quick_lag": (0.4, 0.5, 0.6, 0.7),
    "clumps": (0.02, 0.05, 0.1, 0.15, 0.2),
}
TEAMS = 12  # simulated, for what is measured of repositories and trackers


def study_weeks(data: Path) -> dict[str, object]:
    """Weekly commits: the pace fitted to every other repository, held to the rest."""
    rows = [
        {**medians([measure_weeks(part) for part in windows(series)]), **measure_years(series)}
        for _, series in sorted(read_weeks(data).items())
    ]
    fitted, unseen = rows[0::2], rows[1::2]
    target = medians(fitted)
    levels = np.log([row["mean"] for row in fitted])
    shape = {"level": float(np.exp(levels.mean())), "level_sd": float(levels.std())}
    tried = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    best = min(tried, key=lambda each: _miss(_simulated_weeks(each, shape, 6), target))
    shipped = _shipped()
    return {
        "repositories_fitted": len(fitted),
        "repositories_unseen": len(unseen),
        "used_for_fitting": WEEKLY_FIT,
        "best_of_grid": {**best, "slow_lag": SLOW_LAG},
        "shipped": shipped,
        "real_fitted": target,
        "real_unseen": medians(unseen),
        "real_unseen_range": _range(unseen),
        "simulated": _simulated_weeks(shipped, shape, 40),
        "simulated_teams": _simulated_teams(),
    }


def _simulated_teams() -> dict[str, float]:
    """The same, of whole teams with people and items."""
    within, years = [], []
    for seed in range(2 * TEAMS):
        world = World()
        times = np.concatenate([change.times for change in simulate(world, seed).teams[0].changes])
        series = np.bincount((times // 7).astype(int), minlength=world.weeks).astype(float)
        within += [measure_weeks(part) for part in windows(series)]
        years.append(measure_years(series))
    return {**medians(within), **medians(years)}


def _shipped() -> dict[str, float]:
    pace = PanelWorld().pace
    return {"slow_sd": pace.slow_sd, "quick_sd": pace.quick_sd, "quick_lag": pace.quick_lag,
            "clumps": PanelWorld().clumps}  # fmt: skip


def _simulated_weeks(
    settings: dict[str, float], shape: dict[str, float], panels: int
) -> dict[str, float]:
    pace = Pace(settings["slow_sd"], SLOW_LAG, settings["quick_sd"], settings["quick_lag"])
    world = PanelWorld(
        units=20, weeks=104, treated=0, pace=pace, clumps=settings["clumps"], **shape
    )
    rng = np.random.default_rng(5)
    series = [row for _ in range(panels) for row in simulate_panel(world, rng).outcome]
    within = [measure_weeks(part) for row in series for part in windows(row)]
    return {**medians(within), **medians([measure_years(row) for row in series])}


def _miss(found: dict[str, float], target: dict[str, float]) -> float:
    return sum((found[name] - target[name]) ** 2 for name in WEEKLY_FIT)


def _range(rows: list[dict[str, float]]) -> dict[str, list[float]]:
    return {
        name: [float(np.nanmin([row[name] for row in rows])),
               float(np.nanmax([row[name] for row in rows]))]
        for name in rows[0]
    }  # fmt: skip


def study_repositories(repos: Path) -> dict[str, object]:
    """Commits and merges; the defaults were set by hand beside the fitted repositories."""
    fitted = {name: measure_repository(_find(repos, name)) for name in FITTED}
    unseen = {name: measure_repository(_find(repos, name)) for name in UNSEEN}
    rows = []
    for seed in range(TEAMS):
        with tempfile.TemporaryDirectory() as folder:
            written = write(simulate(World(), seed), Path(folder) / "world", Silent())
            rows.append(measure_repository(written.repositories[0]))
    return {
        "fitted": fitted,
        "unseen": unseen,
        "real_fitted": medians(list(fitted.values())),
        "real_unseen": medians(list(unseen.values())),
        "real_unseen_range": _range(list(unseen.values())),
        "simulated": medians(rows),
    }


def _find(repos: Path, name: str) -> Path:
    """A repository by its name, or as somebody's mirror OWNER+NAME/repo."""
    mirrors = sorted(repos.glob(f"*+{name}/repo"))
    return next(iter(mirrors), repos / name)


def study_trackers(data: Path) -> dict[str, object]:
    """From creation to done; the queue was set by hand beside every other tracker."""
    rows = [measure_tracker(*days) for _, days in sorted(read_trackers(data).items())]
    simulated = []
    for seed in range(TEAMS):
        world = World()
        items = simulate(world, seed).teams[0].items
        over = ~items.given_up & (items.landed < 7 * world.weeks)
        days = [np.floor(each[over]).astype("timedelta64[D]") for each in
                (items.created, items.landed)]  # fmt: skip
        day = np.datetime64(world.starts_on.isoformat(), "D")
        simulated.append(measure_tracker(day + days[0], day + days[1]))
    return {
        "real_fitted": medians(rows[0::2]),
        "real_unseen": medians(rows[1::2]),
        "real_unseen_range": _range(rows[1::2]),
        "simulated": medians(simulated),
    }


def study_speed() -> dict[str, float]:
    """CPU seconds of a team's two years, git's included, and of 1,000 panels."""
    before = _cpu_s()
    with tempfile.TemporaryDirectory() as folder:
        write(simulate(World(), 7), Path(folder) / "world", Silent())
    team = _cpu_s() - before
    before = time.process_time()
    rng = np.random.default_rng(1)
    for _ in range(1_000):
        simulate_panel(PanelWorld(), rng)
    return {"team_of_8_two_years_s": team, "1000_panels_20_by_52_s": time.process_time() - before}


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def main() -> None:
    """Run and write result.json."""
    data = Path(os.environ.get("GROUNDPLAN_DATA", "."))
    repos = Path(os.environ.get("GROUNDPLAN_REPOS", "."))
    parts = {
        "weeks": lambda: study_weeks(data),
        "repositories": lambda: study_repositories(repos),
        "trackers": lambda: study_trackers(data),
        "recovery": recover,
        "speed": study_speed,
    }
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", nargs="*", choices=parts)
    target = Path(__file__).parent / "result.json"
    result = json.loads(target.read_text()) if target.exists() else {}
    for name in parser.parse_args().only or parts:
        result[name] = _rounded(parts[name]())
        print(name, json.dumps(result[name], indent=1))
    target.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


def _rounded(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, 3)
    return value


if __name__ == "__main__":
    main()
