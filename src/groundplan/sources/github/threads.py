"""A timeline of GitHub as events of a thread, and as events of the work item that an issue is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from groundplan.facts.host import ISSUE, PULL, THREAD_EVENTS
from groundplan.facts.work import class_of, stage_of
from groundplan.sources.github.nodes import Event, Issue, Numbered
from groundplan.sources.github.people import face_of
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import MOST_VALUE, Thread, labels_of, moment
from groundplan.sources.http.shaped import Row, Shaped, item_event

_WHAT: Final[Mapping[str, str]] = {
    "AssignedEvent": "assigned",
    "UnassignedEvent": "unassigned",
    "ClosedEvent": "closed",
    "MergedEvent": "merged",
    "ReopenedEvent": "reopened",
    "ReadyForReviewEvent": "ready",
    "ConvertToDraftEvent": "drafted",
    "ReviewRequestedEvent": "review_requested",
    "ReviewRequestRemovedEvent": "review_unrequested",
    "ReviewDismissedEvent": "dismissed",
    "IssueComment": "commented",
    "LabeledEvent": "labelled",
    "UnlabeledEvent": "unlabelled",
    "HeadRefForcePushedEvent": "force_pushed",
    "BaseRefChangedEvent": "base_changed",
    "RenamedTitleEvent": "renamed",
    "MilestonedEvent": "milestoned",
    "DemilestonedEvent": "unmilestoned",
    "AddedToMergeQueueEvent": "queued",
    "RemovedFromMergeQueueEvent": "unqueued",
    "AutoMergeEnabledEvent": "auto_merge",
    "AutoMergeDisabledEvent": "no_auto_merge",
    "MarkedAsDuplicateEvent": "duplicate",
    "TransferredEvent": "transferred",
}
REVIEWS: Final[Mapping[str, str]] = {
    "APPROVED": "approved",
    "CHANGES_REQUESTED": "changes_requested",
    "COMMENTED": "reviewed",
    "DISMISSED": "reviewed",  # given, and taken back by an event of its own
}
DROPPED: Final = frozenset(("NOT_PLANNED", "DUPLICATE"))


def tell_timeline(shaped: Shaped, thread: Thread, events: Iterable[Event]) -> None:
    """The rows of a timeline; what cannot be read is rejected by its own id."""
    for event in events:
        row = _read(event, thread)
        if row is not None:
            shaped.add(THREAD_EVENTS, row)
        elif event.typename in _WHAT:
            what = f"{thread.kind} {thread.key}, {event.typename} {event.id}"
            shaped.reject("github/timeline", what, "no time that can be read")


def _read(event: Event, thread: Thread) -> Row | None:
    at = moment(event.submitted_at or event.created_at)
    if event.typename == "PullRequestReview":
        what = REVIEWS.get(event.state or "")  # none while it is being written
        if what is None or at is None:
            return None
        name = f"review:{event.full_database_id or event.id}"
        commit = event.commit.oid if event.commit else None
        return thread.row(name, at, what, face_of(event.author, thread.host), commit=commit)
    what = _WHAT.get(event.typename)
    if what is None or at is None:
        return None
    name = event.id
    if event.typename == "IssueComment":
        name = f"comment:{event.full_database_id or event.id}"
    who = face_of(event.actor or event.author, thread.host)
    other = face_of(event.assignee or event.requested_reviewer, thread.host)
    commit = next((each.oid for each in (event.commit, event.after_commit) if each), None)
    return thread.row(name, at, what, who, _value(event), other, commit)


def _value(event: Event) -> str:
    if event.typename == "ClosedEvent":
        return (event.state_reason or "").lower()
    if event.label is not None:
        return event.label.name
    told = event.milestone_title or event.current_title or event.current_ref_name
    return told or (key_of(event.canonical) if event.canonical else "")


def key_of(other: Numbered, home: str = "") -> str:
    """The key of another issue: `12` in the same repository, `owner/name#12` in another."""
    if other.number is None:
        return ""
    where = other.repository.name_with_owner if other.repository else home
    return str(other.number) if where.lower() == home.lower() else f"{where}#{other.number}"


@dataclass(frozen=True, slots=True)
class Item:
    """What an issue is now, as far as a reply tells; its timeline says since when."""

    key: str
    title: str
    created_at: datetime
    labels: tuple[str, ...]
    type: str
    faces: tuple[Face, ...]
    parent: str
    closed_at: datetime | None
    dropped: bool


def issue_item(issue: Issue, created: datetime, host: str, home: str) -> Item:
    """An issue as a work item."""
    return Item(
        key=str(issue.number),
        title=issue.title[:MOST_VALUE],
        created_at=created,
        labels=tuple(each.name for each in issue.labels.found) if issue.labels else (),
        type=issue.issue_type.name if issue.issue_type else "",
        faces=tuple(face_of(who, host) for who in issue.assignees.found) if issue.assignees else (),
        parent=key_of(issue.parent, home) if issue.parent else "",
        closed_at=moment(issue.closed_at) if issue.state == "CLOSED" else None,
        dropped=(issue.state_reason or "") in DROPPED,
    )


def tell_item(item: Item, timeline: Iterable[Event], host: str, home: str) -> list[Row]:
    """The events of an issue as a work item: state, title, labels, assignee, parent over time.

    What the timeline does not tell a change of holds since the issue was created. Several
    assignees are told by the first of them.
    """
    events = sorted(
        ((at, event) for event in timeline if (at := moment(event.created_at)) is not None),
        key=lambda pair: pair[0],
    )
    begin = item.created_at
    rows = [item_event(begin, "created", stage="todo")]
    rows += _states(item, events)
    rows += _titles(item, events)
    rows += _labels(item, events)
    rows += _assignees(item, events, host)
    rows += _parents(item, events, home)
    kind = class_of(item.type, labels_of(item.labels), item.title)
    rows.append(item_event(begin, "class", kind))
    return rows


def _states(item: Item, events: list[tuple[datetime, Event]]) -> Iterator[Row]:
    closed = None
    for at, event in events:
        if event.typename == "ClosedEvent":
            dropped = (event.state_reason or "") in DROPPED
            what = "dropped" if dropped else "done"
            closed = at
            yield item_event(at, what, stage=what)
        elif event.typename == "ReopenedEvent":
            closed = None
            yield item_event(at, "reopened", stage="todo")
        elif event.typename == "ProjectV2ItemStatusChangedEvent":
            status = event.status or ""
            yield item_event(at, "moved", status, stage=stage_of(status))
    if item.closed_at is not None and closed is None:  # imported, or older than timelines are
        what = "dropped" if item.dropped else "done"
        yield item_event(item.closed_at, what, stage=what)


def _titles(item: Item, events: list[tuple[datetime, Event]]) -> Iterator[Row]:
    renamed = [pair for pair in events if pair[1].typename == "RenamedTitleEvent"]
    first = renamed[0][1].previous_title if renamed else item.title
    yield item_event(item.created_at, "titled", (first or item.title)[:MOST_VALUE])
    for at, event in renamed:
        yield item_event(at, "titled", (event.current_title or "")[:MOST_VALUE])


def _labels(item: Item, events: list[tuple[datetime, Event]]) -> Iterator[Row]:
    changes = [
        (at, event.label.name, event.typename == "LabeledEvent")
        for at, event in events
        if event.label is not None and event.typename in ("LabeledEvent", "UnlabeledEvent")
    ]
    now = set(item.labels)
    for _, name, added in reversed(changes):
        now = now - {name} if added else now | {name}
    told = labels_of(now)
    if told:
        yield item_event(item.created_at, "labels", told)
    for at, name, added in changes:
        now = now | {name} if added else now - {name}
        yield item_event(at, "labels", labels_of(now))


def _assignees(item: Item, events: list[tuple[datetime, Event]], host: str) -> Iterator[Row]:
    changes = [
        (at, face_of(event.assignee, host), event.typename == "AssignedEvent")
        for at, event in events
        if event.typename in ("AssignedEvent", "UnassignedEvent")
    ]
    now = list(item.faces)
    for _, who, added in reversed(changes):
        now = [each for each in now if each != who] if added else [*now, who]
    first = now[0] if now else NOBODY
    if now:
        yield item_event(item.created_at, "assigned", name=first.name, email=first.email)
    for at, who, added in changes:
        now = [*(each for each in now if each != who), *([who] if added else [])]
        if (head := now[0] if now else NOBODY) != first:
            first = head
            yield item_event(at, "assigned", name=first.name, email=first.email)


def _parents(item: Item, events: list[tuple[datetime, Event]], home: str) -> Iterator[Row]:
    told = False
    for at, event in events:
        if event.typename in ("ParentIssueAddedEvent", "ParentIssueRemovedEvent"):
            told = True
            added = event.parent if event.typename == "ParentIssueAddedEvent" else None
            yield item_event(at, "parent", key_of(added, home) if added else "")
    if not told and item.parent:
        yield item_event(item.created_at, "parent", item.parent)


def pull_thread(number: int, host: str) -> Thread:
    """The thread of a pull request."""
    return Thread(PULL, str(number), host)


def issue_thread(number: int, host: str) -> Thread:
    """The thread of an issue."""
    return Thread(ISSUE, str(number), host)
