"""Review time: how long it takes from the first review of a pull request to its decision."""

from __future__ import annotations

from groundplan.signals import sentences
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.signals.waits import median_wait
from groundplan.terms.estimate import Measured
from groundplan.terms.units import HOURS

SELECT = """
with begun as (
  select person_id, actor, closed_at, told_until, created_week,
    greatest(first_review_at, coalesce(ready_at, first_review_at)) as begun_at
  from pulls
  where first_review_at is not null
    and (repo in (select repo from scope_repos)
      or repo is null and exists (select 1 from scope_repos))
)
select case when created_week is not null then week_of(begun_at) end as week,
  case when actor = 'human' then person_id end as person_id,
  case when created_week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents' end as excluded,
  closed_at is not null as arrived,
  greatest(hours_between(begun_at, coalesce(closed_at, told_until)), 0) as hours
from begun
where created_week is null or (begun_at >= :since and begun_at < :until)
"""
MINIMUM = 20


def estimate(sample: Sample) -> Measured:
    """Time from the first review to the merge or the closing, Kaplan-Meier median [hours]."""
    return median_wait(sample, MINIMUM, "pull requests")


def speak(reading: Reading) -> Finding | None:
    """A sentence when reviews became longer or shorter, or take more than three days."""
    what = "Half of the pull requests are decided within {} of their first review"
    detail = "Rounds, waiting for the next one, and waiting for the merge are in it."
    return sentences.wait_moved(reading, what, 72, detail)


SIGNAL = Signal(
    name="review_time",
    title="Review time",
    version=1,
    says="How long does a pull request take from its first review to its decision? [hours]",
    unit=HOURS,
    counts="Hours on the clock from the first review or comment by another person to the merge, "
    "or to the closing without one, by the week of that first review. Open ones count as under "
    "way.",
    leaves_out="Pull requests by bots, agents and deleted accounts, and those that nobody else "
    "looked at.",
    misuse="Long is not bad: a hard change deserves a long review. It says nothing of how good a "
    "review is, and nothing of a reviewer.",
    source="Rigby and Bird 2013, Convergent contemporary software peer review practices, ESEC/FSE; "
    "Bacchelli and Bird 2013, Expectations, outcomes, and challenges of modern code review, ICSE",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="pull requests",
    estimate=estimate,
    speak=speak,
    tags=("flow", "review"),
)
