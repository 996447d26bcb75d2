"""Is the work behind a link done? A pull request, issue, branch or commit named by people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.terms.errors import BadInput

LONGEST_LINK: Final = 200

_NUMBER = re.compile(
    r"(?:.*/(?:pull|pulls|issues|merge_requests)/|[#!]|(?:PR|MR) ?#?)(\d{1,9})", re.IGNORECASE
)
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_LANDED = """
select landed_at, subject from landings
where list_contains(:repos, repo) and landed_at >= :since and regexp_matches(subject, :naming)
order by landed_at, landing_nr limit 1
"""
_COMMITTED = """
select landed_at, subject from commits
where list_contains(:repos, repo) and landed_at >= :since and starts_with(commit_id, :commit)
order by landed_at limit 1
"""


@dataclass(frozen=True, slots=True)
class Done:
    """When the work behind a link reached the main line, and in which words."""

    at: datetime
    subject: str


def check_link(link: str) -> str:
    """The link without space around; BadInput for one that names nothing."""
    link = link.strip()
    if link and (len(link) > LONGEST_LINK or not link.isprintable() or not _words(link)):
        raise BadInput(
            "link", link[:40], "a pull request (#12), an issue key (AB-12), a branch or a commit"
        )
    return link


def find_done(mart: DuckDB, repos: Sequence[str], link: str, since: date) -> Done | None:
    """The first merged change since a day that is, or names in its subject, the link.

    A number is found as `#12` or `!12`, an issue key or branch as a word of its own. What no
    subject names is not found: then people say themselves that it is done.
    """
    if not link:
        return None
    given = {"repos": list(repos), "since": datetime.combine(since, time())}
    found = []
    if _COMMIT.fullmatch(link):
        found = mart.rows(_COMMITTED, {**given, "commit": link})
    if not found:
        found = mart.rows(_LANDED, {**given, "naming": _naming(link)})
    return Done(found[0][0].replace(tzinfo=UTC), found[0][1]) if found else None


def _naming(link: str) -> str:
    number = _NUMBER.fullmatch(link)
    if number is not None:
        return rf"[#!]{int(number[1])}(\D|$)"
    return rf"(?i)(^|[^\w-]){re.escape(_words(link))}([^\w-]|$)"


def _words(link: str) -> str:
    # an issue's address ends with its key; a branch may have slashes of its own
    return link.rstrip("/").rpartition("/")[2] if "://" in link else link
