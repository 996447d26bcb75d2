"""Context switches: how often a person's day jumps from one part of the code to another."""

from __future__ import annotations

from groundplan.inference.rates import ratio_of_sums
from groundplan.signals import sentences
from groundplan.signals.samples import by_week, column, too_few
from groundplan.signals.signal import Finding, Reading, Sample, Signal
from groundplan.terms.estimate import Estimate, Measured
from groundplan.terms.units import SWITCHES_PER_DAY

# Five years and the running one: as many windows as a page shows. Years, not weeks, so that blocks
# of weeks stay where they are when a week passes.
SELECT = """
with places as (
  select repo, order_nr, area, count(*) as files
  from changes
  where repo in (select repo from scope_repos) and actor = 'human' and not bulk
    and kind not in ('test', 'docs') and authored_week is not null
    and authored_at >= :since and authored_at < :until
    and authored_at >= (
      select date_trunc('year', max(as_of)) - interval 5 years from repos
      where repo in (select repo from scope_repos)
    )
  group by repo, order_nr, area
),
ranked as (
  select repo, order_nr, area,
    row_number() over (partition by repo, order_nr order by files desc, area) as place
  from places
),
steps as (
  select c.person_id, c.authored_week as week, c.authored_at, c.order_nr,
    cast(c.authored_at + coalesce(c.author_offset_minutes, 0) * interval '1' minute as date)
      as local_day,
    c.repo || ':' || r.area as spot
  from ranked r
  join commits c on c.repo = r.repo and c.order_nr = r.order_nr
  where r.place = 1
),
followed as (
  select person_id, week, local_day, spot,
    lag(spot) over (partition by person_id, local_day order by authored_at, order_nr) as earlier
  from steps
)
select week, person_id, count(distinct local_day) as person_days,
  count(*) filter (where earlier is not null and earlier <> spot) as switches
from followed
group by week, person_id
"""
MINIMUM = 40


def estimate(sample: Sample) -> Measured:
    """Jumps between areas within a person's day, per person-day [switches/person-day]."""
    days = column(sample, "person_days")
    if unknown := too_few(days.sum(), MINIMUM, "person-days"):
        return unknown
    switches = by_week(sample, column(sample, "switches"))
    return ratio_of_sums(switches, by_week(sample, days), SWITCHES_PER_DAY, "person-days")


def speak(reading: Reading) -> Finding | None:
    """A sentence when days have become more or less scattered, or are very scattered."""
    now, change = reading.now, reading.change
    if not isinstance(now, Estimate) or now.value == 0:
        return None
    weight = sentences.news(reading)
    sentence = f"In ten days with commits, people jump between areas {_times(10 * now.value)}"
    if weight and isinstance(change, Estimate):
        compared = sentences.more(change, "more", "less").replace("as many as", "as often as")
        compared = compared.replace("more than", "more often than")
        compared = compared.replace("less than", "less often than")
        sentence += f", {compared} in {sentences.before(reading)}."
    elif now.low > 1:
        weight = sentences.LEVEL_WORTH_KNOWING
        sentence += "."
    else:
        return None
    detail = "Only what commits show: a jump may be one piece of work that spans two areas."
    return sentences.finding(reading, sentence, weight, detail)


def _times(value: float) -> str:
    return "about once" if value < 1.5 else f"about {value:.0f} times"


SIGNAL = Signal(
    name="context_switches",
    title="Context switches",
    version=1,
    says="How often does a person's day jump between parts of the code? [switches/person-day]",
    unit=SWITCHES_PER_DAY,
    counts="On each day (by the author's clock) on which a person wrote commits that landed: how "
    "often the next commit's main area or repository differs from the one before; all such jumps "
    "over all such days. A commit's main area is where most of its files lie.",
    leaves_out="Merge commits, bots and agents, bulk commits, commits that are only tests or "
    "documentation, and every switch that leaves no commit: meetings, reviews, messages.",
    misuse="Aggregate only. It does not say that switching was wrong, nor how long anybody "
    "focused; a squashed branch hides its switches.",
    source="Vasilescu et al. 2016, The sky is not the limit: multitasking across GitHub projects, "
    "ICSE; Mark, Gudith and Klocke 2008, The cost of interrupted work, CHI",
    model="Ratio of weekly sums, log scale, equal-weighted cosines (Lazarus, Lewis, Stock and "
    "Watson 2018)",
    select=SELECT,
    minimum=MINIMUM,
    minimum_of="person-days",
    estimate=estimate,
    speak=speak,
    tags=("focus",),
)
