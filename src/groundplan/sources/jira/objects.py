"""What Jira tells, as far as it is used, the same on Cloud and Data Center."""

from __future__ import annotations

import msgspec

from groundplan.sources.http.objects import CamelObject as Object


class User(Object, kw_only=True, frozen=True):
    """An account: on Cloud with an id, on Data Center with a key and a name."""

    account_id: str | None = None
    key: str | None = None
    name: str | None = None
    display_name: str | None = None
    email_address: str | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        """By what changelogs may call it."""
        return tuple(each for each in (self.account_id, self.key, self.name) if each)


class Named(Object, kw_only=True, frozen=True):
    """A priority, a resolution, a type or a version."""

    name: str = ""


class Status(Object, kw_only=True, frozen=True):
    """A status; its id is what changelogs name."""

    id: str = ""
    name: str = ""


class Parent(Object, kw_only=True, frozen=True):
    """The issue above, or at the other end of a link."""

    key: str


class Changed(msgspec.Struct, kw_only=True, frozen=True):
    """One field that changed, by id and in words."""

    field: str
    old: str | None = msgspec.field(name="from", default=None)
    old_text: str | None = msgspec.field(name="fromString", default=None)
    new: str | None = msgspec.field(name="to", default=None)
    new_text: str | None = msgspec.field(name="toString", default=None)


class History(Object, kw_only=True, frozen=True):
    """What somebody changed at once."""

    id: str
    created: str
    author: User | None = None
    items: tuple[Changed, ...] = ()


class Changelog(Object, kw_only=True, frozen=True):
    """All changes of an issue."""

    histories: tuple[History, ...] = ()
    total: int | None = None


class Comment(Object, kw_only=True, frozen=True):
    """A comment without its text."""

    id: str
    created: str
    author: User | None = None


class Comments(Object, kw_only=True, frozen=True):
    """The comments of an issue."""

    comments: tuple[Comment, ...] = ()


class Worklog(Object, kw_only=True, frozen=True):
    """Working time on an issue, without its text."""

    id: str
    author: User | None = None
    created: str | None = None
    started: str | None = None
    time_spent_seconds: int = 0


class Worklogs(Object, kw_only=True, frozen=True):
    """The working time on an issue."""

    worklogs: tuple[Worklog, ...] = ()


class LinkType(Object, kw_only=True, frozen=True):
    """What a link says, from either end."""

    name: str = ""
    inward: str = ""
    outward: str = ""


class IssueLink(Object, kw_only=True, frozen=True):
    """A link; the other issue is one of the two."""

    id: str
    type: LinkType = LinkType()
    inward_issue: Parent | None = None
    outward_issue: Parent | None = None


class Fields(Object, kw_only=True, frozen=True):
    """What an issue is now."""

    summary: str
    status: Status
    created: str
    updated: str
    creator: User | None = None
    reporter: User | None = None
    assignee: User | None = None
    priority: Named | None = None
    resolution: Named | None = None
    issuetype: Named | None = None
    parent: Parent | None = None
    labels: tuple[str, ...] = ()
    fix_versions: tuple[Named, ...] = ()
    timeoriginalestimate: int | None = None
    comment: Comments = Comments()
    worklog: Worklogs = Worklogs()
    issuelinks: tuple[IssueLink, ...] = ()


class Issue(Object, kw_only=True, frozen=True):
    """An issue with its history. epic, sprints: of fields that each server numbers its own way."""

    id: str
    key: str
    fields: Fields
    changelog: Changelog = Changelog()
    epic: str = ""
    sprints: tuple[str, ...] = ()


class Version(Object, kw_only=True, frozen=True):
    """A version of a project."""

    id: str
    name: str
    released: bool = False
    archived: bool = False
    start_date: str | None = None
    release_date: str | None = None


class Sprint(Object, kw_only=True, frozen=True):
    """A sprint of a board."""

    id: int
    name: str
    state: str
    created_date: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    complete_date: str | None = None
