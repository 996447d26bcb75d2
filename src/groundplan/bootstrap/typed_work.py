"""What people said that becomes facts, followed as the journal grows: work, weeks, times, links."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime

from groundplan.facts.erasure import Mask
from groundplan.facts.said import Said
from groundplan.facts.work import ITEM_EVENTS
from groundplan.records.journal import ERASURES, Entry, Journal, Visibility
from groundplan.records.roster import STREAM as ROSTER_STREAM
from groundplan.records.stuck import STREAM as STUCK_STREAM
from groundplan.sources.journal.calendars import shape_weeks, tells_weeks
from groundplan.sources.journal.links import shape_links
from groundplan.sources.journal.shape import PREFIX, shape_work
from groundplan.sources.journal.spells import shape_spells

PAGE = 10_000  # entries read at a time


class TypedWork:
    """The entries that become facts; only new ones are ever read.

    Work is what a team may read. Calendars and times of being stuck are private to their owners,
    who said that they count: they reach nothing but sums over five people and more, and not before
    the next day (UTC), so that they make at most one mart a day.
    """

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._clock = clock
        self._work: tuple[Entry, ...] = ()
        self._own: tuple[Entry, ...] = ()
        self._roster: tuple[Entry, ...] = ()
        self._seen = 0
        self._erasures = 0
        self._own_mark = (date.min, "")
        self._following = threading.Lock()  # every request asks

    def mark(self) -> str:
        """What differs whenever other facts were said; "" while there are none."""
        self._follow()
        today = self._clock().date()
        if self._own_mark[0] != today:
            self._own_mark = today, self._digest_own()
        newest, own = self._work[-1].seq if self._work else 0, self._own_mark[1]
        return f"{newest}.{self._erasures}{own}" if newest or own else ""

    def _digest_own(self) -> str:
        """A digest of what people let count; "" while nobody does."""
        own = self._before_today(self._own)
        weeks = [(each.seq, each.owner) for each in own if tells_weeks(each)]
        spells = shape_spells(own, None)
        if not weeks and not len(spells["seen"]):
            return ""
        links = len(self._before_today(self._roster))
        told = (weeks, [column.tolist() for column in spells.values()], links)
        return "-" + hashlib.sha256(repr(told).encode()).hexdigest()[:8]

    def said(self, mask: Mask) -> Said:
        """What was said so far, covered for whoever was erased."""
        self._follow()
        # somebody else may have typed the name of whoever was erased
        events = mask.cover(ITEM_EVENTS, shape_work(self._work)) if self._work else None
        own, roster = self._before_today(self._own), self._before_today(self._roster)
        return Said(events, shape_weeks(own), shape_spells(own, self._clock()), shape_links(roster))

    def _before_today(self, entries: Sequence[Entry]) -> list[Entry]:
        today = self._clock().date()
        return [entry for entry in entries if entry.at.date() < today]

    def _follow(self) -> None:
        with self._following:
            erasures = self._journal.version(ERASURES)
            if erasures != self._erasures:  # words that were read before may be gone
                self._work = self._own = self._roster = ()
                self._seen, self._erasures, self._own_mark = 0, erasures, (date.min, "")
            while page := self._journal.read_all(self._seen, PAGE):
                self._seen = page[-1].seq
                self._work += tuple(filter(_tells_work, page))
                self._own += tuple(filter(_tells_times, page))
                self._roster += tuple(filter(_tells_links, page))


def _tells_work(entry: Entry) -> bool:
    hidden = entry.erased or entry.visibility is Visibility.PRIVATE
    return entry.stream.startswith(PREFIX) and not hidden


def _tells_times(entry: Entry) -> bool:
    return not entry.erased and (entry.stream == STUCK_STREAM or tells_weeks(entry))


def _tells_links(entry: Entry) -> bool:
    return not entry.erased and entry.stream == ROSTER_STREAM
