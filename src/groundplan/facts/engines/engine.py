"""The seam to query engines: what a signal may ask of one, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from groundplan.facts.engines.duckdb import Columns

T = TypeVar("T")


class Spread(Protocol):
    """Does each task on some worker, perhaps more than once; the results in the tasks' order."""

    def __call__(self, work: Callable[[Any], T], tasks: Sequence[Any]) -> list[T]:
        """The results."""


class Engine(Protocol):
    """Runs SQL in the common subset (docs/architecture.md) over tables; every engine alike."""

    def query(self, sql: str, params: Mapping[str, object] | None = None) -> Columns:
        """Run one SQL text; a column of each name, nulls masked."""

    def rows(self, sql: str, params: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """Run one SQL text; its rows as Python values, nulls as None."""

    def lend(self, table: str, columns: Columns) -> None:
        """Let this connection alone read `columns` as a table of that name, until it is closed."""

    def cursor(self) -> Engine:
        """A second connection to the same tables, for another thread."""

    def close(self) -> None:
        """Release what the connection holds."""
