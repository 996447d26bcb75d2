"""The mart's tables of code hosts: what pull requests, deployments and issues came to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from groundplan.facts import mart_host_deploys as deploys
from groundplan.facts import mart_host_sql as requests
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.host import (
    DEPLOYMENTS,
    PULL_COMMITS,
    PULLS,
    RELEASES,
    RUNS,
    THREAD_EVENTS,
)
from groundplan.facts.host_items import INCIDENTS, MEASUREMENTS
from groundplan.facts.host_sql import held
from groundplan.facts.identities.carried import Carried
from groundplan.facts.ledger import Ledger, Snapshot
from groundplan.facts.mart_host_tables import HOST_TABLES
from groundplan.facts.work import repositories
from groundplan.terms.people import Account

_HELD: Final = (PULLS, THREAD_EVENTS, PULL_COMMITS, RUNS, DEPLOYMENTS, RELEASES, INCIDENTS)
_STEPS: Final = (
    requests.EVENTS,
    deploys.DEPLOYMENTS,
    requests.PULLS,
    deploys.DEPLOYED,
    deploys.DEPLOYED_PULLS,
    deploys.PEOPLE,
    deploys.FAILURES,
    deploys.FAILED_DEPLOYMENTS,
    requests.PULL_WEEKS,
    requests.REVIEW_ACTS,
    requests.QUESTIONS,
    requests.CLOSINGS,
    requests.HOSTS,
)
_SCAFFOLDING: Final = ("host_told", "host_repos", "host_events", "deployed")

_MEASURED: Final = """
create or replace table measurements as
select source, measurement_id,
  row_number() over (order by min(seen), source, measurement_id) as nr, max_by(kpi, seen) as kpi,
  max_by(unit, seen) as unit, max_by(value, seen) as value,
  max_by(measured_at, seen) as measured_at, max_by(commit_id, seen) as commit_id,
  max_by(host, seen) as host, max_by(session, seen) as session
from {told} group by source, measurement_id order by nr
"""

# Commits that pull requests carry: a branch's, and the one that a squash made. The button writes a
# merge in the name of whoever pressed it.
_CARRIED: Final = """
with told as (
  select p.author_name as name, p.author_email as email, b.commit_id
  from held_pulls p join held_pull_commits b on b.source = p.source and b.key = p.key
  union
  select case when c.parent_count > 1 then p.merger_name else p.author_name end,
    case when c.parent_count > 1 then p.merger_email else p.author_email end, c.commit_id
  from held_pulls p join raw_commits c on c.commit_id = p.merge_commit
  where p.state = 'merged'
)
select t.name, t.email, c.author_name, c.author_email, count(distinct c.commit_id)
from told t join raw_commits c on c.commit_id = t.commit_id
where t.name <> '' group by t.name, t.email, c.author_name, c.author_email
"""


def repositories_of(ledger: Ledger) -> list[str]:
    """The repositories of a workspace: those read from git, else those that code hosts tell of.

    Beside a clone a host is where its pull requests are; alone it is all that is known of one.
    """
    kinds = {kind.name for kind in (PULLS, RUNS, DEPLOYMENTS, RELEASES)}
    told = (each.source for each in ledger.snapshot().segments if each.kind in kinds)
    return repositories(ledger.sources()) or sorted(set(told))


def gather_hosts(engine: DuckDB, snapshot: Snapshot, now: datetime) -> None:
    """Make the tables `held_*` of what holds, before people are found: hosts name many.

    Link pull requests to the commits that they left, before landings are told apart.
    """
    for kind in _HELD:
        relation = held(kind, snapshot.relation(kind))
        engine.execute(f"create table held_{kind.name} as select * from {relation} held")
    engine.execute(_MEASURED.format(told=snapshot.relation(MEASUREMENTS)))
    for statement in (requests.TOLD, requests.REPOS, requests.PULL_LANDINGS):
        engine.execute(statement, {"now": now})


def find_carried(engine: DuckDB) -> list[Carried]:
    """Whose commits the pull requests of each login carry, of those that are read here."""
    return [
        Carried(Account(name, email), Account(author, address), commits)
        for name, email, author, address, commits in engine.rows(_CARRIED)
    ]


def build_hosts(engine: DuckDB, now: datetime) -> None:
    """Make the tables of hosts, once people, changes and items stand."""
    given: Mapping[str, object] = {"now": now}
    for statement in _STEPS:
        engine.execute(statement, given)
    for table in HOST_TABLES:
        columns = ", ".join(f"cast({c.name} as {c.type}) as {c.name}" for c in table.columns)
        engine.execute(
            f"create or replace table {table.name} as select {columns} from {table.name}"
        )
    for name in (*_SCAFFOLDING, *(f"held_{kind.name}" for kind in _HELD)):
        engine.execute(f"drop table {name}")
