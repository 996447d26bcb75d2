"""All ways in of one server, and who stands behind a request."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import Response

from groundplan.access import LOCAL_VIEWER, home_team, role_in
from groundplan.interfaces.web.doors.links import Links, Purpose
from groundplan.interfaces.web.doors.openid import OpenID, Vouched
from groundplan.interfaces.web.doors.passkeys import Passkeys
from groundplan.interfaces.web.doors.passwords import Passwords
from groundplan.interfaces.web.doors.sessions import LONGEST, Session, Sessions
from groundplan.interfaces.web.doors.settings import Settings
from groundplan.interfaces.web.doors.tokens import Tokens
from groundplan.interfaces.web.doors.waits import Waits
from groundplan.records.roster import Colleague, Roster, Team
from groundplan.records.vault import Kind, Secret, Vault, keep
from groundplan.terms.errors import Refused
from groundplan.terms.scope import Role

BEARER: Final = "bearer "
FLOW_S: Final = 600


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. session: the browser's, None where a token speaks."""

    person: str
    session: Session | None = None


class Doors:
    """The ways in. roster: who there is, read anew each time; the local user is on none."""

    def __init__(
        self,
        vault: Vault,
        clock: Callable[[], datetime],
        settings: Settings,
        roster: Callable[[], Roster],
    ) -> None:
        self.settings = settings
        self.roster = roster
        self.vault = vault
        self.clock = clock
        self.sessions = Sessions(vault, clock)
        self.links = Links(vault, clock)
        self.tokens = Tokens(vault, clock)
        self.passwords = Passwords(vault, clock)
        self.waits = Waits(vault, clock)
        self.passkeys = Passkeys(vault, clock, settings)
        vault.purge()

    @cached_property
    def openid(self) -> OpenID | None:
        """The provider's door, if there is one."""
        provider = self.settings.provider
        if provider is None:
            return None
        return OpenID(provider, self.settings.url, self.vault, self.clock)

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; where there is HTTPS, no other host can set it."""
        prefix = "__Host-" if self.settings.secure else ""
        return f"{prefix}groundplan-{self.sessions.mark}"

    def recognise(self, request: HTTPConnection) -> Caller | None:
        """Who asks, by token or session; None for nobody. A bad token is not helped by a cookie."""
        word = request.headers.get("authorization", "")
        if word.lower().startswith(BEARER):
            token = self.tokens.find(word[len(BEARER) :].strip())
            return Caller(token.person) if token and self.knows(token.person) else None
        session = self.sessions.find(request.cookies.get(self.cookie, ""))
        return Caller(session.person, session) if session and self.knows(session.person) else None

    def identify(self, request: HTTPConnection) -> str | None:
        """The id of who asks; None for nobody."""
        caller = self.recognise(request)
        return caller.person if caller else None

    def knows(self, person: str) -> bool:
        """Whether somebody may come in at all."""
        if not self.settings.team:
            return person == LOCAL_VIEWER
        found = self.roster().people.get(person)
        return found is not None and (found.left_on is None or self._today < found.left_on)

    def colleague(self, person: str) -> Colleague:
        """Somebody who is known."""
        if not self.settings.team:
            return Colleague(LOCAL_VIEWER, "You")
        return self.roster().people[person]

    def is_admin(self, person: str) -> bool:
        """Whether somebody manages accounts today."""
        mine = (held for held in self.roster().memberships if held.person_id == person)
        return any(held.role is Role.ADMIN and held.holds(self._today) for held in mine)

    def teams(self, person: str) -> Sequence[Team]:
        """The teams in whose name somebody may act today, a parent before its teams."""
        roster = self.roster()
        every = roster.teams.values()
        return [t for t in every if role_in(roster, person, self._today, t.team_id) is not None]

    def team_of(self, caller: Caller) -> str:
        """In whose name somebody acts: the team they chose if it is theirs, else their own."""
        chosen = caller.session.team if caller.session is not None else None
        if chosen is not None and chosen in ("", *(t.team_id for t in self.teams(caller.person))):
            return chosen
        return home_team(self.roster(), caller.person, self._today)

    @property
    def _today(self) -> date:
        return self.clock().date()

    def named(self, email: str) -> Sequence[Colleague]:
        """Who has that address; two may share one."""
        wanted = email.strip().casefold()
        people = self.roster().people.values()
        return [p for p in people if wanted and p.email.strip().casefold() == wanted]

    def invite(self, purpose: Purpose, person: str = "", by: str = "") -> tuple[str, datetime]:
        """A one-time link's whole address, and until when it works."""
        text, until = self.links.make(purpose, person, by)
        return f"{self.settings.url}/enter/{text}", until

    def welcome(self, vouched: Vouched) -> str:
        """The person for whom the provider vouches. Refused if that is nobody on the roster.

        Known by the provider's own name for them; at first by an address that it has verified.
        """
        name = f"{vouched.issuer}\0{vouched.subject}"
        key = hashlib.sha256(name.encode()).hexdigest()
        held = self.vault.find(Kind.SUBJECT, key)
        if held is not None and self.knows(held.owner):
            return held.owner
        people = self.named(vouched.email)
        if len(people) != 1:
            raise Refused(
                f"You are signed in as {vouched.email or 'somebody without a verified address'}, "
                "but nobody on the roster here is called that.",
                "Ask an admin to add you with this address.",
            )
        person = people[0].person_id
        keep(self.vault, Secret(Kind.SUBJECT, key, person, self.clock()))
        return person

    def begin_flow(self, response: Response, ticket: str) -> None:
        """What is begun here is finished in the same browser: the answer carries its ticket."""
        response.set_cookie(
            f"{self.cookie}-flow",
            ticket,
            max_age=FLOW_S,
            path="/",
            secure=self.settings.secure,
            httponly=True,
            samesite="lax",
        )

    def end_flow(self, request: HTTPConnection) -> str:
        """The ticket that a browser brings back."""
        return request.cookies.get(f"{self.cookie}-flow", "")

    def admit(self, response: Response, person: str, how: str, headers: Mapping[str, str]) -> None:
        """Sign somebody in: the answer carries the session's cookie."""
        value = self.sessions.start(person, how, name_browser(headers.get("user-agent", "")))
        response.set_cookie(
            self.cookie,
            value,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=self.settings.secure,
            httponly=True,
            samesite="lax",  # strict would lose it on the way back from a provider or a message
        )

    def dismiss(self, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(
            self.cookie, path="/", secure=self.settings.secure, httponly=True, samesite="lax"
        )


def name_browser(agent: str) -> str:
    """A browser in a few words: `Firefox on Linux`."""
    browsers = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
        ("Mac OS", "macOS"), ("Linux", "Linux"),
    )  # fmt: skip
    browser = next((name for mark, name in browsers if mark in agent), "A browser")
    system = next((name for mark, name in systems if mark in agent), "")
    return f"{browser} on {system}" if system else browser
