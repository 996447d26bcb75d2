"""Off hours: what share of commits is written in the evening, at night or at the weekend."""

from __future__ import annotations

from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

SELECT = """
select week, person_id, excluded, count(*) as commits, count(*) filter (where off) as off_commits
from (
  select authored_week as week, excluded, case when excluded is null then person_id end
    as person_id, case when excluded is not null then commit_id end as one,
    days_between(cast(week_of(local_at) as timestamp), local_at) >= 5
      or extract(hour from local_at) < 7 or extract(hour from local_at) >= 20 as off
  from (
    select commit_id, person_id, authored_week,
      authored_at + author_offset_minutes * interval '1' minute as local_at,
      case when authored_week is null then 'dated outside the history'
        when actor <> 'human' then 'by bots and agents'
        when author_offset_minutes is null then 'without a time zone' end as excluded
    from commits
    where repo in (select repo from scope_repos) and not is_merge
      and (authored_week is null or (authored_at >= :since and authored_at < :until))
  ) timed
) told
group by week, person_id, excluded, one
"""
MINIMUM = 50
HEAVY = 1 / 3  # a share worth a sentence by itself


def estimate(sample: Sample) -> Measured:
    """The share of commits written outside Monday to Friday, 7:00 to 20:00 [share]."""
    commits = column(sample, "commits")
    if unknown := too_few(commits.sum(), MINIMUM, "commits"):
        return unknown
    off = by_week(sample, column(sample, "off_commits"))
    return share_by_week(off, by_week(sample, commits), "commits")


def speak(reading: Reading) -> Finding | None:
    """A sentence when the share moved, or is high."""
    what = "commits are written in the evening, at night or at a weekend"
    detail = "By the clock of each author. It may be choice; it is worth asking everybody together."
    return sentences.share_moved(reading, what, detail) or sentences.share_is_high(
        reading, what, HEAVY, detail
    )


SIGNAL = Signal(
    name="off_hours",
    title="Evenings and weekends",
    version=1,
    says="What share of commits is written in the evening, at night or at a weekend? [share]",
    unit=SHARE,
    counts="Commits of the main line whose author's own clock said before 7:00, from 20:00 on, or "
    "Saturday or Sunday, of all.",
    leaves_out="Merge commits, bots and agents, commits without a time zone or with impossible "
    "dates. Holidays are not known. A machine set to UTC hides its owner's evening, and a squash "
    "or a rebase may carry the time of the merge.",
    misuse="Not working time, and nobody's business person by person: flexible hours, volunteers "
    "and other continents look the same. Never use it to judge effort or to control presence.",
    source="Claes, Mantyla, Kuutila and Adams 2018, Do programmers work at night or during the "
    "weekend?, ICSE",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="commits",
    estimate=estimate,
    speak=speak,
    tags=("people", "health"),
)
