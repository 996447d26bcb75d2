"""Append facts exactly once, read a consistent snapshot.

A run holds its source's lock, writes Parquet segments, and makes them visible together with its
cursor in one manifest transaction. Killed at any point, the next run goes on from there.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from groundplan.facts.engines.duckdb import (
    Columns,
    DuckDB,
    copy_parquet,
    read_parquet,
    write_parquet,
)
from groundplan.facts.erasure import Mask, Traces, read_covered
from groundplan.facts.kinds import FactKind
from groundplan.facts.manifest import Cursor, Manifest, Segment
from groundplan.terms.errors import BadInput, Refused, SourceDown

SEGMENT_SUFFIX = ".parquet"
SMALL_ROWS = 20_000  # a segment of fewer rows costs a reader about as much as an empty one
MANY_SEGMENTS = 32  # small ones that are made one; they come at some three a day
READERS_MAY_TAKE_S = 3600.0  # a snapshot read before a replacement stays readable this long


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The facts as of one transaction: a list of segments that will not change."""

    txn: int
    folder: Path
    segments: tuple[Segment, ...]

    def relation(self, kind: FactKind, source: str | None = None) -> str:
        """A SQL relation over all rows of `kind` (of one source, if named)."""
        return read_parquet(self.files(kind, source), kind)

    def files(self, kind: FactKind, source: str | None = None) -> list[Path]:
        """The segments of `kind`; Refused names one that another version of Groundplan wrote."""
        chosen = self._of(kind, source)
        for segment in chosen:
            segment.require_form(kind.version)
        return [self.folder / segment.path for segment in chosen]

    def rows(self, kind: FactKind, source: str | None = None) -> int:
        """How many rows of `kind` hold."""
        return sum(segment.row_count for segment in self._of(kind, source))

    def _of(self, kind: FactKind, source: str | None) -> list[Segment]:
        return [s for s in self.segments if s.kind == kind.name and source in (None, s.source)]


