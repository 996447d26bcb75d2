"""The mart's tables of pull requests and issues as SQL over what a host told.

Each statement sees the tables before it, the views `raw_*` of a clone, and `held_*`: what holds of
each kind of a host (facts/host_sql.py). A pull request is linked to the commits that it left.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.host_sql import LANDED_PULLS

NEAR_HOURS: Final = 168  # a commit that names a pull request in its message landed near its merge
SILENT_DAYS: Final = 28  # and twice the longest pause before: then nobody tells any more
REVIEWS: Final = "'approved', 'changes_requested', 'reviewed', 'commented'"


def week(moment: str) -> str:
    """The Monday of a moment's week; null where the time cannot be true."""
    return (
        f"case when {moment} >= timestamp '1980-01-01' "
        f"and {moment} <= cast(:now as timestamp) + interval 1 day then week_of({moment}) end"
    )


TOLD: Final = """
create table host_told as
select source, least(max(told_at), cast(:now as timestamp)) as told_until from (
  select source, updated_at as told_at from held_pulls
  union all select source, happened_at from held_thread_events
  union all select source, happened_at from held_deployments
  union all select source, coalesce(finished_at, updated_at) from held_runs
  union all select source, released_at from held_releases
  union all select source, coalesce(resolved_at, started_at) from held_incidents
) told group by source
"""

# A clone is the host's repository if it has most of the commits that the host speaks of.
REPOS: Final = """
create table host_repos as
with told as (
  select source, merge_commit as commit_id from held_pulls
  union select source, head_commit from held_pulls
  union select source, commit_id from held_pull_commits
  union select source, commit_id from held_deployments
  union select source, commit_id from held_runs
), found as (
  select t.source, l.repo, count(*) as commits
  from told t join raw_landings l on l.commit_id = t.commit_id group by t.source, l.repo
)
select source, repo from (
  select *, row_number() over (partition by source order by commits desc, repo) as place from found
) ranked where place = 1
"""

_LANDED: Final = LANDED_PULLS.format(
    pulls="held_pulls", commits="raw_commits", landings="raw_landings",
    pull_commits="held_pull_commits",
)  # fmt: skip
# Where the merge's commit is not told, or was rewritten since, its message may still name it.
PULL_LANDINGS: Final = rf"""
create or replace table pull_landings as
with by_commit as (
  select f.source, f.key, f.repo, f.commit_id, f.method
  from ({_LANDED}) f join host_repos h on h.source = f.source and h.repo = f.repo
), named as (
  select l.repo, l.commit_id, c.committed_at, coalesce(
    nullif(regexp_extract(c.subject, '[(][#!](\d{{1,9}})[)]\s*$', 1), ''),
    nullif(regexp_extract(c.subject, '^Merge pull request #(\d{{1,9}})\b', 1), ''),
    nullif(regexp_extract(c.body, 'See merge request \S*!(\d{{1,9}})', 1), '')
  ) as key
  from raw_landings l join raw_commits c on c.repo = l.repo and c.commit_id = l.commit_id
  where l.commit_id = l.landed_by
), by_message as (
  select p.source, p.key, n.repo, n.commit_id, row_number() over (
    partition by p.source, p.key
    order by abs(hours_between(p.merged_at, n.committed_at)), n.commit_id
  ) as place
  from held_pulls p
  join host_repos h on h.source = p.source
  join named n on n.repo = h.repo and n.key = p.key
  anti join by_commit b on b.source = p.source and b.key = p.key
  where p.state = 'merged' and abs(hours_between(p.merged_at, n.committed_at)) <= {NEAR_HOURS}
)
select source, key, repo, commit_id, method from by_commit
union all
select m.source, m.key, m.repo, l.commit_id, 'message'
from by_message m join raw_landings l on l.repo = m.repo and l.landed_by = m.commit_id
where m.place = 1
order by 1, 2, 4
"""

EVENTS: Final = """
create table host_events as
select e.source, e.thread, e.key, e.event_id, e.happened_at, e.what, a.person_id, p.actor
from held_thread_events e
left join accounts a on a.name = e.name and a.email = e.email
left join people p on p.person_id = a.person_id
"""

PULLS: Final = f"""
create or replace table pulls as
with told as (
  select p.*, h.repo, a.person_id, w.actor, u.told_until
  from held_pulls p
  join host_told u on u.source = p.source
  left join host_repos h on h.source = p.source
  left join accounts a on a.name = p.author_name and a.email = p.author_email
  left join people w on w.person_id = a.person_id
), seen as (
  select e.source, e.key, e.what, e.happened_at, e.actor = 'human'
    and (t.person_id is null or e.person_id <> t.person_id)
    and (t.closed_at is null or e.happened_at <= t.closed_at) as helps
  from host_events e join told t on t.source = e.source and t.key = e.key
  where e.thread = 'pull'
), acts as (
  select source, key,
    min_by(what, happened_at) filter (where what in ('ready', 'drafted')) as first_turn,
    min(happened_at) filter (where what = 'ready') as first_ready_at,
    count(*) filter (where what = 'reopened') as reopened,
    min(happened_at) filter (where helps and what in ({REVIEWS})) as first_review_at,
    max(happened_at) filter (where helps and what = 'approved') as approved_at
  from seen group by source, key
), written as (
  select source, key, min(authored_at) as first_at from held_pull_commits
  where authored_at >= timestamp '1980-01-01' group by source, key
), landed as (
  select l.source, l.key, min(l.method) as method, max(c.landing_nr) as landing_nr,
    min(c.authored_at) filter (
      where l.method in ('merge', 'rebase', 'fast_forward') and not c.is_merge
        and c.authored_week is not null
    ) as first_at
  from pull_landings l join commits c on c.repo = l.repo and c.commit_id = l.commit_id
  group by l.source, l.key
), places as (
  select source, key, area from (
    select l.source, l.key, x.area,
      row_number() over (partition by l.source, l.key order by count(*) desc, x.area) as place
    from pull_landings l join changes x on x.repo = l.repo and x.commit_id = l.commit_id
    group by l.source, l.key, x.area
  ) ranked where place = 1
)
select t.source, t.key, t.repo, t.title, t.state, t.draft, t.person_id, t.actor, t.base_ref,
  t.head_ref, t.labels, t.milestone, t.closes, t.created_at, {week("t.created_at")} as created_week,
  coalesce(w.first_at, l.first_at) as first_commit_at,
  case when a.first_turn = 'ready' then a.first_ready_at
    when t.draft and a.first_turn is null then null else t.created_at end as ready_at,
  a.first_review_at, a.approved_at, t.merged_at, {week("t.merged_at")} as merged_week,
  t.closed_at, cast(null as timestamp) as deployed_at, l.method, l.landing_nr, s.area,
  t.commits, t.added, t.deleted, t.files, cast(coalesce(a.reopened, 0) as integer) as reopened,
  t.told_until
from told t
left join acts a on a.source = t.source and a.key = t.key
left join written w on w.source = t.source and w.key = t.key
left join landed l on l.source = t.source and l.key = t.key
left join places s on s.source = t.source and s.key = t.key
order by t.source, t.created_at, t.key
"""

