"""What GitHub's answers mean: GraphQL says with status 200 that something went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from groundplan.sources.http.replies import Reply
from groundplan.sources.http.verdicts import (
    MOST_TEXT,
    Again,
    Fail,
    Take,
    Verdict,
    Wait,
    judge,
    until_reset,
    used_up,
)
from groundplan.terms.errors import NotFound, Refused, SourceBroken

_LIMITED: Final = frozenset(("RATE_LIMITED", "RATE_LIMIT"))
_TOO_MUCH: Final = frozenset(
    ("MAX_NODE_LIMIT_EXCEEDED", "RESOURCE_LIMITS_EXCEEDED", "EXCESSIVE_PAGINATION")
)
_TOO_SLOW: Final = ("timeout", "timed out", "something went wrong", "try again")
_RIGHTS: Final = frozenset(("FORBIDDEN", "INSUFFICIENT_SCOPES"))


def judge_github(reply: Reply, now: datetime) -> Verdict:
    """What an answer of REST or GraphQL means.

    Nodes that a token may not see are null and told as errors: then the rest is taken.
    """
    errors = reply.data.get("errors") if isinstance(reply.data, dict) else None
    if reply.status != 200 or not isinstance(errors, list) or not errors:
        return judge(reply, now)
    kinds = {_kind(error) for error in errors}
    said = " ".join("; ".join(_words(errors)).split())[:MOST_TEXT]
    if kinds & _LIMITED or "rate limit" in said.lower():
        return Wait(until_reset(reply, now), "the rate limit is used up")
    if kinds & _TOO_MUCH or any(words in said.lower() for words in _TOO_SLOW):
        return Again(f"GitHub could not answer ({said})", smaller=True)
    if _has_node(reply.data):
        return Take(used_up(reply, now))
    if kinds & _RIGHTS:
        return Fail(Refused(f"the token may not read this: {said}", "Give it the right to read."))
    if "NOT_FOUND" in kinds:
        return Fail(NotFound(f"there is no such thing, or the token may not see it: {said}"))
    return Fail(SourceBroken(f"GitHub does not understand the question: {said}"))


def _has_node(data: dict[str, Any]) -> bool:
    told = data.get("data")
    return isinstance(told, dict) and any(value is not None for value in told.values())


def _kind(error: Any) -> str:
    if not isinstance(error, dict):
        return ""
    extensions = error.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    return str(error.get("type") or code or "")


def _words(errors: Iterable[Any]) -> list[str]:
    return [str(error.get("message", "")) for error in errors if isinstance(error, dict)]
