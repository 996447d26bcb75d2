"""Talks to GitLab: one project with all that its team leaves there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from groundplan.facts.host import HOST_KINDS, HOST_PREFIX
from groundplan.facts.raw import Told
from groundplan.facts.work import ITEM_EVENTS
from groundplan.sources.gitlab import reading
from groundplan.sources.gitlab.reading import Asking, read_list
from groundplan.sources.gitlab.shape import FORM, MILESTONE_PAGE, RELEASE_PAGE, cover, shape
from groundplan.sources.gitlab.webhooks import WEBHOOK, is_used
from groundplan.sources.http.connected import Connected, Shaping
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.pushes import Push, is_same
from groundplan.sources.http.secrets import Auth, Secret, Token
from groundplan.sources.http.sync import Known, Page
from groundplan.terms.errors import BadInput, SourceBroken
from groundplan.terms.progress import Progress

API: Final = "https://gitlab.com/api/v4"
TOKENS: Final = ("GROUNDPLAN_GITLAB_TOKEN", "GITLAB_TOKEN")  # of the environment
HOOKS: Final = ("GROUNDPLAN_GITLAB_HOOK",)
JOBS_FOR: Final = timedelta(days=90)  # before the first reading; each pipeline costs two requests

_NAME: Final = re.compile(r"(?!\.)[\w.-]+(?:/(?!\.)[\w.-]+?)+")


@dataclass(slots=True)
class GitLab(Connected):
    """A project on GitLab, as a source."""

    shaping = Shaping(FORM, (*HOST_KINDS, ITEM_EVENTS), shape, cover)

    @property
    def source(self) -> str:
        """The connection's id: by the path it was connected with, which stays."""
        where = "gitlab" if self.host == urlsplit(API).hostname else self.host
        return f"{HOST_PREFIX}{where}-{self.asked.replace('/', '-')}".lower()

    def fetch(self, state: dict[str, Any]) -> Iterator[Page]:
        """Everything since `state`; a part that the token may not read is left out with a note."""
        asking = self._asking(state)
        self._find(asking)
        yield Page([], state)
        for what, pages in (
            ("merge requests", reading.MERGE_REQUESTS.read(asking)),
            ("issues", reading.ISSUES.read(asking)),
            ("pipelines", reading.PIPELINES.read(asking)),
            ("deployments", reading.DEPLOYMENTS.read(asking)),
            ("releases", read_list(asking, RELEASE_PAGE, "releases", "tag_name")),
            ("milestones", read_list(asking, MILESTONE_PAGE, "milestones", "id")),
        ):
            yield from self.perhaps(what, pages)

    def sweep(self, state: dict[str, Any], known: Known) -> Iterator[Page]:
        """What was deleted, and what no reading of changes brought."""
        asking = self._asking(state)
        yield from self.perhaps("issues", reading.sweep(asking, known, reading.ISSUES))
        merges = reading.sweep(asking, known, reading.MERGE_REQUESTS)
        yield from self.perhaps("merge requests", merges)

    def is_theirs(self, push: Push, secret: Secret) -> bool:
        """Whether a push shows the webhook's secret token."""
        return is_same(secret, push.header("x-gitlab-token"))

    def read_push(self, push: Push, state: Mapping[str, Any]) -> Sequence[Told]:
        """A push to be kept, once its token was checked."""
        told, known = push.read(), state.get("project") or {}
        if not is_used(str(told.get("object_kind"))):
            return ()
        found = told.get("project")
        told_of = found if isinstance(found, dict) else {}
        name, number = str(told_of.get("path_with_namespace")), told_of.get("id")
        number = number or told.get("project_id")  # jobs name their project by its id alone
        mine = number == known["id"] if known else name.casefold() == self.asked.casefold()
        if not mine:
            raise BadInput("project", name, f"{self.name}, which this address is for")
        about = {"host": self.host, "event": push.header("x-gitlab-event-uuid")}
        return (Told(WEBHOOK, msgspec.json.encode(told), about, once=True),)

    def _asking(self, state: dict[str, Any]) -> Asking:
        return Asking(self.client, self.progress, self.host, state)

    def _find(self, asking: Asking) -> None:
        """The project by its id, whatever it is called now."""
        state = asking.state
        known = state.get("project")
        name = str(known["id"]) if known else quote(self.asked, safe="")
        told = asking.get(f"projects/{name}").data
        if not isinstance(told, dict) or not {"id", "path_with_namespace"} <= set(told):
            raise SourceBroken(f"{self.asked}: the server does not answer as GitLab does")
        self.rename(known["name"] if known else "", str(told["path_with_namespace"]))
        state["project"] = {"id": int(told["id"]), "name": self.name}
        since = self.client.now().astimezone(UTC) - JOBS_FOR
        state.setdefault("jobs_since", since.strftime("%Y-%m-%dT%H:%M:%SZ"))


def connect(
    address: str, auth: Auth, progress: Progress, *, api: str = "", **client: Any
) -> GitLab:
    """A project by `group/name` or its address on the web.

    api: REST's address; an own server's is https://HOST/api/v4, and follows from the address.
    """
    told = address.strip().removesuffix("/").removesuffix(".git")
    if told.startswith(("http://", "https://")):
        parts = urlsplit(told)
        api = api or f"{parts.scheme}://{parts.netloc}/api/v4"
        told = parts.path.strip("/").partition("/-/")[0]
    if not _NAME.fullmatch(told):
        raise BadInput("project", address, "group/name, or its address on the web")
    return GitLab(Client(api or API, auth, progress, **client), progress, told)


def show_token(secret: Secret, _user: str = "") -> Token:
    """Who asks with a personal, group or project token."""
    return Token(secret, header="PRIVATE-TOKEN", scheme="")
