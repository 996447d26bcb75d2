"""Errors as other programs know them: an HTTP status, a problem type, an exit code.

The command line imports this before anything else; it must stay light.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from groundplan.terms.errors import (
    BadInput,
    Conflict,
    GroundplanError,
    NotFound,
    Refused,
    SourceBroken,
    SourceDown,
)


class Status(NamedTuple):
    """How one kind of error is told. name: the problem's type, without its prefix."""

    name: str
    http: int
    exit: int
    title: str


TYPE_PREFIX = "urn:groundplan:"
PROBLEM = "application/problem+json"
UNREADABLE = 400  # the inputs are not of the declared form; the use case was never asked

# The first kind that fits counts, so the narrower one stands first.
STATUSES: tuple[tuple[type[GroundplanError], Status], ...] = (
    (NotFound, Status("not-found", 404, 3, "This is not here")),
    (BadInput, Status("bad-input", 422, 2, "This cannot be asked that way")),
    (Conflict, Status("conflict", 409, 4, "Somebody was faster")),
    (Refused, Status("refused", 409, 4, "This was not done")),
    (SourceDown, Status("unavailable", 503, 5, "The facts cannot be reached now")),
    (SourceBroken, Status("broken", 500, 1, "Something in the facts is broken")),
)
MISTAKE = Status("mistake", 500, 1, "A mistake of Groundplan, not yours; nothing was changed")

# What the protocol itself refuses, before any use case is asked.
REFUSALS = {
    401: Status("unauthenticated", 401, 1, "Nobody is signed in"),
    404: Status("not-found", 404, 3, "This is not here"),
    405: Status("wrong-method", 405, 1, "This address does not take such a request"),
    413: Status("too-large", 413, 1, "The request is too large"),
    415: Status("wrong-media-type", 415, 1, "The request has another form than JSON"),
}


def status_of(error: GroundplanError) -> Status:
    """How the error is told."""
    return next((told for kind, told in STATUSES if isinstance(error, kind)), MISTAKE)


def exit_code(error: GroundplanError) -> int:
    """The exit code of a command that ended with the error."""
    return status_of(error).exit


def problem(error: GroundplanError, http: int | None = None) -> dict[str, Any]:
    """The error as a problem document (RFC 9457): what happened, what to do, which field.

    http: the status to tell, if it is not the usual one of the error's kind.
    """
    told = status_of(error)
    found = describe(told._replace(http=http or told.http), error.message, error.hint)
    if isinstance(error, BadInput):
        found |= {"field": error.field, "got": str(error.got), "allowed": error.allowed}
    if isinstance(error, SourceDown) and error.retry_after_s is not None:
        found["retry_after_s"] = error.retry_after_s
    return found


def error_of(http: int, document: Mapping[str, Any]) -> GroundplanError:
    """The error that a problem document tells of, as another server sent it."""
    detail = str(document.get("detail", f"The server answered {http}."))
    hint = str(document.get("hint", ""))
    name = str(document.get("type", "")).removeprefix(TYPE_PREFIX)
    kind = next((kind for kind, told in STATUSES if told.name == name), None)
    if kind is BadInput:
        field, got = str(document.get("field")), str(document.get("got"))
        return BadInput(field, got, str(document.get("allowed")), hint)
    if kind is SourceDown:
        wait = document.get("retry_after_s")
        return SourceDown(detail, hint, wait if isinstance(wait, int | float) else None)
    return (kind or (Refused if 400 <= http < 500 else SourceBroken))(detail, hint)


def describe(told: Status, detail: str, hint: str = "") -> dict[str, Any]:
    """A problem document without an error of ours behind it."""
    return {
        "type": TYPE_PREFIX + told.name,
        "title": told.title,
        "status": told.http,
        "detail": detail,
        "hint": hint,
    }
