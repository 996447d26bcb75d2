"""The mart's tables as SQL over the facts, in the order in which they are built.

Each statement sees the tables before it, and the `raw_*` views of the snapshot. Times that cannot
be true (before 1980, or after the newest landing by more than a day) keep their row, with no week.
"""

from __future__ import annotations

from typing import Final

BULK_FILES: Final = 100  # files in one commit; more than anybody reviews: imports, renamings

REPO_TIMES = """
create table repo_times as
with tips as (
  select l.repo, max_by(c.committed_at, l.landing_nr) as tip_at
  from raw_landings l join raw_commits c using (repo, commit_id)
  where c.committed_at >= timestamp '1980-01-01' and c.committed_at <= :now
  group by l.repo
)
select repo, tip_at as as_of from tips
"""

_SEEN = """
select name, email, repo, count(*) as commits, min(seen_at) as first_at, max(seen_at) as last_at
from ({}) seen group by name, email, repo
"""
SEEN_IN_CODE = _SEEN.format("""
  select c.author_name as name, c.author_email as email, c.repo, c.authored_at as seen_at
  from raw_commits c semi join raw_landings l using (repo, commit_id)
  union all
  select c.committer_name, c.committer_email, c.repo, c.committed_at
  from raw_commits c semi join raw_landings l using (repo, commit_id)
  where c.committer_email <> c.author_email or c.committer_name <> c.author_name
  union all
  select t.name, t.email, t.repo, c.authored_at
  from raw_trailers t join raw_commits c using (repo, commit_id)
  semi join raw_landings l on l.repo = t.repo and l.commit_id = t.commit_id
  where t.email is not null and (t.token = 'co-authored-by' or t.token like 'reviewed%')
""")
# No repository has a source's id, so that nobody is told of twice.
SEEN_ELSEWHERE = _SEEN.format("""
  select e.name, e.email, e.source as repo, e.happened_at as seen_at
  from held_events e where e.what = 'assigned' and (e.name <> '' or e.email <> '')
  union all
  select name, email, source, happened_at from held_thread_events where name <> ''
  union all
  select author_name, author_email, source, created_at from held_pulls where author_name <> ''
  union all
  select merger_name, merger_email, source, merged_at from held_pulls where merger_name <> ''
  union all
  select name, email, source, happened_at from held_deployments where name <> ''
  union all
  select name, email, source, started_at from held_runs where name <> ''
  union all
  select name, email, source, released_at from held_releases where name <> ''
""")

COMMITS = """
create table commits as
with sizes as (
  select repo, commit_id, count(*) as files,
    case when count(*) filter (where lines in ('pending', 'missing')) = 0
      then coalesce(sum(added), 0) end as added,
    case when count(*) filter (where lines in ('pending', 'missing')) = 0
      then coalesce(sum(deleted), 0) end as deleted
  from raw_changes group by repo, commit_id
)
select c.repo, c.commit_id, l.order_nr, l.landing_nr, l.landed_by, a.person_id, p.actor,
  c.authored_at, c.author_offset_minutes,
  case when c.authored_at >= timestamp '1980-01-01'
    and c.authored_at <= r.as_of + interval 1 day then week_of(c.authored_at) end as authored_week,
  b.committed_at as landed_at,
  case when b.committed_at >= timestamp '1980-01-01'
    and b.committed_at <= r.as_of + interval 1 day then week_of(b.committed_at) end as landed_week,
  c.parent_count > 1 as is_merge, c.commit_id = l.landed_by as is_landing,
  k.kind, c.subject, cast(s.added as bigint) as added, cast(s.deleted as bigint) as deleted,
  case when c.boundary or c.parent_count > 1 then null else coalesce(s.files, 0) end as files
from raw_commits c
join raw_landings l using (repo, commit_id)
join raw_commits b on b.repo = l.repo and b.commit_id = l.landed_by
join repo_times r on r.repo = c.repo
join accounts a on a.name = c.author_name and a.email = c.author_email
join people p on p.person_id = a.person_id
left join commit_kinds k on k.repo = c.repo and k.commit_id = c.commit_id
left join sizes s on s.repo = c.repo and s.commit_id = c.commit_id
order by c.repo, l.order_nr
"""

CREDITS = """
create table credits as
with parts as (
  select repo, commit_id, person_id, actor, 1 as rank, authored_at, authored_week from commits
  union all
  select c.repo, c.commit_id, a.person_id, p.actor,
    case when t.token = 'co-authored-by' then 2 else 3 end, c.authored_at, c.authored_week
  from raw_trailers t
  join commits c using (repo, commit_id)
  join accounts a on a.name = t.name and a.email = t.email
  join people p on p.person_id = a.person_id
  where t.token = 'co-authored-by' or t.token like 'reviewed%'
)
select repo, commit_id, person_id, min(actor) as actor,
  case min(rank) when 1 then 'author' when 2 then 'coauthor' else 'reviewer' end as part,
  min(authored_at) as authored_at, min(authored_week) as authored_week
from parts group by repo, commit_id, person_id
order by repo, authored_week, person_id
"""

