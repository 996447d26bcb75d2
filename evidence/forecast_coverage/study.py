"""Do promises of the shipped forecast come true, on trackers that it has not learnt from?

`GROUNDPLAN_DATA=... python evidence/forecast_coverage/study.py` replays every tracker week by week
with windows of 6, 12 and 26 weeks. For each tracker the constants are fitted to all the others.
Writes result.json beside itself.
"""

from __future__ import annotations

import itertools
import json
import os
from dataclasses import asdict
from pathlib import Path

import numpy as np
from fitting import WINDOWS, Rows, collect, fit_constants, fit_shape, raw_chances
from methods import COUNTS_ONLY, METHODS, answer_all
from pooling import describe, pool
from scipy.special import ndtri
from trackers import read_trackers

from groundplan.inference.forecasts import paces, recalibration
from groundplan.inference.forecasts.backtest import Verdict, judge
from groundplan.inference.forecasts.paces import Constants
from groundplan.inference.forecasts.recalibration import Shape
from groundplan.inference.forecasts.trials import History, ask, read_history

HORIZONS = (2, 4, 8, 13, 26)


def main() -> None:
    """Fit, judge, pool, write."""
    data = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
    if not (data / "trackers").exists():
        print("skipped: set GROUNDPLAN_DATA to a folder that holds trackers/")
        return
    days = read_trackers(data)
    histories = {name: read(*both) for name, both in days.items()}
    rows = collect(histories)
    constants, shape = learn(rows)
    verdicts: dict[tuple[str, int], list[Verdict]] = {}
    for number, (name, history) in enumerate(histories.items()):
        verdicts |= judge_tracker(name, history, rows.only(rows.project != number), number)
        print(name, *describe(verdicts[name, 12]), sep="\n  ", flush=True)
    result = {
        "fitted_to_all": {"constants": asdict(constants), "shape": asdict(shape)},
        "shipped": {
            "constants": asdict(paces.SHIPPED),
            "shape": asdict(recalibration.SHIPPED_SHAPE),
        },
        "trackers": {
            name: {"weeks": len(history.counts), "items": len(history.finished)}
            for name, history in histories.items()
        },
        "year_end": measure_year_ends({name: done for name, (_, done) in days.items()}),
        "luck": measure_luck(rows, constants),
        **pool(verdicts, tuple(histories), METHODS),
    }
    write(result, Path(__file__).with_name("result.json"))


def write(result: dict[str, object], target: Path) -> None:
    """JSON with one line for each row of a table."""
    parts = []
    for key, value in result.items():
        text = json.dumps(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = "[\n" + ",\n".join(json.dumps(row) for row in value) + "\n]"
        parts.append(f"{json.dumps(key)}: {text}")
    target.write_text("{\n" + ",\n".join(parts) + "\n}\n")


def read(created: np.ndarray, done: np.ndarray) -> History:
    """A tracker's history up to the last day that it names."""
    named = np.concatenate([created, done])
    return read_history(done, named[~np.isnat(named)].max())


def learn(rows: Rows) -> tuple[Constants, Shape]:
    """Everything that is learnt from projects: constants, then the shape under them."""
    constants = fit_constants(rows)
    return constants, fit_shape(rows, *raw_chances(rows, constants))


def measure_year_ends(done: dict[str, np.ndarray]) -> dict[str, float]:
    """Items a day from 24 December to 1 January, over those of four weeks before and after."""
    found = {}
    for name, dates in done.items():
        day = np.sort(dates[~np.isnat(dates)])
        quiet = around = 0
        for year in range(day[0].astype(object).year, day[-1].astype(object).year):
            eve = np.datetime64(f"{year}-12-24")
            if day[0] < eve - 28 and eve + 37 < day[-1]:
                quiet += int(((day >= eve) & (day < eve + 9)).sum())
                around += int(((day >= eve - 28) & (day < eve + 37)).sum())
        if around - quiet >= 20:
            found[name] = round((quiet / 9) / ((around - quiet) / 56), 3)
    return {**found, "mean": round(float(np.mean(list(found.values()))), 3)}


def measure_luck(rows: Rows, constants: Constants) -> dict[str, float]:
    """How luck at one horizon resembles luck at a longer one from the same origin.

    Correlations of normal scores, and the power of the horizons' ratio that fits them best.
    """
    below, upto = raw_chances(rows, constants)
    luck = ndtri(np.clip((below + upto) / 2, 1e-4, 1 - 1e-4))
    found, logs = {}, []
    for short, long in itertools.combinations((1, 2, 4, 8, 13, 26), 2):
        pairs = []
        for horizon in (short, long):
            here = (rows.window == 12) & (rows.horizon == horizon)
            origins = zip(rows.project[here], rows.at[here], strict=True)
            pairs.append(dict(zip(origins, luck[here], strict=True)))
        both = sorted(pairs[0].keys() & pairs[1].keys())
        value = np.corrcoef([[pair[key] for key in both] for pair in pairs])[0, 1]
        found[f"{short} and {long} weeks"] = round(float(value), 3)
        logs.append((np.log(short / long), np.log(value)))
    ratio, value = np.array(logs).T
    return {**found, "power": round(float(ratio @ value / (ratio @ ratio)), 3)}


def judge_tracker(
    name: str, history: History, others: Rows, seed: int
) -> dict[tuple[str, int], list[Verdict]]:
    """Verdicts on all methods, by window, with what was learnt from the other trackers alone."""
    constants, shape = learn(others)
    rng = np.random.default_rng(seed)
    found = {}
    for window in WINDOWS:
        trial = ask(history, HORIZONS, window, constants, whole_windows=True)
        if not len(trial.at):
            continue
        found[name, window] = [
            verdict
            for method, answers in answer_all(trial, shape, others, rng).items()
            for verdict in judge(method, trial, answers)
            if not (method in COUNTS_ONLY and verdict.question == "when")
        ]
    return found


if __name__ == "__main__":
    main()
