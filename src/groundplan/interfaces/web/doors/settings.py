"""How a server is reached and how people sign in there, read from options and environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from groundplan.terms.errors import BadInput

LOCAL_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
URL: Final = "GROUNDPLAN_URL"
ISSUER: Final = "GROUNDPLAN_OIDC_ISSUER"
CLIENT_ID: Final = "GROUNDPLAN_OIDC_CLIENT_ID"
CLIENT_SECRET: Final = "GROUNDPLAN_OIDC_CLIENT_SECRET"
NAME: Final = "GROUNDPLAN_OIDC_NAME"


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider that vouches for colleagues. name: as its button calls it."""

    issuer: str
    client_id: str
    client_secret: str
    name: str


@dataclass(frozen=True, slots=True)
class Settings:
    """url: where browsers find the server, without a slash at the end. team: for several people."""

    url: str
    team: bool = False
    provider: Provider | None = None

    @property
    def secure(self) -> bool:
        """Whether browsers reach it by HTTPS."""
        return self.url.startswith("https:")

    @property
    def host(self) -> str:
        """The name that browsers know it by, without port."""
        return urlsplit(self.url).hostname or ""

    @property
    def hosts(self) -> frozenset[str]:
        """The names it answers to."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return LOCAL_HOSTS if not self.team else frozenset({name})


def local_settings(port: int) -> Settings:
    """A server for the one who started it, on this machine only."""
    return Settings(f"http://127.0.0.1:{port}")


def team_settings(environ: Mapping[str, str], url: str = "") -> Settings:
    """A server for a team. BadInput names the setting that is missing or cannot be right."""
    url = (url or environ.get(URL, "")).strip().rstrip("/")
    _check_address(URL, url)
    if urlsplit(url).path:
        raise BadInput(URL, url, "an address without a path")
    return Settings(url, team=True, provider=_read_provider(environ))


def _read_provider(environ: Mapping[str, str]) -> Provider | None:
    issuer = environ.get(ISSUER, "").strip()
    if not issuer:
        return None
    _check_address(ISSUER, issuer)
    client = environ.get(CLIENT_ID, "").strip()
    if not client:
        raise BadInput(CLIENT_ID, client, "the client's name at the provider")
    name = environ.get(NAME, "").strip() or urlsplit(issuer).hostname or issuer
    return Provider(issuer, client, environ.get(CLIENT_SECRET, "").strip(), name)


def _check_address(setting: str, address: str) -> None:
    parts = urlsplit(address)
    local = parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or (parts.scheme != "https" and not (parts.scheme == "http" and local)):
        raise BadInput(
            setting,
            address,
            "https://name, or http:// on this machine",
            "Passwords and sessions cross the network: put a proxy that speaks HTTPS in front.",
        )
