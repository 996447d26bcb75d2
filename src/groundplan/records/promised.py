"""Promises as the journal holds them: rows, their fold, and what became of each.

Below the practice `promises`, because updates, plans and a person's own record read them too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.terms.period import after_working_days, working_days
from groundplan.terms.units import Share, WorkingDays

STREAMS: Final = "promises/"
MADE: Final = "promises.made"
SETTLED: Final = "promises.settled"
WITHDRAWN: Final = "promises.withdrawn"


class State(StrEnum):
    """What became of a promise. Late: open although its range is over, so it counts as missed."""

    OPEN = "open"
    LATE = "late"
    KEPT = "kept"
    EXCEEDED = "exceeded"
    MISSED = "missed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Promise:
    """A promise, what was said of it since, and its state on the day it is read.

    settled_by: the merged change that settled it, if nobody had to say so. share: with whom.
    """

    number: int
    what: str
    low_days: WorkingDays
    high_days: WorkingDays
    odds: Share
    made_on: date
    low_on: date
    high_on: date
    link: str
    share: str
    owner: str
    team: str
    state: State = State.OPEN
    done_on: date | None = None
    actual_days: WorkingDays | None = None
    settled_by: str = ""
    withdrawn: str = ""


def step(promises: Mapping[int, Promise], entry: Entry) -> Mapping[int, Promise]:
    """The promises of one person after one more entry of their stream."""
    body = entry.body
    if entry.kind == MADE:
        return {**promises, entry.version: _read(entry)}
    known = promises.get(body["number"])
    if known is None:  # it is not for this reader
        return promises
    if entry.kind == SETTLED:
        known = replace(known, done_on=date.fromisoformat(body["done_on"]))
    elif entry.kind == WITHDRAWN:
        known = replace(known, withdrawn=body["reason"])
    return {**promises, known.number: known}


def _read(entry: Entry) -> Promise:
    body, made_on = entry.body, entry.at.date()
    low, high = body["low_days"], body["high_days"]
    return Promise(
        number=entry.version,
        what=body["what"],
        low_days=low,
        high_days=high,
        odds=body["odds"],
        made_on=made_on,
        low_on=after_working_days(made_on, low),
        high_on=after_working_days(made_on, high),
        link=body["link"],
        share=entry.visibility.value,
        owner=entry.owner,
        team=entry.team,
    )


NOTHING: Mapping[int, Promise] = {}
PROMISES: Final = Fold("promises", NOTHING, step)


def judge(promise: Promise, today: date, done_on: date | None = None, by: str = "") -> Promise:
    """The promise with what became of it by today.

    done_on: when facts say that it was done, and `by` what; a person's own word comes first. Days
    are whole, so part of a day counts in the promise's favour.
    """
    if promise.withdrawn:
        return replace(promise, state=State.WITHDRAWN)
    if promise.done_on is None and done_on is not None:
        promise = replace(promise, done_on=done_on, settled_by=by)
    if promise.done_on is None:
        return replace(promise, state=State.LATE if today > promise.high_on else State.OPEN)
    days = working_days(promise.made_on, promise.done_on)
    state = State.EXCEEDED if days < math.floor(promise.low_days) else State.KEPT
    if days > math.ceil(promise.high_days):
        state = State.MISSED
    return replace(promise, actual_days=days, state=state)
