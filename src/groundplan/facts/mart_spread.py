"""The mart of more repositories than one machine arranges: parts, each by a worker of a cluster.

A worker arranges a few whole repositories by the very statements that arrange a mart here: git too
needs one machine for each. People, who are in many, and what hosts and trackers tell are arranged
here. Tables of code stay Parquet beside the mart, which pages and the cluster read alike.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import duckdb

from groundplan.facts.code import CHANGES, COMMITS
from groundplan.facts.engines.duckdb import DuckDB, read_parquet
from groundplan.facts.engines.engine import Spread
from groundplan.facts.engines.parted import make_parts
from groundplan.facts.engines.spark_segments import Footers, find_trouble
from groundplan.facts.engines.spark_tables import (
    begin_tables,
    delete,
    file_of,
    place_tables,
    write_table,
)
from groundplan.facts.host import HOST_KINDS
from groundplan.facts.identity import Decision
from groundplan.facts.ledger import Snapshot
from groundplan.facts.manifest import REREAD, Segment
from groundplan.facts.mart import CODE, Arrangement, RepoInfo
from groundplan.facts.mart_hosts import find_carried
from groundplan.facts.mart_people import Seen, identify, read_seen
from groundplan.facts.mart_tables import TABLES
from groundplan.facts.said import Said
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Progress, Stage

ROWS_A_PART: Final = 1_000_000  # changes that a worker arranges at once, in about a gigabyte
AT_ONCE: Final = 256  # parts between two looks at how far it is
SHARED: Final = ("people", "accounts")
# Built by workers: those that are small become tables of the mart, the others stay where they are.
SMALL: Final = ("repos", "areas", "presence", "pull_landings")
LARGE: Final = (
    "commits", "credits", "changes", "files", "area_weeks", "landings", "commit_people",
    "area_people",
)  # fmt: skip
_NAMED: Final = {table.name: table for table in TABLES}


@dataclass(frozen=True, slots=True)
class Part:
    """A few repositories with their facts of code. folder: where their tables are written."""

    nr: int
    snapshot: Snapshot
    repos: tuple[RepoInfo, ...]
    now: datetime
    folder: Path
    expertise: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """What a worker says of a part: what it found, or which segment could not be read."""

    found: Any
    trouble: str = ""


def build_spread(
    snapshot: Snapshot,
    repos: Sequence[RepoInfo],
    decisions: Sequence[Decision],
    now: datetime,
    path: Path,
    progress: Progress,
    expertise: Mapping[str, object],
    said: Said | None,
    spread: Spread,
) -> None:
    """Build the mart of `snapshot` at `path`, and its tables beside it, whole or not at all.

    As `facts.mart.build`, to the same rows. spread: lets workers do tasks; all see the same
    folders. SourceBroken names a segment that cannot be read.
    """
    unfinished, folder = path.with_suffix(".unfinished"), begin_tables(path)
    delete(unfinished)
    head = DuckDB(unfinished, beside=folder)
    try:
        work = Arrangement(head, now.replace(tzinfo=None))
        homes = _find_homes(work, snapshot, repos, said)
        parts = cut(snapshot, repos, homes, work.now, folder, expertise)
        with progress.stage("Arranging the facts", 2 * len(parts) + 2, "parts") as stage:
            seen = _ask(spread, find_seen, parts, stage)
            identify(head, seen, decisions, find_carried(head))
            _write(head, folder, SHARED)
            stage.advance()
            _ask(spread, build_part, parts, stage)
            _gather(head, parts)
            _do(work.finishing(snapshot))
            _write(head, folder, set(_NAMED) - {*SHARED, *SMALL, *LARGE})
            stage.advance()
        head.execute("checkpoint")
    finally:
        head.close()
    place_tables(folder, path)
    unfinished.replace(path)


def _find_homes(
    work: Arrangement, snapshot: Snapshot, repos: Sequence[RepoInfo], said: Said | None
) -> dict[str, str]:
    """Gather what is told outside of code; by the source of a host the repository that it has.

    What a host's pull requests left there is decided where the repository is arranged: here are no
    commits yet, which would be joined with each of them.
    """
    segments = tuple(s for s in snapshot.segments if s.kind != COMMITS.name)
    _do(work.gathering(replace(snapshot, segments=segments), repos, said))
    work.sql(f"create or replace view raw_commits as select * from {snapshot.relation(COMMITS)}")
    return dict(work.engine.rows("select source, repo from host_repos"))


def cut(
    snapshot: Snapshot,
    repos: Sequence[RepoInfo],
    homes: Mapping[str, str],
    now: datetime,
    folder: Path,
    expertise: Mapping[str, object],
) -> list[Part]:
    """Repositories in order of their ids, as many to a part as a worker takes well.

    homes: by the source of a host the repository that is its clone.
    """
    kinds = {kind.name for kind in (*CODE, *HOST_KINDS)}
    mine: dict[str, list[Segment]] = defaultdict(list)
    for segment in snapshot.segments:
        if segment.kind in kinds:
            mine[homes.get(segment.source, segment.source)].append(segment)
    groups: list[list[RepoInfo]] = []
    filled = 0
    for info in sorted(repos, key=lambda info: info.repo):
        rows = sum(s.row_count for s in mine[info.repo] if s.kind == CHANGES.name)
        if not groups or filled + rows > ROWS_A_PART:
            groups.append([])
            filled = 0
        groups[-1].append(info)
        filled += rows
    return [
        Part(
            nr,
            replace(snapshot, segments=tuple(s for info in group for s in mine[info.repo])),
            tuple(group),
            now,
            folder,
            dict(expertise),
        )
        for nr, group in enumerate(groups)
    ]


def find_seen(part: Part) -> Told:
    """Whom a part's code names (`Seen`), its segments looked at first; on a worker."""
    for kind in CODE:
        paths = tuple(map(str, part.snapshot.files(kind)))
        if trouble := find_trouble(Footers(kind, paths)):
            return Told(None, trouble)
    return _on_worker(part, _find_seen)


