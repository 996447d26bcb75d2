"""The mart's tables as declarations: the contract that signals, practices and pages read by.

A test holds the built mart to them; docs/reference.md prints them.
"""

from __future__ import annotations

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.mart_calendar import CALENDAR_TABLES
from groundplan.facts.mart_columns import AT, ON, B, F, I, T, X, declare
from groundplan.facts.mart_host_tables import HOST_TABLES
from groundplan.facts.mart_spells import SPELL_TABLES
from groundplan.facts.mart_work_tables import WORK_TABLES

_REPO = {"repo": (T, "the repository's id")}
_COMMIT = {"commit_id": (T, "full object id")}
_PERSON = {
    "person_id": (T, "the actor behind the account"),
    "actor": (T, "human, bot or agent"),
}
_AUTHORED = {
    "authored_at": (AT, "when it was written, UTC"),
    "authored_week": (ON, "the Monday of that week; null if the time cannot be true"),
}
_LANDED = {
    "landed_at": (AT, "when its first-parent commit was committed, UTC"),
    "landed_week": (ON, "the Monday of that week; null if the time cannot be true"),
}
_KIND = {"kind": (T, "feature, fix, test, docs, build, chore or other")}
_SIZE = {
    "added": (B, "lines added; null while one of its files is not counted"),
    "deleted": (B, "lines deleted; the same"),
    "files": (B, "files changed; null for merges and where it is unknown"),
}

KNOWLEDGE = (
    declare(
        "presence",
        "a person whose work or review landed in a repository",
        "repo nr",
        {
            **_REPO,
            "nr": (I, "number within the repository"),
            "person_id": (T, "the person"),
            "name": (T, "the name shown"),
            "silent_days": (F, "since the last landed work or review"),
        },
    ),
    declare(
        "commit_people",
        "a person's part in a commit of the main line; sorted by repo, order_nr",
        "repo order_nr nr part",
        {
            **_REPO,
            "order_nr": (B, "as in commits"),
            "nr": (I, "as in presence"),
            "part": (T, "author, coauthor, reviewer or merger"),
        },
    ),
    declare(
        "area_people",
        "what a person knows of an area, with decay (facts/mart_knowledge.py)",
        "repo area nr",
        {
            **_REPO,
            "area": (T, "the area"),
            "nr": (I, "as in presence"),
            "fresh": (F, "touches of all its files, by the faster decay"),
            "helped": (F, "the same, reviews and merges counting in full"),
            "kept": (F, "touches of its living files, by the slower decay"),
            "changes": (B, "of its living files"),
            "reviews": (B, "of changes of its living files"),
            "last_at": (AT, "the last of these, UTC"),
            "sole": (B, "living files that nobody else active knows"),
            "part": (F, "living files known, each divided by its knowers"),
        },
    ),
)

