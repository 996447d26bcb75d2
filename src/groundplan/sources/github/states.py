"""GitHub's words for how a run or a deployment stands, in those of `facts/host.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_STATUS: Final[Mapping[str, str]] = {
    "queued": "waiting", "requested": "waiting", "waiting": "waiting", "pending": "waiting",
    "in_progress": "running", "completed": "done",
}  # fmt: skip
_RESULT: Final[Mapping[str, str]] = {
    "success": "success", "failure": "failure", "timed_out": "failure",
    "startup_failure": "failure", "cancelled": "cancelled", "skipped": "skipped",
}  # fmt: skip
_DEPLOYMENT: Final[Mapping[str, str]] = {
    "queued": "waiting", "pending": "waiting", "waiting": "waiting", "in_progress": "running",
    "success": "success", "failure": "failure", "error": "failure", "inactive": "ended",
}  # fmt: skip
_OPEN: Final = frozenset(("waiting", "running"))


def run_status(told: str | None) -> str:
    """How a run or job stands; a word that GitHub invents is taken for done only if it says so."""
    return _STATUS.get((told or "").lower(), "waiting")


def run_result(told: str | None) -> str | None:
    """What a run or job came to; None until it has."""
    return _RESULT.get(told.lower(), "other") if told else None


def deployment_state(told: str) -> str:
    """What a deployment came to."""
    return _DEPLOYMENT.get(told.lower(), "other")


def is_open(state: str) -> bool:
    """Whether something may still come of it."""
    return state in _OPEN
