"""Who is on which team, and since when: a fold of the journal's stream "roster".

An entry about a colleague is theirs, whoever entered it, so that erasing them takes it away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from groundplan.records.folding import Fold
from groundplan.records.journal import Entry
from groundplan.records.kinds import EntryKind
from groundplan.terms.errors import SourceBroken
from groundplan.terms.people import Account
from groundplan.terms.scope import Role

STREAM: Final = "roster"
PERSON_ADDED: Final = "people.added"
PERSON_CHANGED: Final = "people.changed"
PERSON_LEFT: Final = "people.left"
LINKED: Final = "people.linked"
UNLINKED: Final = "people.unlinked"
TEAM_ADDED: Final = "teams.added"
TEAM_CHANGED: Final = "teams.changed"
BEGAN: Final = "memberships.began"
ENDED: Final = "memberships.ended"

# from the strongest to the weakest, for somebody with two roles in one team
STRENGTH: Final = (Role.LEAD, Role.ADMIN, Role.ENGINEER, Role.PARTNER)
INSIDE: Final = frozenset({Role.ENGINEER, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody on the roster. person_id: made up, says nothing; accounts: theirs in the facts."""

    person_id: str
    name: str
    email: str = ""
    accounts: tuple[Account, ...] = ()
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team; parent: the team it is part of, "" if of none. founded_on: the day it was added.

    The parent stays: a team that moves is a new team, so that no old number changes its meaning.
    """

    team_id: str
    name: str
    parent: str = ""
    founded_on: date = date.min


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody's place in a team for a while: half-open dates, until is None while it lasts.

    team_id: "" for the whole workspace. began_on, ended_on: the days on which the beginning and
    the end were entered. number: names it, for whoever ends it.
    """

    person_id: str
    team_id: str
    role: Role
    since: date
    until: date | None = None
    began_on: date = date.min
    ended_on: date | None = None
    number: int = 0

    def holds(self, on: date) -> bool:
        """Whether it lasts on that day."""
        return self.since <= on and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Link:
    """An account of the facts that is a colleague's, why, and the days of entering and undoing."""

    person_id: str
    account: Account
    reason: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """People, teams and memberships as they stand now, with the past of memberships and links.

    teams: in the order in which they were added, a parent before its teams.
    """

    people: Mapping[str, Colleague] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    memberships: tuple[Membership, ...] = ()
    links: tuple[Link, ...] = ()


def parents_of(roster: Roster, team_id: str) -> tuple[str, ...]:
    """The teams that a team is part of, the nearest first."""
    found: list[str] = []
    parent = roster.teams[team_id].parent
    while parent:
        found.append(parent)
        parent = roster.teams[parent].parent
    return tuple(found)


def nested_in(roster: Roster, team_id: str) -> frozenset[str]:
    """A team and all that are part of it, however deep; every team for ""."""
    if not team_id:
        return frozenset(roster.teams)
    return frozenset(t for t in roster.teams if t == team_id or team_id in parents_of(roster, t))


def members_of(roster: Roster, team_id: str, on: date) -> frozenset[str]:
    """Who works in a team or one nested in it on a day: engineers and leads, no partners."""
    inside = nested_in(roster, team_id)
    return frozenset(
        m.person_id
        for m in roster.memberships
        if m.team_id in inside and m.role in INSIDE and m.holds(on)
    )


def roles_of(roster: Roster, person_id: str, on: date) -> dict[str, Role]:
    """Somebody's strongest role in each team that they are in themselves on a day."""
    mine = [m for m in roster.memberships if m.person_id == person_id and m.holds(on)]
    return {
        m.team_id: m.role for m in sorted(mine, key=lambda m: STRENGTH.index(m.role), reverse=True)
    }


def name_of(roster: Roster, person_id: str) -> str:
    """What to call whoever an id belongs to, also where the roster does not know them."""
    known = roster.people.get(person_id)
    return known.name if known is not None else "you" if person_id == "local" else "somebody"


def team_name(roster: Roster, team_id: str) -> str:
    """What to call a team, and the whole workspace."""
    return roster.teams[team_id].name if team_id in roster.teams else "The whole workspace"


def say_place(roster: Roster, team_id: str, role: Role) -> str:
    """A role and where it is held, in words."""
    return f"{role.value} of {roster.teams[team_id].name if team_id else 'the whole workspace'}"


def _add_person(roster: Roster, entry: Entry) -> Roster:
    person = str(entry.body["person"])
    if person in roster.people:
        raise ValueError(f"{person} is on the roster already")
    added = Colleague(person, str(entry.body["name"]), str(entry.body["email"]))
    return replace(roster, people={**roster.people, person: added})


