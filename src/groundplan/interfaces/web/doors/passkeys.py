"""Passkeys: a key pair that stays in the browser's keeper; only its public half comes here.

Web Authentication Level 3 (W3C). A challenge works once; the library is imported on use.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any, Final

from groundplan.interfaces.web.doors.settings import Settings
from groundplan.records.vault import Kind, Secret, Vault, keep, mint, take_ticket
from groundplan.terms.errors import Refused

LASTS: Final = timedelta(minutes=5)
MOST: Final = 10
ANEW: Final = "Try again, or sign in another way."


class Passkeys:
    """The passkeys of everybody on one server."""

    def __init__(self, vault: Vault, clock: Callable[[], datetime], settings: Settings) -> None:
        self._vault = vault
        self._clock = clock
        self._settings = settings

    @property
    def offered(self) -> bool:
        """Whether there can be any: they belong to a name, and an address is none."""
        try:
            ip_address(self._settings.host)
        except ValueError:
            return self._settings.team
        return False

    def offer_one(self, person: str, name: str) -> tuple[str, str]:
        """What the browser needs to make a passkey (JSON), and the ticket that it brings back."""
        import webauthn  # noqa: PLC0415 - only some team servers need it
        from webauthn.helpers import structs  # noqa: PLC0415

        held = self._vault.list_of(Kind.PASSKEY, person)
        if len(held) >= MOST:
            raise Refused(f"You have {MOST} passkeys already.", "Remove one that you do not use.")
        known = [webauthn.base64url_to_bytes(one.body["id"]) for one in held]
        options = webauthn.generate_registration_options(
            rp_id=self._settings.host,
            rp_name="Groundplan",
            user_id=person.encode(),
            user_name=name,
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                resident_key=structs.ResidentKeyRequirement.REQUIRED,
                user_verification=structs.UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return webauthn.options_to_json(options), self._begin(options.challenge, person)

    def register(self, ticket: str, answer: str, person: str, name: str) -> None:
        """Keep a passkey that a browser has made. Refused if it does not fit the offer."""
        import webauthn  # noqa: PLC0415
        from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415

        challenge = self._take(ticket, person)
        found = self._checked(
            lambda: webauthn.verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._settings.host,
                expected_origin=self._settings.url,
                require_user_verification=True,
            )
        )
        public = bytes_to_base64url(found.credential_public_key)
        body = {"id": bytes_to_base64url(found.credential_id), "public_key": public, "name": name}
        body |= {"sign_count": found.sign_count}
        fresh = Secret(Kind.PASSKEY, _key(body["id"]), person, self._clock(), body)
        if self._vault.change(Kind.PASSKEY, fresh.key, lambda held: held or fresh) is not None:
            raise Refused("This passkey is known already.", ANEW)

    def offer_any(self) -> tuple[str, str]:
        """What the browser needs to sign in with a passkey (JSON), and the ticket to bring back."""
        import webauthn  # noqa: PLC0415
        from webauthn.helpers import structs  # noqa: PLC0415

        options = webauthn.generate_authentication_options(
            rp_id=self._settings.host,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        )
        return webauthn.options_to_json(options), self._begin(options.challenge, "")

    def recognise(self, ticket: str, answer: str) -> str:
        """Whose passkey has signed the challenge. Refused if nobody's has."""
        import webauthn  # noqa: PLC0415

        challenge = self._take(ticket, "")
        held = self._vault.find(Kind.PASSKEY, _key(_id_of(answer)))
        if held is None:
            raise Refused("This passkey is not known here.", ANEW)
        found = self._checked(
            lambda: webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self._settings.host,
                expected_origin=self._settings.url,
                credential_public_key=webauthn.base64url_to_bytes(held.body["public_key"]),
                credential_current_sign_count=int(held.body["sign_count"]),
                require_user_verification=True,
            )
        )
        body = {**held.body, "sign_count": found.new_sign_count}
        used = replace(held, body=body, used_at=self._clock())
        self._vault.change(Kind.PASSKEY, held.key, lambda now: now and used)
        return held.owner

    def _begin(self, challenge: bytes, person: str) -> str:
        self._vault.purge()
        now, ticket = self._clock(), mint()
        body = {"digest": ticket.digest, "challenge": challenge.hex()}
        keep(self._vault, Secret(Kind.FLOW, ticket.key, person, now, body, now + LASTS))
        return ticket.text

    def _take(self, ticket: str, person: str) -> bytes:
        flow = take_ticket(self._vault, Kind.FLOW, ticket)
        if flow is None or flow.owner != person or "challenge" not in flow.body:
            raise Refused("This took too long, or was begun in another browser.", ANEW)
        return bytes.fromhex(flow.body["challenge"])

    def _checked(self, verify: Callable[[], Any]) -> Any:
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

        try:
            return verify()
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise Refused("This passkey's answer does not hold.", ANEW) from error


def _id_of(answer: str) -> str:
    try:
        found = json.loads(answer)
    except ValueError:
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""


def _key(credential: str) -> str:
    return hashlib.sha256(credential.encode("utf-8", "replace")).hexdigest()
