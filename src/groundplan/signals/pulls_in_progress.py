"""Work in progress: how many pull requests are open at the same time."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import mean_per_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

PULL_REQUESTS: Final = Unit("pull_requests", "pull requests", Style.RATE)
SELECT = """
select week, case when actor = 'human' then person_id end as person_id,
  case when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents' end as excluded
from pull_weeks
where (repo in (select repo from scope_repos)
    or repo is null and exists (select 1 from scope_repos))
  and week >= cast(:since as date) and week < cast(:until as date)
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """Pull requests open at the end of a week, as a mean over weeks [pull requests]."""
    if unknown := too_few(len(sample.weeks), MINIMUM, "weeks"):
        return unknown
    return mean_per_week(by_week(sample), PULL_REQUESTS)


def speak(reading: Reading) -> Finding | None:
    """A sentence when more or fewer pull requests are open than before."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value < 1:
        return None
    many = sentences.whole(now.value)
    what = "one pull request is" if many == "1" else f"{many} pull requests are"
    sentence = f"About {what} open at the end of a week"
    detail = "What is begun and not finished waits for somebody; closing old ones counts too."
    return sentences.rate_moved(reading, sentence, detail)


SIGNAL = Signal(
    name="pulls_in_progress",
    title="Work in progress",
    version=1,
    says="How many pull requests are open at the same time? [pull requests]",
    unit=PULL_REQUESTS,
    counts="Pull requests, drafts too, that were open at the end of a week; mean over the weeks of "
    "the window.",
    leaves_out="Those by bots, agents and deleted accounts, and work that has no pull request yet. "
    "Between a closing and a reopening a pull request counts as open.",
    misuse="Fewer is not always better: a team of twelve has more open than one of five. Compare "
    "a team with its own past, and lower it by finishing, not by opening later.",
    source="Little 1961, A proof for the queuing formula L = lambda W, Operations Research 9(3); "
    "Anderson 2010, Kanban",
    model="Mean of dependent weekly counts, log scale, equal-weighted cosines (Lazarus, Lewis, "
    "Stock and Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="weeks",
    estimate=estimate,
    speak=speak,
    window_weeks=26,
    tags=("flow",),
)
