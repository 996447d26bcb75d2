"""What may be entered on the roster: who and what is meant, and what would not fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from groundplan.records.linking import fold, show
from groundplan.records.roster import Colleague, Membership, Roster
from groundplan.records.words import check_line
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.people import Account
from groundplan.terms.scope import Role


def check_role(team_id: str, role: Role) -> None:
    """BadInput for an admin of a team: accounts are the whole workspace's."""
    if role is Role.ADMIN and team_id:
        raise BadInput("team", team_id, "nothing: an admin is one of the whole workspace")


def check_email(roster: Roster, text: str, person_id: str = "") -> str:
    """The address as written; BadInput unless it could be one that nobody else here has."""
    if not text.strip():
        return ""
    email = check_line("email", text)
    name, at, host = email.rpartition("@")
    if not (name and at and host) or any(letter.isspace() for letter in email):
        raise BadInput("email", email[:80], "an address as name@host")
    for other in roster.people.values():
        if other.person_id != person_id and fold(other.email) == fold(email):
            raise BadInput("email", email[:80], f"another one: {other.name} has it")
    return email


def check_free_name(roster: Roster, text: str) -> str:
    """A team's name; BadInput if another has it."""
    name = check_line("name", text)
    if any(fold(team.name) == fold(name) for team in roster.teams.values()):
        raise BadInput("name", name[:80], "a name that no team has")
    return name


def check_place(roster: Roster, person_id: str, team_id: str, role: Role, since: date) -> None:
    """Refused if somebody has that very place on that day or later."""
    for held in roster.memberships:
        mine = (held.person_id, held.team_id, held.role) == (person_id, team_id, role)
        if mine and (held.until is None or held.until > since):
            raise Refused(
                f"{roster.people[person_id].name} has that place already, as {held.number}.",
                "End it first.",
            )


def check_admin_left(roster: Roster, gone: Iterable[Membership], today: date) -> None:
    """Refused if nobody managed accounts any more without the memberships that go."""
    held = [m for m in roster.memberships if m.role is Role.ADMIN and m.holds(today)]
    if held and not set(held) - set(gone):
        raise Refused("Nobody would manage accounts any more.", "Name another admin first.")


def check_end(roster: Roster, number: int, until: date, today: date) -> None:
    """Refused for a place that has ended or is the last admin's, BadInput for an end before it."""
    (held,) = (m for m in roster.memberships if m.number == number)
    if held.until is not None and held.until <= today:
        raise Refused(f"That place ended on {held.until}.")
    if until < held.since:
        raise BadInput("until", until.isoformat(), f"a day from {held.since} on")
    check_admin_left(roster, [held], today)


def check_erasure(roster: Roster, person: str, again: str, viewer: str, today: date) -> None:
    """BadInput unless an id was said twice, NotFound for nobody's, Refused for the last admin's."""
    if person != again:
        raise BadInput("again", again[:80], "the person's id once more: there is no way back")
    if person not in {*roster.people, viewer}:
        raise NotFound("There is no such person here.", "People stand on /people with their ids.")
    check_admin_left(roster, [m for m in roster.memberships if m.person_id == person], today)


def check_nobodys(roster: Roster, account: Account, people: Mapping[Account, str]) -> None:
    """Refused if somebody on the roster has the account, or another of the same person.

    people: the person of the facts behind each account.
    """
    for other in roster.people.values():
        if people[account] in {people.get(theirs) for theirs in other.accounts}:
            raise Refused(f"{show(account)} is {other.name}'s already.", "Unlink it first.")


def find_readers(roster: Roster, team_id: str, named: str, on: date) -> list[str]:
    """Whom somebody lets read something: whoever is named, else those who lead their team.

    Refused where nobody leads it.
    """
    if named.strip():
        return [find_person(roster, named).person_id]
    leads = [
        m.person_id
        for m in roster.memberships
        if m.team_id == team_id and m.role is Role.LEAD and m.holds(on)
    ]
    if not leads:
        raise Refused("Nobody on the roster leads your team.", "Name somebody with --to.")
    return list(dict.fromkeys(leads))


def find_person(roster: Roster, text: str) -> Colleague:
    """Who is meant by an id, or by a name or address that only one has; NotFound for nobody."""
    if text in roster.people:
        return roster.people[text]
    meant = [p for p in roster.people.values() if fold(text) in (fold(p.name), fold(p.email))]
    if text.strip() and len(meant) == 1:
        return meant[0]
    hint = "People stand on /people with their ids."
    if len(meant) > 1:
        raise BadInput("person", text[:80], f"an id: {len(meant)} people are called that", hint)
    raise NotFound("There is no such person here.", hint)


def find_team(roster: Roster, text: str) -> str:
    """The id of the team that is meant by an id or a name, "" by nothing; NotFound for none."""
    if not text.strip() or text in roster.teams:
        return text.strip()
    for team in roster.teams.values():
        if fold(team.name) == fold(text):
            return team.team_id
    raise NotFound("There is no such team here.", "Teams stand on /people.")
