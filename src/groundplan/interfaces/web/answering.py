"""A page becomes an answer: in its form, with what surrounds every page, errors said with care."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundplan.interfaces.web.desk import Visit
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.errors import say_crash, say_error
from groundplan.interfaces.web.formats import Page, form_of, respond
from groundplan.interfaces.web.gate import caller_of
from groundplan.interfaces.web.places import NAVIGATION, list_practices
from groundplan.interfaces.web.rendering import render
from groundplan.interfaces.web.uploads import read_parts
from groundplan.terms.errors import BadInput, GroundplanError

LONGEST_FORM: Final = 65_536  # bytes

Form = Mapping[str, str]
Answer = Page | Response


@dataclass(frozen=True, slots=True)
class Who:
    """Who reads, for the head of a page. admin: manages accounts.

    team: in whose name they act; teams: in whose they may, by id and name, if there is a choice.
    """

    name: str
    admin: bool
    team: str
    teams: tuple[tuple[str, str], ...]


def read_who(request: Request) -> Who | None:
    """Who reads; None for nobody known."""
    caller = caller_of(request)
    if caller is None:
        return None
    doors: Doors = request.app.state.doors
    teams = [(team.team_id, team.name) for team in doors.teams(caller.person)]
    return Who(
        name=doors.colleague(caller.person).name,
        admin=doors.is_admin(caller.person),
        team=doors.team_of(caller),
        teams=(*teams, ("", "Everybody")) if teams else (),
    )


def finish(request: Request, page: Page, visit: Visit | None = None) -> Response:
    """The page in its form, with what surrounds every page; without a visit, without facts."""
    form = form_of_or_html(request)
    if form != "html":
        return respond(request, page, form, "")
    # one slash only: a link to `//name` would lead to another host
    here = "/" + quote(request.url.path.lstrip("/"))
    here += f"?{request.url.query}" if request.url.query else ""
    around = {
        "page": page,
        "who": read_who(request),
        "here": here,
        "path": request.url.path,
        "navigation": NAVIGATION,
        "practised": list_practices(visit.practices if visit else ()),
        "stages": visit.stages if visit else (),
        "pending": visit.lines_pending if visit else 0,
        "polled": False,
    }
    return respond(request, page, form, render(page.template, {**around, **page.data}))


def form_of_or_html(request: Request) -> str:
    """The form asked for; HTML if that one does not exist, so that an error can be read."""
    try:
        return form_of(request)
    except BadInput:
        return "html"


def get(path: str, handler: Callable[[Request], Answer]) -> Route:
    """A route that reads."""

    def endpoint(request: Request) -> Response:
        return answer_carefully(request, lambda: handler(request))

    return Route(path, endpoint, methods=["GET"])


def post(path: str, handler: Callable[[Request, Form], Answer], most: int = LONGEST_FORM) -> Route:
    """A route that takes a form of at most so many bytes."""

    async def endpoint(request: Request) -> Response:
        form = await read_form(request, most)

        def answer() -> Answer:
            if form is None:
                raise BadInput("form", "too long", f"at most {most:,} bytes")
            return handler(request, form)

        return await run_in_threadpool(answer_carefully, request, answer)

    return Route(path, endpoint, methods=["POST"])


def answer_carefully(request: Request, answer: Callable[[], Answer]) -> Response:
    """What is answered, or a page that says what went wrong."""
    try:
        found = answer()
    except GroundplanError as error:
        found = say_error(error)
    except Exception:  # a bug of ours: said as carefully as everything else
        route = request.scope.get("route")  # its pattern: an address may hold a one-time link
        logging.getLogger(__name__).exception("%s failed", getattr(route, "path", "the gate"))
        found = say_crash()
    return finish(request, found) if isinstance(found, Page) else found


async def read_form(request: Request, most: int) -> dict[str, str] | None:
    """The fields of a form; None if it is longer than that. Of a field given twice, the last."""
    chunks: list[bytes] = []
    length = 0
    async for chunk in request.stream():
        chunks.append(chunk)
        length += len(chunk)
        if length > most:
            return None
    body = b"".join(chunks)
    parts = read_parts(body, request.headers.get("content-type", ""))
    if parts is not None:
        return parts
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def page_number(request: Request) -> int:
    """Which page of rows is asked for, from 1."""
    text = request.query_params.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1_000_000:
        raise BadInput("page", text[:20], "a number from 1")
    return int(text)


def read_onward(text: str) -> str:
    """Where somebody wanted to go: an address of ours, else the first page."""
    ours = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if ours and not text.startswith(("/sign-in", "/enter")) else "/"
