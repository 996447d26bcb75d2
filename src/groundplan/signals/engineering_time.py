"""Engineering time: which share of people's active days went to which goal and kind of work.

A signal that is made on the spot, because what belongs where is what people say.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol

import numpy as np

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.traced_work import Work, read_work
from groundplan.inference.arrays import Floats, Integers
from groundplan.inference.time_shares import PERSON_DAYS, pool_shares, share_of_time
from groundplan.records.alignment import (
    NO_GOAL,
    PUNCH_LIST,
    STRATEGIC,
    SUPPORT,
    UNPLANNED,
    WORK_KINDS,
    Alignment,
)
from groundplan.records.goals import Goal
from groundplan.signals.attribution import Attribution, Attributor, attribute, prepare
from groundplan.signals.measure import MOST_WINDOWS
from groundplan.signals.samples import codes, column, too_few, words
from groundplan.signals.signal import Part, Point, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.scope import Scope
from groundplan.terms.units import SHARE

MINIMUM: Final = 5  # person-days
HORIZONS: Final = {
    "long-term": (STRATEGIC,),
    "short-term": (PUNCH_LIST, SUPPORT, UNPLANNED),
}
# A year and the running one. Years, not weeks, so that blocks of weeks stay where they are when a
# week passes. An item counts on the day on which it was done, for whom it was assigned to; items
# that one team alone may read do not, as the numbers of others could be told from them.
_SINCE: Final = """
select date_trunc('year', max(as_of)) - interval 1 years as since, max(as_of) as as_of from repos
where repo in (select repo from scope_repos)
"""
SELECT: Final = f"""
with bounds as ({_SINCE}),
touched as (
  select person_id, authored_week as week, 'commit:' || repo || ':' || commit_id as work,
    cast(authored_at + coalesce(author_offset_minutes, 0) * interval '1' minute as date) as day
  from commits, bounds
  where repo in (select repo from scope_repos) and actor = 'human' and not coalesce(is_merge, false)
    and authored_week is not null and authored_at >= bounds.since
    and authored_at >= :since and authored_at < :until
  union all
  select i.person_id, week_of(i.done_at) as week, 'item:' || i.source || ':' || i.item_id as work,
    cast(i.done_at as date) as day
  from items i join people p on p.person_id = i.person_id, bounds
  where p.actor = 'human' and coalesce(i.team, '') = '' and not coalesce(i.deleted, false)
    and i.done_at >= bounds.since and i.done_at >= :since and i.done_at < :until
)
select week, person_id, work, 1.0 / count(*) over (partition by person_id, day) as person_days
from touched
"""


@dataclass(frozen=True, slots=True)
class TimeSplit(Estimate):
    """The unaligned share of a stretch of time, with all other shares of the same days.

    parts: `goal:<id>`, `kind:<kind>` and `horizon:<horizon>`. days: that were split [person-days].
    """

    parts: tuple[Part, ...] = ()
    days: float = 0.0


class Measures(Protocol):
    """Measures a signal under a scope, as `Context.measure` does."""

    def __call__(self, signal: Signal, scope: Scope) -> Reading:
        """The reading."""


@dataclass(slots=True)
class _Split:
    """Splits samples; learns when the first one comes, so that a kept reading costs nothing."""

    mart: DuckDB
    scope: Scope
    said: Alignment
    goals: Sequence[Goal]
    _known: dict[str, Work] = field(default_factory=dict)
    _by: Attributor | None = None

    def __call__(self, sample: Sample) -> Measured:
        days = column(sample, "person_days")
        if unknown := too_few(float(days.sum()), MINIMUM, PERSON_DAYS):
            return unknown
        if self._by is None:
            works = read_recent(self.mart, self.scope)
            self._known = {work.work: work for work in works}
            self._by = prepare(works, self.said, self.goals)
        found = words(sample, "work").tolist()
        works = [self._known.get(work, Work(work, "", "other", None)) for work in found]
        person, _ = codes(words(sample, "person_id"))
        return _split(attribute(self._by, works), days, person)


def _split(found: Attribution, days: Floats, person: Integers) -> Measured:
    def share(chance: Floats) -> Measured:
        return share_of_time(days, np.clip(chance, 0.0, 1.0), person)

    parts = [
        Part(f"goal:{goal}", share(found.goal[:, nr]))
        for nr, goal in enumerate(found.goals)
        if goal != NO_GOAL
    ]
    sets: dict[str, tuple[str, ...]] = {f"kind:{kind}": (kind,) for kind in WORK_KINDS}
    sets |= {f"horizon:{horizon}": kinds for horizon, kinds in HORIZONS.items()}
    told = len(found.goals) > 1 or bool(found.kind[:, 0].any())
    for name, kinds in sets.items():
        chance = found.kind[:, [WORK_KINDS.index(kind) for kind in kinds]].sum(axis=1)
        # without a word on goals nothing can be strategic: that is unknown, and not zero
        parts.append(Part(name, share(chance) if told or STRATEGIC not in kinds else _NOTHING_SAID))
    none = share(found.goal[:, 0])
    if isinstance(none, Unknown):
        return none
    return TimeSplit(
        none.value, none.low, none.high, none.level, SHARE, none.n, none.n_of, none.method,
        tuple(parts), float(days.sum()),
    )  # fmt: skip


def read_recent(mart: DuckDB, scope: Scope) -> list[Work]:
    """The work that time is read from: of the running year and the one before."""
    found = mart.rows(
        "select date_trunc('year', max(as_of)) - interval 1 years, max(as_of) from repos "
        "where list_contains(:repos, repo)",
        {"repos": list(scope.repos)},
    )[0]
    if found[0] is None:
        return []
    since, until = datetime.combine(found[0], time()), found[1] + timedelta(days=1)
    return read_work(mart, scope.repos, scope.teams, since, until)


def time_signal(split: Callable[[Sample], Measured], about: str, weeks: int) -> Signal:
    """The signal of engineering time over windows of at least so many weeks.

    about: names what was said, by which `split` splits; readings are kept by it.
    """
    return Signal(
        name=f"engineering_time.{weeks}.{about}",
        title="Unaligned time",
        version=1,
        says="What share of people's active days served no goal? [share]",
        unit=SHARE,
        counts="Days on which a person wrote commits that landed, or on which an item assigned to "
        "them was done, split evenly over what they did that day; each piece by the chance that "
        "it serves a goal.",
        leaves_out="Merge commits, bots and agents, items that one team alone may read, and all "
        "time that leaves no trace: meetings, reviews, thinking.",
        misuse="Aggregate only. Work without a goal may be the best of a week; never split it by "
        "person.",
        source="Hopkins and King 2010, A method of automated nonparametric content analysis for "
        "social science, AJPS 54(1)",
        model="Wilson on the effective sample by people, with the doubt of attribution",
        select=SELECT,
        minimum=MINIMUM,
        minimum_of=PERSON_DAYS,
        estimate=split,
        speak=lambda _: None,
        window_weeks=weeks,
    )


def measure_time(
    mart: DuckDB,
    measures: Measures,
    scope: Scope,
    said: Alignment,
    goals: Sequence[Goal],
    *weeks: int,
) -> tuple[Reading, ...]:
    """Engineering time as it may be told the viewer, over windows of so many weeks each.

    Each known value of a reading's `series` is a `TimeSplit`.
    """
    told = (said.rules, sorted(said.corrections.items()), [(g.goal_id, g.title) for g in goals])
    about = hashlib.sha256(repr((told, sorted(scope.teams))).encode()).hexdigest()[:12]
    split = _Split(mart, scope, said, goals)
    return tuple(measures(time_signal(split, about, each), scope) for each in weeks)


def unaligned(value: Measured) -> Measured:
    """The share that served no goal alone; Unknown before anybody said what serves one."""
    if not isinstance(value, TimeSplit):
        return value
    if not any(part.name.startswith("goal:") for part in value.parts):
        return _NOTHING_SAID
    return Estimate(
        value.value, value.low, value.high, value.level, value.unit, value.n, value.n_of,
        value.method,
    )  # fmt: skip


def part_of(value: Measured, name: str) -> Measured:
    """A named share of a stretch of time, such as `kind:support`."""
    if not isinstance(value, TimeSplit):
        return value if isinstance(value, Unknown) else _NOTHING_SAID
    return next((part.value for part in value.parts if part.name == name), _NOTHING_SAID)


def share_of_goal(
    mart: DuckDB,
    measures: Measures,
    scope: Scope,
    said: Alignment,
    goals: Sequence[Goal],
    goal_id: str,
    since: date,
    until: date,
) -> Measured:
    """The share of the team's active days that went to a goal between two days [share].

    Over the published stretches that lie between them, pooled. Unknown where nothing says what
    belongs to the goal, and where no stretch may be told.
    """
    weeks = max(1, math.ceil((until - since).days / 7 / MOST_WINDOWS))
    (reading,) = measure_time(mart, measures, scope, said, goals, weeks)
    inside = [p for p in reading.series if since <= p.block.start_on and p.block.end_on <= until]
    return pool_goal(inside, goal_id) if inside or reading.series else reading.now


def pool_goal(points: Sequence[Point], goal_id: str) -> Measured:
    """A goal's share over several stretches [share]."""
    pairs = [
        (point.value.days, part.value, part)
        for point in points
        if isinstance(point.value, TimeSplit)
        for part in [part_of(point.value, f"goal:{goal_id}")]
        if isinstance(part, Estimate)
    ]
    if not pairs:
        known = any(isinstance(point.value, TimeSplit) for point in points)
        return _NOTHING_SAID if known else Unknown("no week of it may be told yet", 0, 1, "weeks")
    if len(pairs) == 1:
        return pairs[0][2]
    days, shares = np.array([pair[:2] for pair in pairs]).T
    return pool_shares(days, shares)


_NOTHING_SAID: Final = Unknown("nothing says yet which work serves a goal", 0, 1, "rules")
