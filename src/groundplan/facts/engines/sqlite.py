"""One SQLite file of a workspace: opened with its schema, written in transactions, errors told."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from groundplan.terms.errors import GroundplanError, Refused, SourceBroken, SourceDown

BUSY_S: Final = 30.0  # so long another process may take for its transaction


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds. version: raised with the statements, which may be run on any older one.

    mend: what to do about a file that is damaged. secure: overwrite on the disk what is deleted.
    """

    statements: str
    version: int
    mend: str
    secure: bool = False


class SQLite:
    """A file in WAL mode; safe for several processes, and for threads that write in transactions.

    Errors: SourceBroken for a file that is none, Refused for one of a newer schema, SourceDown
    where it cannot be opened or written now.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self._mend = schema.mend
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
            found = self._prepare(schema)
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error
        if found > schema.version:
            raise Refused(
                f"{path} was written by a newer Groundplan (schema {found}, "
                f"this one reads {schema.version})",
                "Update Groundplan, or choose another workspace.",
            )

    def _prepare(self, schema: Schema) -> int:
        for pragma in ("journal_mode = wal", "synchronous = full"):
            self._connection.execute(f"pragma {pragma}")
        if schema.secure:
            self._connection.execute("pragma secure_delete = on")
        found = int(self._connection.execute("pragma user_version").fetchone()[0])
        if found < schema.version:
            self._connection.executescript(
                f"begin immediate; {schema.statements} "
                f"pragma user_version = {schema.version}; commit;"
            )
        return found

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def read(self, sql: str, given: Sequence[object] = ()) -> sqlite3.Cursor:
        """The rows of a question."""
        return self._connection.execute(sql, given)

    def empty_log(self) -> None:
        """Leave nothing of what was overwritten in the file's write-ahead log."""
        self._connection.execute("pragma wal_checkpoint(truncate)")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is done at the end of the block, or nothing."""
        try:
            with self._lock:
                self._connection.execute("begin immediate")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.execute("rollback")
                    raise
                self._connection.execute("commit")
        except sqlite3.DatabaseError as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.DatabaseError) -> GroundplanError:
        text = str(error)
        hint = next((hint for words, hint in _HINTS if words in text), None)
        if hint is not None:
            return SourceDown(f"{self.path}: {text}", hint)
        return SourceBroken(f"{self.path}: {text}", self._mend)


_SPACE: Final = "Free some space and run again; nothing that was read so far is lost."
_HINTS: Final = (
    ("disk is full", _SPACE),
    ("disk I/O", _SPACE),
    ("locked", "Another process is writing; run again in a moment."),
    ("readonly", "Choose a workspace you may write to with --workspace DIR."),
    ("unable to open", "Choose a workspace you may write to with --workspace DIR."),
)
