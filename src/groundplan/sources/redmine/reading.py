"""Issues with their journals by when they were made, then by when they changed; and what hangs on
them without changing them: working time, and their end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from groundplan.facts.host import THREAD_EVENTS
from groundplan.facts.host_items import WORKLOGS
from groundplan.facts.host_sql import HELD
from groundplan.sources.http.rows import moment
from groundplan.sources.http.sync import Known, Page
from groundplan.sources.http.walking import Thing, Walk
from groundplan.sources.redmine.asking import Asking, objects
from groundplan.sources.redmine.shape import ISSUE_PAGE, TIME_PAGE, VERSION_PAGE

AT_ONCE: Final = 20  # issues a page, as each costs a request
LOOKS_ANYWAY: Final = timedelta(days=1)
MOST_MISSED: Final = 500  # asked for one by one
# Texts that no fact is made of, and what says more of people than facts do; they are not kept.
_TEXTS: Final = ("description", "notes", "comments", "custom_fields", "mail", "attachments")
_DETAILS: Final = frozenset(("attr", "relation"))
_LONG: Final = frozenset(("description",))
# An issue that was told anew since it was gone is there again.
_ALIVE: Final = """
select key from {thread_events} group by key
having coalesce(max(seen) filter (where event_id like 'gone:%'), 0)
  <= coalesce(max(seen) filter (where what = 'told'), 0)
"""
_TIMES: Final = f"select key, worklog_id, hours, started_at from ({HELD[WORKLOGS.name]})"


def read_issues(asking: Asking) -> Iterator[Page]:
    """All issues once; then, and from then on, those that changed."""

    def ask(by: str, since: str, page: int) -> list[Thing]:
        asked: dict[str, Any] = {**_scope(asking), "sort": f"{by}:asc,id:asc"}
        if at := moment(since):
            asked[by] = f">={at:%Y-%m-%dT%H:%M:%SZ}"  # in no other form does it know a zone
        return asking.page("issues", "issues", page, AT_ONCE, **asked)

    walk = Walk("id", "created_on", "updated_on", AT_ONCE, ask)
    with asking.progress.stage(f"{asking.name}: reading issues", None, "issues") as stage:
        for fresh in walk.read(asking.place("issues"), asking.server_now):
            whole = [found for one in fresh if (found := _complete(asking, one["id"]))]
            yield Page(asking.told(ISSUE_PAGE, whole), asking.state)
            stage.advance(len(fresh))


def _scope(asking: Asking) -> dict[str, Any]:
    """Of the project itself, open and closed."""
    return {"project_id": asking.project, "subproject_id": "!*", "status_id": "*"}


def _complete(asking: Asking, number: Any) -> Thing | None:
    """An issue with its journals and relations; None if it is no more, or elsewhere now."""
    found = asking.find(f"issues/{number}", "issue", include="journals,relations")
    if found is None or (found.get("project") or {}).get("id") != asking.project:
        return None
    journals = [_journal(each) for each in found.get("journals") or () if isinstance(each, dict)]
    return {**_without_texts(found), "journals": journals}


def _journal(told: Thing) -> Thing:
    details = [
        each
        for each in told.get("details") or ()
        if each.get("property") in _DETAILS and each.get("name") not in _LONG
    ]
    commented = bool(str(told.get("notes") or "").strip())
    return {**_without_texts(told), "details": details, "commented": commented}


def _without_texts(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if name not in _TEXTS}


def read_versions(asking: Asking) -> Iterator[Page]:
    """The versions of the project; those that are no more leave tombstones."""
    place = asking.place("versions")
    mine = [_without_texts(one) for one in asking.versions if _is_mine(one, asking.project)]
    now = sorted(str(one.get("id")) for one in mine)
    gone = sorted(set(place.get("ids", ())) - set(now))
    place["ids"] = now
    told = asking.told(VERSION_PAGE, mine)
    yield Page([*told, *([asking.tell_gone("milestone", gone)] if gone else [])], asking.state)


def _is_mine(version: Thing, project: int) -> bool:
    """Whether a version is the project's own, not one that another shares with it."""
    return (version.get("project") or {}).get("id") == project


def read_times(asking: Asking, known: Known) -> Iterator[Page]:
    """Working time, which changes no issue: all of it, if its count or its newest has changed.

    Redmine finds no entries by when they changed, so that once a day all of them are asked for.
    """
    place, now = asking.place("times"), asking.client.now()
    scope: dict[str, Any] = {"project_id": asking.project, "subproject_id": "!*"}
    reply = asking.get("time_entries", limit=1, sort="created_on:desc", **scope)
    newest = objects(reply, "time_entries")
    count = int(reply.data.get("total_count") or 0)
    mark = [count, *(each.get("id") for each in newest)]
    looked = datetime.fromisoformat(place.get("looked_at") or now.isoformat())
    if place.get("mark") == mark and now - looked < LOOKS_ANYWAY:
        return
    entries: dict[str, list[Thing]] = defaultdict(list)
    with asking.progress.stage(f"{asking.name}: reading working time", count, "entries") as stage:
        for entry in asking.rows("time_entries", "time_entries", **scope):
            issue = (entry.get("issue") or {}).get("id")
            if issue is not None:
                entries[str(issue)].append(_without_texts(entry))
            stage.advance()
    told: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for key, number, hours, started in known(_TIMES, WORKLOGS):
        told[key].add((number, hours, f"{started:%Y-%m-%d}"))
    changed = [key for key in {*entries, *told} if told[key] != set(map(_time, entries[key]))]
    things = [{"id": int(key), "entries": entries[key]} for key in sorted(changed, key=int)]
    place.update(mark=mark, looked_at=now.isoformat())
    yield Page(asking.told(TIME_PAGE, things), asking.state)


def _time(entry: Thing) -> tuple[Any, ...]:
    return str(entry.get("id")), float(entry.get("hours") or 0), str(entry.get("spent_on"))


def sweep_issues(asking: Asking, known: Known) -> Iterator[Page]:
    """Compare how many issues there are with how many are known; look which, where they differ."""
    place = asking.place("issues")
    alive = {row[0] for row in known(_ALIVE, THREAD_EVENTS)}
    total = asking.count("issues", **_scope(asking))
    if total == len(alive) or place.get("swept") == [total, len(alive)]:
        return
    there = {str(one["id"]) for one in asking.rows("issues", "issues", sort="id", **_scope(asking))}
    for key in sorted(alive - there, key=int):
        yield Page([asking.tell_gone("issue", [key], _where(asking, key))], asking.state)
    missed = sorted(there - alive, key=int)
    if len(missed) > MOST_MISSED:
        note = f"{asking.name}: {len(missed):,} issues were missed; the next reading reads all"
        asking.progress.note(note)
        place.clear()
    else:
        for key in missed:
            found = _complete(asking, key)
            yield Page(asking.told(ISSUE_PAGE, [found] if found else []), asking.state)
        place["swept"] = [total, len(there)]
    yield Page([], asking.state)


def _where(asking: Asking, key: str) -> str:
    """The number of the project that an issue was moved to; "" if it is no more."""
    found = asking.find(f"issues/{key}", "issue")
    project = (found or {}).get("project") or {}
    return f"project {project['id']}" if found and project.get("id") != asking.project else ""
