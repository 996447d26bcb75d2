"""Items in the order to do them, each with its days: what a change of the order costs whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

from groundplan.inference.forecasts.claims import claim_days
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import Days

LEVELS: Final = (0.5, 0.85, 0.95)  # the three versions of a timeline
_Dates: TypeAlias = tuple[date | None, ...]
_NOWHERE: Final[_Dates] = (None,) * len(LEVELS)


@dataclass(frozen=True, slots=True)
class Planned:
    """An item that is to be done. name: of its class, whose pace finishes it."""

    item_id: str
    title: str
    name: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where an item stands in a plan, and its days; None where nothing can be promised.

    name: of its class. shift_days: how much later its 85% day is than it was.
    """

    place: int
    item_id: str
    title: str
    name: str
    on_50: date | None
    on_85: date | None
    on_95: date | None
    was_85: date | None
    shift_days: Days | None


def reorder(
    items: Sequence[str], new: Sequence[str], first: Sequence[str], without: Sequence[str]
) -> list[str]:
    """The items that are to be done: new ones that are not ordered, the ordered, then the rest."""
    every = list(dict.fromkeys([*new, *first, *items]))
    fresh = [item for item in new if item not in set(first)]
    front = dict.fromkeys([*fresh, *first])
    gone = set(without)
    return [item for item in [*front, *(i for i in every if i not in front)] if item not in gone]


def move(items: Sequence[str], moves: Sequence[tuple[str, int]]) -> list[str]:
    """The items after some were moved, one after the other, to places from 1 on.

    Nearest to a place that is not there, the first or the last is taken.
    """
    order = list(items)
    for item, place in moves:
        order.remove(item)
        order.insert(max(place - 1, 0), item)
    return order


def name_moved(order: Sequence[str], usual: Sequence[str]) -> Sequence[str]:
    """The items that have to be named for an order, as the others follow as usual."""
    same = 0
    for one, other in zip(reversed(order), reversed(usual), strict=False):
        if one != other:
            break
        same += 1
    return order[: len(order) - same]


def place_items(
    plan: Sequence[Planned],
    before: Sequence[Planned],
    futures: Mapping[str, Forecast | Unknown],
    until: date,
    capacity: Sequence[float] = (),
) -> list[Placed]:
    """Every item of a plan with its days, beside the 85% day of the plan before.

    plan, before: in the order of work; an item waits for those of its class only.
    futures: of each class. until: the day that ends the history. capacity: as `Forecast.chance`,
    for the plan alone.
    """
    counts = [Counter(item.name for item in part) for part in (plan, before)]
    most = {name: n for name, n in (counts[0] | counts[1]).items() if name in futures}
    usual = _claim_places(most, futures, until, ())
    worked = _claim_places(most, futures, until, capacity) if capacity else usual
    was, now = _assign(before, usual), _assign(plan, worked)
    placed = []
    for nr, item in enumerate(plan, 1):
        on_50, on_85, on_95 = now.get(item.item_id, _NOWHERE)
        was_85 = was.get(item.item_id, _NOWHERE)[1]
        shift = (on_85 - was_85).days if on_85 and was_85 else None
        told = (item.item_id, item.title, item.name)
        placed.append(Placed(nr, *told, on_50, on_85, on_95, was_85, shift))
    return placed


def _claim_places(
    most: Mapping[str, int],
    futures: Mapping[str, Forecast | Unknown],
    until: date,
    capacity: Sequence[float],
) -> dict[str, list[_Dates]]:
    """By class the days of the items at so many places."""
    return {
        name: claim_days(ahead, range(1, places + 1), LEVELS, until, capacity)
        for name, places in most.items()
        if not isinstance(ahead := futures[name], Unknown)
    }


def _assign(plan: Sequence[Planned], days: Mapping[str, Sequence[_Dates]]) -> dict[str, _Dates]:
    """Each item's days, by its place among those of its class."""
    left = {name: iter(each) for name, each in days.items()}
    return {item.item_id: next(left[item.name]) for item in plan if item.name in left}
