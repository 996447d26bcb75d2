"""How Redmine is asked: one project by its number, pages by offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.raw import Told
from groundplan.facts.work import stage_of
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import Reply, Request
from groundplan.sources.http.walking import Thing
from groundplan.sources.redmine.people import account_changes, people_in
from groundplan.sources.redmine.shape import GONE
from groundplan.terms.errors import Refused, SourceBroken
from groundplan.terms.progress import Progress

MANY: Final = 100  # things a page; no Redmine gives more
NOT_THERE: Final = (403, 404)  # of one thing: it is no more, or not to be seen


@dataclass(slots=True)
class Asking:
    """A project that is read. host: where its accounts are known; state: how far it was read.

    people: the names of accounts met so far, by their numbers; "" for one that is no more.
    versions: those that issues of the project may be for.
    """

    client: Client
    progress: Progress
    host: str
    state: dict[str, Any]
    server_now: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    people: dict[str, str] = field(default_factory=dict)
    versions: list[Thing] = field(default_factory=list)

    @property
    def name(self) -> str:
        """What the project is called in addresses now."""
        return str(self.state["project"]["name"])

    @property
    def project(self) -> int:
        """The project's number."""
        return int(self.state["project"]["id"])

    def place(self, name: str) -> Thing:
        """How far one part was read; kept as the state is."""
        found: Thing = self.state.setdefault(name, {})
        return found

    def get(self, path: str, expect: tuple[int, ...] = (), **params: Any) -> Reply:
        """An answer; the server's clock is read off it."""
        reply = self.client.send(Request(f"{path}.json", params=params, expect=expect))
        self.server_now = reply.date or self.client.now()
        return reply

    def find(self, path: str, name: str, **params: Any) -> Thing | None:
        """An object; None where there is none, or the token may not read it."""
        reply = self.get(path, NOT_THERE, **params)
        found = reply.data.get(name) if isinstance(reply.data, dict) else None
        return found if reply.status == 200 and isinstance(found, dict) else None

    def page(self, path: str, name: str, nr: int, many: int = MANY, **params: Any) -> list[Thing]:
        """The nth page of a list, from 1."""
        reply = self.get(path, limit=many, offset=(nr - 1) * many, **params)
        return objects(reply, name)

    def rows(self, path: str, name: str, **params: Any) -> Iterator[Thing]:
        """A whole list."""
        nr, more = 1, True
        while more:
            found = self.page(path, name, nr, **params)
            yield from found
            nr, more = nr + 1, len(found) >= MANY

    def count(self, path: str, **params: Any) -> int:
        """How many things a list has."""
        data = self.get(path, limit=1, **params).data
        return int(data.get("total_count") or 0) if isinstance(data, dict) else 0

    def told(self, kind: str, things: list[Thing]) -> list[Told]:
        """Things as one reply to be kept, with the accounts that only numbers of theirs name.

        Without these one person would be two accounts, of which an erasure would cover one.
        """
        if not things:
            return []
        here = people_in(things)
        self.people.update(here)
        named = {str(item[side]) for item, side in account_changes(things)} - set(here)
        others = [(number, self._find_name(number)) for number in sorted(named)]
        people = [{"person": {"id": int(n), "name": name}} for n, name in others if name]
        body = msgspec.json.encode({"things": things, "people": people})
        about = {"host": self.host, "meanings": self.state["meanings"]}
        return [Told(kind, body, about)]

    def tell_gone(self, what: str, gone: list[str], moved_to: str = "") -> Told:
        """A reply of our own: what was found to be no more, and when."""
        body = {
            "what": what, "gone": gone, "moved_to": moved_to,
            "seen_at": self.client.now().isoformat(),
        }  # fmt: skip
        return Told(GONE, msgspec.json.encode(body), {"host": self.host})

    def learn(self) -> None:
        """What numbers mean here, and who is in the project."""
        statuses = objects(self.get("issue_statuses"), "issue_statuses")
        priorities = objects(self.get("enumerations/issue_priorities"), "issue_priorities")
        self.versions = list(self.rows(f"projects/{self.project}/versions", "versions"))
        self.state["meanings"] = {
            "stages": {str(each.get("id")): stage_in(each) for each in statuses},
            "status_id": _names(statuses), "priority_id": _names(priorities),
            "fixed_version_id": _names(self.versions),
        }  # fmt: skip
        try:
            members = list(self.rows(f"projects/{self.project}/memberships", "memberships"))
        except Refused:
            return
        self.people.update(people_in(members))

    def _find_name(self, number: str) -> str:
        """The name of an account; of one that is in the project no more, as Redmine writes it."""
        if number not in self.people:
            found = self.find(f"users/{number}", "user") if number.isdigit() else None
            parts = (str((found or {}).get(part) or "") for part in ("firstname", "lastname"))
            self.people[number] = " ".join(filter(None, parts))
        return self.people[number]


def objects(reply: Reply, name: str) -> list[Thing]:
    """The objects of a list in a reply. Errors: SourceBroken where there is none."""
    found = reply.data.get(name) if isinstance(reply.data, dict) else None
    if not isinstance(found, list):
        raise SourceBroken(
            "the server does not answer as Redmine does: no list where one should be"
        )
    return [each for each in found if isinstance(each, dict)]


def stage_in(status: Thing) -> str:
    """How far a status brings an issue; one that is open and says nothing is work under way."""
    told = stage_of(str(status.get("name") or ""))
    if status.get("is_closed"):
        return "dropped" if told == "dropped" else "done"
    return told or "doing"


def _names(things: list[Thing]) -> dict[str, str]:
    return {str(each.get("id")): str(each.get("name") or "") for each in things}
