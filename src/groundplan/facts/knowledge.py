"""Who touched what, decayed: SQL over the mart's tables, one pass for every question of knowledge.

`known` is a row for each file and person: at ten million changes it becomes a table of the mart.
Parameters: :repo, :decay (per day), :review_weight, :prefix, :relative, :least, :active_days; NEAR
also :paths, ORPHANS :leaving.
"""

from __future__ import annotations

from typing import Final

FRESH: Final = "exp(-:decay * greatest(days_between(c.authored_at, (select as_of from now)), 0))"
REAL: Final = "c.repo = :repo and c.entry = 'file' and not c.bulk and c.authored_week is not null"
TOUCHES: Final = f"""
with now as (select as_of from repos where repo = :repo),
seen as (
  select k.person_id, p.name, row_number() over (order by k.person_id) as nr,
    greatest(days_between(max(k.authored_at), (select as_of from now)), 0) as silent_days
  from credits k join people p using (person_id)
  where k.repo = :repo and k.actor = 'human' and k.authored_week is not null
  group by k.person_id, p.name
),
helpers as (
  select k.commit_id, s.nr, k.part = 'reviewer' as review
  from credits k join seen s using (person_id)
  where k.repo = :repo and k.part <> 'author'
),
touches as (
  select c.file_id, c.commit_id, s.nr, c.authored_at, false as review, {FRESH} as fresh
  from changes c join seen s using (person_id) where {REAL}
  union all
  select c.file_id, c.commit_id, h.nr, c.authored_at, h.review,
    case when h.review then :review_weight else 1 end * {FRESH}
  from changes c join helpers h using (commit_id) where {REAL}
)"""
KNOWN: Final = f"""{TOUCHES},
living as (
  select file_id, area, path from files where repo = :repo and alive and entry = 'file'
    and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
),
known as (
  select area, file_id, nr, sum(fresh) as fresh, max(authored_at) as last_at,
    count(*) filter (where not review) as changes, count(*) filter (where review) as reviews
  from touches join living using (file_id) group by area, file_id, nr
),
best as (select file_id, max(fresh) as fresh from known group by file_id),
experts as (
  select k.file_id, k.nr from known k join best b using (file_id) join seen s using (nr)
  where k.fresh >= :relative * b.fresh and k.fresh >= :least and s.silent_days <= :active_days
)"""
AREA_PEOPLE: Final = f"""{KNOWN},
several as (select file_id, count(*) as people from experts group by file_id),
counted as (
  select e.nr, l.area, count(*) filter (where v.people = 1) as sole, sum(1.0 / v.people) as part
  from experts e join several v using (file_id) join living l using (file_id) group by e.nr, l.area
),
summed as (
  select area, nr, sum(fresh) as fresh, sum(changes) as changes, sum(reviews) as reviews,
    max(last_at) as last_at from known group by area, nr
)
select a.area, s.nr - 1 as nr, s.name, a.fresh, a.changes, a.reviews, a.last_at, s.silent_days,
  coalesce(c.sole, 0) as sole, coalesce(c.part, 0) as part
from summed a join seen s using (nr) left join counted c using (area, nr)
"""
LIVING: Final = """
select area, count(*) from files where repo = :repo and alive and entry = 'file'
  and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
group by area order by area
"""
NEAR: Final = f"""{TOUCHES},
here as (select file_id from files where repo = :repo and path in (select unnest(:paths))),
named as (
  select file_id, area, regexp_replace(path, '(^|/)[^/]*$', '') as directory from files
  where repo = :repo
),
wanted as (select * from named semi join here using (file_id)),
places as (
  select file_id, file_id in (select file_id from here) as here,
    directory in (select directory from wanted) as near, area in (select area from wanted) as around
  from named
)
select s.name, coalesce(sum(t.fresh) filter (where p.here), 0) as here,
  coalesce(sum(t.fresh) filter (where p.near), 0) as near,
  coalesce(sum(t.fresh) filter (where p.around), 0) as around, sum(t.fresh) as anywhere,
  count(distinct t.commit_id) filter (where p.here and not t.review) as changes,
  count(distinct t.commit_id) filter (where p.here and t.review) as reviews,
  max(t.authored_at) filter (where p.here) as last_at, any_value(s.silent_days) as silent_days
from touches t join places p using (file_id) join seen s using (nr) group by s.nr, s.name
"""
AUTHORS: Final = f"""{KNOWN},
numbered as (
  select file_id, area, regexp_replace(path, '(^|/)[^/]*$', '') as directory,
    row_number() over (order by file_id) - 1 as file from living
),
done as (
  select c.file_id, s.nr, count(*) as own, min(c.order_nr) as first_nr
  from changes c semi join living using (file_id) join seen s using (person_id)
  where c.repo = :repo group by c.file_id, s.nr
),
whole as (select file_id, sum(own) as own, min(first_nr) as first_nr from done group by file_id)
select n.file, n.area, n.directory, coalesce(d.nr - 1, -1) as nr, s.name,
  coalesce(s.silent_days, 0) as silent_days, coalesce(d.first_nr = w.first_nr, false) as created, cast(coalesce(d.own, 0) as double) as own,
  cast(coalesce(w.own - d.own, 0) as double) as others
from numbered n left join done d using (file_id) left join whole w using (file_id)
left join seen s using (nr) order by n.file
"""
ORPHANS: Final = f"""{KNOWN},
leaving as (select nr from seen where person_id in (select unnest(:leaving))),
lost as (
  select file_id from experts group by file_id having count(*) filter (
    where nr not in (select nr from leaving)) = 0
)
select l.area, l.path, sum(k.changes), max_by(s.name, k.fresh) filter (
    where s.silent_days <= :active_days and s.nr not in (select nr from leaving)),
  max(k.fresh)
from lost join living l using (file_id) join known k using (file_id) join seen s using (nr)
group by l.area, l.path order by max(k.fresh) desc, l.path
"""
PATHS: Final = """
select path, changes from files
where repo = :repo and alive and entry = 'file' and (
  path = :what or starts_with(path, :what || '/') or path glob :what
  or contains('/' || path || '/', '/' || :what || '/')
)
order by path = :what desc, starts_with(path, :what || '/') desc, changes desc, path
"""
READMES: Final = """
with documents as (
  select path, regexp_replace(path, '/?[^/]*$', '') as folder from files
  where repo = :repo and alive and entry = 'file'
)
select path from documents where folder in (select unnest(:folders))
  and regexp_matches(path, '(^|/)(README|CONTRIBUTING)[^/]*$', 'i')
order by length(folder) desc, path
"""
WORD_COUNTS: Final = """
select w.word, count(*) from (select unnest(:words) as word) w
join commits c on contains(lower(c.subject), w.word) where c.repo = :repo group by w.word
"""
SUBJECTS: Final = """
select c.commit_id, any_value(c.subject) from (select unnest(:words) as word) w
join commits c on contains(lower(c.subject), w.word)
where c.repo = :repo and not c.is_merge group by c.commit_id, c.order_nr
order by c.order_nr desc limit 3000
"""
NAMED: Final = """
select f.path from (select unnest(:words) as word) w
join files f on contains(lower(f.path), w.word)
where f.repo = :repo and f.alive and f.entry = 'file' group by f.path order by f.path
"""
TOUCHED: Final = """
with those as (
  select file_id, commit_id, count(*) over (partition by commit_id) as files from changes
  where repo = :repo and not bulk and commit_id in (select unnest(:commits))
)
select f.path, t.commit_id, t.files from those t join files f using (file_id)
where f.repo = :repo and f.alive and f.entry = 'file' order by f.path, t.commit_id
"""
