"""Passwords, kept as Argon2id (RFC 9106) only; checking one costs the same whether it exists."""

from __future__ import annotations

import threading
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from groundplan.records.vault import Kind, Secret, Vault, keep
from groundplan.terms.errors import BadInput

if TYPE_CHECKING:
    from pwdlib import PasswordHash

SHORTEST: Final = 12
LONGEST: Final = 200
FEWEST_LETTERS: Final = 5  # different ones
AT_ONCE: Final = 2  # each check takes 64 MiB


class Passwords:
    """The passwords of everybody."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._vault = vault
        self._clock = clock
        self._turns = threading.Semaphore(AT_ONCE)

    @cached_property
    def _hasher(self) -> PasswordHash:
        from pwdlib import PasswordHash  # noqa: PLC0415 - only a team server needs it

        return PasswordHash.recommended()

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("nobody has this password")

    def set(self, person: str, password: str, *known: str) -> None:
        """Give a person a password. BadInput for a weak one; `known`: words not to be made of."""
        check_strength(password, known)
        with self._turns:
            text = self._hasher.hash(_normal(password))
        keep(self._vault, Secret(Kind.PASSWORD, person, person, self._clock(), {"hash": text}))

    def check(self, people: Sequence[str], password: str) -> str | None:
        """Whose password it is, among these people; None if it is nobody's."""
        found = [self._vault.find(Kind.PASSWORD, person) for person in people]
        hashes = {held.owner: str(held.body["hash"]) for held in found if held}
        if len(password) > LONGEST:
            return None
        with self._turns:
            for person, text in (hashes or {"": self._nobodys}).items():
                if self._hasher.verify(_normal(password), text) and person:
                    return person
        return None

    def has(self, person: str) -> bool:
        """Whether a person has a password."""
        return self._vault.find(Kind.PASSWORD, person) is not None


def check_strength(password: str, known: Sequence[str]) -> None:
    """BadInput unless it is long enough, of several letters, and not a word that anybody knows.

    Length counts, rules of composition do not (NIST SP 800-63B, 5.1.1.2).
    """
    allowed = f"{SHORTEST} to {LONGEST} letters; several words are easy to keep"
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput("password", f"{len(password)} letters", allowed)
    if len(set(password)) < FEWEST_LETTERS:
        raise BadInput("password", "a few letters repeated", allowed)
    plain = password.casefold()
    if any(
        word and plain.replace(word.casefold(), "").strip(" 0123456789") == "" for word in known
    ):
        raise BadInput("password", "your name or address", allowed)


def _normal(password: str) -> str:
    # one letter typed on two keyboards may come as one code point or as two
    return unicodedata.normalize("NFKC", password)
