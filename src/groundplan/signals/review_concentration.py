"""Concentration of reviews: what share of them falls to the busiest reviewer of each area."""

from __future__ import annotations

import numpy as np

from groundplan.inference.concentration import falls_to_busiest
from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, codes, too_few, week_index, words
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

SELECT = """
select reviewed_week as week, case when actor = 'human' then person_id end as person_id,
  case when reviewed_week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents' end as excluded,
  coalesce(repo || ' ' || area, source) as place
from reviews
where (repo in (select repo from scope_repos)
    or repo is null and exists (select 1 from scope_repos))
  and (reviewed_week is null or (reviewed_at >= :since and reviewed_at < :until))
  and (author_id is null or person_id is null or person_id <> author_id)
group by source, key, repo, area, person_id, actor, reviewed_week
"""
MINIMUM = 50
MOSTLY_ONE = 0.6  # a share worth a sentence by itself


def estimate(sample: Sample) -> Measured:
    """The share of reviews by whoever reviews most in their area in the other weeks [share]."""
    if unknown := too_few(len(sample.rows["week"]), MINIMUM, "reviews"):
        return unknown
    place, _ = codes(words(sample, "place"))
    person, _ = codes(words(sample, "person_id"))
    falls, known = falls_to_busiest(place, person, week_index(sample))
    if unknown := too_few(known.sum(), MINIMUM, "reviews"):
        return unknown
    return share_by_week(
        by_week(sample, np.where(known, falls, 0)), by_week(sample, known), "reviews"
    )


def speak(reading: Reading) -> Finding | None:
    """A sentence when reviews came to fall to one person more, or less, or mostly do."""
    what = "reviews fall to whoever reviews most in that area"
    detail = "Areas that wait for one reviewer stop when that person rests; a second one learns by "
    detail += "reviewing."
    return sentences.share_moved(reading, what, detail) or sentences.share_is_high(
        reading, what, MOSTLY_ONE, detail
    )


SIGNAL = Signal(
    name="review_concentration",
    title="Concentration of reviews",
    version=1,
    says="What share of reviews falls to the busiest reviewer of each area? [share]",
    unit=SHARE,
    counts="Pull requests of others that a person looked at in a week, by the area where most of "
    "their files lie; of these, the share by whoever looks at most in that area in the other "
    "weeks of the window. Where files are not known, a repository is one area.",
    leaves_out="What bots, agents and deleted accounts say, one's own pull requests, and areas "
    "with reviews in a single week.",
    misuse="Not a list of whom to relieve or to praise: no names here. One careful reviewer can be "
    "right for a small part.",
    source="Thongtanunam et al. 2016, Revisiting code ownership and its "
    "relationship with software quality in the scope of modern code review, ICSE; Stone 1974",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="reviews",
    estimate=estimate,
    speak=speak,
    window_weeks=26,
    tags=("review", "risk"),
)
