"""Replies of sources as they came: compressed, by content, appended with the place read up to.

One SQLite file of the workspace. A page and the checkpoint after it are one transaction, so that a
process killed at any point goes on with the next page. Facts can be built again from here.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from groundplan.facts.engines.sqlite import Schema, SQLite
from groundplan.terms.errors import SourceBroken

LEVEL: Final = 3  # of zlib: half of level 6's time for a tenth more bytes
FETCHED_AT_ONCE: Final = 64

_SCHEMA: Final = """
create table if not exists blob (digest text primary key, body blob not null) without rowid;
create table if not exists reply (
  seq integer primary key autoincrement, source text not null, kind text not null,
  about text not null, at text not null, digest text not null
);
create index if not exists reply_of on reply (source, seq);
create index if not exists reply_like on reply (source, kind, about, seq);
create index if not exists reply_body on reply (digest);
create table if not exists place (source text primary key, state text not null);
"""
_FILE: Final = Schema(
    _SCHEMA, version=1, mend="Delete the file and read the sources again.", secure=True
)
_REPLIES: Final = """
select seq, source, kind, about, at, body from reply join blob using (digest)
where source = ? and seq > ? order by seq limit ?
"""
_SAID: Final = "select 1 from reply where digest = ? and source = ? and kind = ?"


@dataclass(frozen=True, slots=True)
class Told:
    """One reply to be kept.

    kind: the folder of the source and a word of its own, `github/pulls`. about: what the shape must
    know besides the body, such as from when on it is news; never a token, and no address that holds
    one. once: of those of its kind that say the same only the first is kept, whatever their
    `about`: so that nobody can say again what a server pushed once.
    """

    kind: str
    body: bytes
    about: Mapping[str, Any] = field(default_factory=dict)
    once: bool = False


@dataclass(frozen=True, slots=True)
class RawReply:
    """One reply that was kept. seq: larger is later; at: when it was kept, ISO 8601 UTC."""

    seq: int
    source: str
    kind: str
    about: Mapping[str, Any]
    at: str
    body: bytes


class Raw:
    """The raw replies of one workspace; safe for several processes."""

    def __init__(self, path: Path) -> None:
        self._file = SQLite(path, _FILE)

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def append(
        self,
        source: str,
        replies: Sequence[Told],
        at: str,
        state: Mapping[str, Any] | None = None,
    ) -> int:
        """Keep replies and move the source's place to `state`, at once or not at all.

        How many were new: one that says the same as the newest of its kind and `about` is not.
        """
        kept = 0
        with self._file.writing() as connection:
            for told in replies:
                kept += self._keep(connection, source, told, at)
            if state is not None:
                connection.execute(
                    "insert into place values (?, ?) "
                    "on conflict (source) do update set state = excluded.state",
                    (source, json.dumps(state)),
                )
        return kept

    @staticmethod
    def _keep(connection: sqlite3.Connection, source: str, told: Told, at: str) -> int:
        digest = _digest(told.body)
        about = json.dumps(told.about, sort_keys=True)
        newest = connection.execute(
            "select digest from reply where source = ? and kind = ? and about = ? "
            "order by seq desc limit 1",
            (source, told.kind, about),
        ).fetchone()
        if newest is not None and newest[0] == digest:
            return 0
        if told.once and connection.execute(_SAID, (digest, source, told.kind)).fetchone():
            return 0
        known = connection.execute("select 1 from blob where digest = ?", (digest,)).fetchone()
        if known is None:
            body = zlib.compress(told.body, LEVEL)
            connection.execute("insert into blob values (?, ?)", (digest, body))
        connection.execute(
            "insert into reply (source, kind, about, at, digest) values (?, ?, ?, ?, ?)",
            (source, told.kind, about, at, digest),
        )
        return 1

    def state(self, source: str) -> dict[str, Any]:
        """Where the reading of `source` stands, in its own words; empty before its first page."""
        row = self._file.read("select state from place where source = ?", (source,)).fetchone()
        return dict(json.loads(row[0])) if row else {}

    def read(self, source: str, after: int = 0) -> Iterator[RawReply]:
        """The replies of `source` later than `after`, oldest first, a few in memory at a time."""
        while rows := self._file.read(_REPLIES, (source, after, FETCHED_AT_ONCE)).fetchall():
            for seq, name, kind, about, at, body in rows:
                yield RawReply(seq, name, kind, json.loads(about), at, self._unpack(seq, body))
            after = rows[-1][0]

    def newest(self, source: str) -> int:
        """The newest reply of `source`; 0 before its first one."""
        row = self._file.read("select max(seq) from reply where source = ?", (source,))
        return int(row.fetchone()[0] or 0)

    def sources(self) -> list[str]:
        """Every source of which something was kept."""
        rows = self._file.read("select distinct source from reply order by source")
        return [row[0] for row in rows]

    def forget(self, source: str) -> None:
        """Drop the replies of `source` and its place, so that it is asked for everything anew."""
        with self._file.writing() as connection:
            connection.execute("delete from reply where source = ?", (source,))
            connection.execute("delete from place where source = ?", (source,))
            connection.execute("delete from blob where digest not in (select digest from reply)")

    def erase(self, source: str, cover: Callable[[RawReply], bytes]) -> int:
        """Put other bytes in the place of replies that name somebody; how many were changed.

        cover: the bytes to keep of a reply, the very same ones if it names nobody who was erased.
        What was there before is overwritten on the disk. Killed at any point, nothing or all of a
        reply is covered; another call covers the rest.
        """
        changed = 0
        for reply in self.read(source):
            body = cover(reply)
            if body != reply.body:
                changed += self._replace(reply, body)
        self._file.empty_log()
        return changed

    def _replace(self, reply: RawReply, body: bytes) -> int:
        digest = _digest(body)
        with self._file.writing() as connection:
            connection.execute(
                "insert or ignore into blob values (?, ?)", (digest, zlib.compress(body, LEVEL))
            )
            connection.execute("update reply set digest = ? where seq = ?", (digest, reply.seq))
            connection.execute(
                "delete from blob where digest = ? and digest not in (select digest from reply)",
                (_digest(reply.body),),
            )
        return 1

    def _unpack(self, seq: int, body: bytes) -> bytes:
        try:
            return zlib.decompress(body)
        except zlib.error as error:
            raise SourceBroken(
                f"{self._file.path}: reply {seq} is damaged ({error})",
                "Forget the source and read it again.",
            ) from error


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
