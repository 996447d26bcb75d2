"""Sign-in by an OpenID provider: authorization code with PKCE, state and nonce.

OpenID Connect Core 1.0, Discovery 1.0; RFC 7636 (PKCE); RFC 9207 (issuer in the answer).
Authlib, joserfc and httpx are imported on use: only some team servers have a provider.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from groundplan.interfaces.web.doors.settings import Provider
from groundplan.records.vault import Kind, Secret, Vault, keep, mint, take_ticket
from groundplan.terms.errors import Refused, SourceBroken, SourceDown

PATIENCE_S: Final = 10.0
KNOWN_FOR: Final = timedelta(hours=1)  # how long the provider's own description holds
FLOW_LASTS: Final = timedelta(minutes=10)
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
ANEW: Final = "Begin anew on the sign-in page."


@dataclass(frozen=True, slots=True)
class Vouched:
    """What the provider says. email: "" unless the provider has verified it."""

    issuer: str
    subject: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class _Known:
    metadata: Mapping[str, Any]
    keys: Any
    until: datetime


class OpenID:
    """One provider, from begin to finish; nothing is kept in the process but its description."""

    def __init__(
        self, provider: Provider, url: str, vault: Vault, clock: Callable[[], datetime]
    ) -> None:
        self.provider = provider
        self._back = f"{url}/sign-in/openid/back"
        self._vault = vault
        self._clock = clock
        self._known: _Known | None = None
        self._lock = threading.Lock()

    def begin(self, onward: str) -> tuple[str, str]:
        """Where to send the browser, and the ticket that it must bring back as a cookie."""
        known = self._describe()
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        with self._client() as client:
            address, state = client.create_authorization_url(
                known.metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        now, ticket = self._clock(), mint()
        body = {"digest": ticket.digest, "state": state, "nonce": nonce, "verifier": verifier}
        body["onward"] = onward
        keep(self._vault, Secret(Kind.FLOW, ticket.key, "", now, body, now + FLOW_LASTS))
        return str(address), ticket.text

    def finish(self, ticket: str, answer: Mapping[str, str]) -> tuple[Vouched, str]:
        """Who came back, and where they wanted to go. Refused if anything does not fit."""
        flow = take_ticket(self._vault, Kind.FLOW, ticket)
        if flow is None or "state" not in flow.body:
            raise Refused("This sign-in is over, or was begun in another browser.", ANEW)
        if not secrets.compare_digest(
            answer.get("state", "").encode(), flow.body["state"].encode()
        ):
            raise Refused("This answer belongs to another sign-in.", ANEW)
        if answer.get("iss", self.provider.issuer) != self.provider.issuer:
            raise Refused("This answer comes from another provider.", ANEW)
        if "code" not in answer:
            said = answer.get("error", "no code")[:80]
            raise Refused(f"{self.provider.name} did not sign you in ({said}).", ANEW)
        token = self._exchange(answer["code"], flow)
        claims = self._verify(token.get("id_token", ""), str(flow.body["nonce"]))
        return self._vouch(claims, token), str(flow.body["onward"])

    def _client(self) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # noqa: PLC0415

        return OAuth2Client(
            self.provider.client_id,
            self.provider.client_secret or None,
            token_endpoint_auth_method="client_secret_basic"
            if self.provider.client_secret
            else "none",
            redirect_uri=self._back,
            scope="openid email profile",
            code_challenge_method="S256",
            timeout=PATIENCE_S,
        )

    def _exchange(self, code: str, flow: Secret) -> Mapping[str, Any]:
        from authlib.common.errors import AuthlibBaseError  # noqa: PLC0415
        from httpx import HTTPError  # noqa: PLC0415

        try:
            with self._client() as client:
                token: Mapping[str, Any] = client.fetch_token(
                    self._describe().metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=flow.body["verifier"],
                )
        except AuthlibBaseError as error:
            raise Refused(
                f"{self.provider.name} refused the code ({error.error}).", ANEW
            ) from error
        except (HTTPError, ValueError) as error:
            raise self._down(error) from error
        return token

    def _verify(self, text: str, nonce: str) -> Mapping[str, Any]:
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        must = jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=60,
            iss={"essential": True, "value": self.provider.issuer},
            aud={"essential": True, "value": self.provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        for anew in (False, True):  # the keys may have been turned over since they were read
            try:
                found = jwt.decode(text, self._describe(anew).keys, algorithms=ALGORITHMS)
                must.validate(found.claims)
            except (JoseError, ValueError) as error:
                if anew:
                    says = f"What {self.provider.name} says about you does not hold ({error})."
                    raise Refused(says, ANEW) from error
            else:
                break
        if found.claims.get("azp", self.provider.client_id) != self.provider.client_id:
            raise Refused(f"{self.provider.name} signed you in to something else.", ANEW)
        return found.claims

    def _vouch(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> Vouched:
        endpoint = self._describe().metadata.get("userinfo_endpoint")
        if "email" not in claims and endpoint:
            more = self._read(
                str(endpoint), {"Authorization": f"Bearer {token.get('access_token', '')}"}
            )
            if more.get("sub") != claims["sub"]:
                raise Refused(f"{self.provider.name} speaks about somebody else.", ANEW)
            claims = {**more, **claims}
        verified = claims.get("email_verified") is True
        email = str(claims.get("email", "")) if verified else ""
        return Vouched(self.provider.issuer, str(claims["sub"]), email, str(claims.get("name", "")))

    def _describe(self, anew: bool = False) -> _Known:
        from joserfc.jwk import KeySet  # noqa: PLC0415

        with self._lock:
            if self._known is not None and not anew and self._clock() < self._known.until:
                return self._known
            issuer = self.provider.issuer
            found = self._read(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise SourceBroken(
                    f"the provider at {issuer} calls itself {found.get('issuer')!r}",
                    "Name it in GROUNDPLAN_OIDC_ISSUER exactly as it does.",
                )
            keys = KeySet.import_key_set(dict(self._read(str(found.get("jwks_uri")))))  # type: ignore[arg-type]
            self._known = _Known(found, keys, self._clock() + KNOWN_FOR)
            return self._known

    def _read(self, address: str, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        import httpx  # noqa: PLC0415

        try:
            reply = httpx.get(address, headers=headers, timeout=PATIENCE_S).raise_for_status()
            found: Mapping[str, Any] = reply.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise self._down(error) from error
        return found

    def _down(self, error: Exception) -> SourceDown:
        return SourceDown(
            f"{self.provider.name} cannot be reached ({type(error).__name__}).",
            "Sign in another way, or try again in a minute.",
            60.0,
        )
