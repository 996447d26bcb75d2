"""Merge requests and issues with all that happened to them, as rows of facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from groundplan.facts.host import ISSUE, PULL, PULL_COMMITS, PULLS, THREAD_EVENTS
from groundplan.facts.work import class_of, stage_of
from groundplan.sources.gitlab.objects import Happened, Issue, MergeRequest
from groundplan.sources.gitlab.objects import Thread as Told
from groundplan.sources.gitlab.people import face, face_of
from groundplan.sources.gitlab.words import read_titles, read_words
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import MOST_VALUE, Thread, labels_of, moment, required
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event

DAY_S: Final = 8 * 3_600  # of an estimate, on every GitLab
_BOARD: Final = re.compile(r"(?:workflow|status|state|stage)::(.+)|(to do|doing)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply comes from. people: the accounts of the reply, by their logins."""

    host: str
    people: Mapping[str, Face]

    def face(self, login: str) -> Face:
        """Who a note names."""
        return self.people.get(login) or face(login, None, self.host)


def tell_merge_request(shaped: Shaped, value: Any, place: Place) -> None:
    """The rows of a merge request."""
    told = msgspec.convert(value, MergeRequest)
    created, updated = required(told.created_at), required(told.updated_at)
    merged = moment(told.merged_at)
    author = face_of(told.author, place.host)
    merger = face_of(told.merge_user or told.merged_by, place.host) if merged else NOBODY
    state = {"opened": "open", "locked": "open"}.get(told.state, told.state)
    left = told.merge_commit_sha or told.squash_commit_sha or told.sha  # the last: fast-forward
    commits = told.commits
    shaped.add(PULLS, {
        "key": str(told.iid), "pull_id": str(told.id), "title": told.title[:MOST_VALUE],
        "state": state, "draft": told.draft, "author_name": author.name,
        "author_email": author.email, "created_at": created, "updated_at": updated,
        "closed_at": merged or moment(told.closed_at), "merged_at": merged,
        "merger_name": merger.name, "merger_email": merger.email,
        "base_ref": told.target_branch, "head_ref": told.source_branch,
        "head_commit": told.sha, "merge_commit": left if merged else None,
        "commits": None if commits is None else len(commits), "added": None, "deleted": None,
        "files": None, "labels": labels_of(told.labels),
        "milestone": told.milestone.title if told.milestone else "", "closes": "",
    })  # fmt: skip
    for nr, commit in enumerate(reversed(commits or ())):  # told the newest first
        shaped.add(PULL_COMMITS, {
            "key": str(told.iid), "nr": nr, "commit_id": commit.id,
            "authored_at": required(commit.authored_date),
            "committed_at": required(commit.committed_date), "subject": commit.title[:MOST_VALUE],
        })  # fmt: skip
    thread = Thread(PULL, str(told.iid), place.host)
    for row in _Life(told, thread, place).tell():
        shaped.add(THREAD_EVENTS, row)
    said = {event.state for event in told.state_events}
    if merged and "merged" not in said:  # by the API before states were told as events
        shaped.add(THREAD_EVENTS, thread.row("first:merged", merged, "merged", merger))


def tell_issue(shaped: Shaped, value: Any, place: Place) -> None:
    """The rows of an issue, as a thread and as a work item."""
    told = msgspec.convert(value, Issue)
    life = _Life(told, Thread(ISSUE, str(told.iid), place.host), place)
    for row in life.tell():
        shaped.add(THREAD_EVENTS, row)
    shaped.items[str(told.iid)] = ItemTold(list(_tell_item(told, life)), whole=True)


