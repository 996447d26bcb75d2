"""Facts of a code host as SQL: which of several observations holds, and whose commits are whose.

In the common subset; `{name}` stands for a relation over the rows of that kind.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.host import (
    DEPLOYMENTS,
    HOST_KINDS,
    JOBS,
    MILESTONES,
    PULL_COMMITS,
    PULLS,
    RELEASES,
    RUNS,
    THREAD_EVENTS,
)
from groundplan.facts.host_items import INCIDENTS, ITEM_LINKS, MEASUREMENTS, TOLD, WORKLOGS
from groundplan.facts.kinds import FactKind


def _latest(kind: FactKind, of: str = "") -> str:
    """The latest observation of each thing."""
    names, key = ", ".join(kind.column_names), ", ".join(n for n in kind.key if n != "seen")
    return (
        f"select {names} from (select *, row_number() over (partition by {key} "
        f"order by {of}seen desc) as place from {{{kind.name}}}) where place = 1"
    )


# An event holds if nothing was told of its whole thread since, and of one id the latest.
_THREADS: Final = f"""
with whole as (
  select source, thread, key, max(seen) as since from {{thread_events}} where what = 'told'
  group by source, thread, key
), held as (
  select e.* from {{thread_events}} e
  left join whole w on w.source = e.source and w.thread = e.thread and w.key = e.key
  where e.what <> 'told' and e.seen >= coalesce(w.since, 0)
), placed as (
  select *, row_number() over (
    partition by source, thread, key, event_id order by seen desc
  ) as place from held
)
select {", ".join(THREAD_EVENTS.column_names)} from placed where place = 1
"""


def _told_whole(kind: FactKind, name: str) -> str:
    """What holds of things that are told with their item: those since its last row `told`."""
    return (
        f"select r.* from {{{kind.name}}} r join (select source, key, max(seen) as since "
        f"from {{{kind.name}}} where {name} = '{TOLD}' group by source, key) w "
        f"on w.source = r.source and w.key = r.key and r.seen >= w.since where {name} <> '{TOLD}'"
    )


_COMMITS: Final = f"""
select {", ".join(f"c.{name}" for name in PULL_COMMITS.column_names)} from {{pull_commits}} c
join (
  select source, key, max(seen) as seen from {{pull_commits}} group by source, key
) last on last.source = c.source and last.key = c.key and last.seen = c.seen
"""

HELD: Final[dict[str, str]] = {
    PULLS.name: f"select * from ({_latest(PULLS, 'updated_at desc nulls last, ')}) "
    "where state <> 'gone'",
    THREAD_EVENTS.name: _THREADS,
    PULL_COMMITS.name: _COMMITS,
    RUNS.name: _latest(RUNS, "updated_at desc nulls last, "),
    JOBS.name: _latest(JOBS),
    DEPLOYMENTS.name: _latest(DEPLOYMENTS),
    RELEASES.name: f"select * from ({_latest(RELEASES)}) where state <> 'gone'",
    MILESTONES.name: f"select * from ({_latest(MILESTONES)}) where state <> 'gone'",
    WORKLOGS.name: _told_whole(WORKLOGS, "worklog_id"),
    ITEM_LINKS.name: _told_whole(ITEM_LINKS, "link_id"),
    INCIDENTS.name: _latest(INCIDENTS, "told_at desc, "),
    MEASUREMENTS.name: _latest(MEASUREMENTS),
}

# Which commits of the main line a pull request left there, and how: a merge brought what landed by
# it; a fast-forward and a rebase left the branch's commits, the latter with other ids but their own
# author's time and subject; a squash left one new commit, authored when it was merged.
LANDED_PULLS: Final = """
with merged as (
  select p.source, p.key, p.merge_commit, c.repo, c.parent_count, c.authored_at, c.subject,
    l.landing_nr, count(b.commit_id) as branch,
    max(b.commit_id = p.merge_commit) as same,
    max(b.authored_at = c.authored_at and b.subject = c.subject) as copied
  from {pulls} p
  join {commits} c on c.commit_id = p.merge_commit
  join {landings} l on l.repo = c.repo and l.commit_id = c.commit_id
  left join {pull_commits} b on b.source = p.source and b.key = p.key
  where p.state = 'merged'
  group by p.source, p.key, p.merge_commit, c.repo, c.parent_count, c.authored_at, c.subject,
    l.landing_nr
), told as (
  select *, case when parent_count > 1 then 'merge' when same then 'fast_forward'
    when copied then 'rebase' else 'squash' end as method
  from merged
)
select t.source, t.key, t.repo, t.method, l.commit_id from told t
join {landings} l on l.repo = t.repo and l.landed_by = t.merge_commit where t.method = 'merge'
union all
select source, key, repo, method, merge_commit from told where method = 'squash'
union all
select t.source, t.key, t.repo, t.method, c.commit_id from told t
join {landings} l on l.repo = t.repo and l.landing_nr <= t.landing_nr
  and l.landing_nr > t.landing_nr - t.branch
join {commits} c on c.repo = l.repo and c.commit_id = l.commit_id
join {pull_commits} b on b.source = t.source and b.key = t.key
  and b.authored_at = c.authored_at and b.subject = c.subject
where t.method in ('rebase', 'fast_forward')
order by 1, 2, 3, 5
"""


def held(kind: FactKind, relation: str) -> str:
    """A relation over the rows of `kind` that hold."""
    if kind not in HOST_KINDS or kind.name not in HELD:
        raise ValueError(f"{kind.name}: every row holds")
    return f"({HELD[kind.name].format(**{kind.name: relation})})"
