"""What a reply means: take it, wait as told, try again, ask for less, or give up with a reason.

Pure; a source whose server has ways of its own wraps `judge`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from groundplan.sources.http.replies import Reply, read_date
from groundplan.terms.errors import GroundplanError, NotFound, Refused, SourceBroken

LONGEST_WAIT_S: Final = 2 * 3600.0  # a server that asks for more is asked again another day
SECONDARY_S: Final = 60.0  # GitHub's advice where a limit is told without a time
TRANSIENT: Final = frozenset((408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529))
TOO_LARGE: Final = frozenset((502, 504, 524))  # a gateway that gave up on a large page
MOST_TEXT: Final = 200  # letters of a server's own words

_LIMIT_WORDS: Final = ("rate limit", "abuse detection", "too many requests")
_REMAINING: Final = ("x-ratelimit-remaining", "ratelimit-remaining")
_RESET: Final = ("x-ratelimit-reset", "ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Take:
    """An answer. idle_s: how long to wait before asking again, as the budget is used up."""

    idle_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Wait:
    """Told to wait so long; None: told to wait, not how long."""

    seconds: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Again:
    """Trouble that may pass. smaller: and that a smaller page may spare."""

    why: str
    smaller: bool = False


@dataclass(frozen=True, slots=True)
class Fail:
    """Trouble that will not pass."""

    error: GroundplanError


Verdict: TypeAlias = Take | Wait | Again | Fail
Judge: TypeAlias = Callable[[Reply, datetime], Verdict]


def judge(reply: Reply, now: datetime) -> Verdict:
    """What a reply means by HTTP's own rules and the usual headers of rate limits."""
    status = reply.status
    if status in (403, 429) and is_limit(reply):
        return Wait(told_wait(reply, now), "the rate limit is used up")
    if status == 503 and "retry-after" in reply.headers:
        return Wait(told_wait(reply, now), "the server asks to come back later")
    if status in TRANSIENT:
        return Again(f"status {status}", smaller=status in TOO_LARGE)
    if status < 300 or status == 304:
        return Take(used_up(reply, now))
    return Fail(explain(reply))


def is_limit(reply: Reply) -> bool:
    """Whether a 403 or 429 is a rate limit rather than a missing right."""
    if reply.status == 429 or "retry-after" in reply.headers or remaining(reply) == 0:
        return True
    return any(words in server_words(reply).lower() for words in _LIMIT_WORDS)


def told_wait(reply: Reply, now: datetime) -> float | None:
    """How long the server asks to wait [s], None if it does not say."""
    told = reply.headers.get("retry-after", "").strip()
    if told.replace(".", "", 1).isdigit():
        return float(told)
    if told:
        then = read_date(told)
        return None if then is None else _until(then, reply, now)
    return until_reset(reply, now) if remaining(reply) in (0, None) else None


def remaining(reply: Reply) -> int | None:
    """How many requests are left, None if the server does not say."""
    told = next((reply.headers[name] for name in _REMAINING if name in reply.headers), "")
    return int(told) if told.strip().isdigit() else None


def used_up(reply: Reply, now: datetime) -> float:
    """How long to wait before the next request [s]; 0 while some are left."""
    return (until_reset(reply, now) or 0.0) if remaining(reply) == 0 else 0.0


def until_reset(reply: Reply, now: datetime) -> float | None:
    """How long until the budget is full again [s], by seconds since 1970 or a date."""
    told = next((reply.headers[name] for name in _RESET if name in reply.headers), "").strip()
    try:
        if told.isdigit():
            since_1970 = int(told) / (1_000 if len(told) > 11 else 1)
            then = datetime.fromtimestamp(since_1970, UTC)
            return _until(then, reply, now) + 1.0  # told in whole ones
        return _until(datetime.fromisoformat(told), reply, now) if told else None
    except (ValueError, OverflowError, OSError):
        return None


def _until(then: datetime, reply: Reply, now: datetime) -> float:
    """How long it is until then by the server's clock; this machine's may be wrong."""
    aware = then if then.tzinfo else then.replace(tzinfo=UTC)
    there = reply.date or now
    return max(timedelta(0), aware - there).total_seconds()


def explain(reply: Reply) -> GroundplanError:
    """The error of a status that will not change by trying again."""
    said = server_words(reply)
    said = f": {said}" if said else ""
    if reply.status == 401:
        return Refused(
            f"the token is not accepted{said}", "Make a new one, and check when it expires."
        )
    if reply.status == 403:
        return Refused(f"the token may not read this{said}", "Give it the right to read.")
    if reply.status in (404, 410):
        return NotFound(f"there is no such thing, or the token may not see it{said}")
    return SourceBroken(f"status {reply.status}{said}")


def server_words(reply: Reply) -> str:
    """What the server says in its usual fields, shortened."""
    data = reply.data
    said = ""
    if isinstance(data, dict):
        told = (data.get(name) for name in ("message", "error_description", "error"))
        said = next((one for one in told if isinstance(one, str)), "")
        if not said and isinstance(data.get("errorMessages"), list):
            said = "; ".join(map(str, data["errorMessages"]))
    return " ".join(said.split())[:MOST_TEXT]
