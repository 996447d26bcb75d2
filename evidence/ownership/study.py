"""Do the people named hold the next author and the next reviewer? Rolling, on held-out months.

GROUNDPLAN_REPOS=folder python evidence/ownership/study.py [--only NAME ...]
The folder holds snapshots as <owner>+<name>/repo (or <owner>+<name>). Writes result.json.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from history import History, load, paths_before
from owners import read_owners
from replay import DAY, Case, Settings, replay

from groundplan.inference import expertise, go_to

TUNED_ON = ("optuna+optuna", "pallets+flask", "redis+redis", "git+git")
JUDGED_ON = (
    "huggingface+datasets",
    "pytest-dev+pytest",
    "rails+rails",
    "scipy+scipy",
    "sympy+sympy",
    "u-boot+u-boot",
)
MONTHS_HELD_OUT_DAYS = 182
DRAWS = 2000
ENOUGH_CASES = 50  # of a task in a repository, to be in the means over repositories
BASELINES = ("last_touch", "most_commits", "declared_owners")
BINS = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 1.01)  # of the best share
TASKS = ("change", "fix", "review")


@dataclass
class Hits:
    """Of one ranking on one task: a row for each case. top: hit within 1 and within 3."""

    week: np.ndarray
    weight: np.ndarray
    top: dict[str, np.ndarray]


def main() -> None:
    """Run on every repository that is there; say which are not."""
    folder = Path(os.environ.get("GROUNDPLAN_REPOS", ""))
    if not folder.name:
        print("skipped: set GROUNDPLAN_REPOS to a folder of snapshots, <owner>+<name>/repo")
        return
    only = sys.argv[2:] if sys.argv[1:2] == ["--only"] else None
    result: dict[str, object] = {"settings": go_to_settings(), "repositories": {}}
    hits: dict[str, dict[str, Hits]] = {}
    for name in TUNED_ON + JUDGED_ON:
        repo = next((p for p in (folder / name / "repo", folder / name) if p.exists()), None)
        if repo is None or (only and name not in only):
            print(f"{name}: not here, skipped")
            continue
        report, hits[name] = study(repo)
        result["repositories"][name] = report  # type: ignore[index]
        print(json.dumps({name: report}), flush=True)
    for group, names in (("judged", JUDGED_ON), ("tuned", TUNED_ON)):
        here = [hits[name] for name in names if name in hits]
        if here:
            result[group] = pool(here)
            result[f"{group}_calibration"] = pool_calibration(
                [result["repositories"][name]["calibration"] for name in names if name in hits]  # type: ignore[index]
            )
    if hits and not only:
        target = Path(__file__).with_name("result.json")
        target.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")


def go_to_settings() -> dict[str, object]:
    """What ships, as it was when this ran."""
    return {
        "half_life_days": go_to.HALF_LIFE_DAYS,
        "memory_days": go_to.MEMORY_DAYS,
        "review_weight": go_to.REVIEW_WEIGHT,
        "backoff": go_to.BACKOFF,
        "review_backoff": go_to.REVIEW_BACKOFF,
        "presence_days": go_to.PRESENCE_DAYS,
        "calibration": go_to.CALIBRATION,
        "expert_relative": go_to.EXPERT_RELATIVE,
        "active_days": go_to.ACTIVE_DAYS,
    }


def study(repo: Path) -> tuple[dict[str, object], dict[str, Hits]]:
    """One repository: hit rates with intervals, calibration, coverage, truck factor."""
    history = load(repo)
    since = int(history.landed_at[-1] - MONTHS_HELD_OUT_DAYS * DAY)
    tree = paths_before(repo, since)
    source, owners, named, resolved = read_owners(repo, history, since)
    cases = replay(
        history, Settings(go_to.HALF_LIFE_DAYS, go_to.REVIEW_WEIGHT, 0.0), since, tree, owners
    )
    reviewing = replay(history, Settings(go_to.HALF_LIFE_DAYS, 1.0, 1.0), since, tree)
    kept = replay(history, Settings(go_to.MEMORY_DAYS, go_to.REVIEW_WEIGHT, 0.0), since, tree)
    hits = judge(cases, reviewing)
    report = {
        "cases": len(cases),
        "cases_with_history": sum(case.known_file for case in cases),
        "changes": round(sum(case.weight for case in cases)),
        "declared_owners": source,
        "owners_found_share": resolved,
        "hit_rates": {key: summarise(one) for key, one in sorted(hits.items())},
        "calibration": calibrate(cases),
        "experts": cover(kept),
        "truck_factor": truck_factor(history, named, source),
    }
    return report, hits


def judge(cases: list[Case], reviewing: list[Case]) -> dict[str, Hits]:
    """Hits of every ranking on every task, and on the files that have declared owners."""
    found: dict[str, Hits] = {}
    for task in TASKS:
        pairs = [
            (case, other)
            for case, other in zip(cases, reviewing, strict=True)
            if case.known_file and _asked(case, task)
        ]
        owned = [pair for pair in pairs if pair[0].baselines.get("declared_owners")]
        for subset, some in (("", pairs), ("_owned", owned)):
            for ranker in ("groundplan", *BASELINES):
                if some and (subset or ranker != "declared_owners"):
                    found[f"{task}{subset}/{ranker}"] = _hits(some, task, ranker)
    return found


def _asked(case: Case, task: str) -> bool:
    return bool(case.reviewers) if task == "review" else task == "change" or case.fix


def _hits(pairs: list[tuple[Case, Case]], task: str, ranker: str) -> Hits:
    top = {"top1": [], "top3": []}
    for case, other in pairs:
        review = task == "review"
        wanted = set(case.reviewers) if review else {case.author}
        if ranker == "groundplan":
            ranked = rank(other if review else case, review)
        else:
            ranked = case.baselines[ranker]
        ranked = [person for person in ranked if not (review and person == case.author)]
        top["top1"].append(bool(wanted & set(ranked[:1])))
        top["top3"].append(bool(wanted & set(ranked[:3])))
    return Hits(
        np.array([case.week for case, _ in pairs]),
        np.array([case.weight for case, _ in pairs]),
        {key: np.array(values, dtype=float) for key, values in top.items()},
    )


def rank(case: Case, review: bool = False) -> list[int]:
    """The order in which the product names people: by share, those who are still active."""
    shares = share(case, review)
    order = np.argsort(-shares, kind="stable")[:5]
    return [int(case.people[i]) for i in order if shares[i] > 0]


def share(case: Case, review: bool = False) -> np.ndarray:
    """Shares of the next changes, by the product's own function; 0 for the silent."""
    backoff = go_to.REVIEW_BACKOFF if review else go_to.BACKOFF
    shares, _ = expertise.rank_people(case.levels, case.silent_days, backoff, go_to.PRESENCE_DAYS)
    return np.where(
        case.silent_days <= go_to.ACTIVE_DAYS, expertise.calibrate(shares, *go_to.CALIBRATION), 0.0
    )


