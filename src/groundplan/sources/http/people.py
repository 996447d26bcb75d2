"""Accounts as the facts know people, whatever server told of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

ERASED: Final = "erased-"  # how a pseudonym begins


class Face(NamedTuple):
    """A name and address as a row has them; both empty for a deleted account."""

    name: str
    email: str


NOBODY: Final = Face("", "")


def objects_in(data: Any) -> Iterator[dict[str, Any]]:
    """Every JSON object of a reply, the outer ones first."""
    if isinstance(data, dict):
        yield data
        for value in data.values():
            yield from objects_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from objects_in(value)
