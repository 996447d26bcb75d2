"""The work that was typed here, followed as the journal grows."""

from __future__ import annotations

import threading

from groundplan.facts.engines.duckdb import Columns
from groundplan.records.journal import ERASURES, Entry, Journal, Visibility
from groundplan.sources.journal.shape import PREFIX, shape_work

PAGE = 10_000  # entries read at a time


class TypedWork:
    """The entries of the streams of work that a team may read; only new ones are ever read."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._entries: tuple[Entry, ...] = ()
        self._seen = 0
        self._erasures = 0
        self._following = threading.Lock()  # every request asks

    def mark(self) -> str:
        """What differs whenever other work was typed; "" while there is none."""
        entries = self._follow()
        return f"{entries[-1].seq}.{self._erasures}" if entries else ""

    def events(self) -> Columns | None:
        """The events of what was typed so far, None if nothing was."""
        entries = self._follow()
        return shape_work(entries) if entries else None

    def _follow(self) -> tuple[Entry, ...]:
        with self._following:
            erasures = self._journal.version(ERASURES)
            if erasures != self._erasures:  # words that were read before may be gone
                self._entries, self._seen, self._erasures = (), 0, erasures
            while page := self._journal.read_all(self._seen, PAGE):
                self._seen = page[-1].seq
                self._entries += tuple(entry for entry in page if _tells_work(entry))
            return self._entries


def _tells_work(entry: Entry) -> bool:
    hidden = entry.erased or entry.visibility is Visibility.PRIVATE
    return entry.stream.startswith(PREFIX) and not hidden
