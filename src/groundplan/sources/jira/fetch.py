"""Talks to Jira: one project with all that its team leaves there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from groundplan.facts.host import TRACKER_KINDS
from groundplan.facts.work import ITEM_EVENTS
from groundplan.sources.http.connected import Connected, Shaping, read_address
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.secrets import Auth, Password, Secret, Token
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.jira.asking import Asking, objects
from groundplan.sources.jira.people import cover
from groundplan.sources.jira.reading import read_issues, read_sprints, read_versions, sweep
from groundplan.sources.jira.shape import FORM, shape
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Progress

TOKENS: Final = ("GROUNDPLAN_JIRA_TOKEN", "JIRA_TOKEN", "JIRA_API_TOKEN")  # of the environment
USERS: Final = ("GROUNDPLAN_JIRA_USER", "JIRA_USER", "JIRA_EMAIL")  # whose token it is
CLOUD: Final = ".atlassian.net"
LEARNS: Final = timedelta(days=30)  # so often fields and hours are asked for anew

_SPRINT: Final = "com.pyxis.greenhopper.jira:gh-sprint"
_EPIC: Final = "com.pyxis.greenhopper.jira:gh-epic-link"
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,254}")
_ADDRESS: Final = re.compile(
    r"(https?://\S+?)/(?:browse|projects|jira/\w+(?:/c)?/projects)/([A-Za-z]\w*)(?:[-/?]\S*)?"
)


@dataclass(slots=True)
class Jira(Connected):
    """A project on Jira, as a source."""

    shaping = Shaping(FORM, (*TRACKER_KINDS, ITEM_EVENTS), shape, cover)

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Everything since `state`; a part that the token may not read is left out with a note."""
        asking = self._asking(state)
        self._find(asking)
        yield Page([], state)
        yield from read_issues(asking)
        yield from self.perhaps("versions", read_versions(asking))
        yield from self.perhaps("sprints", read_sprints(asking))

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """What was deleted or moved away."""
        yield from sweep(self._asking(state), known)

    def _asking(self, state: dict[str, Any]) -> Asking:
        return Asking(self.client, self.progress, self.host, state)

    def _find(self, asking: Asking) -> None:
        """The project by its id, whatever its key is now; what its server is and knows."""
        state = asking.state
        if "server" not in state:
            told = asking.get("rest/api/2/serverInfo").data
            if not isinstance(told, dict) or "baseUrl" not in told:
                raise SourceBroken(f"{self.host}: the server does not answer as Jira does")
            state["server"] = {"cloud": told.get("deploymentType") == "Cloud"}
        known = state.get("project")
        told = asking.get(asking.rest(f"project/{known['id'] if known else self.asked}")).data
        if not isinstance(told, dict) or not {"id", "key"} <= set(told):
            raise SourceBroken(f"{self.asked}: the server does not answer as Jira does")
        self.rename(known["key"] if known else "", str(told["key"]))
        if known and known["key"] != told["key"]:
            asking.place("issues")["renamed"] = True  # all keys are others
        state["project"] = {"id": str(told["id"]), "key": str(told["key"])}
        asked_at, now = state.get("fields_at"), self.client.now()
        if asked_at is None or now - datetime.fromisoformat(asked_at) > LEARNS:
            state.update(fields=_fields(asking), hours=_hours(asking), fields_at=now.isoformat())


def connect(address: str, auth: Auth, progress: Progress, *, api: str = "", **client: Any) -> Jira:
    """A project by its address on the web, or by its key and `api`, the server's address."""
    wanted = "https://HOST/browse/KEY, or a project's key with the server's address"
    key, base = read_address(address, api, _ADDRESS, _KEY, wanted)
    return Jira(Client(base, auth, progress, **client), progress, key.upper())


def needs_user(address: str, api: str = "") -> bool:
    """Whether a token is shown with the name of its user there: on Cloud it is."""
    hosts = (urlsplit(told).hostname or "" for told in (api, address))
    return any(host.endswith(CLOUD) for host in hosts)


def show_token(secret: Secret, user: str = "") -> Token | Password:
    """Who asks: on Cloud a user with an API token, on Data Center a personal token alone."""
    return Password(user, secret) if user else Token(secret)


def _fields(asking: Asking) -> dict[str, str]:
    """What this server calls the fields of sprint and epic; "" for one it has not."""
    found = {"sprint": "", "epic": ""}
    for field in objects(asking.get(asking.rest("field")).data):
        custom = (field.get("schema") or {}).get("custom")
        for name, kind in (("sprint", _SPRINT), ("epic", _EPIC)):
            if custom == kind and not found[name]:
                found[name] = str(field.get("id") or "")
    return found


def _hours(asking: Asking) -> float | None:
    """Hours of a working day as the server counts estimates; None where it does not tell."""
    told = asking.find(asking.rest("configuration")) or {}
    hours = (told.get("timeTrackingConfiguration") or {}).get("workingHoursPerDay")
    return float(hours) if isinstance(hours, int | float) and hours > 0 else None
