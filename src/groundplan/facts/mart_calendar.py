"""The mart's weeks of calendars: whose they are is known here, when somebody meets is not.

Only signals read them, as sums of five people and more; a law test holds that.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from groundplan.facts.calendar import CALENDAR_WEEKS, source_of
from groundplan.facts.engines.duckdb import DuckDB, as_text
from groundplan.facts.ledger import Snapshot
from groundplan.facts.mart_columns import ON, F, I, T, declare
from groundplan.terms.scope import GROUP_FLOOR

CALENDAR_TABLES = (
    declare(
        "calendar_weeks",
        "a week of a calendar that is connected or that its owner lets count, when it was over",
        "person_id week_on",
        {
            "person_id": (T, "whose calendar it is"),
            "week_on": (ON, "its Monday"),
            "days": (I, "worked on: no weekends, no days off"),
            "working_hours": (F, "of these days"),
            "meeting_hours": (F, "in meetings, of the working hours"),
            "focus_hours": (F, "in gaps of two hours or more"),
            "broken_hours": (F, "in shorter gaps"),
        },
    ),
)
_CONNECTED: Final = """
create table told_weeks as
select w.source, o.person_id, w.week_on, w.days, w.working_hours, w.meeting_hours, w.focus_hours,
  w.broken_hours, w.seen
from {weeks} w join calendar_owners o on o.source = w.source
union all
select 'journal:' || s.colleague, o.person_id, cast(s.week_on as date), s.days, s.working_hours,
  s.meeting_hours, s.focus_hours, s.broken_hours, s.seen
from said_weeks s join said_owners o on o.colleague = s.colleague
"""
# Of two calendars of one person in the same week the fuller one: their times are not known here,
# so that what overlaps would count twice. Whoever joins later than others counts from then on:
# with their past, an older report could be subtracted from a newer one, and show them alone.
_WEEKS: Final = f"""
create table calendar_weeks as
with first_told as (
  select *, row_number() over (partition by source, week_on order by seen) as telling
  from told_weeks
),
joined as (
  select w.source, w.person_id, max(w.week_on) as week_on
  from told_weeks w
  where w.seen = (select min(f.seen) from told_weeks f where f.source = w.source)
  group by w.source, w.person_id
),
together as (
  select week_on, count(distinct person_id) as people from joined group by week_on
),
owned as (
  select w.*, row_number() over (
    partition by w.person_id, w.week_on order by w.meeting_hours desc, w.source
  ) as place
  from first_told w
  join joined j on j.source = w.source
  join together t on t.week_on = j.week_on
  where w.telling = 1 and (w.week_on > j.week_on or t.people >= {GROUP_FLOOR})
)
select person_id, week_on, days, working_hours, meeting_hours, focus_hours, broken_hours
from owned where place = 1
order by week_on, person_id
"""


def build_calendars(engine: DuckDB, snapshot: Snapshot) -> None:
    """Make the table `calendar_weeks`, once people are known; an address of two people is nobody's.

    A connected calendar's facts name its owner by a digest of their address only; whose weeks were
    said here is known by the accounts that they linked.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for email, person in engine.rows(
        "select a.email, a.person_id from accounts a join people p using (person_id) "
        "where p.actor = 'human' and a.email like '%@%' order by a.email, a.person_id"
    ):
        owners[source_of(email)].add(person)
    certain = [(source, people.pop()) for source, people in owners.items() if len(people) == 1]
    engine.load(
        "calendar_owners",
        {
            "source": as_text([source for source, _ in certain]),
            "person_id": as_text([person for _, person in certain]),
        },
    )
    engine.execute(_CONNECTED.format(weeks=snapshot.relation(CALENDAR_WEEKS)))
    engine.execute(_WEEKS)
    for scaffolding in ("calendar_owners", "told_weeks"):
        engine.execute(f"drop table {scaffolding}")


def count_calendars(mart: DuckDB) -> int:
    """How many people's calendars count, connected or brought."""
    return int(mart.rows("select count(distinct person_id) from calendar_weeks")[0][0])
