"""Replays a history landing by landing: what each question could know, and what then happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from history import History

from groundplan.facts.areas import area_of, find_areas

DAY = 86400.0
MOST_FILES = 30  # of one change: beyond, the first ones
WIDE = 40  # people carried from area and repository; the others are pooled


@dataclass
class Case:
    """One file of one landed change, as it stood before it landed.

    people: candidates; -1 stands for all others. levels: decayed knowledge, shape (4, people).
    author, reviewers: what happened. baselines: rankings by name. weight: 1 / files of the change.
    """

    week: int
    weight: float
    fix: bool
    known_file: bool
    author: int
    reviewers: tuple[int, ...]
    people: np.ndarray
    levels: np.ndarray
    silent_days: np.ndarray
    baselines: dict[str, list[int]]


@dataclass
class Settings:
    """What is tuned of a touch's weight."""

    half_life_days: float
    review_weight: float
    merge_weight: float


class State:
    """Decayed sums of everybody in every file, directory, area and the repository."""

    def __init__(self, settings: Settings, people: int, start: float) -> None:
        self.settings = settings
        self.start = start
        self.file: dict[int, dict[int, float]] = defaultdict(dict)
        self.directory: dict[str, dict[int, float]] = defaultdict(dict)
        self.area: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(people))
        self.everywhere = np.zeros(people)
        self.seen = np.full(people, -np.inf)
        self.recent: dict[int, list[int]] = defaultdict(list)
        self.counts: dict[int, dict[int, int]] = defaultdict(dict)

    def scale(self, at: float) -> float:
        """2 to the power of half-lives since the start: sums are kept in its units."""
        return 2.0 ** ((at - self.start) / DAY / self.settings.half_life_days)

    def touch(self, person: int, file: int, directory: str, area: str, amount: float) -> None:
        """Add a touch of `amount`, already scaled."""
        mine = self.file[file]
        mine[person] = mine.get(person, 0.0) + amount
        mine = self.directory[directory]
        mine[person] = mine.get(person, 0.0) + amount
        self.area[area][person] += amount
        self.everywhere[person] += amount

    def change(self, author: int, file: int) -> None:
        """Remember an authored change for the baselines."""
        recent = self.recent[file]
        if author in recent:
            recent.remove(author)
        recent.insert(0, author)
        self.counts[file][author] = self.counts[file].get(author, 0) + 1

    def look(self, file: int, directory: str, area: str, at: float) -> tuple[np.ndarray, ...]:
        """Candidates, their levels and silence, as of `at`."""
        mine, near = self.file.get(file, {}), self.directory.get(directory, {})
        around = self.area[area]
        wide = set(np.argpartition(-around, min(WIDE, len(around) - 1))[:WIDE].tolist())
        wide |= set(np.argpartition(-self.everywhere, min(WIDE, len(around) - 1))[:WIDE].tolist())
        close = sorted(near, key=near.__getitem__, reverse=True)[: 2 * WIDE]
        people = np.array(sorted({*mine, *close, *wide}))
        levels = np.zeros((4, len(people) + 1))
        levels[0, :-1] = [mine.get(p, 0.0) for p in people]
        levels[1, :-1] = [near.get(p, 0.0) for p in people]
        levels[2, :-1] = around[people]
        levels[3, :-1] = self.everywhere[people]
        totals = [sum(mine.values()), sum(near.values()), around.sum(), self.everywhere.sum()]
        levels[:, -1] = np.maximum(np.array(totals) - levels[:, :-1].sum(axis=1), 0.0)
        silent = np.maximum((at - self.seen[people]) / DAY, 0.0)
        return np.append(people, -1), levels / self.scale(at), np.append(silent, np.inf)


def replay(
    history: History, settings: Settings, since: int, tree: list[str], owners: object = None
) -> list[Case]:
    """The cases that landed at or after `since`; the state always holds what landed before."""
    areas = find_areas(tree)
    state = State(settings, len(history.names), float(history.landed_at[0]))
    cases: list[Case] = []
    for commits in _landings(history):
        at = float(history.landed_at[commits[-1]])
        if at >= since:
            cases += _ask(history, state, commits, at, areas, owners)
        for commit in commits:
            _learn(history, state, commit, areas)
    return cases


def _landings(history: History) -> Iterator[list[int]]:
    edges = np.flatnonzero(np.diff(history.landing)) + 1
    for part in np.split(np.arange(len(history.landing)), edges):
        yield part.tolist()


def _directory(path: str) -> str:
    return path.rpartition("/")[0]


def _learn(history: History, state: State, commit: int, areas: frozenset[str]) -> None:
    """Take in one landed commit, with the weights of `facts/knowledge.py`."""
    settings = state.settings
    at = float(history.authored_at[commit])
    landed = float(history.landed_at[commit])
    author = int(history.author[commit])
    helpers = {}
    if settings.merge_weight and history.merger[commit] >= 0:
        helpers[int(history.merger[commit])] = settings.merge_weight
    helpers |= dict.fromkeys(history.reviewers[commit], settings.review_weight)
    helpers |= dict.fromkeys(history.coauthors[commit], 1.0)
    helpers.pop(author, None)
    if history.human[commit]:
        helpers[author] = 1.0
    for person, weight in helpers.items():
        state.seen[person] = max(state.seen[person], landed)
        if history.bulk[commit]:
            continue
        amount = weight * state.scale(at)
        for file, path in zip(history.files[commit], history.names_then[commit], strict=True):
            state.touch(person, file, _directory(path), area_of(path, areas), amount)
    if history.human[commit]:
        for file in history.files[commit]:
            state.change(author, file)


def _ask(
    history: History,
    state: State,
    commits: list[int],
    at: float,
    areas: frozenset[str],
    owners: object,
) -> list[Case]:
    """One case for each file and author of a landing; all see the state before the landing."""
    wanted: dict[tuple[int, int], tuple[str, bool, set[int]]] = {}
    for commit in commits:
        if not history.human[commit] or history.bulk[commit]:
            continue
        author = int(history.author[commit])
        reviewers = {*history.reviewers[commit], int(history.merger[commit])} - {-1, author}
        for file, path in zip(history.files[commit], history.names_then[commit], strict=True):
            _, fix, before = wanted.get((author, file), (path, False, set()))
            fix = fix or bool(history.fix[commit])
            wanted[author, file] = (path, fix, before | reviewers)
    files_of: dict[int, list[int]] = defaultdict(list)
    for author, file in wanted:
        files_of[author].append(file)
    cases = []
    for author, files in files_of.items():
        chosen = files[:MOST_FILES]
        for file in chosen:
            path, fix, reviewers = wanted[author, file]
            people, levels, silent = state.look(file, _directory(path), area_of(path, areas), at)
            counts = state.counts.get(file, {})
            baselines = {
                "last_touch": list(state.recent.get(file, ()))[:4],
                "most_commits": sorted(counts, key=lambda p: -counts[p])[:4],
            }
            if owners is not None:
                baselines["declared_owners"] = owners(path)
            cases.append(
                Case(
                    int(at // (7 * DAY)),
                    1 / len(chosen),
                    fix,
                    bool(counts),
                    author,
                    tuple(sorted(reviewers)),
                    people,
                    levels,
                    silent,
                    baselines,
                )
            )
    return cases
