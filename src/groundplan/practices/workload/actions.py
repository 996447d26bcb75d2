"""The use cases of workload. A person's own mix is theirs; of areas no name is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from groundplan.facts import workload as facts
from groundplan.facts.accounts import read_accounts
from groundplan.facts.areas import name_area
from groundplan.inference.proportions import share_of
from groundplan.inference.workload import compare_load
from groundplan.practices.workload import rules
from groundplan.practices.workload.rules import Areas, Ceremony, Mine, Mirror, Said, Useful
from groundplan.records import asked, calendars
from groundplan.records import workload as records
from groundplan.records.journal import Entry, Visibility
from groundplan.records.linking import accounts_of
from groundplan.records.roster import members_of, name_of
from groundplan.records.roster_checks import find_readers
from groundplan.records.workload import SHARED, SHARES, STREAM
from groundplan.terms.errors import Refused
from groundplan.terms.estimate import Measured, Unknown
from groundplan.terms.period import monday_of
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs


def read_mine(context: Context, scope: Scope, inputs: NoInputs) -> Mine:
    """The viewer's own last eight weeks, and whether they are much for them."""
    until = monday_of(context.now.date())
    since = until - timedelta(weeks=rules.WEEKS)
    days = _days(context, scope, until)
    load = compare_load(rules.count_weeks(days, until))
    roles = rules.mix(days, since, rules.WEEKS)
    mine, meetings = _own(context, scope), _meetings(context, scope)
    waits = tuple(
        f"{name_area(area)} ({what})"
        for (_, area, what), rows, end in _list_areas(context, scope)
        if mine and rules.is_mostly(rows, mine, end)
    )
    says = rules.say_load(load)
    return Mine(rules.WEEKS, bool(mine), roles, meetings, waits, load, says)


def share(context: Context, scope: Scope, inputs: rules.ShareInputs) -> Said:
    """Let the lead, or somebody chosen, read what the viewer sees of themselves, as it is now."""
    mine, today = read_mine(context, scope, NoInputs()), context.now.date()
    to = find_readers(context.roster, scope.team, inputs.to, today)
    others = [person for person in to if person != scope.viewer]
    if not others:
        raise Refused("Nobody on the roster leads your team.", "Name somebody with --to.")
    days = ", ".join(f"{one.role} {one.days_a_week:.1f}" for one in mine.roles)
    says = f"{mine.says} Days a week: {days or 'none seen'}. {inputs.note.strip()}".strip()
    for person in others:
        context.journal.append(
            STREAM, SHARED, {"says": says}, owner=person, visibility=Visibility.PRIVATE
        )
    return Said(f"{' and '.join(name_of(context.roster, p) for p in others)} may read: {says}")


def read_areas(context: Context, scope: Scope, inputs: NoInputs) -> Areas:
    """Areas whose reviews or changes fall to one person; nobody is named."""
    found, withheld = [], 0
    for where, rows, until in _list_areas(context, scope):
        row = rules.judge_area(where, rows, until, scope.floor)
        withheld += row is None
        found += [row] if row is not None else []
    found.sort(key=lambda one: (not one.waits, -_value(one.share), one.repo, one.area))
    return Areas(tuple(found[: rules.MOST_ROWS]), withheld)


def look_in_mirror(context: Context, scope: Scope, inputs: NoInputs) -> Mirror:
    """What the viewer does with their own hands, what they absorb, and what they could take."""
    until = monday_of(context.now.date())
    requests = context.journal.fold(asked.STREAM, asked.REQUESTS).values()
    verdicts = [
        each.verdict for one in requests for each in one.decisions if each.by == scope.viewer
    ]
    absorbed = share_of(verdicts.count(asked.Verdict.ABSORB), len(verdicts), "verdicts")
    hands_on = rules.share_hands_on(_days(context, scope, until), until)
    shared = [one for one in context.journal.fold(STREAM, SHARES) if one.whose != scope.viewer]
    rows = [rules.SharedRow(name_of(context.roster, o.whose), o.on, o.says) for o in shared]
    return Mirror(hands_on, absorbed, _find_useful(context, scope), tuple(reversed(rows)))


