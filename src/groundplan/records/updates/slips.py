"""When promised days of milestones moved or were given up, and why: what an update owes readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.milestones import DEFINED, GIVEN_UP, REPLANNED


@dataclass(frozen=True, slots=True)
class Slip:
    """A promised day that was moved. on: when; to: the new day, None where it was given up."""

    number: int
    on: date
    was: date
    to: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Slips:
    """All that moved, in order. promised: the day that holds, by milestone."""

    promised: Mapping[int, date]
    moved: tuple[Slip, ...] = ()


def _step(known: Slips, entry: Entry) -> Slips:
    body = entry.body
    if entry.kind == DEFINED:
        day = date.fromisoformat(body["promised_on"])
        return Slips({**known.promised, entry.version: day}, known.moved)
    was = known.promised.get(body["number"])
    if was is None or entry.kind not in (REPLANNED, GIVEN_UP):
        return known
    to = date.fromisoformat(body["promised_on"]) if entry.kind == REPLANNED else None
    if to == was:  # less was agreed, not later
        return known
    slip = Slip(body["number"], entry.at.date(), was, to, body["reason"])
    return Slips({**known.promised, slip.number: to or was}, (*known.moved, slip))


SLIPS: Final = Fold("updates.slips", Slips({}), _step)
