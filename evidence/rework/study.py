"""Compares the signal `rework`, which knows files, with the truth line by line from git blame.

    python evidence/rework/study.py WORKSPACES PURPOSE:NAME:PATH:WEEKS ...

PURPOSE is `chosen` (the odds were chosen on it) or `held_out`. WORKSPACES is a folder for the
facts that are read. Writes result.json beside this file.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.signals import rework
from groundplan.terms.period import monday_of
from groundplan.terms.progress import Silent

DAYS = 21
HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+")
ENTRY = re.compile(r"^([0-9a-f]{40}) \d+ \d+ (\d+)$")
ENOUGH = 12  # weeks: fewer tell nothing about correlation
OTHER_ODDS = (1, 3, 10, 30, 1_000_000)


def git(path: Path, *words: str) -> str:
    command = ["git", "-C", str(path), "--no-replace-objects", "-c", "core.quotepath=off", *words]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode(
        "utf-8", "replace"
    )


def open_mart(folder: Path, name: str, path: Path) -> DuckDB:
    workspace = Workspace(folder / name, Silent())
    workspace.read_lines(workspace.read_names(path).repo)
    workspace.refresh()
    workspace.close()
    newest = max((folder / name / "mart").glob("*.duckdb"), key=lambda p: p.stat().st_mtime)
    return DuckDB(newest, read_only=True)


def estimated(
    mart: DuckDB, since: datetime, until: datetime, odds: int = rework.FRESH_ODDS
) -> dict[object, tuple[float, float]]:
    """Lines and reworked lines of each week, by the signal's own SQL."""
    mart.execute("create or replace temp table scope_repos as select repo from repos")
    rows = mart.rows(rework.select_with(odds), {"since": since, "until": until})
    weeks: dict[object, tuple[float, float]] = defaultdict(lambda: (0.0, 0.0))
    for week, _, lines, again in rows:
        weeks[week] = (weeks[week][0] + float(lines), weeks[week][1] + float(again))
    return weeks


def deleted_hunks(path: Path, commit: str) -> dict[str, list[str]]:
    """For each old path that a commit takes lines from: the line ranges."""
    hunks: dict[str, list[str]] = defaultdict(list)
    old = None
    for line in git(path, "show", "-U0", "-M", "--no-color", "--format=", commit).split("\n"):
        if line.startswith("--- "):
            old = line[6:].rstrip("\t") if line.startswith("--- a/") else None
        elif old and (match := HUNK.match(line)):
            count = int(match[2]) if match[2] is not None else 1
            if count:
                hunks[old] += ["-L", f"{match[1]},+{count}"]
    return hunks


def origins(path: Path, commit: str, old: str, ranges: list[str]) -> dict[str, int]:
    """The commits that wrote the deleted lines, with the number of lines."""
    found: dict[str, int] = defaultdict(int)
    for line in git(path, "blame", "--incremental", *ranges, f"{commit}^", "--", old).split("\n"):
        if match := ENTRY.match(line):
            found[match[1]] += int(match[2])
    return found


def compare(mart: DuckDB, path: Path, weeks: int) -> dict[str, object]:
    """One repository: the share by the signal and by blame, and their weeks' correlation."""
    as_of = mart.rows("select max(as_of) from repos")[0][0]
    end = monday_of((as_of - timedelta(days=DAYS)).date())
    until = datetime.combine(end, datetime.min.time())
    since = until - timedelta(weeks=weeks)
    told = estimated(mart, since, until)
    span = {"since": since, "until": until, "late": until + timedelta(days=DAYS)}
    writers = {
        commit: (at, week)
        for commit, at, week in mart.rows(
            "select distinct commit_id, authored_at, authored_week from changes where actor = "
            "'human' and not bulk and authored_at >= :since and authored_at < :until",
            span,
        )
    }
    later = mart.rows(
        "select distinct commit_id, authored_at from changes where not bulk and deleted > 0 "
        "and authored_at >= :since and authored_at < :late",
        span,
    )
    again: dict[object, int] = defaultdict(int)
    for commit, at in later:
        for old, ranges in deleted_hunks(path, commit).items():
            for origin, lines in origins(path, commit, old, ranges).items():
                if origin in writers:
                    age = at - writers[origin][0]
                    if timedelta(0) <= age <= timedelta(days=DAYS):
                        again[writers[origin][1]] += lines
    lines = np.array([told[w][0] for w in sorted(told)])
    guess = np.array([told[w][1] for w in sorted(told)])
    truth = np.array([again[w] for w in sorted(told)], dtype=float)
    some = lines >= 50
    correlation = np.corrcoef(guess[some] / lines[some], truth[some] / lines[some])[0, 1]
    return {
        "weeks": weeks,
        "until": end.isoformat(),
        "lines": int(lines.sum()),
        "commits_that_delete": len(later),
        "share_by_blame": round(float(truth.sum() / lines.sum()), 4),
        "share_by_signal": round(float(guess.sum() / lines.sum()), 4),
        "ratio": round(float(guess.sum() / truth.sum()), 3),
        "weekly_correlation": round(float(correlation), 2) if some.sum() >= ENOUGH else None,
    }


def other_odds(mart: DuckDB, found: dict[str, object]) -> dict[str, float]:
    """The ratio to the truth, had the odds been others: 1 is none, a million is youngest first."""
    until = datetime.fromisoformat(str(found["until"]))
    since = until - timedelta(weeks=int(str(found["weeks"])))
    ratios = {}
    for odds in OTHER_ODDS:
        told = estimated(mart, since, until, odds).values()
        share = sum(again for _, again in told) / sum(lines for lines, _ in told)
        ratios[str(odds)] = round(share / float(str(found["share_by_blame"])), 3)
    return ratios


def main() -> None:
    """Compare the named repositories and write result.json."""
    folder = Path(sys.argv[1])
    target = Path(__file__).parent / "result.json"
    known = json.loads(target.read_text()) if target.exists() else {}
    repositories: dict[str, dict[str, object]] = dict(known.get("repositories", {}))
    for word in sys.argv[2:]:
        purpose, name, path, weeks = word.split(":")
        mart = open_mart(folder, name, Path(path))
        known_already = repositories.get(name, {})
        if int(weeks) != known_already.get("weeks"):  # blame takes minutes
            known_already = {"purpose": purpose, **compare(mart, Path(path), int(weeks))}
        known_already["ratio_at_odds"] = other_odds(mart, known_already)
        repositories[name] = known_already
        print(name, repositories[name], flush=True)
        result = {"fresh_odds": rework.FRESH_ODDS, "repositories": repositories}
        target.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
