"""The three versions of a timeline: by when, how much by then, and who pays for a change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from groundplan.inference.delay import Notice, look_at
from groundplan.inference.forecasts.claims import claim_count, claim_day
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.inference.forecasts.plans import LEVELS, Placed
from groundplan.inference.forecasts.standing import MEASURED
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Share


@dataclass(frozen=True, slots=True)
class DayClaim:
    """On which day so many items of a class are done, this sure."""

    name: str
    items: int
    level: Share
    on: date | Unknown


@dataclass(frozen=True, slots=True)
class CountClaim:
    """How many items of a class are done by a day at least, this sure."""

    name: str
    by: date
    level: Share
    at_least: int | Unknown

    @property
    def known(self) -> bool:
        """Whether anything is promised."""
        return not isinstance(self.at_least, Unknown)


@dataclass(frozen=True, slots=True)
class Promised:
    """What is to be said today if so many items are promised for a day.

    late: the chance that they come late; Unknown where no such chance was tested. fires: it is not
    85% sure any more, which the team should know; likely: late is to be expected, which whoever
    was promised it should hear.
    """

    name: str
    items: int
    by: date
    late: Share | Unknown
    fires: bool
    likely: bool

    def __str__(self) -> str:
        if isinstance(self.late, Unknown):
            return f"no chance is told: {self.late}"
        said = "to be expected late" if self.likely else "not 85% sure" if self.fires else "kept"
        return f"{self.late:.0%} likely late, {said}"


Future: TypeAlias = Forecast | Unknown


def claim_three_days(
    name: str, ahead: Future, items: int, until: date, growth: Future | None = None
) -> list[DayClaim]:
    """The day by which so many items of a class are done, at each level.

    until: the day that ends the history. growth: of the items that join and go first.
    """
    if isinstance(ahead, Unknown):
        return [DayClaim(name, items, level, ahead) for level in LEVELS]
    if isinstance(growth, Unknown):
        return [DayClaim(name, items, level, growth) for level in LEVELS]
    days = [claim_day(ahead, items, level, until, growth=growth) for level in LEVELS]
    return [DayClaim(name, items, *pair) for pair in zip(LEVELS, days, strict=True)]


def claim_three_counts(name: str, ahead: Future, by: date, until: date) -> list[CountClaim]:
    """How many items of a class are done by a day at least, at each level."""
    if isinstance(ahead, Unknown):
        return [CountClaim(name, by, level, ahead) for level in LEVELS]
    weeks = (by - until).days / 7
    return [CountClaim(name, by, level, claim_count(ahead, weeks, level)) for level in LEVELS]


def look_at_promise(
    name: str, ahead: Future, items: int, by: date, until: date, growth: Future | None = None
) -> Promised:
    """A promise of so many items of a class for a day; as `claim_three_days`."""
    found: Notice | Unknown
    if isinstance(growth, Unknown):
        found = growth
    else:
        found = look_at(ahead, items, (by - until).days, growth=growth)
    if isinstance(found, Unknown):
        return Promised(name, items, by, found, False, False)
    return Promised(name, items, by, found.late, found.fires, found.likely)


def speak_of_class(name: str, dated: Sequence[DayClaim], counted: Sequence[CountClaim]) -> str:
    """The three versions of a class in a sentence; why not, where nothing can be promised."""
    known = [f"{one.on} ({one.level:.0%})" for one in dated if isinstance(one.on, date)]
    least = [f"{one.at_least:,} ({one.level:.0%})" for one in counted if one.known]
    things = f"{dated[0].items:,} {'item' if dated[0].items == 1 else 'items'}"
    said = f"{things} by {', '.join(known)}" if known else f"no day for {things}: {dated[1].on}"
    more = f"at least {', '.join(least)}" if least else f"no count: {counted[1].at_least}"
    return f"{name.capitalize()}: {said}. By {counted[0].by}, {more}."


def speak_of_change(
    placed: Sequence[Placed], futures: Mapping[str, Forecast | Unknown]
) -> list[str]:
    """Who pays, in sentences; and for how many items no day can be promised."""
    said = [f"{name}: {future}." for name, future in futures.items() if isinstance(future, Unknown)]
    shifts = {one.item_id: one.shift_days for one in placed if one.shift_days}
    late = {item: days for item, days in shifts.items() if days > 0}
    if late:
        most = max(late, key=late.__getitem__)
        things = "item pays" if len(late) == 1 else "items pay"
        said.append(f"{len(late):,} {things}, {most} most: its 85% day is {late[most]} days later.")
    if early := len(shifts) - len(late):
        said.append(f"{early:,} {'item comes' if early == 1 else 'items come'} earlier.")
    known = {name for name, future in futures.items() if not isinstance(future, Unknown)}
    far = sum(one.on_85 is None and one.name in known for one in placed)
    if far:
        weeks = max(MEASURED["when"])
        said.append(f"{far:,} items have no day: claims of days hold up to {weeks} weeks of work.")
    return said or ["Nobody pays." if placed else "Nothing is open."]
