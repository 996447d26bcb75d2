"""Do ranges for interrupted work hold, and is its chance of being given up said rightly?

    GROUNDPLAN_DATA=... python evidence/switching/study.py      # one process, a few minutes

Each tracker is judged by what the others taught and what it had seen itself by then. Writes
result.json beside this file: figures only. README says where the second organisation comes from.
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import numpy as np
from fitting import fit_prior, fit_ramp, tables
from judging import Figures, Said, join, judge_chances, judge_times, say

from groundplan.facts.interruptions import Lasted
from groundplan.inference.resumption import AWAY, RAMP, WORK, Prior, learn, learn_ramp
from histories import Tracker, read_help_desk, read_trackers

AGES = (0.0, 5.0, 20.0)  # working days in work


def main() -> None:
    """Read, fit, judge, write."""
    data = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data"))
    if not (data / "trackers" / "choet_jira_transitions").exists():
        print("skipped: set GROUNDPLAN_DATA to a folder that holds trackers/")
        return
    trackers = read_trackers(data)
    if len({each.organisation for each in trackers}) < 2:
        print("only one organisation: see README for the other; figures will differ")
    result = {
        "read": [count(each) for each in trackers],
        "shipped": {"away": asdict(AWAY), "work": asdict(WORK), "ramp": asdict(RAMP)},
        "away": study(trackers, lambda each: each.told.away),
        "away_by_organisation": study(
            trackers, lambda each: each.told.away, apart=lambda each: each.organisation
        ),
        "away_help_desk": elsewhere(
            trackers, lambda each: each.told.away, [("helpdesk", read_help_desk(data).told.away)]
        ),
        "work": study(trackers, lambda each: each.told.work, ages=AGES),
        "work_elsewhere": elsewhere(
            trackers, lambda each: each.told.work, read_others(data), ages=AGES
        ),
        "ramp": study_ramp(trackers),
    }
    text = json.dumps(result, indent=1)
    # A value with its interval stands on one line.
    text = re.sub(r"\[\s+([-\d.,\s]+?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
    Path(__file__).with_name("result.json").write_text(text + "\n")


def study(
    trackers: Sequence[Tracker],
    pick: Callable[[Tracker], Lasted],
    ages: Sequence[float] = (0.0,),
    apart: Callable[[Tracker], str] = lambda each: each.name,
) -> Figures:
    """Each tracker, or organisation, judged with the prior of the others."""
    some = [each for each in trackers if len(pick(each).days)]
    likelihoods = tables([pick(each) for each in some])
    said: dict[float, list[Said]] = {age: [] for age in ages}
    fitted = {}
    for group in sorted({apart(each) for each in some}):
        rest = [nr for nr, each in enumerate(some) if apart(each) != group]
        prior = fit_prior([likelihoods[nr] for nr in rest])
        fitted[group] = rounded(prior)
        others = join([pick(some[nr]) for nr in rest])
        for nr, each in enumerate(some):
            if apart(each) == group:
                for age in ages:
                    said[age] += say(
                        each.name, pick(each), prior, others, age, np.random.default_rng(nr)
                    )
    return {
        "trackers": len(some),
        "cases": int(sum(len(pick(each).days) for each in some)),
        "fitted_to_all": rounded(fit_prior(likelihoods)),
        "fitted_to_the_others": fitted,
        "judged": {
            f"after {age:g} days": {"given_up": judge_chances(one), "times": judge_times(one)}
            for age, one in said.items()
        },
    }


def elsewhere(
    trackers: Sequence[Tracker],
    pick: Callable[[Tracker], Lasted],
    others: Sequence[tuple[str, Lasted]],
    ages: Sequence[float] = (0.0,),
) -> Figures:
    """Trackers of another kind, to which nothing was fitted, judged with the prior of these."""
    pasts = [pick(each) for each in trackers if len(pick(each).days)]
    prior, taught = fit_prior(tables(pasts)), join(pasts)
    return {
        "cases": {name: len(past.days) for name, past in others},
        "judged": {
            f"after {age:g} days": judge_times([
                one for nr, (name, past) in enumerate(others)
                for one in say(name, past, prior, taught, age, np.random.default_rng(nr))
            ])
            for age in ages
        },
    }  # fmt: skip


def study_ramp(trackers: Sequence[Tracker]) -> Figures:
    """What a return costs, on all trackers and on each left out."""
    some = [each for each in trackers if len(each.told.left.days)]
    prior = fit_prior(tables([each.told.work for each in trackers]))
    lefts = [
        (
            each.told.left,
            learn(each.told.work.days, each.told.work.came, each.told.work.never, prior),
        )
        for each in some
    ]
    found = {}
    for nr, (each, (left, work)) in enumerate(zip(some, lefts, strict=True)):
        fitted = fit_ramp([one for at, one in enumerate(lefts) if at != nr])
        own = learn_ramp(left.days, left.came, left.before, work, fitted).estimate()
        found[each.name] = {
            "returns": len(left.days),
            "factor": [round(x, 2) for x in (own.value, own.low, own.high)],
        }
    fitted = fit_ramp(lefts)
    return {
        "returns": int(sum(len(left.days) for left, _ in lefts)),
        "fitted_to_all": {name: round(value, 3) for name, value in asdict(fitted).items()},
        "trackers": found,
    }


def read_others(data: Path) -> list[tuple[str, Lasted]]:
    """Trackers that tell only of what was done: times in work without what was given up."""
    found = []
    for path in sorted((data / "trackers" / "tawosi_sp_effort").glob("*.csv*")):
        opened = gzip.open if path.suffix == ".gz" else open
        with opened(path, "rt", encoding="utf-8", errors="replace", newline="") as file:
            rows = [
                (float(row["In_Progress_Minutes"]) / 60 / 24 * 5 / 7, row["Resolution_Date"])
                for row in csv.DictReader(file)
                if row["In_Progress_Minutes"] not in ("", "NULL", "0")
                and row["Resolution_Date"] not in ("", "NULL")
            ]
        found.append((path.name.partition(".")[0], done(rows)))
    with (data / "trackers" / "eseur" / "7digital2012.csv").open(newline="") as file:
        dates = [(row["Dev.Started"], row["Done"]) for row in csv.DictReader(file)]
    spans = [[read_day(day) for day in pair] for pair in dates if "NA" not in pair]
    rows = [((end - start).days * 5 / 7, end.isoformat()) for start, end in spans]
    return [*found, ("7digital", done(rows))]


def read_day(text: str) -> date:
    """A day as 31/12/2012."""
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def done(rows: Sequence[tuple[float, str]]) -> Lasted:
    """Finished work as cases."""
    days = np.maximum([days for days, _ in rows], 0.5)
    ends = np.array([at[:10] for _, at in rows], dtype="datetime64[D]")
    since = np.busday_offset(ends, -np.ceil(days).astype(int), roll="backward")
    nothing = np.zeros(len(rows))
    return Lasted(since, days, nothing == 0, nothing == 1, nothing, people=0)


def count(one: Tracker) -> Figures:
    """How many cases a tracker has."""
    told = one.told
    parts = {"work": told.work, "set_aside": told.away, "returns": told.left}
    return {"organisation": one.organisation, "name": one.name} | {
        name: [len(part.days), int(part.came.sum()), int(part.never.sum())]
        for name, part in parts.items()
    }


def rounded(prior: Prior) -> Figures:
    """A prior as it is published."""
    return {name: round(value, 3) for name, value in asdict(prior).items()}


if __name__ == "__main__":
    main()