def _change_person(roster: Roster, entry: Entry) -> Roster:
    before = roster.people[entry.body["person"]]
    after = replace(before, name=str(entry.body["name"]), email=str(entry.body["email"]))
    return _with_person(roster, after)


def _leave(roster: Roster, entry: Entry) -> Roster:
    person, on = entry.body["person"], date.fromisoformat(entry.body["on"])
    said_on = entry.at.date()
    memberships = tuple(
        replace(m, until=max(on, m.since), ended_on=said_on)
        if m.person_id == person and (m.until is None or m.until > on)
        else m
        for m in roster.memberships
    )
    gone = replace(roster.people[person], left_on=on)
    return _with_person(replace(roster, memberships=memberships), gone)


def _add_team(roster: Roster, entry: Entry) -> Roster:
    team, parent = str(entry.body["team"]), str(entry.body["parent"])
    # a parent that stands already, and stays, makes a circle impossible
    if team in roster.teams or (parent and parent not in roster.teams):
        raise ValueError(f"team {team} stands already, or is part of none that does")
    added = Team(team, str(entry.body["name"]), parent, entry.at.date())
    return replace(roster, teams={**roster.teams, team: added})


def _change_team(roster: Roster, entry: Entry) -> Roster:
    after = replace(roster.teams[entry.body["team"]], name=str(entry.body["name"]))
    return replace(roster, teams={**roster.teams, after.team_id: after})


def _begin(roster: Roster, entry: Entry) -> Roster:
    body = entry.body
    person, team = roster.people[body["person"]], str(body["team"])
    if team and team not in roster.teams:
        raise ValueError(f"there is no team {team}")
    began = Membership(
        person.person_id,
        team,
        Role(body["role"]),
        date.fromisoformat(body["since"]),
        began_on=entry.at.date(),
        number=entry.version,
    )
    # whoever joins again is back
    back = _with_person(roster, replace(person, left_on=None))
    return replace(back, memberships=(*roster.memberships, began))


def _end(roster: Roster, entry: Entry) -> Roster:
    number, until = entry.body["membership"], date.fromisoformat(entry.body["until"])
    if number not in {m.number for m in roster.memberships}:
        raise ValueError(f"there is no membership {number}")
    ended = tuple(
        replace(m, until=until, ended_on=entry.at.date()) if m.number == number else m
        for m in roster.memberships
    )
    return replace(roster, memberships=ended)


def _link(roster: Roster, entry: Entry) -> Roster:
    body = entry.body
    person = roster.people[body["person"]]
    account = Account(str(body["name"]), str(body["email"]))
    link = Link(person.person_id, account, str(body["reason"]), entry.at.date())
    linked = replace(person, accounts=(*person.accounts, account))
    return replace(_with_person(roster, linked), links=(*roster.links, link))


def _unlink(roster: Roster, entry: Entry) -> Roster:
    body = entry.body
    person = roster.people[body["person"]]
    account = Account(str(body["name"]), str(body["email"]))
    links = tuple(
        replace(link, until=entry.at.date())
        if (link.person_id, link.account, link.until) == (person.person_id, account, None)
        else link
        for link in roster.links
    )
    kept = tuple(a for a in person.accounts if a != account)
    return replace(_with_person(roster, replace(person, accounts=kept)), links=links)


def _with_person(roster: Roster, person: Colleague) -> Roster:
    return replace(roster, people={**roster.people, person.person_id: person})


_STEPS: Final[Mapping[str, Callable[[Roster, Entry], Roster]]] = {
    PERSON_ADDED: _add_person,
    PERSON_CHANGED: _change_person,
    PERSON_LEFT: _leave,
    LINKED: _link,
    UNLINKED: _unlink,
    TEAM_ADDED: _add_team,
    TEAM_CHANGED: _change_team,
    BEGAN: _begin,
    ENDED: _end,
}
KINDS: Final = tuple(EntryKind(name) for name in _STEPS)


def _step(roster: Roster, entry: Entry) -> Roster:
    if entry.kind not in _STEPS:
        return roster
    try:
        return _STEPS[entry.kind](roster, entry)
    except (KeyError, TypeError, ValueError) as error:
        raise SourceBroken(
            f"entry {entry.version} of the stream {STREAM!r} is no {entry.kind}: {_say(error)}",
            "Verify the journal; if it is whole, a newer Groundplan may have written the entry.",
        ) from error


def _say(error: Exception) -> str:
    said: Any = error.args[0] if error.args else error
    return f"{said!r} is missing" if isinstance(error, KeyError) else str(said)


ROSTER: Final = Fold("roster", Roster(), _step)
