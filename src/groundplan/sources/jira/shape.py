"""Jira's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from groundplan.facts.host import MILESTONES
from groundplan.facts.raw import RawReply
from groundplan.sources.http.rows import (
    Unreadable,
    milestone_row,
    moment,
    shape_gone,
    shape_json,
    tell_each,
)
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.jira.items import tell_issue, words_of
from groundplan.sources.jira.objects import Issue, Sprint, Version
from groundplan.sources.jira.people import people_in

FORM: Final = 2  # raised when the same replies would come to other rows

ISSUE_PAGE: Final = "jira/issues"
VERSION_PAGE: Final = "jira/versions"
SPRINT_PAGE: Final = "jira/sprints"
GONE: Final = "jira/gone"

_LISTS: Final[Mapping[str, str]] = {ISSUE_PAGE: "issues", SPRINT_PAGE: "values"}
# Data Center tells a sprint as its server prints the object.
_PRINTED: Final = re.compile(r"\bname=(.*?),(?:startDate|goal|endDate|completeDate|sequence)=")


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply. `about` says the host, stages of statuses, names of fields."""
    return shape_json(reply, partial(_tell, reply))


def _tell(reply: RawReply, shaped: Shaped, found: Any) -> None:
    if reply.kind == GONE:
        shape_gone(shaped, found, str(reply.about["host"]))
        return
    tell = _tellers(shaped, reply.about, found).get(reply.kind)
    if reply.kind in _LISTS and isinstance(found, dict):
        found = found.get(_LISTS[reply.kind])
    tell_each(shaped, reply.kind, found, tell, lambda one: one.get("key") or one.get("id"))


def _tellers(
    shaped: Shaped, about: Mapping[str, Any], found: Any
) -> dict[str, Callable[[Any], None]]:
    host = str(about["host"])
    words, hours = (
        words_of(host, about.get("stages", {}), people_in(found, host)),
        about.get("hours"),
    )
    return {
        ISSUE_PAGE: lambda value: tell_issue(shaped, read_issue(value, about), words, hours),
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
    shaped.add(MILESTONES, milestone_row(
        f"version:{version.id}", version.name, state, due,
        closed=due if version.released else None, started=moment(version.start_date),
    ))  # fmt: skip


def _tell_sprint(shaped: Shaped, value: Any) -> None:
    sprint = msgspec.convert(value, Sprint)
    state = "closed" if sprint.state.lower() == "closed" else "open"
    shaped.add(MILESTONES, milestone_row(
        f"sprint:{sprint.id}", sprint.name, state, moment(sprint.end_date),
        moment(sprint.created_date), moment(sprint.complete_date), moment(sprint.start_date),
    ))  # fmt: skip
