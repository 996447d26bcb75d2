"""Calendars that programs follow: the address is the key, so nobody signs in and nothing is logged.

A program asks every few hours and is answered in full only when something has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from groundplan.interfaces.codec.inputs import read_key
from groundplan.interfaces.codec.statuses import status_of
from groundplan.interfaces.web.answering import Answer, Form, finish, post
from groundplan.interfaces.web.desk import Desk
from groundplan.interfaces.web.doors.doors import Caller, Doors
from groundplan.interfaces.web.forms import KEY
from groundplan.interfaces.web.gate import caller_here
from groundplan.interfaces.web.pages.account import shown_once
from groundplan.terms.errors import GroundplanError, NotFound, SourceDown

FOLLOW: Final = "focus_time.follow"
SUBSCRIBE: Final = "focus_time.subscribe"
KIND: Final = "text/calendar; charset=utf-8"
# to be asked about each time, and kept by nobody in between
CACHED: Final = "private, no-cache"


def feed_routes(doors: Doors, desk: Desk) -> Sequence[BaseRoute]:
    """The feeds, and where somebody is shown the address of theirs."""
    feeds = _Feeds(doors, desk)
    return [
        Route("/feeds/{person}/{ticket}.ics", feeds.send, methods=["GET"]),
        post("/focus_time/subscribe", feeds.show_link),
    ]


class _Feeds:
    def __init__(self, doors: Doors, desk: Desk) -> None:
        self._doors = doors
        self._desk = desk

    async def send(self, request: Request) -> Response:
        """The calendar, or that it is as it was; a wrong address looks like one taken back."""
        try:
            text = await run_in_threadpool(self._read, request.path_params)
        except NotFound:
            return PlainTextResponse("There is no such calendar.", 404)
        except GroundplanError as error:
            headers = {}
            if isinstance(error, SourceDown) and error.retry_after_s:
                headers["Retry-After"] = f"{error.retry_after_s:.0f}"
            return PlainTextResponse(error.message, status_of(error).http, headers)
        body = text.encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {"ETag": etag, "Cache-Control": CACHED}
        if knows(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
        headers["Content-Disposition"] = 'inline; filename="focus.ics"'
        return Response(body, headers=headers, media_type=KIND)

    def _read(self, path: dict[str, Any]) -> str:
        if not self._doors.knows(path["person"]):
            raise NotFound("There is no such calendar.")
        visit = self._desk.open(Caller(path["person"]))
        text: str = visit.ask(FOLLOW, ticket=path["ticket"]).ics
        return text

    def show_link(self, request: Request, form: Form) -> Answer:
        """A new address of one's own feed, shown once."""
        visit = self._desk.open(caller_here(request), read_key(form.get(KEY)))
        link = visit.ask(SUBSCRIBE)
        says = (
            "Subscribe to this address in your calendar program. Copy it now: only a digest of it "
            f"is kept, and it is not shown again. {link.says}"
        )
        address = f"{self._doors.settings.url}{link.path}"
        back = ("/focus_time", "Focus time")
        return finish(
            request, shown_once("Your blocks, to subscribe to", says, address, back), visit
        )


def knows(asked: str, etag: str) -> bool:
    """Whether an `If-None-Match` names the state that the answer would have (RFC 9110, 13.1.2)."""
    told = [one.strip().removeprefix("W/") for one in asked.split(",")]
    return etag in told or "*" in told