def summarise(hits: Hits) -> dict[str, object]:
    """Hit rates, every change counting the same, with a bootstrap over weeks."""
    rng = np.random.default_rng(20160516)
    report: dict[str, object] = {"cases": len(hits.week), "weeks": len(set(hits.week.tolist()))}
    for key in hits.top:
        drawn = _draws(hits, key, rng)
        low, high = np.quantile(drawn, [0.05, 0.95])
        point = float(np.average(hits.top[key], weights=hits.weight))
        report[key] = [round(point, 4), round(float(low), 4), round(float(high), 4)]
    return report


def _draws(hits: Hits, key: str, rng: np.random.Generator, draws: int = DRAWS) -> np.ndarray:
    week = np.unique(hits.week, return_inverse=True)[1]
    hit = np.bincount(week, hits.weight * hits.top[key])
    all_ = np.bincount(week, hits.weight)
    counts = rng.multinomial(len(all_), np.full(len(all_), 1 / len(all_)), size=draws)
    return np.asarray((counts @ hit) / np.maximum(counts @ all_, 1e-12))


def pool(repositories: list[dict[str, Hits]]) -> dict[str, object]:
    """Means over repositories, and differences to each baseline; weeks within repositories."""
    report: dict[str, object] = {}
    for task in [*TASKS, *(f"{task}_owned" for task in TASKS)]:
        for key in ("top1", "top3"):
            for ranker in BASELINES:
                ours, theirs = f"{task}/groundplan", f"{task}/{ranker}"
                here = [
                    one
                    for one in repositories
                    if theirs in one and len(one[theirs].week) >= ENOUGH_CASES
                ]
                if here:
                    report[f"{task}/{key}/against {ranker}"] = _compare(here, ours, theirs, key)
    return report


