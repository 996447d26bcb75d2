"""Everything by when it was made, then by when it changed: a place in time never shifts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from groundplan.facts.host import PULLS, THREAD_EVENTS
from groundplan.facts.kinds import FactKind
from groundplan.facts.raw import Told
from groundplan.sources.gitlab.people import mentions_in, users_in
from groundplan.sources.gitlab.shape import (
    DEPLOYMENT_PAGE,
    GONE,
    ISSUE_PAGE,
    MERGE_REQUEST_PAGE,
    PIPELINE_PAGE,
)
from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import Reply, Request
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.http.walking import Thing, Walk
from groundplan.terms.errors import SourceBroken
from groundplan.terms.progress import Progress

FEW, MANY = 20, 100  # things a page: those that cost requests each, and the others
LACKING: Final = (404,)  # of a part that is switched off; a 403 may be a rate limit
_COMMIT: Final = ("id", "title", "authored_date", "committed_date")
_TEXTS: Final = ("description", "description_html", "title_html", "message")
_ALIVE: Final[dict[str, tuple[str, FactKind]]] = {
    # An issue that was told anew since it was gone is there again.
    ISSUE_PAGE: (
        "select key from {thread_events} where thread = 'issue' group by key "
        "having coalesce(max(seen) filter (where event_id like 'gone:%'), 0) "
        "<= coalesce(max(seen) filter (where what = 'told'), 0)",
        THREAD_EVENTS,
    ),
    MERGE_REQUEST_PAGE: (
        "select key from {pulls} group by key having max_by(state, seen) <> 'gone'", PULLS,
    ),
}  # fmt: skip


@dataclass(slots=True)
class Asking:
    """A project that is read. host: where its accounts are known; state: how far it was read.

    users: the accounts met so far, by their logins; None for one that is no more.
    """

    client: Client
    progress: Progress
    host: str
    state: dict[str, Any]
    server_now: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    users: dict[str, Thing | None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The project's path as it is now."""
        return str(self.state["project"]["name"])

    def place(self, name: str) -> Thing:
        """How far one part was read; kept as the state is."""
        found: Thing = self.state.setdefault(name, {})
        return found

    def path(self, *parts: str | int) -> str:
        """A path below the project's."""
        return "/".join(("projects", str(self.state["project"]["id"]), *map(str, parts)))

    def get(
        self, path: str, *, etag: str = "", expect: tuple[int, ...] = (), **params: Any
    ) -> Reply:
        """An answer; the server's clock is read off it."""
        reply = self.client.send(Request(path, params=params, etag=etag, expect=expect))
        self.server_now = reply.date or self.client.now()
        return reply

    def all(self, path: str, **params: Any) -> list[Thing]:
        """A whole list; empty where the part is switched off."""
        asked = Request(path, params={"per_page": MANY, **params}, expect=LACKING)
        pages = self.client.pages(asked)
        return [one for reply in pages if reply.status not in LACKING for one in objects(reply)]

    def told(self, kind: str, things: list[Thing]) -> list[Told]:
        """Things as one reply to be kept, with the accounts that only words of theirs name.

        Without these one person would be two accounts, of which an erasure would cover one.
        """
        if not things:
            return []
        here = users_in(things)
        self.users.update(here)
        others = (self._find_user(login) for login in sorted(mentions_in(things) - set(here)))
        body = {"things": things, "people": [each for each in others if each is not None]}
        return [Told(kind, msgspec.json.encode(body), {"host": self.host})]

    def tell_gone(self, kind: str, gone: list[str]) -> list[Told]:
        """A reply of our own: what was found to be no more, and when."""
        if not gone:
            return []
        body = {"what": kind, "gone": gone, "seen_at": self.client.now().isoformat()}
        return [Told(GONE, msgspec.json.encode(body), {"host": self.host})]

    def _find_user(self, login: str) -> Thing | None:
        if login not in self.users:
            found = self.all("users", username=login)
            self.users[login] = found[0] if found else None
        return self.users[login]


