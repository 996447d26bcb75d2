"""Other libraries' Callaway-Sant'Anna (and Sun-Abraham) on one panel; runs in their environment.

    python peers.py PANEL.npz DRAWS RUNS

Prints one line of JSON: the best CPU seconds of each, its estimate, or why it gave none.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyfixest
from csdid.att_gt import ATTgt as CsdidATTgt
from diff_diff import CallawaySantAnna
from differences import ATTgt

warnings.filterwarnings("ignore")


def read(path: str) -> pd.DataFrame:
    """One row a unit and period; g: the first treated period, 0 for never."""
    told = np.load(path)
    outcome, starts = told["outcome"], told["starts"]
    units, periods = outcome.shape
    first = np.where(starts < 0, 0, starts + 1)
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(units), periods) + 1,
            "t": np.tile(np.arange(periods), units) + 1,
            "y": outcome.ravel(),
            "g": np.repeat(first, periods),
        }
    )


def run_diff_diff(rows: pd.DataFrame, draws: int) -> float:
    model = CallawaySantAnna(control_group="never_treated", n_bootstrap=draws, seed=1)
    found = model.fit(rows, outcome="y", unit="unit", time="t", first_treat="g")
    return float(found.overall_att)


def run_csdid(rows: pd.DataFrame, draws: int) -> float:
    fit = CsdidATTgt(
        yname="y", gname="g", idname="unit", tname="t", xformla="y~1", data=rows, biters=draws
    )
    fit = fit.fit(est_method="reg", bstrap=True)
    told = fit.aggte(typec="simple", bstrap=True, biters=draws)
    found = getattr(told, "atte", told)
    return float(found["overall_att"] if isinstance(found, dict) else found.overall_att)


def run_differences(rows: pd.DataFrame, draws: int) -> float:
    data = rows.assign(g=rows.g.where(rows.g > 0)).set_index(["unit", "t"])
    fit = ATTgt(data=data, cohort_column="g")
    fit.fit(formula="y", boot_iterations=draws, random_state=1, progress_bar=False)
    told = fit.aggregate("simple", boot_iterations=draws, random_state=1)
    return float(np.ravel(told.to_numpy())[0])


def run_pyfixest(rows: pd.DataFrame, draws: int) -> float:
    del draws  # its errors are analytic
    fit = pyfixest.event_study(
        data=rows, yname="y", idname="unit", tname="t", gname="g", estimator="saturated",
        att=True, cluster="unit",
    )  # fmt: skip
    told = fit.aggregate(weighting="shares") if hasattr(fit, "aggregate") else fit.tidy()
    return float(told["Estimate"].iloc[-1])


PEERS: dict[str, Callable[[pd.DataFrame, int], float]] = {
    "diff-diff, Callaway-Sant'Anna": run_diff_diff,
    "csdid, Callaway-Sant'Anna": run_csdid,
    "differences, Callaway-Sant'Anna": run_differences,
    "pyfixest, Sun-Abraham, no draws": run_pyfixest,
}


def measure(
    work: Callable[[pd.DataFrame, int], float], rows: pd.DataFrame, draws: int, runs: int
) -> Any:
    best = float("inf")
    try:
        for _ in range(runs + 1):  # the first one warms up
            began = time.process_time()
            with contextlib.redirect_stdout(io.StringIO()):
                estimate = work(rows.copy(), draws)
            best = min(best, time.process_time() - began)
    except Exception as error:  # whatever a peer raises is its result
        return {"failed": f"{type(error).__name__}: {error}"[:200]}
    return {"cpu_s": round(best, 3), "estimate": round(estimate, 5)}


def main() -> None:
    path, draws, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rows = read(path)
    print(json.dumps({name: measure(work, rows, draws, runs) for name, work in PEERS.items()}))


if __name__ == "__main__":
    main()
