"""How work went on and stopped: time in work, time set aside, and what was left after a return.

An item is set aside when it leaves work for a stage before it, for a day or more; less than that is
taken for a slip. Handed on to somebody else's review or test, it is still in work.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.work import ITEMS_PREFIX, JOURNAL
from groundplan.facts.work_sql import RANK
from groundplan.terms.period import LEAST_DAYS

# States of work that waits for the next pair of hands.
_HANDED_ON: Final = ("review", "test", "qa", "deploy", "release", "merge", "verif", "accept")
_ON: Final = " or ".join(f"lower(e.value) like '%{word}%'" for word in _HANDED_ON)
_TODO, _DOING, _DONE, _DROPPED = 0, 1, 2, 3
_ENDS: Final = {_DOING: "doing", _DONE: "done", _DROPPED: "dropped"}
_DAY: Final = np.timedelta64(1, "D")

_READABLE: Final = """
with readable as (
  select item_id, coalesce(title, item_id) as title, row_number() over (order by item_id) as nr,
    case when person_id is null then 0 else dense_rank() over (order by person_id) end as person
  from items where source = :source and list_contains(:teams, coalesce(team, ''))
)
"""
# One sort of all events, by numbers; what follows from their order is cheaper outside of SQL.
_STAGES: Final = f"""
{_READABLE}
select r.nr as item, r.person, e.happened_at as begins,
  case when e.what = 'deleted' then {_DROPPED} when e.what = 'restored' then {_TODO}
    when e.stage = 'todo' and e.what in ('moved', 'state') and ({_ON}) then {_DOING}
    when e.stage = 'todo' then {_TODO} when e.stage = 'doing' then {_DOING}
    when e.stage = 'done' then {_DONE} else {_DROPPED} end as stage
from item_events e join readable r on r.item_id = e.item_id
where e.source = :source and e.happened_at < :at
  and (e.stage is not null or e.what in ('deleted', 'restored'))
order by r.nr, e.happened_at, {RANK}, e.run, e.nr
"""
_NAMES: Final = f"{_READABLE} select nr, item_id, title from readable where list_contains(:few, nr)"
_UNTIL: Final = """
select max(happened_at) from item_events where source = :source and happened_at < :at
"""
_FATES: Final = """
select item_id, done_at, coalesce(dropped_at is not null or stage = 'dropped' or deleted, false)
from items where source = :source and list_contains(:items, item_id)
  and list_contains(:teams, coalesce(team, ''))
