"""API tokens: shown once, named, revocable; they may what their person may, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from groundplan.records.vault import Kind, Secret, Vault, find_ticket, keep, mint, remove
from groundplan.terms.errors import BadInput, Refused

MARK: Final = "gp_"  # so that scanners for leaked secrets can know one
MOST: Final = 20
LONGEST_NAME: Final = 60
LASTS: Final = {"30": 30, "90": 90, "365": 365, "": None}  # days
NOTED: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret."""

    key: str
    person: str
    name: str
    made_at: datetime
    used_at: datetime | None
    expires_at: datetime | None


class Tokens:
    """The tokens of everybody."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock

    def make(self, person: str, name: str, days: str) -> str:
        """A new token's text, which is nowhere else. BadInput for an unreadable name or time."""
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise BadInput("name", name[:LONGEST_NAME], f"1 to {LONGEST_NAME} letters")
        if days not in LASTS:
            raise BadInput("days", days, "30, 90, 365, or nothing for no end")
        if len(self.list_of(person)) >= MOST:
            raise Refused(f"You have {MOST} tokens already.", "Revoke one that nothing uses.")
        now, ticket, lasts = self._clock(), mint(), LASTS[days]
        until = now + timedelta(days=lasts) if lasts else None
        body = {"digest": ticket.digest, "name": name}
        keep(self._vault, Secret(Kind.TOKEN, ticket.key, person, now, body, until))
        return MARK + ticket.text

    def find(self, text: str) -> Token | None:
        """The token of that text, and a note that it was used."""
        if not text.startswith(MARK):
            return None
        found = find_ticket(self._vault, Kind.TOKEN, text.removeprefix(MARK))
        if found is None:
            return None
        now = self._clock()
        if found.used_at is None or now - found.used_at >= NOTED:
            self._vault.change(
                Kind.TOKEN, found.key, lambda held: held and replace(held, used_at=now)
            )
        return _token(found)

    def list_of(self, person: str) -> Sequence[Token]:
        """A person's tokens, oldest first."""
        return [_token(found) for found in self._vault.list_of(Kind.TOKEN, person)]

    def revoke(self, key: str, person: str) -> bool:
        """Delete one of a person's tokens; whether there was one."""
        return remove(self._vault, Kind.TOKEN, key, person)


def _token(found: Secret) -> Token:
    return Token(
        found.key, found.owner, found.body["name"], found.made_at, found.used_at, found.expires_at
    )
