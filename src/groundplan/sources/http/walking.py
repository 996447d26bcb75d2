"""Lists that are read by time, oldest first: a place in time never shifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from groundplan.sources.http.rows import moment

Thing: TypeAlias = dict[str, Any]
SLACK: Final = timedelta(minutes=2)  # between a server's machines


@dataclass(frozen=True, slots=True)
class Walk:
    """How a list is read. key: what a thing is known by; many: a page.

    made, changed: the fields that say when; made is "" where the server cannot order by it. ask: a
    page of the things since a moment ("" for all) by one of the two, oldest first, by its number.
    """

    key: str
    made: str
    changed: str
    many: int
    ask: Callable[[str, str, int], list[Thing]]

    def read(self, place: Thing, server_now: datetime) -> Iterator[list[Thing]]:
        """All things once, by when they were made; then, and from then on, those that changed.

        place: how far it was read, to be kept with each page; JSON.
        """
        if not place.get("read"):
            place.setdefault("begun", (server_now - SLACK).isoformat())
            if self.made:
                yield from self._since(place, self.made)
            place.update(read=True, page=1, known={})
            place["since"] = place.pop("begun") if self.made else ""
            yield []
        yield from self._since(place, self.changed)

    def _since(self, place: Thing, by: str) -> Iterator[list[Thing]]:
        """Things from a moment on, in order; those of that moment are known and left out.

        Where more are of one moment than fit a page, what changes meanwhile moves the pages. So
        they are read until nothing new is among them, before the moment is left.
        """
        place.update(page=1, clean=True)
        more = True
        while more:
            since, known = place.setdefault("since", ""), place.setdefault("known", {})
            told = self.ask(by, since, place["page"])
            # a server may mean a little earlier by "since"
            found = [one for one in told if self.key in one and not _earlier(_at(one, by), since)]
            fresh = [one for one in found if known.get(str(one[self.key])) != self._told(one)]
            place["clean"] = place["clean"] and not fresh
            more = self._turn(place, found, by, more=len(told) >= self.many)
            yield fresh

    def _turn(self, place: Thing, found: list[Thing], by: str, *, more: bool) -> bool:
        """Move the place on after a page; whether there is another."""
        since, known = place["since"], place["known"]
        known.update((str(one[self.key]), self._told(one)) for one in found)
        newest = max((_at(one, by) for one in found), default="")
        newer = bool(newest) and (not since or _later(newest, since))
        if more and not newer:
            place["page"] += 1
            return True
        again = place["page"] > 1 and not place["clean"]
        if newer and not again:
            same = {str(one[self.key]) for one in found if one.get(by) == newest}
            kept = {key: told for key, told in known.items() if key in same}
            place.update(since=newest, known=kept)
        place.update(page=1, clean=True)
        return more or again

    def _told(self, thing: Thing) -> str:
        return _at(thing, self.changed) or _at(thing, self.made)


def _at(thing: Thing, by: str) -> str:
    return str(thing.get(by) or "")


def _earlier(one: str, other: str) -> bool:
    first, second = moment(one), moment(other)
    return first is not None and second is not None and first < second


def _later(one: str, other: str) -> bool:
    first, second = moment(one), moment(other)
    return first is not None and (second is None or first > second)
