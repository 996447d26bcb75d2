"""Talks to Redmine: one project with all that its team leaves there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from groundplan.facts.host import TRACKER_KINDS
from groundplan.facts.work import ITEM_EVENTS
from groundplan.sources.http.connected import Connected, Shaping, read_address
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.secrets import Auth, Secret, Token
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.redmine.asking import Asking
from groundplan.sources.redmine.people import cover
from groundplan.sources.redmine.reading import (
    read_issues,
    read_times,
    read_versions,
    sweep_issues,
)
from groundplan.sources.redmine.shape import FORM, shape
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Progress

TOKENS: Final = ("GROUNDPLAN_REDMINE_TOKEN", "REDMINE_API_KEY")  # of the environment

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_ADDRESS: Final = re.compile(r"(https?://\S+?)/projects/([a-z0-9][\w-]*)(?:[/?]\S*)?")


@dataclass(slots=True)
class Redmine(Connected):
    """A project on Redmine, as a source."""

    shaping = Shaping(FORM, (*TRACKER_KINDS, ITEM_EVENTS), shape, cover)

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Everything since `state`; a part that the token may not read is left out with a note."""
        asking = self._asking(state)
        self._find(asking)
        yield Page([], state)
        yield from read_issues(asking)
        yield from self.perhaps("versions", read_versions(asking))

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """What was deleted or moved away, and working time, which changes no issue."""
        asking = self._asking(state)
        yield from sweep_issues(asking, known)
        yield from self.perhaps("working times", read_times(asking, known))

    def _asking(self, state: dict[str, Any]) -> Asking:
        return Asking(self.client, self.progress, self.host, state)

    def _find(self, asking: Asking) -> None:
        """The project by its number, whatever it is called now; what numbers mean there."""
        known = asking.state.get("project")
        told = asking.get(f"projects/{known['id'] if known else self.asked}").data
        found = told.get("project") if isinstance(told, dict) else None
        if not isinstance(found, dict) or not {"id", "identifier"} <= set(found):
            raise SourceBroken(f"{self.asked}: the server does not answer as Redmine does")
        self.rename(known["name"] if known else "", str(found["identifier"]))
        asking.state["project"] = {"id": int(found["id"]), "name": self.name}
        asking.learn()


def connect(
    address: str, auth: Auth, progress: Progress, *, api: str = "", **client: Any
) -> Redmine:
    """A project by its address on the web, or by its identifier and `api`, the server's address."""
    wanted = "https://HOST/projects/NAME, or a project's identifier with the server's address"
    name, base = read_address(address, api, _ADDRESS, _KEY, wanted)
    return Redmine(Client(base, auth, progress, **client), progress, name)


def show_token(secret: Secret, _user: str = "") -> Token:
    """Who asks with an API access key."""
    return Token(secret, header="X-Redmine-API-Key", scheme="")
