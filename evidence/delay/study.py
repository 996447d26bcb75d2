"""Does the notice that a promise will come late fire early enough, and rightly?

    GROUNDPLAN_DATA=... python evidence/delay/study.py      # one process, about a minute

Sprints at four moments, and issues when their due date was set. Odds are fitted to all the other
projects of a data set. Writes result.json beside this file: figures only.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np
from due_dates import read_due_dates
from promises import Promises
from scoring import (
    Figures,
    calibrate,
    fit_odds,
    judge_chances,
    judge_rules,
    mean_by_cluster,
    rules_of,
    say_score,
)
from sprints import read_sprints

from groundplan.inference.delay import DATES_AHEAD, DUE_DATES, SPRINTS, Odds, score_notices, weigh

RECORD_AGAINST = {"odds": ("late share of the others", "own record")}
LEADS = ((0, 1), (2, 6), (7, 30), (31, 364))  # days from promise to date
AGAINST = {
    "odds": ("late share of the others", "own record", "naive, learnt", "forecast"),
    "forecast": ("late share of the others", "naive, learnt"),
    "odds of the record": ("late share of the others", "own record"),
}


def main() -> None:
    """Read, fit, judge, write."""
    data = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
    if not (data / "trackers" / "choet_sprints").exists():
        print("skipped: set GROUNDPLAN_DATA to a folder that holds trackers/")
        return
    sprints, sprints_told = read_sprints(data)
    issues, issues_told = read_due_dates(data)
    result = {
        "sprints": {"read": sprints_told, **study_sprints(sprints)},
        "due_dates": {"read": issues_told, **study_issues(issues)},
    }
    target = Path(__file__).with_name("result.json")
    text = json.dumps(result, indent=1)
    # A value with its interval stands on one line.
    text = re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    target.write_text(text + "\n")


def study_sprints(all_of_them: Promises) -> Figures:
    """Per moment, per project and together; and when a sprint's first notice came."""
    found = all_of_them.only(~np.isnan(all_of_them.chance))
    silent = all_of_them.only(np.isnan(all_of_them.chance))
    chances, fitted = say_chances(found)
    return {
        "without_a_forecast": {
            "sprints": len(silent) // len(np.unique(silent.moment)),
            "late_share": round(float(silent.late.mean()), 3),
        },
        "late_by_less_than_a_tenth": round(float((found.short[found.late] < 0.1).mean()), 3),
        "kept_with_most_still_to_do": {
            f"{moment:.0%}": round(float((found.left_share[rows] > 0.5).mean()), 3)
            for moment in np.unique(found.moment)
            for rows in [(found.moment == moment) & ~found.late]
        },
        "shipped": asdict(SPRINTS),
        "fitted_to_all": rounded(fit_odds(found)),
        "fitted_to_the_others": {name: rounded(odds) for name, odds in fitted.items()},
        "at": {
            f"{moment:.0%}": {
                name: judge(found.only(rows), pick(chances, rows))
                for name, rows in parts(found, found.moment == moment)
            }
            for moment in np.unique(found.moment)
        },
        "calibration": {way: calibrate(chances[way], found) for way in ("forecast", "odds")},
        "first_notice": {
            name: {
                rule: first_notice(found.only(rows), fired[rows])
                for rule, fired in rules_of(found, chances["odds"]).items()
            }
            for name, rows in parts(found, np.ones(len(found), dtype=bool))
        },
    }


def study_issues(found: Promises) -> Figures:
    """By how long ahead the date was promised, per project and together."""
    ahead = (found.days_before >= DATES_AHEAD[0]) & (found.days_before <= DATES_AHEAD[1])
    judged = found.only(ahead & ~np.isnan(found.chance))
    chances, fitted = say_chances(judged)
    chances["odds"] = chances.pop("odds of the record")
    alone = found.only(ahead)
    by_record = say_by_record(alone)
    return {
        "shipped": asdict(DUE_DATES),
        "fitted_to_all": rounded(fit_odds(alone, forecast=False)),
        "fitted_to_the_others_with_the_forecast": {
            name: rounded(odds) for name, odds in fitted.items()
        },
        **late_shares(found, alone),
        "judged": {
            name: judge(judged.only(rows), pick(chances, rows))
            for name, rows in parts(judged, np.ones(len(judged), dtype=bool))
        },
        "promised_on_the_day_it_was_opened": judge(
            judged.only(judged.on_first_day), pick(chances, judged.on_first_day)
        ),
        "calibration": {
            "forecast": calibrate(judged.chance, judged),
            "odds": calibrate(by_record["odds"], alone),
        },
        "with_or_without_a_forecast": {
            name: {
                **size(alone.only(rows)),
                **judge_chances(pick(by_record, rows), alone.only(rows), RECORD_AGAINST),
            }
            for name, rows in parts(alone, np.ones(len(alone), dtype=bool))
        },
    }


