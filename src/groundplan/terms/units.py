"""Units: every number says what it counts, and is printed by its unit and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, TypeAlias


class Style(StrEnum):
    """How a value of a unit is written for a person."""

    SHARE = "share"
    COUNT = "count"
    RATE = "rate"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measure: `noun` is what stands behind the number ("changes/week")."""

    name: str
    noun: str
    style: Style

    def format(self, value: float) -> str:
        """The value as a person reads it, without its noun: `31%`, `1,204`, `3.5`."""
        if self.style is Style.SHARE:
            return _percent(value)
        if self.style is Style.COUNT and float(value).is_integer():
            return f"{value:,.0f}"
        return _three_digits(value)

    def say(self, value: float) -> str:
        """The value with its noun: `31%`, `3.5 days`, `12 changes/week`, `1 file`."""
        text = self.format(value)
        if self.style is Style.SHARE:
            return text
        noun = self.noun
        if text == "1" and noun in _SINGULAR:
            noun = _SINGULAR[noun]
        return f"{text} {noun}"


def _percent(share: float) -> str:
    percent = 100 * share
    if 0 < percent < 1 or 99 < percent < 100:
        return f"{percent:.1f}%"
    return f"{percent:.0f}%"


def _three_digits(value: float) -> str:
    magnitude = abs(value)
    if magnitude >= 100:
        return f"{value:,.0f}"
    if magnitude >= 10:
        return f"{value:.1f}".removesuffix(".0")
    if 0 < magnitude < 0.01:
        return f"{value:.2g}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


_SINGULAR = {
    "people": "person",
    "files": "file",
    "changes": "change",
    "commits": "commit",
    "lines": "line",
    "days": "day",
    "working days": "working day",
    "hours": "hour",
    "weeks": "week",
    "pull requests": "pull request",
}

SHARE = Unit("share", "of all", Style.SHARE)
PEOPLE = Unit("people", "people", Style.COUNT)
PEOPLE_PER_WEEK = Unit("people_per_week", "people/week", Style.RATE)
FILES = Unit("files", "files", Style.COUNT)
COMMITS = Unit("commits", "commits", Style.COUNT)
CHANGES = Unit("changes", "changes", Style.COUNT)
CHANGES_PER_WEEK = Unit("changes_per_week", "changes/week", Style.RATE)
LINES = Unit("lines", "lines", Style.COUNT)
DAYS = Unit("days", "days", Style.DURATION)
HOURS = Unit("hours", "hours", Style.DURATION)
WORKING_DAYS = Unit("working_days", "working days", Style.DURATION)
WEEKS = Unit("weeks", "weeks", Style.DURATION)
PERSON_WEEKS = Unit("person_weeks", "person-weeks", Style.DURATION)
SWITCHES_PER_DAY = Unit("switches_per_day", "switches/person-day", Style.RATE)
RATIO = Unit("ratio", "times", Style.RATE)

Share = Annotated[float, SHARE]
People = Annotated[int, PEOPLE]
Files = Annotated[int, FILES]
Commits = Annotated[int, COMMITS]
Lines = Annotated[int, LINES]
Days = Annotated[float, DAYS]
WorkingDays = Annotated[float, WORKING_DAYS]
Hours = Annotated[float, HOURS]
PersonWeeks = Annotated[float, PERSON_WEEKS]

FILE: Final = "file"

FileText: TypeAlias = Annotated[str, FILE]
"""The text of a file: the command line takes the file's name, - for standard input."""
