"""Timelines as rows: a tracker, what it promises, what such promises were worth. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Annotated, Final, TypeAlias

from groundplan.facts.trackers import EVERYTHING, Item, Tracker
from groundplan.facts.work import RESEARCH, class_of
from groundplan.inference.forecasts.claims import LastWeek, Spread, Track, claim_day
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS, Forecast
from groundplan.inference.forecasts.plans import Placed, Planned, move, name_moved, reorder
from groundplan.inference.forecasts.standing import LEVEL
from groundplan.inference.forecasts.verdicts import Judged
from groundplan.inference.forecasts.versions import CountClaim, DayClaim, Promised
from groundplan.signals.signal import Finding
from groundplan.sources.csv.brought import Told
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Unknown
from groundplan.terms.units import WEEKS, FileText

PAGE: Final = "/timelines"
WEIGHT: Final = 0.45  # of a sentence on the start page
LANDINGS: Final = "landings"
USUAL_WEEKS: Final = 13  # ahead, where no date is asked for
USUAL_ITEMS: Final = 10  # where nothing is open
MOST_PEOPLE: Final = 10_000
MOST_NEW: Final = 1_000  # items in one change
MOST_ROWS: Final = 200  # of a plan
MOST_AHEAD: Final = 100_000  # items asked for

Weeks: TypeAlias = Annotated[float, WEEKS]
_FILE = {"help": "a CSV export of items: item, created, done; other columns are guessed and shown"}
_COLUMNS = {"help": "what a column holds, such as done=Shipped"}
_TRACKER = {"help": f"which tracker; the busiest if left out; {LANDINGS} for landed changes"}


@dataclass(frozen=True, slots=True)
class BacktestInputs:
    """A tracker's export."""

    history: FileText = field(metadata=_FILE)
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)


@dataclass(frozen=True, slots=True)
class ForecastInputs:
    """Of which items, how many of them, and by when."""

    tracker: str = field(default="", metadata=_TRACKER)
    items: int = field(default=0, metadata={"help": "how many items; all that are open if 0"})
    by: date | None = field(default=None, metadata={"help": "how many by this day; 13 weeks on"})
    joining: bool = field(
        default=False, metadata={"help": "count in what will join meanwhile, as being done first"}
    )
    file: FileText = field(default="", metadata=_FILE)
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)


@dataclass(frozen=True, slots=True)
class WhatIfInputs:
    """What would change in the plan: items, their order, or the people."""

    tracker: str = field(default="", metadata=_TRACKER)
    add: tuple[str, ...] = field(
        default=(), metadata={"help": "titles of new items; they come first unless ordered"}
    )
    remove: tuple[str, ...] = field(default=(), metadata={"help": "items that are not to be done"})
    order: tuple[str, ...] = field(
        default=(), metadata={"help": "items in the order to do them; the others follow"}
    )
    move: tuple[str, ...] = field(
        default=(), metadata={"help": "an item and the place where it is done, such as B-3=1"}
    )
    more_people: float = field(
        default=0.0, metadata={"help": "1: one more person; -1: somebody is away"}
    )
    of_people: float = field(
        default=0.0, metadata={"help": "how many work on it now; those who finished items if 0"}
    )
    after: Weeks = field(default=0.0, metadata={"help": "from so many weeks after the last day"})
    during: Weeks = field(default=52.0, metadata={"help": "for so many weeks; 52: for good"})
    file: FileText = field(default="", metadata=_FILE)
    columns: tuple[str, ...] = field(default=(), metadata=_COLUMNS)


