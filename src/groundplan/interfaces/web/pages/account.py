"""What somebody has here: who they are, where they are signed in, what speaks in their name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from groundplan.interfaces.web.doors.doors import Caller, Doors
from groundplan.interfaces.web.doors.links import Link
from groundplan.interfaces.web.doors.passwords import SHORTEST
from groundplan.interfaces.web.doors.sessions import Session
from groundplan.interfaces.web.doors.tokens import Token
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.tables import Table
from groundplan.interfaces.web.wording import say_moment
from groundplan.records.roster import Roster, name_of
from groundplan.records.vault import Kind
from groundplan.terms.errors import BadInput

HOW = {
    "link": "by a one-time link",
    "password": "by password",
    "provider": "by your provider",
    "passkey": "by passkey",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A team that somebody is in now, and as what."""

    team: str
    role: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A colleague and their way in. has_way: whether they can sign in by themselves."""

    person_id: str
    name: str
    email: str
    has_way: bool


def account(
    doors: Doors,
    caller: Caller,
    now: datetime,
    *,
    log_href: str = "",
    given: Mapping[str, str] | None = None,
    error: BadInput | None = None,
) -> Page:
    """`/account`: who I am, my sessions, tokens and ways in. error: of the form that was sent."""
    person = caller.person
    sessions, tokens = doors.sessions.list_of(person), doors.tokens.list_of(person)
    places = read_places(doors.roster(), person, now.date())
    me = doors.colleague(person)
    return Page(
        title="Your account",
        template="account.html",
        data={
            "me": me,
            "places": places,
            "team": doors.settings.team,
            "sessions": sessions,
            "this_session": caller.session.key if caller.session else "",
            "how": HOW,
            "tokens": tokens,
            "links": _links(doors, person),
            "passkeys": doors.vault.list_of(Kind.PASSKEY, person),
            "takes_passkeys": doors.passkeys.offered,
            "has_password": doors.passwords.has(person),
            "shortest": SHORTEST,
            "log_href": log_href,
            "given": given or {},
            "error": error,
        },
        view={"name": me.name, "places": places, "sessions": sessions, "tokens": tokens},
        table=_table(sessions, tokens),
        markdown="Where you are signed in, and what speaks in your name.",
        status=422 if error else 200,
    )


def _links(doors: Doors, person: str) -> list[tuple[Link, str]]:
    """Links made for somebody, and by whom: whoever makes one could use it, so they are told."""
    links = doors.links.list_of(person) if doors.settings.team else ()
    roster = doors.roster()
    return [(k, name_of(roster, k.by) if k.by else "whoever runs the server") for k in links]


def _table(sessions: Sequence[Session], tokens: Sequence[Token]) -> Table:
    rows: list[tuple[object, ...]] = [
        ("session", s.browser, HOW.get(s.how, s.how), say_moment(s.made_at), say_moment(s.used_at))
        for s in sessions
    ]
    rows += [
        ("token", t.name, "", say_moment(t.made_at), say_moment(t.used_at) if t.used_at else "")
        for t in tokens
    ]
    return Table(("Kind", "Name", "How", "Since", "Last used"), rows)


def read_places(roster: Roster, person: str, on: date) -> tuple[Place, ...]:
    """The teams that somebody is in on a day."""
    return tuple(
        Place(roster.teams[m.team_id].name if m.team_id in roster.teams else "", m.role.value)
        for m in roster.memberships
        if m.person_id == person and m.since <= on and (m.until is None or on < m.until)
    )


def shown_once(title: str, says: str, secret: str, back: tuple[str, str]) -> Page:
    """A secret on its only way out."""
    return Page(
        title=title,
        template="shown_once.html",
        data={"says": says, "secret": secret, "back": back},
        view={"title": title, "says": says, "secret": secret},
        table=Table(("What", "Secret"), [(title, secret)]),
        markdown=says,
    )


def invitations(doors: Doors) -> Page:
    """`/account/invitations`: who on the roster can sign in, and links for those who cannot."""
    people = sorted(doors.roster().people.values(), key=lambda p: (p.name.casefold(), p.person_id))
    waiting = tuple(
        Waiting(p.person_id, p.name, p.email, doors.passwords.has(p.person_id)) for p in people
    )
    return Page(
        title="Invitations",
        template="invitations.html",
        data={"people": waiting, "provider": doors.settings.provider},
        view=waiting,
        table=Table(
            ("Name", "E-mail", "Way in"),
            [(w.name, w.email, "password" if w.has_way else "none yet") for w in waiting],
        ),
        markdown="Who on the roster can sign in.",
    )
