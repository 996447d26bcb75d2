"""Open work in the order in which it will be done, as milestones where items are part of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.trackers import Item, Tracker, list_trackers, read_tracker
from groundplan.facts.work import RESEARCH, class_of

_PARENTS: Final = """
select c.item_id, p.item_id, coalesce(p.title, p.item_id) from items c
join items p on p.source = c.source and p.item_id = c.parent_id
where c.source = :source and list_contains(:teams, coalesce(p.team, ''))
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """The open work that new work of a class would compete with.

    name: of the class. ends: by name the place of the last item of a milestone, or of an item that
    is part of none; rising.
    """

    tracker: Tracker
    name: str
    ends: tuple[tuple[str, int], ...]


def read_plan(
    mart: DuckDB, teams: Collection[str], title: str, now: datetime, named: Mapping[str, str]
) -> Plan | None:
    """The busiest tracker's open work of the class that `title` speaks of; None without a tracker.

    named: milestones by links to what is part of them, as they were defined here; they come before
    an item's own parent.
    """
    sources = list_trackers(mart, teams)
    if not sources:
        return None
    tracker = read_tracker(mart, sources[0], teams, now)
    name = tracker.class_of(Item("", title, class_of("", "", title) == RESEARCH))
    given = {"source": sources[0], "teams": sorted(teams)}
    parents = {child: (parent, said) for child, parent, said in mart.rows(_PARENTS, given)}
    known = {_key(link): outcome for link, outcome in named.items()}
    ends: dict[str, tuple[str, int]] = {}
    rivals = [item for item in tracker.open if tracker.class_of(item) == name]
    milestones = {parents[item.item_id][0] for item in rivals if item.item_id in parents}
    for place, item in enumerate(rivals, start=1):
        above = [item.item_id]
        while above[-1] in parents:  # no circle: the mart has cut it
            above.append(parents[above[-1]][0])
        outcome = next((known[_key(each)] for each in above if _key(each) in known), None)
        key, said = parents.get(item.item_id, (item.item_id, item.title))
        if outcome is not None:
            ends[f"/{outcome}"] = (outcome, place)
        elif item.item_id not in milestones:  # it is done when its last item is
            ends[key] = (said, place)
    return Plan(tracker, name, tuple(sorted(ends.values(), key=lambda row: row[1])))


def _key(link: str) -> str:
    """An item's key as links name it: AB-12, #12 or an address that ends with either."""
    return link.casefold().rstrip("/").rpartition("/")[2].lstrip("#!")
