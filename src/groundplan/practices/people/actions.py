"""The use cases of people: read the roster and the access log, and enter what changes."""

from __future__ import annotations

from itertools import islice
from typing import Any

from groundplan.access import check_keeps_roster, check_may_erase, keeps_roster
from groundplan.facts.accounts import check_human, read_accounts, trace
from groundplan.facts.erasure import Traces
from groundplan.facts.identities.merges import Certainty
from groundplan.practices.people import rules
from groundplan.practices.people.rules import Entered, PlaceRow
from groundplan.records import access_log
from groundplan.records import roster as kinds
from groundplan.records import roster_checks as checks
from groundplan.records.linking import SAME_ADDRESS, accounts_of, fold, propose, show
from groundplan.records.roster import ROSTER, STREAM, Roster, name_of, say_place
from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.people import Account, ActorKind
from groundplan.terms.scope import Scope
from groundplan.usecase import Context, NoInputs


def list_roster(context: Context, scope: Scope, inputs: rules.ListInputs) -> rules.Listed:
    """Who is on which team on a day, whose accounts are known, and which teams there are."""
    roster, on = _roster(context), inputs.on or context.now.date()
    held = [m for m in roster.memberships if m.holds(on)]
    held.sort(key=lambda m: (m.team_id, name_of(roster, m.person_id).casefold(), m.number))
    return rules.Listed(
        places=tuple(
            PlaceRow(
                m.number, m.team_id, kinds.team_name(roster, m.team_id), m.person_id,
                name_of(roster, m.person_id), m.role, m.since, m.until,
                keeps_roster(scope, m.team_id),
            )
            for m in held
        ),
        people=tuple(
            sorted(roster.people.values(), key=lambda p: (p.name.casefold(), p.person_id))
        ),
        teams=tuple(roster.teams.values()),
        you=scope.viewer,
        may_manage=keeps_roster(scope),
    )  # fmt: skip


def add(context: Context, scope: Scope, inputs: rules.AddInputs) -> Entered:
    """Put somebody on the roster, with a first place."""
    roster, at = _roster(context), context.journal.version(STREAM)
    team = _managed_team(scope, roster, inputs.team)
    checks.check_role(team, inputs.role)
    name, email = check_line("name", inputs.name), checks.check_email(roster, inputs.email)
    person = f"p{at + 1}"  # says nothing, and nobody else can have it
    body = {"person": person, "name": name, "email": email}
    context.journal.enter(STREAM, kinds.PERSON_ADDED, body, expected=at, about=person)
    since = inputs.since or context.now.date()
    place = {"person": person, "team": team, "role": inputs.role.value, "since": str(since)}
    context.journal.enter(STREAM, kinds.BEGAN, place, about=person)
    return Entered(person, f"{name} is on the roster, {say_place(roster, team, inputs.role)}.")


def change(context: Context, scope: Scope, inputs: rules.ChangeInputs) -> Entered:
    """Say what somebody is called now. An address is an admin's to change: accounts hang on it."""
    roster, at = _roster(context), context.journal.version(STREAM)
    person = checks.find_person(roster, inputs.person)
    if person.person_id != scope.viewer:
        check_keeps_roster(scope)
    if inputs.email.strip() and not keeps_roster(scope):
        raise Refused("Only an admin changes an address.", "Ask one: accounts are found by it.")
    name = check_line("name", inputs.name) if inputs.name.strip() else person.name
    email = checks.check_email(roster, inputs.email, person.person_id) or person.email
    body = {"person": person.person_id, "name": name, "email": email}
    _enter(context, kinds.PERSON_CHANGED, body, at, person.person_id)
    return Entered(person.person_id, f"{name} <{email}> stands on the roster.")


def leave(context: Context, scope: Scope, inputs: rules.LeaveInputs) -> Entered:
    """End every place of somebody; what they said stays until it is erased."""
    roster, at = _roster(context), context.journal.version(STREAM)
    check_keeps_roster(scope)
    person = checks.find_person(roster, inputs.person)
    on = inputs.on or context.now.date()
    mine = [m for m in roster.memberships if m.person_id == person.person_id]
    checks.check_admin_left(roster, mine, context.now.date())
    body = {"person": person.person_id, "on": on.isoformat()}
    _enter(context, kinds.PERSON_LEFT, body, at, person.person_id)
    return Entered(person.person_id, f"{person.name} has no place here from {on} on.")