"""


@dataclass(frozen=True, slots=True)
class Lasted:
    """How long things took [working days], shapes (n,). came: they ended as they were meant to;
    never: they were given up; neither: they had not ended yet. since: the day on which each began.
    before: spent in work earlier. people: who have the items, 0 where that is not told."""

    since: npt.NDArray[Any]
    days: npt.NDArray[np.float64]
    came: npt.NDArray[np.bool_]
    never: npt.NDArray[np.bool_]
    before: npt.NDArray[np.float64]
    people: int


@dataclass(frozen=True, slots=True)
class InWork:
    """An item that is in work, since when, and for how many working days of work in all."""

    item_id: str
    title: str
    since: date
    days: float


@dataclass(frozen=True, slots=True)
class Aside:
    """A time for which an item was set aside. until: None while it is. ended: doing, done or
    dropped, "" while it is."""

    item_id: str
    title: str
    since: date
    until: date | None
    ended: str


@dataclass(frozen=True, slots=True)
class Interruptions:
    """A tracker's work as it went on and stopped. until: its last day.

    work: from the first start until done, ending unseen where an item was set aside. away: from
    being set aside until it was in work again, or done. left: from such a return until done.
    """

    source: str
    name: str
    until: date
    work: Lasted = field(repr=False)
    away: Lasted = field(repr=False)
    left: Lasted = field(repr=False)
    in_work: tuple[InWork, ...]
    aside: tuple[Aside, ...]


def read_interruptions(
    mart: DuckDB, source: str, teams: Collection[str], at: datetime
) -> Interruptions:
    """How the work of a tracker went on and stopped, as it was known at a moment.

    Of each item every time set aside counts; its first stretch of work counts, and those after a
    return. What was typed here is known until that moment.
    """
    plain = at.replace(tzinfo=None)
    given: dict[str, object] = {"source": source, "teams": sorted(teams), "at": plain}
    told = mart.rows(_UNTIL, given)[0][0]
    until = (plain if source == JOURNAL or told is None else min(told, plain)).date()
    stints = _find_stints(mart.query(_STAGES, given), until)
    doing = stints.stage == _DOING
    aside = (stints.stage == _TODO) & (stints.earlier == _DOING)
    back = doing & ~stints.first & np.append(False, aside[:-1])[: len(aside)]
    in_work, lying = np.flatnonzero(doing & stints.open).tolist(), np.flatnonzero(aside).tolist()
    few = np.unique(stints.item[in_work + lying]).tolist()
    named = mart.rows(_NAMES, {**given, "few": few}) if few else []
    names: dict[int, tuple[str, str]] = {nr: (item_id, title) for nr, item_id, title in named}
    return Interruptions(
        source=source,
        name=source.removeprefix(ITEMS_PREFIX),
        until=until,
        work=stints.pick(doing & (stints.spent == 0), _DONE),
        away=stints.pick(aside, _DOING, _DONE),
        left=stints.pick(back, _DONE),
        in_work=tuple(stints.tell_in_work(nr, *names[stints.item[nr]]) for nr in in_work),
        aside=tuple(stints.tell_aside(nr, *names[stints.item[nr]]) for nr in lying),
    )


@dataclass(frozen=True, slots=True)
class _Stints:
    """An item's time in one stage after the other, items apart; shapes (n,). spent: in work before
    it. first: of its item; open: the stage holds still; earlier, later: stages around, or -1."""

    item: npt.NDArray[np.int64]
    person: npt.NDArray[np.int64]
    stage: npt.NDArray[np.int64]
    begins: npt.NDArray[Any]
    ends: npt.NDArray[Any]
    days: npt.NDArray[np.float64]
    spent: npt.NDArray[np.float64]
    first: npt.NDArray[np.bool_]
    open: npt.NDArray[np.bool_]
    earlier: npt.NDArray[np.int64]
    later: npt.NDArray[np.int64]

    def pick(self, which: npt.NDArray[np.bool_], *came: int) -> Lasted:
        """Some of them as cases that come to one of these stages."""
        later = self.later[which]
        return Lasted(
            since=self.begins[which],
            days=self.days[which],
            came=np.isin(later, came),
            never=later == _DROPPED,
            before=self.spent[which],
            people=len(set(self.person[which].tolist()) - {0}),
        )

    def tell_in_work(self, nr: int, item_id: str, title: str) -> InWork:
        """One that holds still, with how long its item has been in work in all."""
        days = float(self.spent[nr] + self.days[nr])
        return InWork(item_id, title, self.begins[nr].item(), days)

    def tell_aside(self, nr: int, item_id: str, title: str) -> Aside:
        """One that lay aside, and what came after it."""
        until = None if self.open[nr] else self.ends[nr].item()
        after = _ENDS.get(int(self.later[nr]), "")
        return Aside(item_id, title, self.begins[nr].item(), until, after)


def _find_stints(rows: Columns, until: date) -> _Stints:
    item, person, stage, begins = _merge(
        *(np.asarray(rows[name]) for name in ("item", "person", "stage", "begins"))
    )
    slip = (stage[:-1] == _TODO) & (item[:-1] == item[1:]) & (begins[1:] - begins[:-1] < _DAY)
    kept = np.append(~slip, True)[: len(item)]
    item, person, stage, begins = _merge(item[kept], person[kept], stage[kept], begins[kept])
    first = np.append(True, item[1:] != item[:-1])[: len(item)]
    last = np.append(first[1:], True)[: len(item)]
    starts, end = begins.astype("datetime64[D]"), np.datetime64(until, "D")
    ends = np.maximum(starts, np.where(last, end, np.append(starts[1:], end)[: len(item)]))
    # as `terms.period.working_days`, for many at once
    whole = np.busday_count(starts + _DAY, ends + _DAY).astype(np.float64)
    days = np.maximum(whole, LEAST_DAYS)
    return _Stints(
        item=item,
        person=person,
        stage=stage,
        begins=starts,
        ends=ends,
        days=days,
        spent=_sums_before(np.where(stage == _DOING, days, 0.0), first),
        first=first,
        open=last,
        earlier=np.where(first, -1, np.roll(stage, 1)),
        later=np.where(last, -1, np.roll(stage, -1)),
    )


def _merge(
    item: npt.NDArray[Any],
    person: npt.NDArray[Any],
    stage: npt.NDArray[Any],
    begins: npt.NDArray[Any],
) -> tuple[npt.NDArray[Any], ...]:
    """Adjacent times of an item in the same stage as one."""
    new = (item[1:] != item[:-1]) | (stage[1:] != stage[:-1])
    kept = np.append(True, new)[: len(item)]
    return item[kept], person[kept], stage[kept], begins[kept]


@dataclass(frozen=True, slots=True)
class Fate:
    """What an item came to: when it was done, None if it is not; given up, or deleted."""

    done_on: date | None
    dropped: bool


def read_fates(
    mart: DuckDB, source: str, items: Collection[str], teams: Collection[str]
) -> dict[str, Fate]:
    """What some items of a tracker came to; one that may not be read is left out."""
    given = {"source": source, "items": sorted(items), "teams": sorted(teams)}
    return {
        item: Fate(done_at and done_at.date(), dropped)
        for item, done_at, dropped in mart.rows(_FATES, given)
    }


def _sums_before(
    values: npt.NDArray[np.float64], first: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """The sum of an item's earlier values, beside each value."""
    if not len(values):
        return values
    before = np.cumsum(values) - values
    return np.asarray(before - before[np.flatnonzero(first)][np.cumsum(first) - 1])
