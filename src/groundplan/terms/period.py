"""Spans of days, half-open and in UTC, the Monday weeks they are made of, and working days.

Working days are Monday to Friday; holidays are not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

LEAST_DAYS: Final = 0.5  # what begins and ends on one day

_WEEK = 5  # working days


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start_on` up to, not including, `end_on`."""

    start_on: date
    end_on: date

    def __post_init__(self) -> None:
        if self.end_on < self.start_on:
            raise ValueError(f"a period cannot end before it starts: {self}")

    @property
    def days(self) -> int:
        """Length [days]."""
        return (self.end_on - self.start_on).days

    @property
    def weeks(self) -> int:
        """Whole weeks in it [weeks]."""
        return self.days // 7

    def __contains__(self, day: date) -> bool:
        return self.start_on <= day < self.end_on

    def __str__(self) -> str:
        return f"{self.start_on.isoformat()} to {(self.end_on - timedelta(days=1)).isoformat()}"

    def mondays(self) -> Iterator[date]:
        """The first days of the weeks that begin inside the period."""
        day = monday_of(self.start_on)
        if day < self.start_on:
            day += timedelta(days=7)
        while day < self.end_on:
            yield day
            day += timedelta(days=7)


def monday_of(day: date) -> date:
    """The Monday on or before `day` (ISO 8601 weeks)."""
    return day - timedelta(days=day.weekday())


def weeks_until(end_on: date, weeks: int) -> Period:
    """The `weeks` whole weeks that end at the Monday on or before `end_on`."""
    end = monday_of(end_on)
    return Period(end - timedelta(weeks=weeks), end)


def working_days(start: date, end: date) -> float:
    """From one day to another [working days]; at least half of one. Weekends add nothing."""
    weeks, rest = divmod((end - start).days, 7)
    some = sum((start + timedelta(days=day + 1)).weekday() < _WEEK for day in range(rest))
    return max(weeks * _WEEK + some, LEAST_DAYS)


def after_working_days(start: date, days: float) -> date:
    """The day that lies so many working days, rounded up, after another."""
    weeks, rest = divmod(int(-(-days // 1)) if days > LEAST_DAYS else 0, _WEEK)
    day = start + timedelta(weeks=weeks)
    while rest or (weeks and day.weekday() >= _WEEK):
        day += timedelta(days=1)
        rest -= day.weekday() < _WEEK if rest else 0
    return day
