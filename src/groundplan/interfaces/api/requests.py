"""What a request carries: a query or a body, within limits that are checked while reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from groundplan.interfaces.catalogue import Case
from groundplan.interfaces.codec.fields import read_fields
from groundplan.terms.errors import BadInput

LARGEST_BODY: Final = 262_144  # bytes
LARGEST_FILE_BODY: Final = 40_000_000  # bytes: the longest file, of which most letters need one


class Rejected(HTTPException):
    """The protocol's own refusal, with a hint."""

    def __init__(self, status: int, detail: str, hint: str) -> None:
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        super().__init__(status, detail, headers)
        self.hint = hint


async def read_body(request: Request, case: Case) -> bytes:
    """The JSON body, unread beyond the limit.

    Only `application/json` is taken: a form of a foreign page cannot send it without asking first.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Rejected(415, f"{kind or 'nothing'} came.", "Send Content-Type: application/json.")
    files = any(field.file for field in read_fields(case.inputs))
    most = LARGEST_FILE_BODY if files else LARGEST_BODY
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise Rejected(413, f"More than {most:,} bytes came.", f"Send at most {most:,} bytes.")
    return b"".join(chunks)


def read_query(request: Request, case: Case) -> Mapping[str, Any]:
    """The fields of the address; several values only for a field that takes several."""
    several = {field.name for field in read_fields(case.inputs) if field.many}
    given: dict[str, Any] = {}
    for name in request.query_params:
        values = request.query_params.getlist(name)
        if len(values) > 1 and name not in several:
            raise BadInput(name[:80], f"{len(values)} values", "one value")
        given[name] = values if name in several else values[0]
    return given
