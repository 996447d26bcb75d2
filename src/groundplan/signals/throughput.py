"""Throughput: how many merged changes reach the main line in a week."""

from __future__ import annotations

from groundplan.inference.rates import mean_per_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import CHANGES_PER_WEEK

SELECT = """
select landed_week as week,
  case when actor = 'human' then person_id end as person_id,
  case when landed_week is null then 'dated outside the history'
    when actor <> 'human' then 'by bots and agents' end as excluded
from landings
where repo in (select repo from scope_repos)
  and (landed_week is null or (landed_at >= :since and landed_at < :until))
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """Changes that land, as a mean over weeks [changes/week]."""
    if unknown := too_few(len(sample.weeks), MINIMUM, "weeks"):
        return unknown
    return mean_per_week(by_week(sample), CHANGES_PER_WEEK)


def speak(reading: Reading) -> Finding | None:
    """A sentence when the flow changed, or a plain one when it is known to be steady."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    detail = "Changes differ in size, so this says how often work lands, not how much was done."
    sentence = sentences.vague_rate(now, "changes land") or f"About {_rate(now.value)}"
    return sentences.rate_moved(reading, sentence, detail)


def _rate(value: float) -> str:
    per_month = round(value * 365.25 / 12 / 7)
    if value >= 1:
        return f"{sentences.whole(value)} changes land each week"
    return "one change lands each month" if per_month <= 1 else f"{per_month} changes land a month"


SIGNAL = Signal(
    name="throughput",
    title="Throughput",
    version=1,
    says="How many merged changes reach the main line in a week? [changes/week]",
    unit=CHANGES_PER_WEEK,
    counts="First-parent commits of the main line: a merge, a squashed pull request or a direct "
    "commit is one change, in the week in which it landed; mean over the weeks of the window.",
    leaves_out="Changes by bots and agents, changes with impossible dates, and work that did not "
    "land.",
    misuse="It compares no people and no teams: one change may be a typo or a month of work. As "
    "a target it only makes changes smaller.",
    source="Forsgren, Humble and Kim 2018, Accelerate; Lehman et al. 1997, METRICS",
    model="Mean of dependent weekly counts, log scale, equal-weighted cosines (Lazarus, Lewis, "
    "Stock and Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="weeks",
    estimate=estimate,
    speak=speak,
    tags=("flow",),
)
