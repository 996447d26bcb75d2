"""Recovery time: how long production stays unwell after a failure."""

from __future__ import annotations

from groundplan.signals import sentences
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.signals.waits import first_of_each, median_wait
from groundplan.terms.estimate import Measured
from groundplan.terms.units import HOURS

SELECT = """
with behind as (
  select f.source, f.failure_id, coalesce(d.person_id, a.person_id) as person_id
  from failures f
  left join deployment_people d on d.source = f.source and d.deployment_id = f.deployment_id
  left join people a on a.person_id = f.person_id and a.actor = 'human'
)
select f.week, b.person_id, f.source || ' ' || f.failure_id as failure,
  case when f.week is null then 'dated outside the history'
    when b.person_id is null then 'of changes whose authors are not known' end as excluded,
  f.ended_at is not null as arrived,
  greatest(hours_between(f.began_at, coalesce(f.ended_at, f.told_until)), 0) as hours
from failures f
left join behind b on b.source = f.source and b.failure_id = f.failure_id
where (f.repo in (select repo from scope_repos)
    or f.repo is null and exists (select 1 from scope_repos))
  and (f.week is null or (f.began_at >= :since and f.began_at < :until))
"""
MINIMUM = 10


def estimate(sample: Sample) -> Measured:
    """Time from a failure's beginning to its end, Kaplan-Meier median [hours]."""
    return median_wait(sample, MINIMUM, "failures", first_of_each(sample, "failure"))


def speak(reading: Reading) -> Finding | None:
    """A sentence when recovering became longer or shorter, or takes more than a day."""
    what = "Half of the failures in production are over within {}"
    return sentences.wait_moved(reading, what, 24, sentences.known_since(reading, "Failures"))


SIGNAL = Signal(
    name="recovery_time",
    title="Recovery time",
    version=1,
    says="How long does production stay unwell after a failure? [hours]",
    unit=HOURS,
    counts="Hours on the clock, by the week in which it began: from a deployment that failed to "
    "the next that succeeds there; from a deployment that was rolled back to the end of the "
    "rollback; from the opening of an incident to its closing. Several of one deployment are "
    "one failure, attempts that fail one after another too. What is not over counts as going on.",
    leaves_out="Failures of changes whose authors are not known, and whatever nobody told: an "
    "incident without a label, a fix without a word. A time to detection is not in it.",
    misuse="Never a target: closing an incident early makes it shorter. It says nothing of who was "
    "on call.",
    source="DORA 2024, Accelerate State of DevOps (failed deployment recovery time); Kaplan and "
    "Meier 1958",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="failures",
    estimate=estimate,
    speak=speak,
    window_weeks=52,
    tags=("delivery", "quality"),
)
