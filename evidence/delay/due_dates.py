"""Issues with due dates of choet_delay, at the one moment that is recorded: the date was set."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import numpy as np
from promises import Promise, Promises
from sprints import chance_late

from groundplan.inference.delay import recall_alike
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.terms.estimate import Unknown

PROJECTS = ("apache", "duraspace", "jira", "wso2")
FEWEST = 20  # promises of a project, to have a history at all
HISTORY_WEEKS = 156
VELOCITY_WEEKS = 13


def read_due_dates(data: Path) -> tuple[Promises, dict[str, object]]:
    """Every issue at the moment at which its due date was set, and how many there are."""
    found, told = [], {}
    for project in PROJECTS:
        path = data / "trackers" / "choet_delay" / f"{project}_due.csv.gz"
        with gzip.open(path, "rt", encoding="latin-1", newline="") as file:
            rows = list(csv.DictReader(file))
        keys = np.array([row["issuekey"].rsplit("-", 1)[0] for row in rows])
        opened = np.array([row["openeddate"][:10] for row in rows], "datetime64[D]").astype(int)
        waited, ahead, over = (
            np.array([int(float(row[name])) for row in rows])
            for name in ("ProgressTime", "RemainingDay", "delaydays")
        )
        mine: list[Promise] = []
        for key in np.unique(keys):
            here = np.flatnonzero(keys == key)
            if len(here) >= FEWEST:
                mine += _look(project, key, opened[here], waited[here], ahead[here], over[here])
        found += mine
        told[project] = {
            "rows": len(rows),
            "judged": len(mine),
            "with_a_forecast": sum(not np.isnan(p.chance) for p in mine),
            "clusters": len({p.cluster for p in mine}),
        }
    return Promises.of(found), told


def _look(
    project: str,
    key: str,
    opened: np.ndarray,
    waited: np.ndarray,
    ahead: np.ndarray,
    over: np.ndarray,
) -> list[Promise]:
    """One project's issues. When a kept one was done is unknown: its due date stands for it."""
    promised_on = opened + waited
    due = promised_on + ahead
    done = due + over
    plans: dict[int, tuple[Forecast | Unknown, float]] = {}
    rows = []
    for issue, today in enumerate(promised_on):
        week = int(today // 7)
        if week not in plans:
            plans[week] = _plan(done, int(promised_on.min() // 7), week)
        plan, velocity = plans[week]
        queue = int(((promised_on <= today) & (done >= today) & (due <= due[issue])).sum())
        days, late, known = float(ahead[issue]), bool(over[issue] > 0), due < today
        record = recall_alike(over[known] > 0, ahead[known], days)
        rows.append(
            Promise(
                project=project,
                cluster=f"{project} {key}",
                name=f"{key}/{issue}",
                moment=0.0,
                days_before=days,
                chance=chance_late(plan, queue, max(days, 0.5)),
                late_before=record.late,
                promises_before=record.promises,
                left_share=1.0,
                naive=queue > velocity * max(days, 0.5) / 7,
                on_first_day=bool(waited[issue] == 0),
                late=late,
                short=float(late),
            )
        )
    return rows


def _plan(done: np.ndarray, first: int, week: int) -> tuple[Forecast | Unknown, float]:
    """The forecast of a week from what was done before it, and the past velocity [items/week]."""
    weeks = week - first
    if weeks <= 0:
        return Unknown("no week yet", 0, 6, "weeks"), 0.0
    before = np.maximum(done[done < week * 7] // 7 - first, 0)
    counts = np.bincount(before, minlength=weeks)[-HISTORY_WEEKS:]
    return forecast(counts), float(counts[-VELOCITY_WEEKS:].mean())
