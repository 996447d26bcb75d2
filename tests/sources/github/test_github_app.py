"""An App buys its token with a signed request, again before the old one ends."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from groundplan.sources.github.app import App, sign
from groundplan.sources.http.secrets import Secret
from groundplan.terms.errors import BadInput, SourceBroken
from tests.sources.http_server import Clock


@pytest.fixture(scope="module")
def key() -> Any:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any) -> Secret:
    form = serialization.PrivateFormat.TraditionalOpenSSL
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return Secret(text.decode())


def part(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def test_what_an_app_signs_its_public_key_confirms(key: Any) -> None:
    now = Clock().now()
    token = sign("4711", pem(key), now).reveal()
    head, claims, mark = token.split(".")
    assert part(head) == {"alg": "RS256", "typ": "JWT"}
    assert part(claims)["iss"] == "4711"
    assert part(claims)["iat"] < now.timestamp() < part(claims)["exp"] <= now.timestamp() + 600
    signature = base64.urlsafe_b64decode(mark + "=" * (-len(mark) % 4))
    text = f"{head}.{claims}".encode()
    key.public_key().verify(signature, text, padding.PKCS1v15(), hashes.SHA256())


def test_a_token_is_bought_once_an_hour(key: Any) -> None:
    clock, bought = Clock(), []

    def exchange(path: str, headers: Mapping[str, str]) -> Any:
        bought.append(path)
        ends = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        return {"token": f"ghs_{len(bought)}", "expires_at": ends}

    app = App("4711", "99", pem(key), exchange, clock.now)
    assert app.headers() == {"Authorization": "Bearer ghs_1"}
    clock.sleep(50 * 60)
    assert app.headers() == {"Authorization": "Bearer ghs_1"}
    clock.sleep(6 * 60)
    assert app.headers() == {"Authorization": "Bearer ghs_2"}
    assert app.renew()
    assert app.headers() == {"Authorization": "Bearer ghs_3"}
    assert bought == ["app/installations/99/access_tokens"] * 3
    assert "ghs_3" not in f"{app!r}{app.scrub('got ghs_3')}"
    assert "PRIVATE KEY" not in repr(app)


def test_a_wrong_key_or_answer_is_named_without_it(key: Any) -> None:
    with pytest.raises(BadInput, match="PEM file") as raised:
        sign("1", Secret("-----BEGIN something planted"), Clock().now())
    assert "planted" not in str(raised.value)
    app = App("1", "2", pem(key), lambda path, headers: {"token": None}, Clock().now)
    with pytest.raises(SourceBroken, match="gives no token"):
        app.headers()
