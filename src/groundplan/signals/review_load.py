"""Review load: how many pull requests of others a reviewer looks at in a week."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import ratio_of_sums
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

UNIT: Final = Unit("pulls_per_reviewer_week", "pull requests/reviewer-week", Style.RATE)
SELECT = """
select week, person_id, excluded, 1 as reviewer_weeks, count(distinct pull) as reviewed
from (
  select reviewed_week as week, case when actor = 'human' then person_id end as person_id,
    source || ' ' || key as pull,
    case when reviewed_week is null then 'dated outside the history'
      when actor is null then 'by deleted accounts'
      when actor <> 'human' then 'by bots and agents' end as excluded
  from reviews
  where (repo in (select repo from scope_repos)
      or repo is null and exists (select 1 from scope_repos))
    and (reviewed_week is null or (reviewed_at >= :since and reviewed_at < :until))
    and (author_id is null or person_id is null or person_id <> author_id)
) acts
group by week, person_id, excluded
"""
MINIMUM = 40


def estimate(sample: Sample) -> Measured:
    """Pull requests looked at, per week of a reviewer [pull requests/reviewer-week]."""
    weeks = column(sample, "reviewer_weeks")
    if unknown := too_few(weeks.sum(), MINIMUM, "reviewer-weeks"):
        return unknown
    reviewed = by_week(sample, column(sample, "reviewed"))
    return ratio_of_sums(reviewed, by_week(sample, weeks), UNIT, "reviewer-weeks")


def speak(reading: Reading) -> Finding | None:
    """A sentence when reviewers have more or less to look at than before."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    many = sentences.whole(now.value)
    sentence = f"In a week with reviews, a reviewer looks at about {many} pull requests"
    detail = "How evenly that is shared says the concentration of reviews."
    return sentences.rate_moved(reading, sentence, detail)


SIGNAL = Signal(
    name="review_load",
    title="Review load",
    version=1,
    says="How many pull requests does a reviewer look at in a week? [pull requests/reviewer-week]",
    unit=UNIT,
    counts="Different pull requests of others on which a person left a review or a comment, over "
    "the weeks in which a person left any.",
    leaves_out="What bots, agents and deleted accounts say, and what is said on one's own pull "
    "requests; weeks without a review are nobody's load. Reviews at one screen leave no trace.",
    misuse="Not how much anybody helps: one review may take a minute or two days. Never a target, "
    "and nobody's number.",
    source="Rigby and Bird 2013, Convergent contemporary software peer review practices, ESEC/FSE; "
    "Sadowski et al. 2018, Modern code review: a case study at Google, ICSE-SEIP",
    model="Ratio of weekly sums, log scale, equal-weighted cosines (Lazarus, Lewis, Stock and "
    "Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="reviewer-weeks",
    estimate=estimate,
    speak=speak,
    tags=("review", "health"),
)
