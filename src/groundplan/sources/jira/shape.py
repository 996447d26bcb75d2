"""Jira's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from groundplan.facts.host import ISSUE, MILESTONES, THREAD_EVENTS
from groundplan.facts.raw import RawReply
from groundplan.sources.github.graphql import Unreadable, required
from groundplan.sources.github.rest import milestone_row, tell_gone_milestone
from groundplan.sources.github.threads import Thread, moment
from groundplan.sources.http.shaped import ItemTold, Shaped, item_event
from groundplan.sources.jira.items import Place, tell_issue
from groundplan.sources.jira.objects import Issue, Sprint, Version
from groundplan.sources.jira.people import people_in

FORM: Final = 1  # raised when the same replies would come to other rows

ISSUE_PAGE: Final = "jira/issues"
VERSION_PAGE: Final = "jira/versions"
SPRINT_PAGE: Final = "jira/sprints"
GONE: Final = "jira/gone"

_LISTS: Final[Mapping[str, str]] = {ISSUE_PAGE: "issues", SPRINT_PAGE: "values"}
# Data Center tells a sprint as its server prints the object.
_PRINTED: Final = re.compile(r"\bname=(.*?),(?:startDate|goal|endDate|completeDate|sequence)=")


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply. `about` says the host, stages of statuses, names of fields."""
    shaped = Shaped()
    try:
        found: Any = msgspec.json.decode(reply.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        shaped.reject(reply.kind, "the whole reply", "no JSON")
        return shaped
    if reply.kind == GONE:
        _tell_gone(shaped, found, str(reply.about["host"]))
        return shaped
    tell = _tellers(shaped, reply.about, found).get(reply.kind)
    if reply.kind in _LISTS and isinstance(found, dict):
        found = found.get(_LISTS[reply.kind])
    if tell is None or not isinstance(found, list):
        reason = "unknown kind of reply" if tell is None else "no list in it"
        shaped.reject(reply.kind, "the whole reply", reason)
        return shaped
    for nr, value in enumerate(found):
        try:
            tell(value)
        except (msgspec.ValidationError, Unreadable) as error:
            shaped.reject(reply.kind, _name(value, nr), str(error))
    return shaped


def _tellers(
    shaped: Shaped, about: Mapping[str, Any], found: Any
) -> dict[str, Callable[[Any], None]]:
    host = str(about["host"])
    place = Place(host, about.get("stages", {}), about.get("hours"), people_in(found, host))
    return {
        ISSUE_PAGE: lambda value: tell_issue(shaped, read_issue(value, about), place),
        VERSION_PAGE: lambda value: _tell_version(shaped, value),
        SPRINT_PAGE: lambda value: _tell_sprint(shaped, value),
    }


def read_issue(value: Any, about: Mapping[str, Any]) -> Issue:
    """An issue of a page. Errors: ValidationError, Unreadable for one whose history was cut."""
    issue = msgspec.convert(value, Issue)
    fields = value["fields"]
    total = issue.changelog.total
    if total is not None and total > len(issue.changelog.histories):
        raise Unreadable("its changelog was not told whole")
    epic = fields.get(about.get("epic") or "epic")
    epic = epic.get("key") if isinstance(epic, dict) else epic
    told = fields.get(about.get("sprint") or "sprint")
    sprints = told if isinstance(told, list) else [told]
    names = tuple(name for each in sprints if (name := _sprint_name(each)))
    return msgspec.structs.replace(issue, epic=str(epic or ""), sprints=names)


def _sprint_name(told: Any) -> str:
    if isinstance(told, dict):
        return str(told.get("name") or "")
    printed = _PRINTED.search(told) if isinstance(told, str) else None
    return printed[1] if printed else ""


def _tell_version(shaped: Shaped, value: Any) -> None:
    """The row of a version. Jira tells days; it was closed on the day of its release."""
    version = msgspec.convert(value, Version)
    due = moment(version.release_date)
    state = "closed" if version.released or version.archived else "open"
    name = f"version:{version.id}"
    row = milestone_row(name, version.name, state, due, closed=due if version.released else None)
    shaped.add(MILESTONES, {**row, "started_at": moment(version.start_date)})


def _tell_sprint(shaped: Shaped, value: Any) -> None:
    sprint = msgspec.convert(value, Sprint)
    state = "closed" if sprint.state.lower() == "closed" else "open"
    row = milestone_row(
        f"sprint:{sprint.id}", sprint.name, state, moment(sprint.end_date),
        moment(sprint.created_date), moment(sprint.complete_date),
    )  # fmt: skip
    shaped.add(MILESTONES, {**row, "started_at": moment(sprint.start_date)})


def _tell_gone(shaped: Shaped, told: Any, host: str) -> None:
    """Tombstones, from what a sweep found: things that were known and are no more."""
    at = required(told["seen_at"])
    for name in told["gone"]:
        if told["what"] != ISSUE:
            tell_gone_milestone(shaped, str(name))
            continue
        moved_to = str(told["moved_to"].get(name, ""))
        said = "transferred" if moved_to else "deleted"
        thread = Thread(ISSUE, name, host)
        shaped.add(THREAD_EVENTS, thread.row(f"gone:{at.isoformat()}", at, said, value=moved_to))
        shaped.items[name] = ItemTold([item_event(at, "deleted")], whole=False)


def _name(value: Any, nr: int) -> str:
    name = value.get("key") or value.get("id") if isinstance(value, dict) else None
    return str(name or f"nr {nr}")
