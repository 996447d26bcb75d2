"""Sprints of choet_sprints: so many points promised at the start, to be delivered by the end."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
from promises import Promise, Promises

from groundplan.inference.delay import Notice, look_at
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.terms.estimate import Unknown

PROJECTS = ("apache", "jboss", "jira")
MOMENTS = (0, 30, 50, 80)  # percent of the planned time
LAST_SPRINTS = 6  # whose mean is the past velocity of the naive rule
_STEP_DAYS = 7  # a forecast's step is a week; here it is a sprint, however long that is
Rows = dict[tuple[int, int], dict[str, float]]


def read_sprints(data: Path) -> tuple[Promises, dict[str, object]]:
    """Every sprint at its four moments, and how many rows and sprints there are."""
    found, told = [], {}
    for project in PROJECTS:
        at = {
            moment: _rows(data / "trackers" / "choet_sprints", project, moment)
            for moment in MOMENTS
        }
        judged = _once(at[0])
        teams = _teams(at[0])
        boards = {board: sorted(s for b, s in at[0] if b == board) for board, _ in at[0]}
        mine = []
        for board, sprint in judged:
            earlier = [at[0][board, s] for s in boards[board] if s < sprint]
            moments = {moment: at[moment][board, sprint] for moment in MOMENTS}
            mine += _look(
                project, f"{project} {teams[board]}", f"{board}/{sprint}", moments, earlier
            )
        found += mine
        told[project] = {
            "rows": len(at[0]),
            "sprints": len({sprint for _, sprint in at[0]}),
            "with_a_promise": len(judged),
            "with_a_forecast": sum(not np.isnan(p.chance) for p in mine) // len(MOMENTS),
            "clusters": len({teams[board] for board, _ in judged}),
        }
    return Promises.of(found), told


def _rows(folder: Path, project: str, moment: int) -> Rows:
    """The figures of each board's sprints; a name with a comma in it spills to the right."""
    text = (folder / f"{project}_iteration_{moment}.csv").read_text("latin-1")
    head, *rows = csv.reader(text.splitlines())
    figures = head[3:]
    return {
        (int(row[0]), int(row[1])): dict(
            zip(figures, map(float, row[-len(figures) :]), strict=True)
        )
        for row in rows
    }


def _promised(row: dict[str, float]) -> float:
    """Points in the sprint at the moment of the row; at the start, what is promised."""
    return row["vel_starttime"] + row["vel_added"] - row["vel_removed"]


def _delivered(row: dict[str, float]) -> float:
    return _promised(row) + row["vel_diff"]


def _once(rows: Rows) -> list[tuple[int, int]]:
    """Each sprint on the one board that promised most of it; without a promise it is left out."""
    best: dict[int, tuple[float, int]] = {}
    for (board, sprint), row in rows.items():
        if _promised(row) > 0 and row["planday"] >= 1:
            best[sprint] = max(best.get(sprint, (0.0, 0)), (_promised(row), -board))
    return [(-board, sprint) for sprint, (_, board) in sorted(best.items())]


def _teams(rows: Rows) -> dict[int, int]:
    """Boards that show a common sprint, by any chain, are one cluster: its lowest board."""
    by_sprint = defaultdict(set)
    for board, sprint in rows:
        by_sprint[sprint].add(board)
    team = {board: board for board, _ in rows}
    for boards in by_sprint.values():
        joined = {team[board] for board in boards}
        team = {board: min(joined) if of in joined else of for board, of in team.items()}
    return team


def _look(
    project: str,
    cluster: str,
    name: str,
    moments: dict[int, dict[str, float]],
    earlier: list[dict[str, float]],
) -> list[Promise]:
    """One sprint at its moments, from what was delivered in the board's earlier ones."""
    start = moments[0]
    promised = _promised(start)
    history = np.array([int(_delivered(row)) for row in earlier], dtype=np.int64)
    plan = forecast(history) if len(history) else Unknown("no sprint yet", 0, 6, "sprints")
    kept = [_delivered(row) >= _promised(row) for row in earlier if _promised(row) > 0]
    velocity = float(history[-LAST_SPRINTS:].mean()) if len(history) else 0.0
    rows = []
    for moment, row in moments.items():
        left = 1 - moment / 100
        points = max(promised - row["vel_done"], 0.0)
        rows.append(
            Promise(
                project=project,
                cluster=cluster,
                name=name,
                moment=moment / 100,
                days_before=left * start["planday"],
                chance=chance_late(plan, int(np.ceil(points)), _STEP_DAYS * left),
                late_before=len(kept) - sum(kept),
                promises_before=len(kept),
                left_share=points / promised,
                naive=points > velocity * left,
                on_first_day=True,
                late=_delivered(start) < promised,
                short=max(1 - _delivered(start) / promised, 0.0),
            )
        )
    return rows


def chance_late(plan: Forecast | Unknown, items: int, days_before: float) -> float:
    """The forecast's chance of being late [share], NaN where there is none."""
    notice = look_at(plan, items, days_before)
    known = isinstance(plan, Forecast) and isinstance(notice, Notice)
    return notice.late if known else float("nan")
