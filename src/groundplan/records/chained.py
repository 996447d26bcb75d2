"""The journal over any store that speaks SQL: what all stores share, so that none can differ.

A store brings reads, one writer at a time, and its own words for what went wrong.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Final

from groundplan.records.appending import COLUMNS, Request, Turn, append_all, insert_all
from groundplan.records.chain import Row, canonical, check_name, check_saying, entry_of, fault
from groundplan.records.combining import Combining
from groundplan.records.journal import ERASURES, Broken, Entry, Saying
from groundplan.terms.errors import Refused

SCHEMA_VERSION: Final = 2
ERASED: Final = "journal.erased"
PAGE: Final = 2_000
AFTER_ALL_NAMES: Final = "\U0010ffff"  # not printable, so that no name holds it

# n: the engine's type of a number that names a row; c: its way to compare text byte by byte.
# The journal's one row counts what was ever written: a cut-off end shows, and writers queue on it.
TABLES: Final = (
    "create table groundplan_journal (schema bigint not null, entries bigint not null, "
    "at text{c} not null)",
    "create table groundplan_entry (seq {n} primary key, stream text{c} not null, "
    "version bigint not null, kind text{c} not null, form bigint not null, at text{c} not null, "
    "team text{c} not null, visibility text{c} not null, by text{c}, owner text{c}, key text{c}, "
    "body text{c}, salt text{c}, words text{c} not null, digest text{c} not null, "
    "unique (stream, version))",
    "create unique index groundplan_entry_key on groundplan_entry (key, stream) "
    "where key is not null",
    "create index groundplan_entry_stream on groundplan_entry (version, stream) where version = 1",
    f"insert into groundplan_journal (schema, entries, at) values ({SCHEMA_VERSION}, 0, '')",
)
_SELECT: Final = f"select {COLUMNS} from groundplan_entry"
_ERASURES: Final = "select max(version) from groundplan_entry where stream = ?"
_NEWS: Final = (
    "with wanted (nr, stream, known) as (values {values}) "
    f"select ({_ERASURES}), wanted.nr, {', '.join(f'entry.{name}' for name in Row._fields)} "
    "from wanted "
    "left join groundplan_entry as entry on entry.stream = wanted.stream "
    "and entry.version > wanted.known order by wanted.nr, entry.version"
)
_NEWS_AT_ONCE: Final = 8  # answered together they all run at once, and wait for Python's lock
_News = tuple[int, list[Row]]


class ChainedJournal(ABC):
    """A journal whose entries are chained; safe for several processes and threads.

    clock: says when, as an aware datetime. Where it goes back, the time of the newest entry is
    written instead: times in a journal never run backwards.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._appends = Combining(self._append_all)
        self._news = Combining(self._read_news, _NEWS_AT_ONCE)

    @abstractmethod
    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query with `?` for its values finds now."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Turn]:
        """The only writer's turn; when it ends, all that was done is on the disk, or nothing is."""

    @abstractmethod
    def sweep(self) -> None:
        """Leave nothing of erased words in the store's free space."""

    @abstractmethod
    def close(self) -> None:
        """Release the store."""

    def append(self, saying: Saying, *, expected: int, key: str | None = None) -> Entry:
        """Append one entry as version `expected + 1`; Conflict if the stream has moved on.

        When it returns, the entry is on the disk. key: the same request under the same key is
        written once; another request under it is Refused. BadInput names the field.
        """
        check_saying(saying, key)
        return self._appends.ask(Request(saying, canonical(saying.body), expected, key))

    def _append_all(self, requests: Sequence[Request]) -> list[Entry | BaseException]:
        with self.writing() as turn:
            return append_all(turn, requests, self._clock)

    def read(self, stream: str, after: int = 0) -> Sequence[Entry]:
        """The entries of `stream` with a version above `after`, in order, the erased ones too."""
        found = self.rows(
            f"{_SELECT} where stream = ? and version > ? order by version", (stream, after)
        )
        return [entry_of(Row(*row)) for row in found]

    def news(self, stream: str, after: int) -> tuple[int, Sequence[Entry]]:
        """What `read` gives, and how many erasures there had been at that moment."""
        erasures, rows = self._news.ask((stream, after))
        return erasures, [entry_of(row) for row in rows]

    def _read_news(self, wanted: Sequence[tuple[str, int]]) -> list[_News]:
        """The news of many readers in one query."""
        values = ", ".join(["(?, ?, ?)"] * len(wanted))
        asked = (
            value for nr, (stream, after) in enumerate(wanted) for value in (nr, stream, after)
        )
        found = self.rows(_NEWS.format(values=values), (*asked, ERASURES))
        news: list[_News] = [(found[0][0] or 0, []) for _ in wanted]
        for _, nr, *row in found:
            if row[0] is not None:
                news[nr][1].append(Row(*row))
        return news

    def read_all(self, after: int = 0, most: int = 10_000) -> Sequence[Entry]:
        """The entries of every stream with a seq above `after`, in order; at most `most`."""
        return [entry_of(row) for row in self._page(after, most)]

    def _page(self, after: int, most: int) -> list[Row]:
        found = self.rows(f"{_SELECT} where seq > ? order by seq limit ?", (after, most))
        return [Row(*row) for row in found]

    def version(self, stream: str) -> int:
        """The version of the newest entry of `stream`; 0 if there is none."""
        found = self.rows("select max(version) from groundplan_entry where stream = ?", (stream,))
        return found[0][0] or 0

    def streams(self, prefix: str = "") -> Sequence[str]:
        """The names of the streams that begin with `prefix`, in the order of their code points."""
        found = self.rows(
            "select stream from groundplan_entry "
            "where version = 1 and stream >= ? and stream < ? order by stream",
            (prefix, prefix + AFTER_ALL_NAMES),
        )
        return [name for (name,) in found]

    def find(self, key: str) -> Entry | None:
        """The first entry that was written under `key`, in any stream; erased ones lost theirs."""
        found = self.rows(f"{_SELECT} where key = ? order by seq limit 1", (key,))
        return entry_of(Row(*found[0])) if found else None

    def erase(self, person: str, *, by: str, about: Collection[int] = ()) -> int:
        """Remove the words of every entry that `person` said or owns; how many entries [entries].

        about: the seq of entries of others that name them, which go too.
        The one sanctioned destruction: the chain still verifies, and the erasure is an entry of
        the stream "erasures" that names nobody but who did it. Names of streams and kinds stay;
        so do copies elsewhere: backups, exports, a database server's own logs.
        """
        check_name("person", person)
        check_name("by", by)
        with self.writing() as turn:
            erased = _erase(turn, "by = ? or owner = ?", (person, person))
            erased += sum(_erase(turn, "seq = ?", (seq,)) for seq in about)
            body = {"entries": erased}
            record = Request(Saying(ERASURES, ERASED, body, by, by), canonical(body))
            append_all(turn, [record], self._clock)
        self.sweep()
        return erased

    def verify(self) -> Broken | None:
        """The first entry that was tampered with; None if every entry is as it was appended.

        Finds changed, removed, inserted and reordered entries, and a cut-off end as long as the
        store's own count of entries was left alone. Somebody who rewrites the whole journal and
        its digests is found only by comparing the newest digest with a copy kept elsewhere.
        """
        heads: dict[str, tuple[str, int]] = {}
        for nr, row in enumerate(self.stored(self.newest()), start=1):
            reason = fault(nr, row, heads.get(row.stream, ("", 0)))
            if reason is not None:
                return Broken(row.seq, row.stream, row.version, reason)
            heads[row.stream] = (row.digest, row.version)
        return self._miscounted()

    def _miscounted(self) -> Broken | None:
        # one statement is one moment: writers go on meanwhile
        entries, newest = self.rows(
            "select entries, (select coalesce(max(seq), 0) from groundplan_entry) "
            "from groundplan_journal"
        )[0]
        if entries > newest:
            lost = entries - newest
            return Broken(newest + 1, "", 0, f"the last {lost} entries were removed")
        if newest > entries:
            return Broken(entries + 1, "", 0, "entries were added that nobody appended")
        return None

    def newest(self) -> int:
        """The seq of the newest entry; 0 if there is none."""
        return int(self.rows("select coalesce(max(seq), 0) from groundplan_entry")[0][0])

    def stored(self, until: int) -> Iterator[Row]:
        """Every row as it is stored, in the order of writing, up to the seq `until`.

        Page by page: rows do not change, so that the pages fit together while others write.
        """
        after = 0
        while after < until:
            page = [row for row in self._page(after, PAGE) if row.seq <= until]
            if not page:
                return
            yield from page
            after = page[-1].seq

    def take_in(self, rows: Iterable[Row]) -> int:
        """Fill an empty journal with rows that were checked; how many [entries].

        All become visible together, or none. Refused if the journal holds anything.
        """
        with self.writing() as turn:
            if turn.entries:
                raise Refused(
                    f"the journal is not empty: it holds {turn.entries:,} entries",
                    "Name an empty one; nothing was changed.",
                )
            return insert_all(turn, rows)


def _erase(turn: Turn, where: str, values: Sequence[Any]) -> int:
    ((found,),) = turn.execute(
        f"select count(*) from groundplan_entry where ({where}) and by is not null", values
    )
    turn.execute(
        "update groundplan_entry set by = null, owner = null, key = null, body = null, "
        f"salt = null where {where}",
        values,
    )
    return int(found)


def check_schema(place: str, found: int) -> None:
    """Refused for a journal whose tables have another form than this program's."""
    if found > SCHEMA_VERSION:
        raise Refused(
            f"{place} was written by a newer Groundplan (journal schema {found}, "
            f"this one reads {SCHEMA_VERSION})",
            "Update Groundplan; nothing in the journal was changed.",
        )
    if found < SCHEMA_VERSION:
        raise Refused(
            f"{place} was written before the first release (journal schema {found}, "
            f"this one reads {SCHEMA_VERSION})",
            "Move it away and start a new one; nothing in it was changed.",
        )
