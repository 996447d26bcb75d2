"""How long a staggered event study with 999 bootstrap draws takes, beside other libraries.

    python benchmarks/staggered/run.py [--units 1000 10000]

One process, one panel after another, every library on the same one; writes result.json beside
itself. Libraries that are not installed are left out and named. CPU seconds of all threads, least
of several runs after a warm-up, so that neither compilation nor a busy machine counts.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import platform
import time
import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from groundplan.inference.panels.panel import NEVER, Panel, make_panel
from groundplan.inference.panels.staggered import EventStudy, event_study

RESULT = Path(__file__).with_name("result.json")
PERIODS, DRAWS, RUNS = 24, 999, 3
STARTS = (NEVER, NEVER, 6, 8, 10, 12, 14, 16, 18, 20)
TOO_LONG_S = 120.0
Study = Callable[[], float]  # answers the effect in the first treated period


def draw(units: int) -> Panel:
    """Outcomes that resemble their neighbours; a fifth of the units is never treated."""
    rng = np.random.default_rng(units)
    steps = 0.3 * rng.standard_normal((units, PERIODS))
    outcome = rng.standard_normal((units, 1)) + np.cumsum(steps, axis=1)
    starts = rng.choice(STARTS, units)
    return make_panel(map(str, range(units)), map(str, range(PERIODS)), outcome, starts)


def ours(panel: Panel) -> Study:
    """This project's."""

    def study() -> float:
        told = event_study(panel, np.random.default_rng(1), draws=DRAWS)
        assert isinstance(told, EventStudy)
        return float(told.effect[told.since == 0][0])

    return study


def frame(panel: Panel):  # type: ignore[no-untyped-def]
    """The panel in rows, one a unit and period, starts counted from 1 and 0 for never."""
    import pandas as pd  # noqa: PLC0415

    units = len(panel.units)
    starts = np.where(panel.treated_from == NEVER, 0, panel.treated_from + 1)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), PERIODS),
            "period": np.tile(np.arange(1, PERIODS + 1), units),
            "start": np.repeat(starts, PERIODS),
            "outcome": panel.outcome.ravel(),
        }
    )


def diff_diff(panel: Panel) -> Study:
    """Callaway-Sant'Anna of diff-diff, by regression adjustment without covariates."""
    from diff_diff import CallawaySantAnna  # noqa: PLC0415

    rows = frame(panel)

    def study() -> float:
        model = CallawaySantAnna(n_bootstrap=DRAWS, seed=1, estimation_method="reg")
        told = model.fit(rows, "outcome", "unit", "period", "start", aggregate="event_study")
        return float(told.event_study_effects[0]["effect"])

    return study


def csdid(panel: Panel) -> Study:
    """The translation of R's did."""
    from csdid.att_gt import ATTgt  # noqa: PLC0415

    rows = frame(panel)

    def study() -> float:
        model = ATTgt("outcome", "period", "unit", "start", rows, biters=DRAWS, cband=True)
        fitted = model.fit(est_method="reg", bstrap=False)
        told = fitted.aggte("dynamic", bstrap=True, biters=DRAWS, cband=True)
        at = [int(e) for e in told.atte["egt"]].index(0)
        return float(told.atte["att_egt"][at])

    return study


def differences(panel: Panel) -> Study:
    """The library of that name (GPL, so only measured beside, never a dependency)."""
    from differences import ATTgt  # noqa: PLC0415

    rows = frame(panel)
    rows["start"] = rows["start"].where(rows["start"] > 0)
    rows = rows.set_index(["unit", "period"])

    def study() -> float:
        model = ATTgt(rows, cohort_column="start")
        model.fit("outcome", est_method="reg", progress_bar=False)
        told = model.aggregate("event", boot_iterations=DRAWS)
        return float(
            told.xs(0, level=0).iloc[0, 0] if told.index.nlevels > 1 else told.loc[0].iloc[0]
        )

    return study


def pyfixest(panel: Panel) -> Study:
    """Sun and Abraham's of pyfixest: clustered errors, no bootstrap at all."""
    import pyfixest  # noqa: PLC0415

    rows = frame(panel)

    def study() -> float:
        told = pyfixest.event_study(
            rows, yname="outcome", idname="unit", tname="period", gname="start",
            estimator="saturated", att=False,
        )  # fmt: skip
        return float(told.aggregate().loc[0.0, "Estimate"])

    return study


LIBRARIES = {
    "groundplan": ours,
    "diff-diff": diff_diff,
    "csdid": csdid,
    "differences": differences,
    "pyfixest": pyfixest,
}


def measure(study: Study) -> dict[str, float]:
    """Least CPU and wall time of a few runs after a warm-up, and the answer [seconds]."""
    answer, spent, passed = study(), [], []
    for _ in range(RUNS):
        cpu, wall = time.process_time(), time.perf_counter()
        study()
        spent.append(time.process_time() - cpu)
        passed.append(time.perf_counter() - wall)
        if sum(passed) > TOO_LONG_S:
            break
    cpu_s, wall_s = round(min(spent), 4), round(min(passed), 4)
    return {"cpu_s": cpu_s, "wall_s": wall_s, "at_start": round(answer, 6)}


def main() -> None:
    """Every library on every size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, nargs="+", default=[1_000, 10_000])
    warnings.simplefilter("ignore")
    quiet = io.StringIO()
    told: dict[str, object] = {
        "python": platform.python_version(),
        "load_per_core": round(os.getloadavg()[0] / (os.cpu_count() or 1), 2),
        "periods": PERIODS,
        "draws": DRAWS,
    }
    for units in parser.parse_args().units:
        panel = draw(units)
        row: dict[str, Any] = {}
        for name, prepare in LIBRARIES.items():
            try:
                with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
                    row[name] = measure(prepare(panel))
                if name != "groundplan":
                    row[name] |= {"version": version(name)}
            except (ImportError, PackageNotFoundError):
                row[name] = "not installed"
            except Exception as error:  # a peer that fails is a result too
                row[name] = f"{type(error).__name__}: {str(error)[:80]}"
            print(units, name, row[name], flush=True)
        told[f"{units} units"] = row
    RESULT.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
