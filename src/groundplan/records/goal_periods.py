"""Periods of goals: halves of a year, or what a team takes instead, with their names."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from groundplan.terms.errors import BadInput
from groundplan.terms.period import Period

LETTERS: Final = {3: "Q", 4: "T", 6: "H", 12: "Y"}  # of periods, by their months
_NAME: Final = re.compile(r"(\d{4}) ([QTHY])(\d)")


def next_month(day: date) -> date:
    """The first day of the month after a day's."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def period_of(day: date, months: int) -> Period:
    """The period of so many months, counted from January, that a day lies in."""
    first = date(day.year, 1 + (day.month - 1) // months * months, 1)
    end = first
    for _ in range(months):
        end = next_month(end)
    return Period(first, end)


def name_period(period: Period) -> str:
    """A period's name: `2026 H2`, `2026 Q3`, `2026 T1`, `2026 Y1`."""
    months = 12 * (period.end_on.year - period.start_on.year)
    months += period.end_on.month - period.start_on.month
    number = 1 + (period.start_on.month - 1) // months
    return f"{period.start_on.year} {LETTERS[months]}{number}"


def read_period(name: str) -> Period:
    """The period of a name. BadInput for what is none."""
    found = _NAME.fullmatch(name.strip().upper())
    months = {letter: months for months, letter in LETTERS.items()}
    if found is not None:
        first = 1 + (int(found[3]) - 1) * months[found[2]]
        if 1 <= first <= 12 and date.min.year < int(found[1]) < date.max.year:
            return period_of(date(int(found[1]), first, 1), months[found[2]])
    raise BadInput("due", name[:40], "a period such as 2026 H2, 2026 Q3 or 2026 T1")


def choose_period(due: str, today: date, months: int) -> Period:
    """The period that is asked for, the running one for ""; BadInput for one that is over."""
    running = period_of(today, months)
    period = read_period(due) if due.strip() else running
    if period.end_on <= today:
        raise BadInput("due", due, f"{name_period(running)} or later: it is over")
    return period


def check_months(months: int) -> int:
    """The length of periods; BadInput for one that no year divides into."""
    if months not in LETTERS:
        raise BadInput("months", months, f"one of {', '.join(map(str, LETTERS))}")
    return months
