"""One tracker's items as a forecast takes them: what was finished when, and what is open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from groundplan.facts.engines.duckdb import Columns, DuckDB, as_text
from groundplan.facts.mart_work import EVER
from groundplan.facts.work import ENGINEERING, ITEMS_PREFIX, JOURNAL, RESEARCH
from groundplan.facts.work_sql import ITEMS

EVERYTHING: Final = "all"  # the class of a tracker that does not tell its classes apart

# A team's items are its members'; what was deleted or given up is no work.
_READABLE: Final = (
    "list_contains(:teams, coalesce(team, '')) and not coalesce(deleted, false) "
    "and dropped_at is null and coalesce(stage, 'todo') <> 'dropped'"
)
_TRACKERS: Final = f"""
select source, count(done_at), count(*) filter (where coalesce(stage, 'todo') <> 'done')
from items where {_READABLE} group by source order by 2 desc, 3 desc, source
"""
_FINISHED: Final = f"""
select done_at as at, coalesce(class, 'unknown') = '{RESEARCH}' as research,
  coalesce(person_id, '') as person, coalesce(created_at, known_at) as joined
from items where source = :source and done_at is not null and {_READABLE} order by done_at, item_id
"""
# What was begun comes first, then what has waited longest.
_OPEN: Final = f"""
select item_id, coalesce(title, item_id), coalesce(class, 'unknown') = '{RESEARCH}',
  coalesce(created_at, known_at)
from items
where source = :source and done_at is null and coalesce(stage, 'todo') <> 'done' and {_READABLE}
order by coalesce(stage = 'doing', false) desc, started_at nulls last, created_at nulls last,
  item_id
"""
_UNTIL: Final = "select max(happened_at) from item_events where source = :source"
_LANDED: Final = """
select landed_at as at, false as research,
  case when actor = 'human' then coalesce(person_id, '') else '' end as person,
  coalesce(first_authored_at, landed_at) as joined
from landings where landed_week is not null and list_contains(:repos, repo)
order by landed_at, repo, landing_nr
"""


@dataclass(frozen=True, slots=True)
class Item:
    """An open item. joined_at: UTC, when it was created, or first known of; None where not told."""

    item_id: str
    title: str
    research: bool
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tracker:
    """What a tracker tells. open: in the order of the plan. until: its last day.

    done, research, person, joined_at: of each finished item when, of which class, whose ("" where
    not told), and when it was created or first known of (NaT where not told), shapes (n,).
    counted: what is counted, in words.
    """

    name: str
    counted: str
    until: date
    done: npt.NDArray[Any]
    research: npt.NDArray[np.bool_]
    person: npt.NDArray[np.object_] = field(repr=False)
    joined_at: npt.NDArray[Any] = field(repr=False)
    open: tuple[Item, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """Research apart from the rest where both were finished; else everything as one class."""
        told = self.research.any() and not self.research.all()
        return (ENGINEERING, RESEARCH) if told else (EVERYTHING,)

    def class_of(self, item: Item) -> str:
        """The class whose pace finishes an item."""
        if self.classes == (EVERYTHING,):
            return EVERYTHING
        return RESEARCH if item.research else ENGINEERING

    def finished(self, name: str) -> npt.NDArray[Any]:
        """When items of a class were finished."""
        return self.done[self._are(name)]

    def waiting(self, name: str) -> int:
        """How many items of a class are open."""
        return sum(self.class_of(item) == name for item in self.open)

    def joined(self, name: str) -> npt.NDArray[Any]:
        """When the items of a class joined, the open ones last; not later than they were done."""
        waiting = [one.joined_at for one in self.open if self.class_of(one) == name]
        late = np.array([at or self.until for at in waiting], dtype="datetime64[us]")
        done, told = self.finished(name), self.joined_at[self._are(name)]
        return np.concatenate([np.where(np.isnat(told), done, np.minimum(told, done)), late])

    def people(self, name: str, weeks: int) -> int:
        """How many people finished items of a class in the last so many weeks, where told."""
        recent = self.done > np.datetime64(self.until - timedelta(weeks=weeks))
        return len(set(self.person[self._are(name) & recent].tolist()) - {""})

    def _are(self, name: str) -> npt.NDArray[np.bool_]:
        if name == EVERYTHING:
            return np.ones(len(self.done), dtype=bool)
        return np.asarray(self.research == (name == RESEARCH))


def list_trackers(mart: DuckDB, teams: Collection[str]) -> list[str]:
    """The trackers of which some may read items, those that finished most first."""
    return [row[0] for row in mart.rows(_TRACKERS, {"teams": sorted(teams)})]


def read_tracker(mart: DuckDB, source: str, teams: Collection[str], now: datetime) -> Tracker:
    """A tracker's items as they stand; what was typed here is known until now."""
    given = {"source": source, "teams": sorted(teams)}
    told = mart.rows(_UNTIL, given)[0][0]
    until = now.date() if source == JOURNAL or told is None else min(told, _plain(now)).date()
    open_ = tuple(Item(*row) for row in mart.rows(_OPEN, given))
    name = source.removeprefix(ITEMS_PREFIX)
    return Tracker(name, "items", until, *_arrays(mart.query(_FINISHED, given)), open_)


def read_landings(mart: DuckDB, repos: Sequence[str], now: datetime) -> Tracker:
    """Changes that reached the main lines as if they were items, until the newest one."""
    found = _arrays(mart.query(_LANDED, {"repos": list(repos)}))
    done = found[0]
    until = done.max().astype("datetime64[D]").item() if len(done) else now.date()
    return Tracker("landings", "landed changes", until, *found)


def read_events(events: Columns, told_until: datetime | None, now: datetime) -> Tracker:
    """The tracker that the events of one export tell of, without its people."""
    count = len(events["item_id"])
    nothing = as_text([None] * count)
    kept = {name: events[name] for name in ("item_id", "happened_at", "what", "value", "stage")}
    engine = DuckDB(threads=1)
    try:
        more = {"source": as_text(["file"] * count), "person_id": nothing, "nr": events["nr"]}
        filled = {"team": as_text([""] * count), "run": np.zeros(count, dtype=np.int64)}
        engine.load("item_events", {**kept, **more, **filled})
        engine.execute(f"create table items as {ITEMS}", {"at": EVER})
        found = read_tracker(engine, "file", ("",), now)
    finally:
        engine.close()
    until = (told_until or now).date()
    return replace(found, until=until)


def _arrays(
    found: Columns,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_], npt.NDArray[np.object_], npt.NDArray[Any]]:
    joined = np.ma.filled(np.ma.asarray(found["joined"]), np.datetime64("NaT"))
    return (
        np.asarray(found["at"]).astype("datetime64[us]"),
        np.asarray(found["research"]).astype(bool),
        np.asarray(found["person"]).astype(object),
        joined.astype("datetime64[us]"),
    )


def _plain(moment: datetime) -> datetime:
    return moment.replace(tzinfo=None)
