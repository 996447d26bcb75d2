"""The web face: routes are a table, each handler turns a visit into a page, one place answers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from groundplan.interfaces.web.desk import Desk, Visit
from groundplan.interfaces.web.errors import say_crash, say_error, say_status
from groundplan.interfaces.web.formats import Page, form_of, respond
from groundplan.interfaces.web.guards import Guard
from groundplan.interfaces.web.pages import about, areas, ask, identities, practices, signals, team
from groundplan.interfaces.web.places import navigation
from groundplan.interfaces.web.rendering import render
from groundplan.interfaces.web.workspace import Workspace
from groundplan.terms.errors import BadInput, GroundplanError

LONGEST_FORM = 16_384  # bytes

Handler = Callable[[Visit, Request], Page]


def create_app(workspace: Workspace) -> Starlette:
    """The web application on a workspace; the caller binds it to 127.0.0.1."""
    desk = Desk(workspace)

    def page(path: str, handler: Handler) -> Route:
        def endpoint(request: Request) -> Response:
            visit: Visit | None = None
            try:
                form_of(request)
                visit = desk.open()
                return finish(request, visit, handler(visit, request))
            except GroundplanError as error:
                return finish(request, visit, say_error(error))
            except Exception:  # a bug of ours: said as carefully as everything else
                logging.getLogger(__name__).exception("%s failed", request.url.path)
                return finish(request, visit, say_crash())

        return Route(path, endpoint, methods=["GET"])

    routes: list[BaseRoute] = [
        page("/", lambda visit, _: team.team(visit)),
        page("/signals", lambda visit, _: signals.signals(visit)),
        page("/signals/{name}", _signal),
        page("/areas", lambda visit, _: areas.areas(visit)),
        page("/areas/{repo}/{area:path}", _area),
        page("/ask", lambda visit, request: ask.ask(visit, request.query_params.get("q", ""))),
        page("/find", lambda visit, request: about.find(visit, request.query_params.get("q", ""))),
        page("/identities", _identities),
        page("/about/trust", lambda visit, _: about.trust(visit)),
        page("/about/keys", lambda *_: about.keys()),
        Route("/progress", lambda _: _progress(desk), methods=["GET"]),
        Mount("/static", StaticFiles(packages=[("groundplan.interfaces.web", "static")])),
        page("/{practice}", _practice),
        Route("/{practice}/{verb}", _act(desk), methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard)],
        exception_handlers={HTTPException: _answer_http_error(desk)},
    )


def _signal(visit: Visit, request: Request) -> Page:
    every = request.query_params.get("rows") == "all"
    name = request.path_params["name"]
    return signals.signal(visit, name, page_number(request), all_rows=every)


def _area(visit: Visit, request: Request) -> Page:
    every = request.query_params.get("rows") == "all" or form_of(request) == "csv"
    repo, name = request.path_params["repo"], request.path_params["area"]
    return areas.area(visit, repo, name, page_number(request), all_rows=every)


def _practice(visit: Visit, request: Request) -> Page:
    return practices.practice(visit, request.path_params["practice"], request.query_params)


def _identities(visit: Visit, request: Request) -> Page:
    every = form_of(request) != "html"
    return identities.identities(visit, request.query_params.get("about", ""), every=every)


def _act(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request)
        return await run_in_threadpool(answer, request, body)

    def answer(request: Request, body: bytes | None) -> Response:
        visit = desk.open()
        name, verb = request.path_params["practice"], request.path_params["verb"]
        try:
            if body is None:
                raise BadInput("form", "too long", f"at most {LONGEST_FORM:,} bytes")
            given = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            practices.act(visit, name, verb, given)
        except GroundplanError as error:
            return finish(request, visit, say_error(error))
        return RedirectResponse(f"/{name}", 303)

    return endpoint


async def read_body(request: Request) -> bytes | None:
    """The body of a form; None if it is longer than any of our forms."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    return body


def page_number(request: Request) -> int:
    """Which page of rows is asked for, from 1."""
    text = request.query_params.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 1_000_000:
        raise BadInput("page", text[:20], "a number from 1")
    return int(text)


def finish(request: Request, visit: Visit | None, page: Page) -> Response:
    """The page in its form, with what surrounds every page; without a visit, the facts failed."""
    form = form_of_or_html(request)
    if form != "html":
        return respond(request, page, form, "")
    # one slash only: a link to `//name` would lead to another host
    here = "/" + quote(request.url.path.lstrip("/"))
    here += f"?{request.url.query}" if request.url.query else ""
    around = {
        "page": page,
        "here": here,
        "path": request.url.path,
        "navigation": navigation(visit.practices if visit else ()),
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


def _progress(desk: Desk) -> Response:
    visit = desk.try_open()
    if visit is None:
        return Response(status_code=204)  # what stands there stays; a reload says what is wrong
    words = {"stages": visit.stages, "pending": visit.lines_pending, "polled": True}
    return HTMLResponse(render("progress.html", words))


def _answer_http_error(
    desk: Desk,
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = say_status(error.status_code, error.headers)
        return await run_in_threadpool(lambda: finish(request, desk.try_open(), page))

    return answer
