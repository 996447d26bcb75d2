"""The HTTP API as an application to mount at PREFIX: a route for each use case.

Reading is GET with a query, writing is POST with JSON. Who asks is somebody else's business
(`Identify`): sessions and tokens are the web's.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from groundplan.interfaces.api.openapi import KEY_HEADER, TEAM_HEADER, write_openapi
from groundplan.interfaces.api.requests import Rejected, read_body, read_query
from groundplan.interfaces.catalogue import (
    Asker,
    Case,
    Workspace,
    answer,
    list_use_cases,
    must_post,
)
from groundplan.interfaces.codec.inputs import read_inputs, read_json, read_key
from groundplan.interfaces.codec.statuses import (
    MISTAKE,
    PROBLEM,
    REFUSALS,
    UNREADABLE,
    describe,
    problem,
)
from groundplan.interfaces.codec.views import write_json
from groundplan.terms.errors import BadInput, GroundplanError, SourceDown

PREFIX = "/api/v1"

Identify: TypeAlias = Callable[[Request], str | None]
"""The viewer's id, by session or token; None for nobody. Called in a thread, may read stores."""

_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def create_api(workspace: Workspace, identify: Identify) -> Starlette:
    """The API on a workspace; mount it at PREFIX."""
    routes: list[BaseRoute] = [Route("/openapi.json", _send_openapi, methods=["GET"])]
    for group, cases in list_use_cases().items():
        for case in cases:
            verb = case.name.removeprefix(f"{group}.")
            method = "POST" if must_post(case) else "GET"
            endpoint = _endpoint(workspace, identify, case)
            routes.append(Route(f"/{group}/{verb}", endpoint, methods=[method]))
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: _refuse, GroundplanError: _tell, Exception: _admit},
    )


def _endpoint(
    workspace: Workspace, identify: Identify, case: Case
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        viewer = await run_in_threadpool(identify, request)
        if viewer is None:
            raise Rejected(401, "This needs a session or a token.", "Send Authorization: Bearer.")
        body = await read_body(request, case) if must_post(case) else None
        return await run_in_threadpool(_answer, workspace, case, viewer, request, body)

    return endpoint


def _answer(
    workspace: Workspace, case: Case, viewer: str, request: Request, body: bytes | None
) -> Response:
    try:
        key = read_key(request.headers.get(KEY_HEADER)) if case.writes else None
        given = read_query(request, case) if body is None else read_json(body)
        inputs = read_inputs(case, given, text=body is None)
    except BadInput as error:
        return _problem(problem(error, UNREADABLE))
    asker = Asker(viewer, request.headers.get(TEAM_HEADER, ""), key)
    view = answer(workspace, case, asker, inputs)
    return Response(write_json(view), headers=_PRIVATE, media_type="application/json")


def _problem(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    body, every = write_json(document), {**_PRIVATE, **(headers or {})}
    return Response(body, document["status"], every, media_type=PROBLEM)


async def _tell(_: Request, error: Exception) -> Response:
    """An error of ours, in its own words."""
    assert isinstance(error, GroundplanError)
    again = error.retry_after_s if isinstance(error, SourceDown) else None
    headers = {} if again is None else {"Retry-After": f"{math.ceil(again)}"}
    return _problem(problem(error), headers)


async def _refuse(_: Request, error: Exception) -> Response:
    """What the protocol refuses: no such address, wrong method, nobody signed in, too large."""
    assert isinstance(error, HTTPException)
    told = REFUSALS.get(error.status_code, MISTAKE._replace(http=error.status_code))
    hint = error.hint if isinstance(error, Rejected) else f"{PREFIX}/openapi.json names all."
    detail = error.detail if isinstance(error, Rejected) else told.title
    return _problem(describe(told, detail, hint), error.headers)


async def _admit(request: Request, error: Exception) -> Response:
    """A bug of ours: the details are in the log, not here."""
    logging.getLogger(__name__).error("%s failed", request.url.path, exc_info=error)
    return _problem(describe(MISTAKE, "The server's log says more."))


async def _send_openapi(_: Request) -> Response:
    return Response(write_json(write_openapi(PREFIX)), media_type="application/json")
