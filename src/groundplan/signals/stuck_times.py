"""How soon those who were stuck are answered and can go on: one's own times, and a team's.

A team's are measured on the spot, by the gate of every number about people, and only of spells
whose owners let them count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

import numpy as np

from groundplan.inference.arrivals import Arrived, follow_arrivals
from groundplan.inference.survival import quantile_of_waiting, share_arrived_by
from groundplan.records.stuck import How, Spell
from groundplan.signals.samples import column, too_few
from groundplan.signals.signal import Part, Reading, Sample, Signal
from groundplan.signals.waits import median_wait
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.scope import Scope
from groundplan.terms.units import HOURS

MOST_HOURS: Final = 24  # that curves follow
MINIMUM: Final = 20  # spells of a team
LOOKS: Final = (1, 2, 4, 8, 16, 24)  # hours at which a team's curve is told


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took: within 1, 2, ... hours, and the time by which half had come, those
    that still wait counted while they do."""

    spells: int
    waiting: int
    within: tuple[Arrived, ...]
    half_by: Measured


@dataclass(frozen=True, slots=True)
class TeamTimes:
    """The same of a team, over its last half-year. people: behind it."""

    spells: int
    people: int
    within: tuple[Arrived, ...]
    half_by: Measured


class Measures(Protocol):
    """Measures signals under a scope, as `Context.measure` does."""

    def __call__(self, signal: Signal, scope: Scope) -> Reading:
        """The reading."""


def time_answers(spells: Sequence[Spell], now: datetime) -> Times:
    """From being shown to the first answer."""
    hours = [(hours, bool(one.answers)) for one in spells
             if (hours := one.answered_in(now)) is not None]  # fmt: skip
    return _follow(hours)


def time_ends(spells: Sequence[Spell], now: datetime) -> Times:
    """From the beginning until one could go on; who moved on was seen to wait until then."""
    return _follow([(o.hours(now), o.how in (How.ALONE, How.HELPED)) for o in spells])


def _follow(hours: Sequence[tuple[float, bool]]) -> Times:
    lasted, came = [each for each, _ in hours], [done for _, done in hours]
    within = tuple(follow_arrivals(lasted, came, MOST_HOURS, "spells"))
    half = quantile_of_waiting(lasted, came, HOURS, "spells")
    return Times(len(hours), came.count(False), within, half)


def measure_team(measures: Measures, scope: Scope) -> tuple[TeamTimes, TeamTimes]:
    """How soon a team's spells were answered once they were shown, and were over."""
    answers, ends = (_read(measures(signal, scope)) for signal in (ANSWERS, ENDS))
    return answers, ends


def _read(reading: Reading) -> TeamTimes:
    within = tuple(
        Arrived(float(part.name), part.value)
        for part in reading.parts
        if isinstance(part.value, Estimate)
    )
    return TeamTimes(reading.rows, reading.people, within, reading.now)


def _half(sample: Sample) -> Measured:
    """The time by which half had come, Kaplan-Meier median [hours]."""
    return median_wait(sample, MINIMUM, "spells")


def _shares(sample: Sample) -> tuple[Part, ...]:
    """The share that had come within so many hours, each named by them."""
    hours, came = column(sample, "hours"), column(sample, "arrived") > 0
    if too_few(len(hours), MINIMUM, "spells"):
        return ()
    longest = float(np.max(hours))
    looks = [look for nr, look in enumerate(LOOKS) if nr == 0 or LOOKS[nr - 1] < longest]
    return tuple(Part(f"{look}", share_arrived_by(hours, came, look, "spells")) for look in looks)


_SELECT: Final = """
select week, person_id, {hours} as hours, {came} as arrived
from spells
where {hours} is not null and exists (select 1 from scope_repos)
  and began_at >= :since and began_at < :until
"""
ENDS: Final = Signal(
    name="stuck.ends",
    title="Time until going on",
    version=1,
    says="How long is whoever is stuck until they can go on? [hours]",
    unit=HOURS,
    counts="Hours without Saturdays and Sundays (UTC) from the beginning of a spell until its "
    "owner could go on, alone or with help, by the week in which it began. One that still waits, "
    "or that ended because something else came first, counts for as long as it was seen.",
    leaves_out="Spells of those who do not let theirs count, and what began before they did or "
    "after they took it back.",
    misuse="Aggregate only. It says how soon help comes, and nothing of who needs it: a team that "
    "never is stuck may only never say so.",
    source="Kaplan and Meier 1958; Managing High Technical Talent (the two-hour rule)",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=_SELECT.format(hours="hours", came="over"),
    minimum=MINIMUM,
    minimum_of="spells",
    estimate=_half,
    speak=lambda _: None,
    parts=_shares,
    parts_in_order=True,
    window_weeks=26,
)
ANSWERS: Final = replace(
    ENDS,
    name="stuck.answers",
    title="Time to an answer",
    says="How long does whoever shows what they are stuck with wait for an answer? [hours]",
    counts="Hours without Saturdays and Sundays (UTC) from showing a spell to the first answer, by "
    "the week in which it began. One without an answer counts until it was over, or for as long as "
    "it was seen.",
    select=_SELECT.format(hours="answer_hours", came="answered"),
)
