"""Whose future may be told to whom: a forecast tells how fast those finish who work on a plan.

What is one's own alone is one's own to see. Of fewer than a floor nobody else learns anything, not
even those who are among them, as each could subtract what they did themselves.
"""

from __future__ import annotations

from groundplan.facts.accounts import read_accounts
from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.trackers import Tracker
from groundplan.inference.forecasts.claims import look_ahead
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.inference.forecasts.paces import LONGEST_WEEKS
from groundplan.records.linking import accounts_of
from groundplan.records.roster import Roster
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope


def foretell(
    mart: DuckDB, roster: Roster, scope: Scope, tracker: Tracker, name: str
) -> Forecast | Unknown:
    """The future of a tracker's class, as far as the viewer may know it."""
    withheld = check_people(mart, roster, scope, tracker, name, LONGEST_WEEKS)
    return withheld or look_ahead(tracker.finished(name), tracker.until)


def check_people(
    mart: DuckDB, roster: Roster, scope: Scope, tracker: Tracker, name: str, weeks: int
) -> Unknown | None:
    """Why what a class finished is withheld from the viewer; None where it may be told.

    Told is what names nobody, enough people in the last so many weeks, or in all of the tracker
    nobody but the viewer.
    """
    people = tracker.people(name, weeks)
    if not 0 < people < scope.floor:
        return None
    mine, _ = accounts_of(roster, scope.viewer)
    seen = read_accounts(mart) if mine else {}
    own = {seen[account].person_id for account in mine if account in seen}
    if set(tracker.person.tolist()) - {""} <= own:
        return None
    return Unknown("a team number needs enough people behind it", people, scope.floor, "people")
