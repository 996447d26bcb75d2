"""Departures: whether work goes on in an area after its main contributor fell silent."""

from __future__ import annotations

import numpy as np

from groundplan.inference.proportions import share_by_cluster
from groundplan.signals import sentences
from groundplan.signals.samples import codes, column, too_few, words
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import SHARE

SELECT = """
with weekly as (
  select repo, area, person_id, authored_week, changes from area_weeks
  where repo in (select repo from scope_repos)
),
everybody as (
  select repo, area, authored_week, sum(changes) as changes
  from weekly group by repo, area, authored_week
),
gone as (
  select person_id, max(authored_week) as last_week
  from credits
  where repo in (select repo from scope_repos) and actor = 'human' and authored_week is not null
  group by person_id
  having max(authored_week) + interval 27 weeks <=
    (select max(as_of) from repos where repo in (select repo from scope_repos))
),
own as (
  select w.repo, w.area, w.person_id, g.last_week, sum(w.changes) as changes
  from weekly w join gone g on g.person_id = w.person_id
  where w.authored_week > g.last_week - interval 52 weeks
  group by w.repo, w.area, w.person_id, g.last_week
  having sum(w.changes) >= 10
),
rivals as (
  select o.repo, o.area, o.person_id, w.person_id as rival_id, sum(w.changes) as changes
  from own o join weekly w on w.repo = o.repo and w.area = o.area
  where w.person_id <> o.person_id and w.authored_week <= o.last_week
    and w.authored_week > o.last_week - interval 52 weeks
  group by o.repo, o.area, o.person_id, w.person_id
),
strongest as (
  select repo, area, person_id, max(changes) as changes
  from rivals group by repo, area, person_id
),
watched as (
  select o.repo, o.area, o.person_id, o.last_week, max(o.changes) as own_changes,
    max(coalesce(s.changes, 0)) as rival_changes,
    sum(a.changes) filter (where a.authored_week <= o.last_week
      and a.authored_week > o.last_week - interval 26 weeks) as before_changes,
    coalesce(sum(a.changes) filter (where a.authored_week > o.last_week), 0) as after_changes
  from own o join everybody a on a.repo = o.repo and a.area = o.area
  left join strongest s
    on s.repo = o.repo and s.area = o.area and s.person_id = o.person_id
  where a.authored_week > o.last_week - interval 52 weeks
    and a.authored_week <= o.last_week + interval 26 weeks
  group by o.repo, o.area, o.person_id, o.last_week
)
select week_of(cast(last_week + interval 26 weeks as timestamp)) as week, person_id,
  after_changes * 2 >= before_changes as went_on
from watched
where own_changes > rival_changes and before_changes > 0
  and last_week + interval 26 weeks >= :since and last_week + interval 26 weeks < :until
"""
MINIMUM = 8


def estimate(sample: Sample) -> Measured:
    """Of the areas left by their main contributor, the share in which work went on [share]."""
    went_on = column(sample, "went_on")
    if unknown := too_few(len(went_on), MINIMUM, "areas left"):
        return unknown
    person, people = codes(words(sample, "person_id"))
    alive = np.bincount(person, weights=went_on, minlength=len(people))
    return share_by_cluster(alive, np.bincount(person, minlength=len(people)), "areas left")


def speak(reading: Reading) -> Finding | None:
    """A sentence on what became of areas that lost their main contributor."""
    now = reading.now
    if not isinstance(now, Estimate):
        return None
    went_on, all_areas = round(now.value * now.n), now.n
    first, last = reading.window.start_on.year, reading.window.end_on.year
    when = f"in {last}" if first == last else f"between {first} and {last}"
    sentence = (
        f"Of {all_areas} areas whose main contributor fell silent {when}, work went on at half "
        f"the pace or more in {went_on}."
    )
    weight = sentences.LEVEL_WORTH_KNOWING if now.high < 0.75 else sentences.STATE
    detail = "Silent means no commit and no review for half a year; some areas were simply done."
    return sentences.finding(reading, sentence, weight, detail)


SIGNAL = Signal(
    name="departures",
    title="Work after a departure",
    version=1,
    says="When an area's main contributor falls silent, does work there go on? [share]",
    unit=SHARE,
    counts="Areas in which one person changed more files than anybody else (and at least ten) in "
    "their last year before they fell silent in all repositories of the team for 26 weeks; of "
    "these, the areas with at least half as many changes in the 26 weeks after as in the 26 "
    "before. An area counts in the week in which the 26 weeks were over.",
    leaves_out="Bots and agents, bulk commits, impossible dates. Departures of the last half year: "
    "what follows cannot be known yet. An area that was finished looks like one that was dropped.",
    misuse="It says how the code fared, not why somebody went, and nobody is named. Silence is "
    "not departure: people move on inside a company, or rest.",
    source="Avelino, Constantinou, Valente and Serebrenik 2019, On the abandonment and survival of "
    "open source projects, ESEM (arXiv 1906.08058)",
    model="Wilson interval on the effective sample, clustered by who left (Korn and Graubard 1998)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="areas left",
    estimate=estimate,
    speak=speak,
    window_weeks=208,
    tags=("people", "risk"),
)
