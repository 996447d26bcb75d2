"""Pull requests and issues with their threads: all of them once, then what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from groundplan.facts.host import ISSUE, PULL
from groundplan.facts.raw import Told
from groundplan.sources.github import queries
from groundplan.sources.github.asking import Asking
from groundplan.sources.github.graphql import (
    ISSUE_PAGE,
    LISTS,
    ONE_ISSUE,
    ONE_PULL,
    PULL_PAGE,
    THREAD_REST,
    read_list,
)
from groundplan.sources.github.nodes import PageInfo, read_as, read_page
from groundplan.sources.http.replies import PageSize, Reply
from groundplan.sources.http.sync import Page
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Stage

FEW: Final = 10  # asked first when looking for news
SLACK: Final = timedelta(minutes=2)  # between GitHub's machines
REST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One of the two lists. one: the kind of a single node; query, query_one: their questions.

    many: nodes a page, such that GitHub answers within ten seconds.
    """

    name: str
    kind: str
    one: str
    thread: str
    query: Callable[[Collection[str]], str]
    query_one: Callable[[Collection[str]], str]
    many: int


PULLS: Final = Part("pulls", PULL_PAGE, ONE_PULL, PULL, queries.list_pulls, queries.one_pull, 50)
ISSUES: Final = Part(
    "issues", ISSUE_PAGE, ONE_ISSUE, ISSUE, queries.list_issues, queries.one_issue, 100
)


def read_changes(asking: Asking, part: Part) -> Iterator[Page]:
    """All nodes in the order of their creation; then, and from then on, those that changed.

    A node that changes while the first reading is under way has changed since it began, so the
    second one finds it; pages that shift meanwhile can only repeat a node.
    """
    place = asking.place(part.name)
    if not place.get("read"):
        yield from _Reading(asking, part, place).read_all()
    yield from _Reading(asking, part, place).read_news()


def read_missed(asking: Asking, part: Part, numbers: Collection[str]) -> Iterator[Page]:
    """Single nodes that no reading of changes brought."""
    reading = _Reading(asking, part, asking.place(part.name))
    for number in numbers:
        reply = asking.query(part.query_one(asking.lacks), number=int(number))
        field = {PULL: "pullRequest", ISSUE: "issue"}[part.thread]
        node = read_page(reply.data, "data", "node", field)
        reading.note_long([node] if isinstance(node, dict) else [])
        yield Page([asking.told(part.one, reply, number=number)], asking.state)
        yield from reading.rest_of_threads()


@dataclass(slots=True)
class _Reading:
    asking: Asking
    part: Part
    place: dict[str, Any]

    def read_all(self) -> Iterator[Page]:
        """The oldest first: what comes meanwhile comes last, and a place in the list stays."""
        size, place = PageSize(self.part.many), self.place
        yield from self.rest_of_threads()
        with ExitStack() as under_way:
            stage, more = None, True
            while more:
                reply = self._ask(size, "CREATED_AT", "ASC")
                found = self._nodes(reply)
                now = self.asking.client.now()
                place.setdefault("begun", _server_time(reply, now))
                more = self._turn_page(reply)
                if stage is None:
                    stage = under_way.enter_context(self._stage(place["total"] - place["done"]))
                place["done"] += len(found)
                if not more:
                    place.update(read=True, mark=place.pop("begun"), at=[])
                    place["swept_at"] = now.isoformat()
                    place.pop("after", None)
                self.note_long(found)
                yield Page([self._told(reply, "")], self.asking.state)
                yield from self.rest_of_threads()
                stage.advance(len(found))

    def read_news(self) -> Iterator[Page]:
        """The last changed first, until what is known."""
        size = PageSize(FEW, self.part.many)
        mark, known = self.place["mark"], set(self.place.get("at", ()))
        yield from self.rest_of_threads()
        more = True
        while more:
            reply = self._ask(size, "UPDATED_AT", "DESC")
            found = self._nodes(reply)
            news = [node for node in found if _changed(node) >= mark]
            fresh = [n for n in news if _changed(n) > mark or n.get("number") not in known]
            if "next" not in self.place:
                self.place["next"] = max((_changed(node) for node in news), default=mark)
                self.place["next_at"] = []
            top = self.place["next"]
            self.place["next_at"] += [n.get("number") for n in news if _changed(n) == top]
            more = self._turn_page(reply) and len(news) == len(found) and bool(fresh)
            if not more:
                self.place.update(mark=self.place.pop("next"), at=self.place.pop("next_at"))
                self.place.pop("after", None)
            self.note_long(fresh)
            yield Page([self._told(reply, mark)] if fresh else [], self.asking.state)
            yield from self.rest_of_threads()
            size = size if size.now > FEW else PageSize(self.part.many)

    def _ask(self, size: PageSize, by: str, way: str) -> Reply:
        return self.asking.query(
            self.part.query(self.asking.lacks), size,
            after=self.place.get("after"), by=by, way=way,
        )  # fmt: skip

    def _nodes(self, reply: Reply) -> list[dict[str, Any]]:
        found = read_page(reply.data, "data", "node", LISTS[self.part.kind], "nodes")
        return [node for node in found or () if isinstance(node, dict)]

    def _turn_page(self, reply: Reply) -> bool:
        """Go on to the next page; whether there is one."""
        page = read_list(reply.data, self.part.kind)
        info = page.page_info
        self.place["total"] = page.total_count
        self.place.setdefault("done", 0)
        if info.has_next_page and info.end_cursor == self.place.get("after"):
            raise SourceBroken(f"{self.asking.name}: the list of {self.part.name} does not go on")
        self.place["after"] = info.end_cursor
        return info.has_next_page and info.end_cursor is not None

    def _told(self, reply: Reply, since: str) -> Told:
        return self.asking.told(self.part.kind, reply, since=since)

    def note_long(self, found: list[dict[str, Any]]) -> None:
        """Remember the threads of which a page holds only the beginning."""
        long = self.place.setdefault("long", [])
        for node in found:
            info = read_page(node, "timelineItems", "pageInfo") or {}
            if info.get("hasNextPage") and info.get("endCursor") and "number" in node:
                long.append([node["number"], info["endCursor"]])

    def rest_of_threads(self) -> Iterator[Page]:
        """What is missing of long threads, a page at a time."""
        long = self.place.setdefault("long", [])
        text = queries.rest_of_thread(self.part.thread, self.asking.lacks)
        field = {PULL: "pullRequest", ISSUE: "issue"}[self.part.thread]
        size = PageSize(REST_AT_ONCE)
        while long:
            number, after = long[0]
            reply = self.asking.query(text, size, number=number, after=after)
            found = read_page(reply.data, "data", "node", field, "timelineItems", "pageInfo")
            info = read_as(found, PageInfo)
            if info.has_next_page and info.end_cursor:
                long[0] = [number, info.end_cursor]
            else:
                long.pop(0)
            told = self.asking.told(
                THREAD_REST, reply, thread=self.part.thread, number=number, after=after
            )
            yield Page([told], self.asking.state)

    def _stage(self, left: int) -> Stage:
        name = f"{self.asking.name}: reading {self.part.name}"
        return self.asking.progress.stage(name, max(0, left), self.part.name)


def _changed(node: dict[str, Any]) -> str:
    return str(node.get("updatedAt") or "")


def _server_time(reply: Reply, now: datetime) -> str:
    """When the server began to answer, a little earlier, as it writes times."""
    at = (reply.date or now).astimezone(UTC)
    return (at - SLACK).strftime("%Y-%m-%dT%H:%M:%SZ")
