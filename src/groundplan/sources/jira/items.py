"""The life of an issue from its changelog: as a work item, and as a thread with who did what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from groundplan.facts.host import ISSUE, THREAD_EVENTS
from groundplan.facts.work import class_of, stage_of
from groundplan.sources.github.graphql import required
from groundplan.sources.github.people import NOBODY, Face
from groundplan.sources.github.threads import MOST_VALUE, Thread, labels_of
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event
from groundplan.sources.jira.objects import Change, History, Issue
from groundplan.sources.jira.people import face_by, face_of

LABELS: Final = ("labels", "Labels")
VERSION, SPRINT = "Fix Version", "Sprint"
PARENTS: Final = ("Parent", "Epic Link", "IssueParentAssociation")
_CLOSED: Final = ("done", "dropped")


@dataclass(frozen=True, slots=True)
class Place:
    """What the shape of a reply must know besides it.

    stages: by the ids of statuses. hours: of a working day; None where the server does not tell.
    people: the accounts of the reply, by their ids.
    """

    host: str
    stages: Mapping[str, str]
    hours: float | None
    people: Mapping[str, Face]

    def face(self, number: str | None, name: str | None) -> Face:
        """Who a changelog names."""
        if not number:
            return Face(name, "") if name else NOBODY
        return self.people.get(number) or face_by(number, name or "", self.host)

    def stage(self, number: str, name: str, resolution: str) -> str | None:
        """How far a status brings an issue; a resolution says whether the end was reached."""
        told = self.stages.get(number) or stage_of(name)
        ended = told in _CLOSED
        if ended and "dropped" in (stage_of(name), stage_of(resolution)):
            return "dropped"
        return told


@dataclass(frozen=True, slots=True)
class _Step:
    at: datetime
    history: History
    nr: int
    change: Change


def tell_issue(shaped: Shaped, issue: Issue, place: Place) -> None:
    """The rows of an issue with its whole history."""
    steps = [
        _Step(at, history, nr, change)
        for history in issue.changelog.histories
        for at in (required(history.created),)
        for nr, change in enumerate(history.items)
    ]
    steps.sort(key=lambda step: (step.at, len(step.history.id), step.history.id, step.nr))
    life = _Life(issue, required(issue.fields.created), steps, place)
    shaped.items[issue.key] = ItemTold(list(life.tell()), whole=True)
    for row in _Discussion(issue, life).tell():
        shaped.add(THREAD_EVENTS, row)


@dataclass(frozen=True, slots=True)
class _Life:
    issue: Issue
    begin: datetime
    steps: list[_Step]
    place: Place

    def of(self, *fields: str) -> list[_Step]:
        """The changes of one field, the oldest first."""
        return [step for step in self.steps if step.change.field in fields]

    def tell(self) -> Iterator[Row]:
        """The events of the work item."""
        now = self.issue.fields
        yield item_event(self.begin, "created", stage="todo")
        yield from self.states()
        yield from self._texts("titled", now.summary, "summary")
        priority = now.priority.name if now.priority else ""
        yield from self._texts("prioritised", priority, "priority")
        yield from self._texts("labels", " ".join(now.labels), *LABELS, read=_labels)
        estimate = now.timeoriginalestimate
        seconds = "" if estimate is None else str(estimate)
        yield from self._estimates(seconds)
        yield from self._assignees()
        above = now.parent.key if now.parent else self.issue.epic
        yield from self._texts("parent", above, *PARENTS)
        kind = now.issuetype.name if now.issuetype else ""
        value = class_of(kind, labels_of(now.labels), now.summary)
        yield item_event(self.begin, "class", value)

    def states(self) -> Iterator[Row]:
        """Every status with its stage, from the first on; later words on how it ended."""
        now = self.issue.fields
        moves, ends = self.of("status"), self.of("resolution")
        resolution = _first(ends, now.resolution.name if now.resolution else "")
        first = moves[0].change if moves else None
        number = (first.old or "") if first else now.status.id
        name = (first.old_text or "") if first else now.status.name
        after = {step.history.id: step.change.new_text or "" for step in ends}
        stage = self.place.stage(number, name, resolution)
        yield item_event(self.begin, "moved", name[:MOST_VALUE], stage=stage)
        for step in sorted((*moves, *ends), key=lambda each: each.at):
            resolution = after.get(step.history.id, resolution)
            moved = step.change.field == "status"
            if moved:
                number, name = step.change.new or "", step.change.new_text or ""
            came = self.place.stage(number, name, resolution)
            if moved:
                yield item_event(step.at, "moved", name[:MOST_VALUE], stage=came)
            elif came in _CLOSED and came != stage:
                yield item_event(step.at, str(came), stage=came)
            stage = came

    def _texts(
        self, what: str, now: str, *fields: str, read: Callable[[str], str] = str
    ) -> Iterator[Row]:
        steps = self.of(*fields)
        first = read(_first(steps, now))
        if first:
            yield item_event(self.begin, what, first[:MOST_VALUE])
        for step in steps:
            yield item_event(step.at, what, read(step.change.new_text or "")[:MOST_VALUE])

    def _estimates(self, now: str) -> Iterator[Row]:
        hours = self.place.hours
        if not hours:
            return
        steps = self.of("timeoriginalestimate")
        first = _days(steps[0].change.old if steps else now, hours)
        if first:
            yield item_event(self.begin, "estimated", first)
        for step in steps:
            yield item_event(step.at, "estimated", _days(step.change.new, hours))

    def _assignees(self) -> Iterator[Row]:
        steps = self.of("assignee")
        if steps:
            first = self.place.face(steps[0].change.old, steps[0].change.old_text)
        else:
            first = face_of(self.issue.fields.assignee, self.place.host)
        if first != NOBODY:
            yield item_event(self.begin, "assigned", name=first.name, email=first.email)
        for step in steps:
            who = self.place.face(step.change.new, step.change.new_text)
            yield item_event(step.at, "assigned", name=who.name, email=who.email)


@dataclass(frozen=True, slots=True)
class _Discussion:
    issue: Issue
    life: _Life

    @property
    def thread(self) -> Thread:
        return Thread(ISSUE, self.issue.key, self.life.place.host)

    def tell(self) -> Iterator[Row]:
        """The events of the thread; it is told anew as a whole."""
        now, place, begin = self.issue.fields, self.life.place, self.life.begin
        updated = required(now.updated)
        yield self.thread.row("told", updated, "told")
        opener = face_of(now.creator or now.reporter, place.host)
        yield self.thread.row("opened", begin, "opened", opener)
        for comment in now.comment.comments:
            who, at = face_of(comment.author, place.host), required(comment.created)
            yield self.thread.row(f"comment:{comment.id}", at, "commented", who)
        yield from self._ends()
        yield from self._memberships()
        for step in self.life.steps:
            yield from self._changed(step)

    def _ends(self) -> Iterator[Row]:
        """Closing and reopening, by the stages of statuses."""
        moves = iter(self.life.of("status"))
        before: str | None = None
        for row in self.life.states():
            stage, step = row["stage"] or before, None
            if row["what"] == "moved" and before is not None:
                step = next(moves)
            said = "closed" if stage in _CLOSED else "reopened"
            if step and (stage in _CLOSED) != (before in _CLOSED):
                yield self._row(step, said)
            before = stage or ""

    def _memberships(self) -> Iterator[Row]:
        """Sprints and versions that it was in from the beginning; the changelog tells the rest."""
        now, begin = self.issue.fields, self.life.begin
        in_versions = {each.name for each in now.fix_versions}
        for field, current in ((VERSION, in_versions), (SPRINT, set(self.issue.sprints))):
            first = current
            for step in reversed(self.life.of(field)):
                left, joined = _membership(step.change)
                first = (first - joined) | left
            for name in sorted(first):
                yield self.thread.row(f"first:{field}:{name}", begin, "milestoned", value=name)

    def _changed(self, step: _Step) -> Iterator[Row]:
        change, place = step.change, self.life.place
        if change.field == "assignee":
            old = place.face(change.old, change.old_text)
            new = place.face(change.new, change.new_text)
            if old != NOBODY:
                yield self._row(step, "unassigned", other=old)
            if new != NOBODY:
                yield self._row(step, "assigned", other=new)
        elif change.field in LABELS:
            old_set, new_set = set(_split(change.old_text)), set(_split(change.new_text))
            yield from self._sets(step, "unlabelled", old_set - new_set)
            yield from self._sets(step, "labelled", new_set - old_set)
        elif change.field in (VERSION, SPRINT):
            left, joined = _membership(change)
            yield from self._sets(step, "unmilestoned", left)
            yield from self._sets(step, "milestoned", joined)
        elif change.field == "summary":
            yield self._row(step, "renamed", change.new_text or "")
        elif change.field == "Key":
            yield self._row(step, "transferred", change.new_text or "")
        elif change.field == "Link" and change.new and "duplicates" in (change.new_text or ""):
            yield self._row(step, "duplicate", change.new)

    def _sets(self, step: _Step, what: str, names: set[str]) -> Iterator[Row]:
        for name in sorted(names):
            yield self._row(step, what, name)

    def _row(self, step: _Step, what: str, value: str = "", other: Face = NOBODY) -> Row:
        event = f"{step.history.id}:{step.nr}:{what}:{value}"
        who = face_of(step.history.author, self.life.place.host)
        return self.thread.row(event, step.at, what, who, value, other)


def _first(steps: list[_Step], now: str) -> str:
    return (steps[0].change.old_text or "") if steps else now


def _split(told: str | None) -> list[str]:
    return (told or "").split()


def _labels(told: str) -> str:
    return labels_of(told.split())


def _days(seconds: str | None, hours: float) -> str:
    if not seconds or not seconds.isdigit():
        return ""
    days = int(seconds) / 3_600 / hours
    return f"{days:.6g}..{days:.6g}"


def _membership(change: Change) -> tuple[set[str], set[str]]:
    """What was left and what was joined: a version each, or whole lists of sprints."""
    old, new = _names(change.old, change.old_text), _names(change.new, change.new_text)
    return old - new, new - old


def _names(numbers: str | None, told: str | None) -> set[str]:
    """Names of a list; a comma may stand in a name, so that there must be as many ids."""
    if not told:
        return set()
    found = [each.strip() for each in told.split(", ")]
    return set(found) if len(found) == len((numbers or "").split(",")) else {told}
