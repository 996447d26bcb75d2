"""Redmine's replies as rows of facts. Pure: the same reply comes to the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import msgspec

from groundplan.facts.host import MILESTONES
from groundplan.facts.raw import RawReply
from groundplan.sources.http import changelogs
from groundplan.sources.http.beside import Link, Worklog, tell_links, tell_worklogs
from groundplan.sources.http.changelogs import Change, Comment, Ticket, Words, days, tell_ticket
from groundplan.sources.http.people import ERASED, NOBODY, Face
from groundplan.sources.http.rows import (
    milestone_row,
    moment,
    required,
    shape_gone,
    shape_json,
    tell_each,
)
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.redmine.objects import (
    Detail,
    Issue,
    Journal,
    Meanings,
    Relation,
    TimeEntries,
    Version,
)
from groundplan.sources.redmine.people import face, face_of, people_in

FORM: Final = 1  # raised when the same replies would come to other rows

ISSUE_PAGE: Final = "redmine/issues"
TIME_PAGE: Final = "redmine/times"
VERSION_PAGE: Final = "redmine/versions"
GONE: Final = "redmine/gone"
HOURS_A_DAY: Final = 8.0  # of an estimate; Redmine tells none

_FIELDS: Final[Mapping[str, str]] = {
    "status_id": changelogs.STATUS, "subject": changelogs.TITLE,
    "priority_id": changelogs.PRIORITY, "assigned_to_id": changelogs.ASSIGNEE,
    "fixed_version_id": changelogs.VERSION, "parent_id": changelogs.PARENT,
    "estimated_hours": changelogs.ESTIMATE,
}  # fmt: skip
# A relation is told as its maker made it, from either end.
_INVERSE: Final[Mapping[str, str]] = {
    "duplicates": "duplicated", "blocks": "blocked", "precedes": "follows",
    "copied_to": "copied_from",
}  # fmt: skip


def shape(reply: RawReply) -> Shaped:
    """The rows of one reply: `things` of a kind, with `people` whom else they name."""
    return shape_json(reply, partial(_tell, reply))


def _tell(reply: RawReply, shaped: Shaped, data: Any) -> None:
    host = str(reply.about["host"])
    if reply.kind == GONE:
        shape_gone(shaped, data, host)
        return
    reading = _Reading(host, people_in(data), _meanings(reply.about))
    tellers: dict[str, Callable[[Any], None]] = {
        ISSUE_PAGE: lambda value: _tell_issue(shaped, value, reading),
        TIME_PAGE: lambda value: _tell_times(shaped, value, host),
        VERSION_PAGE: lambda value: _tell_version(shaped, value),
    }
    found = data.get("things") if isinstance(data, dict) else data
    tell_each(shaped, reply.kind, found, tellers.get(reply.kind), lambda one: one.get("id"))


def _meanings(about: Mapping[str, Any]) -> Meanings:
    return msgspec.convert(about.get("meanings", {}), Meanings)


class _Reading:
    """What must be known of a page. names: of its accounts, by their numbers."""

    def __init__(self, host: str, names: Mapping[str, str], meanings: Meanings) -> None:
        self.host = host
        self.names = names
        self.meanings = meanings
        self.words = Words(host, meanings.stages, self.face)

    def face(self, number: str, _name: str = "") -> Face:
        """Whom a journal names."""
        if number.startswith(ERASED):
            return Face(number, "")
        return face(number, self.names.get(number, ""), self.host) if number else NOBODY

    def change(self, journal: Journal, nr: int, detail: Detail) -> Change | None:
        """One thing that changed; None for what no fact is made of."""
        at, who = required(journal.created_on), face_of(journal.user, self.host)
        old, new = detail.old_value or "", detail.new_value or ""
        made = partial(Change, str(journal.id), nr, at, who)
        if detail.property == "relation":
            doubles = detail.name == "duplicates" and bool(new)
            return made(changelogs.DUPLICATE, new=new) if doubles else None
        name = _FIELDS.get(detail.name) if detail.property == "attr" else None
        if name is None:
            return None
        read = partial(self._word, detail.name)
        return made(name, old, read(old), new, read(new))

    def _word(self, field: str, value: str) -> str:
        """What a value of a journal is called."""
        if field == "estimated_hours":
            return _days(value)
        meaning: Mapping[str, str] | None = getattr(self.meanings, field, None)
        return value if meaning is None else meaning.get(value, value)


def _tell_issue(shaped: Shaped, value: Any, reading: _Reading) -> None:
    issue = msgspec.convert(value, Issue)
    tell_ticket(shaped, _read_ticket(issue, reading), reading.words)
    links = [_link(each, issue.id) for each in issue.relations]
    tell_links(shaped, str(issue.id), links)


def _read_ticket(issue: Issue, reading: _Reading) -> Ticket:
    host = reading.host
    version = {issue.fixed_version.name} if issue.fixed_version else set()
    return Ticket(
        key=str(issue.id),
        title=issue.subject,
        created=required(issue.created_on),
        updated=required(issue.updated_on),
        status_id=str(issue.status.id),
        status=issue.status.name,
        opener=face_of(issue.author, host),
        assignee=face_of(issue.assigned_to, host),
        priority=issue.priority.name if issue.priority else "",
        kind=issue.tracker.name if issue.tracker else "",
        parent=str(issue.parent.id) if issue.parent else "",
        estimate=_days("" if issue.estimated_hours is None else str(issue.estimated_hours)),
        milestones={changelogs.VERSION: frozenset(version)},
        comments=[
            Comment(str(each.id), required(each.created_on), face_of(each.user, host))
            for each in issue.journals
            if each.commented
        ],
        changes=list(_changes(issue, reading)),
    )


def _changes(issue: Issue, reading: _Reading) -> Iterator[Change]:
    for journal in sorted(issue.journals, key=lambda each: (each.created_on, each.id)):
        for nr, detail in enumerate(journal.details):
            change = reading.change(journal, nr, detail)
            if change is not None:
                yield change


def _days(hours: str) -> str:
    try:
        return days(float(hours), HOURS_A_DAY) if hours else ""
    except ValueError:
        return ""


def _link(told: Relation, number: int) -> Link:
    mine = told.issue_id == number
    words, other = told.relation_type, told.issue_to_id if mine else told.issue_id
    return Link(str(told.id), words if mine else _INVERSE.get(words, words), str(other))


def _tell_times(shaped: Shaped, value: Any, host: str) -> None:
    """All working time on one issue. Redmine tells days: their beginning."""
    told = msgspec.convert(value, TimeEntries)
    tell_worklogs(shaped, str(told.id), [
        Worklog(str(each.id), required(each.spent_on), each.hours, face_of(each.user, host))
        for each in told.entries
    ])  # fmt: skip


def _tell_version(shaped: Shaped, value: Any) -> None:
    """The row of a version; it was last changed when it was closed."""
    told = msgspec.convert(value, Version)
    closed = told.status == "closed"
    shaped.add(MILESTONES, milestone_row(
        str(told.id), told.name, "closed" if closed else "open", moment(told.due_date),
        moment(told.created_on), moment(told.updated_on) if closed else None,
    ))  # fmt: skip
