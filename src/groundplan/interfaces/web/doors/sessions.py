"""Who is signed in: a row in the vault, and a signed cookie that names it.

A session ends after two weeks without use, after three months in any case, or when it is ended.
The vault keeps a digest only, so that neither a restart ends a session nor its file begins one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from itsdangerous import BadSignature, Signer

from groundplan.records.vault import Kind, Secret, Vault, find_ticket, keep, mint, remove

IDLE: Final = timedelta(days=14)
LONGEST: Final = timedelta(days=90)
NOTED: Final = timedelta(minutes=5)  # a use is written down no more often


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in. how: by what; browser: as it calls itself, in short.

    team: in whose name its person acts, None until they have said so.
    """

    key: str
    person: str
    how: str
    browser: str
    made_at: datetime
    used_at: datetime
    expires_at: datetime
    team: str | None = None


class Sessions:
    """The sessions of everybody."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock
        key = _signing_key(vault, clock())
        self._signer = Signer(key, salt="session", key_derivation="hmac", digest_method=sha256)
        # cookies know hosts but no ports: two servers on one machine must not share a name
        self.mark = sha256(key.encode()).hexdigest()[:8]

    def start(self, person: str, how: str, browser: str) -> str:
        """A new session; the value of its cookie, which is nowhere else."""
        now, ticket = self._clock(), mint()
        body = {"digest": ticket.digest, "how": how, "browser": browser}
        keep(
            self._vault,
            Secret(Kind.SESSION, ticket.key, person, now, body, now + IDLE, now),
        )
        return self._signer.sign(ticket.text).decode()

    def find(self, cookie: str) -> Session | None:
        """The session that a cookie names, and a note that it was used."""
        try:
            text = self._signer.unsign(cookie.encode("utf-8", "replace")).decode()
        except (BadSignature, UnicodeDecodeError):
            return None
        found = find_ticket(self._vault, Kind.SESSION, text)
        if found is None:
            return None
        now = self._clock()
        if found.used_at is None or now - found.used_at >= NOTED:
            until = min(now + IDLE, found.made_at + LONGEST)
            self._vault.change(
                Kind.SESSION,
                found.key,
                # whoever was signed out a moment ago stays signed out
                lambda held: held and replace(held, used_at=now, expires_at=until),
            )
        return _session(found)

    def act_in(self, key: str, team: str) -> None:
        """From now on the session's person acts in the name of a team, "" for everybody."""

        def choose(held: Secret | None) -> Secret | None:
            return held and replace(held, body={**held.body, "team": team})

        self._vault.change(Kind.SESSION, key, choose)

    def list_of(self, person: str) -> Sequence[Session]:
        """A person's sessions, the one used last first."""
        found = map(_session, self._vault.list_of(Kind.SESSION, person))
        return sorted(found, key=lambda session: session.used_at, reverse=True)

    def end(self, key: str, person: str) -> bool:
        """End one of a person's sessions; whether there was one."""
        return remove(self._vault, Kind.SESSION, key, person)

    def end_others(self, person: str, key: str) -> int:
        """End all of a person's sessions but one [sessions]."""
        return sum(self.end(s.key, person) for s in self.list_of(person) if s.key != key)


def _session(found: Secret) -> Session:
    return Session(
        found.key, found.owner, found.body["how"], found.body["browser"], found.made_at,
        found.used_at or found.made_at, found.expires_at or found.made_at + LONGEST,
        found.body.get("team"),
    )  # fmt: skip


def _signing_key(vault: Vault, now: datetime) -> str:
    fresh = Secret(Kind.SIGNING, "cookies", "", now, {"key": secrets.token_hex(32)})
    before = vault.change(Kind.SIGNING, "cookies", lambda held: held or fresh)
    return str((before or fresh).body["key"])
