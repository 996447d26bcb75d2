"""Deployments to production and what went wrong after them, as SQL over what a host told.

DORA's terms leave room; this file is where Groundplan says what counts. Of each source only the
best witness counts: its deployments to production, else runs that deploy, else its releases.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.mart_host_sql import week

# Names of environments, where the host does not say which is production.
PRODUCTION: Final = "(^|[^a-z])(prod|production|live)([^a-z]|$)"
DEPLOYING: Final = "(^|[^a-z])(deploy|deploys|deployment|deploying|cd)([^a-z]|$)"
ELSEWHERE: Final = "(stag|preview|test|dev|qa|sandbox|demo|docs|nightly|canary)"
INCIDENT: Final = "(^|[^a-z])(incident|outage|sev-?[0-4]|post-?mortem)([^a-z0-9]|$)"
SOON_DAYS: Final = 7  # a state that is brought back later than this is a change like any other

DEPLOYMENTS: Final = rf"""
create or replace table deployments as
with lives as (
  select source, deployment_id, max(environment) as environment, bool_or(production) as production,
    max(commit_id) as commit_id, coalesce(max(lower(task)), '') as task,
    min(happened_at) as made_at,
    max_by(state, happened_at) filter (where state in ('success', 'failure')) as result,
    min(happened_at) filter (where state = 'success') as succeeded_at,
    min(happened_at) filter (where state = 'failure') as failed_at,
    min_by(name, happened_at) as name, min_by(email, happened_at) as email
  from held_deployments group by source, deployment_id
), tags as (
  select repo, ref, max_by(commit_id, run) as commit_id from raw_refs where ref_kind = 'tag'
  group by repo, ref having max_by(event, run) <> 'deleted'
), witnesses as (
  select 'deployment' as witness, source, deployment_id, environment, commit_id, made_at,
    case when result = 'success' then succeeded_at else failed_at end as finished_at, result,
    task like '%rollback%' or task like '%roll back%' as rollback, name, email
  from lives where result is not null
    and coalesce(production, regexp_matches(lower(environment), '{PRODUCTION}'))
  union all
  select 'run', source, run_id || '/' || cast(attempt as varchar), workflow, commit_id,
    coalesce(started_at, created_at), coalesce(finished_at, updated_at), result, false, name, email
  from held_runs
  where result in ('success', 'failure') and event not in ('pull_request', 'merge_request_event')
    and regexp_matches(lower(workflow), '{DEPLOYING}')
    and not regexp_matches(lower(workflow), '{ELSEWHERE}')
  union all
  select 'release', r.source, r.release_id, r.tag, t.commit_id, r.released_at, r.released_at,
    'success', false, r.name, r.email
  from held_releases r
  left join host_repos h on h.source = r.source
  left join tags t on t.repo = h.repo and t.ref = 'refs/tags/' || r.tag
  where r.state = 'released' and r.released_at is not null
), placed as (
  select w.*, h.repo, coalesce(h.repo, w.source) as home, l.landing_nr,
    list_position(['deployment', 'run', 'release'], w.witness) as rank
  from witnesses w
  left join host_repos h on h.source = w.source
  left join raw_landings l on l.repo = h.repo and l.commit_id = w.commit_id
), best as (
  select home, min(rank) as rank from placed group by home
), ordered as (
  select p.*, lag(p.commit_id) over turn as before_commit, lag(p.made_at) over turn as before_at,
    lag(p.source || ' ' || p.environment) over turn as before_place
  from placed p join best b on b.home = p.home and b.rank = p.rank
  window turn as (partition by p.home order by p.made_at, p.deployment_id)
), rolled as (
  select *, max_by(landing_nr, made_at) filter (where result = 'success') over (
    partition by home, environment order by made_at, deployment_id
    rows between unbounded preceding and 1 preceding
  ) as running_nr
  from ordered
  where not (made_at <= before_at + interval 1 day
    and coalesce(before_commit = commit_id and before_place <> source || ' ' || environment, false))
)
select r.source, r.deployment_id, r.repo, r.witness, r.environment, r.commit_id, r.landing_nr,
  r.made_at, r.finished_at, {week("r.made_at")} as week, r.result,
  r.rollback or (r.witness <> 'release' and coalesce(r.landing_nr < r.running_nr, false))
    as rollback,
  cast(null as varchar) as failed, a.person_id, p.actor