class Ledger:
    """The facts of one workspace folder."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self._clock = clock
        try:
            (folder / "segments").mkdir(parents=True, exist_ok=True)
            (folder / "locks").mkdir(exist_ok=True)
        except OSError as error:
            hint = "Choose a workspace you may write to with --workspace DIR."
            raise SourceDown(f"{folder}: {error.strerror}", hint) from error
        self._manifest = Manifest(folder / "manifest.sqlite")

    def close(self) -> None:
        """Release the manifest."""
        self._manifest.close()

    def cursor(self, source: str) -> Cursor | None:
        """How far `source` has been read."""
        return self._manifest.cursor(source)

    def sources(self) -> list[str]:
        """Every source that was ingested here."""
        return self._manifest.sources()

    def looks(self) -> dict[str, tuple[datetime | None, datetime | None]]:
        """When each source was last read to the end, and when that last brought something."""
        return self._manifest.looks()

    def snapshot(self) -> Snapshot:
        """What holds now."""
        txn = self._manifest.latest_txn()
        return Snapshot(txn, self.folder / "segments", tuple(self._manifest.segments()))

    @contextmanager
    def run(self, source: str) -> Iterator[Run]:
        """Be the only one who ingests `source` on this machine; Refused if another one is at it."""
        lock = self.folder / "locks" / _file_name(source)
        with lock.open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise Refused(
                    f"another process is ingesting {source!r}",
                    "Wait until it has finished; what it writes will be seen here too.",
                ) from error
            run = Run(source, self.folder / "segments", self._manifest, self._clock)
            run.sweep()
            yield run
            self._manifest.note_look(source, self._clock().isoformat())

    def forget(self, source: str) -> None:
        """Drop every fact of `source`, so that the next run reads it anew."""
        self._manifest.forget(source, self._clock().isoformat())

    def erase(self, traces: Traces, kinds: Sequence[FactKind]) -> int:
        """Put one pseudonym for somebody's accounts in every fact, and in all that will come.

        The facts that named them [segments]. Killed at any point, either nothing has changed or
        all has; the files replaced go at once, whoever still reads them, or when the next run
        sweeps. Refused while a source is being ingested. kinds: those that may name somebody.
        """
        mask = self.mask().add(traces, f"erased-{uuid.uuid4().hex[:8]}")
        folders = {path.name for path in (self.folder / "segments").iterdir() if path.is_dir()}
        connection = DuckDB(threads=1)
        with ExitStack() as stack:
            stack.callback(connection.close)
            runs = [stack.enter_context(self.run(s)) for s in sorted(folders | {*self.sources()})]
            last = self._manifest.latest_txn()
            covered = [s for r in runs for kind in kinds for s in r.cover(connection, kind, mask)]
            self._manifest.erase(self._clock().isoformat(), mask.pseudonyms, covered, last)
            for run in runs:
                run.sweep()
        return len(covered)

    def mask(self) -> Mask:
        """Covers whoever was erased so far, in words that are kept elsewhere."""
        return Mask(*self._manifest.erased())

    def last_erasure(self) -> int:
        """The transaction of the newest erasure, 0 before the first: older facts are not shown."""
        return self._manifest.last_erasure()


@dataclass(slots=True)
class Run:
    """One process's turn at one source. mask: covers whoever was erased, in all that is written."""

    source: str
    folder: Path
    _manifest: Manifest
    _clock: Callable[[], datetime]
    _cursor: Cursor | None = field(init=False)
    _erasure: int = field(init=False)
    mask: Mask = field(init=False)

    def __post_init__(self) -> None:
        self._cursor = self._manifest.cursor(self.source)
        self._erasure = self._manifest.last_erasure()  # first: what is erased now is refused then
        self.mask = Mask(*self._manifest.erased())

    def cursor(self) -> Cursor | None:
        """How far the source had been read when this run last looked or committed."""
        return self._cursor

    def relation(self, kind: FactKind) -> str:
        """A SQL relation over the rows of `kind` this source has committed."""
        segments = self._manifest.segments(kind.name, self.source)
        return read_parquet([self.folder / segment.path for segment in segments], kind)

    def write(
        self, connection: DuckDB, kind: FactKind, columns: Columns, part: str, beside: str = ""
    ) -> Segment:
        """Write a segment without making it visible; pass it to `commit`. Any thread may.

        part: what of the source it covers; committing the same part again replaces it.
        beside: a relation that has the kind's other columns, row by row in the same order.
        Whoever was erased stands in it under their pseudonym.
        """
        columns = self.mask.cover(kind, columns)
        return self._place(
            kind, part, lambda path: write_parquet(connection, kind, columns, path, beside)
        )

    def _place(self, kind: FactKind, part: str, write: Callable[[Path], int]) -> Segment:
        name = f"{_file_name(self.source)}/{kind.name}-{uuid.uuid4().hex}{SEGMENT_SUFFIX}"
        path = self.folder / name
        unfinished = path.with_suffix(".unfinished")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = write(unfinished)
            _make_durable(unfinished, path)
        except OSError as error:
            raise SourceDown(
                f"{path}: {error.strerror}",
                "Free some space and run again; nothing ingested so far is lost.",
            ) from error
        size = path.stat().st_size
        return Segment(name, kind.name, kind.version, self.source, part, rows, size)

    def commit(
        self,
        what: str,
        segments: Sequence[Segment],
        state: Mapping[str, Any] | None = None,
        replace: Sequence[FactKind] = (),
    ) -> int:
        """Make segments visible and move the cursor to `state`, at once or not at all."""
        txn = self._manifest.commit(
            self.source,
            what,
            self._clock().isoformat(),
            segments,
            [kind.name for kind in replace],
            self._cursor,
            state,
            erasure=self._erasure,
        )
        if state is not None:
            self._cursor = self._manifest.cursor(self.source)
        return txn

    def compact(self, connection: DuckDB, kind: FactKind, keep: Collection[str] = ()) -> int:
        """Replace many small segments of `kind` by one with the same rows; how many went.

        keep: parts that may still be replaced, which stay as they are. Snapshots taken before
        stay readable.
        """
        small = [
            segment
            for segment in self._manifest.segments(kind.name, self.source)
            if segment.row_count < SMALL_ROWS
            and segment.kind_version == kind.version
            and segment.part not in keep
        ]
        if len(small) < MANY_SEGMENTS:
            return 0
        relation = read_parquet([self.folder / segment.path for segment in small], kind)
        merged = self._place(
            kind,
            f"{small[0].part}..{small[-1].part}",
            lambda path: copy_parquet(connection, kind, relation, path),
        )
        self._manifest.commit(
            self.source,
            "compact",
            self._clock().isoformat(),
            [merged],
            [],
            self._cursor,
            None,
            [segment.path for segment in small],
        )
        return len(small)

    def cover(self, connection: DuckDB, kind: FactKind, mask: Mask) -> list[Segment]:
        """Write anew, not visible yet, each segment of `kind` that names somebody erased."""
        covered: list[Segment] = []
        for segment in self._manifest.segments(kind.name, self.source) if kind.personal else ():
            segment.require_form(kind.version)
            relation = read_parquet([self.folder / segment.path], kind)
            if found := read_covered(connection, relation, kind, mask):
                write = partial(write_parquet, connection, kind, found[0], beside=found[1])
                covered.append(self._place(kind, segment.part, write))
        return covered

    def sweep(self) -> None:
        """Delete this source's files that no snapshot needs: left by a kill, or long replaced."""
        mine = self.folder / _file_name(self.source)
        if not mine.is_dir():
            return
        live = {segment.path for segment in self._manifest.segments(source=self.source)}
        readable = self._clock() - timedelta(seconds=READERS_MAY_TAKE_S)
        needed = live.union(self._manifest.removed(self.source, readable.isoformat()))
        for path in mine.iterdir():
            if f"{mine.name}/{path.name}" not in needed:
                path.unlink(missing_ok=True)


def _make_durable(unfinished: Path, path: Path) -> None:
    descriptor = os.open(unfinished, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(path)


def _file_name(source: str) -> str:
    if not source or source.startswith(".") or "/" in source or "\0" in source:
        raise BadInput("source", source, "a name without '/', not starting with '.'")
    return source