def objects(reply: Reply) -> list[Thing]:
    """The objects of a page. Errors: SourceBroken where it is no list."""
    if not isinstance(reply.data, list):
        raise SourceBroken("the server does not answer as GitLab does: no list where one should be")
    return [each for each in reply.data if isinstance(each, dict)]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the lists that are read by time. many: a page; key: what a thing is known by.

    made: whether it can be asked for by when things were made; else only by when they changed.
    """

    kind: str
    path: str
    complete: Callable[[Asking, Thing], Thing]
    many: int = FEW
    key: str = "iid"
    made: bool = True
    params: tuple[tuple[str, str], ...] = (("state", "all"), ("scope", "all"))

    def read(self, asking: Asking) -> Iterator[Page]:
        """All things once; then, and from then on, those that changed."""

        def ask(by: str, since: str, page: int) -> list[Thing]:
            after = {by.replace("_at", "_after"): since} if since else {}
            asked: dict[str, Any] = {
                **dict(self.params), "order_by": by, "sort": "asc", "per_page": self.many,
                "page": page, **after,
            }  # fmt: skip
            return objects(asking.get(asking.path(self.path), **asked))

        walk = Walk(self.key, "created_at" if self.made else "", "updated_at", self.many, ask)
        with asking.progress.stage(f"{asking.name}: {self.path}", None, "things") as stage:
            for fresh in walk.read(asking.place(self.kind), asking.server_now):
                whole = [self.complete(asking, _without_texts(one)) for one in fresh]
                yield Page(asking.told(self.kind, whole), asking.state)
                stage.advance(len(fresh))


def _without_texts(thing: Thing) -> Thing:
    """The thing without texts that no fact is made of."""
    return {name: value for name, value in thing.items() if name not in _TEXTS}


def _complete_thread(asking: Asking, thing: Thing, path: str) -> Thing:
    at = asking.path(path, thing["iid"])
    notes = asking.all(f"{at}/notes", sort="asc", order_by="created_at")
    for note in notes:
        if not note.get("system"):
            note.pop("body", None)
    lists = {
        f"{name}_events": asking.all(f"{at}/resource_{name}_events")
        for name in ("state", "label", "milestone")
    }
    return {**thing, "notes": notes, **lists}


def _complete_issue(asking: Asking, thing: Thing) -> Thing:
    return _complete_thread(asking, thing, "issues")


def _complete_merge_request(asking: Asking, thing: Thing) -> Thing:
    whole = _complete_thread(asking, thing, "merge_requests")
    commits = asking.all(asking.path("merge_requests", thing["iid"], "commits"))
    whole["commits"] = [{name: one.get(name) for name in _COMMIT} for one in commits]
    return whole


def _complete_pipeline(asking: Asking, thing: Thing) -> Thing:
    """The pipeline with its jobs, if it is not older than jobs are asked for."""
    if str(thing.get("created_at")) < str(asking.state["jobs_since"]):
        return thing
    at = asking.path("pipelines", thing["id"])
    reply = asking.get(at, expect=LACKING)
    more = reply.data if reply.status == 200 and isinstance(reply.data, dict) else {}
    jobs = asking.all(f"{at}/jobs", include_retried="true")
    names = ("id", "name", "status", "created_at", "started_at", "finished_at", "pipeline")
    return {**thing, **more, "jobs": [{name: job.get(name) for name in names} for job in jobs]}


def _complete_deployment(_asking: Asking, thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if name != "deployable"}


MERGE_REQUESTS: Final = Part(MERGE_REQUEST_PAGE, "merge_requests", _complete_merge_request)
ISSUES: Final = Part(ISSUE_PAGE, "issues", _complete_issue)
PIPELINES: Final = Part(
    PIPELINE_PAGE, "pipelines", _complete_pipeline, key="id", made=False, params=()
)
DEPLOYMENTS: Final = Part(
    DEPLOYMENT_PAGE, "deployments", _complete_deployment, MANY, "id", made=False, params=()
)


def read_list(asking: Asking, kind: str, path: str, key: str) -> Iterator[Page]:
    """A list that is read whole if it changed; what is no more leaves a tombstone."""
    place = asking.place(kind)
    first = asking.get(asking.path(path), etag=place.get("etag", ""), per_page=MANY)
    if first.unchanged:
        return
    found = objects(first)
    etag = "" if first.next else first.etag
    if first.next:
        found = asking.all(asking.path(path))
    now = sorted(str(one.get(key)) for one in found)
    gone = sorted(set(place.get("ids", ())) - set(now))
    place.update(etag=etag, ids=now)
    things = [_without_texts(one) for one in found]
    yield Page(asking.told(kind, things) + asking.tell_gone(kind, gone), asking.state)


def sweep(asking: Asking, known: Known, part: Part) -> Iterator[Page]:
    """Compare how many there are with how many are known; look which, where they differ.

    GitLab counts no more than 10,000; beyond that what is deleted is not seen.
    """
    place, params = asking.place(part.kind), dict(part.params)
    reply = asking.get(asking.path(part.path), expect=LACKING, per_page=1, **params)
    told = reply.headers.get("x-total", "")
    sql, kind = _ALIVE[part.kind]
    alive = {row[0] for row in known(sql, kind)}
    if not told.isdigit() or place.get("swept") == [int(told), len(alive)]:
        return
    if int(told) != len(alive):
        there = {str(one["iid"]): one for one in asking.all(asking.path(part.path), **params)}
        yield Page(asking.tell_gone(part.kind, sorted(alive - set(there))), asking.state)
        for key in sorted(set(there) - alive, key=int):
            whole = part.complete(asking, _without_texts(there[key]))
            yield Page(asking.told(part.kind, [whole]), asking.state)
        place["swept"] = [int(told), len(there)]
        yield Page([], asking.state)
