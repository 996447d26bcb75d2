"""Deployment frequency: how often changes reach production in a week."""

from __future__ import annotations

from typing import Final

from groundplan.inference.rates import mean_per_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.signals.waits import first_of_each
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import Style, Unit

DEPLOYMENTS_PER_WEEK: Final = Unit("deployments_per_week", "deployments/week", Style.RATE)
SELECT = """
select d.week, p.person_id, d.source || ' ' || d.deployment_id as deployment,
  case when d.week is null then 'dated outside the history'
    when d.result <> 'success' then 'that failed'
    when d.rollback then 'that brought back an older state'
    when p.person_id is null then 'of changes whose authors are not known' end as excluded
from deployments d
left join deployment_people p on p.source = d.source and p.deployment_id = d.deployment_id
  and d.result = 'success' and not d.rollback
where (d.repo in (select repo from scope_repos)
    or d.repo is null and exists (select 1 from scope_repos))
  and (d.week is null or (d.made_at >= :since and d.made_at < :until))
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """Deployments to production, as a mean over weeks [deployments/week]."""
    if unknown := too_few(len(sample.weeks), MINIMUM, "weeks"):
        return unknown
    return mean_per_week(by_week(sample, first_of_each(sample, "deployment")), DEPLOYMENTS_PER_WEEK)


def speak(reading: Reading) -> Finding | None:
    """A sentence when production is reached more or less often, or a plain one."""
    now = reading.now
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    detail = sentences.known_since(reading, "Deployments")
    return sentences.rate_moved(reading, f"About {_rate(now.value)}", detail)


def _rate(value: float) -> str:
    many, span = sentences.whole(value), "week"
    if value < 1:
        many, span = str(max(round(value * 365.25 / 12 / 7), 1)), "month"
    what = "one deployment reaches" if many == "1" else f"{many} deployments reach"
    return f"{what} production each {span}"


SIGNAL = Signal(
    name="deployment_frequency",
    title="Deployment frequency",
    version=1,
    says="How often do changes reach production in a week? [deployments/week]",
    unit=DEPLOYMENTS_PER_WEEK,
    counts="Successful deployments to production, in the week in which they were made. Of each "
    "repository one witness counts: deployments that the host calls production, or whose "
    "environment is named prod, production or live; else runs of a workflow that is named for "
    "deploying; else releases. One commit that reaches several environments within a day counts "
    "once. The people behind one are the authors of the pull requests it brought.",
    leaves_out="Deployments that failed, rollbacks, early releases, and deployments of changes "
    "whose authors are not known. Before the first deployment that is told, nothing is known.",
    misuse="It compares no teams: an app that is reviewed by a store and a web page differ. As a "
    "target it only makes deployments smaller.",
    source="Forsgren, Humble and Kim 2018, Accelerate; DORA 2024, Accelerate State of DevOps "
    "(deployment frequency)",
    model="Mean of dependent weekly counts, log scale, equal-weighted cosines (Lazarus, Lewis, "
    "Stock and Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="weeks",
    estimate=estimate,
    speak=speak,
    tags=("delivery",),
)
