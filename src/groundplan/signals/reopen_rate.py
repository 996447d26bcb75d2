"""Reopen rate: what share of issues that were closed is opened again within four weeks."""

from __future__ import annotations

from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

# Closings of the last four weeks are left out whole: only those already reopened are settled, and
# counting these alone would make every newest week look bad.
SELECT = """
select week, case when actor = 'human' then person_id end as person_id,
  case when week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents'
    when closed_at + interval 28 days > told_until
      then 'closed in the last four weeks that are told' end as excluded,
  coalesce(reopened_at <= closed_at + interval 28 days, false) as reopened
from closings
where (repo in (select repo from scope_repos)
    or repo is null and exists (select 1 from scope_repos))
  and (week is null or (closed_at >= :since and closed_at < :until))
"""
MINIMUM = 30
OFTEN = 0.15  # a share worth a sentence by itself


def estimate(sample: Sample) -> Measured:
    """Of the closings of issues, the share taken back within four weeks [share]."""
    reopened = column(sample, "reopened")
    if unknown := too_few(len(reopened), MINIMUM, "closings"):
        return unknown
    return share_by_week(by_week(sample, reopened), by_week(sample), "closings")


def speak(reading: Reading) -> Finding | None:
    """A sentence when more or fewer issues come back than before, or many do."""
    what = "closed issues are open again within four weeks"
    detail = "Done may have meant written, not checked; it is worth asking what was missed."
    return sentences.share_moved(reading, what, detail) or sentences.share_is_high(
        reading, what, OFTEN, detail
    )


SIGNAL = Signal(
    name="reopen_rate",
    title="Reopened issues",
    version=1,
    says="What share of closed issues is opened again within four weeks? [share]",
    unit=SHARE,
    counts="Closings of issues on a code host or tracker, by the week of the closing; of these, "
    "those after which the issue was open again within 28 days.",
    leaves_out="Closings by bots, agents and deleted accounts, and those of the last four weeks "
    "that are told, whose fate is not settled. Issues that were repeated under a new number.",
    misuse="Not a measure of care: whoever reopens honestly makes it rise. Never a target.",
    source="Zimmermann, Nagappan, Guo and Murphy 2012, Characterizing and predicting which bugs "
    "get reopened, ICSE-SEIP; Shihab et al. 2013, Studying re-opened bugs in open source "
    "software, EMSE 18(5)",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="closings",
    estimate=estimate,
    speak=speak,
    window_weeks=26,
    tags=("quality",),
)
