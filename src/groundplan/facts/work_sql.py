"""Work items as SQL over their events: which events hold, and what the items are after them."""

from __future__ import annotations

from typing import Final

from groundplan.facts.work import ORDER

# The place among things that happened at one moment.
RANK: Final = "list_position([{}], what)".format(", ".join(f"'{what}'" for what in ORDER))

# Tombstones are few, so that looking for them is cheaper than sorting all events by what they say.
HOLDING: Final = """
select e.source, e.item_id, e.happened_at, e.what, e.value, e.name, e.email, e.stage, e.team, e.nr,
  e.run
from {relation} e where e.holds and not exists (
  select 1 from {relation} t where not t.holds and t.run > e.run and t.source = e.source
    and t.item_id = e.item_id and t.happened_at = e.happened_at and t.what = e.what
    and t.value = e.value and t.name = e.name and t.email = e.email
)
"""

# `at` bounds what is known: events before it. A stage counts as left only when another follows, so
# that an item that is closed after it was resolved was done when it was resolved.
ITEMS: Final = f"""
with known as (
  select *, row_number() over (
    partition by source, item_id order by happened_at, {RANK}, run, nr
  ) as place
  from item_events where happened_at < :at
), staged as (
  select source, item_id, happened_at, what, stage, place,
    lag(stage) over (partition by source, item_id order by place) as before
  from known where stage is not null
), lives as (
  select source, item_id, max_by(stage, place) as stage,
    max(place) filter (where stage <> 'done') as last_not_done,
    max(place) filter (where stage <> 'dropped') as last_not_dropped,
    min(happened_at) filter (where stage = 'doing' and what <> 'state') as started_at,
    count(*) filter (where stage in ('todo', 'doing') and before in ('done', 'dropped'))
      as reopened
  from staged group by source, item_id
), ends as (
  select s.source, s.item_id,
    min(s.happened_at) filter (
      where s.stage = 'done' and s.place > coalesce(l.last_not_done, 0)
    ) as done_at,
    min(s.happened_at) filter (
      where s.stage = 'dropped' and s.place > coalesce(l.last_not_dropped, 0)
    ) as dropped_at
  from staged s join lives l on l.source = s.source and l.item_id = s.item_id
  where s.what <> 'state' group by s.source, s.item_id
), told as (
  select source, item_id,
    max_by(value, place) filter (where what = 'titled') as title,
    max_by(value, place) filter (where what = 'class') as class,
    max_by(value, place) filter (where what in ('moved', 'state')) as state,
    max_by(value, place) filter (where what = 'prioritised') as priority,
    max_by(value, place) filter (where what = 'parent') as parent_id,
    max_by(value, place) filter (where what = 'labels') as labels,
    max_by(value, place) filter (where what = 'estimated') as estimate,
    max_by(person_id, place) filter (where what = 'assigned') as person_id,
    max_by(team, place) as team,
    max(happened_at) filter (where what = 'created') as created_at, min(happened_at) as known_at,
    coalesce(max_by(what, (happened_at, run)) filter (where what in ('deleted', 'restored')), '')
      = 'deleted' as deleted
  from known group by source, item_id
)
select t.source, t.item_id, nullif(t.title, '') as title, coalesce(t.class, 'unknown') as class,
  t.created_at, t.known_at, l.started_at, e.done_at, e.dropped_at,
  cast(coalesce(l.reopened, 0) as integer) as reopened, nullif(t.state, '') as state,
  l.stage, nullif(t.priority, '') as priority, nullif(t.parent_id, '') as parent_id,
  nullif(t.labels, '') as labels,
  cast(nullif(split_part(t.estimate, '..', 1), '') as double) as low_days,
  cast(nullif(split_part(t.estimate, '..', 2), '') as double) as high_days,
  nullif(t.person_id, '') as person_id, t.team, t.deleted
from told t
left join lives l on l.source = t.source and l.item_id = t.item_id
left join ends e on e.source = t.source and e.item_id = t.item_id
order by t.source, t.created_at nulls last, t.item_id
"""
