"""A mart of any size that looks like a large repository's, from hashes: same size, same rows.

The skew that makes real histories hard is kept: a few files take most changes (power law), people
come and go (each commits within a tenure), commits are small but some are very large, most
landings are one commit, work has weeks and evenings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from groundplan.facts import mart_sql
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_knowledge import build_rollups
from groundplan.facts.mart_work import build_items
from groundplan.inference import go_to

START = "timestamp '2012-01-02'"
YEARS = 12


@dataclass(frozen=True, slots=True)
class Size:
    """How large: changes [file changes]; the rest follows in proportions seen in public code."""

    changes: int
    people: int = 3000
    files: int = 80_000
    areas: int = 30
    items: int = 20_000
    repo: str = "synthetic"

    @property
    def commits(self) -> int:
        """Main-line commits [commits]: about six changed files each."""
        return max(1, self.changes // 6)


_MACROS = (
    "create macro u(i, salt) as (hash(i * 7919 + salt * 104729) % 1000003) / 1000003.0",
    f"create macro moment(share) as {START} + "
    f"to_microseconds(cast(share * {YEARS * 365 * 86400} * 1e6 as bigint))",
    "create macro merged(share, nr) as moment(share) "
    "+ interval '1 hour' * (1 + 90 * u(nr, 6) * u(nr, 7))",
)
_KIND = (
    "case when {0} < 0.34 then 'feature' when {0} < 0.58 then 'fix' when {0} < 0.70 then 'test' "
    "when {0} < 0.80 then 'docs' when {0} < 0.87 then 'build' when {0} < 0.95 then 'chore' "
    "else 'other' end"
)
_TABLES = (
    """
    create table people as select 'p' || i as person_id, 'Person ' || i as name,
      case when i % 60 = 0 then 'bot' else 'human' end as actor, 'as generated' as kind_reason
    from range({people}) t(i)
    """,
    """
    create table accounts as select name, 'person' || substr(person_id, 2) || '@example.com'
      as email, person_id from people
    """,
    """
    create table identity_merges (nr bigint, side_a_name varchar, side_a_email varchar,
      side_b_name varchar, side_b_email varchar, certainty varchar, reason varchar, applied boolean)
    """,
    # a person's number follows time: who joined later has a larger one, and leaves after a while
    """
    create table raw as
    select i, (i + u(i, 1)) / {commits} as share,
      cast(greatest(0, least({people} - 1, floor(({people} * (i / {commits}))
        - 0.05 * {people} * (-ln(1 - 0.999 * u(i, 2))) + 2))) as bigint) as who,
      u(i, 3) as kind_u, u(i, 4) as size_u,
      cast(floor(i * 0.62 + 0.4 * u(i, 5)) as bigint) as landing
    from range({commits}) t(i)
    """,
    """
    create table commits as
    select '{repo}' as repo, md5(cast(i as varchar)) || '00000000' as commit_id, i as order_nr,
      landing as landing_nr, md5(cast(landing_last as varchar)) || '00000000' as landed_by,
      'p' || who as person_id, case when who % 60 = 0 then 'bot' else 'human' end as actor,
      moment(share) as authored_at, 60 as author_offset_minutes,
      week_of(moment(share)) as authored_week, merged(landed_share, landing) as landed_at,
      week_of(merged(landed_share, landing)) as landed_week,
      false as is_merge, i = landing_last as is_landing, {kind} as kind,
      'Change number ' || i as subject,
      cast(1 + 400 * pow(size_u, 6) as bigint) as added,
      cast(300 * pow(size_u, 8) as bigint) as deleted,
      cast(1 + 4 * size_u + 120 * pow(size_u, 30) as bigint) as files
    from (
      select *, max(i) over (partition by landing) as landing_last,
        max(share) over (partition by landing) as landed_share
      from raw
    )
    """,
    """
    create table credits as
    select repo, commit_id, person_id, actor, 'author' as part, authored_at, authored_week
    from commits
    union all
    select c.repo, c.commit_id, 'p' || r.who, case when r.who % 60 = 0 then 'bot' else 'human' end,
      'reviewer', c.authored_at, c.authored_week
    from commits c join raw r on r.i = c.order_nr - 1 where c.order_nr % 3 = 0
    """,
    """
    create table files as
    select '{repo}' as repo, cast(i as bigint) as file_id,
      'area' || cast(floor({areas} * pow(u(i, 11), 1.7)) as bigint) || '/part' || (i % 40)
        || '/file' || i || '.py' as path,
      'area' || cast(floor({areas} * pow(u(i, 11), 1.7)) as bigint) as area,
      u(i, 12) < 0.7 as alive, 'file' as entry
    from range({files}) t(i)
    """,
    """
    create table changes as
    select '{repo}' as repo, c.commit_id, c.order_nr, f.file_id, f.area, f.path,
      'M' as status, 'file' as entry, 'counted' as lines, t.added, t.deleted, c.files > 60 as bulk,
      c.person_id, c.actor, c.kind, c.authored_at, c.authored_week
    from (
      select j, least(cast(floor(j / 6) as bigint), {commits} - 1) as order_nr,
        cast(floor({files} * pow(u(j, 21), 2.6)) as bigint) as file_id,
        cast(1 + 120 * pow(u(j, 22), 5) as bigint) as added,
        cast(90 * pow(u(j, 23), 6) as bigint) as deleted
      from range({changes}) r(j)
    ) t
    join commits c on c.order_nr = t.order_nr
    join files f on f.file_id = t.file_id
    order by f.area, f.file_id, c.order_nr
    """,
    """
    create or replace table files as
    select f.repo, f.file_id, f.path, f.area, f.alive, f.entry, coalesce(c.n, 0) as changes,
      c.first_at, c.last_at
    from files f left join (
      select file_id, count(*) as n, min(authored_at) as first_at, max(authored_at) as last_at
      from changes group by file_id
    ) c using (file_id)
    """,
    """
    create table areas as
    select repo, area, count(*) as files, count(*) filter (where alive) as alive_files,
      cast(sum(changes) as bigint) as changes
    from files group by repo, area
    """,
    """
    create table landings as
    select c.repo, c.landing_nr, c.commit_id, c.landed_at, c.landed_week, g.first_authored_at,
      case when g.n > 1 then 'merge' else 'squash' end as via, g.n as commits, c.person_id, c.actor,
      c.kind, g.added, g.deleted, g.files, c.subject
    from commits c join (
      select landing_nr, min(authored_at) as first_authored_at, count(*) as n,
        cast(sum(added) as bigint) as added, cast(sum(deleted) as bigint) as deleted,
        cast(sum(files) as bigint) as files
      from commits group by landing_nr
    ) g using (landing_nr)
    where c.is_landing order by c.landing_nr
    """,
    """
    create table repos as
    select '{repo}' as repo, '{repo}' as name, 'refs/heads/main' as main_ref,
      (select max(landed_at) from commits) as as_of, {commits} as commits, 0 as lines_pending,
      false as shallow
    """,
    "drop table raw",
    "drop macro merged",
    "drop macro u",
    "drop macro moment",
)

# twenty thousand items over the years: most are done some weeks later, a twelfth is open still
_TOLD = """
create table told as
select 'items:synthetic' as source, 'item-' || i as item_id, moment(share) + wait as happened_at,
  what, value, '' as name, '' as email, stage, '' as team, i as nr, cast(1 as bigint) as run
