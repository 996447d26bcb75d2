"""Workload as rows: one's own mix of roles, areas that wait for one person, ritual's minutes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.inference.concentration import falls_to_busiest
from groundplan.inference.proportions import share_by_week
from groundplan.inference.rates import mean_per_week
from groundplan.inference.workload import Load
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.units import SHARE, Share, Style, Unit

WEEKS: Final = 8  # that a mix is of
LOOK_BACK: Final = 112  # weeks: two years of blocks and the newest one
AREA_WEEKS: Final = 26
LEAST_ACTS: Final = 20  # in an area, before anything is said of it
MOSTLY: Final = 0.5  # from here on an area waits for one person
MOST_ROWS: Final = 12
MOST_USEFUL: Final = 5  # of each kind
BUDGET: Final = 2.0  # minutes of typing a week and engineer
ROLES: Final = ("building", "reviewing", "coordinating", "supporting", "meetings")
HANDS_ON: Final = frozenset({"building", "reviewing", "supporting"})
MINUTES: Final = Unit("minutes_per_person_week", "minutes/person-week", Style.RATE)
_MEET: Final = Unit("meeting_hours_per_week", "hours/week", Style.RATE)


@dataclass(frozen=True, slots=True)
class ShareInputs:
    """With whom to share what one sees of oneself."""

    to: str = field(default="", metadata={"help": "a colleague's name or id; your lead if empty"})
    note: str = field(default="", metadata={"help": "a word about it, if you like"})


@dataclass(frozen=True, slots=True)
class RoleDays:
    """A role: on how many days a week it left a trace, and its share of all of them [share]."""

    role: str
    days_a_week: float
    share: Share


@dataclass(frozen=True, slots=True)
class Mine:
    """One's own last eight weeks, for oneself alone. linked: accounts of the facts are theirs;
    meetings: hours a week, of the own calendar. waits_for_you: areas of which most is one's own.

    load: the last four weeks beside one's own earlier ones. says: the same in a sentence.
    """

    weeks: int
    linked: bool
    roles: tuple[RoleDays, ...]
    meetings: Measured
    waits_for_you: tuple[str, ...]
    load: Load | Unknown
    says: str


@dataclass(frozen=True, slots=True)
class AreaWait:
    """An area, and the share of its reviews or changes by whoever does most there; no name.

    people: how many took part. waits: more than half, sure at 90%.
    """

    repo: str
    area: str
    what: str
    share: Measured
    people: int
    waits: bool
    says: str


@dataclass(frozen=True, slots=True)
class Areas:
    """Areas that wait for one person first; withheld: those with too few people."""

    areas: tuple[AreaWait, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class Useful:
    """Work that helps and blocks nobody if it takes a day longer."""

    what: str
    where: str
    since: date


@dataclass(frozen=True, slots=True)
class SharedRow:
    """What a colleague shared of their own workload."""

    whose: str
    on: date
    says: str


@dataclass(frozen=True, slots=True)
class Mirror:
    """The viewer as their team has them. hands_on: role-days of building, reviewing and supporting;
    absorbed: of own verdicts on requests. useful: what to take that is on nobody's way."""

    hands_on: Measured
    absorbed: Measured
    useful: tuple[Useful, ...]
    shared_with_you: tuple[SharedRow, ...]


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What rituals cost. yours, team: minutes of typing into Groundplan a week and person, at
    least; meetings: one's own hours a week. within: yours keeps to the budget."""

    yours: Measured
    team: Measured
    meetings: Measured
    budget: float
    within: bool
    says: str


@dataclass(frozen=True, slots=True)
class Said:
    """What now holds."""

    says: str


def mix(days: Iterable[tuple[str, date]], since: date, weeks: int) -> tuple[RoleDays, ...]:
    """Each role's days a week since a day, and its share of all role-days."""
    counts = dict.fromkeys(ROLES, 0)
    for role, day in set(days):
        counts[role] += day >= since
    total = sum(counts.values())
    return tuple(RoleDays(role, n / weeks, n / total) for role, n in counts.items() if total and n)


