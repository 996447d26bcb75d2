"""The mart's documented tables, filled from the short rows of a case file.

A row of a case is a pattern: `each_week: true` repeats it in every week of the case, `times` n
times within its week, `people: 5` hands the copies out to p1 ... p5 in turn.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from groundplan.facts import mart_sql, mart_tables
from groundplan.facts.engines.duckdb import DuckDB

START = datetime(2024, 1, 1)  # a Monday
READ = (
    "commits", "credits", "changes", "files", "landings", "repos", "people", "items", "item_events",
    "hosts", "pulls", "pull_weeks", "reviews", "deployments", "deployment_people", "failures",
    "questions", "closings",
    "calendar_weeks",
)  # fmt: skip
HOSTED = {
    "hosts", "pulls", "pull_weeks", "reviews", "deployments", "deployment_people", "failures",
    "questions", "closings",
}  # fmt: skip
TABLES = {table.name: table.column_names for table in mart_tables.TABLES if table.name in READ}
DEFAULTS: dict[str, object] = {
    "repo": "r",
    "event_id": "e",
    "actor": "human",
    "author_offset_minutes": 0,
    "is_merge": False,
    "is_landing": True,
    "kind": "feature",
    "subject": "Change something",
    "part": "author",
    "area": "src",
    "status": "M",
    "entry": "file",
    "lines": "counted",
    "bulk": False,
    "alive": True,
    "via": "merge",
    "commits": 1,
    "added": 10,
    "deleted": 0,
    "files": 1,
    "file_id": 1,
    "shallow": False,
    "source": "items:board",
    "team": "",
    "run": 1,
    "draft": False,
    "method": "merge",
    "witness": "deployment",
    "environment": "production",
    "result": "success",
    "rollback": False,
    "failed": "",
    "cause": "failure",
}
Row = dict[str, Any]


def build(case: Row) -> DuckDB:
    """A mart that holds the rows of one case."""
    engine = DuckDB()
    weeks = int(case["weeks"])
    as_of = START + timedelta(weeks=weeks) + timedelta(hours=int(case.get("as_of_hours", 12)))
    given: dict[str, list[Row]] = {name: list(case.get(name, [])) for name in TABLES}
    given["repos"] = given["repos"] or [{}]
    given["hosts"] = given["hosts"] or [{}]
    numbers = count(1)
    mart_tables.create_tables(engine)
    for table in TABLES:
        rows = [
            literals(table, row, next(numbers), as_of)
            for pattern in given[table]
            for row in spread(pattern, weeks)
        ]
        if rows:
            engine.execute(f"insert into {table} values {', '.join(rows)}")
    if not given["files"]:
        engine.execute(
            "insert into files select repo, file_id, min(path), min(area), true, min(entry), "
            "count(*), min(authored_at), max(authored_at) from changes group by repo, file_id"
        )
    engine.execute(mart_sql.AREA_WEEKS)
    return engine


def spread(pattern: Row, weeks: int) -> list[Row]:
    """The copies that a pattern stands for."""
    pattern = dict(pattern)
    each, times = pattern.pop("each_week", False), pattern.pop("times", 1)
    people, turn = pattern.pop("people", None), count(pattern.pop("turn", 0))
    first, step = pattern.pop("week", 0), pattern.pop("every", 1)
    wanted = range(first, pattern.pop("until", weeks), step) if each else [first]
    commit, own_files = pattern.pop("commit", None), pattern.pop("own_files", None)
    item, deployment = pattern.pop("item", None), pattern.pop("deployment", None)
    own_person, own_each = pattern.pop("own_person", None), pattern.pop("own_each", False)
    own_area = pattern.pop("own_area", None)
    rows = []
    for week in wanted:
        for copy in range(times):
            row = {**pattern, "week": week}
            if people:
                row["person_id"] = f"p{next(turn) % people + 1}"
            if own_person:
                row["person_id"] = f"{own_person}{week}"
            if commit:
                row["commit_id"], row["order_nr"] = f"{commit}{week}", week * 100 + ord(commit)
            if item:
                row["item_id"] = f"{item}{week}.{copy}"
            if deployment:
                row["deployment_id"] = f"{deployment}{week}.{copy}"
            if own_files is not None:
                row["file_id"] = 1000 + (week - own_files) * 100 + copy
            if own_area is not None:
                row["area"] = f"area{week - own_area}"
            if own_each:
                row["file_id"], row["path"] = 5000 + copy, f"{copy}-{row['path']}"
            rows.append(row)
    return rows


def literals(table: str, row: Row, nr: int, as_of: datetime) -> str:
    """One row of a table, as SQL."""
    week, day, hour = row.pop("week"), row.pop("day", 1), row.pop("hour", 12)
    undated, took_days = row.pop("undated", False), row.pop("took_days", None)
    before = timedelta(hours=row.pop("hours", 24))
    at = START + timedelta(weeks=week, days=day, hours=hour)
    later = {name: at + timedelta(hours=h) for name, h in row.pop("after", {}).items()}
    monday = None if undated else (START + timedelta(weeks=week)).date()
    if "commit_id" in row and "order_nr" not in row:
        row["order_nr"] = int.from_bytes(row["commit_id"].encode())
    told: Row = {
        **DEFAULTS,
        "commit_id": f"c{nr}",
        "order_nr": nr,
        "landing_nr": nr,
        "landed_by": f"c{nr}",
        "person_id": "p1",
        "path": f"file{row.get('file_id', 1)}.py",
        "authored_at": at,
        "landed_at": at,
        "authored_week": monday,
        "landed_week": monday,
        "week_on": monday,
        "first_authored_at": at - before,
        "as_of": as_of,
        "created_at": at - before,
        "started_at": at,
        "done_at": None if took_days is None else at + timedelta(days=took_days),
        "happened_at": at,
        "nr": nr,
        **(of_host(table, nr, at, monday, as_of) if table in HOSTED else {}),
        **({"first_commit_at": at - before} if table == "pulls" else {}),
        **row,
        **later,
    }
    if later.get("merged_at"):
        told["merged_week"] = (later["merged_at"] - timedelta(later["merged_at"].weekday())).date()
    return "(" + ", ".join(literal(told.get(name)) for name in TABLES[table]) + ")"


def of_host(table: str, nr: int, at: datetime, monday: Any, as_of: datetime) -> Row:
    """What a row of a host's table holds unless its case says otherwise."""
    moments = dict.fromkeys(
        ("created_at", "ready_at", "reviewed_at", "made_at", "finished_at", "began_at", "asked_at"),
        at,
    )
    weeks = dict.fromkeys(("week", "created_week", "reviewed_week"), monday)
    own: Row = {"closed_at": at} if table == "closings" else {}
    numbered = {"key": str(nr), "deployment_id": f"d{nr}", "failure_id": f"f{nr}"}
    told = {"source": "items:host", "told_until": as_of, "state": "merged"}
    return {**moments, **weeks, **numbered, **told, **own}


def literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return "'" + str(value).replace("'", "''") + "'"
