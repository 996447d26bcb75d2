"""Pickup time: how long a pull request waits until somebody else first looks at it."""

from __future__ import annotations

from groundplan.signals import sentences
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.signals.waits import median_wait
from groundplan.terms.estimate import Measured
from groundplan.terms.units import HOURS

SELECT = """
with asked as (
  select person_id, actor, merged_at, closed_at, told_until, created_week, first_review_at,
    coalesce(ready_at, created_at) as asked_at, ready_at is null as draft
  from pulls
  where repo in (select repo from scope_repos)
    or repo is null and exists (select 1 from scope_repos)
)
select case when created_week is not null then week_of(asked_at) end as week,
  case when actor = 'human' then person_id end as person_id,
  case when created_week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents'
    when draft then 'drafts, which nobody is asked to look at'
    when first_review_at is null and merged_at is not null then 'merged without a review'
    end as excluded,
  first_review_at is not null as arrived,
  greatest(hours_between(asked_at, coalesce(first_review_at, closed_at, told_until)), 0) as hours
from asked
where created_week is null or (asked_at >= :since and asked_at < :until)
"""
MINIMUM = 20


def estimate(sample: Sample) -> Measured:
    """Time from ready for review to the first review, Kaplan-Meier median [hours]."""
    return median_wait(sample, MINIMUM, "pull requests")


def speak(reading: Reading) -> Finding | None:
    """A sentence when waiting became longer or shorter, or takes more than a day."""
    what = "Half of the pull requests are looked at by somebody else within {}"
    detail = "Whoever waits begins something else; a fixed time of day for reviews is cheap to try."
    return sentences.wait_moved(reading, what, 24, detail)


SIGNAL = Signal(
    name="pickup_time",
    title="Pickup time",
    version=1,
    says="How long does a pull request wait until somebody else first looks at it? [hours]",
    unit=HOURS,
    counts="Hours on the clock from ready for review to the first review or comment by another "
    "person, by the week in which it became ready. Open ones that wait count as waiting still, "
    "those closed without a look as having waited until then.",
    leaves_out="Pull requests by bots, agents and deleted accounts, drafts, and those merged "
    "without a review. What bots and agents say is no look.",
    misuse="Aggregate only: it is about the queue, not about who is slow. A first look that is "
    "quick and empty shortens it and helps nobody.",
    source="Yu et al. 2015, Wait for it: determinants of pull request evaluation latency on "
    "GitHub, MSR; Rigby and Bird 2013, Convergent contemporary software peer review practices, "
    "ESEC/FSE",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="pull requests",
    estimate=estimate,
    speak=speak,
    tags=("flow", "review"),
)
