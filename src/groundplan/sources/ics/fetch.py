"""Reads calendars: a file, a private link, or one on a CalDAV server. Only times and answers stay.

A private link is a secret by itself, so it is kept where tokens are and never in a name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from groundplan.facts.calendar import CALENDAR_KINDS, source_of
from groundplan.facts.erasure import Mask
from groundplan.facts.host import REJECTED
from groundplan.facts.kinds import FactKind
from groundplan.facts.raw import RawReply, Told
from groundplan.sources.caldav.fetch import open_calendars, read_objects
from groundplan.sources.http.covering import cover_text
from groundplan.sources.http.fetch import Client, utc_now
from groundplan.sources.http.replies import Request
from groundplan.sources.http.secrets import HIDDEN, Auth, Password, Secret
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.ics.lines import keep_times
from groundplan.sources.ics.shape import CALENDAR, FORM, shape
from groundplan.sources.ics.weeks import ANYWHERE, working_time_of
from groundplan.terms.errors import BadInput, SourceBroken, SourceDown
from groundplan.terms.period import monday_of
from groundplan.terms.progress import Progress

MOST_BYTES: Final = 64_000_000
MONTHS_BACK, MONTHS_AHEAD = 6, 4  # of what is told; days move on a month at a time
_ACCEPT: Final = {"Accept": "text/calendar"}
FILE: Final = "file:"
WORKING_TIME: Final = ("zone", "opens", "closes", "days_off")  # what `connect` also takes


@dataclass(frozen=True, slots=True)
class Fetched:
    """A calendar as it is now. etag: what the server calls this state of it; "" if nothing."""

    body: bytes
    etag: str = ""


class Reader(Protocol):
    """One way to a calendar."""

    def read(self, etag: str) -> Fetched | None:
        """The whole calendar; None if it still is what `etag` names."""

    def close(self) -> None:
        """Release what it holds."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who asks by a private link: whoever has it may read, so it is hidden like a token."""

    secret: Secret

    @property
    def path(self) -> str:
        """Where on its server."""
        parts = urlsplit(self.secret.reveal())
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def headers(self) -> Mapping[str, str]:
        """Nothing: the address says it all."""
        return {}

    def renew(self) -> bool:
        """A link that was taken back stays so."""
        return False

    def scrub(self, text: str) -> str:
        """`text` without the link and what is secret in it."""
        path = urlsplit(self.path).path
        text = self.secret.scrub(text).replace(self.path, HIDDEN)
        return text.replace(path, HIDDEN) if len(path) > 1 else text


@dataclass(slots=True)
class LinkReader:
    """Reads a private link."""

    client: Client
    link: Link

    def read(self, etag: str) -> Fetched | None:
        """The calendar behind the link. Errors: those of the client, with the link hidden."""
        request = Request(self.link.path, headers=_ACCEPT, etag=etag, plain=True)
        reply = self.client.send(request)
        return None if reply.unchanged else Fetched(reply.body, reply.etag)

    def close(self) -> None:
        """Release the connections."""
        self.client.close()


@dataclass(frozen=True, slots=True)
class FileReader:
    """Reads a file on this machine."""

    path: Path

    def read(self, etag: str) -> Fetched | None:
        """The file. Errors: BadInput if it is none or too large, SourceDown otherwise."""
        try:
            if not self.path.is_file() or self.path.stat().st_size > MOST_BYTES:
                raise BadInput("file", str(self.path), f"a file of at most {MOST_BYTES:,} bytes")
            body = self.path.read_bytes()
        except OSError as error:
            hint = "Name a file that can be read."
            raise SourceDown(f"{self.path}: {error.strerror}", hint) from error
        digest = hashlib.sha256(body).hexdigest()
        return None if digest == etag else Fetched(body, digest)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(frozen=True, slots=True)
