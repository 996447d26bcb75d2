"""The form of a fact: which columns a kind has, what they mean, and what identifies a row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """Column types in the common subset of DuckDB and Spark SQL. Times are UTC, zoneless."""

    TEXT = "VARCHAR"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    DOUBLE = "DOUBLE"
    BOOLEAN = "BOOLEAN"
    TIMESTAMP = "TIMESTAMP"
    DATE = "DATE"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name carries its unit (`_at`, `_minutes`); `meaning` is for readers."""

    name: str
    type: Type
    meaning: str


@dataclass(frozen=True, slots=True)
class FactKind:
    """One kind of fact.

    grain: what one row is. key: the columns that identify a row.
    version: raised whenever the same source would give other rows; older rows are then
    ingested again.
    """

    name: str
    version: int
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column stands twice in {names}")
        if missing := set(self.key) - set(names):
            raise ValueError(f"{self.name}: key columns {sorted(missing)} are not columns")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)
