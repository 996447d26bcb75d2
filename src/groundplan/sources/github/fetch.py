"""Talks to GitHub: one repository with all that its team leaves there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from groundplan.facts.host import HOST_KINDS, HOST_PREFIX
from groundplan.facts.raw import Told
from groundplan.facts.work import ITEM_EVENTS
from groundplan.sources.github import queries
from groundplan.sources.github.answers import judge_github
from groundplan.sources.github.app import App
from groundplan.sources.github.asking import HEADERS, Asking
from groundplan.sources.github.changes import ISSUES, PULLS, read_changes
from groundplan.sources.github.lists import (
    read_deployments,
    read_milestones,
    read_releases,
    read_runs,
)
from groundplan.sources.github.nodes import read_page
from groundplan.sources.github.shape import FORM, cover, shape
from groundplan.sources.github.sweeps import sweep
from groundplan.sources.github.webhooks import WEBHOOK, is_signed, is_used
from groundplan.sources.http.connected import Connected, Shaping
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.pushes import Push
from groundplan.sources.http.replies import Request
from groundplan.sources.http.secrets import Auth, Secret, Token
from groundplan.sources.http.sync import Known, Page
from groundplan.terms.errors import BadInput, SourceBroken
from groundplan.terms.progress import Progress

API: Final = "https://api.github.com"
HOST: Final = "github.com"
TOKENS: Final = ("GROUNDPLAN_GITHUB_TOKEN", "GITHUB_TOKEN", "GH_TOKEN")  # of the environment
HOOKS: Final = ("GROUNDPLAN_GITHUB_HOOK",)
JOBS_FOR: Final = timedelta(days=90)  # before the first reading; each run's jobs cost a request
LEARNS: Final = timedelta(days=30)  # so often a server may have learnt what it lacked

_NAME: Final = re.compile(r"(?:https?://[^/]+/)?((?!\.+/)[\w.-]+)/((?!\.+/?$)[\w.-]+?)(?:\.git)?/?")


@dataclass(slots=True)
class GitHub(Connected):
    """A repository on GitHub, as a source. graphql: where GraphQL is."""

    shaping = Shaping(FORM, (*HOST_KINDS, ITEM_EVENTS), shape, cover)

    graphql: str = ""

    @property
    def source(self) -> str:
        """The connection's id: by the name it was connected with, which stays."""
        return source_of(self.asked, self.host)

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Everything since `state`; a part that the token may not read is left out with a note."""
        asking = self._asking(state)
        yield from self._find(asking)
        yield from read_changes(asking, PULLS)
        yield from read_changes(asking, ISSUES)
        jobs_since = state.setdefault("jobs_since", self._jobs_since())
        yield from self.perhaps("CI runs", read_runs(asking, jobs_since))
        yield from self.perhaps("deployments", read_deployments(asking))
        yield from self.perhaps("releases", read_releases(asking))
        yield from self.perhaps("milestones", read_milestones(asking))

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """What was deleted or moved away."""
        yield from sweep(self._asking(state), known)

    def is_theirs(self, push: Push, secret: Secret) -> bool:
        """Whether a push is signed with the webhook's secret."""
        return is_signed(push.body, push.header("x-hub-signature-256"), secret)

    def read_push(self, push: Push, state: Mapping[str, Any]) -> Sequence[Told]:
        """A push to be kept, once its signature was checked."""
        event, delivery = push.header("x-github-event"), push.header("x-github-delivery")
        if not is_used(event):
            return ()
        told, known = push.read(), state.get("repo") or {}
        found = told.get("repository")
        told_of = found if isinstance(found, dict) else {}
        name, number = str(told_of.get("full_name")), told_of.get("id")
        mine = number == known["id"] if known else name.casefold() == self.asked.casefold()
        if not mine:
            raise BadInput("repository", name, f"{self.name}, which this address is for")
        about = {
            "host": self.host, "home": known.get("name", self.asked), "event": event,
            "delivery": delivery,
        }  # fmt: skip
        return (Told(WEBHOOK, msgspec.json.encode(told), about, once=True),)

    def _asking(self, state: dict[str, Any]) -> Asking:
        return Asking(self.client, self.progress, self.graphql, self.host, state)

    def _find(self, asking: Asking) -> Iterator[Page]:
        """The repository by its id, whatever it is called now; what its server knows."""
        known = asking.state.get("repo")
        path = f"repositories/{known['id']}" if known else f"repos/{self.asked}"
        reply = self.client.send(
            Request(path, headers=HEADERS, etag=known["etag"] if known else "")
        )
        if not reply.unchanged:
            told = reply.data
            if not isinstance(told, dict) or not {"id", "node_id", "full_name"} <= set(told):
                raise SourceBroken(f"{self.asked}: the server does not answer as GitHub does")
            self.rename(known["name"] if known else "", told["full_name"])
            asking.state["repo"] = {
                "id": told["id"], "node_id": told["node_id"], "name": told["full_name"],
                "etag": reply.etag,
            }  # fmt: skip
        asked_at, now = asking.state.get("lacks_at"), self.client.now()
        if asked_at is None or now - datetime.fromisoformat(asked_at) > LEARNS:
            asking.state.update(lacks=self._lacking(), lacks_at=now.isoformat())
        self.name = asking.name
        yield Page([], asking.state)

    def _lacking(self) -> list[str]:
        body = {"query": queries.KNOWS, "variables": {}}
        reply = self.client.send(Request(self.graphql, body=body, headers=HEADERS))
        fields = read_page(reply.data, "data", "issue", "fields") or ()
        events = [
            each
            for name in ("issueEvents", "pullEvents")
            for each in read_page(reply.data, "data", name, "possibleTypes") or ()
        ]
        names = [[one.get("name", "") for one in found] for found in (fields, events)]
        return queries.lacking(*names)

    def _jobs_since(self) -> str:
        since = self.client.now().astimezone(UTC) - JOBS_FOR
        return since.strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(
    address: str,
    auth: Auth,
    progress: Progress,
    *,
    api: str = API,
    **client: Any,
) -> GitHub:
    """A repository by `owner/name` or its address on the web.

    api: REST's address; an own server's is https://HOST/api/v3. client: passed on to `Client`.
    """
    match = _NAME.fullmatch(address.strip())
    if match is None:
        raise BadInput("repository", address, "owner/name, or its address on the web")
    asking = Client(api, auth, progress, judge_github, **client)
    parts = urlsplit(asking.base)
    own = parts.path.endswith("/api/v3")
    graphql = f"{parts.scheme}://{parts.netloc}/api/graphql" if own else f"{asking.base}/graphql"
    host = HOST if asking.host == urlsplit(API).hostname else asking.host
    return GitHub(asking, progress, f"{match[1]}/{match[2]}", host, graphql)


def show_token(secret: Secret, _user: str = "") -> Token:
    """Who asks with a personal or an Actions token."""
    return Token(secret)


def ask_as_app(app_id: str, installation: str, key: Secret, api: str = API, **client: Any) -> App:
    """Who asks as an App that is installed where the repository is. key: its private key, PEM."""
    nobody = Client(api, judge=judge_github, **client)

    def exchange(path: str, headers: Mapping[str, str]) -> Any:
        request = Request(path, headers={**HEADERS, **headers}, method="POST", expect=(201,))
        return nobody.send(request).data

    return App(app_id, installation, key, exchange, nobody.now)


def source_of(name: str, host: str) -> str:
    """A connection's id in the workspace: `items:github-owner-name`."""
    where = "github" if host == HOST else host
    return f"{HOST_PREFIX}{where}-{name.replace('/', '-')}".lower()
