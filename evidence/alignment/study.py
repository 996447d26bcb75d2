"""How right is the classifier of work, do its chances hold, and do shares made of them?

    GROUNDPLAN_DATA=... GROUNDPLAN_REPOS=... python evidence/alignment/study.py [--only PART ...]

Writes result.json beside this file: figures only. What was chosen was chosen by tune.py on training
texts; issues are judged on the official test half, commits on projects that were not learnt from,
7digital's items on those that came after.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))

from labelled_texts import (
    COMMITS,
    ISSUES,
    Labelled,
    read_commits,
    read_fixes,
    read_issues,
    read_items,
)

from groundplan.facts.item_signs import sign_of_item
from groundplan.inference.text_classes.classifier import learn, tell
from groundplan.inference.text_classes.features import Writing
from groundplan.inference.text_classes.verdicts import Verdict, judge
from groundplan.inference.time_shares import share_of_time
from groundplan.terms.estimate import Estimate

RESULT: Final = Path(__file__).with_name("result.json")
BATCHES: Final = 2_000
BATCH: Final = 60  # pieces of work of eight people
SEED: Final = 20_261_121
LEARNT, STEP = 400, 200  # 7digital's items: how many newest ones are learnt from, for the next
KINDS: Final = ("feature", "fix", "upkeep", "support")


def flat(count: int, kinds: int) -> Any:
    """Nothing is known beforehand."""
    return np.full((count, kinds), 1 / kinds)


def foretell(train: Labelled, test: Labelled, kinds: int) -> Any:
    """The chances of each class of test texts, learnt from training texts."""
    learnt = learn(train.texts, np.array(train.label), flat(len(train.texts), kinds))
    return tell(learnt, test.texts, flat(len(test.texts), kinds))


def chosen(labelled: Labelled, mask: Any) -> Labelled:
    """Some of the texts."""
    at = np.flatnonzero(mask)
    return Labelled(
        [labelled.texts[nr] for nr in at],
        [labelled.label[nr] for nr in at],
        [labelled.project[nr] for nr in at],
    )


def write(verdict: Verdict, names: tuple[str, ...]) -> dict[str, Any]:
    """A verdict as figures."""
    right = verdict.accuracy
    assert isinstance(right, Estimate)
    return {
        "n": right.n,
        "accuracy": round(right.value, 4),
        "accuracy_low": round(right.low, 4),
        "accuracy_high": round(right.high, 4),
        "macro_f1": round(verdict.macro_f1, 4),
        "f1": {name: round(value, 4) for name, value in zip(names, verdict.f1, strict=True)},
        "ece": round(verdict.ece, 4),
        "brier": round(verdict.brier, 4),
        "log_loss": round(verdict.log_loss, 4),
        "reliability": [
            {"said": round(one.said, 3), "right": round(one.right.value, 3), "n": one.right.n}
            for one in verdict.bins
            if isinstance(one.right, Estimate)
        ],
    }


def issues() -> dict[str, Any]:
    """NLBSE 2024: one model over five projects, and one for each alone, on the test half."""
    train, test = read_issues(test=False), read_issues(test=True)
    if not test.texts:
        return {}
    chances, label = foretell(train, test, 3), np.array(test.label)
    projects = np.array(test.project)
    alone = np.empty_like(chances)
    for name in np.unique(projects):
        inside = projects == name
        some = chosen(train, np.array(train.project) == name)
        alone[inside] = foretell(some, chosen(test, inside), 3)

    def over_projects(found: Any) -> dict[str, float]:
        each = {n: judge(found[projects == n], label[projects == n]) for n in np.unique(projects)}
        by_project = {str(name): round(one.macro_f1, 4) for name, one in each.items()}
        return {**by_project, "mean": round(float(np.mean(list(by_project.values()))), 4)}

    return {
        "together": {**write(judge(chances, label), ISSUES), "by_project": over_projects(chances)},
        "each_alone": {**write(judge(alone, label), ISSUES), "by_project": over_projects(alone)},
        "shares_at_the_learnt_mix": cover(chances, label, projects, shifts=False),
        "shares_at_other_mixes": cover(chances, label, projects, shifts=True),
    }


def cover(chances: Any, label: Any, projects: Any, *, shifts: bool) -> dict[str, float]:
    """How often 90% intervals of shares from chances hold the share of the mix drawn from."""
    rng = np.random.default_rng(SEED)
    held = hard = 0
    width = []
    for _ in range(BATCHES):
        project = rng.choice(np.unique(projects))
        mix = rng.dirichlet([4, 4, 4]) if shifts else np.full(3, 1 / 3)
        kinds = rng.choice(3, BATCH, p=mix)
        at = [rng.choice(np.flatnonzero((projects == project) & (label == k))) for k in kinds]
        kind, person = int(rng.integers(3)), rng.permutation(BATCH) % 8
        days = np.full(BATCH, 0.5)
        found = share_of_time(days, chances[at, kind], person)
        plain = share_of_time(days, (chances[at].argmax(axis=1) == kind).astype(float), person)
        assert isinstance(found, Estimate) and isinstance(plain, Estimate)
        held += found.low <= mix[kind] <= found.high
        hard += plain.low <= mix[kind] <= plain.high
        width.append(found.high - found.low)
    return {
        "held": round(held / BATCHES, 4),
        "held_if_the_likeliest_counts_as_sure": round(hard / BATCHES, 4),
        "width": round(float(np.mean(width)), 4),
        "batches": BATCHES,
    }


def commits() -> dict[str, Any]:
    """Levin and Yehudai: each project foretold from the others; and by row, as papers do."""
    every = read_commits()
    found = {
        "messages": write(_by_project(every), COMMITS),
        "by_row": write(_by_row(every), COMMITS),
    }
    both = read_commits(files=True)
    if both.texts:
        bare = Labelled(
            [Writing(t.title, t.body, t.traits[:1], t.place) for t in both.texts],
            both.label,
            both.project,
        )
        found["with_files"] = {
            "projects": sorted(set(both.project)),
            "messages_alone": write(_by_project(bare), COMMITS),
            "paths_and_lines_too": write(_by_project(both), COMMITS),
        }
    fixes = read_fixes()
    told = foretell(every, fixes, 3)[:, 0]
    two = np.column_stack([told, 1 - told])
    found["fixes_elsewhere"] = write(judge(two, np.array(fixes.label)), ("fix", "other"))
    return found


def _by_project(labelled: Labelled) -> Verdict:
    projects = np.array(labelled.project)
    chances = np.empty((len(projects), len(COMMITS)))
    for name in np.unique(projects):
        out = projects == name
        chances[out] = foretell(chosen(labelled, ~out), chosen(labelled, out), len(COMMITS))
    return judge(chances, np.array(labelled.label))


def _by_row(labelled: Labelled) -> Verdict:
    fold = np.random.default_rng(SEED).permutation(len(labelled.label)) % 10
    chances = np.empty((len(fold), len(COMMITS)))
    for nr in range(10):
        out = fold == nr
        chances[out] = foretell(chosen(labelled, ~out), chosen(labelled, out), len(COMMITS))
    return judge(chances, np.array(labelled.label))


def items() -> dict[str, Any]:
    """7digital: types by rule against how the work came, and a learner without words."""
    rows = [row for row in read_items() if row["Type"] and row["Prioritised"]]
    sign = [sign_of_item((row["Type"],), "") for row in rows]
    kind = ["upkeep" if one in ("build", "chore", "docs", "test") else one for one in sign]
    days = [[_day(row[n]) for n in ("Prioritised", "Dev.Started", "Done")] for row in rows]
    waits = np.array([(began - asked).days for asked, began, _ in days])
    named = np.array(kind)
    whole = [nr for nr in np.argsort([one[2] for one in days], kind="stable") if kind[nr] in KINDS]
    texts = [_as_writing(rows[nr], days[nr]) for nr in whole]
    label = np.array([KINDS.index(kind[nr]) for nr in whole])
    chances = [flat(LEARNT, len(KINDS))]
    for start in range(LEARNT, len(whole), STEP):
        past, ahead = slice(start - LEARNT, start), slice(start, start + STEP)
        learnt = learn(texts[past], label[past], flat(LEARNT, len(KINDS)))
        chances.append(tell(learnt, texts[ahead], flat(len(texts[ahead]), len(KINDS))))
    said, later = np.vstack(chances)[LEARNT:], label[LEARNT:]
    return {
        "named_by_type": round(float(np.isin(named, KINDS).mean()), 4),
        "items": len(rows),
        "begun_on_the_day_asked": {
            name: round(float((waits[named == name] == 0).mean()), 4) for name in KINDS
        },
        "median_wait_days": {name: float(np.median(waits[named == name])) for name in KINDS},
        "next_items_without_words": write(judge(said, later), KINDS),
        "always_the_commonest": round(float(np.bincount(later).max() / len(later)), 4),
    }


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC)


def _as_writing(row: dict[str, str], days: list[datetime]) -> Writing:
    asked, began, done = days
    traits = (
        f"size {row['Size']}",
        f"waits {int(np.log2(max(0, (began - asked).days) + 1))}",
        f"takes {int(np.log2(max(0, (done - began).days) + 1))}",
        f"weekday {asked.weekday()}",
    )
    return Writing("", "", traits)


PARTS: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "issues": issues,
    "commits": commits,
    "items": items,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    known = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    if not read_issues(test=False).texts:
        sys.exit("skipped: no labelled texts here (set GROUNDPLAN_DATA)")
    for name in parser.parse_args().only:
        found = PARTS[name]()
        if not found:
            print(f"skipped: {name} needs a snapshot in GROUNDPLAN_REPOS")
            continue
        known[name] = found
        RESULT.write_text(json.dumps(known, indent=1) + "\n")
        print(name, json.dumps(found, indent=1), flush=True)


if __name__ == "__main__":
    main()
