"""The vault in one SQLite file that only its owner may read; what is deleted is overwritten."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from groundplan.records.vault import Kind, Secret, Step
from groundplan.terms.errors import Refused, SourceBroken, SourceDown

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x47505654  # "GPVT" in the file's header: this is a vault
BUSY_S: Final = 30.0

_SCHEMA = (
    "create table secret (kind text not null, key text not null, owner text not null, "
    "body text not null, made_at text not null, expires_at text, used_at text, "
    "primary key (kind, key)) without rowid",
    "create index secret_owner on secret (owner, kind, made_at)",
    "create index secret_expiry on secret (expires_at) where expires_at is not null",
    f"pragma application_id = {APPLICATION_ID}",
    f"pragma user_version = {SCHEMA_VERSION}",
)
_SECRET = "kind, key, owner, body, made_at, expires_at, used_at"


class SQLiteVault:
    """The vault of one workspace; safe for several processes and threads.

    Raises SourceBroken for a file that is not a vault, Refused for one of a newer schema,
    SourceDown where it cannot be opened or written now.
    """

    def __init__(self, path: Path, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._lock = threading.RLock()
        with self._explained():
            # SQLite would let the group and others read it. Only a new file may be touched:
            # closing any other would drop the locks that this process holds on it
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
            self._connection = sqlite3.connect(
                path, timeout=BUSY_S, isolation_level=None, check_same_thread=False
            )
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        with self._explained():
            mark, schema, tables = (
                self._connection.execute(f"select * from ({text})").fetchone()[0]
                for text in (
                    "select application_id from pragma_application_id",
                    "select user_version from pragma_user_version",
                    "select count(*) from sqlite_master",
                )
            )
            if mark != APPLICATION_ID and (mark or schema or tables):
                raise SourceBroken(
                    f"{self._path} is a database of something else, not a vault",
                    "Name another file; nothing in this one was changed.",
                )
            if schema > SCHEMA_VERSION:
                raise Refused(
                    f"{self._path} was written by a newer Groundplan (vault schema {schema}, "
                    f"this one reads {SCHEMA_VERSION})",
                    "Update Groundplan; nothing in the vault was changed.",
                )
            for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
                self._connection.execute(f"pragma {pragma}")
        with self._transaction() as connection:
            if connection.execute("pragma user_version").fetchone()[0] == 0:
                for statement in _SCHEMA:
                    connection.execute(statement)

    def change(self, kind: Kind, key: str, step: Step) -> Secret | None:
        """Replace what stands under a key by what `step` makes of it; what stood there before."""
        with self._transaction() as connection:
            found = self._find(kind, key)
            wanted = step(found)
            if wanted is None:
                connection.execute("delete from secret where kind = ? and key = ?", (kind, key))
            elif wanted != found:
                connection.execute(
                    f"insert or replace into secret ({_SECRET}) values (?, ?, ?, ?, ?, ?, ?)",
                    _row(wanted),
                )
        return found

    def find(self, kind: Kind, key: str) -> Secret | None:
        """What stands under the key."""
        with self._lock, self._explained():
            return self._find(kind, key)

    def _find(self, kind: Kind, key: str) -> Secret | None:
        row = self._connection.execute(
            f"select {_SECRET} from secret where kind = ? and key = ?", (kind, key)
        ).fetchone()
        found = None if row is None else _secret(row)
        return found if found is not None and found.holds(self._clock()) else None

    def list_of(self, kind: Kind, owner: str) -> Sequence[Secret]:
        """The secrets of one kind and owner, oldest first."""
        with self._lock, self._explained():
            rows = self._connection.execute(
                f"select {_SECRET} from secret where owner = ? and kind = ? order by made_at, key",
                (owner, kind),
            ).fetchall()
        now = self._clock()
        return [secret for secret in map(_secret, rows) if secret.holds(now)]

    def remove_all(self, owner: str, *kinds: Kind) -> int:
        """Delete what a person has of these kinds, of every kind if none is named [secrets]."""
        marks = ", ".join("?" * len(kinds))
        chosen = f" and kind in ({marks})" if kinds else ""
        with self._transaction() as connection:
            return connection.execute(
                f"delete from secret where owner = ?{chosen}", (owner, *kinds)
            ).rowcount

    def purge(self) -> int:
        """Delete what has expired [secrets]."""
        with self._transaction() as connection:
            return connection.execute(
                "delete from secret where expires_at <= ?", (_text(self._clock()),)
            ).rowcount

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._explained():
            self._connection.execute("begin immediate")
            try:
                yield self._connection
                self._connection.execute("commit")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("rollback")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise SourceDown(
                f"{self._path}: {error.strerror}", "Choose a workspace that you may write to."
            ) from error
        except sqlite3.OperationalError as error:
            hint = "Nobody was signed in or out; make room or rights, then try again."
            raise SourceDown(f"{self._path}: {error}", hint, 1.0) from error
        except sqlite3.Error as error:
            hint = "Name a vault, or delete this file: everybody then signs in anew."
            raise SourceBroken(f"{self._path}: {error}", hint) from error


def _secret(row: tuple[Any, ...]) -> Secret:
    kind, key, owner, body, made_at, expires_at, used_at = row
    return Secret(
        Kind(kind), key, owner, datetime.fromisoformat(made_at), json.loads(body),
        datetime.fromisoformat(expires_at) if expires_at else None,
        datetime.fromisoformat(used_at) if used_at else None,
    )  # fmt: skip


def _row(secret: Secret) -> tuple[str | None, ...]:
    times = map(_text, (secret.made_at, secret.expires_at, secret.used_at))
    return (secret.kind, secret.key, secret.owner, json.dumps(dict(secret.body)), *times)


def _text(moment: datetime | None) -> str | None:
    # one width for all, so that texts compare as times do
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
