"""Real weekly histories: commits of repositories and authors, items and cycle times of trackers."""

from __future__ import annotations

import csv
import gzip
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import numpy as np

FIRST, LAST = date(2012, 1, 2), date(2026, 1, 5)  # Mondays; later weeks may be incomplete
WEEKS = (LAST - FIRST).days // 7
ACTIVE = 0.25  # of a window's weeks that must hold anything
LEAST_AUTHOR_WEEKS = 60


@dataclass(frozen=True)
class Population:
    """Series of one kind, each over its own weeks; NaN where a week says nothing."""

    name: str
    series: tuple[np.ndarray, ...]

    def draw(
        self, rng: np.random.Generator, units: int, weeks: int, parts: int = 1
    ) -> np.ndarray | None:
        """Windows of distinct series, (units, weeks); None if there are not so many.

        parts: of the window, each of which must hold enough.
        """
        found = []
        for at in rng.permutation(len(self.series)):
            starts = _windows(self.series[at], weeks, parts)
            if len(starts):
                first = int(rng.choice(starts))
                found.append(self.series[at][first : first + weeks])
            if len(found) == units:
                return np.array(found)
        return None

    def at_most(self, weeks: int, parts: int = 1) -> int:
        """How many series have a window of so many weeks."""
        return sum(bool(len(_windows(one, weeks, parts))) for one in self.series)


@dataclass(frozen=True)
class History:
    """One repository: its commits by week, and those of each author who is there for long."""

    commits: np.ndarray
    by_author: tuple[np.ndarray, ...]


def _windows(series: np.ndarray, weeks: int, parts: int) -> np.ndarray:
    """First weeks of windows in which enough happens, in each part of them."""
    if len(series) < weeks:
        return np.empty(0, dtype=int)
    busy = np.concatenate(([0], np.cumsum(np.nan_to_num(series) > 0)))
    step = weeks // parts
    within = busy[step:] - busy[:-step] >= ACTIVE * step
    first = np.arange(len(series) - weeks + 1)
    enough = [within[first + part * step] for part in range(parts)]
    return np.flatnonzero(np.all(enough, axis=0))


def read_populations(data: Path, repositories: Path | None) -> list[Population]:
    """All histories that are there; what is absent is left out."""
    found = [] if repositories is None else _populate(_read_git(repositories), "")
    return [*found, *_read_data(data)]


def split_populations(
    data: Path, repositories: Path | None
) -> tuple[list[Population], list[Population]]:
    """The same, divided by repository: what may be fitted on, and what is reported on.

    Every other repository, with its authors, is fitted on; the others and all that is not read
    from repositories is reported on.
    """
    if repositories is None:
        return [], _read_data(data)
    histories = _read_git(repositories)
    fitted = _populate(histories[::2], ", fitted on")
    return fitted, [*_populate(histories[1::2], ", held out"), *_read_data(data)]


def _read_data(data: Path) -> list[Population]:
    found = []
    folder = data / "experiments" / "weekly_commits"
    if folder.is_dir():
        authors = _read_counts(folder / "author_weeks.csv.gz", ("repo", "author"))
        found.append(Population("other authors, commits", authors))
    if (data / "trackers" / "tawosi_sp_effort").is_dir():
        done, hours = _read_trackers(data / "trackers" / "tawosi_sp_effort")
        found.append(Population("trackers, items done", done))
        found.append(Population("trackers, hours to resolution", hours))
    return found


def _populate(histories: Sequence[History], words: str) -> list[Population]:
    return [
        Population(f"repositories, commits{words}", tuple(one.commits for one in histories)),
        Population(
            f"authors, commits{words}",
            tuple(series for one in histories for series in one.by_author),
        ),
    ]


@cache
def _read_git(folder: Path) -> tuple[History, ...]:
    """The repositories of a folder with more than a thousand commits, in the order of names."""
    found = []
    for path in sorted(folder.iterdir()):
        bare = path / "repo" if (path / "repo").is_dir() else path
        weeks, who = [], []
        for week, author in _commits(bare):
            weeks.append(week)
            who.append(author)
        if len(weeks) > 1_000:
            commits = _trim(np.bincount(weeks, minlength=WEEKS).astype(float))
            found.append(History(commits, tuple(_by_author(weeks, who))))
    return tuple(found)


def _commits(bare: Path) -> Iterator[tuple[int, str]]:
    """Week and author of each commit that is no merge."""
    words = ["git", "-C", str(bare), "log", "HEAD", "--no-merges", "--format=%at %ae"]
    told = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    begin = int((FIRST - date(1970, 1, 1)) / timedelta(seconds=1))
    for line in told.stdout.splitlines():
        at, _, author = line.partition(" ")
        week = (int(at) - begin) // (7 * 86_400) if at.lstrip("-").isdigit() else -1
        if 0 <= week < WEEKS:
            yield week, author


def _by_author(weeks: list[int], who: list[str]) -> Iterator[np.ndarray]:
    found = defaultdict(list)
    for week, author in zip(weeks, who, strict=True):
        found[author].append(week)
    for told in found.values():
        counts = np.bincount(told, minlength=WEEKS).astype(float)
        if np.sum(counts > 0) >= LEAST_AUTHOR_WEEKS:
            yield _trim(counts)


def _read_counts(path: Path, keys: tuple[str, ...]) -> tuple[np.ndarray, ...]:
    found: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
    with gzip.open(path, "rt") as file:
        for row in csv.DictReader(file):
            found[tuple(row[key] for key in keys)][int(row["week"])] = float(row["commits"])
    series = []
    for told in found.values():
        counts = np.zeros(max(told) + 1)
        counts[list(told)] = list(told.values())
        if np.sum(counts > 0) >= LEAST_AUTHOR_WEEKS:
            series.append(_trim(counts))
    return tuple(series)


def _read_trackers(folder: Path) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
    """Items done a week, and the median hours that the week's items took, by tracker."""
    done, hours = [], []
    for path in sorted(folder.glob("*.csv*")):
        opened = gzip.open if path.suffix == ".gz" else open
        took = defaultdict(list)
        with opened(path, "rt", encoding="latin-1", newline="") as file:
            for row in csv.DictReader(file):
                day, minutes = row["Resolution_Date"][:10], row["Resolution_Time_Minutes"]
                if day[:2] == "20" and minutes.isdigit() and int(minutes) > 0:
                    week = (date.fromisoformat(day) - date(2000, 1, 3)).days // 7
                    took[week].append(int(minutes) / 60)
        weeks = range(min(took), max(took) + 1)
        done.append(_trim(np.array([len(took[week]) for week in weeks], dtype=float)))
        hours.append(np.array([_median(took[week]) for week in weeks]))
    return tuple(done), tuple(hours)


def _median(values: Iterable[float]) -> float:
    told = list(values)
    return float(np.median(told)) if told else float("nan")


def _trim(counts: np.ndarray) -> np.ndarray:
    """From the first week with anything to the last."""
    busy = np.flatnonzero(counts)
    return counts[busy[0] : busy[-1] + 1]
