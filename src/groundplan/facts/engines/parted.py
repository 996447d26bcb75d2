"""A mart of many repositories, read: a question about one of them costs what it does in a mart of
one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text, read_parquet
from groundplan.facts.engines.spark_tables import file_of
from groundplan.facts.kinds import FactKind

if TYPE_CHECKING:
    import duckdb

PARTS: Final = "parts"


class Parted(DuckDB):
    """A mart, whose large tables may lie in parts beside it: each part a schema of views.

    A question with the parameter :repo sees of these tables the part of that repository alone, so
    that the files of the others are not even opened. It may ask of no other repository there.
    """

    def __init__(self, path: Path, beside: Path) -> None:
        super().__init__(path, read_only=True, beside=beside)
        self._lends = False
        known = f"select 1 from information_schema.tables where table_name = '{PARTS}'"
        self._parts: dict[object, str] = {}
        if self.rows(known):
            self._parts = dict(self.rows(f"select repo, part from {PARTS}"))

    def lend(self, table: str, columns: Columns) -> None:
        """Let this connection alone read `columns` as a table of that name, until it is closed."""
        super().lend(table, columns)
        self._lends = True

    def _connected(self, given: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        part = self._parts.get(given.get("repo"))
        if part is None or self._lends:  # what is lent another connection does not see
            return self._connection
        other = self._connection.cursor()
        other.execute(f"set search_path = '{part},main'")
        return other


def make_parts(mart: DuckDB, tables: Sequence[FactKind], parts: Sequence[Sequence[str]]) -> None:
    """Let a mart have tables that lie beside it. parts: the repositories of each, by its number."""
    mart.execute("begin")
    for nr in range(len(parts)):
        mart.execute(f"create schema part{nr}")
        for table in tables:
            _view(mart, f"part{nr}.{table.name}", table, [nr])
    for table in tables:
        _view(mart, table.name, table, range(len(parts)))
    mart.execute("commit")
    pairs = [(repo, f"part{nr}") for nr, repos in enumerate(parts) for repo in repos]
    repos, names = ([pair[side] for pair in pairs] for side in (0, 1))
    mart.load(PARTS, {"repo": as_text(repos), "part": as_text(names)})


def _view(mart: DuckDB, name: str, table: FactKind, parts: Sequence[int]) -> None:
    files = read_parquet([file_of(table, nr) for nr in parts], table)
    mart.execute(f"create or replace view {name} as select * from {files}")
