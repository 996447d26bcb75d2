"""Use cases as tools, without the protocol: names, schemas, and answers to calls."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from groundplan.interfaces.catalogue import Answer, Asker, Case, list_use_cases
from groundplan.interfaces.codec.inputs import LONGEST_KEY, read_inputs, read_key
from groundplan.interfaces.codec.schemas import Schema, schema_of_inputs
from groundplan.interfaces.codec.statuses import MISTAKE, UNREADABLE, describe, problem
from groundplan.interfaces.mcp.envelope import say, schema_of_envelope, wrap
from groundplan.terms.errors import BadInput, GroundplanError

KEY_ARGUMENT: Final = "idempotency_key"
_KEY: Final[Schema] = {
    "type": "string",
    "maxLength": LONGEST_KEY,
    "pattern": "^[!-~]+$",
    "description": "Names the call: repeated under the same name, it is carried out once.",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What a call gives. structured: an envelope, or a problem document (RFC 9457) if it failed."""

    structured: dict[str, Any]
    text: str
    failed: bool


def name_tool(case: Case) -> str:
    """The use case's name with `_` for the dot.

    The protocol allows dots; several hosts do not, and then take none of a server's tools.
    """
    return case.name.replace(".", "_")


def list_tools() -> Mapping[str, Case]:
    """Every use case, by the name of its tool."""
    return {name_tool(case): case for cases in list_use_cases().values() for case in cases}


def schema_of_arguments(case: Case) -> Schema:
    """What a call takes: the inputs, and a key for what writes."""
    schema = schema_of_inputs(case.inputs)
    if case.writes:
        schema["properties"] = {**schema["properties"], KEY_ARGUMENT: _KEY}
    return schema


def schema_of_answer(case: Case) -> Schema:
    """What a call that went well gives."""
    return schema_of_envelope(case.name, case.view)


def call(
    answer: Answer, viewer: str, team: str, case: Case, arguments: Mapping[str, Any]
) -> Answered:
    """Ask the use case; every error is an answer that a model can read and mend."""
    try:
        given = dict(arguments)
        key = _take_key(given) if case.writes else None
        inputs = read_inputs(case, given, text=False)
    except BadInput as error:
        return _fail(problem(error, UNREADABLE))
    try:
        envelope = wrap(case.name, answer(case, Asker(viewer, team, key), inputs))
    except GroundplanError as error:
        return _fail(problem(error))
    except Exception:  # a bug of ours: the details are in the log, not in front of a model
        logging.getLogger(__name__).exception("%s failed", case.name)
        return _fail(describe(MISTAKE, "The server's log says more."))
    return Answered(envelope, say(envelope), failed=False)


def _take_key(given: dict[str, Any]) -> str | None:
    key = given.pop(KEY_ARGUMENT, None)
    return read_key(key if key is None or isinstance(key, str) else "")


def _fail(document: dict[str, Any]) -> Answered:
    return Answered(document, say(wrap("error", document)), failed=True)
