"""What the team promised its partners, as an update tells it: due, late, done or taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from groundplan.records import promised
from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.promised import Promise, State
from groundplan.records.updates.lines import Line, Section
from groundplan.terms.period import Period


@dataclass(frozen=True, slots=True)
class Shared:
    """A promise of somebody. number: of its entry in the whole journal, as each person counts
    their own promises; withdrawn_on: the day on which it was taken back."""

    number: int
    promise: Promise
    withdrawn_on: date | None = None

    @property
    def ref(self) -> str:
        """How a line says that it is about this promise."""
        return f"P{self.number}"


def _step(known: Mapping[int, Shared], entry: Entry) -> Mapping[int, Shared]:
    own = entry.version if entry.kind == promised.MADE else entry.body["number"]
    before = {own: known[own].promise} if own in known else {}
    after = promised.step(before, entry)
    if own not in after:  # it is not for this reader
        return known
    one = replace(known.get(own, Shared(entry.seq, after[own])), promise=after[own])
    if entry.kind == promised.WITHDRAWN:
        one = replace(one, withdrawn_on=entry.at.date())
    return {**known, own: one}


NOTHING: Mapping[int, Shared] = {}
SHARED: Final = Fold("updates.promises", NOTHING, _step)


def tell_promise(shared: Shared, period: Period) -> Iterator[tuple[Section, Line]]:
    """The line of a promise to partners in an update of some days, if it has one.

    shared: judged by facts. That it was done is no more than built: under done stands what is
    shown as used, too.
    """
    one = shared.promise
    due = f"promised for {one.low_on} to {one.high_on}"
    line = Line(shared.ref, "")
    if one.state is State.OPEN and one.made_on < period.end_on:
        yield Section.IN_FLIGHT, replace(line, text=f"{one.what}: {due}, {one.odds:.0%} sure.")
    if one.state is State.LATE:
        yield Section.SLIPPED, replace(line, text=f"{one.what}: {due}; not done yet.")
    if shared.withdrawn_on is not None and shared.withdrawn_on in period:
        told = f"{one.what}: {due}, and taken back. {one.withdrawn}"
        yield Section.SLIPPED, replace(line, text=told)
    if one.done_on is not None and one.done_on in period:
        late = one.state is State.MISSED
        rest = "" if late else "; nothing shows yet that it is used"
        told = f"{one.what}: done on {one.done_on}, {due}{rest}."
        yield Section.SLIPPED if late else Section.IN_FLIGHT, replace(line, text=told)
