"""Secrets that cannot be printed by accident, and how a request carries one."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from groundplan.terms.errors import BadInput

HIDDEN = "***"


class Secret:
    """A token or password. Printed, logged, compared or pickled it tells nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text.strip()

    def reveal(self) -> str:
        """The text itself, for the one header that carries it."""
        return self._text

    def scrub(self, text: str) -> str:
        """`text` without this secret."""
        return text.replace(self._text, HIDDEN) if self._text else text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({HIDDEN})"

    def __reduce__(self) -> tuple[type, tuple[str]]:
        raise TypeError("a secret stays in its process")


class Auth(Protocol):
    """Who asks. `headers` may itself ask the server, as an App does for its hourly token."""

    def headers(self) -> Mapping[str, str]:
        """What each request carries; nothing for a server that asks for nothing."""

    def renew(self) -> bool:
        """After a 401: whether another try is worth it, with a new token."""

    def scrub(self, text: str) -> str:
        """`text` without the secrets."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """Asks without saying who."""

    def headers(self) -> Mapping[str, str]:
        """Nothing."""
        return {}

    def renew(self) -> bool:
        """Nothing to renew."""
        return False

    def scrub(self, text: str) -> str:
        """There is no secret."""
        return text


@dataclass(frozen=True, slots=True)
class Token:
    """A personal or project token. header, scheme: how this server wants to be shown it."""

    secret: Secret
    header: str = "Authorization"
    scheme: str = "Bearer "

    def __post_init__(self) -> None:
        text = self.secret.reveal()
        if not (text.isascii() and text.isprintable()):
            raise BadInput("token", "a text with other letters", "letters, digits and signs")

    def headers(self) -> Mapping[str, str]:
        """The header with the token."""
        return {self.header: f"{self.scheme}{self.secret.reveal()}"}

    def renew(self) -> bool:
        """A token that is refused stays refused."""
        return False

    def scrub(self, text: str) -> str:
        """`text` without the token."""
        return self.secret.scrub(text)


@dataclass(frozen=True, slots=True)
class Password:
    """A user's name with a password or an API token (RFC 7617)."""

    user: str
    secret: Secret
    _pair: Secret = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pair = base64.b64encode(f"{self.user}:{self.secret.reveal()}".encode()).decode()
        object.__setattr__(self, "_pair", Secret(pair))

    def headers(self) -> Mapping[str, str]:
        """The header with both."""
        return {"Authorization": f"Basic {self._pair.reveal()}"}

    def renew(self) -> bool:
        """A password that is refused stays refused."""
        return False

    def scrub(self, text: str) -> str:
        """`text` without the password, plain or encoded."""
        return self._pair.scrub(self.secret.scrub(text))
