"""Issues with their history: all of them once, then what has changed; versions and sprints."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from groundplan.facts.host import THREAD_EVENTS
from groundplan.facts.raw import Told
from groundplan.sources.http.replies import PageSize, Request
from groundplan.sources.http.rows import moment
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.jira.asking import Asking, objects
from groundplan.sources.jira.listing import Search
from groundplan.sources.jira.people import account_changes, users_in
from groundplan.sources.jira.shape import ISSUE_PAGE, SPRINT_PAGE, VERSION_PAGE

SLACK: Final = timedelta(minutes=5)  # so late an issue may come into the index
MOST_MISSED: Final = 500  # asked for one by one
KEYS_AT_ONCE: Final = 1_000
MANY: Final = 40  # changes; Cloud tells no more with an issue, and its total need not be right
_FIELDS: Final = (
    "summary", "status", "resolution", "created", "updated", "creator", "reporter", "assignee",
    "labels", "priority", "issuetype", "parent", "fixVersions", "issuelinks", "comment", "worklog",
    "timeoriginalestimate",
)  # fmt: skip
# Texts that no fact is made of; they are not kept.
_TEXTS: Final = frozenset(("description", "environment", "Comment"))
# An issue that was told anew since it was gone is there again.
_ALIVE: Final = """
select key from {thread_events} group by key
having coalesce(max(seen) filter (where event_id like 'gone:%'), 0)
  <= coalesce(max(seen) filter (where what = 'told'), 0)
"""


def read_issues(asking: Asking) -> Iterator[Page]:
    """All issues in the order of their creation; then, and from then on, those that changed."""
    place = asking.place("issues")
    if not place.get("read"):
        yield from _read_all(asking, place)
    yield from _read_news(asking, place)


def _read_all(asking: Asking, place: dict[str, Any]) -> Iterator[Page]:
    place.setdefault("begun", asking.server_now.isoformat())
    order = "order by created ASC, key ASC"
    search = _search(asking, f"{_scope(asking)} {order}", place.setdefault("page", {}))
    with asking.progress.stage(f"{asking.key}: reading issues", None, "issues") as stage:
        for issues in search.pages():
            told = _keep(asking, issues)
            if place["page"].get("done"):
                place.update(read=True, mark=place.pop("begun"), at={})
                place.pop("page")
                yield Page(told, asking.state)
                return
            yield Page(told, asking.state)
            stage.advance(len(issues))


def _read_news(asking: Asking, place: dict[str, Any]) -> Iterator[Page]:
    """What changed, the first changed first. Times are asked for by how long ago they were.

    A date in a question would be taken for one in the time zone of whoever asks.
    """
    mark = datetime.fromisoformat(place["mark"])
    ago = math.ceil(((asking.server_now - mark) + SLACK) / timedelta(minutes=1))
    jql = f'{_scope(asking)} and updated >= "-{max(ago, 1)}m" order by updated ASC, key ASC'
    search = _search(asking, jql, {})
    known: dict[str, str] = dict(place["at"])
    with asking.progress.stage(f"{asking.key}: reading changes", None, "issues") as stage:
        for issues in search.pages():
            fresh = [each for each in issues if known.get(str(each.get("key"))) != _changed(each)]
            known.update((str(each.get("key")), _changed(each)) for each in fresh)
            times = [at for each in fresh if (at := moment(_changed(each))) is not None]
            newest = max((at.replace(tzinfo=UTC) for at in times), default=mark)
            mark = max(mark, min(newest, asking.server_now))
            place.update(mark=mark.isoformat(), at=_recent(known, mark))
            yield Page(_keep(asking, fresh), asking.state)
            stage.advance(len(fresh))


def _recent(known: dict[str, str], mark: datetime) -> dict[str, str]:
    """Those that the next question will bring again, unchanged."""
    since = (mark - SLACK - timedelta(minutes=2)).replace(tzinfo=None)
    return {key: told for key, told in known.items() if (moment(told) or since) >= since}


def _scope(asking: Asking) -> str:
    return f"project = {asking.state['project']['id']}"


def _search(asking: Asking, jql: str, place: dict[str, Any]) -> Search:
    own = (field for field in asking.state["fields"].values() if field)
    return Search(asking, jql, ",".join((*_FIELDS, *own)), place, "changelog")


def _keep(asking: Asking, issues: list[dict[str, Any]]) -> list[Told]:
    """Issues as one reply to be kept, each with all of its history."""
    if not issues:
        return []
    whole = [_complete(asking, issue) for issue in issues]
    body = msgspec.json.encode({"issues": whole, "people": _others(asking, whole)})
    return [Told(ISSUE_PAGE, body, asking.about(whole))]


def _others(asking: Asking, issues: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The accounts that changelogs name and nothing else on the page tells.

    Without them one person would be two accounts, of which an erasure would cover one.
    """
    here = users_in(issues)
    asking.users.update(here)
    named = {str(item[side]) for item, side, _ in account_changes(issues)}
    found = (asking.find_user(number) for number in sorted(named - set(here)))
    return [user for user in found if user is not None]


