"""The life of a ticket from its changelog: as a work item, and as a thread with who did what.

For trackers that tell all changes with each ticket; what they call things is theirs to translate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from groundplan.facts.host import ISSUE, THREAD_EVENTS
from groundplan.facts.work import class_of, stage_of
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import MOST_VALUE, Thread, labels_of
from groundplan.sources.http.shaped import ItemTold, Row, Shaped, item_event

STATUS, RESOLUTION, TITLE, PRIORITY = "status", "resolution", "title", "priority"
LABELS, ESTIMATE, ASSIGNEE, PARENT = "labels", "estimate", "assignee", "parent"
VERSION, SPRINT, KEY, DUPLICATE = "version", "sprint", "key", "duplicate"
_CLOSED: Final = ("done", "dropped")


@dataclass(frozen=True, slots=True)
class Change:
    """One field that somebody changed, by id and in words; "" for nothing.

    change_id: of all that was changed at once; nr: the place among it. field: one of the above; of
    an estimate the words are low..high in working days.
    """

    change_id: str
    nr: int
    at: datetime
    who: Face
    field: str
    old: str = ""
    old_text: str = ""
    new: str = ""
    new_text: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its text."""

    comment_id: str
    at: datetime
    who: Face


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket is now, and every change, the oldest first.

    kind: its type. milestones: the names of versions and sprints it is in, by `VERSION`, `SPRINT`.
    """

    key: str
    title: str
    created: datetime
    updated: datetime
    status_id: str
    status: str
    resolution: str = ""
    opener: Face = NOBODY
    assignee: Face = NOBODY
    priority: str = ""
    kind: str = ""
    parent: str = ""
    estimate: str = ""
    labels: tuple[str, ...] = ()
    milestones: Mapping[str, frozenset[str]] = field(default_factory=dict)
    comments: Sequence[Comment] = ()
    changes: Sequence[Change] = ()

    def of(self, *fields: str) -> list[Change]:
        """The changes of one field, the oldest first."""
        return [change for change in self.changes if change.field in fields]


@dataclass(frozen=True, slots=True)
class Words:
    """What must be known to understand a ticket. face: whom a changelog names, by id and name.

    host: where accounts are known. stages: by the ids of statuses, where the tracker tells.
    """

    host: str
    stages: Mapping[str, str]
    face: Callable[[str, str], Face]

    def stage(self, number: str, name: str, resolution: str) -> str | None:
        """How far a status brings a ticket; a resolution says whether the end was reached."""
        told = self.stages.get(number) or stage_of(name)
        ended = told in _CLOSED
        if ended and "dropped" in (stage_of(name), stage_of(resolution)):
            return "dropped"
        return told


def tell_ticket(shaped: Shaped, ticket: Ticket, words: Words) -> None:
    """The rows of a ticket with its whole history."""
    life = _Life(ticket, words)
    shaped.items[ticket.key] = ItemTold(list(life.tell()), whole=True)
    for row in _Discussion(ticket, words, life).tell():
        shaped.add(THREAD_EVENTS, row)


@dataclass(frozen=True, slots=True)
class _Life:
    ticket: Ticket
    words: Words

    def tell(self) -> Iterator[Row]:
        """The events of the work item."""
        now = self.ticket
        yield item_event(now.created, "created", stage="todo")
        yield from self.states()
        yield from self._texts("titled", now.title, TITLE)
        yield from self._texts("prioritised", now.priority, PRIORITY)
        yield from self._texts("labels", " ".join(now.labels), LABELS, read=_labels)
        yield from self._texts("estimated", now.estimate, ESTIMATE)
        yield from self._assignees()
        yield from self._texts("parent", now.parent, PARENT)
        value = class_of(now.kind, labels_of(now.labels), now.title)
        yield item_event(now.created, "class", value)

    def states(self) -> Iterator[Row]:
        """Every status with its stage, from the first on; later words on how it ended."""
        now = self.ticket
        moves, ends = now.of(STATUS), now.of(RESOLUTION)
        resolution = _first(ends, now.resolution)
        number, name = now.status_id, now.status
        if moves:
            number, name = moves[0].old, moves[0].old_text
        after = {change.change_id: change.new_text for change in ends}
        stage = self.words.stage(number, name, resolution)
        yield item_event(now.created, "moved", name[:MOST_VALUE], stage=stage)
        for change in sorted((*moves, *ends), key=lambda each: each.at):
            resolution = after.get(change.change_id, resolution)
            moved = change.field == STATUS
            if moved:
                number, name = change.new, change.new_text
            came = self.words.stage(number, name, resolution)
            if moved:
                yield item_event(change.at, "moved", name[:MOST_VALUE], stage=came)
            elif came in _CLOSED and came != stage:
                yield item_event(change.at, str(came), stage=came)
            stage = came

    def _texts(
        self, what: str, now: str, name: str, read: Callable[[str], str] = str
    ) -> Iterator[Row]:
        changes = self.ticket.of(name)
        first = read(_first(changes, now))
        if first:
            yield item_event(self.ticket.created, what, first[:MOST_VALUE])
        for change in changes:
            yield item_event(change.at, what, read(change.new_text)[:MOST_VALUE])

    def _assignees(self) -> Iterator[Row]:
        changes, first = self.ticket.of(ASSIGNEE), self.ticket.assignee
        if changes:
            first = self.words.face(changes[0].old, changes[0].old_text)
        if first != NOBODY:
            begin = self.ticket.created
            yield item_event(begin, "assigned", name=first.name, email=first.email)
        for change in changes:
            who = self.words.face(change.new, change.new_text)
            yield item_event(change.at, "assigned", name=who.name, email=who.email)


@dataclass(frozen=True, slots=True)
class _Discussion:
    ticket: Ticket
    words: Words
    life: _Life

    @property
    def thread(self) -> Thread:
        return Thread(ISSUE, self.ticket.key, self.words.host)

    def tell(self) -> Iterator[Row]:
        """The events of the thread; it is told anew as a whole."""
        now, thread = self.ticket, self.thread
        yield thread.told(now.updated)
        yield thread.row("opened", now.created, "opened", now.opener)
        for comment in now.comments:
            yield thread.row(f"comment:{comment.comment_id}", comment.at, "commented", comment.who)
        yield from self._ends()
        yield from self._memberships()
        for change in now.changes:
            yield from self._changed(change)

    def _ends(self) -> Iterator[Row]:
        """Closing and reopening, by the stages of statuses."""
        moves = iter(self.ticket.of(STATUS))
        before: str | None = None
        for row in self.life.states():
            stage, change = row["stage"] or before, None
            if row["what"] == "moved" and before is not None:
                change = next(moves)
            said = "closed" if stage in _CLOSED else "reopened"
            if change and (stage in _CLOSED) != (before in _CLOSED):
                yield self._row(change, said)
            before = stage or ""

    def _memberships(self) -> Iterator[Row]:
        """Sprints and versions that it was in from the beginning; the changelog tells the rest."""
        for name, current in self.ticket.milestones.items():
            first = set(current)
            for change in reversed(self.ticket.of(name)):
                left, joined = _membership(change)
                first = (first - joined) | left
            for title in sorted(first):
                event = f"first:{name}:{title}"
                yield self.thread.row(event, self.ticket.created, "milestoned", value=title)

    def _changed(self, change: Change) -> Iterator[Row]:
        if change.field == ASSIGNEE:
            old = self.words.face(change.old, change.old_text)
            new = self.words.face(change.new, change.new_text)
            if old != NOBODY:
                yield self._row(change, "unassigned", other=old)
            if new != NOBODY:
                yield self._row(change, "assigned", other=new)
        elif change.field == LABELS:
            before, after = set(change.old_text.split()), set(change.new_text.split())
            yield from self._sets(change, "unlabelled", before - after)
            yield from self._sets(change, "labelled", after - before)
        elif change.field in (VERSION, SPRINT):
            left, joined = _membership(change)
            yield from self._sets(change, "unmilestoned", left)
            yield from self._sets(change, "milestoned", joined)
        elif change.field == TITLE:
            yield self._row(change, "renamed", change.new_text)
        elif change.field == KEY:
            yield self._row(change, "transferred", change.new_text)
        elif change.field == DUPLICATE:
            yield self._row(change, "duplicate", change.new)

    def _sets(self, change: Change, what: str, names: set[str]) -> Iterator[Row]:
        for name in sorted(names):
            yield self._row(change, what, name)

    def _row(self, change: Change, what: str, value: str = "", other: Face = NOBODY) -> Row:
        event = f"{change.change_id}:{change.nr}:{what}:{value}"
        return self.thread.row(event, change.at, what, change.who, value, other)


def days(hours: float, hours_a_day: float) -> str:
    """An estimate as `item_events` tells one, low..high in working days."""
    found = f"{hours / hours_a_day:.6g}"
    return f"{found}..{found}"


def _first(changes: Sequence[Change], now: str) -> str:
    return changes[0].old_text if changes else now


def _labels(told: str) -> str:
    return labels_of(told.split())


def _membership(change: Change) -> tuple[set[str], set[str]]:
    """What was left and what was joined: a version each, or whole lists of sprints."""
    old, new = _names(change.old, change.old_text), _names(change.new, change.new_text)
    return old - new, new - old


def _names(numbers: str, told: str) -> set[str]:
    """Names of a list; a comma may stand in a name, so that there must be as many ids."""
    if not told:
        return set()
    found = [each.strip() for each in told.split(", ")]
    return set(found) if len(found) == len(numbers.split(",")) else {told}
