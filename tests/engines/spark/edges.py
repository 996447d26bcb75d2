"""A mart of what goes wrong between engines: nulls, ties, zones, daylight saving, any script, large
numbers, empty groups; beside every case of every signal, each as repositories of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import yaml

from groundplan.facts import mart_sql, mart_tables
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.kinds import Type
from tests.signals.case_tables import READ, START, Row, literals, spread

CASES = Path(__file__).parents[2] / "signals" / "cases"
WEEKS = 60
AS_OF = START + timedelta(weeks=WEEKS, hours=12)
REPOS = ("edge", "it's; a 'repo'", "ré:po \U0001f986 \u202e", "no-commit")
PEOPLE = ("ann", "Ünïcode", "e\u0301", "é", "\U0001f986", "it's", "back\\slash", "ZZ", "zz", "日本")
AREAS = (".", "src", "src/ü", "Src", "docs 'n' more", "a:b", "\U0001f4c1")
OFFSETS = (0, 60, 120, -480, -420, 345, 840, -720, None)
TIES = (
    START + timedelta(weeks=12),  # a Monday's first moment
    datetime(2024, 3, 31, 0, 59, 59, 999999),  # the last moment before summer time in Europe
    datetime(2024, 3, 31, 1),
    datetime(2024, 3, 10, 10),  # the same in America
    datetime(2024, 10, 27, 1, 30),  # an hour that clocks show twice
    datetime(2024, 2, 29, 23, 59, 59),
)
LARGE = 2**40
AT_ONCE = 500  # rows; the time that DuckDB takes to read them grows faster than they do
# Tables that have no rows of their own below: their cases' rows are made strange, one in so many.
STRANGE_SHARE = 0.2
ODD: dict[Type, tuple[Any, ...]] = {
    Type.TEXT: (None, "", *PEOPLE),
    Type.INTEGER: (None, 0, 2**31 - 1),
    Type.BIGINT: (None, 0, LARGE),
    Type.DOUBLE: (None, 0.0, 1e-9, 1e12),
    Type.BOOLEAN: (None, True, False),
    Type.TIMESTAMP: (None, *TIES),
}


def edge_mart() -> tuple[DuckDB, tuple[str, ...]]:
    """The mart, and the repositories in it."""
    rows: dict[str, list[str]] = {name: [] for name in READ}
    numbers = count(1)
    edges = list(_edges(random.Random(8)))
    own = {table for table, _ in edges}
    strange = _strange(random.Random(9), [pair for pair in _cases() if pair[0] not in own])
    for table, row in [*edges, *_cases(), *strange]:
        as_of = row.pop("as_of", AS_OF)
        rows[table].append(literals(table, row, next(numbers), as_of))
    engine = DuckDB()
    mart_tables.create_tables(engine)
    for table, told in rows.items():
        for first in range(0, len(told), AT_ONCE):
            some = told[first : first + AT_ONCE]
            engine.execute(f"insert into {table} values {', '.join(some)}")
    engine.execute(
        "insert into files select repo, file_id, min(path), min(area), true, min(entry), "
        "count(*), min(authored_at), max(authored_at) from changes c where not exists ("
        "select 1 from files f where f.repo = c.repo and f.file_id = c.file_id) "
        "group by repo, file_id"
    )
    engine.execute("update repos set as_of = null where repo = 'no-commit'")
    engine.execute(mart_sql.AREA_WEEKS)
    return engine, tuple(repo for (repo,) in engine.rows("select repo from repos order by repo"))


def _cases() -> Iterator[tuple[str, Row]]:
    """Every case of every signal, told apart by its number."""
    told = [
        (path.stem, case)
        for path in sorted(CASES.glob("*.yml"))
        for case in yaml.safe_load(path.read_text())
    ]
    for nr, (signal, case) in enumerate(told):
        mark = f"{signal}{nr}."
        weeks = int(case["weeks"])
        as_of = START + timedelta(weeks=weeks) + timedelta(hours=int(case.get("as_of_hours", 12)))
        given: dict[str, list[Row]] = {name: list(case.get(name, [])) for name in READ}
        given["repos"] = given["repos"] or [{}]
        for table in READ:
            for pattern in given[table]:
                for row in spread(pattern, weeks):
                    for name, usual in (("repo", "r"), ("source", "board"), ("person_id", "p1")):
                        row[name] = f"{mark}{row.get(name, usual)}"
                    yield table, {**row, "as_of": as_of}


def _strange(chance: random.Random, cases: list[tuple[str, Row]]) -> Iterator[tuple[str, Row]]:
    """Some of the cases' rows once more, with a value that nobody would expect in one column."""
    kinds = {table.name: table for table in mart_tables.TABLES}
    for table, row in cases:
        kept = {*kinds[table].key, "commit_id"}
        free = [c for c in kinds[table].columns if c.name not in kept and c.type in ODD]
        if free and chance.random() < STRANGE_SHARE:
            column = chance.choice(free)
            yield table, {**row, column.name: chance.choice(ODD[column.type])}


