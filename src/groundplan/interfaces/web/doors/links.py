"""One-time links: a way in that works once, for a while, and explains itself afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from groundplan.records.vault import Kind, Secret, Vault, find_ticket, keep, mint, use_ticket

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
    """What a link leads to. person: who enters by it, "" if that is still to be said.

    by: who made it, "" for whoever started the server. used_at: None while nobody has.
    """

    state: State
    purpose: Purpose | None = None
    person: str = ""
    by: str = ""
    made_at: datetime | None = None
    used_at: datetime | None = None


UNKNOWN: Final = Link(State.UNKNOWN)


class Links:
    """The links of one server."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def make(self, purpose: Purpose, person: str = "", by: str = "") -> tuple[str, datetime]:
        """A new link's text, and until when it works; older ones of the same kind stop working."""
        for old in self._vault.list_of(Kind.LINK, person):
            if old.body["purpose"] == purpose and old.used_at is None:
                self._vault.change(Kind.LINK, old.key, lambda _: None)
        now, ticket = self._clock(), mint()
        until = now + LASTS[purpose]
        body = {"digest": ticket.digest, "purpose": purpose.value, "until": until.isoformat()}
        body["by"] = by
        keep(self._vault, Secret(Kind.LINK, ticket.key, person, now, body, until + REMEMBERED))
        return ticket.text, until

    def list_of(self, person: str) -> Sequence[Link]:
        """The links that were made for somebody within the last weeks, oldest first."""
        return [self._link(found) for found in self._vault.list_of(Kind.LINK, person)]

    def look(self, text: str) -> Link:
        """What the link leads to, without using it."""
        return self._link(find_ticket(self._vault, Kind.LINK, text))

    def take(self, text: str) -> Link:
        """The same, and use it: of two who come at once, one finds it open."""
        now = self._clock()

        def use(held: Secret) -> Secret:
            return replace(held, used_at=now) if self._link(held).state is State.OPEN else held

        return self._link(use_ticket(self._vault, Kind.LINK, text, use))

    def _link(self, found: Secret | None) -> Link:
        if found is None:
            return UNKNOWN
        until = datetime.fromisoformat(found.body["until"])
        over = State.OVER if self._clock() >= until else State.OPEN
        state = State.USED if found.used_at else over
        purpose = Purpose(found.body["purpose"])
        return Link(state, purpose, found.owner, found.body["by"], found.made_at, found.used_at)