def add_team(context: Context, scope: Scope, inputs: rules.AddTeamInputs) -> Entered:
    """Found a team. Its numbers begin tomorrow; today its past may be entered."""
    roster, at = _roster(context), context.journal.version(STREAM)
    parent = _managed_team(scope, roster, inputs.parent)
    name, team = checks.check_free_name(roster, inputs.name), f"t{at + 1}"
    _enter(context, kinds.TEAM_ADDED, {"team": team, "name": name, "parent": parent}, at)
    return Entered(team, f"The team {name} stands; its numbers begin tomorrow.")


def change_team(context: Context, scope: Scope, inputs: rules.ChangeTeamInputs) -> Entered:
    """Say what a team is called now."""
    roster, at = _roster(context), context.journal.version(STREAM)
    team = _managed_team(scope, roster, inputs.team)
    if not team:
        raise BadInput("team", inputs.team, "a team's id or name")
    name = checks.check_free_name(roster, inputs.name)
    _enter(context, kinds.TEAM_CHANGED, {"team": team, "name": name}, at)
    return Entered(team, f"The team is called {name}.")


def join(context: Context, scope: Scope, inputs: rules.JoinInputs) -> Entered:
    """Give somebody a place in a team; of several in one, the strongest role counts."""
    roster, at = _roster(context), context.journal.version(STREAM)
    team = _managed_team(scope, roster, inputs.team)
    checks.check_role(team, inputs.role)
    person = checks.find_person(roster, inputs.person)
    since = inputs.since or context.now.date()
    checks.check_place(roster, person.person_id, team, inputs.role, since)
    body = {"person": person.person_id, "team": team, "role": inputs.role.value}
    _enter(context, kinds.BEGAN, {**body, "since": since.isoformat()}, at, person.person_id)
    role = say_place(roster, team, inputs.role)
    return Entered(f"{at + 1}", f"{person.name} is {role} from {since} on.")


def end_membership(context: Context, scope: Scope, inputs: rules.EndInputs) -> Entered:
    """End a place; until then it stays what it was, in every number too."""
    roster, at = _roster(context), context.journal.version(STREAM)
    held = next((m for m in roster.memberships if m.number == inputs.number), None)
    if held is None:
        raise NotFound("There is no such place.", "Places stand on /people with their numbers.")
    check_keeps_roster(scope, held.team_id)
    until = inputs.until or context.now.date()
    checks.check_end(roster, held.number, until, context.now.date())
    body = {"membership": held.number, "until": until.isoformat()}
    _enter(context, kinds.ENDED, body, at, held.person_id)
    return Entered(f"{held.number}", f"{name_of(roster, held.person_id)} is there until {until}.")


def find_proposals(context: Context, scope: Scope, inputs: NoInputs) -> rules.Proposed:
    """Accounts that might be somebody's, with why: everybody's for an admin, else one's own."""
    roster = _roster(context)
    behind = read_accounts(context.mart).items()
    seen = {account: who.person_id for account, who in behind if who.actor is ActorKind.HUMAN}
    taken = frozenset(seen[a] for p in roster.people.values() for a in p.accounts if a in seen)
    mine = roster.people.get(scope.viewer)
    people = tuple(roster.people.values()) if keeps_roster(scope) else (mine,) if mine else ()
    return rules.Proposed(propose(people, seen, taken))


def link(context: Context, scope: Scope, inputs: rules.LinkInputs) -> Entered:
    """Say whose an account is. An admin says it; anybody of an account with their own address."""
    roster, at = _roster(context), context.journal.version(STREAM)
    person, account = checks.find_person(roster, inputs.person), Account(inputs.name, inputs.email)
    same = bool(person.email) and fold(person.email) == fold(account.email)
    if not (same and person.person_id == scope.viewer):
        check_keeps_roster(scope)
    seen = read_accounts(context.mart)
    check_human(seen, account)
    behind = {each: who.person_id for each, who in seen.items()}
    checks.check_nobodys(roster, account, behind)
    reason = SAME_ADDRESS if same else "said by hand"
    body = {"person": person.person_id, "name": account.name, "email": account.email}
    _enter(context, kinds.LINKED, {**body, "reason": reason}, at, person.person_id)
    return Entered(person.person_id, f"{show(account)} is {person.name}'s.")


