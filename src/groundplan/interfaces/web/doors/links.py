"""One-time links: a way in that works once, for a while, and explains itself afterwards."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from groundplan.records.vault import MOST_TICKET_CHARS, Kind, Secret, Vault, digest_of, keep, mint

REMEMBERED: Final = timedelta(days=30)  # so that a used link can say that it was used


class Purpose(StrEnum):
    """What a link is for."""

    LOCAL = "local"  # the one who started the server
    FOUNDING = "founding"  # the first admin of a team
    INVITATION = "invitation"  # a colleague who has no way in, or lost it


LASTS: Final[Mapping[Purpose, timedelta]] = {
    Purpose.LOCAL: timedelta(minutes=15),
    Purpose.FOUNDING: timedelta(hours=24),
    Purpose.INVITATION: timedelta(days=3),
}


class State(StrEnum):
    """Whether a link still works."""

    OPEN = "open"
    USED = "used"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link leads to. person: who enters by it, "" if that is still to be said."""

    state: State
    purpose: Purpose | None = None
    person: str = ""
    until: datetime | None = None


UNKNOWN: Final = Link(State.UNKNOWN)


class Links:
    """The links of one server."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def make(self, purpose: Purpose, person: str = "") -> tuple[str, datetime]:
        """A new link's text, and until when it works; older ones of the same kind stop working."""
        for old in self._vault.list_of(Kind.LINK, person):
            if old.body["purpose"] == purpose and old.used_at is None:
                self._vault.change(Kind.LINK, old.key, lambda _: None)
        now, ticket = self._clock(), mint()
        until = now + LASTS[purpose]
        body = {"digest": ticket.digest, "purpose": purpose.value, "until": until.isoformat()}
        keep(self._vault, Secret(Kind.LINK, ticket.key, person, now, body, until + REMEMBERED))
        return ticket.text, until

    def look(self, text: str) -> Link:
        """What the link leads to, without using it."""
        key, digest = _read(text)
        found = self._vault.find(Kind.LINK, key) if key else None
        return self._link(found, digest)

    def take(self, text: str) -> Link:
        """The same, and use it: of two who come at once, one finds it open."""
        key, digest = _read(text)
        if not key:
            return UNKNOWN
        now = self._clock()

        def use(held: Secret | None) -> Secret | None:
            opened = self._link(held, digest).state is State.OPEN
            return replace(held, used_at=now) if held and opened else held

        return self._link(self._vault.change(Kind.LINK, key, use), digest)

    def _link(self, found: Secret | None, digest: str) -> Link:
        if found is None or not hmac.compare_digest(str(found.body["digest"]), digest):
            return UNKNOWN
        until = datetime.fromisoformat(_text(found.body, "until"))
        over = State.OVER if self._clock() >= until else State.OPEN
        state = State.USED if found.used_at else over
        return Link(state, Purpose(_text(found.body, "purpose")), found.owner, until)


def _read(text: str) -> tuple[str, str]:
    key, _, secret = text.partition("_") if len(text) <= MOST_TICKET_CHARS else ("", "", "")
    return key, digest_of(secret)


def _text(body: Mapping[str, Any], name: str) -> str:
    return str(body[name])
