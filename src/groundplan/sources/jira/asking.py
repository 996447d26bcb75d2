"""How Jira is asked: one project by its id, on Cloud by version 3, on Data Center by version 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.raw import Told
from groundplan.facts.work import stage_of
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import Reply, Request
from groundplan.sources.jira.shape import GONE
from groundplan.terms.errors import Refused, SourceBroken
from groundplan.terms.progress import Progress

AT_ONCE: Final = 50  # issues with their history; Data Center's own limit may be lower
ROWS_AT_ONCE: Final = 100
NOT_THERE: Final = (400, 404, 405)  # a 403 may be a rate limit, which the client sits out
STAGES: Final = {"new": "todo", "indeterminate": "doing", "done": "done"}  # by Jira's categories


@dataclass(slots=True)
class Asking:
    """A project that is read. host: where its accounts are known; state: how far it was read.

    users: the accounts met so far, by their ids; None for one that is no more.
    """

    client: Client
    progress: Progress
    host: str
    state: dict[str, Any]
    server_now: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    users: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    _stages: dict[str, str] | None = None

    @property
    def cloud(self) -> bool:
        """Whether it is Atlassian's own server, whose search gives tokens for its pages."""
        return bool(self.state["server"]["cloud"])

    @property
    def key(self) -> str:
        """The project's key as it is now."""
        return str(self.state["project"]["key"])

    def rest(self, path: str) -> str:
        """A path of the version that this server speaks."""
        return f"rest/api/{3 if self.cloud else 2}/{path}"

    def get(self, path: str, *, expect: tuple[int, ...] = (), **params: Any) -> Reply:
        """An answer; the server's clock is read off it."""
        reply = self.client.send(Request(path, params=params, expect=expect))
        self.note_time(reply)
        return reply

    def find(self, path: str, **params: Any) -> dict[str, Any] | None:
        """An object; None where there is none, or the token may not read it."""
        try:
            reply = self.get(path, expect=NOT_THERE, **params)
        except Refused:
            return None
        return reply.data if reply.status == 200 and isinstance(reply.data, dict) else None

    def note_time(self, reply: Reply) -> None:
        """Remember the time by the server's clock; this machine's may be wrong."""
        self.server_now = reply.date or self.client.now()

    def rows(self, path: str, name: str, **params: Any) -> Iterator[dict[str, Any]]:
        """The objects of a list that is asked for from a place on; each server names it its way."""
        at = 0
        while True:
            reply = self.get(path, startAt=at, maxResults=ROWS_AT_ONCE, **params)
            data = reply.data if isinstance(reply.data, dict) else {}
            found = objects(data.get(name, data.get("values")))
            yield from found
            at += len(found)
            total = data.get("total")
            last = data.get("isLast", isinstance(total, int) and at >= total)
            if last or not found:
                return

    def place(self, name: str) -> dict[str, Any]:
        """How far one part was read; kept as the state is."""
        found: dict[str, Any] = self.state.setdefault(name, {})
        return found

    def about(self, issues: list[dict[str, Any]]) -> dict[str, Any]:
        """What the shape of a page of issues must know: of its statuses only."""
        stages = self._load_stages()
        used = sorted(set(_status_ids(issues)) & set(stages))
        fields: Mapping[str, str] = self.state["fields"]
        return {
            "host": self.host, "stages": {each: stages[each] for each in used},
            "hours": self.state.get("hours"), **fields,
        }  # fmt: skip

    def find_user(self, number: str) -> dict[str, Any] | None:
        """An account that a changelog names by its id; None where there is none any more."""
        if number not in self.users:
            asked = {"accountId" if self.cloud else "key": number}
            self.users[number] = self.find(self.rest("user"), **asked)
        return self.users[number]

    def tell_gone(
        self, what: str, gone: list[str], moved_to: Mapping[str, str] | None = None
    ) -> Told:
        """A reply of our own: what was found to be no more, and when."""
        body = {
            "what": what, "gone": gone, "moved_to": moved_to or {},
            "seen_at": self.client.now().isoformat(),
        }  # fmt: skip
        return Told(GONE, msgspec.json.encode(body), {"host": self.host})

    def _load_stages(self) -> dict[str, str]:
        if self._stages is None:
            found = {}
            for status in objects(self.get(self.rest("status")).data):
                category = (status.get("statusCategory") or {}).get("key")
                name = str(status.get("name") or "")
                stage = STAGES.get(str(category), stage_of(name))
                if stage is not None:
                    found[str(status.get("id"))] = stage
            self._stages = found
        return self._stages


def objects(found: Any) -> list[dict[str, Any]]:
    """The objects of a list in a reply. Errors: SourceBroken where there is no list."""
    if not isinstance(found, list):
        raise SourceBroken("the server does not answer as Jira does: no list where one should be")
    return [each for each in found if isinstance(each, dict)]


def _status_ids(issues: list[dict[str, Any]]) -> Iterator[str]:
    for issue in issues:
        yield str(((issue.get("fields") or {}).get("status") or {}).get("id"))
        for history in (issue.get("changelog") or {}).get("histories") or ():
            for item in history.get("items") or ():
                if item.get("field") == "status":
                    yield from (str(item.get("from")), str(item.get("to")))