CHANGES = f"""
create table changes as
select c.repo, c.commit_id, m.order_nr, s.file_id, f.area, c.path, c.status, c.entry, c.lines,
  c.added, c.deleted, coalesce(m.files, 0) > {BULK_FILES} as bulk, m.person_id, m.actor, m.kind,
  m.authored_at, m.authored_week
from raw_changes c
join commits m using (repo, commit_id)
join raw_paths p on p.repo = c.repo and p.path = c.path
asof join path_spans s
  on s.repo = c.repo and s.path_id = p.path_id and s.from_order <= m.order_nr
join files f on f.repo = c.repo and f.file_id = s.file_id
order by c.repo, f.area, s.file_id, m.order_nr
"""

FILES = """
create or replace table files as
select f.repo, f.file_id, f.path, f.area, f.alive, f.entry,
  count(c.commit_id) as changes, min(c.authored_at) as first_at, max(c.authored_at) as last_at
from files f left join changes c on c.repo = f.repo and c.file_id = f.file_id
group by all order by f.repo, f.area, f.path
"""

AREAS = """
create table areas as
select repo, area, count(*) as files, count(*) filter (where alive) as alive_files,
  cast(sum(changes) as bigint) as changes
from files group by repo, area order by repo, area
"""

AREA_WEEKS = """
create or replace table area_weeks as
select repo, area, person_id, authored_week, count(*) as changes from changes
where actor = 'human' and not bulk and authored_week is not null
group by repo, area, person_id, authored_week order by repo, area, authored_week, person_id
"""

# Of kinds that are as frequent the one of the earliest commit: `mode` would take whichever it met.
LANDINGS = """
create table landings as
with kinds as (
  select repo, landing_nr, kind, count(*) as commits, min(order_nr) as first_nr
  from commits where not is_merge group by repo, landing_nr, kind
), most as (
  select repo, landing_nr, arg_max(kind, (commits, -first_nr)) as kind
  from kinds group by repo, landing_nr
), brought as (
  select repo, landing_nr, landed_by as commit_id, max(landed_at) as landed_at,
    max(landed_week) as landed_week,
    min(authored_at) filter (where authored_week is not null and not is_merge) as first_own_at,
    count(*) filter (where not is_merge) as commits,
    bool_or(is_merge and is_landing) as by_merge,
    max_by(person_id, is_landing) as lander_id, max_by(actor, is_landing) as lander_actor,
    arg_min(person_id, order_nr) filter (where not is_merge) as person_id,
    arg_min(actor, order_nr) filter (where not is_merge) as actor,
    sum(added) filter (where not is_merge) as added,
    sum(deleted) filter (where not is_merge) as deleted,
    sum(files) filter (where not is_merge) as files,
    count(*) filter (where not is_merge and added is null and files is not null) as uncounted,
    max_by(subject, is_landing) as subject
  from commits group by repo, landing_nr, landed_by
)
select b.repo, b.landing_nr, b.commit_id, b.landed_at, b.landed_week,
  case when b.by_merge then b.first_own_at else u.first_at end as first_authored_at,
  case when b.by_merge then 'merge' when u.number is not null then 'squash' else 'direct' end
    as via,
  b.commits, coalesce(b.person_id, b.lander_id) as person_id,
  coalesce(b.actor, b.lander_actor) as actor, coalesce(m.kind, 'other') as kind,
  case when b.uncounted = 0 then cast(b.added as bigint) end as added,
  case when b.uncounted = 0 then cast(b.deleted as bigint) end as deleted,
  cast(b.files as bigint) as files, b.subject
from brought b
left join most m on m.repo = b.repo and m.landing_nr = b.landing_nr
left join pull_starts u on u.repo = b.repo and u.commit_id = b.commit_id
order by b.repo, b.landing_nr
"""

# Of a repository that only its host tells of, what it tells of the commits that were merged.
REPOS = """
create table repos as
select i.repo, i.name, i.main_ref, i.shallow, coalesce(t.as_of, h.told_until) as as_of,
  (select count(*) from commits c where c.repo = i.repo) + (
    select count(distinct b.commit_id) from held_pull_commits b
    join held_pulls p on p.source = b.source and p.key = b.key
    where b.source = i.repo and p.state = 'merged'
  ) as commits,
  (select count(*) from raw_changes c where c.repo = i.repo and c.lines = 'pending')
    as lines_pending
from repo_info i
left join repo_times t using (repo)
left join host_told h on h.source = i.repo
order by i.repo
"""

# A clone without pull refs does not show what stood behind a squash; its host does.
HOSTED_STARTS = """
insert into pull_starts
select l.repo, l.commit_id, min(try_cast(l.key as bigint)), min(b.authored_at)
from pull_landings l
join held_pull_commits b on b.source = l.source and b.key = l.key
anti join pull_starts s on s.repo = l.repo and s.commit_id = l.commit_id
where l.method in ('squash', 'message') and b.authored_at >= timestamp '1980-01-01'
group by l.repo, l.commit_id
"""

PULL_TIPS = r"""
select repo,
  cast(regexp_extract(ref, 'refs/(?:pull|merge-requests)/(\d+)/', 1) as bigint) as number,
  max_by(commit_id, run) as commit_id
from raw_refs where ref_kind = 'pull' group by repo, ref
having max_by(event, run) <> 'deleted'
"""

SQUASHES = r"""
select c.repo, c.commit_id, cast(regexp_extract(c.subject, '[(#!](\d{1,9})\)\s*$', 1) as bigint)
  as number
from commits c
where c.is_landing and not c.is_merge and regexp_matches(c.subject, '\([#!]\d{1,9}\)\s*$')
"""
