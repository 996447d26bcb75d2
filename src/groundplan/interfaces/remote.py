"""A team server that answers in place of a local workspace: the same use cases by the HTTP API."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

import msgspec

from groundplan.interfaces.api.app import PREFIX
from groundplan.interfaces.api.openapi import KEY_HEADER, TEAM_HEADER
from groundplan.interfaces.catalogue import Asker, Case, must_post
from groundplan.interfaces.codec.statuses import error_of
from groundplan.interfaces.codec.views import write_json, write_view
from groundplan.terms.errors import BadInput, SourceBroken, SourceDown
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.units import Style, Unit

LONGEST_WAIT_S: Final = 60.0
HERE: Final = ("127.0.0.1", "localhost", "::1")
TOKEN: Final = "GROUNDPLAN_TOKEN"  # the name of the variable, not a token


class _NoRedirects(HTTPRedirectHandler):
    """A redirect would carry the token to somebody else."""

    def redirect_request(self, *_: Any) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Remote:
    """A server and the token that it knows us by."""

    address: str
    token: str

    def answer(self, case: Case, asker: Asker, inputs: Any) -> Any:
        """The view as the server sends it, with its estimates; the server knows who asks.

        Raises what the use case raises there, and SourceDown if the server cannot be reached.
        """
        request = self._ask(case, asker, inputs)
        try:
            with build_opener(_NoRedirects).open(request, timeout=LONGEST_WAIT_S) as found:
                return revive(msgspec.json.decode(found.read()))
        except HTTPError as error:
            raise error_of(error.code, _read_problem(error.read())) from None
        except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
            hint = "Try again; an act that has a key is carried out once."
            raise SourceDown(f"{self.address} does not answer: {error}", hint) from None
        except msgspec.DecodeError:
            raise SourceBroken(f"{self.address} is no Groundplan server.") from None

    def _ask(self, case: Case, asker: Asker, inputs: Any) -> Request:
        headers = {"Authorization": f"Bearer {self.token}"}
        if asker.team:
            headers[TEAM_HEADER] = asker.team
        if asker.key is not None:
            headers[KEY_HEADER] = asker.key
        url = f"{self.address}{PREFIX}/{case.name.replace('.', '/', 1)}"
        given = write_view(inputs)
        if must_post(case):
            headers["Content-Type"] = "application/json"
            return Request(url, write_json(given), headers)
        known = {name: _word(value) for name, value in given.items() if value is not None}
        return Request(f"{url}?{urlencode(known, doseq=True)}", headers=headers)


def find_server(address: str) -> Remote:
    """The server at an address, with the token from the environment.

    Raises BadInput without a token, or for an address over which it could be read by others.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HERE):
        raise BadInput("--server", address, "https://..., or http:// on this machine")
    token = os.environ.get(TOKEN, "")
    if not token.isascii() or not token.isprintable() or not token:
        raise BadInput(TOKEN, "nothing that is a token", "a token from your account page")
    return Remote(address.rstrip("/"), token)


def revive(value: Any) -> Any:
    """What came as JSON, with estimates and unknowns as themselves again."""
    if isinstance(value, list):
        return tuple(revive(item) for item in value)
    if not isinstance(value, dict):
        return value
    names = set(value)
    if names == _names(Unknown):
        return Unknown(**value)
    if names == _names(Estimate) and None not in value.values():
        unit = value["unit"]
        unit = Unit(unit["name"], unit["noun"], Style(unit["style"]))
        return Estimate(**{**value, "unit": unit})
    return {name: revive(item) for name, item in value.items()}


def _names(kind: Any) -> set[str]:
    return {field.name for field in fields(kind)}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return [_word(item) for item in value] if isinstance(value, list) else value


def _read_problem(body: bytes) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}
