"""What facts show of milestones and promises: what is merged of them, and when the last will be.

Below the practices, because milestones, updates and goals must tell the same of one milestone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Final

from groundplan.facts.engines.duckdb import DuckDB
from groundplan.facts.linked_items import Linked, Links, find_linked
from groundplan.facts.links import find_done
from groundplan.facts.trackers import Tracker
from groundplan.inference import delay
from groundplan.inference.forecasts.claims import claim_days
from groundplan.inference.forecasts.forecast import Forecast
from groundplan.records.journal import Visibility
from groundplan.records.milestone_checks import Outlook, is_late
from groundplan.records.milestones import ACTIVE, Check, Milestone, Sort, settle
from groundplan.records.promised import judge
from groundplan.records.roster import Roster
from groundplan.records.updates.shared_promises import Shared
from groundplan.signals.futures import foretell
from groundplan.terms.estimate import Unknown
from groundplan.terms.scope import Scope

MERGED: Final = (Sort.MUST, Sort.DATA, Sort.NICE)  # what a merged change shows; it moves no metric
LEVELS: Final = (0.5, 0.85, 0.95)


def settle_by_facts(mart: DuckDB, repos: Sequence[str], one: Milestone) -> Milestone:
    """The milestone with what merged changes show of its points; facts come before words."""
    found: dict[int, tuple[date, str]] = {}
    for point in one.standing:
        links = [point.link, *([point.proof.link] if point.proof else [])]
        for link in links if point.sort in MERGED else ():
            done = find_done(mart, repos, link, one.defined_on)
            if done is not None:
                found.setdefault(point.place, (done.at.date(), done.subject))
    return settle(one, found)


def settle_promises(
    mart: DuckDB, repos: Sequence[str], known: Iterable[Mapping[int, Shared]], today: date
) -> list[Shared]:
    """The promises to partners with what became of them; a person's own word comes before facts.

    known: by person.
    """
    found = []
    for one in (each for some in known for each in some.values()):
        made, done = one.promise, None
        if made.share != Visibility.PARTNERS:
            continue
        if made.done_on is None and not made.withdrawn:
            done = find_done(mart, repos, made.link, made.made_on)
        settled = (done.at.date(), done.subject) if done else ()
        found.append(replace(one, promise=judge(made, today, *settled)))
    return found


def look_ahead(
    mart: DuckDB, roster: Roster, scope: Scope, one: Milestone, now: datetime
) -> Outlook | Unknown:
    """When the last open item of a milestone is done, and how likely late, as far as the viewer
    may know it."""
    if one.state not in ACTIVE:
        return Unknown(f"it is {one.state}", 0, 1, "open items")
    nice = [point for point in one.points if point.sort is Sort.NICE and point.link]
    links = Links(
        needed=[point.link for point in one.behind(Check.BUILT) if point.link],
        optional=[point.link for point in nice if not point.cut],
        dropped=[point.link for point in nice if point.cut],
    )
    teams = scope.teams & {one.team, ""}
    found = find_linked(mart, teams, links, one.defined_on, now)
    return foresee(found, one.promised_on, partial(foretell, mart, roster, scope))


def foresee(
    linked: Linked, promised_on: date, foretell: Callable[[Tracker, str], Forecast | Unknown]
) -> Outlook | Unknown:
    """When what is open is done, and how likely late; Unknown where something is missing."""
    if not linked.items:
        return Unknown("no must-have is linked to a work item", 0, 1, "items")
    days, notices, late = [], list[delay.Notice | Unknown](), False
    for part in linked.parts:
        ahead, until = foretell(part.tracker, part.name), part.tracker.until
        if isinstance(ahead, Unknown):
            return ahead
        notices.append(notice := delay.look_at(ahead, part.last, (promised_on - until).days))
        every, lean = claim_days(ahead, (part.last, max(part.last_without, 1)), LEVELS, until)
        late |= is_late(promised_on, every[1]) if isinstance(notice, Unknown) else notice.fires
        days.append((*every, lean[1] if part.last_without else until))
    counts = (sum(part.open for part in linked.parts), linked.finished, linked.joined)
    columns = zip(*days, strict=True) if days else [()] * 4
    dates = [_last(column) for column in columns]
    return Outlook(*counts, late, *delay.find_worst(notices), *dates)


def _last(days: Sequence[date | None]) -> date | None:
    known = [day for day in days if day is not None]
    return max(known, default=None) if len(known) == len(days) else None
