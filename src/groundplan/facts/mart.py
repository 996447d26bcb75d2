"""The facts as a few sorted tables that pages and signals read; rebuilt whenever facts move.

One DuckDB file per (snapshot, identity decisions). A new one is built beside the old and renamed,
so that readers keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np

from groundplan.facts import mart_sql
from groundplan.facts.code import (
    CHANGES,
    COMMITS,
    LANDINGS,
    MAILMAP,
    REFS,
    TRAILERS,
    TREE,
)
from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.identity import Decision
from groundplan.facts.ledger import Snapshot
from groundplan.facts.mart_calendar import build_calendars
from groundplan.facts.mart_files import follow_files
from groundplan.facts.mart_hosts import build_hosts, find_carried, gather_hosts
from groundplan.facts.mart_knowledge import build_rollups
from groundplan.facts.mart_people import identify, read_seen
from groundplan.facts.mart_spells import build_spells
from groundplan.facts.mart_work import build_items, gather_events
from groundplan.facts.pulls import first_authored
from groundplan.facts.said import Said, drop_said, find_owners, gather_said
from groundplan.facts.work_kinds import TouchedFiles, classify, sort_path
from groundplan.terms.progress import Progress

MART_VERSION = 6
CODE: Final = (COMMITS, CHANGES, TRAILERS, LANDINGS, TREE, REFS, MAILMAP)
SCAFFOLDING: Final = (
    "commit_kinds", "path_sorts", "path_spans", "raw_paths", "pull_starts", "repo_times",
    "repo_info",
)  # fmt: skip

Step: TypeAlias = Callable[[], None]


@dataclass(frozen=True, slots=True)
class RepoInfo:
    """What a source's cursor knows of a repository."""

    repo: str
    name: str
    main_ref: str | None
    shallow: bool


