"""Newcomers: how long somebody new takes to a fifth change, those on their way included."""

from __future__ import annotations

from groundplan.inference.survival import quantile_of_waiting, share_arrived_by
from groundplan.signals import sentences
from groundplan.signals.samples import column, too_few
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import DAYS

SELECT = """
with mine as (
  select distinct c.repo, c.commit_id, c.person_id, c.authored_at
  from credits c
  left join (select repo, commit_id from commits where is_merge) m
    on m.repo = c.repo and m.commit_id = c.commit_id
  where c.repo in (select repo from scope_repos) and c.actor = 'human'
    and c.part in ('author', 'coauthor') and m.commit_id is null
    and c.authored_week is not null
),
numbered as (
  select person_id, authored_at,
    row_number() over (partition by person_id order by authored_at, repo, commit_id) as nr
  from mine
),
people_paths as (
  select person_id, min(authored_at) as first_at,
    min(authored_at) filter (where nr = 5) as fifth_at
  from numbered group by person_id
),
ends as (
  select max(as_of) as as_of, count(*) filter (where shallow) as cut
  from repos where repo in (select repo from scope_repos)
)
select week_of(first_at) as week, case when cut = 0 then person_id end as person_id,
  case when cut > 0 then 'in a shallow clone, where a first change cannot be known' end as excluded,
  days_between(first_at, coalesce(fifth_at, greatest(as_of, first_at))) as days,
  fifth_at is not null as arrived
from people_paths cross join ends
where first_at >= :since and first_at < :until
"""
MINIMUM = 10
HALF_YEAR = 182  # days
QUARTER = 91  # days


def estimate(sample: Sample) -> Measured:
    """Days from a person's first to fifth landed change, Kaplan-Meier median [days]."""
    days = column(sample, "days")
    if unknown := too_few(len(days), MINIMUM, "newcomers"):
        return unknown
    return quantile_of_waiting(days, column(sample, "arrived") > 0, DAYS, "newcomers")


def shares(sample: Sample) -> tuple[Part, ...]:
    """The share of newcomers with a fifth change within a quarter, and within half a year."""
    days, arrived = column(sample, "days"), column(sample, "arrived") > 0
    if len(days) < MINIMUM:
        return ()
    return tuple(
        Part(f"fifth change within {name}", share_arrived_by(days, arrived, by, "newcomers"))
        for name, by in (("a quarter", QUARTER), ("half a year", HALF_YEAR))
    )


def speak(reading: Reading) -> Finding | None:
    """A sentence on how newcomers get going, with the time if most of them do."""
    now = reading.now
    year = f"the last {sentences.span(reading.window.weeks)}"
    detail = "Everybody who first appears counts, also those who meant to help only once."
    if isinstance(now, Estimate):
        took = sentences.duration(24 * now.value)
        sentence = f"Half of those who started in {year} made their fifth change within {took}."
        weight = sentences.news(reading) or sentences.STATE
        return sentences.finding(reading, sentence, weight, detail)
    within = [part.value for part in reading.parts if part.name.endswith("half a year")]
    if not within or not isinstance(within[0], Estimate):
        return None
    share = within[0]
    sentence = (
        f"Of the {share.n:,} people whose first change came in {year}, "
        f"{sentences.in_ten(share.value)} made five changes within half a year."
    )
    return sentences.finding(reading, sentence, sentences.STATE, detail)


SIGNAL = Signal(
    name="newcomers",
    title="Newcomers",
    version=1,
    says="How long does somebody new take from a first to a fifth landed change? [days]",
    unit=DAYS,
    counts="People by the week of their first authored or co-authored change on any repository of "
    "the team; days on the calendar to their fifth. Those who are not there yet count as still on "
    "their way (censored), so that waiting ones are not forgotten.",
    leaves_out="Bots and agents, merge commits, reviews; shallow clones, where a first change "
    "cannot be known. Who joins with an unknown address may look new.",
    misuse="It describes how easy it is to begin here, not how good anybody is. Many volunteers "
    "come for one change and that is fine.",
    source="Zhou and Mockus 2015, Who will stay in the FLOSS community?, IEEE TSE 41(1); Kaplan "
    "and Meier 1958",
    model="Kaplan-Meier median with log-log bounds (Brookmeyer and Crowley 1982)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="newcomers",
    estimate=estimate,
    speak=speak,
    parts=shares,
    parts_in_order=True,
    window_weeks=52,
    tags=("people", "joining"),
)
