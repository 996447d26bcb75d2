"""Who touched what, decayed: the mart's rollups of knowledge, and the SQL that they rest on.

Parameters: :repo, :prefix, and those of `inference/go_to.py` (:fresh_rate and :kept_rate per day,
:review_weight, :relative, :active_days).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_tables import KNOWLEDGE

REAL: Final = "c.repo = :repo and c.entry = 'file' and not c.bulk and c.authored_week is not null"
AGE: Final = (
    "greatest(days_between(c.authored_at, (select as_of from repos where repo = :repo)), 0)"
)
WEIGHT: Final = "case p.part when 'merger' then 0.0 when 'reviewer' then :review_weight else 1 end"

PRESENCE: Final = """
with arrivals as (
  select person_id, landed_at from commits
  where repo = :repo and actor = 'human' and landed_week is not null
  union all
  select k.person_id, m.landed_at from credits k
  join commits m on m.repo = k.repo and m.commit_id = k.commit_id
  where k.repo = :repo and k.actor = 'human' and k.part <> 'author' and m.landed_week is not null
),
latest as (select person_id, max(landed_at) as landed_at from arrivals group by person_id)
select :repo as repo, cast(row_number() over (order by l.person_id) - 1 as integer) as nr,
  l.person_id, p.name,
  greatest(days_between(l.landed_at, (select as_of from repos where repo = :repo)), 0)
    as silent_days
from latest l join people p using (person_id) order by nr
"""
COMMIT_PEOPLE: Final = """
with parts as (
  select order_nr, person_id, 'author' as part from commits where repo = :repo
  union all
  select m.order_nr, k.person_id, k.part from credits k
  join commits m on m.repo = k.repo and m.commit_id = k.commit_id
  where k.repo = :repo and k.part <> 'author'
  union all
  select m.order_nr, b.person_id, 'merger' from commits m
  join commits b on b.repo = m.repo and b.commit_id = m.landed_by
  where m.repo = :repo and b.is_merge and not m.is_merge and b.person_id <> m.person_id
),
once as (
  select order_nr, person_id, max(part) as part from parts
  group by order_nr, person_id, part in ('reviewer', 'merger')
)
select :repo as repo, o.order_nr, s.nr, o.part from once o
join presence s on s.repo = :repo and s.person_id = o.person_id order by o.order_nr, s.nr
"""
KNOWN: Final = f"""
with places as (
  select file_id, area, path, alive and entry = 'file' as lives,
    dense_rank() over (order by area) as area_nr
  from files where repo = :repo
    and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
),
touched as (
  select c.file_id, l.area_nr, l.lives, c.order_nr, c.authored_at, {AGE} as age
  from changes c join places l using (file_id) where {REAL}
),
known as (
  select t.file_id, p.nr, any_value(t.area_nr) as area_nr, any_value(t.lives) as lives,
    sum({WEIGHT} * exp(-:fresh_rate * t.age)) as fresh, sum(exp(-:fresh_rate * t.age)) as helped,
    sum({WEIGHT} * exp(-:kept_rate * t.age)) as kept,
    max(t.authored_at) filter (where p.part <> 'merger') as last_at,
    count(*) filter (where p.part in ('author', 'coauthor')) as changes,
    count(*) filter (where p.part = 'reviewer') as reviews
  from touched t join commit_people p on p.repo = :repo and p.order_nr = t.order_nr
  group by t.file_id, p.nr
),
living as (select * from known where lives and changes + reviews > 0),
best as (select file_id, max(kept) as kept from living group by file_id),
experts as (
  select k.file_id, k.area_nr, k.nr from living k
  join best b using (file_id) join presence s on s.repo = :repo and s.nr = k.nr
  where k.kept >= :relative * b.kept and s.silent_days <= :active_days
)"""
AREA_PEOPLE: Final = f"""{KNOWN},
several as (select file_id, count(*) as people from experts group by file_id),
counted as (
  select e.nr, e.area_nr, count(*) filter (where v.people = 1) as sole, sum(1.0 / v.people) as part
  from experts e join several v using (file_id) group by e.nr, e.area_nr
),
summed as (
  select area_nr, nr, sum(fresh) as fresh, sum(helped) as helped,
    coalesce(sum(kept) filter (where lives), 0) as kept,
    coalesce(sum(changes) filter (where lives), 0) as changes,
    coalesce(sum(reviews) filter (where lives), 0) as reviews,
    max(last_at) filter (where lives) as last_at
  from known group by area_nr, nr
)
select :repo as repo, p.area, a.nr, a.fresh, a.helped, a.kept,
  cast(a.changes as bigint) as changes, cast(a.reviews as bigint) as reviews, a.last_at,
  coalesce(c.sole, 0) as sole, coalesce(c.part, 0) as part
from summed a join (select distinct area, area_nr from places) p using (area_nr)
left join counted c using (area_nr, nr) order by p.area, a.nr
"""
ROLLUPS: Final = {
    "presence": PRESENCE,
    "commit_people": COMMIT_PEOPLE,
    "area_people": AREA_PEOPLE,
}


def build_rollups(mart: DuckDB, settings: Mapping[str, object]) -> None:
    """Make the tables of knowledge for every repository of a mart whose other tables stand.

    settings: how knowledge fades, as for KNOWN, without :repo and :prefix.
    """
    repos = [repo for (repo,) in mart.rows("select repo from repos order by repo")]
    for table in KNOWLEDGE:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        mart.execute(f"create or replace table {table.name} ({columns})")
        for repo in repos:
            given = {**settings, "prefix": "", "repo": repo}
            mart.execute(f"insert into {table.name} {ROLLUPS[table.name]}", given)
