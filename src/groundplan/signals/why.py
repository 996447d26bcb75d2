"""Why a number is empty, or differs from what was told before: what it rests on, step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_calendar import CALENDAR_TABLES
from groundplan.facts.mart_host_tables import HOST_TABLES
from groundplan.facts.mart_work_tables import WORK_TABLES
from groundplan.facts.told import Told
from groundplan.signals.signal import Excluded, Reading, Signal
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.period import monday_of

A_WEEK = timedelta(days=7)
# What only a host, a tracker or a calendar tells of, and how it is read; a clone fills none of it.
_TOLD_BY_OTHERS: Final = (
    (HOST_TABLES, "Read its code host: groundplan sync github:OWNER/NAME"),
    (
        WORK_TABLES,
        "Read a tracker's export: groundplan ingest FILE.csv; or itself: groundplan sync",
    ),
    (CALENDAR_TABLES, "Let people connect calendars: groundplan sync ics:ADDRESS"),
)
_READ_HISTORY: Final = "Read a repository's history: groundplan ingest PATH"


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts behind a number come from.

    read_at: when somebody last looked there; changed_at: when that last brought something.
    """

    name: str
    read_at: datetime | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Trace:
    """What a reading can be followed back to.

    told: what was told of the same thing about a week ago. again: the reading that today's facts
    and definition give for that day; None where groups of people forbid to read it again.
    """

    sources: tuple[Source, ...] = ()
    told: Told | None = None
    again: Reading | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One reason why the number moved, from which value to which."""

    says: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Why:
    """A number with all that it rests on.

    says: the answer in sentences. rows, people: behind the number. withheld_since: the Monday from
    which on too few people stand behind the weeks. steps: from what was told before to now.
    """

    signal: str
    version: int
    says: tuple[str, ...]
    now: Measured
    window_from: date
    window_until: date
    rows: int
    people: int
    excluded: tuple[Excluded, ...]
    withheld_since: date | None
    sources: tuple[Source, ...]
    told: Told | None
    steps: tuple[Step, ...]


def list_selected(signal: Signal, tables: Iterable[str]) -> list[str]:
    """The tables that a signal's SQL reads; a column may be called like one."""
    return [name for name in tables if re.search(rf"\b(from|join)\s+{name}\b", signal.select)]


def is_untold(mart: DuckDB, signal: Signal) -> bool:
    """Whether a signal rests on what no host, tracker or calendar has told anything of yet.

    A host that was read has told of all that it knows, even where nothing of the kind happened.
    """
    others = [table.name for tables, _ in _TOLD_BY_OTHERS for table in tables]
    named = list_selected(signal, others)
    known = [*named, "hosts"] if list_selected(signal, [t.name for t in HOST_TABLES]) else named
    return bool(named) and not any(mart.rows(f"select 1 from {name} limit 1") for name in known)


def say_what_to_read(signal: Signal) -> str:
    """What would have to be read for a signal that nothing was read for."""
    for tables, says in _TOLD_BY_OTHERS:
        if list_selected(signal, [table.name for table in tables]):
            return says
    return _READ_HISTORY


def explain(signal: Signal, reading: Reading, trace: Trace, as_of: date) -> Why:
    """Why the reading is what it is: its rows, its sources, and its way from a week before.

    as_of: the day of the newest fact; weeks that were over by then and are not told are withheld.
    """
    end = reading.window.end_on
    withheld = end if reading.rows and end < monday_of(as_of) else None
    return Why(
        signal=signal.name,
        version=signal.version,
        says=tuple(_say(signal, reading, trace, withheld)),
        now=reading.now,
        window_from=reading.window.start_on,
        window_until=reading.window.end_on,
        rows=reading.rows,
        people=reading.people,
        excluded=reading.excluded,
        withheld_since=withheld,
        sources=trace.sources,
        told=trace.told,
        steps=tuple(_steps(signal, reading, trace)),
    )


def tell(reading: Reading, on: date, as_of: datetime) -> Told:
    """The reading as it is told on a day, to be held against later."""
    now = reading.now
    known = now if isinstance(now, Estimate) else None
    return Told(
        told_on=on,
        as_of=as_of,
        version=reading.version,
        start_on=reading.window.start_on,
        end_on=reading.window.end_on,
        value=known.value if known else None,
        low=known.low if known else None,
        high=known.high if known else None,
        reason="" if known else str(now),
        rows=reading.rows,
    )


def _say(signal: Signal, reading: Reading, trace: Trace, withheld: date | None) -> list[str]:
    now = reading.now
    if not trace.sources:
        return [
            f"{signal.title} is empty: no source was read that tells of it.",
            f"{say_what_to_read(signal)}.",
        ]
    if isinstance(now, Unknown):
        said = [
            f"{signal.title} is empty: {now.reason} (have {now.have} {now.of}, need {now.need})."
        ]
    else:
        said = [f"{signal.title} rests on {reading.rows:,} rows."]
    out = sum(each.rows for each in reading.excluded)
    if out:
        first = max(reading.excluded, key=lambda each: each.rows)
        most = "" if first.rows == out else ", most of them"
        said.append(f"{out:,} rows were left out{most}: {first.reason}.")
    if withheld is not None:
        said.append(
            f"Weeks from {_day(withheld)} on are withheld: too few people stand behind them yet."
        )
    told = trace.told
    if told is None:
        said.append("It was not told on an earlier day, so there is nothing to compare it with.")
    elif _same(told, reading):
        said.append(f"It is what was told on {_day(told.told_on)}.")
    elif not isinstance(now, Unknown) and told.low is not None and told.high is not None:
        inside = told.low <= now.value <= told.high
        place = "inside" if inside else "outside"
        said.append(f"It lies {place} the interval that was told on {_day(told.told_on)}.")
    return said


def _same(told: Told, reading: Reading) -> bool:
    return told.value == _value(reading.now) and not _is_moved(told, reading)


def _is_moved(told: Told, reading: Reading) -> bool:
    window = reading.window
    return (told.start_on, told.end_on) != (window.start_on, window.end_on)


def _steps(signal: Signal, reading: Reading, trace: Trace) -> list[Step]:
    """From what was told to today's facts for that day, and from there to today's window."""
    told, again = trace.told, trace.again
    if told is None or _same(told, reading):
        return []
    unit = signal.unit
    before = told.reason if told.value is None else unit.say(told.value)
    now, facts = _word(reading.now), _facts_moved(signal, told)
    moved = _window_moved(told, reading) if _is_moved(told, reading) else ""
    if again is None:
        return [Step(f"{moved}; or {facts}" if moved else facts, before, now)]
    steps = []
    if told.value != _value(again.now):
        rows = f" ({again.rows - told.rows:+,} rows)"
        steps.append(Step(facts + rows, before, _word(again.now)))
    if moved and _value(again.now) != _value(reading.now):
        steps.append(Step(moved, _word(again.now), now))
    return steps


def _facts_moved(signal: Signal, told: Told) -> str:
    if told.version != signal.version:
        return f"the definition changed from version {told.version} to {signal.version}"
    return "facts of those weeks came later, or were corrected"


def _window_moved(told: Told, reading: Reading) -> str:
    window = reading.window
    return (
        f"the window moved: {_day(told.start_on)} to {_day(told.end_on)} became "
        f"{_day(window.start_on)} to {_day(window.end_on)}"
    )


def _word(measured: Measured) -> str:
    return measured.unit.say(measured.value) if isinstance(measured, Estimate) else str(measured)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _value(measured: Measured) -> float | None:
    return measured.value if isinstance(measured, Estimate) else None