from rolled r
left join accounts a on a.name = r.name and a.email = r.email
left join people p on p.person_id = a.person_id
order by r.made_at, r.source, r.deployment_id
"""

# Changes are deployed by the first success whose state holds them; where positions on the main
# line are not known, by the first one made after the merge. What was merged before the first
# deployment that is told of has no such time: history began without it.
DEPLOYED: Final = """
create table deployed as
with wins as (
  select *, coalesce(repo, source) as home, max(landing_nr) over (
    partition by coalesce(repo, source) order by finished_at, deployment_id
    rows between unbounded preceding and 1 preceding
  ) as before_nr
  from deployments where result = 'success' and not rollback
), records as (
  select home, source, deployment_id, landing_nr, finished_at from wins
  where landing_nr is not null and (before_nr is null or landing_nr > before_nr)
), begun as (
  select coalesce(repo, source) as home, min(made_at) as since from deployments group by all
), placed as (select distinct home from records),
waiting as (
  select b.home, p.source, p.key, p.merged_at,
    case when r.home is not null then p.landing_nr end as landing_nr
  from pulls p
  join begun b on b.home = coalesce(p.repo, p.source) and p.merged_at >= b.since
  left join placed r on r.home = b.home
)
select w.source, w.key, r.source as deployed_by, r.deployment_id, r.finished_at as deployed_at
from waiting w asof join records r on r.home = w.home and w.landing_nr <= r.landing_nr
union all
select w.source, w.key, d.source, d.deployment_id, d.finished_at
from waiting w asof join wins d on d.home = w.home and w.merged_at <= d.made_at
where w.landing_nr is null
"""

DEPLOYED_PULLS: Final = """
create or replace table pulls as
select p.* replace (d.deployed_at as deployed_at)
from pulls p left join deployed d on d.source = p.source and d.key = p.key
order by p.source, p.created_at, p.key
"""

# Who is behind an attempt that brought nothing new: of a failed one the authors of what the next
# success brought, of another one those of the one before; whoever made it if nobody is known.
PEOPLE: Final = """
create or replace table deployment_people as
with direct as (
  select distinct d.deployed_by as source, d.deployment_id, p.person_id
  from deployed d join pulls p on p.source = d.source and p.key = d.key
  where p.actor = 'human'
), attempts as (
  select d.source, d.deployment_id, d.result, d.person_id, d.actor, d.made_at,
    coalesce(d.repo, d.source) as home, b.deployment_id is not null as brings
  from deployments d
  left join (select distinct source, deployment_id from direct) b
    on b.source = d.source and b.deployment_id = d.deployment_id
), bringing as (select home, made_at, source, deployment_id from attempts where brings),
before as (
  select a.source, a.deployment_id, b.source as other_source, b.deployment_id as other
  from attempts a asof join bringing b on b.home = a.home and a.made_at > b.made_at
), after as (
  select a.source, a.deployment_id, b.source as other_source, b.deployment_id as other
  from attempts a asof join bringing b on b.home = a.home and a.made_at < b.made_at
), carriers as (
  select source, deployment_id, source as by_source, deployment_id as by_id from attempts
  where brings
  union all
  select a.source, a.deployment_id,
    case when a.result = 'failure' then coalesce(n.other_source, e.other_source)
      else e.other_source end,
    case when a.result = 'failure' then coalesce(n.other, e.other) else e.other end
  from attempts a
  left join before e on e.source = a.source and e.deployment_id = a.deployment_id
  left join after n on n.source = a.source and n.deployment_id = a.deployment_id
  where not a.brings
)
select c.source, c.deployment_id, p.person_id
from carriers c join direct p on p.source = c.by_source and p.deployment_id = c.by_id
union all
select a.source, a.deployment_id, a.person_id
from attempts a join carriers c on c.source = a.source and c.deployment_id = a.deployment_id
where c.by_id is null and a.actor = 'human'
order by 1, 2, 3
"""

# An incident is laid to the deployment that it names, else to the latest before it; of a tracker
# that deploys nothing, only where one place alone deploys. Several causes are one failure.
FAILURES: Final = rf"""
create or replace table failures as
with attempts as (select *, coalesce(repo, source) as home from deployments),
homes as (select distinct home from attempts),
sole as (select min(home) as home from homes having count(*) = 1),
told as (
  select source, item_id as failure_id, person_id, created_at as began_at,
    coalesce(done_at, dropped_at) as ended_at, cast(null as varchar) as named
  from items
  where not deleted and coalesce(team, '') = '' and created_at is not null
    and regexp_matches(lower(labels), '{INCIDENT}')
  union all
  select source, incident_id, null, started_at, resolved_at, deployment_id from held_incidents
  where environment = '' or regexp_matches(lower(environment), '{PRODUCTION}')
), incidents as (
  select t.*, r.repo, coalesce(h.home, s.home) as home
  from told t left join host_repos r on r.source = t.source
  left join homes h on h.home = coalesce(r.repo, t.source) left join sole s on true
), wins as (
  select *, lead(finished_at) over turn as next_at, lead(rollback) over turn as next_rollback
  from attempts where result = 'success'
  window turn as (partition by home, environment order by finished_at, deployment_id)
), tries as (
  select *, lag(result) over (
    partition by home, environment order by finished_at, deployment_id
  ) as before
  from attempts
), blamed as (
  select i.*, coalesce(n.source, w.source) as by_source,
    coalesce(n.deployment_id, w.deployment_id) as by_id
  from incidents i
  asof left join wins w on w.home = i.home and i.began_at >= w.finished_at
  left join attempts n on n.home = i.home and n.deployment_id = i.named
), breaks as (
  select t.source, t.deployment_id, 'failure' as cause, t.finished_at as began_at,
    w.finished_at as ended_at
  from tries t
  asof left join wins w
    on w.home = t.home and w.environment = t.environment and t.finished_at < w.finished_at
  where t.result = 'failure' and coalesce(t.before, 'success') <> 'failure'
  union all
  select source, deployment_id, 'rolled_back', finished_at, next_at from wins
  where next_rollback and not rollback and next_at <= finished_at + interval {SOON_DAYS} days
  union all
  select by_source, by_id, 'incident', began_at, ended_at from blamed where by_id is not null
), joined as (
  select b.source, b.deployment_id, max(d.repo) as repo, min_by(b.cause, b.began_at) as cause,
    min(b.began_at) as began_at,
    case when count(b.ended_at) = count(*) then max(b.ended_at) end as ended_at
  from breaks b
  join deployments d on d.source = b.source and d.deployment_id = b.deployment_id
  group by b.source, b.deployment_id
), every as (
  select source, deployment_id as failure_id, repo, deployment_id, cause,
    cast(null as varchar) as person_id, began_at, ended_at
  from joined
  union all
  select source, failure_id, repo, null, 'incident', person_id, began_at, ended_at
  from blamed where by_id is null
), known as (
  select source, max(happened_at) as told_until from item_events group by source
)
select e.source, e.failure_id, e.repo, e.deployment_id, e.cause, e.person_id, e.began_at,
  {week("e.began_at")} as week, e.ended_at, coalesce(u.told_until, k.told_until) as told_until
from every e
left join host_told u on u.source = e.source
left join known k on k.source = e.source
order by e.began_at, e.source, e.failure_id
"""

# A release fails without anybody telling, unless incidents are told of its place.
FAILED_DEPLOYMENTS: Final = """
create or replace table deployments as
with causes as (
  select f.source, f.deployment_id, f.cause, coalesce(d.repo, d.source) as home
  from failures f
  join deployments d on d.source = f.source and d.deployment_id = f.deployment_id
), telling as (select distinct home from causes where cause = 'incident')
select d.* replace (
  case when d.result = 'failure' then 'failure' when c.cause is not null then c.cause
    when d.witness <> 'release' or t.home is not null then '' end as failed
)
from deployments d
left join causes c on c.source = d.source and c.deployment_id = d.deployment_id
left join telling t on t.home = coalesce(d.repo, d.source)
order by d.made_at, d.source, d.deployment_id
"""
