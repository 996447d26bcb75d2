"""What was computed from facts that have not moved since; a page is computed once a snapshot."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Kept = TypeVar("Kept")


class Memory:
    """The newest `most` results by key; two threads never compute the same one twice."""

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._locks: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def recall(self, key: Hashable, compute: Callable[[], Kept]) -> Kept:
        """The result under `key`, computed if it is not there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: Kept = self._kept[key]
                return found
            turn = self._locks.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    again: Kept = self._kept[key]
                    return again
            result = compute()
            with self._lock:
                self._kept[key] = result
                self._locks.pop(key, None)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return result
