"""Active people: how many people's work lands in a week, as authors or co-authors."""

from __future__ import annotations

from groundplan.inference.rates import mean_per_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import PEOPLE_PER_WEEK

SELECT = """
select distinct week, excluded, case when excluded is null then person_id end as person_id
from (
  select c.authored_week as week, c.person_id,
    case when c.authored_week is null then 'dated outside the history'
      when c.actor <> 'human' then 'bots and agents' end as excluded
  from credits c
  left join (select repo, commit_id from commits where is_merge) m
    on m.repo = c.repo and m.commit_id = c.commit_id
  where c.repo in (select repo from scope_repos)
    and c.part in ('author', 'coauthor') and m.commit_id is null
    and (c.authored_week is null or (c.authored_at >= :since and c.authored_at < :until))
) seen
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """People with a change, as a mean over weeks [people/week]."""
    if unknown := too_few(len(sample.weeks), MINIMUM, "weeks"):
        return unknown
    return mean_per_week(by_week(sample), PEOPLE_PER_WEEK)


def speak(reading: Reading) -> Finding | None:
    """A sentence when more or fewer people take part than before."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value < 1:
        return None
    sentence = f"In a typical week, {_people(now.value)} have work that lands"
    detail = "Weeks count by when the work was written, on any repository of the team."
    return sentences.rate_moved(reading, sentence, detail)


def _people(value: float) -> str:
    text = sentences.whole(value)
    return "one person" if text == "1" else f"about {text} people"


SIGNAL = Signal(
    name="active_people",
    title="Active people",
    version=1,
    says="How many people have work of theirs landing in a week? [people/week]",
    unit=PEOPLE_PER_WEEK,
    counts="Different people who wrote or co-wrote (Co-authored-by) a commit of the main line, "
    "in the week in which they wrote it; mean over the weeks of the window.",
    leaves_out="Bots and agents, merge commits, reviews, work that never landed, and commits "
    "with impossible dates.",
    misuse="Not a head count and not presence: people review, design, test and talk without a "
    "commit. Never use it to ask why somebody was quiet.",
    source="Mockus, Fielding and Herbsleb 2002, Two case studies of open source software "
    "development: Apache and Mozilla, TOSEM 11(3)",
    model="Mean of dependent weekly counts, log scale, equal-weighted cosines (Lazarus, Lewis, "
    "Stock and Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="weeks",
    estimate=estimate,
    speak=speak,
    tags=("people",),
)
