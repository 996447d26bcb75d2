"""The line pass: how many lines each change added and deleted, exactly as git counts them.

Each pair of blobs is counted once, in the order of paths, whatever number of commits has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from groundplan.facts.code import CHANGES
from groundplan.facts.engines.duckdb import Columns, DuckDB, read_parquet
from groundplan.facts.kinds import FactKind
from groundplan.facts.ledger import Ledger, Run
from groundplan.facts.manifest import Segment
from groundplan.sources.git.fetch import Git
from groundplan.sources.git.pairs import COUNTED, LINES, Counts, Pairs, pairs_of
from groundplan.sources.git.pool import at_once
from groundplan.sources.git.state import PAIRS
from groundplan.terms.progress import Progress

FEWEST_ROWS_A_GROUP = 4_000
MOST_ROWS_A_GROUP = 80_000
NAMES = ", ".join(n for n in CHANGES.column_names if n not in ("lines", "added", "deleted"))


class Counter(Protocol):
    """Counts pairs, giving their counts in order."""

    def __call__(self, git: Git, pairs: Pairs) -> Counts:
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
        changes = [run.folder / part.changes.path for part in group]
        pairs = [run.folder / part.pairs.path for part in group]
        paths = [read_column(connection, path, CHANGES, "path") for path in changes]
        raws = [read_column(connection, path, PAIRS, "raw") for path in pairs]
        counts = count_rows(git, counter, list(chain(*raws)), list(chain(*paths)))
        segments = []
        at = 0
        for part, path, own in zip(group, changes, paths, strict=True):
            columns = columns_of(counts[at : at + len(own)])
            at += len(own)
            names = f"(select {NAMES} from {read_parquet([path], CHANGES)})"
            segments.append(run.write(connection, CHANGES, columns, part.part, beside=names))
        return segments

    return work


def read_column(connection: DuckDB, path: Path, kind: FactKind, column: str) -> list[str]:
    """One column of a segment, in its order."""
    columns = connection.query(f"select {column} from {read_parquet([path], kind)}")
    return cast(list[str], columns[column].tolist())


def count_rows(git: Git, counter: Counter, raws: Sequence[str], paths: Sequence[str]) -> Counts:
    """The counts of rows; each distinct pair is counted once, neighbours in path together."""
    width = raws[0].rindex(" ") if raws else 0
    keys = [raw[:width] for raw in raws]
    path_of = dict(zip(keys, paths, strict=True))
    order = sorted(path_of, key=path_of.__getitem__)
    place = dict(zip(order, range(len(order)), strict=True))
    counts = counter(git, pairs_of(order))
    return counts[np.array([place[key] for key in keys], dtype=np.int64)]


def columns_of(counts: Counts) -> Columns:
    """The columns of CHANGES that a count fills in."""
    unknown = counts.state != COUNTED
    return {
        "lines": LINES[counts.state],
        "added": np.ma.masked_array(counts.added, mask=unknown),
        "deleted": np.ma.masked_array(counts.deleted, mask=unknown),
    }
