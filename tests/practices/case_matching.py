"""Compares what a case expects with what a use case answered, field by named field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np


def mismatches(expected: object, actual: object, where: str = "view") -> Iterator[str]:
    """Where `actual` differs from what is expected; fields that are not named do not count."""
    if isinstance(expected, Mapping):
        operators = [key for key in expected if str(key).startswith("$")]
        for key in operators:
            yield from OPERATORS[key](expected[key], actual, f"{where} {key}")
        for key in (key for key in expected if key not in operators):
            if isinstance(actual, Mapping):
                found = actual.get(key, MISSING)
            else:
                found = getattr(actual, str(key), MISSING)
            yield from mismatches(expected[key], found, f"{where}.{key}")
    elif isinstance(expected, list):
        if not is_list(actual) or len(actual) != len(expected):
            yield f"{where}: expected {len(expected)} items, got {actual!r}"
            return
        for nr, (want, found) in enumerate(zip(expected, actual, strict=True)):
            yield from mismatches(want, found, f"{where}[{nr}]")
    elif not same(expected, actual):
        yield f"{where}: expected {expected!r}, got {actual!r}"


MISSING = "(no such field)"


def is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def same(expected: object, actual: object) -> bool:
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(expected, float) and isinstance(actual, int | float):
        return bool(np.isclose(expected, actual, rtol=1e-9, atol=0))
    if isinstance(expected, datetime | date):
        return plain_time(expected) == plain_time(actual)
    return bool(expected == actual)


def each_found(wanted: list[object], actual: Any, where: str) -> Iterator[str]:
    for want in wanted:
        if not is_list(actual) or all(any(mismatches(want, item)) for item in actual):
            yield f"{where}: nothing like {want!r} in {actual!r}"


def none_found(unwanted: list[object], actual: Any, where: str) -> Iterator[str]:
    for want in unwanted:
        if not is_list(actual) or any(not any(mismatches(want, item)) for item in actual):
            yield f"{where}: {want!r} in {actual!r}"


def near(wanted: list[float], actual: Any, where: str) -> Iterator[str]:
    value, within = wanted
    if not isinstance(actual, int | float) or abs(actual - value) > within:
        yield f"{where}: expected {value} within {within}, got {actual!r}"


def holds(text: str, actual: Any, where: str) -> Iterator[str]:
    if not isinstance(actual, str) or text not in actual:
        yield f"{where}: {text!r} is not in {actual!r}"


def is_type(name: str, actual: Any, where: str) -> Iterator[str]:
    if type(actual).__name__ != name:
        yield f"{where}: expected {name}, got {actual!r}"


def has_length(length: int, actual: Any, where: str) -> Iterator[str]:
    if not is_list(actual) or len(actual) != length:
        yield f"{where}: expected {length} items, got {actual!r}"


OPERATORS = {
    "$each": each_found,
    "$none": none_found,
    "$near": near,
    "$has": holds,
    "$type": is_type,
    "$length": has_length,
}


def plain_time(value: object) -> object:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
