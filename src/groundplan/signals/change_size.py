"""Change size: how many lines a typical merged change touches."""

from __future__ import annotations

from groundplan.inference.quantiles import median_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import column, too_few, week_index
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import LINES

SELECT = """
with bulk_landings as (
  select distinct c.repo, c.landed_by
  from commits c
  join (select distinct repo, commit_id from changes where bulk) b
    on b.repo = c.repo and b.commit_id = c.commit_id
)
select l.landed_week as week,
  case when l.actor = 'human' then l.person_id end as person_id,
  case when l.landed_week is null then 'dated outside the history'
    when l.actor <> 'human' then 'by bots and agents'
    when b.landed_by is not null then 'with a bulk commit (more files than anybody reviews)'
    when l.added is null then 'with lines that are not counted yet'
    when l.added + l.deleted = 0 then 'without changed lines (binary, renamed or empty)'
    end as excluded,
  l.added + l.deleted as lines
from landings l
left join bulk_landings b on b.repo = l.repo and b.landed_by = l.commit_id
where l.repo in (select repo from scope_repos)
  and (l.landed_week is null or (l.landed_at >= :since and l.landed_at < :until))
"""
MINIMUM = 20
REVIEWABLE = 400  # lines; reviewers find markedly less beyond (Cohen et al. 2006)


def estimate(sample: Sample) -> Measured:
    """Lines added and deleted by a merged change, median [lines]."""
    lines = column(sample, "lines")
    if unknown := too_few(len(lines), MINIMUM, "changes"):
        return unknown
    return median_by_week(lines, week_index(sample), len(sample.weeks), LINES, "changes")


def speak(reading: Reading) -> Finding | None:
    """A sentence when changes have become larger or smaller, or are hard to review."""
    now, change = reading.now, reading.change
    if not isinstance(now, Estimate):
        return None
    sentence = f"A typical change touches about {sentences.whole(now.value)} lines"
    weight = sentences.news(reading)
    if weight and isinstance(change, Estimate):
        compared = sentences.more(change, "more", "fewer")
        sentence += f", {compared} in {sentences.before(reading)}."
    elif now.low > REVIEWABLE:
        weight = sentences.LEVEL_WORTH_KNOWING
        sentence += f", more than the {REVIEWABLE} or so that a reviewer can read with care."
    else:
        return None
    detail = "Half of the changes are smaller. Generated files count like any other text."
    return sentences.finding(reading, sentence, weight, detail)


SIGNAL = Signal(
    name="change_size",
    title="Change size",
    version=1,
    says="How many lines does a typical merged change touch? [lines]",
    unit=LINES,
    counts="Lines added plus lines deleted by all that one landing brought; median over the "
    "changes that landed in the window.",
    leaves_out="Changes by bots and agents, with a bulk commit (more than 100 files), without "
    "text lines (binary files, pure renames), or whose lines are not counted yet.",
    misuse="Small is easier to review, not better work: never a target, and never a measure of "
    "what somebody achieved.",
    source="Cohen, Teleki and Brown 2006, Best Kept Secrets of Peer Code Review; Sadowski et al. "
    "2018, Modern code review: a case study at Google, ICSE-SEIP",
    model="Median with Woodruff's interval (1952), design effect by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="changes",
    estimate=estimate,
    speak=speak,
    tags=("flow", "review"),
)
