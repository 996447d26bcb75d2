"""Nothing is answered to somebody unknown but the doors; a new page is closed when it is born."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.web.doors.doors import Caller, Doors
from groundplan.interfaces.web.hooks import HOOKS
from groundplan.terms.errors import GroundplanError, NotFound

STILL: Final = "/static/"
# the API refuses in its own form; a feed's address is its own key; what is pushed is signed
OPEN: Final = ("/sign-in/", "/enter/", "/feeds/", f"{HOOKS}/", f"{PREFIX}/")

Deny = Callable[[Request, GroundplanError | None], Response]


class Gate:
    """Finds out who asks, once a request. deny: says how to get in, or why nobody can now."""

    def __init__(self, app: ASGIApp, doors: Doors, deny: Deny) -> None:
        self.app = app
        self.doors = doors
        self.deny = deny

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer somebody known, or at a door."""
        if scope["type"] != "http" or scope["path"].startswith(STILL):
            await self.app(scope, receive, send)
            return
        error: GroundplanError | None = None
        caller: Caller | None = None
        try:
            caller = await run_in_threadpool(self.doors.recognise, HTTPConnection(scope))
        except GroundplanError as down:  # the vault cannot be read: then nobody is known
            error = down
        scope.setdefault("state", {})["caller"] = caller
        app: ASGIApp = self.app
        known = caller is not None or f"{scope['path']}/".startswith(OPEN)
        if error is not None or not known:
            app = await run_in_threadpool(self.deny, Request(scope), error)
        await app(scope, receive, send)


def caller_of(request: HTTPConnection) -> Caller | None:
    """Who asks, as the gate found out."""
    found: Caller | None = getattr(request.state, "caller", None)
    return found


def caller_here(request: HTTPConnection) -> Caller:
    """The same, for what is behind the gate; NotFound for nobody."""
    found = caller_of(request)
    if found is None:
        raise NotFound("No page has this address.", "Sign in first.")
    return found
