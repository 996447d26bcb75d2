"""Follows a number back: to its sources, and to what was told of it about a week before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from groundplan.facts.calendar import CALENDAR_PREFIX
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.ledger import Ledger
from groundplan.facts.mart_calendar import CALENDAR_TABLES, count_calendars
from groundplan.facts.mart_tables import TABLES
from groundplan.facts.told import ToldNumbers
from groundplan.facts.work import is_items
from groundplan.signals.catalogue import discover as discover_signals
from groundplan.signals.signal import Reading, Signal
from groundplan.signals.why import A_WEEK, Source, Trace, list_selected, tell
from groundplan.terms.scope import Scope

_OWNERS: Final = {
    table.name: "source" if "source" in table.column_names else "repo"
    for table in TABLES
    if {"source", "repo"} & set(table.column_names)
}
_CALENDARS: Final = tuple(table.name for table in CALENDAR_TABLES)


class Tracing:
    """What a workspace told, and where it has it from."""

    def __init__(self, folder: Path, ledger: Ledger, clock: Callable[[], datetime]) -> None:
        self._told = ToldNumbers(folder / "told.sqlite")
        self._ledger = ledger
        self._clock = clock

    def note(
        self,
        signal: Signal,
        scope: Scope,
        teams: bool,
        reading: Reading,
        as_of: datetime,
    ) -> None:
        """Keep a reading as it is told today. teams: numbers are those of teams.

        Only of declared signals: what practices measure on the spot has no page to be asked on.
        """
        if signal not in discover_signals():
            return
        told = tell(reading, self._clock().date(), as_of)
        self._told.note(signal.name, _asked(scope, teams), told)

    def trace(
        self,
        mart: DuckDB,
        signal: Signal,
        scope: Scope,
        teams: bool,
        read_again: Callable[[datetime], Reading],
    ) -> Trace:
        """What a reading rests on. read_again: today's facts up to a moment.

        Where numbers are those of teams it is not read again: a roster that was corrected since
        would show in the difference.
        """
        today = self._clock().date()
        told = self._told.find(signal.name, _asked(scope, teams), today - A_WEEK, today)
        again = None if told is None or teams else read_again(told.as_of)
        return Trace(self._sources(mart, signal, scope), told, again)

    def _sources(self, mart: DuckDB, signal: Signal, scope: Scope) -> tuple[Source, ...]:
        """The repositories, trackers and hosts with rows in the tables that the signal selects."""
        looks = self._ledger.looks()
        names: set[str] = set()
        for table in list_selected(signal, _OWNERS):
            found = mart.rows(f"select distinct {_OWNERS[table]} from {table}")
            names |= {name for (name,) in found}
        allowed = {name for name in names if name in scope.repos or is_items(name)}
        sources = [
            Source(self._call(name), *looks.get(name, (None, None))) for name in sorted(allowed)
        ]
        calendars = [looks[name] for name in looks if name.startswith(CALENDAR_PREFIX)]
        # some are connected, others were brought by their owners
        count = max(len(calendars), count_calendars(mart))
        if count and list_selected(signal, _CALENDARS):
            sources.append(_name_together(calendars, count, scope.floor))
        return tuple(sources)

    def _call(self, source: str) -> str:
        """What people call a source: a host's repository by its name there."""
        cursor = self._ledger.cursor(source) if is_items(source) else None
        return str(cursor.state.get("name", source)) if cursor else source

    def close(self) -> None:
        """Release the file."""
        self._told.close()


def _asked(scope: Scope, teams: bool) -> str:
    words = repr((scope.repos, scope.team, teams))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _name_together(looks: Sequence[tuple[datetime | None, ...]], count: int, floor: int) -> Source:
    """Calendars as one source: whose they are, and when one of a few was read, is nobody else's."""
    if count < floor:
        return Source(f"fewer than {floor} calendars", None, None)
    looked, brought = zip(*looks, strict=True) if len(looks) >= floor else ((), ())
    return Source(f"{count} calendars", _last(looked), _last(brought))


def _last(moments: Sequence[datetime | None]) -> datetime | None:
    return max(filter(None, moments), default=None)
