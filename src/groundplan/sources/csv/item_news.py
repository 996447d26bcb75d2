"""What an export adds to what is known of its items, and what it takes back, as SQL.

`told` is the export, `known` the events that hold, both of one tracker; `fresh` is to be appended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.work import ATTRIBUTES, ITEM_EVENTS, SINCE_CREATION
from groundplan.facts.work_sql import HOLDING
from groundplan.sources.csv.item_columns import CHANGES
from groundplan.sources.csv.item_events import Export

MOST_DELETED_SHARE: Final = 0.2  # of known items; an export that lacks more is taken as a part

_EVENT: Final = ("item_id", "happened_at", "what", "value", "name", "email")
_SAME: Final = " and ".join(f"k.{name} = t.{name}" for name in _EVENT)
_ATTRIBUTES: Final = "({})".format(", ".join(f"'{what}'" for what in ATTRIBUTES))
_EARLY: Final = "({})".format(", ".join(f"'{what}'" for what in SINCE_CREATION))
_OF_T: Final = ", ".join(f"t.{name}" for name in (*_EVENT, "stage", "nr"))
_OF_K: Final = _OF_T.replace("t.", "k.")

_KNOWN = "create table known as {holding}"
_FRESH = f"create table fresh as select {_OF_T}, true as holds from told t where false"
# Whoever reads an older export after a newer one learns of items that were gone by then.
_ONLY_UNKNOWN = "delete from told where item_id in (select item_id from known)"
_GONE = """
create table gone as select item_id from known where what in ('deleted', 'restored')
group by item_id having max_by(what, (happened_at, run)) = 'deleted'
"""
_DATED = f"""
insert into fresh select {_OF_T}, true from told t
where t.what not in {_ATTRIBUTES} and t.what not in ('seen', 'deleted')
  and not exists (select 1 from known k where {_SAME})
"""
_FIRST_SEEN = f"""
insert into fresh select {_OF_T}, true from told t
where t.what = 'seen' and t.item_id not in (select item_id from known)
"""
_TOLD_DELETED = f"""
insert into fresh select {_OF_T}, true from told t
where t.what = 'deleted' and t.item_id not in (select item_id from gone)
"""
# A state that stays the same is told again if something happened since it was told before.
_CHANGED = f"""
insert into fresh
with latest as (
  select item_id, what, max(happened_at) as last_at, max_by(value, (happened_at, run)) as value,
    max_by(name, (happened_at, run)) as name, max_by(email, (happened_at, run)) as email,
    max_by(stage, (happened_at, run)) as stage
  from known where what in {_ATTRIBUTES} group by item_id, what
), moved as (
  select item_id, max(happened_at) as moved_at from fresh where stage is not null group by item_id
)
select t.item_id,
  case when l.last_at is null and t.what in {_EARLY}
    then coalesce(least(t.since, t.happened_at), t.happened_at)
    else greatest(t.happened_at, coalesce(l.last_at, t.happened_at)) end,
  t.what, t.value, t.name, t.email, t.stage, t.nr, true
from told t left join latest l on l.item_id = t.item_id and l.what = t.what
left join moved m on m.item_id = t.item_id
where t.what in {_ATTRIBUTES} and case
  when l.last_at is null then t.value <> '' or t.name <> '' or t.email <> ''
  else l.value <> t.value or l.name <> t.name or l.email <> t.email
    or l.stage is distinct from t.stage
    or (t.what = 'state' and m.moved_at > l.last_at and t.happened_at > l.last_at) end
"""
_OTHERWISE = f"""
insert into fresh select {_OF_K}, false
from known k join told t on t.item_id = k.item_id and t.what = k.what
where k.what in ('created', 'started')
group by all having not bool_or(t.happened_at = k.happened_at)
"""
_ENDS = f"""
create table ends as
with last_told as (
  select item_id, max(happened_at) filter (where what in ('done', 'dropped')) as told_at,
    max(happened_at) filter (where what = 'state') as state_at,
    max(happened_at) filter (where what = 'started') as begun_at,
    max_by(stage, happened_at) filter (where what = 'state') as now,
    coalesce(bool_or(what = 'state' and stage in ('done', 'dropped')), false) as over
  from told group by item_id
)
select {_OF_K}, l.told_at, l.state_at, l.begun_at, l.over,
  coalesce(l.now, case when l.begun_at is null then 'todo' else 'doing' end) as now,
  exists (select 1 from told t where {_SAME}) as again
from known k join last_told l on l.item_id = k.item_id
where k.what in ('done', 'dropped', 'reopened')
"""
_TAKEN_BACK = f"""
insert into fresh select {_OF_K}, false from ends k
where not again and told_at is not null
  and (happened_at > told_at or :all or (happened_at = told_at and what <> 'reopened'))
