"""What Redmine tells, as far as it is used."""

from __future__ import annotations

import msgspec

from groundplan.sources.http.objects import Object


class Named(Object, kw_only=True, frozen=True):
    """A status, tracker, priority, version or account: by number and name; erased, without one."""

    id: int | None = None
    name: str = ""


class Numbered(Object, kw_only=True, frozen=True):
    """The issue above."""

    id: int


class Detail(Object, kw_only=True, frozen=True):
    """One thing that changed. property: attr for fields, relation, attachment, cf; by number."""

    property: str = ""
    name: str = ""
    old_value: str | None = None
    new_value: str | None = None


class Journal(Object, kw_only=True, frozen=True):
    """What somebody changed at once. commented: they also wrote something, which is not kept."""

    id: int
    created_on: str
    user: Named | None = None
    commented: bool = False
    details: tuple[Detail, ...] = ()


class Relation(Object, kw_only=True, frozen=True):
    """A link between two issues, told the same way from either end."""

    id: int
    issue_id: int
    issue_to_id: int
    relation_type: str


class TimeEntry(Object, kw_only=True, frozen=True):
    """Working time on a day."""

    id: int
    spent_on: str
    hours: float
    user: Named | None = None


class TimeEntries(Object, kw_only=True, frozen=True):
    """All working time on one issue."""

    id: int
    entries: tuple[TimeEntry, ...] = ()


class Issue(Object, kw_only=True, frozen=True):
    """An issue with its journals and what was asked for besides."""

    id: int
    subject: str
    status: Named
    created_on: str
    updated_on: str
    tracker: Named | None = None
    priority: Named | None = None
    author: Named | None = None
    assigned_to: Named | None = None
    fixed_version: Named | None = None
    parent: Numbered | None = None
    estimated_hours: float | None = None
    journals: tuple[Journal, ...] = ()
    relations: tuple[Relation, ...] = ()


class Version(Object, kw_only=True, frozen=True):
    """A version of a project; open, locked or closed."""

    id: int
    name: str
    status: str = "open"
    due_date: str | None = None
    created_on: str | None = None
    updated_on: str | None = None


class Meanings(Object, kw_only=True, frozen=True):
    """What numbers in journals mean on a server, as it was when a page was kept.

    stages: how far a status brings an issue. The others: names, under the fields' own names.
    """

    stages: dict[str, str] = msgspec.field(default_factory=dict)
    status_id: dict[str, str] = msgspec.field(default_factory=dict)
    priority_id: dict[str, str] = msgspec.field(default_factory=dict)
    fixed_version_id: dict[str, str] = msgspec.field(default_factory=dict)
