"""How GitHub is asked: one repository, by its own id, so that a renaming changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from groundplan.facts.raw import Told
from groundplan.sources.github.nodes import read_page
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import PageSize, Reply, Request
from groundplan.terms.errors import NotFound
from groundplan.terms.progress import Progress

VERSION: Final = "2022-11-28"
HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": VERSION,
    "X-Github-Next-Global-ID": "1",
}
GRAPHQL: Final = "graphql"  # the budget that its questions count against


@dataclass(slots=True)
class Asking:
    """A repository that is read. host: where its accounts are known; state: how far it was read.

    graphql: the address of GraphQL, which is not below that of REST on an own server.
    """

    client: Client
    progress: Progress
    graphql: str
    host: str
    state: dict[str, Any]

    @property
    def name(self) -> str:
        """`owner/name` as it is now."""
        return str(self.state["repo"]["name"])

    @property
    def lacks(self) -> list[str]:
        """What this server's GraphQL does not know."""
        return list(self.state.get("lacks", ()))

    def about(self, **more: Any) -> dict[str, Any]:
        """What the shape of a reply must know."""
        return {"host": self.host, "home": self.name, **more}

    def told(self, kind: str, reply: Reply, **more: Any) -> Told:
        """A reply to be kept."""
        return Told(kind, reply.body, self.about(**more))

    def get(self, path: str, etag: str = "", expect: tuple[int, ...] = (), **params: Any) -> Reply:
        """An answer of REST."""
        asked = Request(path, params=params, headers=HEADERS, etag=etag, expect=expect)
        return self.client.send(asked)

    def of_repo(self, path: str) -> str:
        """A path below the repository's."""
        return f"repos/{self.name}/{path}"

    def query(self, text: str, size: PageSize | None = None, **variables: Any) -> Reply:
        """An answer of GraphQL about the repository. size: what `$first` is asked with."""
        repo = {"repo": self.state["repo"]["node_id"]} if "repo" in self.state else {}

        def sized(first: int) -> Request:
            given: Mapping[str, Any] = {**repo, **variables, **({"first": first} if size else {})}
            body = {"query": text, "variables": given}
            return Request(self.graphql, body=body, headers=HEADERS, budget=GRAPHQL)

        reply = self.client.send(sized, size)
        if repo and read_page(reply.data, "data", "node") is None:
            raise NotFound(
                f"{self.name}: there is no such repository, or the token may not see it any more",
                "What was read before stays.",
            )
        return reply

    def place(self, name: str) -> dict[str, Any]:
        """How far one part was read; kept as the state is."""
        found: dict[str, Any] = self.state.setdefault(name, {})
        return found
