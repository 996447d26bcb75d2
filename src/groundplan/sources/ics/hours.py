"""Working hours and days off as people type them, and back. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from groundplan.inference.focus import FOCUS_HOURS
from groundplan.inference.working_time import WorkingTime
from groundplan.terms.errors import BadInput

LONGEST_ABSENCE: Final = 366  # days, of a single span
_CLOCK: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
_DAY: Final = timedelta(days=1)


def read_working_time(zone: str, opens: str, closes: str, days_off: str) -> WorkingTime:
    """When somebody works; BadInput names the field that cannot be read."""
    begins, ends = _read_clock("opens", opens), _read_clock("closes", closes)
    if ends - begins < 60 * FOCUS_HOURS:
        raise BadInput("closes", closes, f"at least {FOCUS_HOURS:g} hours after {opens}")
    return WorkingTime(_read_zone(zone), begins, ends, frozenset(_read_days_off(days_off)))


def say_clock(minutes: int) -> str:
    """A minute of the day as a clock shows it."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def say_days_off(days: Collection[date]) -> str:
    """Days off as they are typed, adjacent ones as a span."""
    spans: list[tuple[date, date]] = []
    for day in sorted(days):
        if spans and day - spans[-1][1] == _DAY:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return " ".join(f"{first}" if first == last else f"{first}..{last}" for first, last in spans)


def _read_clock(name: str, text: str) -> int:
    match = _CLOCK.fullmatch(text.strip())
    if match is None or int(match[1]) * 60 + int(match[2]) > 1_440:
        raise BadInput(name, text, "a time of day, such as 09:00")
    return int(match[1]) * 60 + int(match[2])


def _read_zone(name: str) -> str:
    try:
        return ZoneInfo(name.strip()).key
    except (ValueError, OSError, KeyError):
        raise BadInput("zone", name, "a zone's name, such as Europe/Berlin") from None


def _read_days_off(text: str) -> list[date]:
    found: list[date] = []
    for word in text.replace(",", " ").split():
        first, _, last = word.partition("..")
        try:
            start, end = date.fromisoformat(first), date.fromisoformat(last or first)
        except ValueError:
            raise BadInput(
                "days_off", word, "days such as 2026-12-24 or 2026-12-27..2026-12-31"
            ) from None
        if not 0 <= (end - start).days <= LONGEST_ABSENCE:
            raise BadInput("days_off", word, "at most a year, the earlier day first")
        found += [start + timedelta(days=nr) for nr in range((end - start).days + 1)]
    return found
