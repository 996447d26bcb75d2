"""An issue of Jira as a ticket: what its fields and its changelog call things, translated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from groundplan.sources.http import changelogs
from groundplan.sources.http.beside import Link, Worklog, tell_links, tell_worklogs
from groundplan.sources.http.changelogs import Change, Comment, Ticket, Words, days, tell_ticket
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import moment, required
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.jira.objects import Changed, Issue, IssueLink, Named
from groundplan.sources.jira.people import face_by, face_of

_FIELDS: Final[Mapping[str, str]] = {
    "status": changelogs.STATUS, "resolution": changelogs.RESOLUTION, "summary": changelogs.TITLE,
    "priority": changelogs.PRIORITY, "labels": changelogs.LABELS, "Labels": changelogs.LABELS,
    "timeoriginalestimate": changelogs.ESTIMATE, "assignee": changelogs.ASSIGNEE,
    "Parent": changelogs.PARENT, "Epic Link": changelogs.PARENT,
    "IssueParentAssociation": changelogs.PARENT, "Fix Version": changelogs.VERSION,
    "Sprint": changelogs.SPRINT, "Key": changelogs.KEY,
}  # fmt: skip


def tell_issue(
    shaped: Shaped,
    issue: Issue,
    words: Words,
    hours: float | None,
) -> None:
    """The rows of an issue. hours: of a working day; None where the server does not tell."""
    tell_ticket(shaped, _read_ticket(issue, words.host, hours), words)
    tell_worklogs(shaped, issue.key, _worklogs(issue, words.host))
    tell_links(shaped, issue.key, map(_link, issue.fields.issuelinks))


def words_of(host: str, stages: Mapping[str, str], people: Mapping[str, Face]) -> Words:
    """What must be known of a page. people: the accounts of the reply, by their ids."""

    def face(number: str, name: str) -> Face:
        if not number:
            return Face(name, "") if name else NOBODY
        return people.get(number) or face_by(number, name, host)

    return Words(host, stages, face)


def _read_ticket(issue: Issue, host: str, hours: float | None) -> Ticket:
    now = issue.fields
    steps = sorted(_changes(issue, host, hours), key=_place)
    versions = frozenset(each.name for each in now.fix_versions)
    return Ticket(
        key=issue.key,
        title=now.summary,
        created=required(now.created),
        updated=required(now.updated),
        status_id=now.status.id,
        status=now.status.name,
        resolution=_name(now.resolution),
        opener=face_of(now.creator or now.reporter, host),
        assignee=face_of(now.assignee, host),
        priority=_name(now.priority),
        kind=_name(now.issuetype),
        parent=now.parent.key if now.parent else issue.epic,
        estimate=_days(now.timeoriginalestimate, hours),
        labels=now.labels,
        milestones={
            changelogs.VERSION: versions, changelogs.SPRINT: frozenset(issue.sprints),
        },
        comments=[
            Comment(each.id, required(each.created), face_of(each.author, host))
            for each in now.comment.comments
        ],
        changes=steps,
    )  # fmt: skip


def _place(change: Change) -> tuple[object, ...]:
    return change.at, len(change.change_id), change.change_id, change.nr


def _changes(issue: Issue, host: str, hours: float | None) -> Iterator[Change]:
    for history in issue.changelog.histories:
        at, who = required(history.created), face_of(history.author, host)
        for nr, item in enumerate(history.items):
            name = _FIELDS.get(item.field, "")
            if item.field == "Link" and item.new and "duplicates" in (item.new_text or ""):
                name = changelogs.DUPLICATE
            if not name or (name == changelogs.ESTIMATE and not hours):
                continue
            old, new = _texts(item, name, hours)
            yield Change(
                history.id, nr, at, who, name, item.old or "", old, item.new or "", new
            )  # fmt: skip


def _texts(item: Changed, name: str, hours: float | None) -> tuple[str, str]:
    if name != changelogs.ESTIMATE:
        return item.old_text or "", item.new_text or ""
    old, new = (int(told) if told and told.isdigit() else None for told in (item.old, item.new))
    return _days(old, hours), _days(new, hours)


def _days(seconds: int | None, hours: float | None) -> str:
    return "" if seconds is None or seconds < 0 or not hours else days(seconds / 3_600, hours)


def _worklogs(issue: Issue, host: str) -> Iterator[Worklog]:
    for each in issue.fields.worklog.worklogs:
        started = moment(each.started) or required(each.created)
        who = face_of(each.author, host)
        yield Worklog(each.id, started, each.time_spent_seconds / 3_600, who)


def _link(told: IssueLink) -> Link:
    out = told.outward_issue
    other = out or told.inward_issue
    return Link(told.id, told.type.outward if out else told.type.inward, other.key if other else "")


def _name(named: Named | None) -> str:
    return named.name if named else ""
