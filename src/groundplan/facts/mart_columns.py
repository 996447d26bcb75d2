"""The short words in which the mart's tables are declared."""

from __future__ import annotations

from groundplan.facts.kinds import Column, FactKind, Type


def declare(name: str, grain: str, key: str, columns: dict[str, tuple[Type, str]]) -> FactKind:
    """A table of the mart, its columns by name with type and meaning; key: names, by spaces."""
    declared = tuple(Column(column, *meaning) for column, meaning in columns.items())
    return FactKind(name, 1, grain, declared, tuple(key.split()))


T, I, B, X = Type.TEXT, Type.INTEGER, Type.BIGINT, Type.BOOLEAN  # noqa: E741 - a table of letters
AT, ON, F = Type.TIMESTAMP, Type.DATE, Type.DOUBLE
