"""Columns of dates as people keep them: several formats and zones in one file, some cells empty.

Only whole columns can tell a day from a month, so they are read together.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.arrays import Floats
from groundplan.sources.csv.cells import Unreadable, is_missing
from groundplan.sources.csv.months import month_of

EARLIEST: Final = datetime(1980, 1, 1, tzinfo=UTC)  # earlier times come from broken clocks
SHEET_DAY_0: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets count days from here

_CLOCK = (
    r"(?:[T ,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d+))?)?"
    r"\s*(?:(?P<half>[ap])(?:\.?\s?m\.?|(?![a-z])))?)?"  # PST is no p.m.
)
_ZONE = r"\s*(?P<zone>[A-Z]{1,4}|(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?)?(?:\s*\([^()]*\))?"
_WEEKDAY = r"(?:[^\W\d_]{2,13}\.?,?\s+)?"
_MONTH = r"(?P<month>[^\W\d_]{3,10})\.?"
_DATES: Final = tuple(
    re.compile(date, re.IGNORECASE)
    for date in (
        r"(?P<a>\d{1,4})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{1,4})" + _CLOCK + _ZONE,
        _WEEKDAY + r"(?P<day>\d{1,2})(?:st|nd|rd|th|er)?\.?[-/ ]*(?:\bde\s)?" + _MONTH
        + r",?[-/ ]*(?:\bde\s)?(?P<year>\d{4}|\d{2})" + _CLOCK + _ZONE,
        _WEEKDAY + _MONTH + r"[-/ ]+(?P<day>\d{1,2})(?:st|nd|rd|th)?,?[-/ ]+(?P<year>\d{4})"
        + _CLOCK + _ZONE,
        _WEEKDAY + _MONTH + r" +(?P<day>\d{1,2})" + _CLOCK + _ZONE + r" (?P<year>\d{4})",
        r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日" + _CLOCK + _ZONE,
    )
)  # fmt: skip
_WEEKS: Final = tuple(
    re.compile(week, re.IGNORECASE)
    for week in (
        r"(?P<year>\d{4})[-/ ]*(?:CW|KW|W|week)[- ]*(?P<week>\d{1,2})",
        r"(?:CW|KW|W|week)[- ]*(?P<week>\d{1,2})[-/, ]+(?P<year>\d{4})",
    )
)
_NUMBER: Final = re.compile(r"\d+([.,]\d+)?(e\+?\d+)?", re.IGNORECASE)
_ZONES: Final[Mapping[str, float]] = {
    "Z": 0, "UT": 0, "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2,
    "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8,
    "PDT": -7, "JST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip
# How many digits, and how many of it are a second.
_SINCE_1970: Final = (
    ((9, 10), 1.0, "seconds since 1970"), ((12, 13), 1e3, "ms since 1970"),
    ((15, 16), 1e6, "microseconds since 1970"),
)  # fmt: skip
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Dates:
    """A column of dates, shapes (n,): values [seconds since 1970, UTC], missing ones NaN.

    whole_day: the cell names a day and no time; its value is the day's beginning.
    """

    values: Floats
    whole_day: npt.NDArray[np.bool_]
    unreadable: tuple[Unreadable, ...]


@dataclass(frozen=True, slots=True)
class DateFormats:
    """How dates are written in a file. formats: how many cells in each form.

    day_first: by separator, where the file had to tell. unsure: separators of which it could not.
    zones: how many cells name which zone; "" for none.
    """

    formats: Mapping[str, int]
    day_first: Mapping[str, bool]
    unsure: tuple[str, ...]
    zones: Mapping[str, int]


def read_dates(
    columns: Mapping[str, Sequence[str]], latest: datetime, zone: tzinfo = UTC
) -> tuple[dict[str, Dates], DateFormats]:
    """Every column's dates, in whatever forms their cells have, and which these are.

    Each cell is read on its own; whether 03/04 is in March or April is told by the cells of all
    columns with that separator that can only be one of them, and is a day first if none can.
    zone: of cells without one. Dates before 1980 or after `latest` are unreadable.
    """
    cells: Counter[str] = Counter()
    for column in columns.values():
        cells.update(column)
    for nothing in [cell for cell in cells if is_missing(cell)]:
        del cells[nothing]
    matches = {cell: _match(cell) for cell in cells}
    day_first, unsure = _tell_order(matches)
    formats: Counter[str] = Counter()
    zones: Counter[str] = Counter()
    known: dict[str, tuple[float, bool]] = {}
    for cell, times in cells.items():
        moment, whole, form, named = _read(cell, matches[cell], day_first, zone)
        if moment is not None and EARLIEST <= moment <= latest:
            known[cell] = (moment - _EPOCH) / timedelta(seconds=1), whole
            formats[form] += times
            zones[named] += 0 if whole else times
    told = DateFormats(dict(formats.most_common()), day_first, unsure, dict(zones.most_common()))
    return {name: _column(column, known) for name, column in columns.items()}, told


def _column(cells: Sequence[str], known: Mapping[str, tuple[float, bool]]) -> Dates:
    nothing = (float("nan"), False)
    read = [known.get(cell, nothing) for cell in cells]
    unreadable = tuple(
        Unreadable(row, cell)
        for row, cell in enumerate(cells)
        if cell not in known and not is_missing(cell)
    )
    return Dates(
        np.array([value for value, _ in read], dtype=np.float64),
        np.array([whole for _, whole in read], dtype=np.bool_),
        unreadable,
    )


def _match(cell: str) -> re.Match[str] | datetime | None:
    """What a cell's form says of it; a moment at once where it is ISO 8601."""
    if (cell[:4].isdecimal() and cell[4:5] in "-W") or cell[8:9] == "T":
        try:
            return datetime.fromisoformat(cell)
        except ValueError:
            pass
    for week in _WEEKS:
        if found := week.fullmatch(cell):
            with contextlib.suppress(ValueError):
                return datetime.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    return next((found for form in _DATES if (found := form.fullmatch(cell))), None)


