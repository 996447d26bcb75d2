"""Reprioritisations: how often the priority of unfinished work changes in a month."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from groundplan.inference.rates import mean_per_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import Style, Unit

UNIT: Final = Unit("reprioritisations_per_month", "reprioritisations/month", Style.RATE)
WEEKS_A_MONTH: Final = 365.25 / 12 / 7
# Items are of no repository: who may read none reads no number of items either.
SELECT = """
with said as (
  select source, item_id, happened_at, value,
    lag(value) over (partition by source, item_id order by happened_at, run, nr) as earlier
  from item_events where what = 'prioritised' and exists (select 1 from scope_repos)
)
select week_of(s.happened_at) as week,
  case when p.actor = 'human' then i.person_id end as person_id,
  case when i.person_id is null then 'assigned to nobody'
    when coalesce(p.actor, '') <> 'human' then 'assigned to bots and agents' end as excluded
from said s
join items i on i.source = s.source and i.item_id = s.item_id
left join people p on p.person_id = i.person_id
where s.earlier <> '' and s.value <> s.earlier
  and coalesce(i.team, '') = '' and not coalesce(i.deleted, false)
  and coalesce(i.done_at, i.dropped_at, s.happened_at) >= s.happened_at
  and s.happened_at >= :since and s.happened_at < :until
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """Changes of priority, as a mean over months [reprioritisations/month]."""
    if unknown := too_few(len(sample.weeks), MINIMUM, "weeks"):
        return unknown
    weekly = mean_per_week(by_week(sample), UNIT)
    if isinstance(weekly, Unknown):
        return weekly
    value, low, high = (WEEKS_A_MONTH * each for each in (weekly.value, weekly.low, weekly.high))
    return replace(weekly, value=value, low=low, high=high)


def speak(reading: Reading) -> Finding | None:
    """A sentence when priorities change more or less often, or a plain one when it is steady."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    sentence = f"The priority of unfinished work changes about {sentences.whole(now.value)} times"
    detail = "Each change costs whoever has begun; see what it displaces before it is made."
    return sentences.rate_moved(reading, f"{sentence} a month", detail)


SIGNAL = Signal(
    name="reprioritisations",
    title="Reprioritisations",
    version=1,
    says="How often does the priority of unfinished work change? [reprioritisations/month]",
    unit=UNIT,
    counts="Each time the priority of an item that is not done becomes another one, in the week "
    "in which its tracker told so; mean over the weeks of the window, as a month of 4.35 weeks.",
    leaves_out="An item's first priority; items assigned to nobody, to bots or agents; items that "
    "one team alone may read; and what is reordered without a new priority. Where only exports of "
    "the present state are read, changes are seen when an export is, and not the ones between.",
    misuse="Aggregate only. A change may be right; it does not say whose it was. Trackers without "
    "priorities have none to change.",
    source="Nurmuliani, Zowghi and Powell 2004, Analysis of requirements volatility during "
    "software development life cycle, ASWEC",
    model="Mean of dependent weekly counts, log scale, equal-weighted cosines (Lazarus, Lewis, "
    "Stock and Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="weeks",
    estimate=estimate,
    speak=speak,
    tags=("flow",),
)
