"""Talks to CalDAV servers. Written are our own events only, and only those are ever taken back.

Each write names the state it rests on (If-None-Match, If-Match), so that a change that comes in
between is never overwritten.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urljoin, urlsplit

from groundplan.sources.caldav.shape import Own, find_own, seal_blocks
from groundplan.sources.http.secrets import Password
from groundplan.terms.errors import BadInput, NotFound, Refused, SourceBroken, SourceDown

TIMEOUT_S: Final = 60.0
HERE: Final = ("127.0.0.1", "localhost", "::1")
_CALENDAR: Final = {"Content-Type": "text/calendar; charset=utf-8"}
_TAKEN: Final = (409, 412)  # something stands there already, or is not as it was
_GONE: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written. already: blocks of ours that stood there, changed or not."""

    written: tuple[str, ...]
    already: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back. left: when what starts that somebody has changed since."""

    removed: int
    left: tuple[str, ...]


@contextmanager
def open_calendars(url: str, auth: Password) -> Iterator[Any]:
    """A client on a server, its errors in our words; the password is in none of them.

    Errors: BadInput for an address that would send the password in the clear.
    """
    # a quarter of a second that `--help` does not need
    from caldav.davclient import DAVClient  # noqa: PLC0415
    from caldav.lib import error  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise BadInput("url", url, "a calendar's address that begins with https://")
    try:
        with DAVClient(
            url=url,
            username=auth.user,
            password=auth.secret.reveal(),
            timeout=int(TIMEOUT_S),
        ) as client:
            yield client
    except error.AuthorizationError:
        raise Refused("The server does not accept this user and password.") from None
    except error.NotFoundError:
        raise NotFound("There is no such calendar.", "Give the calendar's own URL.") from None
    except error.DAVError as wrong:
        why = auth.scrub(str(wrong))[:200]
        raise SourceBroken(f"The server does not answer as CalDAV: {why}") from None
    except OSError as wrong:
        kind = type(wrong).__name__
        raise SourceDown(f"The connection failed ({kind}).", "Run again later.") from None


def read_objects(client: Any, url: str) -> dict[str, str]:
    """Every event of a calendar, by its own address."""
    events = client.calendar(url=url).events()
    return {str(one.url): str(one.data) for one in events}


def write_blocks(url: str, auth: Password, ics: str) -> Written:
    """Write the blocks of a feed into a calendar; one that stands there stays as it is.

    url: of the calendar itself.
    """
    with open_calendars(url, auth) as client:
        known = {own.uid for _, own in _list_own(client, url)}
        written, already = [], 0
        for block in seal_blocks(ics):
            if block.uid in known:
                already += 1
                continue
            place = urljoin(f"{url.rstrip('/')}/", f"{quote(block.uid)}.ics")
            reply = client.request(place, "PUT", block.text, {**_CALENDAR, "If-None-Match": "*"})
            if reply.status in _TAKEN:
                already += 1
                continue
            _check(reply.status, "written")
            written.append(block.uid)
    return Written(tuple(written), already)


def take_back(url: str, auth: Password) -> TakenBack:
    """Remove every event that Groundplan wrote into a calendar and nobody has changed since."""
    with open_calendars(url, auth) as client:
        removed, left = 0, []
        for place, _ in _list_own(client, url):
            # as it is now, with the name of this state: the list may be minutes old
            found = client.request(place, "GET")
            own = find_own(_text(found)) if found.status == 200 else None
            if own is None:
                continue
            if own.changed:
                left.append(own.starts_at)
                continue
            state = {"If-Match": found.headers.get("ETag", "")}
            reply = client.request(place, "DELETE", "", {k: v for k, v in state.items() if v})
            if reply.status in _TAKEN:
                left.append(own.starts_at)
            elif reply.status not in _GONE:
                _check(reply.status, "taken back")
                removed += 1
    return TakenBack(removed, tuple(sorted(left)))


def _list_own(client: Any, url: str) -> list[tuple[str, Own]]:
    found = ((place, find_own(text)) for place, text in read_objects(client, url).items())
    return [(place, own) for place, own in found if own is not None]


def _text(reply: Any) -> str:
    raw = reply.raw
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)


def _check(status: int, what: str) -> None:
    if not 200 <= status < 300:
        raise SourceBroken(
            f"The server answered {status}: nothing more was {what}.",
            "What was done before stays; the same command goes on.",
        )
