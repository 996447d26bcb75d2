"""Compares the facts with what `git log --raw --numstat` says today, row by row.

Its parser shares nothing with the one that wrote the facts, and it counts by walking history.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from groundplan.facts.code import CHANGES, COMMITS
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Ledger, Snapshot
from groundplan.sources.git import fetch
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.state import State, state_of
from groundplan.sources.git.text import path_text
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Progress, Silent

COMMITS_AT_ONCE = 5_000
FIRST_ROWS = 10
_LOG: tuple[str, ...] = (
    "log",
    "--no-walk=unsorted",
    "--stdin",
    "-z",
    "--raw",
    "--numstat",
    "--no-abbrev",
)
_LOG += ("--root", "--find-renames=50%", "-l1000", "--no-mailmap", "--format=%x01%H")
_COMMIT = re.compile(rb"\x01([0-9a-f]{40,64})\x00")
_RAW = re.compile(
    rb"\n?:(?P<modes>\d{6} \d{6}) [0-9a-f]+ [0-9a-f]+ "
    rb"(?:(?P<status>[AMDT])\x00(?P<path>[^\x00]+)"
    rb"|(?P<moved>[RC])\d+\x00(?P<source>[^\x00]+)\x00(?P<target>[^\x00]+))\x00"
)
_NUMBERS = re.compile(
    rb"(?P<added>\d+|-)\t(?P<deleted>\d+|-)\t"
    rb"(?:(?P<path>[^\x00]+)|\x00(?P<source>[^\x00]+)\x00(?P<target>[^\x00]+))\x00"
)
_COLUMNS = "commit_id, path, status, source_path, lines, added, deleted"


@dataclass(frozen=True, slots=True)
class Checked:
    """What the comparison found; `differing` counts rows that only one of both has.

    commits, changes, added, deleted, binary: git's own rows and sums. pending: rows whose lines
    are not counted yet (compared by name alone). unreadable: commits git itself cannot show.
    first: the first differing rows, as text.
    """

    repo: str
    commits: int
    changes: int
    added: int
    deleted: int
    binary: int
    pending: int
    unreadable: int
    differing: int
    first: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    commit: str
    path: str
    status: str
    source: str | None
    added: int | None
    deleted: int | None
    lines: str


def check(ledger: Ledger, repo: str, shadows: Path, progress: Progress | None = None) -> Checked:
    """Compare the facts of `repo` with git's own log under the same settings and refs.

    Raises NotFound if it was not ingested, and what finding the repository raises.
    """
    state = state_of(ledger.cursor(repo))
    if state is None:
        raise NotFound(f"{repo}: no such repository was ingested", "Run `groundplan ingest PATH`.")
    snapshot = ledger.snapshot()
    repository = fetch.find(Path(state.path))
    git = fetch.shadow(repository, shadows / f"{repo}.git")
    walker = fetch.with_cuts(git, list(state.cuts))
    connection = DuckDB(threads=1)
    try:
        return _compare(snapshot, connection, git, walker, state, repo, progress or Silent())
    finally:
        connection.close()


def _compare(
    snapshot: Snapshot,
    connection: DuckDB,
    git: Git,
    walker: Git,
    state: State,
    repo: str,
    progress: Progress,
) -> Checked:
    asked = "".join(f"{tip}\n" for tip in sorted(set(state.tips.values()))).encode()
    commits = walker.output("rev-list", "--ignore-missing", "--stdin", stdin=asked).decode().split()
    _create(connection)
    unreadable: list[str] = []
    with progress.stage("check", len(commits), "commits") as stage:
        for at in range(0, len(commits), COMMITS_AT_ONCE):
            chunk = commits[at : at + COMMITS_AT_ONCE]
            _load(connection, list(_log(git, chunk, state, unreadable)))
            stage.advance(len(chunk))
    connection.load("reached", {"commit_id": np.array([*commits, ""], dtype=object)})
    connection.load("unreadable", {"commit_id": np.array([*unreadable, ""], dtype=object)})
    _select_facts(connection, snapshot, repo)
    return _judge(connection, snapshot, repo, len(commits), len(unreadable))


def _create(connection: DuckDB) -> None:
    connection.execute(
        "create table log (commit_id varchar, path varchar, status varchar, source_path varchar, "
        "lines varchar, added bigint, deleted bigint)"
    )


def _load(connection: DuckDB, rows: Sequence[_Row]) -> None:
    if not rows:
        return
    unknown = [row.added is None for row in rows]
    connection.load(
        "read_rows",
        {
            "commit_id": np.array([row.commit for row in rows], dtype=object),
            "path": np.array([row.path for row in rows], dtype=object),
            "status": np.array([row.status for row in rows], dtype=object),
            "source_path": np.array([row.source for row in rows], dtype=object),
            "lines": np.array([row.lines for row in rows], dtype=object),
            "added": np.ma.masked_array([row.added or 0 for row in rows], mask=unknown),
            "deleted": np.ma.masked_array([row.deleted or 0 for row in rows], mask=unknown),
        },
    )
    connection.execute(f"insert into log select {_COLUMNS} from read_rows")


def _log(git: Git, commits: Sequence[str], state: State, unreadable: list[str]) -> Iterator[_Row]:
    """Git's rows of some commits; where git gives up, it goes on after that commit."""
    rest = [commit for commit in commits if commit not in state.cuts]
    unreadable.extend(commit for commit in commits if commit in state.cuts)
    while rest:
        reply = git.reply(*_LOG, stdin="".join(f"{commit}\n" for commit in rest).encode())
        heads = list(_COMMIT.finditer(reply.stdout))
        ends = [*(head.start() for head in heads[1:]), len(reply.stdout)]
        whole = heads[:-1] if reply.code and len(rest) > 1 else heads
        if reply.code and len(rest) == 1:
            unreadable.append(rest[0])
            return
        for head, end in zip(whole, ends, strict=False):
            yield from _rows(head[1].decode(), reply.stdout, head.end(), end)
        if reply.code == 0:
            return
        rest = rest[len(whole) :]
        for _ in range(2):  # the last one shown may be whole; the next is where git gave up
            yield from _log(git, rest[:1], state, unreadable)
            rest = rest[1:]


