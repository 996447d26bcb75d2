"""The vault's seam: secrets that may be changed and deleted, apart from the append-only journal.

Of a password, session, token or link only a digest is kept: who reads the store cannot sign in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol

SECRET_BYTES: Final = 32
MOST_TICKET_CHARS: Final = 200


class Kind(StrEnum):
    """What a secret is for; its key is a person, a made-up name, or a digest of a name."""

    PASSWORD = "password"  # by person
    SESSION = "session"
    TOKEN = "token"
    LINK = "link"
    FLOW = "flow"  # a sign-in under way at a provider or with a passkey
    PASSKEY = "passkey"
    SUBJECT = "subject"  # somebody's name at a provider
    ATTEMPTS = "attempts"  # at signing in, by account or address
    SIGNING = "signing"  # the key that signs cookies


@dataclass(frozen=True, slots=True)
class Secret:
    """One secret. owner: the person whose it is, "" for nobody's; times are aware UTC.

    body: plain values for JSON, never the secret itself. expires_at: None if it never does.
    """

    kind: Kind
    key: str
    owner: str
    made_at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    expires_at: datetime | None = None
    used_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it has not expired."""
        return self.expires_at is None or now < self.expires_at


Step = Callable[[Secret | None], Secret | None]


class Vault(Protocol):
    """Secrets on some store; an expired one is not there."""

    def change(self, kind: Kind, key: str, step: Step) -> Secret | None:
        """Replace what stands under a key by what `step` makes of it; what stood there before.

        Nobody else reads or writes the key in between; `step` may be called once only.
        """

    def find(self, kind: Kind, key: str) -> Secret | None:
        """What stands under the key."""

    def list_of(self, kind: Kind, owner: str) -> Sequence[Secret]:
        """The secrets of one kind and owner, oldest first."""

    def remove_all(self, owner: str, *kinds: Kind) -> int:
        """Delete what a person has of these kinds, of every kind if none is named [secrets]."""

    def purge(self) -> int:
        """Delete what has expired [secrets]."""

    def close(self) -> None:
        """Release the store."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A made-up secret on its way to somebody. text: shown once; digest: what the vault keeps."""

    key: str
    text: str
    digest: str


def mint() -> Ticket:
    """A new ticket: a name to find it by, and 256 random bits that nobody can guess."""
    key, secret = secrets.token_hex(8), secrets.token_urlsafe(SECRET_BYTES)
    return Ticket(key, f"{key}_{secret}", digest_of(secret))


def digest_of(secret: str) -> str:
    """SHA-256; enough for secrets of 256 random bits, and never used for a chosen password."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def find_ticket(vault: Vault, kind: Kind, text: str) -> Secret | None:
    """The secret that a ticket opens; None for a wrong, expired or removed one."""
    key, digest = _read(text)
    found = vault.find(kind, key) if key else None
    return found if found is not None and _fits(found, digest) else None


def take_ticket(vault: Vault, kind: Kind, text: str) -> Secret | None:
    """The same, and remove it: of two who come at once, one gets it."""
    return use_ticket(vault, kind, text, lambda _: None)


def use_ticket(
    vault: Vault, kind: Kind, text: str, step: Callable[[Secret], Secret | None]
) -> Secret | None:
    """The secret that a ticket opens, as it was before `step` replaced it."""
    key, digest = _read(text)
    if not key:
        return None

    def replace_if_fitting(held: Secret | None) -> Secret | None:
        return step(held) if held is not None and _fits(held, digest) else held

    found = vault.change(kind, key, replace_if_fitting)
    return found if found is not None and _fits(found, digest) else None


def _read(text: str) -> tuple[str, str]:
    if len(text) > MOST_TICKET_CHARS:
        return "", ""
    key, _, secret = text.partition("_")
    return key, digest_of(secret)


def _fits(found: Secret, digest: str) -> bool:
    return hmac.compare_digest(str(found.body.get("digest", "")), digest)


def keep(vault: Vault, secret: Secret) -> Secret:
    """Put a secret under its key, whatever stood there."""
    vault.change(secret.kind, secret.key, lambda _: secret)
    return secret


def remove(vault: Vault, kind: Kind, key: str, owner: str) -> bool:
    """Delete one secret if it is the owner's; whether there was one."""
    found = vault.change(kind, key, lambda s: None if s is None or s.owner == owner else s)
    return found is not None and found.owner == owner
