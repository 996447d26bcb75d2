"""What people's own words tell of their work: planning, helping, and the minutes that it took."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from groundplan.records import calendars
from groundplan.records.calendars import Kept, read_kept
from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.terms.period import monday_of

STREAM: Final = "workload"
SHARED: Final = "workload.shared"

# Streams in which colleagues plan, answer and decide; own ones are read beside them.
PLANNED_IN: Final = (
    "milestones", "intake", "goals", "alignment", "portfolio", "updates", "switching", "principles",
    "stuck", "workload",
)  # fmt: skip
OWN_STREAMS: Final = ("promises/", calendars.STREAMS)
_HELPING: Final = ("intake.answered", "intake.delivered", "milestones.replied", "stuck.answered")
_PLANNING: Final = ("milestones.", "intake.decided", "goals.", "portfolio.", "updates.")
_NO_TYPING: Final = ("deliveries.", "focus_time.", "stuck.shown", "stuck.given")
LETTERS_A_MINUTE: Final = 260.0  # 52 words: Dhakal et al. (2018), 136 million keystrokes, CHI
MINUTES_AN_ACT: Final = 1 / 6  # to find the place and press the button
_MINUTES_A_DAY: Final = 24 * 60
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Shared:
    """What somebody shared of their own workload. whose: their id."""

    number: int
    whose: str
    on: date
    says: str


def list_said(read: Callable[[str], Sequence[Entry]], viewer: str) -> Iterator[Entry]:
    """Every entry of the planning streams and of one's own, as far as the viewer may read it."""
    for stream in (*PLANNED_IN, *(f"{own}{viewer}" for own in OWN_STREAMS)):
        yield from read(stream)


def role_of(kind: str) -> str:
    """What an entry shows its author at: coordinating, supporting, or "" for neither."""
    if kind in _HELPING:
        return "supporting"
    return "coordinating" if kind.startswith(_PLANNING) else ""


def find_days(entries: Iterable[Entry], person: str) -> set[tuple[str, date]]:
    """The days on which somebody planned or helped, by role; copies of an entry count once."""
    return {
        (role, entry.at.date())
        for entry in entries
        if entry.by == person and (role := role_of(entry.kind))
    }


def count_minutes(entries: Iterable[Entry]) -> Mapping[tuple[str, date], float]:
    """How long typing took each person in each week, by its Monday [minutes].

    Letters at the speed of typists at large, and ten seconds an act. Left out: copies for readers,
    what programs noted, and calendars that were brought.
    """
    found: dict[tuple[str, date], float] = {}
    for entry in entries:
        if not entry.by or entry.kind.startswith(_NO_TYPING):
            continue
        letters = sum(len(each) for each in entry.body.values() if isinstance(each, str))
        place = (entry.by, monday_of(entry.at.date()))
        found[place] = found.get(place, 0.0) + MINUTES_AN_ACT + letters / LETTERS_A_MINUTE
    return found


def read_calendar(fold: Mapping[str, Mapping[str, object]]) -> Kept | None:
    """One's own calendar as it was brought; None without one."""
    brought = fold.get("brought")
    if brought is None:
        return None
    on = brought["on"]
    assert isinstance(on, date)
    return read_kept(brought, on)


def meet(kept: Kept, since: date, until: date) -> Iterator[tuple[date, float]]:
    """One's meetings between two days: the day, and how long [hours]."""
    for start, end, meets in kept.spans:
        day = date.fromordinal(_EPOCH + start // _MINUTES_A_DAY)
        if meets and since <= day < until:
            yield day, (end - start) / 60


def _hear(known: tuple[Shared, ...], entry: Entry) -> tuple[Shared, ...]:
    if entry.kind != SHARED:
        return known
    return (*known, Shared(entry.version, entry.by, entry.at.date(), entry.body["says"]))


UNSHARED: tuple[Shared, ...] = ()
SHARES: Final = Fold("workload.shared", UNSHARED, _hear)
