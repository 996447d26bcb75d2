"""Asking as a GitHub App: a signed request an hour buys the token of an installation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from groundplan.sources.http.secrets import Secret
from groundplan.terms.errors import BadInput, SourceBroken

LIVES: Final = timedelta(minutes=9)  # of a signed request; GitHub allows ten
BACKDATED: Final = timedelta(seconds=60)  # for clocks that differ, as GitHub advises
RENEWED_BEFORE: Final = timedelta(minutes=5)


@dataclass(slots=True)
class App:
    """An App's installation. key: the App's private key, PEM; exchange: sends the signed request.

    exchange takes the path and the headers of a POST and gives the JSON of the answer.
    """

    app_id: str
    installation: str
    key: Secret
    exchange: Callable[[str, Mapping[str, str]], Any]
    now: Callable[[], datetime]
    _token: Secret = field(default_factory=lambda: Secret(""))
    _ends: datetime | None = None

    def headers(self) -> Mapping[str, str]:
        """The header with the installation's token, a new one where the old is about to end."""
        if self._ends is None or self.now() > self._ends - RENEWED_BEFORE:
            self._buy()
        return {"Authorization": f"Bearer {self._token.reveal()}"}

    def renew(self) -> bool:
        """Forget the token, so that the next request buys another."""
        self._ends = None
        return True

    def scrub(self, text: str) -> str:
        """`text` without key and token."""
        return self._token.scrub(self.key.scrub(text))

    def _buy(self) -> None:
        signed = sign(self.app_id, self.key, self.now())
        path = f"app/installations/{self.installation}/access_tokens"
        answer = self.exchange(path, {"Authorization": f"Bearer {signed.reveal()}"})
        try:
            self._ends = datetime.fromisoformat(answer["expires_at"]).astimezone(UTC)
            self._token = Secret(answer["token"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise SourceBroken("the App's installation gives no token") from error


def sign(app_id: str, key: Secret, now: datetime) -> Secret:
    """The App's own word for who it is: a JSON Web Token by RS256 (RFC 7519)."""
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    claims = {
        "iat": int((now - BACKDATED).timestamp()), "exp": int((now + LIVES).timestamp()),
        "iss": app_id,
    }  # fmt: skip
    text = f"{_part({'alg': 'RS256', 'typ': 'JWT'})}.{_part(claims)}"
    try:
        private = serialization.load_pem_private_key(key.reveal().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        private = None
    if not isinstance(private, rsa.RSAPrivateKey):
        raise BadInput("key", "a text", "the App's private key, a PEM file without a password")
    mark = private.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return Secret(f"{text}.{_base64(mark)}")


def _part(value: Mapping[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
