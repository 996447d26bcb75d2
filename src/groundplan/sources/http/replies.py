"""Requests and replies as values: what is asked, what came back, and where the next page is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeAlias

LEAST: Final = 1  # thing a page
GROWS_AFTER: Final = 8  # pages without trouble

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^",;\s]+))*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^",;\s]+))', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask.

    path: below the source's address, or a whole address on the same server, as a next page has.
    body: sent as JSON, by POST. etag: what is known already; then the reply may be 304. expect:
    statuses besides 2xx and 304 that are an answer rather than trouble; a redirect among them is
    not followed. budget: the name of the rate limit that it counts against, where there are more.
    plain: the reply is no JSON.
    """

    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    expect: tuple[int, ...] = ()
    budget: str = ""
    method: str = ""
    plain: bool = False

    @property
    def verb(self) -> str:
        """GET, POST if there is a body, or as said."""
        return self.method or ("POST" if self.body is not None else "GET")


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. headers: names in lower case. data: the JSON, None where there is none."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any = None

    @property
    def unchanged(self) -> bool:
        """Whether nothing changed since the request's ETag."""
        return self.status == 304

    @property
    def etag(self) -> str:
        """What a later request may ask with; "" if the server gives none."""
        return self.headers.get("etag", "")

    @property
    def date(self) -> datetime | None:
        """When the server answered, by its own clock, aware; None if it does not say."""
        return read_date(self.headers.get("date", ""))

    @property
    def next(self) -> str:
        """The address of the next page, by the Link header (RFC 8288); "" on the last one."""
        for address, about in _LINK.findall(self.headers.get("link", "")):
            rels = _REL.search(about)
            if rels and "next" in (rels[1] or rels[2]).lower().split():
                return str(address)
        return ""


def read_date(told: str) -> datetime | None:
    """A date as HTTP writes it, aware UTC; None for what cannot be read."""
    try:
        found = parsedate_to_datetime(told)
    except (TypeError, ValueError):
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


class PageSize:
    """How many things a page asks for: halved when the server cannot, grown again when it can."""

    __slots__ = ("_most", "_well", "now")

    def __init__(self, now: int, most: int | None = None) -> None:
        self.now = now
        self._most = most or now
        self._well = 0

    def shrink(self) -> bool:
        """Ask for half as many; whether there is less to ask for."""
        self._well = 0
        if self.now <= LEAST:
            return False
        self.now = max(LEAST, self.now // 2)
        return True

    def worked(self) -> None:
        """A page came whole; after some of them ask for more again."""
        self._well += 1
        if self._well >= GROWS_AFTER and self.now < self._most:
            self.now, self._well = min(self._most, self.now * 2), 0


Asked: TypeAlias = Request | Callable[[int], Request]
"""A request, or one of a page's size, for servers that fail on large pages."""
