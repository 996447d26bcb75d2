"""Routes of somebody's own account, and of the admin who lets others in."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from groundplan.interfaces.web.answering import Answer, Form, finish, get, post
from groundplan.interfaces.web.desk import Desk
from groundplan.interfaces.web.doors.doors import Caller, Doors, name_browser
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.formats import Page
from groundplan.interfaces.web.gate import caller_here
from groundplan.interfaces.web.pages import account as pages
from groundplan.interfaces.web.wording import say_moment
from groundplan.records.vault import Kind, remove
from groundplan.terms.errors import BadInput, NotFound, Refused

ACCESS_LOG = "people.access_log"


def account_routes(doors: Doors, desk: Desk) -> Sequence[BaseRoute]:
    """The routes below `/account`."""
    account = _Account(doors, desk)
    return [
        get("/account", account.show),
        post("/account/team", account.choose_team),
        post("/account/sessions", account.end_session),
        post("/account/tokens", account.make_token),
        post("/account/tokens/revoke", account.revoke_token),
        post("/account/password", account.set_password),
        post("/account/passkeys/offer", account.offer_passkey),
        post("/account/passkeys", account.keep_passkey),
        post("/account/passkeys/remove", account.remove_passkey),
        get("/account/invitations", account.show_invitations),
        post("/account/invitations", account.invite),
    ]


class _Account:
    def __init__(self, doors: Doors, desk: Desk) -> None:
        self._doors = doors
        self._desk = desk

    def show(self, request: Request) -> Answer:
        """`/account`."""
        return self._answer(request, {}, None)

    def _answer(self, request: Request, form: Form, error: BadInput | None) -> Answer:
        caller = caller_here(request)
        visit = self._desk.try_open(caller)
        # the facts may be out of reach; sessions can be ended all the same
        cases = {c.name for p in visit.practices for c in p.use_cases} if visit else set()
        log_href = "/" + ACCESS_LOG.replace(".", "/") if ACCESS_LOG in cases else ""
        page = pages.account(
            self._doors, caller, self._doors.clock(), log_href=log_href, given=form, error=error
        )
        return finish(request, page, visit)

    def choose_team(self, request: Request, form: Form) -> Answer:
        """Act in the name of another team, in this browser."""
        caller, team = _in_person(request), form.get("team", "")
        assert caller.session is not None
        if team not in ("", *(t.team_id for t in self._doors.teams(caller.person))):
            raise NotFound("There is no such team of yours.", "Your teams stand in the menu.")
        self._doors.sessions.act_in(caller.session.key, team)
        return RedirectResponse("/", 303)

    def end_session(self, request: Request, form: Form) -> Answer:
        """End one session, or all others."""
        caller = _in_person(request)
        assert caller.session is not None
        if form.get("which") == "others":
            self._doors.sessions.end_others(caller.person, caller.session.key)
        elif not self._doors.sessions.end(form.get("which", ""), caller.person):
            raise NotFound("There is no such session of yours.", "It may have ended by itself.")
        return RedirectResponse("/account#sessions", 303)

    def make_token(self, request: Request, form: Form) -> Answer:
        """A new token, shown once."""
        caller = _in_person(request)
        try:
            text = self._doors.tokens.make(
                caller.person, form.get("name", ""), form.get("days", "90")
            )
        except BadInput as error:
            return self._answer(request, form, error)
        says = (
            "Copy it now: only a digest of it is kept, and it is not shown again. Send it as "
            "Authorization: Bearer. It may read and write what you may, until you revoke it."
        )
        page = pages.shown_once("Your new token", says, text, ("/account#tokens", "Your account"))
        return self._shown(request, page)

    def revoke_token(self, request: Request, form: Form) -> Answer:
        """A token stops working at once."""
        if not self._doors.tokens.revoke(form.get("which", ""), _in_person(request).person):
            raise NotFound("There is no such token of yours.", "It may be revoked already.")
        return RedirectResponse("/account#tokens", 303)

    def set_password(self, request: Request, form: Form) -> Answer:
        """Another password, for somebody who knows the one before; other sessions end."""
        caller, doors = _in_person(request), self._doors
        assert caller.session is not None
        if not doors.settings.team:
            raise NotFound("There is no such page.")
        me = doors.colleague(caller.person)
        try:
            if doors.passwords.has(caller.person):
                self._check_current(request, caller, form.get("current", ""))
            doors.passwords.set(caller.person, form.get("password", ""), me.name, me.email)
        except BadInput as error:
            return self._answer(request, {}, error)
        doors.waits.forgive(caller.person)
        doors.sessions.end_others(caller.person, caller.session.key)
        return RedirectResponse("/account#password", 303)

    def _check_current(self, request: Request, caller: Caller, password: str) -> None:
        address = request.client.host if request.client else ""
        wait_s = self._doors.waits.attempt(caller.person, address)
        if wait_s:
            raise BadInput("current", "too many attempts", f"a pause of {wait_s:.0f} seconds")
        if self._doors.passwords.check([caller.person], password) is None:
            raise BadInput("current", "another password", "the one that you have now")

    def offer_passkey(self, request: Request, _: Form) -> Answer:
        """What the browser needs to make a passkey."""
        me = self._doors.colleague(_in_person(request).person)
        if not self._doors.passkeys.offered:
            raise NotFound("This server takes no passkeys.")
        options, ticket = self._doors.passkeys.offer_one(me.person_id, me.email or me.name)
        answer = Response(options, media_type="application/json")
        self._doors.begin_flow(answer, ticket)
        return answer

    def keep_passkey(self, request: Request, form: Form) -> Answer:
        """A passkey that the browser has made."""
        person, ticket = _in_person(request).person, self._doors.end_flow(request)
        name = name_browser(request.headers.get("user-agent", ""))
        self._doors.passkeys.register(ticket, form.get("credential", ""), person, name)
        return RedirectResponse("/account#passkeys", 303)

    def remove_passkey(self, request: Request, form: Form) -> Answer:
        """A passkey stops working."""
        caller = _in_person(request)
        if not remove(self._doors.vault, Kind.PASSKEY, form.get("which", ""), caller.person):
            raise NotFound("There is no such passkey of yours.")
        return RedirectResponse("/account#passkeys", 303)

    def show_invitations(self, request: Request) -> Answer:
        """`/account/invitations`, for admins."""
        self._require_admin(request)
        page = pages.invitations(self._doors)
        return finish(request, page, self._desk.try_open(caller_here(request)))

    def invite(self, request: Request, form: Form) -> Answer:
        """A link for somebody on the roster, shown once."""
        self._require_admin(request)
        caller = _in_person(request)
        found = self._doors.roster().people.get(form.get("person", ""))
        if found is None:
            raise NotFound("Nobody on the roster is called that.", "Add them to the roster first.")
        address, until = self._doors.invite(Purpose.INVITATION, found.person_id, caller.person)
        says = (
            f"Send it to {found.name} and to nobody else: whoever opens it first chooses "
            f"{found.name}'s password and ends their other sessions. It works once, until "
            f"{say_moment(until)}, and is not shown again."
        )
        title = f"A link for {found.name}"
        back = ("/account/invitations", "All invitations")
        return self._shown(request, pages.shown_once(title, says, address, back))

    def _require_admin(self, request: Request) -> None:
        if not self._doors.is_admin(caller_here(request).person):
            raise NotFound("No page has this address.", "Find looks by name.")

    def _shown(self, request: Request, page: Page) -> Answer:
        return finish(request, page, self._desk.try_open(caller_here(request)))


def _in_person(request: Request) -> Caller:
    """Who asks, signed in: a token cannot make tokens, or change how somebody signs in."""
    caller = caller_here(request)
    if caller.session is None:
        raise Refused("A token cannot do this.", "Sign in with a browser.")
    return caller
