"""When two engines' answers are the same: values to 1e-9, whatever the order of rows."""

from __future__ import annotations

import dataclasses
import math
from datetime import date, datetime
from typing import Any

import numpy as np

from groundplan.facts.engines.duckdb import Columns

CLOSE = 1e-9


def rows_of(columns: Columns) -> list[tuple[Any, ...]]:
    """Columns as sorted rows of plain values, nulls as None."""
    lists = [[plain(value) for value in np.ma.asarray(c).tolist()] for c in columns.values()]
    return sorted(zip(*lists, strict=True), key=lambda row: [order(value) for value in row])


def plain(value: object) -> object:
    """A value without its engine: whole numbers and moments have several types."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day).isoformat()
    if isinstance(value, float) and math.isnan(value):
        return None
    return value


def order(value: Any) -> tuple[int, Any]:
    """Sorts nulls first, and shares that differ by rounding alike; whole numbers by all digits."""
    if value is None:
        return 0, 0
    if isinstance(value, float) and not value.is_integer():
        return 1, float(f"{value:.7g}")
    return (1, int(value)) if isinstance(value, int | float) else (2, str(value))


def differ(one: Any, other: Any, at: str = "") -> list[str]:
    """Where two values, however deep, are not the same."""
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        names = [field.name for field in dataclasses.fields(one)]
        return [d for n in names for d in differ(getattr(one, n), getattr(other, n), f"{at}.{n}")]
    if isinstance(one, list | tuple):
        if len(one) != len(other):
            return [f"{at}: {len(one)} against {len(other)}"]
        pairs = zip(one, other, strict=True)
        return [d for nr, (a, b) in enumerate(pairs) for d in differ(a, b, f"{at}[{nr}]")]
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    same = math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE) if numbers else one == other
    return [] if same else [f"{at}: {one!r} against {other!r}"]
