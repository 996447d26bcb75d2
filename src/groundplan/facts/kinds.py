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
    ingested again. accounts: pairs of columns, name and e-mail, that say who. texts: columns in
    which somebody may be named with their address. Both are what an erasure reaches.
    """

    name: str
    version: int
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column stands twice in {names}")
        if missing := {*self.key, *self.personal} - set(names):
            raise ValueError(f"{self.name}: {sorted(missing)} are not columns")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(column.name for column in self.columns)

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns that may name somebody."""
        return (*(name for pair in self.accounts for name in pair), *self.texts)

    @property
    def says_only_who(self) -> bool:
        """Whether a row says nothing but which accounts are whose."""
        return bool(self.accounts) and set(self.column_names) == {*self.key, *self.personal}
