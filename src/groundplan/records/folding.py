"""Folds: what the entries of a stream amount to, kept by version so that only news is read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from groundplan.records.journal import Entry, Journal

MOST_STATES: Final = 20_000

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Fold(Generic[State]):
    """A pure fold over entries. name: unique; step: never changes the state it is given."""

    name: str
    initial: State
    step: Callable[[State, Entry], State]


class Folds:
    """States by fold, stream and reader; safe for threads.

    A state may not keep erased words: an erasure, anywhere, makes all states be folded anew.
    noted: what this process knows to be written already, so that it is not written again.
    """

    def __init__(self, journal: Journal, most: int = MOST_STATES) -> None:
        self._journal = journal
        self._most = most
        self._lock = threading.Lock()
        self._erasures = 0
        self._states: OrderedDict[Hashable, tuple[int, Any]] = OrderedDict()
        self.noted: set[Hashable] = set()

    def fold(
        self,
        stream: str,
        fold: Fold[State],
        *,
        reader: Hashable = None,
        sees: Callable[[Entry], Entry | None] = lambda entry: entry,
    ) -> State:
        """The state of `stream` now.

        sees: what a reader gets of an entry, None for nothing; `reader` names it in the cache.
        """
        key = (fold.name, stream, reader)
        state: State
        with self._lock:
            version, state = self._states.get(key, (0, fold.initial))
            known = self._erasures
        erasures, entries = self._journal.news(stream, version)
        if erasures != known:
            self._forget(erasures)
            version, state = 0, fold.initial
            erasures, entries = self._journal.news(stream, version)
        for entry in entries:
            version = entry.version
            seen = None if entry.erased else sees(entry)
            if seen is not None:
                state = fold.step(state, seen)
        self._keep(key, version, state, erasures)
        return state

    def _forget(self, erasures: int) -> None:
        with self._lock:
            if erasures > self._erasures:
                self._states.clear()
                self._erasures = erasures

    def _keep(self, key: Hashable, version: int, state: object, erasures: int) -> None:
        with self._lock:
            # whoever read before an erasure must not bring the words back after it
            if erasures != self._erasures:
                return
            if key not in self._states or self._states[key][0] < version:
                self._states[key] = (version, state)
            self._states.move_to_end(key)
            if len(self._states) > self._most:
                self._states.popitem(last=False)