from (select i, (i + u(i, 21)) / {items} as share from range({items}) t(i)),
  (values ('created', '', 'todo', 0), ('titled', 'a thing to do', null, 0),
    ('started', '', 'doing', 1), ('done', '', 'done', 2)) as step(what, value, stage, part),
  lateral (select to_microseconds(
    cast(part * 14 * 86400e6 * -ln(1 - 0.999 * u(i, 22)) as bigint)) as wait)
where part = 0 or u(i, 30) < 0.92
"""


def generate(path: Path, size: Size) -> None:
    """Write the mart at `path`; it must not be there yet."""
    engine = DuckDB(path)
    try:
        for macro in _MACROS:
            engine.execute(macro)
        words = {
            "people": size.people,
            "files": size.files,
            "areas": size.areas,
            "commits": size.commits,
            "changes": size.changes,
            "repo": size.repo,
            "kind": _KIND.format("kind_u"),
        }
        engine.execute(_TOLD.format(items=size.items))
        for table in _TABLES:
            engine.execute(table.format(**words))
        engine.execute(mart_sql.AREA_WEEKS)
        build_rollups(engine, go_to.settings())
        engine.execute("create view held_events as select * from told")
        build_items(engine)
        engine.execute("drop table told")
        engine.execute("checkpoint")
    finally:
        engine.close()
