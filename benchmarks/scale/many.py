"""The mart's tables of many repositories, of any size, as Parquet: same size, same rows.

One repository comes from benchmarks/pages/synthetic_mart.py, with the skew that makes histories
hard (files by a power law, people who come and go, a few very large commits). The others have its
shape, each with a name and with people of its own out of all; so groups by week, file and person
are as uneven as in the first.
"""

from __future__ import annotations

import sys
from pathlib import Path

from groundplan.facts.engines.duckdb import DuckDB, copy_parquet
from groundplan.facts.mart_tables import TABLES

sys.path.insert(0, str(Path(__file__).parents[1] / "pages"))

from synthetic_mart import Size, generate

CHANGES_A_REPOSITORY = 100_000
REPOSITORIES_A_FILE = 10
PEOPLE = 20_000
BOTS_EVERY = 60  # as in the first repository: every 60th is a bot, in the others too
BASE = Size(CHANGES_A_REPOSITORY, people=600, files=8_000, areas=20, items=20_000)
EACH = ("commits", "credits", "changes", "files", "areas", "area_weeks", "landings", "repos")
ONCE = ("items", "item_events")


def write_tables(folder: Path, changes: int) -> None:
    """Write the tables below `folder`, a file for ten repositories each."""
    engine = DuckDB()
    base = folder / "base.duckdb"
    folder.mkdir(parents=True)
    generate(base, BASE)
    engine.execute(f"attach '{base}' as base (read_only)")
    for table in TABLES:
        (folder / table.name).mkdir()
    repositories = max(1, changes // CHANGES_A_REPOSITORY)
    for first in range(0, repositories, REPOSITORIES_A_FILE):
        last = min(first + REPOSITORIES_A_FILE, repositories)
        for table in TABLES:
            if table.name in EACH:
                path = folder / table.name / f"{first:06}.parquet"
                copy_parquet(engine, table, _copies(table.name, table.column_names, first, last),
                             path)  # fmt: skip
    for table in TABLES:
        if table.name in ONCE:
            path = folder / table.name / "0.parquet"
            copy_parquet(engine, table, f"base.{table.name}", path)
        if table.name == "people":
            path = folder / table.name / "0.parquet"
            everybody = (
                "(select 'p' || i as person_id, 'Person ' || i as name, case when i % "
                f"{BOTS_EVERY} = 0 then 'bot' else 'human' end as actor, '' as kind_reason "
                f"from range({PEOPLE}) t(i))"
            )
            copy_parquet(engine, table, everybody, path)
    engine.close()
    base.unlink()


def _copies(table: str, columns: tuple[str, ...], first: int, last: int) -> str:
    person = f"(cast(substr(person_id, 2) as integer) + k * {BOTS_EVERY}) % {PEOPLE}"
    repo = "printf('r%06d', k)"
    own = {"repo": repo, "name": repo, "person_id": f"'p' || {person}"}
    chosen = ", ".join(f"{own[c]} as {c}" if c in own else c for c in columns)
    some = f"range({first}, {last}) t(k), base.{table} x"
    return f"(select {chosen} from {some} order by k, x.rowid)"
