"""The line pass: how many lines each change added and deleted, exactly as git counts them.

Each pair of blobs is counted once, in the order of paths, whatever number of commits has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from groundplan.facts.code import CHANGES
from groundplan.facts.engines.duckdb import Columns, DuckDB, read_parquet
from groundplan.facts.ledger import Ledger, Run
from groundplan.facts.manifest import Segment
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.pool import at_once
from groundplan.sources.git.shape import PAIRS
from groundplan.terms.progress import Progress

FEWEST_ROWS_A_GROUP = 4_000
MOST_ROWS_A_GROUP = 80_000
COUNTED, BINARY, MISSING = "counted", "binary", "missing"


class Pair(NamedTuple):
    """A file before and after: modes and blobs; a mode of zeros means that it was not there."""

    old_mode: str
    old_id: str
    new_mode: str
    new_id: str


class Count(NamedTuple):
    """Lines added and deleted between a pair; null unless counted."""

    lines: str
    added: int | None = None
    deleted: int | None = None


class Counter(Protocol):
    """Counts pairs, giving their counts in order."""

    def __call__(self, git: Git, pairs: Sequence[Pair]) -> list[Count]:
        """The counts of `pairs`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the changes that is not counted yet: its segments."""

    part: str
    changes: Segment
    pairs: Segment


def pending_parts(ledger: Ledger, repo: str, connection: DuckDB) -> list[Part]:
    """The parts whose lines are pending, in the order in which they were written."""
    live = [segment for segment in ledger.snapshot().segments if segment.source == repo]
    pairs = {segment.part: segment for segment in live if segment.kind == PAIRS.name}
    changes = [segment for segment in live if segment.kind == CHANGES.name]
    asked = {segment.path: segment for segment in changes if segment.part in pairs}
    found = []
    for path, segment in asked.items():
        relation = read_parquet([ledger.folder / "segments" / path], CHANGES)
        if connection.rows(f"select 1 from {relation} where lines = 'pending' limit 1"):
            found.append(Part(segment.part, segment, pairs[segment.part]))
    return found


def count_parts(
    run: Run,
    connection: DuckDB,
    parts: Sequence[Part],
    git: Git,
    counter: Counter,
    progress: Progress,
    workers: int,
) -> int:
    """Count the lines of `parts`, group by group, each visible as it ends; the rows counted."""
    total = sum(part.changes.row_count for part in parts)
    tasks = [_task(run, group, git, counter) for group in groups_of(parts, workers)]
    stage = progress.stage("lines", total, "changes")
    with stage, at_once(tasks, connection, workers) as results:
        for segments in results:
            run.commit("lines", segments)
            stage.advance(sum(segment.row_count for segment in segments))
    return total


def groups_of(parts: Sequence[Part], workers: int) -> list[list[Part]]:
    """Parts counted together: large groups first, since git reads neighbouring versions faster,
    small ones at the end, so that no worker waits long for another."""
    groups: list[list[Part]] = []
    left = sum(part.changes.row_count for part in parts)
    rows = wanted = 0
    for part in parts:
        if rows >= wanted:
            groups.append([])
            left -= rows
            rows = 0
            wanted = min(MOST_ROWS_A_GROUP, max(FEWEST_ROWS_A_GROUP, left // (3 * workers)))
        groups[-1].append(part)
        rows += part.changes.row_count
    return groups


def _task(
    run: Run, group: Sequence[Part], git: Git, counter: Counter
) -> Callable[[DuckDB], list[Segment]]:
    def work(connection: DuckDB) -> list[Segment]:
        changes = [
            connection.query(
                f"select * from {read_parquet([run.folder / part.changes.path], CHANGES)}"
            )
            for part in group
        ]
        pairs = [
            pair_of(raw)
            for part in group
            for raw in connection.query(
                f"select raw from {read_parquet([run.folder / part.pairs.path], PAIRS)}"
            )["raw"].tolist()
        ]
        paths = [path for columns in changes for path in columns["path"].tolist()]
        counts = count_rows(git, counter, pairs, paths)
        segments = []
        for part, columns in zip(group, changes, strict=True):
            own, counts = counts[: len(columns["path"])], counts[len(columns["path"]) :]
            segments.append(run.write(connection, CHANGES, with_counts(columns, own), part.part))
        return segments

    return work


def count_rows(
    git: Git, counter: Counter, pairs: Sequence[Pair], paths: Sequence[str]
) -> list[Count]:
    """The counts of rows; each distinct pair is counted once, neighbours in path together."""
    first: dict[Pair, str] = {}
    for pair, path in zip(pairs, paths, strict=True):
        first.setdefault(pair, path)
    order = sorted(first, key=first.__getitem__)
    known = dict(zip(order, counter(git, order), strict=True))
    return [known[pair] for pair in pairs]


def pair_of(raw: str) -> Pair:
    """The pair of git's raw line."""
    old_mode, new_mode, old_id, new_id, _ = raw[1:].split(" ")
    return Pair(old_mode, old_id, new_mode, new_id)


def with_counts(changes: Mapping[str, Any], counts: Sequence[Count]) -> Columns:
    """The columns of CHANGES with lines, added and deleted filled in."""
    columns: Columns = {}
    for name, column in changes.items():
        columns[name] = column
        if np.ma.isMaskedArray(column) and column.dtype == object:
            columns[name] = np.array(column.tolist(), dtype=object)
    unknown = np.array([count.added is None for count in counts], dtype=bool)
    columns["lines"] = np.array([count.lines for count in counts], dtype=object)
    for name in ("added", "deleted"):
        values = np.array([getattr(count, name) or 0 for count in counts], dtype=np.int64)
        columns[name] = np.ma.masked_array(values, mask=unknown)
    return columns