TABLES = (
    declare(
        "people",
        "an actor",
        "person_id",
        {
            "person_id": (T, "stable digest, no address in it"),
            "name": (T, "the name shown"),
            "actor": (T, "human, bot or agent"),
            "kind_reason": (T, "why it counts as that"),
        },
    ),
    declare(
        "accounts",
        "a name and address as seen",
        "name email",
        {
            "name": (T, "as written"),
            "email": (T, "as written"),
            "person_id": (T, "whose it is"),
        },
    ),
    declare(
        "identity_merges",
        "two accounts that are, or might be, one person's",
        "nr",
        {
            "nr": (I, "applied ones first, the heaviest first"),
            "side_a_name": (T, "one account"),
            "side_a_email": (T, "one account"),
            "side_b_name": (T, "the other"),
            "side_b_email": (T, "the other"),
            "certainty": (T, "decided, certain, likely or possible"),
            "reason": (T, "in a sentence"),
            "applied": (X, "whether they count as one person now"),
        },
    ),
    declare(
        "commits",
        "a commit of the main line",
        "repo commit_id",
        {
            **_REPO,
            **_COMMIT,
            "order_nr": (B, "topological position, parents first"),
            "landing_nr": (B, "position on the main line of what brought it"),
            "landed_by": (T, "the first-parent commit that brought it"),
            **_PERSON,
            "authored_at": _AUTHORED["authored_at"],
            "author_offset_minutes": (I, "the author's zone, minutes east of UTC"),
            "authored_week": _AUTHORED["authored_week"],
            **_LANDED,
            "is_merge": (X, "more than one parent"),
            "is_landing": (X, "stands on the main line itself"),
            **_KIND,
            "subject": (T, "the first line of the message"),
            **_SIZE,
        },
    ),
    declare(
        "credits",
        "a person's part in a commit of the main line",
        "repo commit_id person_id",
        {
            **_REPO,
            **_COMMIT,
            **_PERSON,
            "part": (T, "author, coauthor or reviewer"),
            **_AUTHORED,
        },
    ),
    declare(
        "changes",
        "a path changed by a commit of the main line; sorted by repo, area, file_id, order_nr",
        "repo commit_id path",
        {
            **_REPO,
            **_COMMIT,
            "order_nr": (B, "as in commits"),
            "file_id": (B, "the file, followed through renames"),
            "area": (T, "the file's area"),
            "path": (T, "the path at that time"),
            "status": (T, "A, M, D, R, C or T"),
            "entry": (T, "file, link or submodule"),
            "lines": (T, "counted, binary, pending or missing"),
            "added": (B, "lines added; null unless counted"),
            "deleted": (B, "lines deleted; null unless counted"),
            "bulk": (X, "the commit touches more files than anybody reviews"),
            **_PERSON,
            **_KIND,
            **_AUTHORED,
        },
    ),
    declare(
        "files",
        "a file followed through renames",
        "repo file_id",
        {
            **_REPO,
            "file_id": (B, "number within the repository"),
            "path": (T, "now, or the last one it had"),
            "area": (T, "its area"),
            "alive": (X, "stands in the newest tree"),
            "entry": (T, "file, link or submodule; null if it is gone"),
            "changes": (B, "changes of it on the main line"),
            "first_at": (AT, "its first change, UTC"),
            "last_at": (AT, "its last change, UTC"),
        },
    ),
    declare(
        "areas",
        "a part of the tree",
        "repo area",
        {
            **_REPO,
            "area": (T, "a directory; `.` for the root's own files"),
            "files": (B, "files it ever had"),
            "alive_files": (B, "files it has now"),
            "changes": (B, "changes of them"),
        },
    ),
    declare(
        "area_weeks",
        "a person's changes in an area in a week; bulk commits, bots and agents left out",
        "repo area person_id authored_week",
        {
            **_REPO,
            "area": (T, "the area"),
            "person_id": (T, "the person"),
            "authored_week": _AUTHORED["authored_week"],
            "changes": (B, "changes of files"),
        },
    ),
    declare(
        "landings",
        "one merged change: a first-parent commit of the main line",
        "repo landing_nr",
        {
            **_REPO,
            "landing_nr": (B, "position on the main line"),
            **_COMMIT,
            **_LANDED,
            "first_authored_at": (AT, "the first commit of what it brought; null if unseen"),
            "via": (T, "merge, squash (its pull ref is known) or direct"),
            "commits": (B, "commits it brought, merges aside"),
            **_PERSON,
            **_KIND,
            **_SIZE,
            "subject": (T, "the first line of its message"),
        },
    ),
    declare(
        "repos",
        "a repository",
        "repo",
        {
            **_REPO,
            "name": (T, "its name"),
            "main_ref": (T, "the ref of the main line; null if it has none"),
            "shallow": (X, "its history is cut"),
            "as_of": (AT, "the newest landing, UTC"),
            "commits": (B, "commits of the main line"),
            "lines_pending": (B, "changes whose lines are not counted yet"),
        },
    ),
    *KNOWLEDGE,
    *WORK_TABLES,
    *CALENDAR_TABLES,
    *SPELL_TABLES,
    *HOST_TABLES,
)


def create_tables(engine: DuckDB) -> None:
    """Make every table of the mart, empty."""
    for table in TABLES:
        columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
        engine.execute(f"create table {table.name} ({columns})")
