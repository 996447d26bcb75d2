"""Interruptions passed on: how often new work cuts into an engineer's week."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import ratio_of_sums
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

UNIT: Final = Unit("interruptions_per_engineer_week", "interruptions/engineer-week", Style.RATE)
# What was begun and never ended is forgotten after a quarter; it interrupts nobody for ever. Items
# are of no repository: who may read none reads no number of items either.
SELECT = """
with mine as (
  select i.source, i.item_id, i.person_id, i.created_at, i.started_at,
    least(coalesce(i.done_at, i.dropped_at, i.started_at + interval 91 days),
      i.started_at + interval 91 days) as ended_at
  from items i join people p on p.person_id = i.person_id
  where p.actor = 'human' and coalesce(i.team, '') = '' and not coalesce(i.deleted, false)
    and exists (select 1 from scope_repos)
),
begun as (
  select person_id, week_of(started_at) as week, started_at,
    case when hours_between(created_at, started_at) < 24
      and max(ended_at) over (
        partition by person_id order by started_at, source, item_id
        rows between unbounded preceding and 1 preceding
      ) > started_at then 1 else 0 end as cut_in
  from mine where started_at is not null
),
cuts as (
  select person_id, week, sum(cut_in) as interruptions from begun group by person_id, week
),
worked as (
  select distinct m.person_id, week_of(e.happened_at) as week
  from item_events e
  join mine m on m.source = e.source and m.item_id = e.item_id
  where e.what in ('started', 'moved', 'done')
    and e.happened_at >= :since and e.happened_at < :until
)
select w.week, w.person_id, 1 as engineer_weeks,
  cast(coalesce(c.interruptions, 0) as integer) as interruptions
from worked w left join cuts c on c.person_id = w.person_id and c.week = w.week
"""
MINIMUM = 40


def estimate(sample: Sample) -> Measured:
    """New work that cuts in, per week of an engineer with items [interruptions/engineer-week]."""
    weeks = column(sample, "engineer_weeks")
    if unknown := too_few(weeks.sum(), MINIMUM, "engineer-weeks"):
        return unknown
    cuts = by_week(sample, column(sample, "interruptions"))
    return ratio_of_sums(cuts, by_week(sample, weeks), UNIT, "engineer-weeks")


def speak(reading: Reading) -> Finding | None:
    """A sentence when new work cuts in more or less often than before."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    times = sentences.whole(10 * now.value)
    sentence = f"In ten weeks of an engineer, new work cuts in about {times} times"
    detail = "A request that is held for a day is often not needed any more."
    return sentences.rate_moved(reading, sentence, detail)


SIGNAL = Signal(
    name="interruptions",
    title="Interruptions passed on",
    version=1,
    says="How often does new work cut into an engineer's week? [interruptions/engineer-week]",
    unit=UNIT,
    counts="Items begun within a day of being created by somebody who has other work begun and "
    "not ended, over the weeks in which an engineer's items were begun, moved or done. What was "
    "begun counts as not ended for a quarter at most.",
    leaves_out="Items assigned to nobody, to bots or agents; items that one team alone may read; "
    "requests that a lead absorbed; and every question that becomes no item. An item that changed "
    "hands counts for whoever has it now.",
    misuse="Aggregate only. It says nothing of who interrupts, nor whether the new work was worth "
    "it; on a tracker where items are filed when they are begun it counts all of them.",
    source="Abad et al. 2018, Task Interruption in Software Development Projects, EASE; Mark, "
    "Gudith and Klocke 2008, The cost of interrupted work, CHI",
    model="Ratio of weekly sums, log scale, equal-weighted cosines (Lazarus, Lewis, Stock and "
    "Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="engineer-weeks",
    estimate=estimate,
    speak=speak,
    tags=("focus",),
)
