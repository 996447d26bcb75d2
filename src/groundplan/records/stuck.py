"""Being stuck, as the journal holds it: private spells, whom they were shown, what helped.

One stream of all; each reader has their own entries of it, and what somebody gave to them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.terms.errors import NotFound, Refused
from groundplan.terms.units import Hours

STREAM: Final = "stuck"
BEGAN: Final = "stuck.began"
NOTED: Final = "stuck.noted"
SHOWN: Final = "stuck.shown"
GIVEN: Final = "stuck.given"
ANSWERED: Final = "stuck.answered"
ENDED: Final = "stuck.ended"
QUIETED: Final = "stuck.quieted"
COUNTED: Final = "stuck.counted"
UNCOUNTED: Final = "stuck.uncounted"
KINDS: Final = (BEGAN, NOTED, SHOWN, GIVEN, ANSWERED, ENDED, QUIETED, COUNTED, UNCOUNTED)

_WEEKEND: Final = 5
_HOUR: Final = timedelta(hours=1)


class How(StrEnum):
    """How a spell ended. Moved: something else was more urgent, so that nobody knows."""

    ALONE = "alone"
    HELPED = "helped"
    MOVED = "moved on"


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to a spell that was shown to them."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A time without progress. about: a path, a symbol or a question; tried, unclear: in words.

    key: what entries call it. number: what its reader calls it, who counts only what they may
    read, or gaps would tell how often others are stuck. owner: whose. shown: whom it was given to,
    and shown_at when first. how: once it is over.
    """

    key: int
    number: int
    owner: str
    began_at: datetime
    about: str
    tried: str
    unclear: str
    shown: tuple[str, ...] = ()
    shown_at: datetime | None = None
    answers: tuple[Answer, ...] = ()
    ended_at: datetime | None = None
    how: How | None = None
    learnt: str = ""

    @property
    def open(self) -> bool:
        """Whether it lasts."""
        return self.ended_at is None

    def hours(self, now: datetime) -> Hours:
        """How long it has lasted, or did, without weekends [hours]."""
        return elapsed_hours(self.began_at, self.ended_at or now)

    def answered_in(self, now: datetime) -> Hours | None:
        """From being shown to the first answer, or to its end or now without one [hours]; None
        for one that was shown to nobody."""
        if self.shown_at is None:
            return None
        until = self.answers[0].at if self.answers else self.ended_at or now
        return elapsed_hours(self.shown_at, max(until, self.shown_at))


@dataclass(frozen=True, slots=True)
class Spells:
    """The spells that a reader may read, by their keys.

    quiet: the days on which they want no nudge. counted: since when their own spells' times count
    for their team, None if they do not.
    """

    known: Mapping[int, Spell]
    quiet: frozenset[str] = frozenset()
    counted: datetime | None = None

    def numbered(self, number: int) -> Spell | None:
        """The one that the reader calls so."""
        return next((one for one in self.known.values() if one.number == number), None)

    def of(self, person: str) -> tuple[Spell, ...]:
        """Somebody's own, in the order in which they began."""
        return tuple(one for one in self.known.values() if one.owner == person)

    def of_others(self, person: str) -> tuple[Spell, ...]:
        """Those that others gave to them."""
        return tuple(one for one in self.known.values() if one.owner != person)


def elapsed_hours(start: datetime, end: datetime) -> Hours:
    """From one moment to another, Saturdays and Sundays (UTC) left out [hours]."""
    total = timedelta()
    while start < end:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
        if start.weekday() < _WEEKEND:
            total += min(midnight, end) - start
        start = midnight
    return total / _HOUR


def after_hours(start: datetime, hours: Hours) -> datetime:
    """The moment so many hours after another, Saturdays and Sundays (UTC) left out."""
    left = hours * _HOUR
    while True:
        midnight = datetime.combine(start.date() + timedelta(days=1), time(), UTC)
        if start.weekday() < _WEEKEND:
            if start + left <= midnight:
                return start + left
            left -= midnight - start
        start = midnight


def find_nudge(own: Iterable[Spell], hours: Hours, quiet: Collection[str], now: datetime) -> int:
    """The spell about which its owner is nudged today, by its number; 0 for none.

    At most one a day, whatever ends meanwhile: the first that was still private when it had lasted
    so many hours, or at midnight. Nobody is nudged about what others know already.
    """
    midnight = datetime.combine(now.date(), time(), UTC)
    if now.date().isoformat() in quiet:
        return 0
    moments = []
    for one in own:
        moment = max(after_hours(one.began_at, hours), midnight)
        over = one.ended_at is not None and one.ended_at <= moment
        told = one.shown_at is not None and one.shown_at <= moment
        if moment <= now and not over and not told:
            moments.append((moment, one.number, one.open and one.shown_at is None))
    _, number, lasts = min(moments, default=(now, 0, False))
    return number if lasts else 0


def step(known: Spells, entry: Entry) -> Spells:
    """The spells after one more entry."""
    if entry.kind in (BEGAN, GIVEN):
        made = _read_spell(entry, len(known.known) + 1)
        if made.key in known.known:
            made = replace(made, number=known.known[made.key].number)
        return replace(known, known={**known.known, made.key: made})
    if entry.kind == QUIETED:
        return replace(known, quiet=known.quiet | {entry.body["on"]})
    if entry.kind in (COUNTED, UNCOUNTED):
        return replace(known, counted=entry.at if entry.kind == COUNTED else None)
    one = known.known.get(entry.body["number"])
    if one is None:  # it was erased
        return known
    return replace(known, known={**known.known, one.key: _change(one, entry)})


def _change(one: Spell, entry: Entry) -> Spell:
    body, at = entry.body, entry.at
    if entry.kind == NOTED:
        return replace(one, **{name: word for name, word in _words(body).items() if word})
    if entry.kind == SHOWN:
        shown = tuple(dict.fromkeys((*one.shown, *body["to"])))
        return replace(one, shown=shown, shown_at=one.shown_at or at)
    if entry.kind == ANSWERED:
        return replace(one, answers=(*one.answers, Answer(entry.by, at, body["text"])))
    if entry.kind == ENDED:
        return replace(one, ended_at=at, how=How(body["how"]), learnt=body["learnt"])
    return one


def _read_spell(entry: Entry, number: int) -> Spell:
    body = entry.body
    if entry.kind == BEGAN:
        return Spell(entry.version, number, entry.owner, entry.at, **_words(body))
    began = datetime.fromisoformat(body["began_at"])
    made = Spell(body["number"], number, entry.by, began, **_words(body))
    return replace(made, shown=(entry.owner,), shown_at=entry.at)


def _words(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("about", "tried", "unclear")}


SPELLS: Final = Fold("stuck", Spells({}), step)


def give(one: Spell) -> dict[str, object]:
    """A spell as it is given to somebody."""
    words = {"about": one.about, "tried": one.tried, "unclear": one.unclear}
    return {"number": one.key, "began_at": one.began_at.isoformat(), **words}


def find_own(known: Spells, person: str, number: int, *, is_open: bool = True) -> Spell:
    """A person's own spell of that number; NotFound without one, Refused where it is over."""
    one = known.numbered(number)
    if one is None or one.owner != person:
        raise NotFound(f"You have no spell {number}.", "stuck.list shows them with numbers.")
    if is_open and not one.open:
        raise Refused(f"Spell {number} ended: {one.how}.", "Begin another one.")
    return one


def list_running(spells: Iterable[Spell]) -> tuple[Spell, ...]:
    """Those that last, the oldest first."""
    return tuple(one for one in spells if one.open)
