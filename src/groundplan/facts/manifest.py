"""Which segments hold, since which transaction: the one place where facts become visible.

SQLite in WAL mode beside the segments. A segment file counts only once its row is here, so a
process killed between the two leaves an unused file and nothing else.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from groundplan.facts.engines.sqlite import Schema, SQLite
from groundplan.terms.errors import Refused

_SCHEMA = """
create table if not exists txn (
  id integer primary key, source text not null, what text not null, at text not null
);
create table if not exists segment (
  id integer primary key, path text not null unique, kind text not null,
  kind_version integer not null, source text not null, part text not null,
  row_count integer not null, byte_count integer not null,
  added_txn integer not null references txn (id), removed_txn integer references txn (id)
);
create index if not exists segment_live on segment (kind, source) where removed_txn is null;
create table if not exists cursor (
  source text primary key, version integer not null, state text not null
);
create table if not exists looked (source text primary key, at text not null);
create table if not exists erased (digest text primary key, pseudonym text not null);
create table if not exists salt (salt text not null);
insert into salt select lower(hex(randomblob(16))) where not exists (select * from salt);
"""
REREAD: Final = "Read its source again: groundplan rebuild."
_FILE = Schema(
    _SCHEMA,
    version=3,  # 1 knew no erasures, and would write down again what was erased
    mend="The workspace can be built again from the repositories: groundplan rebuild.",
)
_LAST_ERASURE = "select coalesce(max(id), 0) from txn where what = 'erase'"


@dataclass(frozen=True, slots=True)
class Segment:
    """One immutable Parquet file of one kind from one source.

    part: what of the source it covers; a later append to the same part replaces it.
    """

    path: str
    kind: str
    kind_version: int
    source: str
    part: str
    row_count: int
    byte_count: int

    def require_form(self, form: int) -> None:
        """Refused unless this segment has the form of its kind that is known here."""
        if self.kind_version != form:
            raise Refused(
                f"{self.path}: form {self.kind_version} of {self.kind}; "
                f"this Groundplan reads form {form}",
                "Update Groundplan, on the workers too." if self.kind_version > form else REREAD,
            )


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source has been read: `state` is the source's own; version counts its moves."""

    version: int
    state: Mapping[str, Any]