def count_ceremony(context: Context, scope: Scope, inputs: NoInputs) -> Ceremony:
    """What Groundplan's own rituals cost in typing, and one's meetings beside them."""
    until = monday_of(context.now.date())
    since = until - timedelta(weeks=rules.WEEKS)
    minutes = records.count_minutes(_said(context, scope))
    yours = rules.cost(minutes, {scope.viewer}, since, until)
    people = members_of(context.roster, scope.team, context.now.date())
    team: Measured = Unknown("a team number needs people behind it", len(people), scope.floor,
                             "people")  # fmt: skip
    if len(people) >= scope.floor:
        team = rules.cost(minutes, people, since, until)
    within = not isinstance(yours, Unknown) and yours.value <= rules.BUDGET
    meetings = _meetings(context, scope)
    return Ceremony(yours, team, meetings, rules.BUDGET, within, rules.say_cost(yours))


def _list_areas(
    context: Context, scope: Scope
) -> Iterator[tuple[tuple[str, str, str], dict[str, Any], date]]:
    """The acts of each area in the last half year of facts, and the Monday after them."""
    until = monday_of(context.as_of.date()) + timedelta(weeks=1)
    since = until - timedelta(weeks=rules.AREA_WEEKS)
    for what, rows in facts.read_area_acts(context.mart, scope.repos, since, until).items():
        places = sorted(set(zip(rows["repo"].tolist(), rows["area"].tolist(), strict=True)))
        for repo, area in places:
            here = (rows["repo"] == repo) & (rows["area"] == area)
            mine = {name: column[here] for name, column in rows.items()}
            yield (repo, area, what), mine, until


def _own(context: Context, scope: Scope) -> set[str]:
    """The viewer's ids in the facts; none where no account is linked."""
    mine, _ = accounts_of(context.roster, scope.viewer)
    seen = read_accounts(context.mart) if mine else {}
    return {seen[account].person_id for account in mine if account in seen}


def _days(context: Context, scope: Scope, until: date) -> list[tuple[str, date]]:
    since = until - timedelta(weeks=rules.LOOK_BACK)
    said = records.find_days(_said(context, scope), scope.viewer)
    found = [(role, day) for role, day in said if since <= day < until]
    kept = records.read_calendar(context.journal.fold(_calendar(scope), calendars.CALENDAR))
    if kept is not None:
        found += [("meetings", day) for day, _ in records.meet(kept, since, until)]
    mine = _own(context, scope)
    if mine:
        found += facts.read_own_days(context.mart, scope.repos, mine, since, until)
    return found


def _meetings(context: Context, scope: Scope) -> Measured:
    kept = records.read_calendar(context.journal.fold(_calendar(scope), calendars.CALENDAR))
    if kept is None:
        return Unknown("no calendar of yours is here: focus_time.bring", 0, rules.WEEKS, "weeks")
    since = monday_of(kept.since_on + timedelta(days=6))
    until = monday_of(min(kept.until_on, context.now.date()))
    return rules.meetings_a_week(records.meet(kept, since, until), since, until)


def _calendar(scope: Scope) -> str:
    return f"{calendars.STREAMS}{scope.viewer}"


def _said(context: Context, scope: Scope) -> Sequence[Entry]:
    return list(records.list_said(context.journal.read, scope.viewer))


def _find_useful(context: Context, scope: Scope) -> tuple[Useful, ...]:
    mine = _own(context, scope)
    pulls = facts.find_unreviewed(context.mart, scope.repos, mine, rules.MOST_USEFUL)
    issues = facts.find_unanswered(context.mart, scope.repos, mine, rules.MOST_USEFUL)
    return (
        *(Useful(f"Review {key}: {title}", repo, on) for repo, key, title, on in pulls),
        *(Useful(f"Answer {key}", repo, on) for repo, key, on in issues),
    )


def _value(share: Measured) -> float:
    return 0.0 if isinstance(share, Unknown) else share.value