@dataclass(frozen=True, slots=True)
class Pace:
    """A class's items. a_week: finished in a usual week; None where nothing can be told."""

    name: str
    finished: int | None
    open: int
    a_week: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timelines(Told):
    """Three versions of when and how much, by class; what such claims were worth; what moved.

    promises: what is to be said if these items are promised for the day that was asked for.
    """

    says: tuple[str, ...]
    tracker: str
    counted: str
    until: date
    dates: tuple[DayClaim, ...]
    counts: tuple[CountClaim, ...]
    promises: tuple[Promised, ...]
    tracks: tuple[Track, ...]
    paces: tuple[Pace, ...]
    weeks: tuple[LastWeek, ...]
    fan: tuple[Spread, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Told):
    """The plan after a change. pay, gain: how many items move; places: of the first 200.

    order: the items whose order has to be named to have this plan; the others follow as usual.
    """

    says: tuple[str, ...]
    tracker: str
    until: date
    pay: int
    gain: int
    items: int
    order: tuple[str, ...]
    places: tuple[Placed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtested(Told):
    """A tracker's past, forecast from what was known then.

    items: finished and open ones; left_out: given up, deleted, or done on a day that is not told.
    origins: past weeks at which forecasts were made.
    """

    says: tuple[str, ...]
    items: int
    finished: int
    open: int
    left_out: int
    until: date
    weeks: int
    origins: int
    unknown: Unknown | None
    rows: tuple[Judged, ...]


def split_lines(words: Iterable[str]) -> list[str]:
    """What a form sent on several lines, or a command as several words; empty ones left out."""
    return [line.strip() for word in words for line in word.splitlines() if line.strip()]


def name_day(until: date, by: date | None) -> tuple[date, float]:
    """The day asked for and how far it lies ahead [weeks]; BadInput for one that is over."""
    on = by or until + timedelta(weeks=USUAL_WEEKS)
    if on <= until:
        allowed = f"a day after {until}, the last one that the history tells of"
        raise BadInput("by", on.isoformat(), allowed)
    return on, (on - until).days / 7


def measure(tracker: Tracker, name: str, ahead: Forecast | Unknown) -> Pace:
    """What a class has finished, has open and finishes in a week."""
    if isinstance(ahead, Unknown):
        return Pace(name, None, tracker.waiting(name), None)
    done = len(tracker.finished(name))
    return Pace(name, done, tracker.waiting(name), float(ahead.pace.rate))


def plan_items(tracker: Tracker, items: Iterable[Item]) -> list[Planned]:
    """Items in their order, each with its class."""
    return [Planned(one.item_id, one.title, tracker.class_of(one)) for one in items]


def change_plan(tracker: Tracker, inputs: WhatIfInputs) -> tuple[list[Planned], tuple[str, ...]]:
    """The open items after a change, and those that name their order.

    New ones come first, unless the order names them by their title. Errors: BadInput for an item
    that is not open, or a place that is none.
    """
    new = {
        f"new {nr}": Item(f"new {nr}", title, class_of("", "", title) == RESEARCH)
        for nr, title in enumerate(split_lines(inputs.add), 1)
    }
    if len(new) > MOST_NEW:
        raise BadInput("add", f"{len(new):,} items", f"at most {MOST_NEW:,}")
    every = new | {item.item_id: item for item in tracker.open}
    called = {key: key for key in every} | {item.title: key for key, item in new.items()}
    first, gone = split_lines(inputs.order), split_lines(inputs.remove)
    to = [line.rpartition("=") for line in split_lines(inputs.move)]
    for where, names in (("order", first), ("remove", gone), ("move", [name for name, *_ in to])):
        for name in names:
            if name not in called:
                allowed = f"an open item, such as {', '.join(list(every)[:5])}"
                raise BadInput(where, name[:80], allowed if every else "nothing: no item is open")
    ids = [item.item_id for item in tracker.open]
    order, without = ([called[name] for name in names] for names in (first, gone))
    moves = [(called[name], read_place(place)) for name, _, place in to]
    moves = [(key, place) for key, place in moves if key not in without]
    plan = move(reorder(ids, list(new), order, without), moves)
    named = name_moved(plan, reorder(ids, list(new), (), without))
    return plan_items(tracker, map(every.__getitem__, plan)), tuple(
        new[key].title if key in new else key for key in named
    )


def read_place(word: str) -> int:
    """A place in the plan, from 1; BadInput for what is none."""
    if not (word.isascii() and word.isdigit() and int(word[:9]) > 0):
        raise BadInput("move", word[:80], "an item and its place from 1 on, such as B-3=1")
    return int(word[:9])


def share_of_people(inputs: WhatIfInputs, known: int) -> float:
    """What is worked once people come or go, as a share of what is worked now.

    known: how many people finished items lately, 0 where that is not told.
    """
    of_people = inputs.of_people or known
    if not inputs.more_people:
        return 1.0
    if of_people < 1 or not 0 <= inputs.more_people + of_people <= MOST_PEOPLE:
        allowed = f"how many people work on it now, with those who come or go 0 to {MOST_PEOPLE}"
        raise BadInput("of_people", inputs.of_people, allowed)
    for name, weeks in (("after", inputs.after), ("during", inputs.during)):
        if not 0 <= weeks <= FURTHEST_WEEKS:
            raise BadInput(name, weeks, f"0 to {FURTHEST_WEEKS} weeks")
    return 1 + inputs.more_people / of_people


def speak_of_tracker(tracker: Tracker, name: str, ahead: Forecast) -> list[Finding]:
    """When what is open is done, this sure, for the start page; nothing where no day holds."""
    waiting = tracker.waiting(name)
    sure = claim_day(ahead, waiting, LEVEL, tracker.until) if waiting else None
    if not isinstance(sure, date):
        return []
    what = f"{waiting:,} open {'item' if waiting == 1 else 'items'} of {tracker.name}"
    kind = "" if name == EVERYTHING else f" ({name})"
    sentence = f"The {what}{kind} will be done by {sure}, {LEVEL:.0%} sure."
    detail = f"From what was finished until {tracker.until}; new items come on top."
    return [Finding("timelines.forecast", sentence, WEIGHT, detail, PAGE)]