class Manifest:
    """The catalogue of one workspace's facts; safe for several processes."""

    def __init__(self, path: Path) -> None:
        self._file = SQLite(path, _FILE)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def commit(
        self,
        source: str,
        what: str,
        at: str,
        added: Sequence[Segment],
        replaced_kinds: Sequence[str],
        cursor: Cursor | None,
        state: Mapping[str, Any] | None,
        replaced_paths: Sequence[str] = (),
        erasure: int | None = None,
    ) -> int:
        """Make `added` visible and move the cursor, at once or not at all; the transaction's id.

        replaced_kinds: kinds whose earlier segments of this source stop holding.
        replaced_paths: segments that stop holding; one replaced by another process is `Refused`.
        cursor: what the caller read before; another process having moved it is `Refused`.
        erasure: the newest one that `added` was covered by; a newer one is `Refused`.
        """
        with self._file.writing() as connection:
            self._expect(connection, source, cursor)
            if erasure not in (None, connection.execute(_LAST_ERASURE).fetchone()[0]):
                raise _meanwhile(source)
            txn = connection.execute(
                "insert into txn (source, what, at) values (?, ?, ?) returning id",
                (source, what, at),
            ).fetchone()[0]
            self._stop_holding(connection, txn, source, replaced_kinds, replaced_paths)
            for segment in added:
                self._insert(connection, txn, segment)
            if state is not None:
                version = 1 if cursor is None else cursor.version + 1
                connection.execute(
                    "insert into cursor values (?, ?, ?) on conflict (source) "
                    "do update set version = excluded.version, state = excluded.state",
                    (source, version, json.dumps(state)),
                )
        return int(txn)

    @staticmethod
    def _stop_holding(
        connection: sqlite3.Connection,
        txn: int,
        source: str,
        kinds: Sequence[str],
        paths: Sequence[str],
    ) -> None:
        stop = "update segment set removed_txn = ? where removed_txn is null and "
        for kind in kinds:
            connection.execute(f"{stop} kind = ? and source = ?", (txn, kind, source))
        for path in paths:
            if connection.execute(f"{stop} path = ?", (txn, path)).rowcount != 1:
                raise _meanwhile(source)

    @staticmethod
    def _expect(connection: sqlite3.Connection, source: str, cursor: Cursor | None) -> None:
        row = connection.execute(
            "select version from cursor where source = ?", (source,)
        ).fetchone()
        have = row[0] if row else None
        want = cursor.version if cursor else None
        if have != want:
            raise _meanwhile(source)

    @staticmethod
    def _insert(connection: sqlite3.Connection, txn: int, segment: Segment) -> None:
        connection.execute(
            "update segment set removed_txn = ? where kind = ? and source = ? and part = ? "
            "and removed_txn is null",
            (txn, segment.kind, segment.source, segment.part),
        )
        connection.execute(
            "insert into segment (path, kind, kind_version, source, part, row_count, byte_count, "
            "added_txn) values (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                segment.path,
                segment.kind,
                segment.kind_version,
                segment.source,
                segment.part,
                segment.row_count,
                segment.byte_count,
                txn,
            ),
        )

    def erase(
        self, at: str, pseudonyms: Mapping[str, str], covered: Sequence[Segment], last: int
    ) -> None:
        """Let covered segments replace those of their parts, and keep whom to cover, all at once.

        pseudonyms: by digest. last: the newest transaction when `covered` was made; a newer one is
        `Refused`.
        """
        with self._file.writing() as connection:
            if self.latest_txn() != last:
                raise _meanwhile("facts")
            txn = connection.execute(
                "insert into txn (source, what, at) values ('', 'erase', ?) returning id", (at,)
            ).fetchone()[0]
            for segment in covered:
                self._insert(connection, txn, segment)
            connection.executemany(
                "insert or replace into erased values (?, ?)", list(pseudonyms.items())
            )

    def last_erasure(self) -> int:
        """The newest erasure's transaction; 0 before the first."""
        return int(self._file.read(_LAST_ERASURE).fetchone()[0])

    def erased(self) -> tuple[str, dict[str, str]]:
        """The workspace's salt, and the pseudonyms of what was erased by salted digest."""
        (salt,) = self._file.read("select salt from salt limit 1").fetchone()
        return salt, dict(self._file.read("select digest, pseudonym from erased"))

    def forget(self, source: str, at: str) -> None:
        """Let no fact of `source` hold any longer, and forget its cursor (before a rebuild)."""
        with self._file.writing() as connection:
            txn = connection.execute(
                "insert into txn (source, what, at) values (?, 'forget', ?) returning id",
                (source, at),
            ).fetchone()[0]
            connection.execute(
                "update segment set removed_txn = ? where source = ? and removed_txn is null",
                (txn, source),
            )
            connection.execute("delete from cursor where source = ?", (source,))

    def cursor(self, source: str) -> Cursor | None:
        """How far `source` has been read; None before its first commit."""
        row = self._file.read(
            "select version, state from cursor where source = ?", (source,)
        ).fetchone()
        return Cursor(row[0], json.loads(row[1])) if row else None

    def sources(self) -> list[str]:
        """Every source that has a cursor, by name."""
        rows = self._file.read("select source from cursor order by source")
        return [row[0] for row in rows]

    def latest_txn(self) -> int:
        """The newest transaction's id; 0 before the first."""
        return int(self._file.read("select coalesce(max(id), 0) from txn").fetchone()[0])

    def note_look(self, source: str, at: str) -> None:
        """Somebody looked for what is new at a source, and found it or found nothing."""
        with self._file.writing() as connection:
            connection.execute("insert or replace into looked values (?, ?)", (source, at))

    def looks(self) -> dict[str, tuple[datetime | None, datetime | None]]:
        """For each source when somebody last looked there, and when that last brought something."""
        rows = self._file.read(
            "select source, max(looked), max(brought) from ("
            "select source, at as looked, null as brought from looked "
            "union all select source, null, at from txn) group by source"
        )
        return {source: (_moment(looked), _moment(brought)) for source, looked, brought in rows}

    def segments(self, kind: str | None = None, source: str | None = None) -> list[Segment]:
        """The segments that hold now, oldest first."""
        rows = self._file.read(
            "select path, kind, kind_version, source, part, row_count, byte_count from segment "
            "where removed_txn is null and (? is null or kind = ?) and (? is null or source = ?) "
            "order by id",
            (kind, kind, source, source),
        )
        return [Segment(*row) for row in rows]

    def removed(self, source: str, since: str) -> list[str]:
        """Paths of segments of `source` that stopped holding after `since` (ISO 8601).

        None that an erasure replaced or came after: nobody shall read them any more.
        """
        rows = self._file.read(
            "select path from segment join txn on txn.id = removed_txn "
            f"where segment.source = ? and txn.at > ? and removed_txn > ({_LAST_ERASURE})",
            (source, since),
        )
        return [row[0] for row in rows]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _meanwhile(source: str) -> Refused:
    return Refused(
        f"another process has ingested {source!r} meanwhile",
        "Nothing was written twice; run the command again.",
    )
