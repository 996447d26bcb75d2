"""Commits and work items side by side, as what is attributed to goals and kinds reads them.

Nobody's name is here: what a piece of work is for does not depend on whose it is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.item_signs import sign_of_item, sign_of_labels

COMMIT, ITEM = "commit", "item"
MOST_PATHS: Final = 60  # of a commit that are looked at
MOST_EPICS: Final = 6  # levels up

_COMMITS: Final = """
select repo, commit_id, coalesce(subject, ''), coalesce(kind, 'other'), authored_at, added, deleted,
  files
from commits
where list_contains(:repos, repo) and actor = 'human' and not coalesce(is_merge, false)
  and authored_week is not null and authored_at >= :since and authored_at < :until
order by authored_at desc, repo, commit_id
"""
_PATHS: Final = """
select repo, commit_id, path from changes
where list_contains(:repos, repo) and not coalesce(bulk, false)
  and authored_at >= :since and authored_at < :until
order by repo, commit_id, path
"""
# What the pull requests say that left a commit on the main line.
_PULLS: Final = """
select l.repo, l.commit_id, p.labels, p.closes
from pull_landings l join pulls p on p.source = l.source and p.key = l.key
where list_contains(:repos, l.repo) and (p.labels <> '' or p.closes <> '')
order by l.repo, l.commit_id, l.source, l.key
"""
_ITEMS: Final = """
select source, item_id, coalesce(title, item_id), coalesce(labels, ''), coalesce(parent_id, ''),
  coalesce(done_at, dropped_at, started_at, created_at, known_at)
from items
where list_contains(:teams, coalesce(team, '')) and not coalesce(deleted, false)
"""
_KEY: Final = re.compile(r"\b[A-Z][A-Z0-9_]+-\d+\b|(?<![\w&])#\d+\b")


@dataclass(frozen=True, slots=True)
class Work:
    """A commit or an item. work: its id, `commit:<repo>:<commit>` or `item:<source>:<key>`.

    sign: what its words, labels and files say it is (facts/item_signs.py). keys: the item's own,
    or those that the subject names or its pull request closes; epics: what these are part of,
    outwards; labels: theirs and the pull request's, in lower case. files: how many, None where
    unknown; lines: added and deleted, None likewise.
    """

    work: str
    title: str
    sign: str
    at: datetime | None
    keys: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    files: int | None = None
    lines: tuple[int, int] | None = None


def read_work(
    mart: DuckDB, repos: Sequence[str], teams: Collection[str], since: datetime, until: datetime
) -> list[Work]:
    """The commits that people wrote from one moment to another, newest first, then all items.

    Left out: merges, bots and agents, and items that none of the teams may read. Items of any
    time are read, because commits name them.
    """
    items = [_to_item(row) for row in mart.rows(_ITEMS, {"teams": sorted(teams)})]
    known: dict[str, tuple[Work, str] | None] = {}
    for item, parent in items:  # a key of two trackers says nothing
        known[item.keys[0]] = None if item.keys[0] in known else (item, parent)
    span = {"repos": list(repos), "since": since, "until": until}
    paths: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for repo, commit, path in mart.rows(_PATHS, span):
        paths[repo, commit].append(path)
    pulls: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for repo, commit, labels, closes in mart.rows(_PULLS, {"repos": list(repos)}):
        pulls[repo, commit].append((labels, closes))
    return [
        *(_to_commit(row, paths, pulls, known) for row in mart.rows(_COMMITS, span)),
        *(replace(item, epics=_find_epics(parent, known)) for item, parent in items),
    ]


def find_keys(text: str) -> tuple[str, ...]:
    """The keys of items that a text names: PAY-12, and 12 for #12."""
    return tuple(dict.fromkeys(found.removeprefix("#") for found in _KEY.findall(text)))


def _to_item(row: tuple[Any, ...]) -> tuple[Work, str]:
    source, key, title, labels, parent, at = row
    told = _split_labels(labels)
    sign = sign_of_item(told, title)
    return Work(f"{ITEM}:{source}:{key}", title, sign, at, (key,), (), told), parent


def _to_commit(
    row: tuple[Any, ...],
    paths: Mapping[tuple[str, str], list[str]],
    pulls: Mapping[tuple[str, str], list[tuple[str, str]]],
    known: Mapping[str, tuple[Work, str] | None],
) -> Work:
    repo, commit, subject, kind, at, added, deleted, files = row
    mine = pulls.get((repo, commit), ())
    told = tuple(label for labels, _ in mine for label in _split_labels(labels))
    closed = (key for _, closes in mine for key in closes.split())
    keys = tuple(dict.fromkeys((*find_keys(subject), *closed)))
    named = [item for key in keys if (item := known.get(key)) is not None]
    return Work(
        work=f"{COMMIT}:{repo}:{commit}",
        title=subject,
        sign=sign_of_labels(told) or kind,
        at=at,
        keys=keys,
        epics=tuple(epic for _, parent in named for epic in _find_epics(parent, known)),
        labels=tuple(dict.fromkeys((*told, *(each for item, _ in named for each in item.labels)))),
        paths=tuple(paths.get((repo, commit), ())[:MOST_PATHS]),
        files=files,
        lines=None if added is None or deleted is None else (added, deleted),
    )


def _split_labels(labels: str) -> tuple[str, ...]:
    return tuple(label.strip().casefold() for label in labels.split(",") if label.strip())


def _find_epics(parent: str, known: Mapping[str, tuple[Work, str] | None]) -> tuple[str, ...]:
    found: list[str] = []
    while parent and parent not in found and len(found) < MOST_EPICS:
        found.append(parent)
        above = known.get(parent)
        parent = above[1] if above else ""
    return tuple(found)