class DavReader:
    """Reads a calendar on a CalDAV server. url: of the calendar itself, not of its owner."""

    url: str
    auth: Password

    def read(self, etag: str) -> Fetched | None:
        """All events of the calendar, one iCalendar object after the other."""
        with open_calendars(self.url, self.auth) as client:
            told = read_objects(client, self.url)
        body = "\r\n".join(told[url] for url in sorted(told)).encode()
        digest = hashlib.sha256(body).hexdigest()
        return None if digest == etag else Fetched(body, digest)

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Calendar:
    """Somebody's calendar, as a source. name: their address, by which they are on invitations.

    works: when they work, as `working_time_of` reads it.
    """

    name: str
    client: Reader
    zone: str = ANYWHERE
    others: Sequence[str] = field(default_factory=tuple)
    now: Callable[[], datetime] = utc_now
    works: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """The connection's id: by the owner, whatever the calendar's address is."""
        return source_of(self.name)

    @property
    def form(self) -> int:
        """The version of the shape."""
        return FORM

    @property
    def kinds(self) -> Sequence[FactKind]:
        """What a calendar tells of."""
        return (*CALENDAR_KINDS, REJECTED)

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """The calendar if it changed or a week has begun; what was told of it is replaced."""
        since, until = days_told(self.now())
        days = {"since": since.isoformat(), "until": until.isoformat(), "zone": self.zone,
                "over": f"{monday_of(self.now().date())}", **self.works}  # fmt: skip
        etag = state.get("etag", "") if state.get("days") == days else ""
        told = self.client.read(etag)
        if told is None:
            return
        if len(told.body) > MOST_BYTES:
            raise SourceBroken(f"The calendar has more than {MOST_BYTES:,} bytes.")
        mine = {self.name.lower(), *(other.lower() for other in self.others)}
        kept = Told(CALENDAR, keep_times(told.body, mine), days)
        yield Page([kept], {"etag": told.etag, "days": days})

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """Nothing: a calendar is always read whole."""
        yield from ()

    def shape(self, reply: RawReply) -> Shaped:
        """The rows of one reply."""
        return shape(reply)

    def cover(self, body: bytes, mask: Mask) -> bytes:
        """A reply for whoever was erased: none of it if the calendar is theirs.

        Nobody else's address was ever kept.
        """
        return b"" if self.is_gone(mask) else cover_text(body, mask)

    def is_gone(self, mask: Mask) -> bool:
        """Whether the calendar is of somebody who was erased."""
        return bool(mask.find("", self.name))


def connect(
    name: str,
    auth: Auth,
    progress: Progress,
    *,
    api: str = "",
    zone: str = ANYWHERE,
    others: Sequence[str] = (),
    opens: str = "",
    closes: str = "",
    days_off: str = "",
    **client: Any,
) -> Calendar:
    """The calendar of whoever has the address `name`.

    auth, api: a private link and no more; or user and password with the calendar's URL on a CalDAV
    server; or nobody with `file:PATH`. zone: for times without one. others: more addresses of
    theirs. opens, closes, days_off: when they work, where it is not the usual. client: passed on
    to `Client`.
    """
    if "@" not in name:
        raise BadInput("calendar", name, "its owner's e-mail address, as on invitations")
    said = {"opens": opens, "closes": closes, "days_off": days_off}
    works = {name: text for name, text in said.items() if text}
    # what cannot be read is refused here and not at every reading
    working_time_of({"zone": zone, **works}, "")
    reader: Reader
    if isinstance(auth, Link):
        parts = urlsplit(auth.secret.reveal())
        base = f"{parts.scheme}://{parts.netloc}"
        reader = LinkReader(Client(base, auth, progress, **client), auth)
    elif api.startswith(FILE):
        reader = FileReader(Path(api.removeprefix(FILE)))
    elif isinstance(auth, Password) and api:
        reader = DavReader(api, auth)
    else:
        raise BadInput("calendar", api, "a private link, a CalDAV URL with a user, or file:PATH")
    return Calendar(name, reader, zone, others, client.get("now", utc_now), works)


def show_token(secret: Secret, user: str = "") -> Link | Password:
    """Who asks: a private link (https://, webcal://) by itself, else a user with a password."""
    text = secret.reveal()
    if text.startswith(("https://", "http://", "webcal://")):
        return Link(Secret(text.replace("webcal://", "https://", 1)))
    if not user:
        raise BadInput("user", user, "whose password it is")
    return Password(user, secret)


def days_told(now: datetime) -> tuple[datetime, datetime]:
    """Between which moments a calendar is told: the same all month."""
    month = now.year * 12 + now.month - 1
    since, until = (divmod(at, 12) for at in (month - MONTHS_BACK, month + MONTHS_AHEAD))
    return (
        datetime(since[0], since[1] + 1, 1, tzinfo=UTC),
        datetime(until[0], until[1] + 1, 1, tzinfo=UTC),
    )
