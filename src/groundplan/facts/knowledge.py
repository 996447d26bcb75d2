"""Who touched what, decayed: SQL over the mart's tables, in one pass for each question.

`known` is a row for each file and person; `build_rollup` keeps what the map needs of it.
Parameters: :repo, :prefix, and those of `inference/go_to.py` (:fresh_rate and :kept_rate per day,
:review_weight, :relative, :active_days); NEAR also :paths, ORPHANS :leaving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.terms.errors import BadInput, NotFound

REAL: Final = "c.repo = :repo and c.entry = 'file' and not c.bulk and c.authored_week is not null"
AGE: Final = "greatest(days_between(c.authored_at, (select as_of from now)), 0)"
TOUCHES: Final = f"""
with now as (select as_of from repos where repo = :repo),
arrivals as (
  select person_id, landed_at from commits
  where repo = :repo and actor = 'human' and landed_week is not null
  union all
  select k.person_id, m.landed_at from credits k
  join commits m on m.repo = k.repo and m.commit_id = k.commit_id
  where k.repo = :repo and k.actor = 'human' and k.part <> 'author' and m.landed_week is not null
),
latest as (select person_id, max(landed_at) as landed_at from arrivals group by person_id),
seen as (
  select l.person_id, p.name, row_number() over (order by l.person_id) - 1 as nr,
    greatest(days_between(l.landed_at, (select as_of from now)), 0) as silent_days
  from latest l join people p using (person_id)
),
helpers as (
  select k.commit_id, s.nr, k.part = 'reviewer' as review from credits k
  join seen s using (person_id) where k.repo = :repo and k.part <> 'author'
),
touches as (
  select c.file_id, c.commit_id, s.nr, c.authored_at, false as review, {AGE} as age, 1.0 as weight
  from changes c join seen s using (person_id) where {REAL}
  union all
  select c.file_id, c.commit_id, h.nr, c.authored_at, h.review, {AGE},
    case when h.review then :review_weight else 1.0 end
  from changes c join helpers h using (commit_id) where {REAL}
)"""
LIVING_FILES: Final = """living as (
  select file_id, area, path from files where repo = :repo and alive and entry = 'file'
    and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
)"""
KNOWN: Final = f"""{TOUCHES},
{LIVING_FILES},
known as (
  select file_id, nr, sum(weight * exp(-:fresh_rate * age)) as fresh,
    sum(weight * exp(-:kept_rate * age)) as kept, max(authored_at) as last_at,
    count(*) filter (where not review) as changes, count(*) filter (where review) as reviews
  from touches semi join living using (file_id) group by file_id, nr
),
best as (select file_id, max(kept) as kept from known group by file_id),
experts as (
  select k.file_id, k.nr from known k join best b using (file_id) join seen s using (nr)
  where k.kept >= :relative * b.kept and s.silent_days <= :active_days
)"""
AREA_PEOPLE: Final = f"""{KNOWN},
several as (select file_id, count(*) as people from experts group by file_id),
counted as (
  select e.nr, l.area, count(*) filter (where v.people = 1) as sole, sum(1.0 / v.people) as part
  from experts e join several v using (file_id) join living l using (file_id) group by e.nr, l.area
),
summed as (
  select l.area, k.nr, sum(k.fresh) as fresh, sum(k.kept) as kept, sum(k.changes) as changes,
    sum(k.reviews) as reviews, max(k.last_at) as last_at
  from known k join living l using (file_id) group by l.area, k.nr
)
select a.area, a.nr, s.name, a.fresh, a.kept, a.changes, a.reviews, a.last_at, s.silent_days,
  coalesce(c.sole, 0) as sole, coalesce(c.part, 0) as part
from summed a join seen s using (nr) left join counted c using (area, nr) order by a.area, a.nr
"""
LIVING: Final = r"""
select area, count(*),
  avg(cast(not regexp_matches(path, '\.(md|rst|txt|adoc)$') as double))
from files where repo = :repo and alive and entry = 'file'
  and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