PULL_WEEKS: Final = """
create or replace table pull_weeks as
with spans as (
  select source, key, repo, person_id, actor, created_week as first_week,
    week_of(least(coalesce(closed_at, told_until), told_until)) - interval 7 days as last_week
  from pulls where created_week is not null
)
select source, key, repo,
  cast(unnest(generate_series(cast(first_week as timestamp), last_week, interval 7 days)) as date)
    as week, person_id, actor
from spans where last_week >= first_week order by week, source, key
"""

REVIEW_ACTS: Final = f"""
create or replace table reviews as
select e.source, e.key, p.repo, e.event_id, p.area, e.person_id, e.actor, p.person_id as author_id,
  e.what, e.happened_at as reviewed_at, {week("e.happened_at")} as reviewed_week
from host_events e join pulls p on p.source = e.source and p.key = e.key
where e.thread = 'pull' and e.what in ({REVIEWS})
order by reviewed_at, e.source, e.key, e.event_id
"""

QUESTIONS: Final = f"""
create or replace table questions as
with asked as (
  select source, key, min_by(person_id, happened_at) as person_id,
    min_by(actor, happened_at) as actor, min(happened_at) as asked_at
  from host_events where thread = 'issue' and what = 'opened' group by source, key
), answers as (
  select e.source, e.key,
    min(e.happened_at) filter (where e.what = 'closed') as closed_at,
    min(e.happened_at) filter (where e.what in ('commented', 'closed') and e.actor = 'human'
      and (q.person_id is null or e.person_id <> q.person_id)) as answered_at
  from host_events e join asked q on q.source = e.source and q.key = e.key
  where e.thread = 'issue' and e.happened_at >= q.asked_at group by e.source, e.key
)
select q.source, q.key, h.repo, q.person_id, q.actor, q.asked_at, {week("q.asked_at")} as week,
  a.answered_at, coalesce(a.closed_at, i.done_at, i.dropped_at) as closed_at, u.told_until
from asked q
join host_told u on u.source = q.source
left join items i on i.source = q.source and i.item_id = q.key
left join host_repos h on h.source = q.source
left join answers a on a.source = q.source and a.key = q.key
order by q.asked_at, q.source, q.key
"""

CLOSINGS: Final = f"""
create or replace table closings as
with turns as (
  select source, key, what, person_id, actor, happened_at,
    lag(what) over turn as before, lead(what) over turn as after,
    lead(happened_at) over turn as after_at
  from host_events where thread = 'issue' and what in ('closed', 'reopened')
  window turn as (partition by source, key order by happened_at, event_id)
)
select t.source, t.key, h.repo, t.person_id, t.actor, t.happened_at as closed_at,
  {week("t.happened_at")} as week, case when t.after = 'reopened' then t.after_at end
    as reopened_at, u.told_until
from turns t
join host_told u on u.source = t.source
left join host_repos h on h.source = t.source
where t.what = 'closed' and coalesce(t.before, '') <> 'closed'
order by closed_at, t.source, t.key
"""

# Deployments that nobody tells any more look like changes that wait for ever: since when that is so
# is told apart, by a silence that is longer than any before it.
HOSTS: Final = f"""
create or replace table hosts as
with requests as (
  select source, count(*) as pulls, count(*) filter (where state = 'merged') as merged,
    count(*) filter (where method is not null) as linked, min(created_at) as pulls_from
  from pulls group by source
), attempts as (
  select coalesce(repo, source) as home, witness, made_at, hours_between(lag(made_at) over (
    partition by coalesce(repo, source) order by made_at
  ), made_at) as pause_hours
  from deployments
), deploys as (
  select home, min(witness) as deploys, min(made_at) as deploys_from, max(made_at) as last_at,
    greatest({24 * SILENT_DAYS}, 2 * coalesce(max(pause_hours), 0)) as silent_hours
  from attempts group by home
)
select u.source, h.repo, coalesce(r.pulls, 0) as pulls, coalesce(r.merged, 0) as merged,
  coalesce(r.linked, 0) as linked, r.pulls_from, d.deploys, d.deploys_from,
  case when hours_between(d.last_at, u.told_until) > d.silent_hours then d.last_at end
    as deploys_until, u.told_until
from host_told u
left join host_repos h on h.source = u.source
left join requests r on r.source = u.source
left join deploys d on d.home = coalesce(h.repo, u.source)
order by u.source
"""
