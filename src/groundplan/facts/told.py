"""Each number as it was told on a day, so that a later one can be held against it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from groundplan.facts.engines.sqlite import Schema, SQLite

_SCHEMA: Final = """
create table if not exists told (
  number text not null, asked text not null, told_on text not null, as_of text not null,
  version integer not null, start_on text not null, end_on text not null,
  value real, low real, high real, reason text not null, rows integer not null,
  primary key (number, asked, told_on)
);
"""
_FILE: Final = Schema(
    _SCHEMA, version=1, mend="Delete it: it holds only what was told on earlier days."
)


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it was told on a day.

    as_of: the newest fact then. version: its definition's. start_on, end_on: its window, half-open.
    value, low, high: in the number's own unit, None if it was unknown for `reason`.
    rows: so many stood behind it.
    """

    told_on: date
    as_of: datetime
    version: int
    start_on: date
    end_on: date
    value: float | None
    low: float | None
    high: float | None
    reason: str
    rows: int


_COLUMNS: Final = tuple(field.name for field in dataclasses.fields(Told))
_NOTE: Final = (
    f"insert or replace into told (number, asked, {', '.join(_COLUMNS)}) "
    f"values ({', '.join('?' * (len(_COLUMNS) + 2))})"
)
_FIND: Final = f"select {', '.join(_COLUMNS)} from told where number = ? and asked = ? and told_on "


class ToldNumbers:
    """The numbers that a workspace told, the last one of each day; safe for several processes."""

    def __init__(self, path: Path) -> None:
        self._file = SQLite(path, _FILE)

    def note(self, number: str, asked: str, told: Told) -> None:
        """Keep what is told. number: the signal's name; asked: names the repositories and team."""
        values = [getattr(told, name) for name in _COLUMNS]
        texts = [v.isoformat() if isinstance(v, date) else v for v in values]
        with self._file.writing() as connection:
            connection.execute(_NOTE, (number, asked, *texts))

    def find(self, number: str, asked: str, on: date, today: date) -> Told | None:
        """What was last told up to a day; else what was told first, but not today; else None."""
        for condition, day in (("<= ? order by told_on desc", on), ("< ? order by told_on", today)):
            row = self._file.read(
                f"{_FIND}{condition} limit 1", (number, asked, day.isoformat())
            ).fetchone()
            if row is not None:
                named = dict(zip(_COLUMNS, row, strict=True))
                for name in ("told_on", "start_on", "end_on"):
                    named[name] = date.fromisoformat(named[name])
                return Told(**{**named, "as_of": datetime.fromisoformat(named["as_of"])})
        return None

    def close(self) -> None:
        """Release the file."""
        self._file.close()
