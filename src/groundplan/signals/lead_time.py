"""Lead time: how long a change takes from its first commit to production, and where it waits."""

from __future__ import annotations

import numpy as np

from groundplan.inference.quantiles import median_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import column, too_few, week_index
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.signals.waits import median_wait
from groundplan.terms.estimate import Estimate, Measured, Unknown
from groundplan.terms.units import HOURS

SELECT = """
with merged as (
  select p.person_id, p.actor, p.repo, p.method, p.merged_week, p.first_commit_at, p.deployed_at,
    p.merged_at, greatest(p.told_until, p.merged_at) as seen_until, h.deploys, h.deploys_from,
    coalesce(p.merged_at > h.deploys_until and p.deployed_at is null, false) as untold,
    p.first_review_at is not null as reviewed, p.approved_at is not null as approved,
    least(p.first_commit_at, p.created_at) as started_at,
    least(coalesce(p.ready_at, p.created_at), p.merged_at) as ready_at,
    greatest(p.first_review_at, p.ready_at) as review_at,
    greatest(p.approved_at, p.ready_at) as approved_at
  from pulls p join hosts h on h.source = p.source
  where p.state = 'merged'
    and (p.repo in (select repo from scope_repos)
      or p.repo is null and exists (select 1 from scope_repos))
    and (p.merged_week is null or (p.merged_at >= :since and p.merged_at < :until))
)
select merged_week as week, case when actor = 'human' then person_id end as person_id,
  case when merged_week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents'
    when repo is not null and method is null then 'without a commit on the main line that is read'
    when first_commit_at is null then 'with a first commit that is not known'
    when merged_at < deploys_from then 'merged before the first deployment that is told'
    end as excluded,
  deploys is null or deployed_at is not null as arrived, untold,
  hours_between(started_at, case when deploys is null then merged_at
    else greatest(coalesce(deployed_at, seen_until), merged_at) end) as hours,
  hours_between(started_at, greatest(ready_at, started_at)) as writing,
  case when reviewed then hours_between(ready_at, review_at) end as pickup,
  case when reviewed then hours_between(review_at, coalesce(approved_at, merged_at)) end as review,
  case when approved then hours_between(approved_at, merged_at) end as merging,
  case when not reviewed then hours_between(ready_at, merged_at) end as alone,
  case when deploys is not null
    then hours_between(merged_at, greatest(coalesce(deployed_at, seen_until), merged_at))
    end as deploying
from merged
"""
MINIMUM = 20
MOST_UNTOLD = 0.1  # of a window's pull requests, merged after its deployments ceased to be told
LAST = "merge to production"
STAGES = (
    ("writing", "first commit to ready for review"),
    ("pickup", "ready to first review"),
    ("review", "first review to approval"),
    ("merging", "approval to merge"),
    ("alone", "ready to merge, without a review"),
)


def estimate(sample: Sample) -> Measured:
    """Time from a change's first commit to production, Kaplan-Meier median [hours]."""
    untold = column(sample, "untold") > 0
    return _silence(sample) or median_wait(sample, MINIMUM, "pull requests", ~untold)


def _silence(sample: Sample) -> Unknown | None:
    """Unknown where deployments ceased to be told: whoever waits for them waits for ever."""
    untold = column(sample, "untold") > 0
    if untold.sum() <= MOST_UNTOLD * len(untold):
        return None
    told = int((~untold).sum())
    return Unknown("deployments are not told any more", told, len(untold), "pull requests")


def stages(sample: Sample) -> tuple[Part, ...]:
    """The median of each stage over the pull requests that went through it [hours]."""
    parts = []
    for name, title in STAGES:
        hours = column(sample, name)
        some = ~np.isnan(hours)
        if some.any():
            value = too_few(some.sum(), MINIMUM, "pull requests") or median_by_week(
                hours[some], week_index(sample)[some], len(sample.weeks), HOURS, "pull requests"
            )
            parts.append(Part(title, value))
    waits = ~np.isnan(column(sample, "deploying")) & ~(column(sample, "untold") > 0)
    if waits.any():
        deploying = median_wait(sample, MINIMUM, "pull requests", waits, "deploying")
        parts.append(Part(LAST, _silence(sample) or deploying))
    return tuple(parts)


def speak(reading: Reading) -> Finding | None:
    """A sentence on the lead time and on the stage that takes longest."""
    now, change = reading.now, reading.change
    if not isinstance(now, Estimate):
        return None
    deployed = any(part.name == LAST for part in reading.parts)
    end = "production" if deployed else "merge"
    typical = sentences.typical(now)
    sentence = f"A typical pull request takes {typical} from first commit to {end}"
    weight = sentences.news(reading)
    if weight and isinstance(change, Estimate):
        sentence += f", {sentences.more(change, 'longer', 'less')} in {sentences.before(reading)}."
    else:
        weight, sentence = sentences.STATE, sentence + "."
    known = [(p.value.value, p.name) for p in reading.parts if isinstance(p.value, Estimate)]
    detail = "Nights and weekends count."
    if known:
        longest, name = max(known)
        detail = f"The longest stage is {name}: {sentences.duration(longest)}. {detail}"
    if now.n < reading.rows:
        late = f"{reading.rows - now.n:,} merged after the last deployment that is told"
        detail = f"{detail} Left out are {late}."
    return sentences.finding(reading, sentence, weight, detail)


SIGNAL = Signal(
    name="lead_time",
    title="Lead time",
    version=2,
    says="How long does a change take from its first commit to production? [hours]",
    unit=HOURS,
    counts="Hours on the clock from a pull request's first commit, or its opening if that is "
    "earlier, to the first deployment to production that holds it; to its merge, where its host "
    "tells of no deployments. By the week of the merge; merged and not yet deployed counts as "
    "under way. The stages follow each other, so that no hour is in two of them; each median is "
    "over the pull requests that went through the stage, so medians do not add up. Drafts are "
    "being written; the last approval before the merge ends the review.",
    leaves_out="Pull requests by bots, agents and deleted accounts; those that cannot be linked to "
    "a commit of the main line that is read (by the merge's commit, by what a squash or a rebase "
    "left, by their number in its message), such as backports; an unknown first commit; merges "
    "before the first deployment that is told: there history does not reach; and after the last "
    "one, once four weeks and twice the longest pause have passed without another: where those "
    "are more than one in ten, nothing is known. What was not merged is not in it; a rebase or an "
    "amended commit hides earlier days.",
    misuse="Not how fast people work: most of it is waiting. Compare a team with its own past "
    "only, and a stage with nothing but itself.",
    source="Forsgren, Humble and Kim 2018, Accelerate (lead time for changes); DORA 2024, "
    "Accelerate State of DevOps; Kaplan and Meier 1958",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="pull requests",
    estimate=estimate,
    speak=speak,
    parts=stages,
    parts_in_order=True,
    tags=("flow", "delivery"),
)