def count_weeks(days: Iterable[tuple[str, date]], until: date) -> list[float]:
    """Role-days of each whole week from the first trace up to a Monday, oldest first.

    Without meetings, as calendars reach less far back than the rest.
    """
    seen = [day for role, day in set(days) if role != "meetings" and day < until]
    if not seen:
        return []
    first = monday_of(min(seen))
    counts = [0.0] * ((until - first).days // 7)
    for day in seen:
        counts[(day - first).days // 7] += 1
    return counts


def share_hands_on(days: Iterable[tuple[str, date]], until: date) -> Measured:
    """The share of role-days that are hands-on, of whole weeks up to a Monday [share]."""
    first = until - timedelta(weeks=AREA_WEEKS)
    every, hands = np.zeros(AREA_WEEKS), np.zeros(AREA_WEEKS)
    for role, day in set(days):
        if first <= day < until:
            every[(day - first).days // 7] += 1
            hands[(day - first).days // 7] += role in HANDS_ON
    return share_by_week(hands, every, "role-days")


def meetings_a_week(met: Iterable[tuple[date, float]], since: date, until: date) -> Measured:
    """Hours in meetings a week, of whole weeks of one's own calendar [hours/week]."""
    weeks = (until - since).days // 7
    hours = np.zeros(max(weeks, 0))
    for day, lasts in met:
        place = (day - since).days // 7
        if 0 <= place < weeks:
            hours[place] += lasts
    return mean_per_week(hours, _MEET)


def judge_area(
    where: tuple[str, str, str], rows: Mapping[str, Any], until: date, floor: int
) -> AreaWait | None:
    """How much an area waits for one person; None while too few people take part in it.

    Whoever does most is found without the week that is counted (inference.concentration).
    """
    people = len(np.unique(rows["person_id"]))
    if people < floor or len(rows["week"]) < LEAST_ACTS:
        return None
    week = _count_week(rows, until)
    _, who = np.unique(rows["person_id"], return_inverse=True)
    falls, known = falls_to_busiest(np.zeros(len(who), dtype=np.int64), who, week)
    counted = known & (week >= 0) & (week < AREA_WEEKS)
    here = week[counted]
    fallen = np.bincount(here, weights=falls[counted], minlength=AREA_WEEKS)
    share = share_by_week(fallen, np.bincount(here, minlength=AREA_WEEKS), where[2])
    if isinstance(share, Unknown):
        return AreaWait(*where, share, people, False, str(share))
    says = f"{SHARE.say(share.value)} of {where[2]} in {where[1]} fall to one of {people} people"
    return AreaWait(*where, share, people, share.low > MOSTLY, says)


def is_mostly(rows: Mapping[str, Any], mine: Collection[str], until: date) -> bool:
    """Whether most of an area is somebody's own, sure at 90%: told to them alone, and no number."""
    week = _count_week(rows, until)
    seen = (week >= 0) & (week < AREA_WEEKS)
    own = np.isin(rows["person_id"], list(mine))
    every = np.bincount(week[seen], minlength=AREA_WEEKS)
    share = share_by_week(np.bincount(week[seen & own], minlength=AREA_WEEKS), every, "acts")
    return every.sum() >= LEAST_ACTS and isinstance(share, Estimate) and share.low > MOSTLY


def _count_week(rows: Mapping[str, Any], until: date) -> npt.NDArray[np.int64]:
    first = np.datetime64(until - timedelta(weeks=AREA_WEEKS), "D")
    weeks: npt.NDArray[np.int64] = (rows["week"].astype("datetime64[D]") - first).astype(int) // 7
    return weeks


def say_load(load: Load | Unknown) -> str:
    """One's own load in a sentence, to oneself."""
    if isinstance(load, Unknown):
        return f"Whether this is much for you is not known yet: {load}."
    now = f"{load.now:.1f} role-days a week in the last four, usually {load.usual:.1f}"
    rare = f"{load.rank:.0%} of your last {load.blocks + 1} months were as full"
    if load.heavy:
        return f"That is much for you: {now}; {rare}. What could wait, or go to somebody else?"
    return f"Not unusual for you: {now}; {rare}."


def cost(
    minutes: Mapping[tuple[str, date], float], people: Collection[str], since: date, until: date
) -> Measured:
    """Minutes of typing a week and person, of whole weeks [minutes/person-week]."""
    weeks = (until - since).days // 7
    sums = np.zeros(weeks)
    for (person, monday), spent in minutes.items():
        if person in people and since <= monday < until:
            sums[(monday - since).days // 7] += spent
    return mean_per_week(sums / max(len(people), 1), MINUTES)


def say_cost(yours: Measured) -> str:
    """Whether typing keeps to its budget, in a sentence."""
    if isinstance(yours, Unknown):
        return f"What it costs you is not known yet: {yours}."
    how = "within" if yours.high <= BUDGET else "around" if yours.low <= BUDGET else "above"
    return f"Groundplan takes you {MINUTES.say(yours.value)}, {how} its two minutes."
