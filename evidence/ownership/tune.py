"""The choice of half-life, back-off and presence, on the tuning repositories alone.

GROUNDPLAN_REPOS=folder python evidence/ownership/tune.py   writes tuning.json
"""

from __future__ import annotations

import itertools
import json
import os
import random
from pathlib import Path

import numpy as np
from history import load, paths_before
from replay import DAY, Case, Settings, replay
from study import MONTHS_HELD_OUT_DAYS, TUNED_ON

from groundplan.inference import expertise, go_to

HALF_LIVES_DAYS = (60.0, 90.0, 120.0, 180.0, 360.0)
BACKOFFS = ((1.0, 2.0, 4.0), (2.0, 4.0, 8.0), (4.0, 8.0, 8.0))
PRESENCES_DAYS = (5.0, 10.0, 30.0)
KNOWER_HALF_LIVES_DAYS = (90.0, 180.0, 360.0, 720.0)
KNOWER_SHARES = (0.05, 0.1, 0.25, 0.5)
MOST_CASES = 800  # of a repository, at random: enough to choose by


def main() -> None:
    """Mean of top-1 and top-3 hit rates over repositories, for every combination."""
    folder = Path(os.environ.get("GROUNDPLAN_REPOS", ""))
    repos = [folder / name / "repo" for name in TUNED_ON]
    if not folder.name or not all(repo.exists() for repo in repos):
        print("the tuning repositories are not here: set GROUNDPLAN_REPOS")
        return
    scores: dict[str, dict[str, float]] = {}
    knowers: dict[str, list[list[float]]] = {}
    for repo in repos:
        for days in sorted({*HALF_LIVES_DAYS, *KNOWER_HALF_LIVES_DAYS}):
            cases = sample(repo, days)
            if days in HALF_LIVES_DAYS:
                for backoff, presence in itertools.product(BACKOFFS, PRESENCES_DAYS):
                    key = f"half-life {days:g}, back-off {backoff}, presence {presence:g}"
                    scores.setdefault(key, {})[repo.parent.name] = hit_rate(
                        cases, backoff, presence
                    )
            for share in KNOWER_SHARES if days in KNOWER_HALF_LIVES_DAYS else ():
                key = f"half-life {days:g}, share {share:g}"
                knowers.setdefault(key, []).append(cover(cases, share))
        print(repo.parent.name, flush=True)
    result = {
        "next_change": {k: round(float(np.mean([*v.values()])), 4) for k, v in scores.items()},
        "knowers_covered_and_number": {
            key: np.round(np.mean(rows, axis=0), 3).tolist() for key, rows in knowers.items()
        },
    }
    Path(__file__).with_name("tuning.json").write_text(json.dumps(result, indent=1) + "\n")


def sample(repo: Path, half_life_days: float) -> list[Case]:
    """Some cases of the held-out months of one repository."""
    history = load(repo)
    since = int(history.landed_at[-1] - MONTHS_HELD_OUT_DAYS * DAY)
    settings = Settings(half_life_days, go_to.REVIEW_WEIGHT, 0.0)
    cases = replay(history, settings, since, paths_before(repo, since))
    known = [case for case in cases if case.known_file]
    return known if len(known) <= MOST_CASES else random.Random(1).sample(known, MOST_CASES)


def hit_rate(cases: list[Case], backoff: tuple[float, ...], presence: float) -> float:
    """The mean of the top-1 and top-3 hit rates, every change counting the same."""
    hits = []
    for case in cases:
        shares, _ = expertise.rank_people(case.levels, case.silent_days, backoff, presence)
        shares[-1] = -1.0
        first = case.people[np.argsort(-shares, kind="stable")[:3]]
        hits.append((float(first[0] == case.author) + float(case.author in first)) / 2)
    return float(np.average(hits, weights=[case.weight for case in cases]))


def cover(cases: list[Case], share: float) -> list[float]:
    """The share of changes by earlier authors of the file that knowers made; knowers a file."""
    rows = []
    for case in cases:
        here = case.levels[0, :-1]
        mine = np.flatnonzero(case.people[:-1] == case.author)
        if here.max(initial=0) > 0 and len(mine) and here[mine[0]] > 0:
            experts = here >= share * here.max()
            experts &= case.silent_days[:-1] <= go_to.ACTIVE_DAYS
            rows.append((case.weight, float(experts[mine[0]]), float(experts.sum())))
    weight, *columns = np.array(rows).T
    return [float(np.average(column, weights=weight)) for column in columns]


if __name__ == "__main__":
    main()
