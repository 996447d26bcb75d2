"""The facts as a few sorted tables that pages and signals read; rebuilt whenever facts move.

One DuckDB file per (snapshot, identity decisions). A new one is built beside the old and renamed,
so that readers keep theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

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
from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text
from groundplan.facts.identity import Decision
from groundplan.facts.ledger import Snapshot
from groundplan.facts.mart_calendar import build_calendars
from groundplan.facts.mart_files import follow_files
from groundplan.facts.mart_hosts import build_hosts, find_carried, gather_hosts
from groundplan.facts.mart_knowledge import build_rollups
from groundplan.facts.mart_people import identify
from groundplan.facts.mart_work import build_items, gather_events
from groundplan.facts.pulls import first_authored
from groundplan.facts.work_kinds import TouchedFiles, classify, sort_path
from groundplan.terms.progress import Progress

MART_VERSION = 5


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
    typed: Columns | None = None,
) -> None:
    """Build the mart of `snapshot` at `path`, whole or not at all.

    decisions: what people said of identities. expertise: how knowledge fades (inference/go_to.py).
    typed: events of work items that were typed here (sources/journal/shape.py).
    """
    unfinished = path.with_suffix(".unfinished")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.unlink(missing_ok=True)
    engine = DuckDB(unfinished)
    try:
        work = _Build(engine, now.replace(tzinfo=None))
        work.run(snapshot, repos, decisions, progress, expertise, typed)
        engine.execute("checkpoint")
    finally:
        engine.close()
    unfinished.replace(path)


class _Build:
    def __init__(self, engine: DuckDB, now: datetime) -> None:
        self.engine = engine
        self.now = now

    def run(
        self,
        snapshot: Snapshot,
        repos: Sequence[RepoInfo],
        decisions: Sequence[Decision],
        progress: Progress,
        expertise: Mapping[str, object],
        typed: Columns | None,
    ) -> None:
        steps: list[Callable[[], None]] = [
            lambda: self.register(snapshot, repos),
            lambda: gather_events(self.engine, snapshot, typed),
            lambda: gather_hosts(self.engine, snapshot, self.now),
            lambda: identify(self.engine, decisions, find_carried(self.engine)),
            self.classify,
            lambda: self.sql(mart_sql.COMMITS, mart_sql.CREDITS),
            lambda: follow_files(self.engine),
            lambda: self.sql(mart_sql.CHANGES, mart_sql.FILES, mart_sql.AREAS, mart_sql.AREA_WEEKS),
            self.find_pull_starts,
            lambda: self.sql(mart_sql.HOSTED_STARTS, mart_sql.LANDINGS, mart_sql.REPOS),
            lambda: build_rollups(self.engine, expertise),
            lambda: build_items(self.engine),
            lambda: build_calendars(self.engine, snapshot),
            lambda: build_hosts(self.engine, self.now),
            self.drop_scaffolding,
        ]
        with progress.stage("Arranging the facts", len(steps), "steps") as stage:
            for step in steps:
                step()
                stage.advance()

    def sql(self, *statements: str) -> None:
        for statement in statements:
            self.engine.execute(statement, {"now": self.now})

    def register(self, snapshot: Snapshot, repos: Sequence[RepoInfo]) -> None:
        for kind in (COMMITS, CHANGES, TRAILERS, LANDINGS, TREE, REFS, MAILMAP):
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
        self.sql(mart_sql.REPO_TIMES)

    def classify(self) -> None:
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
        for table in ("commit_kinds", "path_sorts", "path_spans", "raw_paths", "pull_starts"):
            self.sql(f"drop table {table}")
        for kind in (COMMITS, CHANGES, TRAILERS, LANDINGS, TREE, REFS, MAILMAP):
            self.sql(f"drop view raw_{kind.name}")
        self.sql("drop table repo_times", "drop table repo_info")
