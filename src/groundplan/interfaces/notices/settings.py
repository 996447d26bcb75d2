"""By which server and into which rooms notices go, and where each secret is; never the secret."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from groundplan.terms.errors import BadInput, Refused, SourceBroken

FILE: Final = "notices.json"
MOST_PORT: Final = 65_535
LEAST_S: Final = 10.0  # between two looks at what waits


class Security(StrEnum):
    """How the way to a mail server is protected. None: to a server on this machine only."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Form(StrEnum):
    """Whose message format a chat room takes."""

    SLACK = "slack"
    TEAMS = "teams"


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server. sender: `Name <name@host>`; user, secret: who sends, and where the password
    is (bootstrap/secrets.py), "" without."""

    host: str
    sender: str
    port: int = 587
    security: Security = Security.STARTTLS
    user: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A chat room's webhook. secret: where its address is, which is all that keeps others out."""

    form: Form
    secret: str


@dataclass(frozen=True, slots=True)
class Settings:
    """The mail server, None without, and webhooks by the names of their rooms.

    every_s: how often whatever serves pages sends what waits [seconds]; 0: it does not.
    """

    mail: MailServer | None = None
    chat: Mapping[str, Webhook] = field(default_factory=dict)
    every_s: float = 0.0


def read_settings(folder: Path) -> Settings:
    """The settings of a workspace; SourceBroken for a file that cannot be read."""
    path = folder / FILE
    if not path.exists():
        return Settings()
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        mail = told.get("mail")
        chat = told.get("chat", {})
        return Settings(
            _as_server(mail) if mail else None,
            {name: Webhook(Form(one["form"]), one["secret"]) for name, one in chat.items()},
            float(told.get("every_s", 0.0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SourceBroken(
            f"{path}: no settings of notices", "Mend it, or delete it and set them again."
        ) from error


def keep_mail(folder: Path, server: MailServer) -> None:
    """Send by this server from now on."""
    check_server(server)
    _write(folder, replace(read_settings(folder), mail=server))


def keep_chat(folder: Path, name: str, hook: Webhook) -> None:
    """Give a room its webhook, in place of one that it had."""
    if not name.strip() or "/" in name or ":" in name:
        raise BadInput("room", f"{len(name)} letters", "a name such as partners, no address")
    if "://" in hook.secret or not hook.secret.partition(":")[2]:
        allowed = "where the address is: env:NAME, file:PATH or keyring:SERVICE/USER"
        raise BadInput("secret", "something else", allowed, "The address itself is the secret.")
    known = read_settings(folder)
    _write(folder, replace(known, chat={**known.chat, name.strip(): hook}))


def keep_every(folder: Path, seconds: float) -> None:
    """Let whatever serves pages send what waits every so many seconds; never for 0."""
    if seconds and not seconds >= LEAST_S:
        raise BadInput("seconds", seconds, f"{LEAST_S:.0f} or more, or 0 for never")
    _write(folder, replace(read_settings(folder), every_s=seconds))


def check_server(server: MailServer) -> None:
    """BadInput for a sender that is no address, Refused for mail in the clear over a network."""
    name, address = parseaddr(server.sender)
    try:
        Address(name, addr_spec=address)
    except (HeaderParseError, ValueError, IndexError):
        address = ""
    if "@" not in address or not server.sender.isprintable():
        raise BadInput("sender", server.sender[:80], "an address as Team <team@example.com>")
    if not 0 < server.port <= MOST_PORT:
        raise BadInput("port", server.port, f"1 to {MOST_PORT}")
    if server.security is Security.NONE and not is_here(server.host):
        raise Refused(
            f"{server.host} is another machine: others on the way could read the mail.",
            "Use --security starttls or tls.",
        )


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _as_server(told: Mapping[str, Any]) -> MailServer:
    return MailServer(**{**told, "security": Security(told.get("security", Security.STARTTLS))})


def _write(folder: Path, settings: Settings) -> None:
    told = {
        "mail": asdict(settings.mail) if settings.mail else None,
        "chat": {name: asdict(one) for name, one in settings.chat.items()},
        "every_s": settings.every_s,
    }
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = (folder / FILE).with_suffix(".unfinished")
    unfinished.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    unfinished.replace(folder / FILE)
