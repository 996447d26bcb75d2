"""First answer: how long whoever opens an issue waits until somebody else answers."""

from __future__ import annotations

from groundplan.inference.survival import share_arrived_by
from groundplan.signals import sentences
from groundplan.signals.samples import column
from groundplan.signals.signal import Finding, Part, Reading, Sample, Signal
from groundplan.signals.waits import median_wait
from groundplan.terms.estimate import Measured
from groundplan.terms.units import HOURS

SELECT = """
select week, case when actor = 'human' then person_id end as person_id,
  case when week is null then 'dated outside the history'
    when actor is null then 'by deleted accounts'
    when actor <> 'human' then 'by bots and agents' end as excluded,
  answered_at is not null as arrived,
  greatest(hours_between(asked_at, coalesce(answered_at, closed_at, told_until)), 0) as hours
from questions
where (repo in (select repo from scope_repos)
    or repo is null and exists (select 1 from scope_repos))
  and (week is null or (asked_at >= :since and asked_at < :until))
"""
MINIMUM = 20
DAY, WEEK = 24, 168  # hours


def estimate(sample: Sample) -> Measured:
    """Time from an issue's opening to the first answer, Kaplan-Meier median [hours]."""
    return median_wait(sample, MINIMUM, "issues")


def shares(sample: Sample) -> tuple[Part, ...]:
    """The share of issues with an answer within a day, and within a week."""
    hours, arrived = column(sample, "hours"), column(sample, "arrived") > 0
    if len(hours) < MINIMUM:
        return ()
    return tuple(
        Part(f"answered within {name}", share_arrived_by(hours, arrived, by, "issues"))
        for name, by in (("a day", DAY), ("a week", WEEK))
    )


def speak(reading: Reading) -> Finding | None:
    """A sentence when answers come later or sooner than before, or after more than three days."""
    what = "Half of the issues have a first answer from somebody else within {}"
    detail = "Issues that nobody has answered are counted as waiting still."
    return sentences.wait_moved(reading, what, 72, detail)


SIGNAL = Signal(
    name="first_answer",
    title="Time to first answer",
    version=1,
    says="How long does whoever opens an issue wait for an answer? [hours]",
    unit=HOURS,
    counts="Hours on the clock from an issue's opening to the first comment, or closing, by "
    "another person, by the week of the opening. Issues without an answer count as waiting "
    "still, or until they were closed by whoever opened them or by a program.",
    leaves_out="Issues by bots, agents and deleted accounts; what is answered in chat or in the "
    "corridor. Comments of bots and agents are no answer.",
    misuse="Not a target: an answer can be had quickly by saying nothing. It says nothing of who "
    "answers.",
    source="Mamykina et al. 2011, Design lessons from the fastest Q&A site in the West, CHI; Zhou "
    "and Mockus 2012, What make long term contributors, ICSE; Kaplan and Meier 1958",
    model="Kaplan-Meier median, Woodruff's interval (1952), design effect by week (Korn and "
    "Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="issues",
    estimate=estimate,
    speak=speak,
    parts=shares,
    parts_in_order=True,
    window_weeks=26,
    tags=("flow", "help"),
)
