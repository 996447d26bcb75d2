"""Where servers push to: an application of its own, so that it can be reached where pages are not.

Each place takes what is signed with its secret, and tells nobody else even that it exists.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any, Final, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from groundplan.interfaces.codec.statuses import (
    MISTAKE,
    PROBLEM,
    REFUSALS,
    describe,
    problem,
)
from groundplan.interfaces.codec.views import write_json
from groundplan.sources.http.pushes import Push, Taken
from groundplan.terms.errors import GroundplanError, SourceDown

HOOKS: Final = "/hooks"
MOST_BYTES: Final = 25_000_000  # GitHub sends no more
STRANGER: Final = "Nothing is taken here that is not signed with the secret of this place."

_PRIVATE: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Receiver(Protocol):
    """Takes what is pushed; `bootstrap/receiving.py` gives it."""

    def take(self, place: str, push: Push) -> Taken | None:
        """Keep a push; None where nobody may push, or not with this secret."""


def create_hooks(receiver: Receiver) -> Starlette:
    """The application: POST to a place, by the id of its source."""

    async def take(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return _refuse(413, f"At most {MOST_BYTES:,} bytes are taken at once.")
        headers = {name.lower(): value for name, value in request.headers.items()}
        place = request.path_params["place"]
        taken = await run_in_threadpool(receiver.take, place, Push(headers, body))
        if taken is None:
            return _refuse(401, STRANGER)
        return _answer({"kept": taken.kept, "known": taken.known})

    return Starlette(
        routes=[Route("/{place}", take, methods=["POST"])],
        exception_handlers={HTTPException: _say, GroundplanError: _tell, Exception: _admit},
    )


async def _read(request: Request) -> bytes | None:
    """The body; None if it is too long."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _answer(
    view: Mapping[str, Any], status: int = 200, kind: str = "application/json", **more: str
) -> Response:
    return Response(write_json(view), status, {**_PRIVATE, **more}, media_type=kind)


def _refuse(status: int, detail: str) -> Response:
    told = REFUSALS.get(status, MISTAKE._replace(http=status))
    return _answer(describe(told, detail), status, PROBLEM)


async def _say(_: Request, error: Exception) -> Response:
    """What the protocol refuses: another address, another method."""
    assert isinstance(error, HTTPException)
    return _refuse(error.status_code, "Only POST to a place of this server is taken.")


async def _tell(_: Request, error: Exception) -> Response:
    """An error of ours, in its own words."""
    assert isinstance(error, GroundplanError)
    found = problem(error)
    again = error.retry_after_s if isinstance(error, SourceDown) else None
    wait = {} if again is None else {"Retry-After": f"{math.ceil(again)}"}
    return _answer(found, found["status"], PROBLEM, **wait)


async def _admit(_: Request, error: Exception) -> Response:
    """A bug of ours: the details are in the log, not here; no address is logged."""
    logging.getLogger(__name__).error("taking a push failed", exc_info=error)
    return _refuse(500, "The server's log says more.")
