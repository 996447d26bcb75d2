"""Readings that die: after so many pages nothing of ours runs any more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundplan.facts.raw import Raw


class Killed(BaseException):
    """As a kill: nothing of ours runs after it."""


def read_at_most(raw: Raw, read: Callable[[], object], most: int) -> bool:
    """Read some pages and die; whether there was more to read."""
    kept, whole = 0, raw.append

    def append(*args: Any, **more: Any) -> int:
        nonlocal kept
        kept += 1
        if kept > most:
            raise Killed
        return whole(*args, **more)

    raw.append = append  # type: ignore[method-assign]
    try:
        read()
    except Killed:
        return True
    finally:
        del raw.append
    return False
