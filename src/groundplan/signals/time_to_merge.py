"""Time to merge: how long a change takes from its first commit to the main line."""

from __future__ import annotations

from groundplan.inference.quantiles import median_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import column, too_few, week_index
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import HOURS

SELECT = """
select landed_week as week,
  case when actor = 'human' then person_id end as person_id,
  case when landed_week is null then 'dated outside the history'
    when actor <> 'human' then 'by bots and agents'
    when via not in ('merge', 'squash') then 'landed directly, without a branch that can be seen'
    when first_authored_at is null then 'with a first commit that is not known'
    when first_authored_at > landed_at then 'with a first commit dated after its merge'
    end as excluded,
  hours_between(first_authored_at, landed_at) as hours
from landings
where repo in (select repo from scope_repos)
  and (landed_week is null or (landed_at >= :since and landed_at < :until))
"""
MINIMUM = 20


def estimate(sample: Sample) -> Measured:
    """Time from a change's first commit to its merge, median [hours]."""
    hours = column(sample, "hours")
    if unknown := too_few(len(hours), MINIMUM, "changes"):
        return unknown
    return median_by_week(hours, week_index(sample), len(sample.weeks), HOURS, "changes")


def speak(reading: Reading) -> Finding | None:
    """A sentence when merging has become slower or faster, or takes longer than a week."""
    now, change = reading.now, reading.change
    if not isinstance(now, Estimate):
        return None
    sentence = f"A typical merged change takes {sentences.typical(now)} from first commit to merge"
    weight = sentences.news(reading)
    if weight and isinstance(change, Estimate):
        sentence += f", {sentences.more(change, 'longer', 'less')} in {sentences.before(reading)}."
    elif now.low > 7 * 24:
        weight = sentences.LEVEL_WORTH_KNOWING
        sentence += "; half of them take longer still."
    else:
        weight, sentence = sentences.STATE, sentence + "."
    detail = "It includes writing, review and waiting; the parts are not told apart here."
    return sentences.finding(reading, sentence, weight, detail)


SIGNAL = Signal(
    name="time_to_merge",
    title="Time to merge",
    version=1,
    says="How long does a change take from its first commit to the main line? [hours]",
    unit=HOURS,
    counts="Hours on the clock (nights and weekends too) from the first authored commit of what "
    "a merge brought, or of the pull request behind a squash, to its landing; median over the "
    "changes that landed in the window.",
    leaves_out="Changes by bots and agents, commits made directly on the main line, squashes whose "
    "pull request is not in the clone, and changes whose first commit is dated after the merge. "
    "Changes still open are not in it: it describes what landed.",
    misuse="Not how fast people work: a rebase or an amended commit hides earlier days, and "
    "waiting for review is in it. Compare a team with its own past only.",
    source="Forsgren, Humble and Kim 2018, Accelerate (lead time); Yu et al. 2015, Wait for it: "
    "determinants of pull request evaluation latency on GitHub, MSR",
    model="Median with Woodruff's interval (1952), design effect by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="changes",
    estimate=estimate,
    speak=speak,
    tags=("flow", "review"),
)