@dataclass(frozen=True, slots=True)
class _Life:
    told: Told
    thread: Thread
    place: Place

    def tell(self) -> Iterator[Row]:
        """The events of the thread; it is told anew as a whole."""
        told, row = self.told, self.thread.row
        begin = required(told.created_at)
        yield self.thread.told(required(told.updated_at))
        yield row("opened", begin, "opened", self._who(told))
        for note in told.notes:
            who, at = face_of(note.author, self.place.host), required(note.created_at)
            if not note.system:
                what = "reviewed" if note.type == "DiffNote" else "commented"
                yield row(f"note:{note.id}", at, what, who)
                continue
            for what, value, login in read_words(note.body):
                other = self.place.face(login) if login else NOBODY
                name = f"note:{note.id}:{what}:{value}{login}"
                yield row(name, at, what, who, value, other)
        for event in told.state_events:
            if event.state in ("closed", "reopened", "merged"):
                yield self._row("state", event, event.state, "")
        for event in told.label_events:
            what = "labelled" if event.action == "add" else "unlabelled"
            yield self._row("label", event, what, event.label.name if event.label else "")
        for event in told.milestone_events:
            what = "milestoned" if event.action == "add" else "unmilestoned"
            title = event.milestone.title if event.milestone else ""
            yield self._row("milestone", event, what, title)

    def _who(self, told: Told) -> Face:
        return face_of(told.author, self.place.host)

    def _row(self, kind: str, event: Happened, what: str, value: str) -> Row:
        who, at = face_of(event.user, self.place.host), required(event.created_at)
        return self.thread.row(f"{kind}:{event.id}", at, what, who, value)


def _tell_item(issue: Issue, life: _Life) -> Iterator[Row]:
    begin = required(issue.created_at)
    yield item_event(begin, "created", stage="todo")
    yield from _states(issue)
    renamed = [
        (required(note.created_at), titles)
        for note in issue.notes
        if note.system and (titles := read_titles(note.body))
    ]
    first = min(renamed)[1][0] if renamed else issue.title
    yield item_event(begin, "titled", first[:MOST_VALUE])
    for at, titles in renamed:
        yield item_event(at, "titled", titles[1][:MOST_VALUE])
    yield from _labels(issue, begin)
    yield from _assignees(issue, life, begin)
    if issue.time_stats.time_estimate > 0:
        days = issue.time_stats.time_estimate / DAY_S
        yield item_event(begin, "estimated", f"{days:.6g}..{days:.6g}")
    kind = "" if issue.issue_type.lower() == "issue" else issue.issue_type
    yield item_event(begin, "class", class_of(kind, labels_of(issue.labels), issue.title))


def _states(issue: Issue) -> Iterator[Row]:
    doubles = any(
        what == "duplicate" for n in issue.notes if n.system for what, _, _ in read_words(n.body)
    )
    end = "dropped" if doubles else "done"
    for event in issue.state_events:
        at = required(event.created_at)
        if event.state == "closed":
            yield item_event(at, end, stage=end)
        elif event.state == "reopened":
            yield item_event(at, "reopened", stage="todo")
    closed = moment(issue.closed_at)
    told = any(event.state == "closed" for event in issue.state_events)
    if issue.state == "closed" and closed and not told:  # imported, or older than events are
        yield item_event(closed, end, stage=end)


def _labels(issue: Issue, begin: datetime) -> Iterator[Row]:
    changes = sorted(
        (required(event.created_at), event.id, event.label.name, event.action == "add")
        for event in issue.label_events
        if event.label is not None
    )
    now = set(issue.labels)
    for _, _, name, added in reversed(changes):
        now = now - {name} if added else now | {name}
    if now:
        yield item_event(begin, "labels", labels_of(now))
    for at, _, name, added in changes:
        now = now | {name} if added else now - {name}
        yield item_event(at, "labels", labels_of(now))
        board = _BOARD.fullmatch(name)
        if added and board:  # boards move issues by such labels
            stage = stage_of(board[1] or board[2])
            yield item_event(at, "moved", name[:MOST_VALUE], stage=stage)


def _assignees(issue: Issue, life: _Life, begin: datetime) -> Iterator[Row]:
    changes = sorted(
        (required(note.created_at), note.id, what == "assigned", life.place.face(login))
        for note in issue.notes
        if note.system
        for what, _, login in read_words(note.body)
        if what in ("assigned", "unassigned")
    )
    now = [face_of(user, life.place.host) for user in issue.assignees]
    for _, _, added, who in reversed(changes):
        now = [each for each in now if each != who] if added else [*now, who]
    first = now[0] if now else NOBODY
    if now:
        yield item_event(begin, "assigned", name=first.name, email=first.email)
    for at, _, added, who in changes:
        now = [*(each for each in now if each != who), *([who] if added else [])]
        if (head := now[0] if now else NOBODY) != first:
            first = head
            yield item_event(at, "assigned", name=first.name, email=first.email)
