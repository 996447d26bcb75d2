"""The back-test as the product prints it, on histories that nothing was ever fitted to.

`GROUNDPLAN_DATA=... GROUNDPLAN_REPOS=... python evidence/forecast_coverage/unseen.py` runs
`backtest` with the shipped constants on landings of public repositories (first parents of the main
line), a help desk, Mozilla's reviews, and the projects of the SiP estimates. Writes unseen.json.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from pooling import DRAWS
from trackers import DAY

from groundplan.inference.forecasts.backtest import Backtest, Verdict, backtest

LEAST_ITEMS = 150


def main() -> None:
    """Back-test whatever is there; say what is not."""
    sets: dict[str, dict[str, np.ndarray]] = {}
    repos, data = (Path(os.environ.get(f"GROUNDPLAN_{name}", "")) for name in ("REPOS", "DATA"))
    if repos.name:
        sets["landings of repositories"] = read_landings(repos)
    if (data / "trackers").exists():
        sets["other histories"] = read_others(data)
    if not sets:
        print("skipped: set GROUNDPLAN_REPOS to a folder of snapshots, or GROUNDPLAN_DATA")
        return
    result = {name: judge_set(histories) for name, histories in sets.items()}
    Path(__file__).with_name("unseen.json").write_text(json.dumps(result, indent=1) + "\n")


def judge_set(histories: dict[str, np.ndarray]) -> dict[str, object]:
    """85% claims of all histories of a set, pooled by question and horizon."""
    cells: dict[tuple[str, int, str], list[Verdict]] = defaultdict(list)
    told = {}
    for name, done in histories.items():
        found = backtest(done, np.random.default_rng(1))
        if not isinstance(found, Backtest):
            print(f"{name}: {found}")
            continue
        told[name] = {"weeks": found.weeks, "items": found.items, "origins": found.origins}
        for one in found.verdicts:
            if one.level == 0.85:
                cells[one.question, one.horizon_weeks, one.method].append(one)
    rows = []
    for question, horizon, method in sorted(cells):
        mine, base = cells[question, horizon, method], cells[question, horizon, "bootstrap"]
        ratio = np.mean([np.log(a.crps / b.crps) for a, b in zip(mine, base, strict=True)])
        rows.append(
            {
                "question": question,
                "horizon_weeks": horizon,
                "method": method,
                "held": pool_claims(mine),
                "held_by_history": [round(float(one.of_all), 3) for one in mine],
                "crps_ratio": round(float(np.exp(ratio)), 3),
            }
        )
        print(rows[-1])
    return {"histories": told, "pooled": rows}


def pool_claims(found: list[Verdict]) -> list[float]:
    """The share of all claims that held, with a 90% bootstrap interval that draws histories."""
    claims = np.array([one.claims for one in found])
    true = np.array([one.claims * getattr(one.held, "value", 0.0) for one in found])
    drawn = np.random.default_rng(1979).integers(len(found), size=(DRAWS, len(found)))
    shares = true[drawn].sum(axis=1) / np.maximum(claims[drawn].sum(axis=1), 1)
    low, high = np.quantile(shares, [0.05, 0.95])
    return [round(float(x), 3) for x in (true.sum() / claims.sum(), low, high)]


def read_landings(folder: Path) -> dict[str, np.ndarray]:
    """Days on which something landed on each repository's main line."""
    found = {}
    for path in sorted(folder.iterdir()):
        repo = path / "repo" if (path / "repo").exists() else path
        log = ["git", "-C", str(repo), "log", "--first-parent", "--format=%ct", "HEAD"]
        ran = subprocess.run(log, capture_output=True, text=True, check=False)
        seconds = np.array(ran.stdout.split(), dtype=np.int64)
        if len(seconds) >= LEAST_ITEMS:
            found[path.name] = seconds[seconds > 0].astype("datetime64[s]").astype(DAY)
    return found


def read_others(data: Path) -> dict[str, np.ndarray]:
    """A help desk's last step of each case, Mozilla's verdicts, finished SiP tasks by project."""
    last: dict[str, str] = {}
    for row in _rows(data / "trackers/process_logs/helpdesk.csv"):
        day = row["CompleteTimestamp"][:10]
        last[row["CaseID"]] = max(day, last.get(row["CaseID"], day))
    reviews = [
        row["flag_date"][:10]
        for row in _rows(data / "trackers/eseur/patch-baysal.csv.gz")
        if row["flag_value"] in ("review+", "review-")
    ]
    project = {
        row["TaskNumber"]: row["ProjectCode"]
        for row in _rows(data / "estimates/sip/Sip-task-info.csv.gz")
    }
    tasks = defaultdict(list)
    for row in _rows(data / "estimates/sip/est-act-dates.csv.gz"):
        tasks[project.get(row["TaskNumber"], "")].append(_short(row["CompletedOn"]))
    found = {"help desk": list(last.values()), "Mozilla reviews": reviews}
    found |= {f"SiP {code}": days for code, days in tasks.items() if len(days) >= LEAST_ITEMS}
    return {name: np.array(days, dtype=DAY) for name, days in found.items()}


def _rows(path: Path) -> list[dict[str, str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="latin-1", newline="") as file:
        return list(csv.DictReader(file))


def _short(text: str) -> str:
    try:
        return datetime.strptime(text, "%d-%b-%y").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        return "NaT"


if __name__ == "__main__":
    main()
