"""Focus hours: how much of a person's week is free for two hours or more in a row."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import ratio_of_sums
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

UNIT: Final = Unit("focus_hours_per_person_week", "hours/person-week", Style.RATE)
SELECT = """
select week_on as week, person_id, cast(days as double) / 5 as person_weeks, focus_hours
from calendar_weeks
where exists (select 1 from scope_repos)
  and week_on >= cast(:since as date) and week_on < cast(:until as date)
"""
MINIMUM = 40


def estimate(sample: Sample) -> Measured:
    """Hours in gaps of two hours or more, per five working days of a person [hours/person-week]."""
    weeks = column(sample, "person_weeks")
    if unknown := too_few(weeks.sum(), MINIMUM, "person-weeks"):
        return unknown
    free = by_week(sample, column(sample, "focus_hours"))
    return ratio_of_sums(free, by_week(sample, weeks), UNIT, "person-weeks")


def speak(reading: Reading) -> Finding | None:
    """How much of a week is left in one piece, and whether that has changed."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    hours = sentences.whole(now.value)
    sentence = f"Meetings leave {hours} hours of a person's week in pieces of two hours or more"
    detail = "Everybody reads their own weeks on the page of focus time, and nobody else's."
    return sentences.rate_moved(reading, sentence, detail)


SIGNAL = Signal(
    name="focus_hours",
    title="Focus hours",
    version=1,
    says="How much of a person's week is free for two hours or more in a row? [hours/person-week]",
    unit=UNIT,
    counts="Hours of gaps between meetings of two hours or more, within working hours, over the "
    "working days of whoever shared or connected a calendar, five of them to a week. Meetings as "
    "in meeting load.",
    leaves_out="Shorter gaps; hours outside working hours; whole days that the calendar shows as "
    "busy; people whose calendar is neither. One's own appointments do not end a gap: only "
    "meetings do.",
    misuse="Aggregate only. A free gap is no promise of thought: messages and questions leave no "
    "trace in a calendar. Never a target: keeping a calendar empty is easy.",
    source="Mark, Gudith and Klocke 2008, The cost of interrupted work, CHI; Meyer, Fritz, Murphy "
    "and Zimmermann 2014, Software developers' perceptions of productivity, FSE",
    model="Ratio of weekly sums, log scale, equal-weighted cosines (Lazarus, Lewis, Stock and "
    "Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="person-weeks",
    estimate=estimate,
    speak=speak,
    tags=("focus",),
)
