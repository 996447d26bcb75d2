"""Work kinds: what the changes that land are for, from features to chores."""

from __future__ import annotations

from groundplan.facts.work_kinds import KINDS
from groundplan.inference.proportions import share_by_week
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, too_few, words
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.terms.estimate import Measured
from groundplan.terms.units import SHARE

SELECT = """
select landed_week as week,
  case when actor = 'human' then person_id end as person_id,
  case when landed_week is null then 'dated outside the history'
    when actor <> 'human' then 'by bots and agents' end as excluded,
  kind
from landings
where repo in (select repo from scope_repos)
  and (landed_week is null or (landed_at >= :since and landed_at < :until))
"""
MINIMUM = 30
HEAVY = 0.4  # a share of fixes worth a sentence by itself


def estimate(sample: Sample) -> Measured:
    """The share of changes that fix something [share]."""
    return _share(sample, "fix")


def split(sample: Sample) -> tuple[Part, ...]:
    """The share of each kind of work [share]; they sum to one."""
    return tuple(Part(kind, _share(sample, kind)) for kind in KINDS)


def _share(sample: Sample, kind: str) -> Measured:
    kinds = words(sample, "kind")
    if unknown := too_few(len(kinds), MINIMUM, "changes"):
        return unknown
    return share_by_week(by_week(sample, kinds == kind), by_week(sample), "changes")


def speak(reading: Reading) -> Finding | None:
    """A sentence when the share of fixes moved, or is high."""
    what = "changes that land fix something that was there before"
    detail = "Kinds are read from subjects and file names by plain rules; more fixes may be care."
    return sentences.share_moved(reading, what, detail) or sentences.share_is_high(
        reading, what, HEAVY, detail
    )


SIGNAL = Signal(
    name="work_kinds",
    title="Changes that fix",
    version=1,
    says="What share of merged changes fix something, and what are the others for? [share]",
    unit=SHARE,
    counts="Merged changes whose kind is a fix, of all; the parts are the shares of features, "
    "fixes, tests, documentation, build, chores and others. A change has the kind of most of its "
    "commits, read from subjects and touched files by rules that anybody can check.",
    leaves_out="Changes by bots and agents, and changes with impossible dates. Sizes do not count: "
    "each change counts once.",
    misuse="Not a measure of quality: a team that looks finds more to fix, and subjects follow "
    "habits. Never split it by person.",
    source="Levin and Yehudai 2017, Boosting automatic commit classification, PROMISE; Swanson "
    "1976, The dimensions of maintenance, ICSE",
    model="Wilson interval on the effective sample by week (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="changes",
    estimate=estimate,
    speak=speak,
    parts=split,
    tags=("work",),
)