def _complete(asking: Asking, issue: dict[str, Any]) -> dict[str, Any]:
    """The issue with the rest of its lists, and without texts that no fact is made of."""
    fields = issue.get("fields") or {}
    path = asking.rest(f"issue/{issue.get('id')}")
    log = issue.get("changelog") or {}
    if asking.cloud and _is_cut(log, "histories", MANY):
        rows = [dict(row) for row in asking.rows(f"{path}/changelog", "values")]
        issue["changelog"] = {"histories": rows, "total": len(rows)}
    for name, rows_name in (("comment", "comments"), ("worklog", "worklogs")):
        if _is_cut(fields.get(name) or {}, rows_name):
            rows = list(asking.rows(f"{path}/{name}", rows_name))
            fields[name] = {rows_name: rows, "total": len(rows)}
        for row in (fields.get(name) or {}).get(rows_name) or ():
            for text in ("body", "comment", "renderedBody"):
                row.pop(text, None)
    for history in (issue.get("changelog") or {}).get("histories") or ():
        for item in history.get("items") or ():
            if item.get("field") in _TEXTS:
                item.update({"from": None, "fromString": None, "to": None, "toString": None})
    return issue


def _is_cut(told: dict[str, Any], rows: str, many: int = 0) -> bool:
    count = len(told.get(rows) or ())
    return int(told.get("total") or 0) > count or bool(many and count >= many)


def _changed(issue: dict[str, Any]) -> str:
    return str((issue.get("fields") or {}).get("updated") or "")


def read_versions(asking: Asking) -> Iterator[Page]:
    """The versions of the project; those that are no more leave tombstones."""
    reply = asking.get(asking.rest(f"project/{asking.state['project']['id']}/versions"))
    told = [Told(VERSION_PAGE, reply.body, {"host": asking.host})]
    names = {f"version:{each.get('id')}" for each in objects(reply.data)}
    yield Page(told + _vanished(asking, "versions", names), asking.state)


def read_sprints(asking: Asking) -> Iterator[Page]:
    """The sprints of the project's boards, each once."""
    sprints: dict[Any, dict[str, Any]] = {}
    project = asking.state["project"]["id"]
    boards = asking.rows("rest/agile/1.0/board", "values", projectKeyOrId=project, type="scrum")
    for board in list(boards):
        path = f"rest/agile/1.0/board/{board.get('id')}/sprint"
        for sprint in asking.rows(path, "values"):
            sprint.pop("goal", None)
            sprints[sprint.get("id")] = sprint
    body = msgspec.json.encode({"values": [sprints[each] for each in sorted(sprints, key=str)]})
    told = [Told(SPRINT_PAGE, body, {"host": asking.host})]
    names = {f"sprint:{each}" for each in sprints}
    yield Page(told + _vanished(asking, "sprints", names), asking.state)


def _vanished(asking: Asking, name: str, now: Collection[str]) -> list[Told]:
    place = asking.place(name)
    gone = sorted(set(place.get("ids", ())) - set(now))
    place["ids"] = sorted(now)
    return [asking.tell_gone(name, gone)] if gone else []


def sweep(asking: Asking, known: Known) -> Iterator[Page]:
    """Compare how many issues there are with how many are known; look which, where they differ."""
    place = asking.place("issues")
    alive = {row[0] for row in known(_ALIVE, THREAD_EVENTS)}
    total = _count(asking)
    same = total == len(alive) or place.get("swept") == [total, len(alive)]
    if same and not place.pop("renamed", False):
        return
    there = set(_keys(asking))
    gone = sorted(alive - there)
    if gone:
        moved = {key: to for key in gone if (to := _where(asking, key))}
        yield Page([asking.tell_gone("issue", gone, moved)], asking.state)
    missed = sorted(there - alive)
    if len(missed) > MOST_MISSED:
        note = f"{asking.key}: {len(missed):,} issues were missed; the next reading reads all"
        asking.progress.note(note)
        place.clear()
    else:
        for key in missed:
            params = {"fields": _search(asking, "", {}).fields, "expand": "changelog"}
            found = asking.find(asking.rest(f"issue/{key}"), **params)
            yield Page(_keep(asking, [found] if found else []), asking.state)
        place["swept"] = [total, len(there)]
    yield Page([], asking.state)


def _count(asking: Asking) -> int:
    """How many issues there are; on Cloud about as many."""
    if asking.cloud:
        body = {"jql": _scope(asking)}
        asked = Request(asking.rest("search/approximate-count"), body=body)
        data = asking.client.send(asked).data
        return int(data.get("count", 0)) if isinstance(data, dict) else 0
    data = asking.get(asking.rest("search"), jql=_scope(asking), maxResults=0).data
    return int(data.get("total", 0)) if isinstance(data, dict) else 0


def _keys(asking: Asking) -> Iterator[str]:
    order = "order by created ASC, key ASC"
    search = Search(asking, f"{_scope(asking)} {order}", "id", {})
    search.size = PageSize(KEYS_AT_ONCE)
    for issues in search.pages():
        yield from (str(issue["key"]) for issue in issues if "key" in issue)


def _where(asking: Asking, key: str) -> str:
    """The new key of an issue that was moved: Jira answers by it when asked for the old one."""
    found = (asking.find(asking.rest(f"issue/{key}"), fields="project") or {}).get("key")
    return str(found) if found and found != key else ""
