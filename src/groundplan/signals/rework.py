"""Rework: what share of changed lines is changed again within three weeks."""

from __future__ import annotations

from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

# A deletion in a file falls on its lines by chance, but on a line younger than three weeks so many
# times as likely as on an older one: chosen on four repositories against git blame, checked on
# another (evidence/rework).
FRESH_ODDS = 10

# Five years and the running one: as many windows as a page shows. Years, not weeks, so that blocks
# of weeks stay where they are when a week passes. At most some 20,000 files, taken evenly.
_SELECT = """
with cut as (
  select date_trunc('year', max(as_of)) - interval 5 years as since_at,
    max(as_of) - interval 21 days as until_at
  from repos where repo in (select repo from scope_repos)
),
taken as (
  select greatest(1, cast(floor(count(*) / 20000) as bigint)) as every
  from files where repo in (select repo from scope_repos) and entry = 'file'
),
counted as (
  select repo, file_id, order_nr, path, person_id, actor, bulk, authored_at, authored_week, added,
    deleted, authored_at >= since_at as late
  from changes cross join cut cross join taken
  where repo in (select repo from scope_repos) and lines = 'counted' and authored_week is not null
    and mod(file_id, every) = 0
),
older as (
  select repo, file_id, sum(added - deleted) as lines
  from counted where not late group by repo, file_id
),
sized as (
  select c.*,
    greatest(c.deleted, 1, coalesce(o.lines, 0) + coalesce(sum(c.added - c.deleted) over (
      partition by c.repo, c.file_id order by c.authored_at, c.order_nr, c.path
      rows between unbounded preceding and 1 preceding), 0)) as standing,
    coalesce(sum(c.added) over (
      partition by c.repo, c.file_id order by c.authored_at
      range between interval 21 days preceding and interval 1 second preceding), 0) as recent
  from counted c
  left join older o on o.repo = c.repo and o.file_id = c.file_id
  where c.late
),
struck as (
  select *,
    case when deleted = 0 or recent = 0 or bulk then 0.0
      else ln(1 - least(0.999999, ODDS * deleted
        / ((ODDS - 1) * least(recent, standing) + standing))) end as log_spared
  from sized
),
fates as (
  select repo, person_id, actor, bulk, authored_at, authored_week, added,
    1 - exp(coalesce(sum(log_spared) over (
      partition by repo, file_id order by authored_at
      range between interval 1 second following and interval 21 days following), 0)) as again
  from struck
)
select authored_week as week, person_id, sum(added) as lines, sum(added * again) as reworked
from fates cross join cut
where actor = 'human' and not bulk and added > 0
  and authored_at >= :since and authored_at < :until and authored_at <= until_at
group by authored_week, person_id
"""


def select_with(odds: int) -> str:
    """The signal's SQL for other odds of fresh lines; evidence/rework compares them."""
    return _SELECT.replace("ODDS", f"{odds}.0")


SELECT = select_with(FRESH_ODDS)
MINIMUM = 500
HEAVY = 0.25  # a share worth a sentence by itself


def estimate(sample: Sample) -> Measured:
    """Of the lines written, the share changed or removed again within 21 days [share]."""
    lines = column(sample, "lines")
    if unknown := too_few(lines.sum(), MINIMUM, "lines"):
        return unknown
    again = by_week(sample, column(sample, "reworked"))
    written = by_week(sample, lines)
    return share_by_week(again.clip(max=written), written, "lines")


def speak(reading: Reading) -> Finding | None:
    """A sentence when rework moved, or is high."""
    what = "new lines are changed again within three weeks"
    detail = "Trying things out looks the same as getting them wrong: ask before you judge."
    return sentences.share_moved(reading, what, detail) or sentences.share_is_high(
        reading, what, HEAVY, detail
    )


SIGNAL = Signal(
    name="rework",
    title="Rework",
    version=2,
    says="What share of the lines that are written is changed again within three weeks? [share]",
    unit=SHARE,
    counts="Lines added by commits of the main line, by the week in which they were written; of "
    "these, the lines that a later commit to the same file is expected to have removed or replaced "
    "within 21 days. A deletion is spread over the file's lines, with a line younger than three "
    "weeks ten times as likely to be hit as an older one.",
    leaves_out="Lines younger than three weeks (their time is not over), bots and agents, merge "
    "commits, bulk commits on both sides, binary files; of more than 20,000 files all but "
    "an even sample. It knows files, not lines: it overstates where people replace old lines "
    "beside new ones, and understates where one fresh part of a large file is polished again and "
    "again; a line moved to another file looks removed. Measured against git blame in "
    "evidence/rework.",
    misuse="Not waste and not a fault: early feedback, trials and reviews that land step by step "
    "all look like this. Never split it by person.",
    source="Nagappan and Ball 2005, Use of relative code churn measures to predict system defect "
    "density, ICSE; Shin et al. 2011, IEEE TSE 37(6)",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="lines",
    estimate=estimate,
    speak=speak,
    tags=("flow", "quality"),
)
