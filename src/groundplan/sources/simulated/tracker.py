"""A simulated team's work items as the export of a tracker: a CSV file, a row an item."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final

from groundplan.sources.simulated.history import key_of
from groundplan.sources.simulated.items import BUG, Items
from groundplan.sources.simulated.people import Engineer
from groundplan.sources.simulated.worlds import World

COLUMNS: Final = (
    "key", "type", "title", "status", "created", "started", "done", "canceled", "updated",
    "assignee", "email", "priority", "labels", "low estimate days", "high estimate days",
)  # fmt: skip


def write_items(
    world: World, items: Items, people: Sequence[Engineer], areas: Sequence[str]
) -> str:
    """What the tracker would export on the world's last day."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    last = 7.0 * world.weeks
    begin = datetime.combine(world.starts_on, time(), UTC)
    for nr in range(len(items)):
        writer.writerow(_row(items, nr, people, areas, begin, last))
    return stream.getvalue()


def _row(
    items: Items,
    nr: int,
    people: Sequence[Engineer],
    areas: Sequence[str],
    begin: datetime,
    last: float,
) -> list[str]:
    told = {
        name: (begin + timedelta(days=at)).isoformat(timespec="seconds")
        for name, at in _moments(items, nr).items()
        if at < last
    }
    who = people[items.owner[nr]] if "started" in told else None
    sort = items.sort_of(nr)
    return [
        key_of(nr),
        sort,
        items.title(nr),
        _state(told),
        told["created"],
        told.get("started", ""),
        told.get("done", ""),
        told.get("canceled", ""),
        max(told.values()),
        who.name if who else "",
        who.email if who else "",
        "high" if sort == BUG and items.form[nr] % 3 == 0 else "normal",
        areas[items.area[nr]],
        f"{items.low_days[nr]:g}",
        f"{items.high_days[nr]:g}",
    ]


def _moments(items: Items, nr: int) -> dict[str, float]:
    """When what happens to an item does, also after the last day."""
    created, started = float(items.created[nr]), float(items.started[nr])
    if items.given_up[nr]:
        return {"created": created, "canceled": started}
    return {"created": created, "started": started, "done": float(items.landed[nr])}


def _state(told: dict[str, str]) -> str:
    for name, state in (("canceled", "Canceled"), ("done", "Done"), ("started", "In progress")):
        if name in told:
            return state
    return "To do"
