"""The work items that links name, with all that is part of them, and their places in the plan."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from typing import Any, Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.trackers import Tracker, list_trackers, read_tracker

_UNDER: Final = """
with recursive readable as (
  select item_id, parent_id, done_at is not null as finished, created_at from items
  where source = :source and list_contains(:teams, coalesce(team, ''))
    and not coalesce(deleted, false)
    and dropped_at is null and coalesce(stage, 'todo') <> 'dropped'
), under as (
  select item_id from readable where list_contains(:names, lower(item_id))
  union
  select r.item_id from readable r join under u on r.parent_id = u.item_id
)
select r.item_id, r.finished, coalesce(r.created_at >= :since, false)
from readable r join under u on u.item_id = r.item_id
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What is open of the linked items in one class of one tracker.

    tracker, name: which, and of which class. open: how many; last: the place of the last of them
    among the class's open items, in the order of the plan; last_without: the place if the items
    that may be left out were, 0 if none remains.
    """

    tracker: Tracker = field(repr=False)
    name: str
    open: int
    last: int
    last_without: int


@dataclass(frozen=True, slots=True)
class Linked:
    """The items that links name. joined: created since a day; parts: those with open items."""

    items: int
    finished: int
    joined: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """What a plan names: what it needs, what may be left out of it, and what was already.

    A link names an item by its key (AB-12), its number (#12) or an address that ends with either.
    """

    needed: Sequence[str]
    optional: Sequence[str] = ()
    dropped: Sequence[str] = ()


def find_linked(
    mart: DuckDB, teams: Collection[str], links: Links, since: date, now: datetime
) -> Linked:
    """The items that links name and all below them, of every tracker that some teams may read.

    What is optional or dropped takes all below it along, unless something needed is among it.
    since: the day from which items count as joined. Not counted: what was deleted or given up.
    """
    items = finished = joined = 0
    parts: list[Part] = []
    for source in list_trackers(mart, teams) if links.needed or links.optional else ():
        given = {"source": source, "teams": sorted(teams), "since": datetime.combine(since, time())}
        under = partial(_under, mart, given)
        dropped = _without(links.dropped, links.needed, under)
        optional = _without(links.optional, links.needed, under)
        named = under([*links.needed, *links.optional])
        mine = {item: told for item, told in named.items() if item not in dropped}
        items, finished = items + len(mine), finished + sum(told[0] for told in mine.values())
        joined += sum(told[1] for told in mine.values())
        if mine:
            tracker = read_tracker(mart, source, teams, now)
            parts += _place(tracker, frozenset(mine), optional, dropped)
    return Linked(items, finished, joined, tuple(parts))


def _under(mart: DuckDB, given: dict[str, Any], links: Sequence[str]) -> dict[str, Any]:
    rows = mart.rows(_UNDER, {**given, "names": _names(links)})
    return {row[0]: row[1:] for row in rows}


def _without(
    links: Sequence[str], needed: Sequence[str], under: Callable[[Sequence[str]], dict[str, Any]]
) -> frozenset[str]:
    kept = set(_names(needed))
    below = [under([link]) for link in links]
    return frozenset(
        item for found in below if kept.isdisjoint(map(str.lower, found)) for item in found
    )


def _place(
    tracker: Tracker, mine: frozenset[str], optional: frozenset[str], dropped: frozenset[str]
) -> Iterator[Part]:
    for name in tracker.classes:
        queue = [
            item.item_id
            for item in tracker.open
            if tracker.class_of(item) == name and item.item_id not in dropped
        ]
        places = [place for place, item in enumerate(queue, 1) if item in mine]
        lean = [item for item in queue if item not in optional]
        left = [place for place, item in enumerate(lean, 1) if item in mine]
        if places:
            yield Part(tracker, name, len(places), places[-1], max(left, default=0))


def _names(links: Sequence[str]) -> list[str]:
    tails = [link.casefold().rstrip("/").rpartition("/")[2] for link in links]
    return sorted({name for tail in tails for name in (tail, tail.lstrip("#!")) if name})