def build_part(part: Part) -> Told:
    """Write a part's tables as Parquet. On a worker, who may do it twice."""
    return _on_worker(part, _build_part)


def _find_seen(part: Part, engine: DuckDB) -> Seen:
    Arrangement(engine, part.now).register(part.snapshot, part.repos)
    return read_seen(engine)


def _build_part(part: Part, engine: DuckDB) -> None:
    work = Arrangement(engine, part.now)
    _do(work.gathering(part.snapshot, part.repos, None))
    for name in SHARED:
        files = read_parquet([file_of(_NAMED[name], 0)], _NAMED[name])
        engine.execute(f"create view {name} as select * from {files}")
    _do(work.arranging(part.expertise))
    for name in (*SMALL, *LARGE):
        write_table(engine, _NAMED[name], part.folder, part.nr)


def _on_worker(part: Part, work: Callable[[Part, DuckDB], Any]) -> Told:
    with _connection(part.folder) as engine:
        try:
            return Told(work(part, engine))
        except duckdb.Error as error:
            if damaged := _find_damage(part, engine):
                return Told(None, f"{damaged}: no readable Parquet file ({error})")
            raise


def _find_damage(part: Part, engine: DuckDB) -> Path | None:
    """The first segment that cannot be read to its end."""
    for kind in CODE:
        everything = ", ".join(f"max(hash({name}))" for name in kind.column_names)
        for path in part.snapshot.files(kind):
            try:
                engine.rows(f"select {everything} from {read_parquet([path], kind)}")
            except duckdb.Error:
                return path
    return None


@contextmanager
def _connection(folder: Path) -> Iterator[DuckDB]:
    spill = folder / f"spill-{uuid.uuid4().hex}"
    engine = DuckDB(threads=1, beside=folder)
    try:
        engine.execute(f"set temp_directory = '{_quoted(spill)}'")
        yield engine
    finally:
        engine.close()
        delete(spill)


def _ask(
    spread: Spread, work: Callable[[Part], Told], parts: Sequence[Part], stage: Stage
) -> list[Any]:
    found = []
    for first in range(0, len(parts), AT_ONCE):
        some = parts[first : first + AT_ONCE]
        for told in spread(work, some):
            if told.trouble:
                raise SourceBroken(told.trouble, REREAD)
            found.append(told.found)
        stage.advance(len(some))
    return found


def _gather(head: DuckDB, parts: Sequence[Part]) -> None:
    """Let the mart have the parts: small tables as its own, large ones where they are."""
    for name in SMALL:
        files = read_parquet([file_of(_NAMED[name], part.nr) for part in parts], _NAMED[name])
        head.execute(f"create or replace table {name} as select * from {files}")
    make_parts(head, [_NAMED[name] for name in LARGE], [[i.repo for i in p.repos] for p in parts])


def _write(head: DuckDB, folder: Path, names: Collection[str]) -> None:
    for name in names:
        write_table(head, _NAMED[name], folder)


def _do(steps: Sequence[Callable[[], None]]) -> None:
    for step in steps:
        step()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