def _compare(
    repositories: list[dict[str, Hits]], ours: str, theirs: str, key: str
) -> dict[str, object]:
    """Paired: the same weeks are drawn for both. Repositories are drawn, then weeks in them."""
    rng = np.random.default_rng(2016)
    points, drawn = [], []
    for one in repositories:
        a, b = one[ours], one[theirs]
        both = Hits(a.week, a.weight, {"a": a.top[key], "b": b.top[key]})
        points.append([np.average(both.top[k], weights=a.weight) for k in ("a", "b")])
        seed = int(rng.integers(2**32))
        drawn.append([_draws(both, k, np.random.default_rng(seed)) for k in ("a", "b")])
    mean = np.mean(points, axis=0)
    chosen = rng.integers(len(repositories), size=(DRAWS, len(repositories)))
    difference = np.array([one[0] - one[1] for one in drawn])
    draws = difference[chosen, np.arange(DRAWS)[:, None]].mean(axis=1)
    low, high = np.quantile(draws, [0.05, 0.95])
    return {
        "repositories": len(repositories),
        "groundplan": round(float(mean[0]), 4),
        "baseline": round(float(mean[1]), 4),
        "difference": [round(float(x), 4) for x in (mean[0] - mean[1], low, high)],
        "repositories_ahead": int(sum(a > b for a, b in points)),
    }


def calibrate(cases: list[Case]) -> list[list[float]]:
    """Reliability of shares: for bins of the best share, mean share, hit rate, changes."""
    known = [case for case in cases if case.known_file]
    best = np.array([share(case).max() for case in known])
    hit = np.array([rank(case)[:1] == [case.author] for case in known], dtype=float)
    weight = np.array([case.weight for case in known])
    rows = []
    for low, high in itertools.pairwise(BINS):
        inside = (best >= low) & (best < high)
        if weight[inside].sum() >= 10:
            means = [np.average(one[inside], weights=weight[inside]) for one in (best, hit)]
            rows.append([round(float(x), 3) for x in (*means, weight[inside].sum())])
    return rows


def pool_calibration(repositories: list[list[list[float]]]) -> list[list[float]]:
    """The reliability rows of several repositories, put together by bin of the mean share."""
    rows = np.array([row for rows in repositories for row in rows])
    pooled = []
    for low, high in itertools.pairwise(BINS):
        inside = (rows[:, 0] >= low) & (rows[:, 0] < high)
        if inside.any():
            weight = rows[inside, 2]
            means = [np.average(rows[inside, column], weights=weight) for column in (0, 1)]
            pooled.append([round(float(x), 3) for x in (*means, weight.sum())])
    return pooled


def cover(cases: list[Case]) -> dict[str, float]:
    """Of changes by people who had touched the file: how many are by those called experts."""
    covered, size, weight = [], [], []
    for case in cases:
        here = case.levels[0, :-1]
        mine = np.flatnonzero(case.people[:-1] == case.author)
        if here.max(initial=0) > 0 and len(mine) and here[mine[0]] > 0:
            experts = here >= go_to.EXPERT_RELATIVE * here.max()
            experts &= case.silent_days[:-1] <= go_to.ACTIVE_DAYS
            covered.append(float(experts[mine[0]]))
            size.append(float(experts.sum()))
            weight.append(case.weight)
    if not weight:
        return {}
    return {
        "covered_share": round(float(np.average(covered, weights=weight)), 3),
        "mean_experts": round(float(np.average(size, weights=weight)), 2),
        "changes": round(sum(weight)),
    }


def truck_factor(history: History, named: set[int], source: str) -> dict[str, object]:
    """The truck factor by the product's functions, its people against those a project names."""
    own: dict[tuple[int, int], int] = {}
    creator: dict[int, int] = {}
    for commit, files in enumerate(history.files):
        if history.human[commit]:
            for file in files:
                author = int(history.author[commit])
                creator.setdefault(file, author)
                own[file, author] = own.get((file, author), 0) + 1
    living = {int(f): n for n, f in enumerate(np.flatnonzero(history.alive))}
    rows = [(living[f], p, n, creator[f] == p) for (f, p), n in own.items() if f in living]
    file, person, mine, created = (np.array(column) for column in zip(*rows, strict=True))
    others = np.bincount(file, mine)[file] - mine
    degree = expertise.degree_of_authorship(created, mine, others)
    authors = expertise.find_authors(file, degree)
    found = expertise.find_truck_factor(file[authors], person[authors], len(living))
    report: dict[str, object] = {"factor": found.factor, "files": len(living)}
    people = set(found.removed.tolist())
    if named:
        both = len(people & named)
        report |= {
            "list": source,
            "named": len(named),
            "in_both": both,
            "precision": round(both / max(1, len(people)), 3),
            "recall": round(both / len(named), 3),
        }
    return report


if __name__ == "__main__":
    main()
