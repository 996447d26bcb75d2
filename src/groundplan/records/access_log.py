"""Who read what about whom: at most one entry a day of a kind, a stream for each month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from groundplan.records.journal import Entry
from groundplan.terms.errors import SourceBroken

STREAMS: Final = "access/"
READ: Final = "access.read"


@dataclass(frozen=True, slots=True)
class Reading:
    """On a day, somebody read what a use case tells about a team; "" for the whole workspace."""

    viewer: str
    use_case: str
    team: str
    on: date


def stream_of(on: date) -> str:
    """The stream of the month of a day."""
    return f"{STREAMS}{on:%Y-%m}"


def key_of(reading: Reading) -> str:
    """The name under which a reading is written, so that it is written once."""
    return f"{STREAMS}{reading.on}/{reading.viewer}/{reading.use_case}/{reading.team}"


def write(reading: Reading) -> dict[str, Any]:
    """The body of an entry that records `reading`."""
    return {
        "viewer": reading.viewer,
        "use_case": reading.use_case,
        "team": reading.team,
        "on": reading.on.isoformat(),
    }


def read_back(stream: Callable[[str], Sequence[Entry]], on: date, months: int) -> Iterator[Reading]:
    """The readings of the month of a day and of those before it, the newest first."""
    for _ in range(months):
        yield from map(read, reversed(stream(stream_of(on))))
        on = on.replace(day=1) - timedelta(days=1)


def read(entry: Entry) -> Reading:
    """The reading that an entry of kind `access.read` records."""
    body = entry.body
    try:
        on = date.fromisoformat(body["on"])
        return Reading(str(body["viewer"]), str(body["use_case"]), str(body["team"]), on)
    except (KeyError, TypeError, ValueError) as error:
        raise SourceBroken(
            f"entry {entry.version} of {entry.stream!r} is no {entry.kind}: {error!r}",
            "Verify the journal; it names the first entry that was changed.",
        ) from error
