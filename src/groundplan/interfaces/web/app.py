"""The web face: routes are a table, each handler turns a visit into a page, one place answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from groundplan.interfaces.api.app import PREFIX, create_api
from groundplan.interfaces.codec.fields import LONGEST_FILE, read_fields
from groundplan.interfaces.codec.inputs import read_key
from groundplan.interfaces.web.account import account_routes
from groundplan.interfaces.web.answering import (
    LONGEST_FORM,
    Answer,
    Form,
    answer_carefully,
    finish,
    get,
    page_number,
    post,
    read_onward,
)
from groundplan.interfaces.web.desk import Desk, Visit
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.entrance import open_doors
from groundplan.interfaces.web.errors import say_error, say_status
from groundplan.interfaces.web.feeds import feed_routes
from groundplan.interfaces.web.formats import Page, form_of
from groundplan.interfaces.web.forms import KEY
from groundplan.interfaces.web.gate import Gate, caller_here, caller_of
from groundplan.interfaces.web.guards import Guard
from groundplan.interfaces.web.hooks import HOOKS, Receiver, create_hooks
from groundplan.interfaces.web.pages import about, areas, ask, identities, practices, signals, team
from groundplan.interfaces.web.pages.entrance import closed
from groundplan.interfaces.web.rendering import render
from groundplan.interfaces.web.workspace import Workspace
from groundplan.terms.errors import BadInput, GroundplanError

LONGEST_FILE_FORM: Final = LONGEST_FORM + 3 * LONGEST_FILE  # a letter may be sent as three

Handler = Callable[[Visit, Request], Page]


def create_app(workspace: Workspace, doors: Doors, receiver: Receiver | None = None) -> Starlette:
    """The web application on a workspace: pages behind the doors, and the API beside them.

    receiver: takes what servers push, if this is where they push to.
    """
    desk = Desk(workspace, doors)
    routes: list[BaseRoute] = [
        *open_doors(doors, workspace),
        *(_page(desk, path, handler) for path, handler in PAGES),
        *account_routes(doors, desk),
        *feed_routes(doors, desk),
        Route("/progress", lambda request: _progress(desk, request), methods=["GET"]),
        Mount("/static", StaticFiles(packages=[("groundplan.interfaces.web", "static")])),
        Mount(PREFIX, create_api(workspace, doors.identify)),
        *([Mount(HOOKS, create_hooks(receiver))] if receiver else []),
        _page(desk, "/{practice}", _practice),
        _page(desk, "/{practice}/{verb}", _use_case),
        _act(desk),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, hosts=doors.settings.hosts),
            Middleware(Gate, doors=doors, deny=_deny(doors)),
        ],
        exception_handlers={HTTPException: _answer_http_error(desk)},
    )
    app.state.doors = doors
    return app


def _page(desk: Desk, path: str, handler: Handler) -> Route:
    def answer(request: Request) -> Answer:
        visit: Visit | None = None
        try:
            form_of(request)
            visit = desk.open(caller_here(request))
            return finish(request, handler(visit, request), visit)
        except GroundplanError as error:
            return finish(request, say_error(error), visit)

    return get(path, answer)


def _signal(visit: Visit, request: Request) -> Page:
    every = request.query_params.get("rows") == "all"
    name = request.path_params["name"]
    return signals.signal(visit, name, page_number(request), all_rows=every)


def _area(visit: Visit, request: Request) -> Page:
    every = request.query_params.get("rows") == "all" or form_of(request) == "csv"
    repo, name = request.path_params["repo"], request.path_params["area"]
    return areas.area(visit, repo, name, page_number(request), all_rows=every)


def _find(visit: Visit, request: Request) -> Page:
    return about.find(visit, request.query_params.get("q", ""))


def _identities(visit: Visit, request: Request) -> Page:
    every = form_of(request) != "html"
    return identities.identities(visit, request.query_params.get("about", ""), every=every)


def _practice(visit: Visit, request: Request) -> Page:
    return practices.practice(visit, request.path_params["practice"], request.query_params)


def _use_case(visit: Visit, request: Request) -> Page:
    case = practices.find_case(visit, *_named(request))
    return practices.use_case(visit, case, request.query_params)


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["practice"], request.path_params["verb"]


PAGES: Final[tuple[tuple[str, Handler], ...]] = (
    ("/", lambda visit, _: team.team(visit)),
    ("/signals", lambda visit, _: signals.signals(visit)),
    ("/signals/{name}", _signal),
    ("/areas", lambda visit, _: areas.areas(visit)),
    ("/areas/{repo}/{area:path}", _area),
    ("/ask", lambda visit, request: ask.ask(visit, request.query_params.get("q", ""))),
    ("/find", _find),
    ("/identities", _identities),
    ("/about/trust", lambda visit, _: about.trust(visit)),
    ("/about/keys", lambda *_: about.keys()),
)


def _act(desk: Desk) -> Route:
    def answer(request: Request, form: Form) -> Answer:
        visit: Visit | None = None
        try:
            visit = desk.open(caller_here(request), read_key(form.get(KEY)))
            case = practices.find_case(visit, *_named(request))
            files = any(field.file for field in read_fields(case.inputs))
            if not files and sum(map(len, form.values())) > LONGEST_FORM:
                raise BadInput("form", "too long", f"at most {LONGEST_FORM:,} letters")
            if files and not case.writes:
                return finish(request, practices.read_file(visit, case, form), visit)
            trouble = practices.act(visit, case, form)
        except GroundplanError as error:
            return finish(request, say_error(error), visit)
        if trouble is not None:
            return finish(request, trouble, visit)
        return RedirectResponse(read_onward(form.get("onward", f"/{_named(request)[0]}")), 303)

    return post("/{practice}/{verb}", answer, LONGEST_FILE_FORM)


def _progress(desk: Desk, request: Request) -> Response:
    visit = desk.try_open(caller_here(request))
    if visit is None:
        return Response(status_code=204)  # what stands there stays; a reload says what is wrong
    words = {"stages": visit.stages, "pending": visit.lines_pending, "polled": True}
    return HTMLResponse(render("progress.html", words))


def _deny(doors: Doors) -> Callable[[Request, GroundplanError | None], Response]:
    def deny(request: Request, error: GroundplanError | None) -> Response:
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return answer_carefully(
            request,
            lambda: say_error(error) if error else closed(doors, read_onward(address)),
        )

    return deny


def _answer_http_error(
    desk: Desk,
) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        page = say_status(error.status_code, error.headers)
        return await run_in_threadpool(surround, request, page)

    def surround(request: Request, page: Page) -> Response:
        caller = caller_of(request)
        return finish(request, page, desk.try_open(caller) if caller else None)

    return answer
