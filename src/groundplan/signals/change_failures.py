"""Change failure rate: what share of deployments to production goes wrong."""

from __future__ import annotations

import numpy as np

from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few, words
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.signals.waits import first_of_each
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import SHARE

SELECT = """
select d.week, p.person_id, d.source || ' ' || d.deployment_id as deployment, d.failed,
  case when d.week is null then 'dated outside the history'
    when d.rollback then 'that brought back an older state'
    when d.failed is null then 'releases, of which nobody tells whether they failed'
    when p.person_id is null then 'of changes whose authors are not known' end as excluded
from deployments d
left join deployment_people p on p.source = d.source and p.deployment_id = d.deployment_id
  and d.failed is not null and not d.rollback
where (d.repo in (select repo from scope_repos)
    or d.repo is null and exists (select 1 from scope_repos))
  and (d.week is null or (d.made_at >= :since and d.made_at < :until))
"""
MINIMUM = 20
OFTEN = 0.3  # a share worth a sentence by itself
CAUSES = (
    ("failure", "ended in failure"),
    ("rolled_back", "rolled back"),
    ("incident", "followed by an incident"),
)


def estimate(sample: Sample) -> Measured:
    """Of the attempts to deploy to production, the share that went wrong [share]."""
    return _share(sample, [name for name, _ in CAUSES])


def causes(sample: Sample) -> tuple[Part, ...]:
    """The share that went wrong in each way; they add up, as each attempt has one."""
    return tuple(Part(title, _share(sample, [name])) for name, title in CAUSES)


def _share(sample: Sample, names: list[str]) -> Measured:
    attempts = first_of_each(sample, "deployment")
    failed = np.isin(words(sample, "failed").astype(str), names)
    return too_few(attempts.sum(), MINIMUM, "deployments") or share_by_week(
        by_week(sample, attempts & failed), by_week(sample, attempts), "deployments"
    )


def speak(reading: Reading) -> Finding | None:
    """A sentence when more or fewer deployments go wrong than before, or many; else a plain one."""
    if not isinstance(reading.now, Estimate):
        return None
    what = "deployments to production go wrong"
    detail = sentences.known_since(reading, "Failures")
    plain = f"{sentences.in_ten(reading.now.value).capitalize()} {what}."
    return (
        sentences.share_moved(reading, what, detail)
        or sentences.share_is_high(reading, what, OFTEN, detail)
        or sentences.finding(reading, plain, sentences.STATE, detail)
    )


SIGNAL = Signal(
    name="change_failures",
    title="Change failure rate",
    version=1,
    says="What share of deployments to production goes wrong? [share]",
    unit=SHARE,
    counts="Attempts to deploy to production (as deployment frequency counts them, failed ones "
    "too), by the week in which they were made; of these, those that ended in failure, that a "
    "rollback to an older state followed within a week, or that were the latest deployment when "
    "an incident began: an issue labelled incident, outage, sev-1 or post-mortem, or one that was "
    "pushed. An attempt that went wrong in several ways counts once, by the earliest.",
    leaves_out="Rollbacks themselves; releases where no incident is ever told, because nobody "
    "would say that they failed; fixes that were shipped without a word. What failed a day ago "
    "may not be known yet.",
    misuse="A rate that falls may mean that fewer failures are told. Never a target, and never "
    "whose change it was.",
    source="Forsgren, Humble and Kim 2018, Accelerate; DORA 2024, Accelerate State of DevOps "
    "(change fail rate)",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="deployments",
    estimate=estimate,
    speak=speak,
    parts=causes,
    window_weeks=26,
    tags=("delivery", "quality"),
)