"""
# What was done before, and is done on another day or open now, was reopened in between.
_REOPENED = """
insert into fresh
select e.item_id, case when e.told_at is not null then e.told_at
    when e.begun_at > max(e.happened_at) then e.begun_at
    else greatest(
      coalesce(e.state_at, :moment), max(e.happened_at) + interval 1 microsecond
    ) end,
  'reopened', '', '', '', case when e.told_at is null then e.now else 'todo' end, max(e.nr), true
from ends e left join known k
  on k.item_id = e.item_id and k.happened_at = e.told_at and k.what in ('done', 'dropped')
where k.item_id is null and case
  when e.told_at is null then not e.over else e.happened_at < e.told_at and not :all end
group by e.item_id, e.told_at, e.state_at, e.begun_at, e.now
having max_by(e.what, (e.happened_at, e.what <> 'reopened')) <> 'reopened'
"""
_RESTORED = """
insert into fresh select item_id, :moment, 'restored', '', '', '', null, 0, true from gone
where item_id in (select item_id from told)
  and item_id not in (select item_id from told where what = 'deleted')
"""
_DELETED = """
insert into fresh select item_id, :moment, 'deleted', '', '', '', null, 0, true from missing
"""
_ALIVE = """
select count(distinct item_id) from known where item_id not in (select item_id from gone)
"""
_GONE_BY_THEN = "create table missing as select distinct item_id from told"
_MISSING = """
create table missing as select distinct item_id from known
where item_id not in (select item_id from present)
  and item_id not in (select item_id from gone)
"""


@dataclass(frozen=True, slots=True)
class News:
    """What reading an export changes. deleted: items it no longer has; lacking: those that are
    not in it either, but are not taken as deleted, as it seems to be a part of the tracker.
    """

    added: int
    taken_back: int
    deleted: tuple[str, ...]
    lacking: int


def compare(
    engine: DuckDB,
    relation: str,
    export: Export,
    present: Any,
    moment: datetime,
    *,
    newer: datetime | None,
    complete: bool | None,
) -> News:
    """Fill `fresh` with what an export adds to the facts of its tracker.

    present: ids of all rows of the file. moment: of what it does not say since when. newer: when
    one with later news spoke that was read before: then only items that are not known are taken,
    as deleted by then. complete: whether missing items are deleted, guessed if None.
    """
    _load(engine, relation, export, present, older=newer is not None)
    deleted: tuple[str, ...] = ()
    lacking = 0
    if export.form != CHANGES:
        _take_back(engine, export, moment)
        if newer is None:
            engine.execute(_RESTORED, {"moment": moment})
        deleted, lacking = _delete(engine, newer, moment, complete)
    engine.execute(_CHANGED)
    added, back = engine.rows(
        "select count(*) filter (where holds), count(*) filter (where not holds) from fresh"
    )[0]
    return News(added, back, deleted, lacking)


def _load(engine: DuckDB, relation: str, export: Export, present: Any, *, older: bool) -> None:
    """Begin with what happened on a day of its own and was not known."""
    engine.load("told", export.events)
    engine.load("present", {"item_id": present})
    engine.execute(_KNOWN.format(holding=HOLDING.format(relation=relation)))
    engine.execute(_FRESH)
    if older:
        engine.execute(_ONLY_UNKNOWN)
    for statement in (_GONE, _DATED, _FIRST_SEEN, _TOLD_DELETED):
        engine.execute(statement)


def _take_back(engine: DuckDB, export: Export, moment: datetime) -> None:
    """Tombstones for what was otherwise than said before, and what follows from that."""
    engine.execute(_OTHERWISE)
    if export.tells_done:
        for statement in (_ENDS, _TAKEN_BACK, _REOPENED):
            engine.execute(statement, {"moment": moment, "all": export.tells_all_done})


def _delete(
    engine: DuckDB, newer: datetime | None, moment: datetime, complete: bool | None
) -> tuple[tuple[str, ...], int]:
    """Let items be deleted that stand in one export and not in the later one."""
    engine.execute(_MISSING if newer is None else _GONE_BY_THEN)
    missing = tuple(row[0] for row in engine.rows("select item_id from missing order by item_id"))
    earlier = _ALIVE if newer is None else "select count(*) from present"
    if complete is None:
        complete = len(missing) <= MOST_DELETED_SHARE * engine.rows(earlier)[0][0]
    if not complete:
        return (), len(missing)
    engine.execute(_DELETED, {"moment": newer or moment})
    return missing, 0


def fresh_columns(source: str, run: int) -> str:
    """A relation of `fresh` with the columns of the facts, in an order that stays."""
    told = {"source": f"'{source.replace(chr(39), chr(39) * 2)}'", "team": "''", "run": str(run)}
    chosen = ", ".join(f"{told.get(n, n)} as {n}" for n in ITEM_EVENTS.column_names)
    return f"(select {chosen} from fresh order by {', '.join(_EVENT)}, holds)"
