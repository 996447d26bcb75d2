"""The journal in one SQLite file: WAL, synchronous FULL, one writer at a time, no server.

An acknowledged entry is on the disk; a process killed at any point leaves no half entry.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from groundplan.records.chain import as_body, canonical, check_name, digest_entry, digest_words
from groundplan.records.journal import Broken, Entry
from groundplan.terms.errors import (
    BadInput,
    GroundplanError,
    Refused,
    SourceBroken,
    SourceDown,
)

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x47504A4C  # "GPJL" in the file's header: this is a journal
BUSY_S: Final = 30.0

_SCHEMA = (
    # salt, by and body may become null: erasure removes words and leaves `words`, their digest
    "create table entry (seq integer primary key autoincrement, stream text not null, "
    "version integer not null, kind text not null, at text not null, by text, key text, "
    "body text, salt text, words text not null, digest text not null, unique (stream, version))",
    "create unique index entry_key on entry (stream, key) where key is not null",
    f"pragma application_id = {APPLICATION_ID}",
    f"pragma user_version = {SCHEMA_VERSION}",
)
_ENTRY = "seq, stream, version, kind, at, by, body, digest"


class SQLiteJournal:
    """The journal of one workspace; safe for several processes and threads.

    clock: says when, as an aware datetime. Raises SourceBroken for a file that is not a journal,
    Refused for one of a newer schema, SourceDown where it cannot be opened or written now.
    """

    def __init__(
        self, path: Path, clock: Callable[[], datetime], *, busy_s: float = BUSY_S
    ) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        with _explained(path):
            self._connection = sqlite3.connect(
                path, timeout=busy_s, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        with _explained(self._path):
            self._check_is_ours()
            self._connection.execute("pragma journal_mode = wal")
            self._connection.execute("pragma synchronous = full")
        with self._transaction() as connection:
            if connection.execute("pragma user_version").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    connection.execute(statement)

    def _check_is_ours(self) -> None:
        # before anything is written: another program's database must stay untouched
        mark = self._connection.execute("pragma application_id").fetchone()[0]
        schema = self._connection.execute("pragma user_version").fetchone()[0]
        tables = self._connection.execute("select count(*) from sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (mark or schema or tables):
            raise SourceBroken(
                f"{self._path} is a database of something else, not a journal",
                "Name another file; nothing in this one was changed.",
            )
        if schema > SCHEMA_VERSION:
            raise Refused(
                f"{self._path} was written by a newer Groundplan (journal schema {schema}, "
                f"this one reads {SCHEMA_VERSION})",
                "Update Groundplan; nothing in the journal was changed.",
            )

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    def append(
        self,
        stream: str,
        kind: str,
        body: Mapping[str, Any],
        *,
        by: str,
        expected: int,
        key: str | None = None,
    ) -> Entry:
        """Append one entry as version `expected + 1`; Refused if the stream has moved on.

        When it returns, the entry is on the disk. key: the same request under the same key is
        written once; another request under it is Refused. BadInput names the field.
        """
        named = {"stream": stream, "kind": kind, "by": by} | ({} if key is None else {"key": key})
        for field, value in named.items():
            check_name(field, value)
        text = canonical(body)
        with self._transaction() as connection:
            known = self._find(connection, stream, key)
            if known is not None:
                return _same_request(known, kind, by, text, key)
            previous, version = self._head(connection, stream)
            if version != expected:
                raise Refused(
                    f"{stream!r} has moved on: expected version {expected}, found {version}",
                    "Read what was added, then try again.",
                )
            return self._insert(connection, previous, version + 1, (stream, kind, by, key, text))

    @staticmethod
    def _find(connection: sqlite3.Connection, stream: str, key: str | None) -> Entry | None:
        if key is None:
            return None
        row = connection.execute(
            f"select {_ENTRY} from entry where stream = ? and key = ?", (stream, key)
        ).fetchone()
        return None if row is None else _entry(row)

    @staticmethod
    def _head(connection: sqlite3.Connection, stream: str) -> tuple[str, int]:
        row = connection.execute(
            "select digest, version from entry where stream = ? order by version desc limit 1",
            (stream,),
        ).fetchone()
        return ("", 0) if row is None else (row[0], row[1])

    def _insert(
        self,
        connection: sqlite3.Connection,
        previous: str,
        version: int,
        said: tuple[str, str, str, str | None, str],
    ) -> Entry:
        stream, kind, by, key, text = said
        seq = connection.execute("select coalesce(max(seq), 0) + 1 from entry").fetchone()[0]
        at = _utc(self._clock()).isoformat(timespec="microseconds")
        salt = secrets.token_hex(16)
        words = digest_words(salt, by, key, text)
        digest = digest_entry(previous, words, (seq, stream, version, kind, at))
        connection.execute(
            "insert into entry (seq, stream, version, kind, at, by, key, body, salt, words, digest)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (seq, stream, version, kind, at, by, key, text, salt, words, digest),
        )
        return _entry((seq, stream, version, kind, at, by, text, digest))

    def read(self, stream: str, after: int = 0) -> Sequence[Entry]:
        """The entries of `stream` with a version above `after`, in order."""
        with self._lock, _explained(self._path):
            rows = self._connection.execute(
                f"select {_ENTRY} from entry where stream = ? and version > ? order by version",
                (stream, after),
            ).fetchall()
        return [_entry(row) for row in rows]

    def verify(self) -> Broken | None:
        """The first entry that was tampered with; None if every entry is as it was appended.

        Finds changed, removed, inserted and reordered entries, and a cut-off end as long as the
        file's own count of entries was left alone. Somebody who rewrites the whole file and its
        digests is found only by comparing the newest digest with a copy kept elsewhere.
        """
        heads: dict[str, tuple[str, int]] = {}
        nr = 0
        with self._lock, _explained(self._path):
            rows = self._connection.execute(
                "select seq, stream, version, kind, at, by, key, body, salt, words, digest "
                "from entry order by seq"
            )
            for nr, row in enumerate(rows, start=1):
                reason = _fault(nr, row, heads.get(row[1], ("", 0)))
                if reason is not None:
                    return Broken(row[0], row[1], row[2], reason)
                heads[row[1]] = (row[10], row[2])
            ever = self._connection.execute("select max(seq) from sqlite_sequence").fetchone()[0]
        if (ever or 0) > nr:
            return Broken(nr + 1, "", 0, f"the last {ever - nr} entries were removed")
        return None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _explained(self._path):
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            finally:
                # a commit that the disk refused leaves the transaction open
                if self._connection.in_transaction:
                    self._connection.execute("rollback")


def _fault(nr: int, row: tuple[Any, ...], head: tuple[str, int]) -> str | None:
    seq, stream, version, kind, at, by, key, body, salt, words, digest = row
    previous, last = head
    if seq != nr:
        return f"entry {nr} is missing before it"
    if version != last + 1:
        return f"version {last + 1} of its stream is missing before it"
    erased = salt is None and by is None and body is None
    if not erased and digest_words(salt or "", by, key, body) != words:
        return "its words are not those that were appended"
    if digest_entry(previous, words, (seq, stream, version, kind, at)) != digest:
        return "its digest does not follow from the entry before it"
    return None


def _same_request(known: Entry, kind: str, by: str, text: str, key: str | None) -> Entry:
    if (known.kind, known.by, canonical(known.body)) != (kind, by, text):
        raise Refused(
            f"the key {key!r} was used for another entry (version {known.version})",
            "Use a new key for a new request.",
        )
    return known


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, stream, version, kind, at, by, body, digest = row
    try:
        return Entry(
            seq, stream, version, kind, datetime.fromisoformat(at), by, as_body(body), digest
        )
    except (TypeError, ValueError) as error:
        raise SourceBroken(
            f"journal entry {seq} ({stream}, version {version}) cannot be read: {error}",
            "Restore the journal from a backup; verifying it names the first broken entry.",
        ) from error


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput("clock", moment, "a time with its zone")
    return moment.astimezone(UTC)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _explain(str(error), path) from error


def _explain(text: str, path: Path) -> GroundplanError:
    if "full" in text or "disk I/O" in text:
        return SourceDown(f"{path}: {text}", "Free some space and try again; nothing was lost.")
    if "locked" in text:
        return SourceDown(
            f"{path}: {text}", "Another process is writing; try again in a moment.", 1.0
        )
    if "readonly" in text or "unable to open" in text:
        return SourceDown(f"{path}: {text}", "Choose a workspace that you may write to.")
    return SourceBroken(f"{path}: {text}", "Name a journal, or restore this one from a backup.")