def late_shares(found: Promises, ahead: Promises) -> Figures:
    """How many came late, by how long ahead and by when it was promised."""
    return {
        "late_share_by_days_ahead": {
            f"{low} to {high}": size(found.only(rows))
            for low, high in LEADS
            for rows in [(found.days_before >= low) & (found.days_before <= high)]
        },
        "late_share_by_when_promised": {
            "on the day it was opened": size(ahead.only(ahead.on_first_day)),
            "later": size(ahead.only(~ahead.on_first_day)),
        },
    }


def say_by_record(found: Promises) -> dict[str, np.ndarray]:
    """The odds of the record and the late share, each learnt from the other projects."""
    chances = {"odds": np.empty(len(found)), "late share of the others": np.empty(len(found))}
    for project in np.unique(found.project):
        mine, others = found.project == project, found.only(found.project != project)
        odds = fit_odds(others, forecast=False)
        chances["odds"][mine] = weigh(0.5, found.record[mine], odds)
        chances["late share of the others"][mine] = others.late.mean()
    return {**chances, "own record": found.record}


def late_share(found: Promises) -> list[float] | None:
    """How many came late."""
    return mean_by_cluster(found.late.astype(float), found.cluster)


def say_chances(found: Promises) -> tuple[dict[str, np.ndarray], dict[str, Odds]]:
    """Each way to say how likely it is to be late; what is learnt, is learnt from the others."""
    names = ("late share of the others", "naive, learnt", "odds", "odds of the record")
    chances = {name: np.empty(len(found)) for name in names}
    fitted = {}
    for project in np.unique(found.project):
        mine, others = found.project == project, found.only(found.project != project)
        both, alone = fit_odds(others), fit_odds(others, forecast=False)
        fitted[str(project)] = both
        chances["late share of the others"][mine] = others.late.mean()
        for odds, way in ((both, "odds"), (alone, "odds of the record")):
            chances[way][mine] = weigh(found.chance[mine], found.record[mine], odds)
        for says in (False, True):
            alike = others.late[others.naive == says]
            chances["naive, learnt"][mine & (found.naive == says)] = alike.mean()
    chances["odds"][found.nothing_left] = 0.0
    own = {"own record": found.record, "naive": found.naive.astype(float)}
    return {**chances, **own, "forecast": found.chance}, fitted


def judge(found: Promises, chances: dict[str, np.ndarray]) -> Figures:
    """All scores of some promises."""
    return {
        **size(found),
        **judge_chances(chances, found, AGAINST),
        "notices": judge_rules(rules_of(found, chances["odds"]), found),
    }


def size(found: Promises) -> Figures:
    """How many promises, in how many clusters, and how many of them came late."""
    clusters = len(np.unique(found.cluster))
    return {"promises": len(found), "clusters": clusters, "late_share": late_share(found)}


def first_notice(found: Promises, fired: np.ndarray) -> Figures:
    """A sprint's first notice: how long before its end, and how many sprints had one by when."""
    order = np.lexsort((found.moment, found.name, found.project))
    moments = len(np.unique(found.moment))
    table = fired[order].reshape(-1, moments)
    first = np.where(table.any(axis=1), table.argmax(axis=1), 0)
    rows = order.reshape(-1, moments)
    one = found.only(rows[np.arange(len(rows)), first])
    had = np.logical_or.accumulate(table, axis=1)
    return {
        **say_score(score_notices(table.any(axis=1), one.late, one.days_before, one.cluster)),
        "late_with_a_notice_by": [round(float(x), 3) for x in had[one.late].mean(axis=0)],
        "kept_with_a_notice_by": [round(float(x), 3) for x in had[~one.late].mean(axis=0)],
    }


def parts(found: Promises, rows: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
    """Everything together, then each project."""
    yield "all", rows
    for project in np.unique(found.project):
        yield str(project), rows & (found.project == project)


def pick(chances: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    """The chances of some promises."""
    return {name: chance[rows] for name, chance in chances.items()}


def rounded(odds: Odds) -> Figures:
    """Odds as they are published."""
    return {name: round(value, 3) for name, value in asdict(odds).items()}


if __name__ == "__main__":
    main()
