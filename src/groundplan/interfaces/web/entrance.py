"""Routes of the doors: one-time links, passwords, a provider, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from groundplan.access import LOCAL_VIEWER
from groundplan.interfaces.team_page import find_use_case
from groundplan.interfaces.web.answering import Answer, Form, get, post, read_onward
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Link, Purpose, State
from groundplan.interfaces.web.doors.passwords import check_strength
from groundplan.interfaces.web.gate import caller_of
from groundplan.interfaces.web.pages import entrance as pages
from groundplan.interfaces.web.pages.entrance import SignIn
from groundplan.interfaces.web.workspace import Workspace
from groundplan.records.vault import Kind
from groundplan.terms.errors import BadInput, NotFound, Refused
from groundplan.terms.scope import Role
from groundplan.usecase import ask

WRONG: Final = "This address and this password do not belong together."


def open_doors(doors: Doors, workspace: Workspace) -> Sequence[BaseRoute]:
    """The routes that answer to somebody unknown, and the way out."""
    entrance = _Entrance(doors, workspace)
    return [
        get("/enter/{ticket}", entrance.look),
        post("/enter/{ticket}", entrance.accept),
        get("/sign-in", entrance.ask_who),
        post("/sign-in", entrance.check_password),
        get("/sign-in/openid", entrance.go_to_provider),
        get("/sign-in/openid/back", entrance.come_back),
        post("/sign-in/passkey/offer", entrance.offer_passkey),
        post("/sign-in/passkey", entrance.check_passkey),
        post("/sign-out", entrance.leave),
    ]


class _Entrance:
    def __init__(self, doors: Doors, workspace: Workspace) -> None:
        self._doors = doors
        self._workspace = workspace

    def look(self, request: Request) -> Answer:
        """A one-time link is opened: the local one lets in, the others lead to a form."""
        ticket = request.path_params["ticket"]
        link = self._doors.links.look(ticket)
        inside = caller_of(request) is not None
        if link.purpose is Purpose.LOCAL and inside:
            return RedirectResponse("/", 303)
        if link.state is not State.OPEN:
            return pages.say_link(self._doors, link)
        if link.purpose is not Purpose.LOCAL:
            return pages.welcome(self._doors, link)
        if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
            return Response(status_code=204)  # whoever only looks ahead does not use it up
        taken = self._doors.links.take(ticket)
        if taken.state is not State.OPEN:
            return pages.say_link(self._doors, taken)
        return self._admit(request, LOCAL_VIEWER, "link", "/")

    def accept(self, request: Request, form: Form) -> Answer:
        """The form behind an invitation is sent: a password is set and the link is used."""
        ticket = request.path_params["ticket"]
        link = self._doors.links.look(ticket)
        if link.state is not State.OPEN or link.purpose is Purpose.LOCAL:
            return pages.say_link(self._doors, link)
        try:
            name, email = self._read_newcomer(link, form)
            check_strength(form.get("password", ""), (name, email))
        except BadInput as error:
            return pages.welcome(self._doors, link, dict(form), error)
        taken = self._doors.links.take(ticket)
        if taken.state is not State.OPEN:
            return pages.say_link(self._doors, taken)
        person = link.person or self._found(name, email)
        self._doors.vault.remove_all(person, Kind.SESSION)
        self._doors.passwords.set(person, form["password"], name, email)
        return self._admit(request, person, "link", "/")

    def _found(self, name: str, email: str) -> str:
        """Put the first admin on the roster, as whoever started the server could by hand."""
        case = find_use_case(self._workspace.practices, "people.add")
        if case is None or self._workspace.roster().people:
            raise Refused("Somebody is on the roster already.", "Ask an admin for an invitation.")
        scope = self._workspace.scope(LOCAL_VIEWER, "")
        inputs = case.inputs(name=name, email=email, role=Role.ADMIN)
        return str(ask(case, self._workspace.context(scope), scope, inputs).id)

    def _read_newcomer(self, link: Link, form: Form) -> tuple[str, str]:
        if link.purpose is not Purpose.FOUNDING:
            known = self._doors.colleague(link.person)
            return known.name, known.email
        name, email = " ".join(form.get("name", "").split()), form.get("email", "").strip()
        if not 0 < len(name) <= 100 or not name.isprintable():
            raise BadInput("name", name[:40], "your name, at most 100 letters")
        local, at, host = email.rpartition("@")
        if (
            not (local and at and host)
            or len(email) > 254
            or not email.isprintable()
            or " " in email
        ):
            raise BadInput("email", email[:40], "an e-mail address, to sign in with")
        return name, email

    def ask_who(self, request: Request) -> Answer:
        """`/sign-in`."""
        onward = read_onward(request.query_params.get("onward", "/"))
        if caller_of(request) is not None:
            return RedirectResponse(onward, 303)
        if not self._doors.settings.team:
            return pages.closed(self._doors, onward)
        return pages.sign_in(self._doors, SignIn(onward))

    def check_password(self, request: Request, form: Form) -> Answer:
        """An address and a password: in, or told why not and how long to wait."""
        doors, email = self._doors, form.get("email", "").strip()
        if not doors.settings.team:
            raise NotFound("There is no such page.")
        shown = SignIn(read_onward(form.get("onward", "/")), email)
        wait_s = doors.waits.attempt(email, request.client.host if request.client else "")
        if wait_s:
            told = SignIn(shown.onward, email, pages.say_wait(wait_s))
            return pages.sign_in(doors, told, 429, wait_s)
        people = [colleague.person_id for colleague in doors.named(email)]
        person = doors.passwords.check(people, form.get("password", ""))
        if person is None:
            return pages.sign_in(doors, SignIn(shown.onward, email, WRONG), 401)
        doors.waits.forgive(email)
        return self._admit(request, person, "password", shown.onward)

    def go_to_provider(self, request: Request) -> Answer:
        """Off to the provider, with a cookie that must come back."""
        if self._doors.openid is None:
            raise NotFound("This server knows no sign-in provider.", "Sign in with a password.")
        onward = read_onward(request.query_params.get("onward", "/"))
        address, ticket = self._doors.openid.begin(onward)
        answer = RedirectResponse(address, 303)
        self._doors.begin_flow(answer, ticket)
        return answer

    def come_back(self, request: Request) -> Answer:
        """Back from the provider: in, if it vouches for somebody on the roster."""
        if self._doors.openid is None:
            raise NotFound("This server knows no sign-in provider.", "Sign in with a password.")
        answer = dict(request.query_params)
        try:
            vouched, onward = self._doors.openid.finish(self._doors.end_flow(request), answer)
            person = self._doors.welcome(vouched)
        except Refused as error:
            trouble = f"{error.message} {error.hint}"
            return pages.sign_in(self._doors, SignIn(trouble=trouble), 403)
        return self._admit(request, person, "provider", onward)

    def offer_passkey(self, request: Request, _: Form) -> Answer:
        """A challenge for any passkey of this server."""
        if not self._doors.passkeys.offered:
            raise NotFound("This server takes no passkeys.", "Sign in with a password.")
        options, ticket = self._doors.passkeys.offer_any()
        answer = Response(options, media_type="application/json")
        self._doors.begin_flow(answer, ticket)
        return answer

    def check_passkey(self, request: Request, form: Form) -> Answer:
        """The challenge comes back signed: in."""
        if not self._doors.passkeys.offered:
            raise NotFound("This server takes no passkeys.", "Sign in with a password.")
        ticket, answer = self._doors.end_flow(request), form.get("credential", "")
        person = self._doors.passkeys.recognise(ticket, answer)
        if not self._doors.knows(person):
            raise Refused("You are no longer on the roster here.", "Ask an admin.")
        return self._admit(request, person, "passkey", read_onward(form.get("onward", "/")))

    def _admit(self, request: Request, person: str, how: str, onward: str) -> Response:
        before = caller_of(request)
        if before is not None and before.session is not None:  # a browser has one session
            self._doors.sessions.end(before.session.key, before.person)
        answer = RedirectResponse(onward, 303)
        self._doors.admit(answer, person, how, request.headers)
        return answer

    def leave(self, request: Request, _: Form) -> Answer:
        """Signed out: the session is gone on the server, the cookie in the browser."""
        caller = caller_of(request)
        if caller is not None and caller.session is not None:
            self._doors.sessions.end(caller.session.key, caller.person)
        answer = RedirectResponse("/sign-in", 303)
        self._doors.dismiss(answer)
        return answer