def build(
    snapshot: Snapshot,
    repos: Sequence[RepoInfo],
    decisions: Sequence[Decision],
    now: datetime,
    path: Path,
    progress: Progress,
    expertise: Mapping[str, object],
    said: Said | None = None,
) -> None:
    """Build the mart of `snapshot` at `path`, whole or not at all.

    decisions: what people said of identities. expertise: how knowledge fades (inference/go_to.py).
    said: what people said that becomes facts (sources/journal).
    """
    unfinished = path.with_suffix(".unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    engine = DuckDB(unfinished)
    try:
        work = Arrangement(engine, now.replace(tzinfo=None))
        steps = [
            *work.gathering(snapshot, repos, said),
            lambda: identify(engine, [read_seen(engine)], decisions, find_carried(engine)),
            *work.arranging(expertise),
            *work.finishing(snapshot),
        ]
        with progress.stage("Arranging the facts", len(steps), "steps") as stage:
            for step in steps:
                step()
                stage.advance()
        engine.execute("checkpoint")
    finally:
        engine.close()
    unfinished.replace(path)


class Arrangement:
    """The steps from facts to a mart's tables on one database. now: UTC without zone."""

    def __init__(self, engine: DuckDB, now: datetime) -> None:
        self.engine = engine
        self.now = now

    def gathering(
        self, snapshot: Snapshot, repos: Sequence[RepoInfo], said: Said | None
    ) -> list[Step]:
        """Before people are known: what holds."""
        told = said or Said()
        return [
            lambda: self.register(snapshot, repos),
            lambda: gather_said(self.engine, told),
            lambda: gather_events(self.engine, snapshot, told.events),
            lambda: gather_hosts(self.engine, snapshot, self.now),
        ]

    def arranging(self, expertise: Mapping[str, object]) -> list[Step]:
        """Once people are known: the tables of code, each repository by itself."""
        return [
            self.classify,
            lambda: self.sql(mart_sql.REPO_TIMES, mart_sql.COMMITS, mart_sql.CREDITS),
            lambda: follow_files(self.engine),
            lambda: self.sql(mart_sql.CHANGES, mart_sql.FILES, mart_sql.AREAS, mart_sql.AREA_WEEKS),
            self.find_pull_starts,
            lambda: self.sql(mart_sql.HOSTED_STARTS, mart_sql.LANDINGS, mart_sql.REPOS),
            lambda: build_rollups(self.engine, expertise),
        ]

    def finishing(self, snapshot: Snapshot) -> list[Step]:
        """The other tables, once those of code stand."""
        return [
            lambda: build_items(self.engine),
            lambda: find_owners(self.engine),
            lambda: build_calendars(self.engine, snapshot),
            lambda: build_spells(self.engine),
            lambda: drop_said(self.engine),
            lambda: build_hosts(self.engine, self.now),
            self.drop_scaffolding,
        ]

    def sql(self, *statements: str) -> None:
        """Run statements in their order."""
        for statement in statements:
            self.engine.execute(statement, {"now": self.now})

    def register(self, snapshot: Snapshot, repos: Sequence[RepoInfo]) -> None:
        """Make the facts of code readable as `raw_*`, and what cursors know as `repo_info`."""
        for kind in CODE:
            self.sql(f"create view raw_{kind.name} as select * from {snapshot.relation(kind)}")
        self.engine.load(
            "repo_info",
            {
                "repo": as_text([info.repo for info in repos]),
                "name": as_text([info.name for info in repos]),
                "main_ref": as_text([info.main_ref for info in repos]),
                "shallow": np.array([info.shallow for info in repos], dtype=bool),
            },
        )

    def classify(self) -> None:
        """Tell what kind of work each commit is."""
        paths = self.engine.query("select distinct path from raw_changes")["path"].tolist()
        self.engine.load(
            "path_sorts",
            {"path": as_text(paths), "sort": as_text([sort_path(path) for path in paths])},
        )
        rows = self.engine.query(
            "select c.repo, c.commit_id, c.subject, count(s.path) as n, "
            "count(*) filter (where s.sort = 'test') as test, "
            "count(*) filter (where s.sort = 'docs') as docs, "
            "count(*) filter (where s.sort = 'build') as build "
            "from raw_commits c semi join raw_landings l using (repo, commit_id) "
            "left join raw_changes x on x.repo = c.repo and x.commit_id = c.commit_id "
            "left join path_sorts s on s.path = x.path group by c.repo, c.commit_id, c.subject"
        )
        kinds = [
            classify(subject, TouchedFiles(n, test, docs, build))
            for subject, n, test, docs, build in zip(
                *(rows[name].tolist() for name in ("subject", "n", "test", "docs", "build")),
                strict=True,
            )
        ]
        self.engine.load(
            "commit_kinds",
            {"repo": rows["repo"], "commit_id": rows["commit_id"], "kind": as_text(kinds)},
        )

    def find_pull_starts(self) -> None:
        """Find the first commit of what stood behind each squash, by pull refs."""
        tips = {(repo, number): tip for repo, number, tip in self.engine.rows(mart_sql.PULL_TIPS)}
        squashes = self.engine.rows(mart_sql.SQUASHES)
        outside = self.engine.rows(
            "select repo, commit_id, parents, epoch_us(authored_at) / 1e6 from raw_commits "
            "anti join raw_landings using (repo, commit_id)"
        )
        parents: dict[str, dict[str, list[str]]] = {}
        authored: dict[str, dict[str, float]] = {}
        for repo, commit, line, at in outside:
            parents.setdefault(repo, {})[commit] = line.split()
            if at is not None and at > 0:
                authored.setdefault(repo, {})[commit] = at
        starts = []
        for repo, outside_parents in parents.items():
            mine = {n: commit for r, commit, n in squashes if r == repo}
            wanted = {n: tips[repo, n] for n in mine if (repo, n) in tips}
            found = first_authored(wanted, outside_parents, authored.get(repo, {}))
            starts += [(repo, mine[n], n, at) for n, at in found.items()]
        self.engine.load(
            "pull_starts",
            {
                "repo": as_text([s[0] for s in starts]),
                "commit_id": as_text([s[1] for s in starts]),
                "number": np.array([s[2] for s in starts], dtype=np.int64),
                "first_at": (np.array([s[3] for s in starts], dtype=np.float64) * 1e6).astype(
                    "datetime64[us]"
                ),
            },
        )

    def drop_scaffolding(self) -> None:
        """Drop what no page reads."""
        for table in SCAFFOLDING:
            self.sql(f"drop table if exists {table}")
        for kind in CODE:
            self.sql(f"drop view raw_{kind.name}")
