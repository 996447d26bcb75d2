"""DuckDB, in this process: writes Parquet from NumPy columns and runs the common SQL.

The common subset names parameters `:name`, which DuckDB spells `$name`. Both libraries are
imported where they are used: a look that finds nothing new answers sooner than they load.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from groundplan.facts.kinds import FactKind
from groundplan.terms.errors import SourceBroken, SourceDown

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

Columns: TypeAlias = "dict[str, npt.NDArray[Any]]"

_PARAMETER = re.compile(r"'(?:[^']|'')*'|(?<![:\w]):([a-z_]+)")  # not inside a text

PRELUDE = (
    "create or replace macro week_of(t) as cast(date_trunc('week', t) as date)",
    "create or replace macro days_between(a, b) as (epoch_us(b) - epoch_us(a)) / 86400000000.0",
    "create or replace macro hours_between(a, b) as (epoch_us(b) - epoch_us(a)) / 3600000000.0",
)


class DuckDB:
    """One connection to a DuckDB database (in memory unless `path` is given).

    beside: the folder of files that the database names without one.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        read_only: bool = False,
        threads: int | None = None,
        beside: Path | None = None,
    ) -> None:
        import duckdb  # noqa: PLC0415

        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if threads is not None:
            config["threads"] = threads
        try:
            self._connection = duckdb.connect(
                str(path) if path else ":memory:", read_only=read_only, config=config
            )
        except duckdb.Error as error:
            raise SourceBroken(
                f"{path}: {error}", "Delete the file; it is built again from the facts."
            ) from error
        if beside is not None:
            quoted = str(beside).replace("'", "''")
            self._connection.execute(f"set global file_search_path = '{quoted}'")
        if not read_only:
            for macro in PRELUDE:
                self._connection.execute(macro)

    def close(self) -> None:
        """Release the database."""
        self._connection.close()

    def cursor(self) -> Self:
        """A second connection to the same database, for another thread."""
        twin = copy.copy(self)
        twin._connection = self._connection.cursor()
        return twin

    def execute(self, sql: str, params: Mapping[str, object] | None = None) -> None:
        """Run a statement for its effect."""
        self._run(sql, params)

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Columns:
        """Run one SQL text; a column of each name, nulls masked."""
        return dict(self._run(sql, params).fetchnumpy())

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SQL text; its rows as Python values, nulls as None."""
        return self._run(sql, params).fetchall()

    def _run(self, sql: str, params: Mapping[str, object] | None) -> duckdb.DuckDBPyConnection:
        import duckdb  # noqa: PLC0415

        names = set(_PARAMETER.findall(sql))
        given = {name: value for name, value in (params or {}).items() if name in names}
        try:
            return self._connected(given).execute(_PARAMETER.sub(_dollar, sql), given or None)
        except duckdb.IOException as error:
            raise SourceDown(
                str(error), "Check the disk; nothing written before is lost."
            ) from error

    def _connected(self, given: Mapping[str, object]) -> duckdb.DuckDBPyConnection:
        """The connection for a question with these parameters."""
        return self._connection

    def load(self, table: str, columns: Columns) -> None:
        """Create `table` from NumPy columns (object arrays hold text, with None for null)."""
        self._create("table", table, columns)

    def lend(self, table: str, columns: Columns) -> None:
        """Let this connection alone read `columns` as a table of that name, until it is closed."""
        self._create("temp table", table, columns)

    def _create(self, what: str, table: str, columns: Columns) -> None:
        chosen = ", ".join(
            f"cast({name} as varchar) as {name}" if column.dtype == object else name
            for name, column in columns.items()
        )  # without a cast, a column of nothing but nulls would have no type
        self._connection.register("groundplan_columns", columns)
        try:
            self.execute(
                f"create or replace {what} {table} as select {chosen} from groundplan_columns"
            )
        finally:
            self._connection.unregister("groundplan_columns")


def _dollar(match: re.Match[str]) -> str:
    return f"${match.group(1)}" if match.group(1) else match.group(0)


def read_parquet(paths: Sequence[Path], kind: FactKind) -> str:
    """A SQL relation over the segments `paths` of one kind; empty but typed if there are none."""
    if not paths:
        columns = ", ".join(f"cast(null as {c.type}) as {c.name}" for c in kind.columns)
        return f"(select {columns} where false)"
    quoted = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    return f"(select {', '.join(kind.column_names)} from read_parquet([{quoted}]))"


def write_parquet(
    connection: DuckDB, kind: FactKind, columns: Columns, path: Path, beside: str = ""
) -> int:
    """Write one segment of `kind` to `path`; the number of rows.

    beside: a relation that has the kind's other columns, row by row in the same order.
    Raises SourceDown when the disk refuses, ValueError when columns do not fit the kind.
    """
    strange = set(columns) - set(kind.column_names)
    if strange or (len(columns) < len(kind.columns) and not beside):
        raise ValueError(f"{kind.name}: columns {sorted(columns)} are not {kind.column_names}")
    lengths = {len(column) for column in columns.values()}
    if len(lengths) != 1:
        raise ValueError(f"{kind.name}: columns of different lengths {sorted(lengths)}")
    joined = f"{beside} positional join groundplan_segment" if beside else "groundplan_segment"
    raw = connection._connection
    raw.register("groundplan_segment", columns)
    try:
        written = copy_parquet(connection, kind, joined, path)
    finally:
        raw.unregister("groundplan_segment")
    if written != (rows := lengths.pop()):
        raise ValueError(f"{kind.name}: {rows} rows stand beside {written}")
    return rows


def copy_parquet(connection: DuckDB, kind: FactKind, relation: str, path: Path) -> int:
    """Write a relation that has the columns of `kind` to `path`; the number of rows."""
    chosen = ", ".join(f"cast({c.name} as {c.type}) as {c.name}" for c in kind.columns)
    target = str(path).replace("'", "''")
    written = connection.rows(
        f"copy (select {chosen} from {relation}) to '{target}' "
        "(format parquet, compression zstd, compression_level 1)"
    )
    return int(written[0][0])


def empty_columns(kind: FactKind) -> dict[str, list[object]]:
    """A list for each column of `kind`, to be filled row by row."""
    return {name: [] for name in kind.column_names}


def as_columns(kind: FactKind, lists: Mapping[str, Sequence[object]]) -> Columns:
    """NumPy columns of Python lists, by the kind's types; None becomes null."""
    return {column.name: _array(column.type.value, lists[column.name]) for column in kind.columns}


def _array(sql_type: str, values: Sequence[object]) -> npt.NDArray[Any]:
    import numpy as np  # noqa: PLC0415

    if sql_type == "VARCHAR":
        return as_text([None if v is None else str(v) for v in values])
    if sql_type in ("TIMESTAMP", "DATE"):
        return np.array(
            [np.datetime64("NaT") if v is None else v for v in values],
            dtype="datetime64[us]" if sql_type == "TIMESTAMP" else "datetime64[s]",
        )
    dtype = {"INTEGER": "i4", "BIGINT": "i8", "DOUBLE": "f8", "BOOLEAN": "?"}[sql_type]
    mask = [v is None for v in values]
    if any(mask):
        filled = np.array([0 if v is None else v for v in values], dtype=dtype)
        return np.ma.masked_array(filled, mask=mask)
    return np.array(values, dtype=dtype)


def as_text(values: Sequence[str | None]) -> npt.NDArray[np.object_]:
    """A column of text; None is null."""
    import numpy as np  # noqa: PLC0415

    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column