def _tell_order(
    matches: Mapping[str, re.Match[str] | datetime | None],
) -> tuple[dict[str, bool], tuple[str, ...]]:
    """By separator whether the day comes first, and the separators that nothing tells of."""
    votes: dict[str, list[int]] = {}
    for found in matches.values():
        if isinstance(found, re.Match) and found.re is _DATES[0] and len(found["a"]) <= 2:
            said = votes.setdefault(found["sep"], [0, 0])
            said[0] += int(found["a"]) > 12
            said[1] += int(found["b"]) > 12
    unsure = tuple(sep for sep, said in votes.items() if not any(said) and sep != ".")
    return {sep: first >= second for sep, (first, second) in votes.items()}, unsure


def _read(
    cell: str,
    found: re.Match[str] | datetime | None,
    day_first: Mapping[str, bool],
    zone: tzinfo,
) -> tuple[datetime | None, bool, str, str]:
    """The moment, whether it is a whole day, the form, and the zone that the cell names."""
    if isinstance(found, datetime):
        named = str(found.tzinfo or "")
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        form = "2026-W05" if "W" in cell.upper() else "2026-01-31"
        return aware, ":" not in cell and "T" not in cell, form, named
    if found is None:
        return _number(cell, zone)
    try:
        year, month, day, form = _day(found, day_first)
        offset = _offset(found["zone"], zone)
        if offset is None:
            return None, False, "", ""
        hour, part = int(found["hour"] or 0), (found["part"] or "")[:6]
        if found["half"]:
            hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
        moment = datetime(
            year, month, day, hour, int(found["minute"] or 0), int(found["second"] or 0),
            int(part.ljust(6, "0")), tzinfo=offset,
        )  # fmt: skip
    except (ValueError, KeyError):
        return None, False, "", ""
    return moment, found["hour"] is None, form, found["zone"] or ""


def _day(found: re.Match[str], day_first: Mapping[str, bool]) -> tuple[int, int, int, str]:
    if found.re is not _DATES[0]:
        year = int(found["year"])
        named = found["month"]
        month = int(named) if named.isdecimal() else month_of(named)
        return _century(year), month, int(found["day"]), "31 January 2026"
    a, sep, b, c = int(found["a"]), found["sep"], int(found["b"]), int(found["c"])
    if len(found["a"]) == 4:
        return a, b, c, f"2026{sep}01{sep}31"
    if len(found["c"]) not in (2, 4):
        raise ValueError(found[0])
    first = day_first[sep] if a <= 12 and b <= 12 else a > 12
    day, month = (a, b) if first else (b, a)
    return _century(c), month, day, f"31{sep}01{sep}2026" if first else f"01{sep}31{sep}2026"


def _century(year: int) -> int:
    if year >= 100:
        return year
    return year + (1900 if year >= 70 else 2000)


def _offset(named: str | None, zone: tzinfo) -> tzinfo | None:
    """The zone that a cell names, `zone` if none; None for a name that several zones have."""
    if not named:
        return zone
    text = named.upper()
    if text in _ZONES:
        return timezone(timedelta(hours=_ZONES[text]))
    digits = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?", text)
    if digits is None:
        return None
    offset = timedelta(hours=int(digits[2]), minutes=int(digits[3] or 0))
    return timezone(-offset if digits[1] == "-" else offset)


def _number(cell: str, zone: tzinfo) -> tuple[datetime | None, bool, str, str]:
    """Seconds to microseconds since 1970, a day as 20260131, or a spreadsheet's day number."""
    if not _NUMBER.fullmatch(cell):
        return None, False, "", ""
    value = float(cell.replace(",", "."))
    length, is_whole = len(str(int(value))), value.is_integer()
    try:
        for digits, factor, name in _SINCE_1970:
            if length in digits:
                return _EPOCH + timedelta(seconds=value / factor), False, name, "UTC"
        if length == 8 and is_whole:
            year, rest = divmod(int(value), 10_000)
            return datetime(year, *divmod(rest, 100), tzinfo=zone), True, "20260131", ""
        if length == 5:
            moment = (SHEET_DAY_0 + timedelta(days=value)).replace(tzinfo=zone)
            return moment, is_whole, "days of a spreadsheet", ""
    except (ValueError, OverflowError):
        pass
    return None, False, "", ""
