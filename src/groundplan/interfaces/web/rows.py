"""The rows behind a number, as facts about the code: who did it never leaves.

A landed change and a file can be named; whatever is counted for people is shown by the blocks
that the small-group rule allowed, and nothing finer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.tables import Table
from groundplan.interfaces.web.wording import say_block
from groundplan.signals.signal import Reading, Signal
from groundplan.terms.scope import Scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of rows. says: what a row is; numeric: positions of columns with numbers."""

    says: str
    table: Table
    numeric: tuple[int, ...]
    page: int
    size: int
    total: int


def rows_behind(
    visit: Visit, signal: Signal, reading: Reading, page: int, size: int = PAGE_SIZE
) -> RowsPage:
    """The rows of the newest window, in the finest form that names code and no person."""
    columns = visit.recall(("columns", signal.name), lambda: _columns(visit, signal))
    if {"repo", "landing_nr"} <= columns and not visit.scope.team:
        return _by_query(visit, signal, reading, page, size, *_LANDED)
    if {"repo", "file_id"} <= columns and not signal.about_people:
        return _by_query(visit, signal, reading, page, size, *_FILES)
    if {"repo", "area"} <= columns and not signal.about_people:
        return _by_query(visit, signal, reading, page, size, *_AREAS)
    return _by_week(visit.scope, signal, reading, page, size)


_LANDED = (
    "Each row is a landed change of the newest window; who wrote it is not shown.",
    ("Week", "Change", "Subject", "Kind", "Lines added", "Lines deleted", "Files"),
    (4, 5, 6),
    """
    select l.landed_week, left(l.commit_id, 12), l.subject, l.kind, l.added, l.deleted, l.files
    from (select distinct repo, landing_nr from chosen) c
    join landings l on l.repo = c.repo and l.landing_nr = c.landing_nr
    order by l.landed_week desc nulls last, l.repo, l.landing_nr desc
    """,
)
_FILES = (
    "Each row is a file, with how many of the counted rows of the newest window are about it.",
    ("File", "Rows", "Area"),
    (1,),
    """
    select f.path, c.times, f.area
    from (select repo, file_id, count(*) as times from chosen group by repo, file_id) c
    join files f on f.repo = c.repo and f.file_id = c.file_id
    order by c.times desc, f.repo, f.path
    """,
)
_AREAS = (
    "Each row is an area, with how many of the counted rows of the newest window are about it.",
    ("Area", "Rows"),
    (1,),
    "select area, count(*) as times from chosen group by repo, area order by times desc, area",
)
_SCOPED = (
    "with scope_repos as (select unnest(:scope) as repo), chosen as (select * from ({}) s {}) "
)


def _columns(visit: Visit, signal: Signal) -> frozenset[str]:
    sql = _SCOPED.format(signal.select, "") + "select * from chosen limit 0"
    nothing = datetime(1980, 1, 1)  # noqa: DTZ001 - the mart's times are UTC without zone
    found = visit.context.mart.query(sql, _params(visit, nothing, nothing))
    return frozenset(found)


def _by_query(
    visit: Visit,
    signal: Signal,
    reading: Reading,
    page: int,
    size: int,
    says: str,
    columns: tuple[str, ...],
    numeric: tuple[int, ...],
    sql: str,
) -> RowsPage:
    known = visit.recall(("columns", signal.name), lambda: _columns(visit, signal))
    kept = "where week >= :from_on and week < :until_on"
    if "excluded" in known:
        kept += " and excluded is null"
    chosen = _SCOPED.format(signal.select, kept)
    start, end = reading.window.start_on, reading.window.end_on
    params = _params(visit, datetime.combine(start, time()), datetime.combine(end, time()))
    params |= {"from_on": start, "until_on": end, "most": size, "skip": (page - 1) * size}

    def count() -> int:
        return int(
            visit.context.mart.rows(f"{chosen} select count(*) from ({sql}) rows", params)[0][0]
        )

    total = visit.recall(("row count", signal.name), count)
    found = visit.context.mart.rows(
        f"{chosen} select * from ({sql}) rows limit :most offset :skip", params
    )
    table = Table(columns, [tuple(_plain(cell) for cell in row) for row in found])
    return RowsPage(says, table, numeric, page, size, total)


def _params(visit: Visit, since: datetime, until: datetime) -> dict[str, Any]:
    return {"scope": list(visit.scope.repos), "since": since, "until": until}


def _plain(cell: object) -> object:
    return cell.isoformat() if isinstance(cell, date) else cell


def _by_week(scope: Scope, signal: Signal, reading: Reading, page: int, size: int) -> RowsPage:
    newest_first = reading.counted[::-1]
    shown = newest_first[(page - 1) * size : page * size]
    rows = [(say_block(one.block), one.rows, one.people) for one in shown]
    if signal.about_people:
        says = (
            "How many rows of the newest window fall into each stretch of weeks; a stretch is as "
            f"long as it takes until at least {scope.floor} people stand behind it, and nothing "
            "finer is shown."
        )
        table = Table(("Weeks", "Rows", "People"), rows)
        return RowsPage(says, table, (1, 2), page, size, len(newest_first))
    says = "How many rows of the newest window fall into each week."
    table = Table(("Weeks", "Rows"), [row[:2] for row in rows])
    return RowsPage(says, table, (1,), page, size, len(newest_first))
