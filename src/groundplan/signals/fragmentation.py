"""Fragmentation: what share of the time between meetings is too short to begin anything hard."""

from __future__ import annotations

from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

SELECT = """
select week_on as week, person_id, broken_hours, broken_hours + focus_hours as free_hours
from calendar_weeks
where exists (select 1 from scope_repos)
  and week_on >= cast(:since as date) and week_on < cast(:until as date)
  and broken_hours + focus_hours > 0
"""
MINIMUM = 400
HEAVY = 0.3  # above which a quiet level is worth a sentence


def estimate(sample: Sample) -> Measured:
    """The part of free working hours that lies in gaps of less than two hours [share]."""
    free = column(sample, "free_hours")
    if unknown := too_few(free.sum(), MINIMUM, "free hours"):
        return unknown
    broken = by_week(sample, column(sample, "broken_hours"))
    return share_by_week(broken, by_week(sample, free), "free hours")


def speak(reading: Reading) -> Finding | None:
    """A sentence when the share moved, or is high."""
    moved = "the hours that meetings leave lie in pieces of less than two hours"
    high = "hours that meetings leave lie in pieces of less than two hours"
    detail = "Meetings side by side cost less than meetings an hour apart."
    return sentences.share_moved(reading, moved, detail) or (
        sentences.share_is_high(reading, high, HEAVY, detail)
    )


SIGNAL = Signal(
    name="fragmentation",
    title="Fragmentation",
    version=1,
    says="What share of the time between meetings is in pieces of less than two hours? [share]",
    unit=SHARE,
    counts="Hours of gaps between meetings that are shorter than two hours, of all working hours "
    "outside meetings, of whoever shared or connected a calendar. Meetings as in meeting load.",
    leaves_out="Hours outside working hours; whole days that the calendar shows as busy; weeks in "
    "which meetings leave nothing; people whose calendar is neither. One's own appointments do "
    "not break a gap.",
    misuse="Aggregate only. It does not say that a broken hour was lost, and people whose work is "
    "to be reachable have many.",
    source="Mark, Gudith and Klocke 2008, The cost of interrupted work, CHI; the two hours as in "
    "field practice (Multitudes, Uplevel)",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="free hours",
    estimate=estimate,
    speak=speak,
    tags=("focus",),
)