def _edges(chance: random.Random) -> Iterator[tuple[str, Row]]:
    for repo in REPOS:
        yield "repos", {"repo": repo, "week": 0, "shallow": repo == REPOS[1]}
    for nr, person in enumerate((*PEOPLE, "bot", "agent")):
        actor = person if nr >= len(PEOPLE) else "human"
        yield "people", {"person_id": person, "actor": actor, "week": 0}
    for repo in REPOS[:3]:
        for file in range(40):
            yield "files", _file(chance, repo, file)
        for nr in range(260):
            yield from _commit(chance, repo, nr)
    yield from _items(chance)


def _file(chance: random.Random, repo: str, file: int) -> Row:
    return {
        "repo": repo,
        "week": 0,
        "file_id": file,
        "path": f"{chance.choice(AREAS)}/{file}é.py",
        "area": AREAS[file % len(AREAS)],
        "alive": chance.random() < 0.8,
        "entry": chance.choice(["file", "file", "file", "link", None]),
    }


def _moment(chance: random.Random) -> datetime:
    if chance.random() < 0.3:
        return chance.choice(TIES)
    return START + timedelta(microseconds=chance.randrange(WEEKS * 7 * 86_400_000_000))


def _monday(at: datetime) -> Any:
    return (at - timedelta(days=at.weekday())).date() if at > datetime(1980, 1, 1) else None


def _commit(chance: random.Random, repo: str, nr: int) -> Iterator[tuple[str, Row]]:
    at = _moment(chance)
    if chance.random() < 0.05:
        at = chance.choice([datetime(1969, 12, 31, 23, 59, 59, 999999), datetime(1900, 1, 1)])
    person = chance.choice((*PEOPLE, "bot", "agent"))
    landed = at + timedelta(seconds=chance.choice([0, 1, 90_000, 604_800]))
    who: Row = {
        "repo": repo,
        "week": 0,
        "commit_id": f"{nr:040x}",
        "order_nr": nr + 2**33,
        "person_id": person,
        "actor": person if person in ("bot", "agent") else "human",
        "authored_at": at,
        "authored_week": _monday(at),
        "landed_at": landed,
        "landed_week": _monday(landed),
        "kind": chance.choice(["feature", "fix", "test", "docs", "chore"]),
    }
    yield (
        "commits",
        {
            **who,
            "author_offset_minutes": chance.choice(OFFSETS),
            "is_merge": chance.random() < 0.1,
            "landed_by": f"{nr - nr % 2:040x}",
        },
    )
    yield "credits", {**who, "part": "author"}
    if chance.random() < 0.4:
        other = chance.choice([one for one in PEOPLE if one != person])
        part = chance.choice(["coauthor", "reviewer"])
        yield "credits", {**who, "person_id": other, "actor": "human", "part": part}
    if nr % 2 == 0:
        yield (
            "landings",
            {
                **who,
                "landing_nr": nr,
                "via": chance.choice(["merge", "squash", "direct"]),
                "first_authored_at": chance.choice([None, at, at - timedelta(days=3), landed]),
                "added": chance.choice([None, 0, 7, LARGE, 2**62]),
                "deleted": chance.choice([0, 3, LARGE]),
            },
        )
    for file in chance.sample(range(40), chance.choice([0, 1, 2, 3, 7])):
        counted = chance.random() < 0.85
        yield (
            "changes",
            {
                **who,
                "file_id": file,
                "area": AREAS[file % len(AREAS)],
                "path": f"{file}é.py",
                "status": chance.choice("AMMMDR"),
                "entry": chance.choice(["file", "file", "file", "link"]),
                "lines": "counted" if counted else chance.choice(["binary", "pending", "missing"]),
                "added": chance.choice([0, 1, 40, 900, LARGE]) if counted else None,
                "deleted": chance.choice([0, 0, 5, 200]) if counted else None,
                "bulk": chance.random() < 0.05,
            },
        )


def _items(chance: random.Random) -> Iterator[tuple[str, Row]]:
    for nr in range(120):
        at = _moment(chance)
        own: Row = {"week": 0, "source": "items:é", "item_id": f"№{nr}", "team": None}
        if chance.random() < 0.1:
            own["team"] = "t"
        yield (
            "items",
            {
                **own,
                "created_at": chance.choice([None, at, at - timedelta(hours=23, minutes=59)]),
                "started_at": chance.choice([None, at, at, at + timedelta(days=2)]),
                "done_at": chance.choice([None, at + timedelta(days=30)]),
                "person_id": chance.choice([None, *PEOPLE, "bot"]),
                "deleted": chance.choice([None, False, False, True]),
            },
        )
        for event in range(6):
            yield (
                "item_events",
                {
                    **own,
                    "what": chance.choice(
                        ["started", "moved", "done", "prioritised", "prioritised"]
                    ),
                    "value": chance.choice(["", "high", "low", "höchst"]),
                    "happened_at": at + timedelta(hours=chance.choice([0, 0, 5, 200])),
                    "nr": event,
                    "run": 1,
                },
            )