group by area order by area
"""
NEAR: Final = f"""{TOUCHES},
helped as (
  select commit_id, nr, max(weight) as weight from (
    select commit_id, nr, :review_weight as weight from helpers where review
    union all
    select m.commit_id, s.nr, 0 from commits m
    join commits b on b.repo = m.repo and b.commit_id = m.landed_by
    join seen s on s.person_id = b.person_id
    where m.repo = :repo and b.is_merge and not m.is_merge and b.person_id <> m.person_id
  ) h group by commit_id, nr
),
parts as (
  select * from touches where not review
  union all
  select c.file_id, c.commit_id, h.nr, c.authored_at, true, {AGE}, h.weight
  from changes c join helped h using (commit_id) where {REAL}
),
wanted as (
  select file_id, area, regexp_replace(path, '(^|/)[^/]*$', '') as directory from files
  where repo = :repo and path in (select unnest(:paths))
),
places as (
  select file_id, file_id in (select file_id from wanted) as here,
    regexp_replace(path, '(^|/)[^/]*$', '') in (select directory from wanted) as near,
    area in (select area from wanted) as around
  from files where repo = :repo
),
faded as (
  select t.nr, p.here, p.near, p.around, exp(-:fresh_rate * t.age) as fresh,
    t.weight * exp(-:fresh_rate * t.age) as known
  from parts t join places p using (file_id)
),
levels as (
  select nr, coalesce(sum(known) filter (where here), 0) as here,
    coalesce(sum(known) filter (where near), 0) as near,
    coalesce(sum(known) filter (where around), 0) as around, sum(known) as anywhere,
    coalesce(sum(fresh) filter (where here), 0) as reviews_here,
    coalesce(sum(fresh) filter (where near), 0) as reviews_near,
    coalesce(sum(fresh) filter (where around), 0) as reviews_around,
    sum(fresh) as reviews_anywhere
  from faded group by nr
),
reasons as (
  select nr, sum(weight * exp(-:kept_rate * age)) as kept, max(authored_at) as last_at,
    count(distinct commit_id) filter (where not review) as changes,
    count(distinct commit_id) filter (where review) as reviews
  from parts semi join wanted using (file_id) group by nr
)
select s.name, l.*, coalesce(r.kept, 0) as kept, coalesce(r.changes, 0) as changes,
  coalesce(r.reviews, 0) as reviews, r.last_at, s.silent_days
from levels l join seen s using (nr) left join reasons r using (nr)
"""
AUTHORS: Final = f"""{TOUCHES},
{LIVING_FILES},
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
select n.file, n.area, n.directory, d.nr, s.name, s.silent_days,
  d.first_nr = w.first_nr as created, cast(d.own as double) as own,
  cast(w.own - d.own as double) as others
from numbered n join done d using (file_id) join whole w using (file_id) join seen s using (nr)
order by n.area, n.file, d.nr
"""
ORPHANS: Final = f"""{KNOWN},
leaving as (select nr from seen where person_id in (select unnest(:leaving))),
lost as (
  select file_id from experts group by file_id
  having count(*) filter (where nr not in (select nr from leaving)) = 0
)
select l.area, l.path, cast(sum(k.changes) as bigint), arg_max(s.name, k.kept) filter (
    where s.silent_days <= :active_days and s.nr not in (select nr from leaving)), sum(k.kept)
from lost join living l using (file_id) join known k using (file_id) join seen s using (nr)
group by l.area, l.path
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
select f.path, t.commit_id, t.files, f.changes from those t join files f using (file_id)
where f.repo = :repo and f.alive and f.entry = 'file' order by f.path, t.commit_id
"""
HUMANS: Final = """
select p.person_id, p.name, lower(a.name), lower(a.email) from people p
join accounts a using (person_id) where p.actor = 'human'
"""


def build_rollup(mart: DuckDB, settings: Mapping[str, object]) -> None:
    """Keep `AREA_PEOPLE` of every repository as the table `area_people` of the mart being built.

    settings: as for KNOWN, without :repo and :prefix. Ten million changes become some 10,000 rows.
    """
    rollup = f"select :repo as repo, * from ({AREA_PEOPLE})"
    given = {**settings, "prefix": "", "repo": ""}
    mart.execute(f"create or replace table area_people as {rollup}", given)
    for (repo,) in mart.rows("select repo from repos order by repo"):
        mart.execute(f"insert into area_people {rollup}", {**given, "repo": repo})


def read_area_people(mart: DuckDB, settings: Mapping[str, object]) -> Columns:
    """The rows of `AREA_PEOPLE`; from the mart's rollup if it has one and all areas are asked."""
    kept = "select 1 from information_schema.tables where table_name = 'area_people'"
    if settings["prefix"] or not mart.rows(kept):
        return mart.query(AREA_PEOPLE, settings)
    rows = "select * exclude (repo) from area_people where repo = :repo order by area, nr"
    return mart.query(rows, settings)


def find_people(mart: DuckDB, wanted: str) -> dict[str, str]:
    """The humans that names, addresses or ids (separated by commas) mean: their names by id.

    Raises NotFound for an unknown word, BadInput for none or one that several people share.
    """
    rows = mart.rows(HUMANS)
    found: dict[str, str] = {}
    for word in (part.strip() for part in wanted.split(",") if part.strip()):
        meant = {row[0]: row[1] for row in rows if word in row[:2] or word.lower() in row[2:]}
        if not meant:
            raise NotFound(f"nobody is called {word!r} here", "Use a name or address of git log.")
        if len(meant) > 1:
            raise BadInput("people", word, "one person", "Several have that name: use an address.")
        found |= meant
    if not found:
        raise BadInput("people", wanted, "names or addresses, separated by commas")
    return found


def find_repos(mart: DuckDB, allowed: tuple[str, ...], wanted: str) -> list[str]:
    """The ids of the repositories that may be read and are wanted by id or name (empty: all)."""
    rows = mart.rows("select repo, name from repos order by repo")
    found = [repo for repo, name in rows if repo in allowed and wanted in ("", repo, name)]
    if wanted and not found:
        raise NotFound(f"no repository {wanted!r} here", "Leave it out to ask about all.")
    return found
