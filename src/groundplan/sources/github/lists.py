"""Runs with their jobs, deployments, releases and milestones: the newest first, while they move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from groundplan.facts.raw import Told
from groundplan.sources.github import queries
from groundplan.sources.github.asking import HEADERS, Asking
from groundplan.sources.github.graphql import DEPLOYMENT_PAGE, read_list
from groundplan.sources.github.nodes import read_page
from groundplan.sources.github.shape import (
    GONE,
    JOB_PAGE,
    MILESTONE_PAGE,
    RELEASE_PAGE,
    RUN_PAGE,
)
from groundplan.sources.github.states import deployment_state, is_open, run_status
from groundplan.sources.http.replies import PageSize, Reply, Request
from groundplan.sources.http.sync import Page
from groundplan.terms.errors import SourceBroken

AT_ONCE: Final = 100
DEPLOYMENTS_AT_ONCE: Final = 50
MOVES_FOR: Final = timedelta(days=30)  # so long GitHub lets a run be repeated
LOOKED_WIDE: Final = timedelta(days=7)  # so often runs are read back that far


def read_runs(asking: Asking, jobs_since: str) -> Iterator[Page]:
    """Runs, the newest first, back to the oldest that had not ended; and the jobs of each.

    jobs_since: no jobs of earlier runs are asked for, as each run costs a request.
    """
    place = asking.place("runs")
    if "page" not in place:
        _begin_runs(asking, place)
    yield from _read_jobs(asking, place)
    with asking.progress.stage(f"{asking.name}: reading CI runs", None, "runs") as stage:
        before, more = b"", True
        while more:
            number, since = place["page"], place["seen"]
            etag = place.get("etag", "") if number == 1 and not place.get("deep") else ""
            reply = asking.get(asking.of_repo("actions/runs"), etag, per_page=AT_ONCE, page=number)
            if reply.unchanged:
                place.pop("page")
                yield Page([], asking.state)
                return
            if reply.body == before:
                raise SourceBroken(f"{asking.name}: the list of runs does not go on")
            before, runs = reply.body, _objects(reply, "workflow_runs")
            more = _turn_runs(place, reply, runs, jobs_since)
            told = asking.told(RUN_PAGE, reply, page=number, since=since)
            news = any(_text(run, "updated_at") >= since for run in runs)
            yield Page([told] if news else [], asking.state)
            yield from _read_jobs(asking, place)
            stage.advance(len(runs))


def _begin_runs(asking: Asking, place: dict[str, Any]) -> None:
    now = asking.client.now()
    wide = place.get("wide_at")
    if wide is None or now - datetime.fromisoformat(wide) > LOOKED_WIDE:
        place.update(wide_at=now.isoformat(), deep=True)
        floor = (now - MOVES_FOR).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        place["floor"] = min(place.get("floor", ""), floor)
    place.update(page=1, next_floor="", seen=place.get("mark", ""), deep_next=False)


def _turn_runs(
    place: dict[str, Any], reply: Reply, runs: list[dict[str, Any]], jobs_since: str
) -> bool:
    """Take one page into account; whether to go on."""
    floor = place.get("floor", "")
    for run in runs:
        made, changed = _text(run, "created_at"), _text(run, "updated_at")
        status = run_status(run.get("status"))
        moving = is_open(status)
        if moving or not place["next_floor"]:
            place["next_floor"] = min(place["next_floor"] or made, made)
        if moving and place["page"] > 1:
            place["deep_next"] = True
        known = changed <= place["seen"]
        if made >= jobs_since and status != "waiting" and (moving or not known):
            place.setdefault("jobs", []).append(run.get("id"))
        place["mark"] = max(place.get("mark", ""), changed)
    if place["page"] == 1:
        place["etag"] = reply.etag
    oldest = min((_text(run, "created_at") for run in runs), default="")
    if reply.next and runs and oldest >= floor:
        place["page"] += 1
        return True
    place.update(floor=place.pop("next_floor") or floor, deep=place.pop("deep_next"))
    place.pop("page")
    place.pop("seen")
    return False


def _read_jobs(asking: Asking, place: dict[str, Any]) -> Iterator[Page]:
    waiting = place.setdefault("jobs", [])
    while waiting:
        path = asking.of_repo(f"actions/runs/{waiting[0]}/jobs")
        number, replies = 1, []
        while number:
            asked: dict[str, Any] = {"filter": "all", "per_page": AT_ONCE, "page": number}
            reply = asking.get(path, expect=(404, 410), **asked)
            if reply.status == 200:  # a run may be deleted meanwhile
                replies.append(asking.told(JOB_PAGE, reply, run=waiting[0], page=number))
            number = number + 1 if reply.next else 0
        waiting.pop(0)
        yield Page(replies, asking.state)


def read_deployments(asking: Asking) -> Iterator[Page]:
    """Deployments with their states, the newest first, back to the oldest still under way."""
    place = asking.place("deployments")
    if "after" not in place:
        place.update(after=None, next_floor="")
    oldest_open = (asking.client.now() - MOVES_FOR).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    size = PageSize(DEPLOYMENTS_AT_ONCE)
    more = True
    while more:
        after = place["after"]
        reply = asking.query(queries.DEPLOYMENTS, size, after=after)
        page = read_list(reply.data, DEPLOYMENT_PAGE)
        found = [node for node in page.nodes if isinstance(node, dict)]
        info = page.page_info
        for node in found:
            made = _text(node, "createdAt")
            if not place["next_floor"] or (made > oldest_open and _under_way(node)):
                place["next_floor"] = min(place["next_floor"] or made, made)
        oldest = min((_text(node, "createdAt") for node in found), default="")
        more = info.has_next_page and bool(found) and oldest >= place.get("floor", "")
        place["after"] = info.end_cursor
        if not more:
            place["floor"] = place.pop("next_floor") or place.get("floor", "")
            place.pop("after")
        told = [asking.told(DEPLOYMENT_PAGE, reply, after=after or "")] if found else []
        yield Page(told, asking.state)


def _under_way(node: dict[str, Any]) -> bool:
    states = read_page(node, "statuses", "nodes") or []
    told = [_text(state, "state") for state in states if isinstance(state, dict)]
    return not told or is_open(deployment_state(told[0]))


def read_releases(asking: Asking) -> Iterator[Page]:
    """Releases: all of them, if the list has changed."""
    yield from _read_whole(asking, "releases", RELEASE_PAGE, "release", {})


def read_milestones(asking: Asking) -> Iterator[Page]:
    """Milestones: all of them, if the list has changed."""
    yield from _read_whole(asking, "milestones", MILESTONE_PAGE, "milestone", {"state": "all"})


def _read_whole(
    asking: Asking, name: str, kind: str, what: str, params: dict[str, Any]
) -> Iterator[Page]:
    """A short list; what it does not have any more is gone. Read anew after a kill."""
    place = asking.place(name)
    path = asking.of_repo(name)
    first = Request(path, {"per_page": AT_ONCE, **params}, None, HEADERS, place.get("etag", ""))
    replies: list[Told] = []
    ids: list[int] = []
    etag = ""
    for number, reply in enumerate(asking.client.pages(first), 1):
        if reply.unchanged:
            return
        etag = etag or reply.etag
        replies.append(asking.told(kind, reply, page=number))
        ids += [one["id"] for one in _objects(reply, "") if isinstance(one.get("id"), int)]
    gone = sorted(set(place.get("ids", ())) - set(ids))
    if gone:
        replies.append(tell_gone(asking, what, gone))
    place.update(etag=etag, ids=ids)
    yield Page(replies, asking.state)


def tell_gone(asking: Asking, what: str, gone: list[Any], moved_to: str = "") -> Told:
    """A reply of our own: what was found to be no more, and when."""
    body = {
        "what": what, "gone": gone, "moved_to": moved_to,
        "seen_at": asking.client.now().isoformat(),
    }  # fmt: skip
    return Told(GONE, msgspec.json.encode(body), asking.about())


def _text(thing: dict[str, Any], name: str) -> str:
    return str(thing.get(name) or "")


def _objects(reply: Reply, name: str) -> list[dict[str, Any]]:
    found = reply.data.get(name) if name and isinstance(reply.data, dict) else reply.data
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
