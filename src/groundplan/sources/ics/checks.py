"""Which events of a file make sense: what cannot be placed in time is refused with its reason.

Also what would take long to come to nothing, because any file of the world may be brought.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from icalendar import Component

TOO_OFTEN: Final = frozenset(("SECONDLY", "MINUTELY"))
TOO_FINE: Final = ("BYMINUTE", "BYSECOND")
MOST_STEPS: Final = 250_000  # of a rule, from its beginning to the last day asked for
PLACED: Final = frozenset(
    ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
)
_LONGEST: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)  # days of each month
_HOURS: Final = {"HOURLY": 1, "DAILY": 24, "WEEKLY": 168, "MONTHLY": 720, "YEARLY": 8_760}


def check_event(event: Component, until: datetime) -> None:
    """ValueError with the reason if an event cannot be placed in time."""
    for name, why in event.errors:
        if name in PLACED:
            raise ValueError(f"{name}: {why}")
    start = event.get("DTSTART")
    if start is None or isinstance(start, list):
        raise ValueError("DTSTART: stands twice" if start else "DTSTART: there is none")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        _check_rule(rule, (until.date() - _day(start.dt)).days)


def _check_rule(rule: Any, days: int) -> None:
    """ValueError for a rule that would take long to come to nothing. days: it has to go over."""
    often = str((rule.get("FREQ") or [""])[0]).upper()
    if often in TOO_OFTEN or any(len(rule.get(name) or ()) > 1 for name in TOO_FINE):
        raise ValueError("RRULE: repeats within the hour, which no meeting does")
    steps = days * 24 / _HOURS.get(often, 1)
    if steps > MOST_STEPS:
        raise ValueError(f"RRULE: {steps:,.0f} repetitions since its beginning")
    longest = [_LONGEST[int(month) - 1] for month in rule.get("BYMONTH") or range(1, 13)]
    on = rule.get("BYMONTHDAY") or (1,)
    if min(abs(int(day)) for day in on) > max(longest):
        raise ValueError("RRULE: there is no such day in these months")


def _day(at: date) -> date:
    return at.date() if isinstance(at, datetime) else at
