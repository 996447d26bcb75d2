"""Questions of who knows what, as SQL over the mart's tables and its rollups of knowledge.

Parameters: those of `facts/mart_knowledge.py`; NEAR also :paths, ORPHANS :leaving.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from groundplan.facts.engines.duckdb import Columns, DuckDB
from groundplan.facts.mart_knowledge import AGE, AREA_PEOPLE, KNOWN, REAL, WEIGHT
from groundplan.terms.errors import BadInput, NotFound

FOLDER: Final = "regexp_replace(path, '(^|/)[^/]*$', '')"
LIVING: Final = r"""
select area, count(*),
  avg(cast(not regexp_matches(path, '\.(md|rst|txt|adoc)$') as double))
from files where repo = :repo and alive and entry = 'file'
  and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
group by area order by area
"""
NEAR: Final = f"""
with wanted as (
  select file_id, area, {FOLDER} as folder from files
  where repo = :repo and path in (select unnest(:paths))
),
places as (
  select file_id, file_id in (select file_id from wanted) as here from files
  where repo = :repo and area in (select area from wanted)
    and {FOLDER} in (select folder from wanted)
),
touched as (
  select c.order_nr, c.authored_at, l.here, {AGE} as age
  from changes c join places l using (file_id)
  where {REAL} and c.area in (select area from wanted)
),
parts as (
  select p.nr, t.authored_at, t.here, p.part in ('reviewer', 'merger') as review,
    {WEIGHT} as weight, exp(-:fresh_rate * t.age) as fresh, exp(-:kept_rate * t.age) as kept
  from touched t join commit_people p on p.repo = :repo and p.order_nr = t.order_nr
),
close as (
  select nr, sum(weight * fresh) filter (where here) as here, sum(weight * fresh) as near,
    sum(fresh) filter (where here) as reviews_here, sum(fresh) as reviews_near,
    sum(weight * kept) filter (where here) as kept,
    max(authored_at) filter (where here) as last_at,
    count(*) filter (where here and not review) as changes,
    count(*) filter (where here and review) as reviews
  from parts group by nr
),
wide as (
  select nr, sum(fresh) filter (where area in (select area from wanted)) as around,
    sum(fresh) as anywhere,
    sum(helped) filter (where area in (select area from wanted)) as reviews_around,
    sum(helped) as reviews_anywhere
  from area_people where repo = :repo group by nr
)
select s.person_id, s.name, s.silent_days, coalesce(c.here, 0) as here, coalesce(c.near, 0) as near,
  coalesce(w.around, 0) as around, w.anywhere, coalesce(c.reviews_here, 0) as reviews_here,
  coalesce(c.reviews_near, 0) as reviews_near, coalesce(w.reviews_around, 0) as reviews_around,
  w.reviews_anywhere, coalesce(c.kept, 0) as kept, coalesce(c.changes, 0) as changes,
  coalesce(c.reviews, 0) as reviews, c.last_at
from wide w join presence s on s.repo = :repo and s.nr = w.nr
left join close c on c.nr = w.nr
"""
AUTHORS: Final = f"""
with numbered as (
  select file_id, area, dense_rank() over (order by {FOLDER}) - 1 as directory,
    row_number() over (order by file_id) - 1 as file
  from files where repo = :repo and alive and entry = 'file'
    and (:prefix = '' or path = :prefix or starts_with(path, :prefix || '/'))
),
done as (
  select c.file_id, p.nr, count(*) as own, min(c.order_nr) as first_nr
  from changes c semi join numbered using (file_id)
  join commit_people p on p.repo = c.repo and p.order_nr = c.order_nr and p.part = 'author'
  where c.repo = :repo group by c.file_id, p.nr
),
whole as (select file_id, sum(own) as own, min(first_nr) as first_nr from done group by file_id)
select n.file, n.area, n.directory, d.nr, d.first_nr = w.first_nr as created,
  cast(d.own as double) as own, cast(w.own - d.own as double) as others
from numbered n join done d using (file_id) join whole w using (file_id)
where d.first_nr = w.first_nr or :delivered * d.own >= :accepted * ln(1 + w.own - d.own)
order by n.area, n.file, d.nr
"""
ORPHANS: Final = f"""{KNOWN},
leaving as (
  select nr from presence where repo = :repo and person_id in (select unnest(:leaving))
),
lost as (
  select file_id from experts group by file_id
  having count(*) filter (where nr not in (select nr from leaving)) = 0
)
select l.area, l.path, cast(sum(k.changes) as bigint), arg_max(s.name, k.kept) filter (
    where s.silent_days <= :active_days and s.nr not in (select nr from leaving)), sum(k.kept)
from lost join places l using (file_id) join living k using (file_id)
join presence s on s.repo = :repo and s.nr = k.nr
group by l.area, l.path
"""
HUMANS: Final = """
select p.person_id, p.name, lower(a.name), lower(a.email) from people p
join accounts a using (person_id) where p.actor = 'human'
"""


def read_area_people(mart: DuckDB, settings: Mapping[str, object]) -> Columns:
    """Who knows the areas below :prefix: the mart's rollup, or counted anew for a part of an area.

    Files below an area lie in it or in areas below it, so a prefix that is an area has a rollup.
    """
    kept = """
    select * from area_people where repo = :repo
      and (:prefix = '' or area = :prefix or starts_with(area, :prefix || '/'))
    """
    whole = "select 1 from areas where repo = :repo and area = :prefix"
    rows = kept if not settings["prefix"] or mart.rows(whole, settings) else AREA_PEOPLE
    return mart.query(f"select * from ({rows}) a order by area, nr", settings)


def read_everybody(mart: DuckDB, repo: str) -> Columns:
    """Everybody who touched a repository, by number, with what they know of all of it."""
    everybody = """
    select s.nr, s.person_id, s.name, s.silent_days, coalesce(sum(a.fresh), 0) as everywhere
    from presence s left join area_people a using (repo, nr)
    where s.repo = :repo group by s.nr, s.person_id, s.name, s.silent_days order by s.nr
    """
    return mart.query(everybody, {"repo": repo})


def read_silence(mart: DuckDB, repo: str, people: list[str]) -> list[float]:
    """How long each of some people has landed nothing in a repository [days]."""
    of = "select silent_days from presence where repo = :repo and person_id in (select unnest(:p))"
    return [days for (days,) in mart.rows(of, {"repo": repo, "p": people})]


def read_authors(
    mart: DuckDB, repo: str, prefix: str, slopes: tuple[float, float, float]
) -> Columns:
    """Who changed each living file, and who created it; without rows that cannot be an author's.

    slopes: of the degree of authorship, for creating, own and others' changes: below the
    intercept nobody is an author, and each file keeps the row of its creator.
    """
    _, delivered, accepted = slopes
    given = {"prefix": prefix.strip("/"), "delivered": delivered, "accepted": accepted}
    return mart.query(AUTHORS, {"repo": repo, **given})


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
