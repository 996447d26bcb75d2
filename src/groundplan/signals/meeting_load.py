"""Meeting load: how much of a person's week is spent in meetings."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import ratio_of_sums
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

UNIT: Final = Unit("meeting_hours_per_person_week", "hours/person-week", Style.RATE)
# Calendars are of no repository: who may read none reads no number of calendars either.
SELECT = """
select week_on as week, person_id, cast(days as double) / 5 as person_weeks, meeting_hours
from calendar_weeks
where exists (select 1 from scope_repos)
  and week_on >= cast(:since as date) and week_on < cast(:until as date)
"""
MINIMUM = 40


def estimate(sample: Sample) -> Measured:
    """Hours in meetings per five working days of a person [hours/person-week]."""
    weeks = column(sample, "person_weeks")
    if unknown := too_few(weeks.sum(), MINIMUM, "person-weeks"):
        return unknown
    met = by_week(sample, column(sample, "meeting_hours"))
    return ratio_of_sums(met, by_week(sample, weeks), UNIT, "person-weeks")


def speak(reading: Reading) -> Finding | None:
    """How long a week's meetings are, and whether that has changed."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    sentence = f"Meetings take {sentences.whole(now.value)} hours of a person's week"
    detail = "Which of them would nobody miss? Those who meet know; a calendar does not."
    return sentences.rate_moved(reading, sentence, detail)


SIGNAL = Signal(
    name="meeting_load",
    title="Meeting load",
    version=1,
    says="How much of a person's week is spent in meetings? [hours/person-week]",
    unit=UNIT,
    counts="Hours in meetings, within working hours, over the working days of whoever shared or "
    "connected a calendar, five of them to a week. A meeting is an event that two or more people "
    "said yes to, its owner among them or not asked; meetings at the same time count once.",
    leaves_out="Events that were declined, are tentative, cancelled or shown as free, last longer "
    "than 12 hours or no time; hours outside working hours; whole days that the calendar shows as "
    "busy; people whose calendar is neither. Who was invited by a list counts as one.",
    misuse="Aggregate only. A meeting may be the best hour of a week, and a week without any says "
    "nothing good by itself. What somebody meets about, and with whom, is never read.",
    source="Rogelberg, Scott and Kello 2007, The science and fiction of meetings, MIT Sloan "
    "Management Review 48(2); Perlow, Hadley and Eun 2017, Stop the meeting madness, HBR",
    model="Ratio of weekly sums, log scale, equal-weighted cosines (Lazarus, Lewis, Stock and "
    "Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="person-weeks",
    estimate=estimate,
    speak=speak,
    tags=("focus",),
)
