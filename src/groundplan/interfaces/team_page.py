"""The team page before it has a form: findings, readings, areas, and how fresh all of it is.

The web, the report and the terminal show the same thing because they show this.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from groundplan.signals.signal import Finding, Reading, Signal
from groundplan.signals.why import is_untold
from groundplan.terms.errors import GroundplanError
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, Practice, UseCase

MOST_FINDINGS = 6


@dataclass(frozen=True, slots=True)
class RepoState:
    """One repository: how far its history is read. lines_pending: changes not counted yet."""

    repo: str
    name: str
    main_ref: str | None
    as_of: datetime | None
    commits: int
    lines_pending: int
    shallow: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """A signal and its reading, or what kept it from being read.

    is_silent: no host, tracker or calendar that tells of it was read yet.
    """

    signal: Signal
    reading: Reading | None
    trouble: str
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding on the page. topic: what it is about; overview: of the signal that said it."""

    finding: Finding
    topic: str
    overview: Overview | None


@dataclass(frozen=True, slots=True)
class AreaState:
    """An area. files: alive now; known_by: people who know it, None if too little is known,
    or the viewer may not see."""

    repo: str
    area: str
    files: int
    changes: int
    known_by: int | None


@dataclass(frozen=True, slots=True)
class TeamPage:
    """All that the team page says. now: when it was composed; as_of: the newest fact's moment."""

    repos: tuple[RepoState, ...]
    now: datetime
    as_of: datetime
    findings: tuple[Shown, ...]
    overviews: tuple[Overview, ...]
    areas: tuple[AreaState, ...]
    troubles: tuple[str, ...]

    @property
    def commits(self) -> int:
        """Commits on the main lines [commits]."""
        return sum(repo.commits for repo in self.repos)

    @property
    def lines_pending(self) -> int:
        """Changes whose lines are not counted yet [changes]."""
        return sum(repo.lines_pending for repo in self.repos)

    @property
    def name(self) -> str:
        """The repositories' names in one line."""
        names = [repo.name for repo in self.repos]
        return names[0] if len(names) == 1 else f"{len(names)} repositories" if names else ""


def compose(
    context: Context, scope: Scope, signals: Sequence[Signal], practices: Sequence[Practice]
) -> TeamPage:
    """What a lead should read first: five or six findings, then every signal and area.

    A signal or practice that fails is named in `troubles`, the rest stands.
    """
    repos = read_repos(context, scope)
    if not any(repo.commits for repo in repos):
        return TeamPage(repos, context.now, context.as_of, (), (), (), ())
    overviews = tuple(observe(context, scope, signal) for signal in signals)
    said, troubles = _listen(context, scope, practices)
    candidates = [
        Shown(finding, view.signal.title, view)
        for view in overviews
        if view.reading is not None
        if (finding := view.signal.speak(view.reading)) is not None
    ]
    troubles += [f"{view.signal.title}: {view.trouble}" for view in overviews if view.trouble]
    return TeamPage(
        repos=repos,
        now=context.now,
        as_of=context.as_of,
        findings=choose([*candidates, *said]),
        overviews=overviews,
        areas=read_areas(context, scope, practices),
        troubles=tuple(troubles),
    )


def observe(context: Context, scope: Scope, signal: Signal) -> Overview:
    """The signal's reading under the scope, or the error's message."""
    try:
        reading = context.measure(signal, scope)
        silent = isinstance(reading.now, Unknown) and is_untold(context.mart, signal)
        return Overview(signal, reading, "", silent)
    except Exception as error:
        return Overview(signal, None, _say_trouble(signal.title, error))


def _listen(
    context: Context, scope: Scope, practices: Iterable[Practice]
) -> tuple[list[Shown], list[str]]:
    said, troubles = [], []
    for practice in practices:
        if practice.findings is None:
            continue
        try:
            found = practice.findings(context, scope)
            said += [Shown(_named(f, scope), practice.title, None) for f in found]
        except Exception as error:
            troubles.append(f"{practice.title}: {_say_trouble(practice.title, error)}")
    return said, troubles


def _say_trouble(title: str, error: Exception) -> str:
    """One thing that fails must not take the page with it; a bug of ours is logged in full."""
    if isinstance(error, GroundplanError):
        return str(error)
    logging.getLogger(__name__).error("%s failed", title, exc_info=error)
    return "this failed by a mistake of Groundplan; the log says more."


def _named(finding: Finding, scope: Scope) -> Finding:
    if not finding.repo or len(scope.repos) < 2:
        return finding
    return replace(finding, sentence=f"{finding.repo}: {finding.sentence}")


def choose(candidates: Sequence[Shown], most: int = MOST_FINDINGS) -> tuple[Shown, ...]:
    """The heaviest findings, with variety: each further one about the same thing weighs half.

    Never two sentences that are the same, nor two that lead to the same rows.
    """
    left = sorted(candidates, key=lambda shown: (-shown.finding.weight, shown.finding.sentence))
    chosen: list[Shown] = []
    while left and len(chosen) < most:
        best = max(left, key=lambda shown: _weigh(shown, chosen))
        chosen.append(best)
        left = [
            shown
            for shown in left
            if shown.finding.sentence != best.finding.sentence
            and shown.finding.href != best.finding.href
        ]
    return tuple(chosen)


def _weigh(shown: Shown, chosen: Sequence[Shown]) -> float:
    tags = set(shown.overview.signal.tags) if shown.overview else set()
    about = shown.finding.about.partition(".")[0]
    same = sum(other.finding.about.partition(".")[0] == about for other in chosen)
    akin = sum(bool(other.overview and tags & set(other.overview.signal.tags)) for other in chosen)
    return shown.finding.weight * 0.5**same * 0.8**akin


def read_repos(context: Context, scope: Scope) -> tuple[RepoState, ...]:
    """The scope's repositories as the mart has them."""
    rows = context.mart.rows(
        "select repo, name, main_ref, as_of, commits, lines_pending, shallow from repos "
        "where list_contains(:repos, repo) order by name, repo",
        {"repos": list(scope.repos)},
    )
    return tuple(
        RepoState(repo, name, ref, as_of, int(commits), int(pending), bool(shallow))
        for repo, name, ref, as_of, commits, pending, shallow in rows
    )


def find_use_case(practices: Sequence[Practice], name: str) -> UseCase[Any, Any] | None:
    """The use case of that name, if a practice here has it."""
    found = (case for practice in practices for case in practice.use_cases if case.name == name)
    return next(found, None)


def read_areas(
    context: Context, scope: Scope, practices: Sequence[Practice]
) -> tuple[AreaState, ...]:
    """Areas that still hold files, largest first, and how many people know each [people].

    Who knows an area is the ownership practice's word, for whom may see experts; else unknown.
    """
    known: dict[tuple[str, str], int | None] = {}
    case = find_use_case(practices, "ownership.map")
    if case is not None and scope.sees_experts:
        for area in case.run(context, scope, case.inputs()).areas:
            known[area.repo, area.area] = area.knowers if isinstance(area.knowers, int) else None
    rows = context.mart.rows(
        "select repo, area, alive_files, changes from areas "
        "where list_contains(:repos, repo) and alive_files > 0 "
        "order by alive_files desc, repo, area",
        {"repos": list(scope.repos)},
    )
    return tuple(
        AreaState(repo, area, int(files), int(changes), known.get((repo, area)))
        for repo, area, files, changes in rows
    )
