"""Which pieces of work are worth a word, and which support comes again and again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zlib import crc32

from groundplan.facts.traced_work import Work
from groundplan.inference.repeats import find_repeats
from groundplan.records.alignment import SUPPORT, WORK_KINDS
from groundplan.signals.attribution import UNDECIDED, Attribution
from groundplan.terms.units import Share

MOST_ASKED: Final = 10


@dataclass(frozen=True, slots=True)
class Asked:
    """A piece of work that a word would help with. chance: of kind, the likeliest [share]."""

    work: str
    title: str
    on: date | None
    kind: str
    chance: Share
    goal: str
    goal_chance: Share


@dataclass(frozen=True, slots=True)
class Repeated:
    """Support that came again: a cause may lie behind it."""

    about: str
    times: int
    since: date | None
    last: date | None
    examples: tuple[str, ...]


def choose_asked(works: Sequence[Work], found: Attribution) -> tuple[Asked, ...]:
    """The pieces that a word would help with: half drawn at random, then the least sure.

    Drawn by a digest of the id: the same until somebody has said a word, whoever asks.
    """
    open_ = [nr for nr, how in enumerate(found.how) if how in UNDECIDED]
    drawn = sorted((nr for nr in open_ if is_drawn(works[nr].work)), key=_lot_of(works))
    rest = sorted(set(open_) - set(drawn), key=lambda nr: found.kind[nr].max())
    chosen = [*drawn[: MOST_ASKED // 2], *rest][:MOST_ASKED]
    return tuple(ask_about(works[nr], found, nr) for nr in chosen)


def ask_about(work: Work, found: Attribution, row: int) -> Asked:
    """What is said of a piece of work now."""
    kind, goal = int(found.kind[row].argmax()), int(found.goal[row].argmax())
    chances = float(found.kind[row, kind]), float(found.goal[row, goal])
    on = work.at.date() if work.at else None
    return Asked(
        work.work, work.title, on, WORK_KINDS[kind], chances[0], found.goals[goal], chances[1]
    )


def is_drawn(work: str) -> bool:
    """Whether a piece of work is one of the third that is drawn to score what is said of it."""
    return crc32(work.encode()) % 3 == 0


def _lot_of(works: Sequence[Work]) -> Callable[[int], int]:
    return lambda nr: crc32(works[nr].work.encode())


def find_repeated(works: Sequence[Work], found: Attribution) -> tuple[Repeated, ...]:
    """Support on one topic, three times or more."""
    support = WORK_KINDS.index(SUPPORT)
    mine = [work for nr, work in enumerate(works) if found.kind[nr].argmax() == support]
    rows = []
    for one in find_repeats([work.title for work in mine]):
        inside = [mine[row] for row in one.rows]
        days = sorted(work.at.date() for work in inside if work.at)
        first, last = (days[0], days[-1]) if days else (None, None)
        examples = tuple(work.title for work in inside[:3])
        rows.append(Repeated(" ".join(one.words), len(inside), first, last, examples))
    return tuple(rows)
