"""What is measured of a history, real or simulated, by the same functions."""

from __future__ import annotations

import csv
import gzip
import subprocess
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

WINDOW = 52  # weeks
FEWEST = 5.0  # commits a week, in the mean of a window
MOST_COMMITS = 2_000  # of a repository, the newest
_FORMAT = "%x01%at%x00%ad%x00%ae"


def read_weeks(data: Path) -> dict[str, np.ndarray]:
    """Commits of each week, by public repository, from its first week on."""
    path = data / "experiments" / "weekly_commits" / "repo_weeks.csv.gz"
    found: dict[str, dict[int, int]] = {}
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["repo"], {})[int(row["week"])] = int(row["commits"])
    return {
        repo: np.array([weeks.get(nr, 0) for nr in range(min(weeks), max(weeks) + 1)], dtype=float)
        for repo, weeks in found.items()
    }


def windows(series: np.ndarray) -> Iterator[np.ndarray]:
    """Whole windows that do not overlap, with enough in them."""
    for start in range(0, len(series) - WINDOW + 1, WINDOW):
        part = series[start : start + WINDOW]
        if part.mean() >= FEWEST:
            yield part


def measure_weeks(series: np.ndarray) -> dict[str, float]:
    """One window of weekly counts."""
    logs = np.log1p(series)
    halves = series[: len(series) // 2].sum() + 0.5, series[len(series) // 2 :].sum() + 0.5
    return {
        "mean": float(series.mean()),
        "lag_1": lagged(logs, 1),
        "sd_log": float(logs.std()),
        "variation": float(series.std() / series.mean()),
        "lag_2": lagged(logs, 2),
        "lag_4": lagged(logs, 4),
        "half_year_shift": abs(float(np.log(halves[1] / halves[0]))),
        "best_week": float(series.max() / max(np.median(series), 1)),
        "weeks_under_half": float((series < np.median(series) / 2).mean()),
    }


def measure_years(series: np.ndarray) -> dict[str, float]:
    """By how much one year differs from the one before, of years with enough in them."""
    levels = [part.mean() for part in windows(series)]
    shifts = [abs(float(np.log(late / early))) for early, late in pairwise(levels)]
    return {"year_shift": float(np.median(shifts)) if shifts else np.nan}


def lagged(values: np.ndarray, lag: int) -> float:
    """Autocorrelation at a lag; 0 for what never moves."""
    centred = values - values.mean()
    total = float((centred**2).sum())
    return float((centred[lag:] * centred[:-lag]).sum()) / total if total else 0.0


def medians(rows: list[dict[str, float]]) -> dict[str, float]:
    """The median of each statistic, those that are unknown left out."""
    return {name: float(np.nanmedian([row[name] for row in rows])) for name in rows[0]}


def measure_repository(path: Path) -> dict[str, float]:
    """The newest commits of a repository's main line, merges apart."""
    listing = _git(path, "log", "--no-merges", f"-n{MOST_COMMITS}", "--numstat", "--date=raw",
                   f"--format={_FORMAT}", "HEAD")  # fmt: skip
    files, added, deleted, hours, days, authors, weeks = [], [], [], [], [], [], []
    for commit in listing.split("\x01")[1:]:
        head, _, changes = commit.partition("\n")
        at, date, email = head.split("\0")
        rows = [line.split("\t") for line in changes.splitlines() if line.count("\t") >= 2]
        if not rows or "bot" in email:
            continue
        zone = date.rpartition(" ")[2]
        local = int(at) + int(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[3:5]) * 60)
        files.append(len(rows))
        added.append(sum(int(row[0]) for row in rows if row[0].isdigit()))
        deleted.append(sum(int(row[1]) for row in rows if row[1].isdigit()))
        hours.append(local // 3600 % 24)
        days.append((local // 86_400 + 3) % 7)
        authors.append(email)
        weeks.append(int(at) // 604_800)
    return {
        **_sizes(np.array(files), np.array(added), np.array(deleted)),
        "on_weekends": float(np.mean(np.array(days) >= 5)),
        "before_8_after_19": float(np.mean([hour < 8 or hour >= 19 for hour in hours])),
        **_people(authors, weeks),
        **_merges(path),
    }


def _sizes(files: np.ndarray, added: np.ndarray, deleted: np.ndarray) -> dict[str, float]:
    return {
        "files_median": float(np.median(files)),
        "files_p90": float(np.quantile(files, 0.9)),
        "added_median": float(np.median(added)),
        "added_p90": float(np.quantile(added, 0.9)),
        "deleted_per_added": float(np.median(deleted) / max(np.median(added), 1)),
    }


def _people(authors: list[str], weeks: list[int]) -> dict[str, float]:
    """Of the eight who wrote most: how unevenly, and how often each commits in a week."""
    counts = Counter(authors).most_common(8)
    total = sum(count for _, count in counts)
    team = {author for author, _ in counts}
    pairs = Counter(
        (author, week) for author, week in zip(authors, weeks, strict=True) if author in team
    )
    return {
        "first_of_eight": counts[0][1] / total,
        "last_four_of_eight": sum(count for _, count in counts[4:]) / total,
        "commits_in_an_active_week": float(np.mean(list(pairs.values()))),
    }


def _merges(path: Path) -> dict[str, float]:
    """Hours from the first commit of a merged branch to its merge; unknown with few merges."""
    listing = _git(path, "log", "--first-parent", "--merges", "-n300", "--format=%ct %P", "HEAD")
    hours, commits = [], []
    for line in listing.splitlines():
        at, base, *tips = line.split()
        own = _git(path, "log", "--no-merges", "--format=%at", f"{base}..{tips[0]}").split()
        if own and (first := min(map(int, own))) <= int(at):
            hours.append((int(at) - first) / 3600)
            commits.append(len(own))
    if len(hours) < 100:
        return dict.fromkeys(("merge_hours", "merge_hours_p90_to_median", "merge_commits"), np.nan)
    middle = float(np.median(hours))
    return {
        "merge_hours": middle,
        "merge_hours_p90_to_median": float(np.quantile(hours, 0.9)) / middle,
        "merge_commits": float(np.mean(commits)),
    }


def _git(path: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "safe.directory=*", "-C", str(path), *words],
        capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def measure_tracker(created: np.ndarray, done: np.ndarray) -> dict[str, float]:
    """Items by the days on which they were created and done, shapes (n,); NaT where not told."""
    known = ~np.isnat(created) & ~np.isnat(done)
    days = (done[known] - created[known]).astype(float)
    days = days[days >= 0]
    finished = done[~np.isnat(done)].astype("datetime64[D]").astype(int)
    weekly = np.bincount((finished - finished.min()) // 7).astype(float)
    parts = [measure_weeks(part) for part in _busy(weekly)]
    return {
        "lead_days": float(np.median(days)),
        "lead_sd_log": float(np.log1p(days).std()),
        "lead_p90_to_median": float(np.quantile(days, 0.9) / max(np.median(days), 1)),
        "done_lag_1": float(np.median([part["lag_1"] for part in parts])) if parts else np.nan,
        "done_variation": float(np.median([part["variation"] for part in parts]))
        if parts else np.nan,
    }  # fmt: skip


def _busy(weekly: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(weekly) - WINDOW + 1, WINDOW):
        part = weekly[start : start + WINDOW]
        if part.mean() >= 2:
            yield part