def _rows(commit: str, output: bytes, at: int, end: int) -> Iterator[_Row]:
    raws: list[tuple[str, str, str | None]] = []
    while at < end and (raw := _RAW.match(output, at, end)):
        target = path_text(raw["path"] or raw["target"])
        source = path_text(raw["source"]) if raw["source"] else None
        raws.append((target, (raw["status"] or raw["moved"]).decode(), source))
        at = raw.end()
    numbers: dict[str, tuple[bytes, bytes]] = {}
    while at < end and (found := _NUMBERS.match(output, at, end)):
        numbers[path_text(found["path"] or found["target"])] = (found["added"], found["deleted"])
        at = found.end()
    for path, status, source in raws:
        added, deleted = numbers.get(path, (b"0", b"0"))  # equal contents: git leaves the row out
        if added == b"-":
            yield _Row(commit, path, status, source, None, None, "binary")
        else:
            yield _Row(commit, path, status, source, int(added), int(deleted), "counted")


def _select_facts(connection: DuckDB, snapshot: Snapshot, repo: str) -> None:
    connection.execute("create table known_bad as select commit_id from unreadable")
    connection.execute(
        f"insert into known_bad select commit_id from {snapshot.relation(COMMITS, repo)} "
        "where damage is not null"
    )
    connection.execute(
        f"create table facts as select {_COLUMNS} from {snapshot.relation(CHANGES, repo)} "
        "where commit_id in (select commit_id from reached)"
    )
    connection.execute("create table waiting as select * from facts where lines = 'pending'")
    connection.execute(
        "create view fact_rows as select * from facts "
        "where commit_id not in (select commit_id from known_bad)"
    )
    connection.execute(
        "create view log_rows as select l.commit_id, l.path, l.status, l.source_path, "
        "case when w.path is null then l.lines else 'pending' end as lines, "
        "case when w.path is null then l.added end as added, "
        "case when w.path is null then l.deleted end as deleted "
        "from log l left join waiting w on l.commit_id = w.commit_id and l.path = w.path "
        "where l.commit_id not in (select commit_id from known_bad)"
    )


def _judge(
    connection: DuckDB, snapshot: Snapshot, repo: str, commits: int, unreadable: int
) -> Checked:
    either = (
        "(select 'only git has' as who, * from (select * from log_rows except all "
        "select * from fact_rows) union all select 'only the facts have' as who, * from "
        "(select * from fact_rows except all select * from log_rows))"
    )
    missing = connection.rows(
        "select 'only git has', commit_id from "
        "(select commit_id from reached where commit_id <> '' "
        f"except all select commit_id from {snapshot.relation(COMMITS, repo)} "
        "where commit_id in (select commit_id from reached))"
    )
    twice = connection.rows(
        "select 'the facts have twice', commit_id "
        f"from {snapshot.relation(COMMITS, repo)} group by commit_id having count(*) > 1"
    )
    differing = connection.rows(f"select count(*) from {either}")[0][0]
    rows = connection.rows(f"select * from {either} order by commit_id, path limit {FIRST_ROWS}")
    sums = connection.rows(
        "select count(*), coalesce(sum(added), 0), coalesce(sum(deleted), 0), "
        "count(*) filter (where lines = 'binary') from log"
    )[0]
    pending = connection.rows("select count(*) from waiting")[0][0]
    first = [" ".join(str(value) for value in row) for row in (*missing, *twice, *rows)]
    changes, added, deleted, binary = (int(value) for value in sums)
    return Checked(
        repo=repo,
        commits=commits,
        changes=changes,
        added=added,
        deleted=deleted,
        binary=binary,
        pending=int(pending),
        unreadable=unreadable,
        differing=int(differing) + len(missing) + len(twice),
        first=tuple(first[:FIRST_ROWS]),
    )