def unlink(context: Context, scope: Scope, inputs: rules.LinkInputs) -> Entered:
    """Say that an account is not somebody's; team numbers count it no longer from today on."""
    roster, at = _roster(context), context.journal.version(STREAM)
    person, account = checks.find_person(roster, inputs.person), Account(inputs.name, inputs.email)
    if person.person_id != scope.viewer:
        check_keeps_roster(scope)
    if account not in person.accounts:
        raise NotFound(f"{show(account)} is not {person.name}'s.", "Accounts stand on /people.")
    body = {"person": person.person_id, "name": account.name, "email": account.email}
    _enter(context, kinds.UNLINKED, body, at, person.person_id)
    return Entered(person.person_id, f"{show(account)} is no longer {person.name}'s.")


def read_log(context: Context, scope: Scope, inputs: rules.LogInputs) -> rules.Log:
    """Who read what, in twelve months, about the viewer's teams, those above and the workspace."""
    if not 1 <= inputs.most <= 10_000:
        raise BadInput("most", inputs.most, "1 to 10000 rows")
    roster, day = _roster(context), context.now.date()
    mine = [team for team in kinds.roles_of(roster, scope.viewer, day) if team]
    about = {"", *mine, *(above for team in mine for above in kinds.parents_of(roster, team))}
    rows = (
        rules.LogRow(
            r.on, name_of(roster, r.viewer), r.use_case, kinds.team_name(roster, r.team),
            r.viewer == scope.viewer,
        )
        for r in access_log.read_back(context.journal.read, day, months=12)
        if r.viewer == scope.viewer or r.team in about
    )  # fmt: skip
    return rules.Log(tuple(islice(rows, inputs.most)))


def show_traces(context: Context, scope: Scope, inputs: rules.TraceInputs) -> rules.Traced:
    """The accounts that an erasure would reach, and those that it would leave."""
    traces, perhaps = _trace(context, scope, inputs.person or scope.viewer)
    return rules.Traced(traces.accounts, perhaps, rules.STAYS)


def erase(context: Context, scope: Scope, inputs: rules.EraseInputs) -> rules.Erased:
    """Erase somebody from the facts, the vault and the journal, the roster too; for good.

    The journal comes last: killed before, somebody is still on the roster, to be erased again.
    """
    person, today = inputs.person, context.now.date()
    traces, _ = _trace(context, scope, person)
    checks.check_erasure(context.roster, person, inputs.again, scope.viewer, today)
    forgotten = context.forget(person, traces)
    entries = context.journal.erase(person, traces.accounts)
    says = f"{entries} entries of the journal have no words any more. {rules.STAYS}"
    return rules.Erased(entries, len(traces.accounts), forgotten.secrets, says)


def _trace(context: Context, scope: Scope, person: str) -> tuple[Traces, tuple[Account, ...]]:
    check_may_erase(scope, person)
    # one engineer's word must not be enough to have somebody else erased
    said = [Certainty.DECIDED] if scope.viewer != person or keeps_roster(scope) else []
    # context.roster: a partner cannot read the entries that it is made of
    known, others = accounts_of(context.roster, person)
    return trace(context.mart, known, others, [Certainty.CERTAIN, *said])


def _roster(context: Context) -> Roster:
    return context.journal.fold(STREAM, ROSTER)


def _enter(context: Context, kind: str, body: dict[str, Any], at: int, about: str = "") -> None:
    context.journal.enter(STREAM, kind, body, expected=at, about=about)


def _managed_team(scope: Scope, roster: Roster, text: str) -> str:
    team = checks.find_team(roster, text)
    check_keeps_roster(scope, team)
    return team
