"""The journal in one SQLite file: WAL, synchronous FULL, one writer at a time, no server.

An acknowledged entry is on the disk; a process killed at any point leaves no half entry.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from groundplan.records.appending import Execute, Turn
from groundplan.records.chained import SCHEMA_VERSION, TABLES, ChainedJournal, check_schema
from groundplan.records.connections import Connections
from groundplan.terms.errors import GroundplanError, SourceBroken, SourceDown

APPLICATION_ID: Final = 0x47504A4C  # "GPJL" in the file's header: this is a journal
BUSY_S: Final = 30.0
MOST_READERS: Final = 2


class SQLiteJournal(ChainedJournal):
    """The journal of one workspace; safe for several processes and threads.

    clock: says when, as an aware datetime. Raises SourceBroken for a file that is not a journal,
    Refused for one of another schema, SourceDown where it cannot be opened or written now.
    """

    def __init__(
        self, path: Path, clock: Callable[[], datetime], *, busy_s: float = BUSY_S
    ) -> None:
        super().__init__(clock)
        self._path = path
        self._busy_s = busy_s
        self._writers = Connections(self._writer, sqlite3.Connection.close, 1)
        self._readers = Connections(self._reader, sqlite3.Connection.close, MOST_READERS)
        try:
            _create(path)
            self._prepare()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path, timeout=self._busy_s, isolation_level=None, check_same_thread=False
        )

    def _reader(self) -> sqlite3.Connection:
        connection = self._connect()
        connection.execute("pragma query_only = on")
        return connection

    def _writer(self) -> sqlite3.Connection:
        connection = self._connect()
        try:
            self._check_is_ours(connection)
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma secure_delete = on")  # erased words become zeros
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self) -> None:
        with self._transaction() as execute:
            if execute("pragma user_version", ())[0][0] == 0:
                for statement in TABLES:
                    execute(statement.format(n="integer", c=""), ())
                execute(f"pragma application_id = {APPLICATION_ID}", ())
                execute(f"pragma user_version = {SCHEMA_VERSION}", ())

    def _check_is_ours(self, connection: sqlite3.Connection) -> None:
        # before anything is written: another program's database must stay untouched
        mark = connection.execute("pragma application_id").fetchone()[0]
        schema = connection.execute("pragma user_version").fetchone()[0]
        tables = connection.execute("select count(*) from sqlite_master").fetchone()[0]
        if mark != APPLICATION_ID and (mark or schema or tables):
            raise SourceBroken(
                f"{self._path} is a database of something else, not a journal",
                "Name another file; nothing in this one was changed.",
            )
        check_schema(str(self._path), schema or SCHEMA_VERSION)

    def close(self) -> None:
        """Release the file."""
        self._readers.close()
        self._writers.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query with `?` for its values finds now; readers never wait for the writer."""
        with _explained(self._path), self._readers.lent() as connection:
            return connection.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Turn]:
        """The only writer's turn; when it ends, all that was done is on the disk, or nothing is."""
        with self._transaction() as execute:
            entries, at = execute("select entries, at from groundplan_journal", ())[0]
            yield Turn(execute, entries, at)

    @contextmanager
    def _transaction(self) -> Iterator[Execute]:
        with _explained(self._path), self._writers.lent() as connection:
            # whatever goes wrong closes the connection, which takes everything back
            connection.execute("begin immediate")
            yield lambda sql, values: connection.execute(sql, values).fetchall()
            connection.execute("commit")

    def sweep(self) -> None:
        """Leave nothing of erased words in the log beside the file.

        While somebody reads, it stays until the next one who writes or closes finds no reader.
        """
        with _explained(self._path), self._writers.lent() as connection:
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()


def _create(path: Path) -> None:
    # SQLite would let the group and others read what is private. Only a file that is new may be
    # touched: closing any other would drop the locks that this process holds on it
    with _explained(path), suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _explain(f"unable to open: {error.strerror}", path) from error
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
