"""The source of what is pushed: there is nothing to ask, only what came is shaped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from groundplan.facts.erasure import Mask
from groundplan.facts.host import DEPLOYMENTS, HOST_PREFIX, REJECTED
from groundplan.facts.host_items import INCIDENTS, MEASUREMENTS
from groundplan.facts.kinds import FactKind
from groundplan.facts.raw import RawReply, Told
from groundplan.sources.http.pushes import Push, is_same
from groundplan.sources.http.secrets import Auth, Secret, Token
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.push.shape import FORM, cover, read_things, shape
from groundplan.terms.errors import BadInput
from groundplan.terms.progress import Progress

HOOKS: Final = ("GROUNDPLAN_PUSH_TOKEN",)  # of the environment

_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,99}")
_BEARER: Final = "bearer "


class _Nowhere:
    """In place of a client: nothing is asked."""

    def close(self) -> None:
        """Nothing is held."""


@dataclass(slots=True)
class Pushes:
    """What is pushed under one name, as a source."""

    name: str
    client: _Nowhere = field(default_factory=_Nowhere)

    @property
    def source(self) -> str:
        """The connection's id."""
        return f"{HOST_PREFIX}push-{self.name}".lower()

    @property
    def form(self) -> int:
        """The version of the shape."""
        return FORM

    @property
    def kinds(self) -> Sequence[FactKind]:
        """What may be pushed."""
        return (DEPLOYMENTS, INCIDENTS, MEASUREMENTS, REJECTED)

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Nothing: it comes by itself."""
        yield from ()

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """Nothing is looked for."""
        yield from ()

    def shape(self, reply: RawReply) -> Shaped:
        """The rows of one thing."""
        return shape(reply)

    def cover(self, body: bytes, mask: Mask) -> bytes:
        """A thing with pseudonyms for whoever was erased."""
        return cover(body, mask)

    def is_theirs(self, push: Push, secret: Secret) -> bool:
        """Whether a push shows the token: `Authorization: Bearer TOKEN`."""
        shown = push.header("authorization")
        return shown.lower().startswith(_BEARER) and is_same(secret, shown[len(_BEARER) :].strip())

    def read_push(self, push: Push, state: Mapping[str, Any]) -> Sequence[Told]:
        """The things of a push. Errors: BadInput names the first one that does not fit."""
        return read_things(push.body)


def connect(name: str, _auth: Auth, _progress: Progress, **_client: Any) -> Pushes:
    """What is pushed under a name of one's own choice."""
    if not _NAME.fullmatch(name):
        raise BadInput("name", name, "letters, digits, dots and dashes")
    return Pushes(name)


def show_token(secret: Secret, _user: str = "") -> Token:
    """Nobody is asked; pushes show their token here."""
    return Token(secret)
