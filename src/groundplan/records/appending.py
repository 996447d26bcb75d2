"""Requests that are written in one transaction, as if one had come after the other.

However many they are, a store is asked a few times only: what their keys and streams hold now,
and to take all their rows.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Any, Final, TypeAlias

from groundplan.records.chain import Place, Row, entry_of, same_request, seal
from groundplan.records.journal import Entry, Saying
from groundplan.terms.errors import BadInput, Conflict, GroundplanError

Execute: TypeAlias = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

COLUMNS: Final = ", ".join(Row._fields)
AT_ONCE: Final = 200  # both engines limit the values of one statement

_PLACES: Final = f"({', '.join('?' for _ in Row._fields)})"
_INSERT: Final = f"insert into groundplan_entry ({COLUMNS}) values "
_HEAD: Final = (
    "select * from (select stream, digest, version from groundplan_entry "
    "where stream = ? order by version desc limit 1) as head"
)


@dataclass(frozen=True, slots=True)
class Request:
    """Something that is to be appended. text: its body; expected: None for any version."""

    saying: Saying
    text: str
    expected: int | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """The only writer's turn. entries, at: how many were ever written, and when the last one."""

    execute: Execute
    entries: int
    at: str


def append_all(
    turn: Turn, requests: Sequence[Request], clock: Callable[[], datetime]
) -> list[Entry | BaseException]:
    """What became of each request: its entry, or why it was refused, which harms no other."""
    heads = dict(_heads(turn.execute, {request.saying.stream for request in requests}))
    known = dict(_known(turn.execute, {request.key for request in requests} - {None}))
    rows: list[Row] = []
    outcomes: list[Entry | BaseException] = []
    for request in requests:
        stream = request.saying.stream
        try:
            if (request.key, stream) in known:
                found = known[request.key, stream]
                outcomes.append(same_request(found, request.saying, request.text))
                continue
            last = rows[-1].at if rows else turn.at
            row = _row(request, heads.get(stream, ("", 0)), turn.entries + len(rows) + 1, last,
                       clock)  # fmt: skip
            outcomes.append(entry_of(row))
        except GroundplanError as error:
            outcomes.append(error)
            continue
        rows.append(row)
        heads[stream] = (row.digest, row.version)
        if request.key is not None:
            known[request.key, stream] = row
    insert_all(turn, rows)
    return outcomes


def insert_all(turn: Turn, rows: Iterable[Row]) -> int:
    """Write rows that follow from what is there; how many were ever written then [entries]."""
    entries, at = turn.entries, turn.at
    for some in _by(AT_ONCE, rows):
        places = ", ".join([_PLACES] * len(some))
        turn.execute(f"{_INSERT}{places}", list(chain(*some)))
        entries, at = some[-1].seq, some[-1].at
    if entries > turn.entries:
        turn.execute("update groundplan_journal set entries = ?, at = ?", (entries, at))
    return entries


def _row(
    request: Request, head: tuple[str, int], seq: int, last: str, clock: Callable[[], datetime]
) -> Row:
    previous, version = head
    if request.expected not in (None, version):
        raise Conflict(
            f"{request.saying.stream!r} has moved on: expected version {request.expected}, "
            f"found {version}",
            "Read what was added, then try again.",
        )
    # a clock that goes back stands still instead: times in a journal never run backwards
    at = max(last, _utc(clock()).isoformat(timespec="microseconds"))
    place = Place(previous, seq, version + 1, at)
    return seal(request.saying, request.key, request.text, secrets.token_hex(16), place)


def _heads(execute: Execute, streams: Iterable[str]) -> Iterator[tuple[str, tuple[str, int]]]:
    for some in _by(AT_ONCE, streams):
        for stream, digest, version in execute(" union all ".join([_HEAD] * len(some)), some):
            yield stream, (digest, version)


def _known(execute: Execute, keys: Iterable[Any]) -> Iterator[tuple[tuple[Any, str], Row]]:
    for some in _by(AT_ONCE, keys):
        places = ", ".join("?" * len(some))
        for found in execute(f"select {COLUMNS} from groundplan_entry where key in ({places})",
                             some):  # fmt: skip
            row = Row(*found)
            yield (row.key, row.stream), row


def _by(size: int, items: Iterable[Any]) -> Iterator[list[Any]]:
    waiting = iter(items)
    while some := list(islice(waiting, size)):
        yield some


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise BadInput("clock", moment, "a time with its zone")
    return moment.astimezone(UTC)
