"""What reading the changes cannot see: issues that were deleted or moved to another repository."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from groundplan.facts.host import PULLS, THREAD_EVENTS
from groundplan.sources.github import changes, queries
from groundplan.sources.github.asking import Asking
from groundplan.sources.github.changes import Part, read_missed
from groundplan.sources.github.lists import tell_gone
from groundplan.sources.github.nodes import PageInfo, read_as, read_page
from groundplan.sources.http.replies import PageSize
from groundplan.sources.http.sync import Known, Page

AT_ONCE: Final = 100
LOOKS_ANYWAY: Final = timedelta(days=30)  # one gone and one missed leave the count as it was
MOST_MISSED: Final = 500  # asked for one by one
# An issue that was told anew since it was gone is there again.
_ISSUES: Final = """
select key from {thread_events} where thread = 'issue' group by key
having coalesce(max(seen) filter (where what in ('deleted', 'transferred')
    and (event_id like 'gone:%' or event_id like 'push:%')), 0)
  <= coalesce(max(seen) filter (where what = 'told'), 0)
"""
_PULLS: Final = """
select key from {pulls} group by key having max_by(state, (updated_at, seen)) <> 'gone'
"""


def sweep(asking: Asking, known: Known) -> Iterator[Page]:
    """Compare how many there are with how many are known; look which, only where they differ."""
    issues = {row[0] for row in known(_ISSUES, THREAD_EVENTS)}
    yield from _sweep(asking, changes.ISSUES, "issues", issues)
    pulls = {row[0] for row in known(_PULLS, PULLS)}
    yield from _sweep(asking, changes.PULLS, "pullRequests", pulls)


def _sweep(asking: Asking, part: Part, field: str, alive: set[str]) -> Iterator[Page]:
    name, place = part.name, asking.place(part.name)
    total = place.get("total")
    now = asking.client.now()
    last = datetime.fromisoformat(place.get("swept_at") or now.isoformat())
    as_counted = total == len(alive) or place.get("swept") == [total, len(alive)]
    if total is None or (as_counted and now - last <= LOOKS_ANYWAY):
        return
    place["swept_at"] = now.isoformat()
    there = set(_numbers(asking, field))
    for number in sorted(alive - there, key=int):
        if name == "issues":
            yield Page([_look(asking, number)], asking.state)
        else:
            yield Page([tell_gone(asking, "pull", [number])], asking.state)
    missed = sorted(there - alive, key=int)
    if len(missed) > MOST_MISSED:
        note = f"{asking.name}: {len(missed):,} {name} were missed; the next reading reads all"
        asking.progress.note(note)
        place.clear()
    else:
        yield from read_missed(asking, part, missed)
        place["swept"] = [total, len(there)]
    yield Page([], asking.state)


def _numbers(asking: Asking, field: str) -> Iterator[str]:
    size, after, more = PageSize(AT_ONCE), None, True
    title = f"{asking.name}: looking what is still there"
    with asking.progress.stage(title, None, "numbers") as stage:
        while more:
            reply = asking.query(queries.NUMBERS[field], size, after=after)
            found: dict[str, Any] = read_page(reply.data, "data", "node", field) or {}
            nodes = [node for node in found.get("nodes") or () if isinstance(node, dict)]
            yield from (str(node["number"]) for node in nodes if "number" in node)
            info = read_as(found.get("pageInfo"), PageInfo)
            after, more = info.end_cursor, info.has_next_page
            stage.advance(len(nodes))


def _look(asking: Asking, number: str) -> Any:
    """Where an issue went: GitHub sends on to the new place of one that was moved."""
    path = asking.of_repo(f"issues/{number}")
    reply = asking.get(path, expect=(301, 302, 307, 404, 410))
    moved_to = reply.headers.get("location", "") if reply.status < 400 else ""
    return tell_gone(asking, "issue", [number], moved_to.partition("/repos/")[2] or moved_to)
