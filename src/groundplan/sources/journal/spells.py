"""Times of being stuck of those who let them count; of the words nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from groundplan.facts.engines.duckdb import Columns, as_columns, empty_columns
from groundplan.facts.said import SAID_SPELLS
from groundplan.records.journal import Entry
from groundplan.records.stuck import (
    COUNTED,
    SPELLS,
    STREAM,
    UNCOUNTED,
    How,
    Spell,
    elapsed_hours,
)


def shape_spells(entries: Iterable[Entry], now: datetime | None) -> Columns:
    """The spells that began while their owners let them count, columns of `SAID_SPELLS`.

    Each is seen until now, or until its owner took that back. now: None leaves out what still
    waits, and how long: what is left changes only with what was said.
    """
    owned: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.stream == STREAM and not entry.erased:
            owned[entry.owner].append(entry)
    lists = empty_columns(SAID_SPELLS)
    for owner, own in sorted(owned.items()):
        spells = reduce(SPELLS.step, own, SPELLS.initial).of(owner)
        for since, until in _spans(own):
            cut = until or now
            for one in spells:
                if since <= one.began_at and (until is None or one.began_at < until):
                    for name, value in _row(one, cut).items():
                        lists[name].append(value)
    return as_columns(SAID_SPELLS, lists)


def _spans(own: Iterable[Entry]) -> Iterator[tuple[datetime, datetime | None]]:
    """From when to when somebody's spells count; without an end if they still do."""
    since: datetime | None = None
    for entry in own:
        if entry.kind == COUNTED and since is None:
            since = entry.at
        elif entry.kind == UNCOUNTED and since is not None:
            yield since, entry.at
            since = None
    if since is not None:
        yield since, None


def _row(one: Spell, cut: datetime | None) -> dict[str, Any]:
    ended = _by(one.ended_at, cut)
    answered = _by(one.answers[0].at if one.answers else None, cut)
    shown = _by(one.shown_at, cut)
    watched = answered or ended or cut
    return {
        "colleague": one.owner,
        "began_at": one.began_at.astimezone(UTC).replace(tzinfo=None),
        "hours": _hours(one.began_at, ended or cut),
        "over": ended is not None and one.how is not How.MOVED,
        "answer_hours": _hours(shown, max(shown, watched) if shown and watched else None),
        "answered": shown is not None and answered is not None,
        "seen": one.key,
    }


def _by(at: datetime | None, cut: datetime | None) -> datetime | None:
    return at if at is not None and (cut is None or at <= cut) else None


def _hours(start: datetime | None, end: datetime | None) -> float | None:
    return elapsed_hours(start, end) if start is not None and end is not None else None
