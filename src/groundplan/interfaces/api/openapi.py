"""The API's description (OpenAPI 3.1), written from the declarations; every status stands in it."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from groundplan import __version__
from groundplan.interfaces.catalogue import Case, list_use_cases, must_post
from groundplan.interfaces.codec.fields import read_fields
from groundplan.interfaces.codec.inputs import LONGEST_KEY
from groundplan.interfaces.codec.schemas import (
    Schema,
    schema_of_field,
    schema_of_inputs,
    schema_of_view,
)
from groundplan.interfaces.codec.statuses import PROBLEM

KEY_HEADER: Final = "Idempotency-Key"
TEAM_HEADER: Final = "Groundplan-Team"
_SCHEMAS: Final = "#/components/schemas/"

_PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "What happened and what to do (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "field": {"type": "string"},
        "got": {"type": "string"},
        "allowed": {"type": "string"},
        "retry_after_s": {"type": "number"},
    },
    "required": ["type", "title", "status", "detail", "hint"],
}
_ALWAYS: Final = {
    400: "The inputs are not of the declared form.",
    401: "Nobody is signed in.",
    404: "It is not there, or not for this viewer: both look the same.",
    409: "It was not done, and the detail is the reason; or somebody else was faster.",
    422: "The inputs are of the declared form and have no meaning together.",
    500: "A mistake of Groundplan, or something in the facts is broken.",
    503: "A store cannot be reached now.",
}
_OF_BODIES: Final = {
    413: "The body is too large.",
    415: "The body is not JSON.",
}


@cache
def write_openapi(prefix: str) -> Schema:
    """The whole description. prefix: where the API is mounted."""
    found: dict[str, Schema] = {"Problem": _PROBLEM}
    paths: Schema = {}
    for group, cases in list_use_cases().items():
        for case in cases:
            verb = case.name.removeprefix(f"{group}.")
            method = "post" if must_post(case) else "get"
            paths[f"{prefix}/{group}/{verb}"] = {method: _operation(group, case, found)}
    paths[f"{prefix}/openapi.json"] = {"get": _SELF}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Groundplan",
            "version": __version__,
            "description": "Every use case of the workspace; docs/api.md says how to call it.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(found.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(group: str, case: Case, found: dict[str, Schema]) -> Schema:
    body = must_post(case)
    view = schema_of_view(case.view, found, _SCHEMAS)
    problems = _ALWAYS | (_OF_BODIES if body else {})
    operation: Schema = {
        "operationId": case.name,
        "summary": case.says,
        "tags": [group],
        "x-roles": sorted(role.value for role in case.roles),
        "x-about": case.about.value,
        "parameters": _parameters(case, body),
        "responses": {
            "200": {
                "description": "The answer.",
                "content": {"application/json": {"schema": view}},
            },
            **{str(status): _tell(status, says) for status, says in sorted(problems.items())},
        },
    }
    if body:
        schema = schema_of_inputs(case.inputs)
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return operation


def _parameters(case: Case, body: bool) -> list[Schema]:
    fields = [] if body else read_fields(case.inputs)
    parameters: list[Schema] = [
        {
            "name": field.name,
            "in": "query",
            "required": field.required,
            "description": field.help,
            "schema": schema_of_field(field),
        }
        for field in fields
    ]
    parameters.append(
        {
            "name": TEAM_HEADER,
            "in": "header",
            "description": "The team in whose name to ask; the whole workspace if left out.",
            "schema": {"type": "string"},
        }
    )
    if case.writes:
        parameters.append(
            {
                "name": KEY_HEADER,
                "in": "header",
                "description": "Names the request: repeated under the same name, it is carried "
                "out once, and answered as the first time.",
                "schema": {"type": "string", "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
            }
        )
    return parameters


def _tell(status: int, says: str) -> Schema:
    told: Schema = {
        "description": says,
        "content": {PROBLEM: {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
    }
    if status == 401:
        told["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    if status == 503:
        told["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
    return told


_SELF: dict[str, Any] = {
    "operationId": "openapi",
    "summary": "This description.",
    "security": [],
    "responses": {
        "200": {
            "description": "OpenAPI 3.1.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
}
