"""Traces of work by role and day, for whom they are about, and of areas, for everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from groundplan.facts.engines.duckdb import Columns, DuckDB

_HERE: Final = "(list_contains(:repos, repo) or repo is null and len(:repos) > 0)"
_OWN: Final = f"""
select 'building' as role, cast(authored_at as date) as day from credits
where list_contains(:mine, person_id) and list_contains(:repos, repo)
  and part in ('author', 'coauthor') and authored_at >= :since and authored_at < :until
union
select 'reviewing', cast(authored_at as date) from credits
where list_contains(:mine, person_id) and list_contains(:repos, repo)
  and part = 'reviewer' and authored_at >= :since and authored_at < :until
union
select 'reviewing', cast(reviewed_at as date) from reviews
where list_contains(:mine, person_id) and not list_contains(:mine, coalesce(author_id, ''))
  and {_HERE} and reviewed_at >= :since and reviewed_at < :until
"""
_REVIEWED: Final = f"""
select coalesce(repo, source) as repo, area, person_id, reviewed_week as week from reviews
where area is not null and actor = 'human' and reviewed_week >= :since and reviewed_at < :until
  and {_HERE} and (author_id is null or person_id <> author_id)
group by source, key, repo, area, person_id, reviewed_week
"""
_CHANGED: Final = """
select repo, area, person_id, authored_week as week from changes
where actor = 'human' and not bulk and authored_week >= :since and authored_at < :until
  and list_contains(:repos, repo)
group by repo, commit_id, area, person_id, authored_week
"""
_UNREVIEWED: Final = f"""
select coalesce(repo, source), key, title, cast(coalesce(ready_at, created_at) as date) from pulls
where state = 'open' and not coalesce(draft, false) and first_review_at is null and {_HERE}
  and not list_contains(:mine, coalesce(person_id, ''))
order by coalesce(ready_at, created_at), key limit :most
"""
_UNANSWERED: Final = f"""
select coalesce(repo, source), key, cast(asked_at as date) from questions
where answered_at is null and closed_at is null and {_HERE}
  and not list_contains(:mine, coalesce(person_id, ''))
order by asked_at, key limit :most
"""


def read_own_days(
    mart: DuckDB, repos: Sequence[str], mine: Collection[str], since: date, until: date
) -> list[tuple[str, date]]:
    """The days on which somebody's building and reviewing left a trace; mine: their ids."""
    asked = {**_span(repos, since, until), "mine": sorted(mine)}
    return [(role, day) for role, day in mart.rows(_OWN, asked)]


def read_area_acts(
    mart: DuckDB, repos: Sequence[str], since: date, until: date
) -> dict[str, Columns]:
    """Reviews and changes by area, person and week; a pull request or commit counts once a week."""
    asked = _span(repos, since, until)
    return {"reviews": mart.query(_REVIEWED, asked), "changes": mart.query(_CHANGED, asked)}


def find_unreviewed(
    mart: DuckDB, repos: Sequence[str], mine: Collection[str], most: int
) -> list[tuple[Any, ...]]:
    """Pull requests of others that wait for a first review: repository, key, title, since when."""
    return mart.rows(_UNREVIEWED, {"repos": list(repos), "mine": sorted(mine), "most": most})


def find_unanswered(
    mart: DuckDB, repos: Sequence[str], mine: Collection[str], most: int
) -> list[tuple[Any, ...]]:
    """Issues of others that nobody answered: repository, key, since when."""
    return mart.rows(_UNANSWERED, {"repos": list(repos), "mine": sorted(mine), "most": most})


def _span(repos: Sequence[str], since: date, until: date) -> dict[str, object]:
    ends = {"since": datetime.combine(since, time()), "until": datetime.combine(until, time())}
    return {"repos": list(repos), **ends}
