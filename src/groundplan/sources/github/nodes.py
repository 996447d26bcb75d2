"""GitHub's nodes as its GraphQL answers give them: only what is asked, everything that may lack."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec

from groundplan.sources.http.objects import CamelObject as Node
from groundplan.terms.errors import SourceBroken

T = TypeVar("T")


class Who(Node, kw_only=True, frozen=True):
    """An actor, or a team. login: without the `[bot]` that REST writes; slug: a team's."""

    typename: str = msgspec.field(name="__typename", default="")
    login: str | None = None
    database_id: int | None = None
    slug: str | None = None


class Listed(msgspec.Struct, Generic[T], rename="camel", kw_only=True, frozen=True):
    """A list inside a node; its first page."""

    nodes: list[T | None] = []
    total_count: int | None = None
    page_info: PageInfo | None = None

    @property
    def found(self) -> list[T]:
        """The nodes that may be seen."""
        return [node for node in self.nodes if node is not None]

    @property
    def complete(self) -> bool:
        """Whether nothing follows on another page."""
        return self.page_info is None or not self.page_info.has_next_page


class PageInfo(Node, kw_only=True, frozen=True):
    """Where the next page begins."""

    has_next_page: bool = False
    end_cursor: str | None = None


class Named(Node, kw_only=True, frozen=True):
    """A label, or anything else that has a name."""

    name: str


class Titled(Node, kw_only=True, frozen=True):
    """A milestone of an issue or pull request."""

    title: str


class Repository(Node, kw_only=True, frozen=True):
    """A repository by its name."""

    name_with_owner: str


class Numbered(Node, kw_only=True, frozen=True):
    """Another issue or pull request."""

    number: int | None = None
    repository: Repository | None = None


class Oid(Node, kw_only=True, frozen=True):
    """A commit by its id."""

    oid: str


class Event(Node, kw_only=True, frozen=True):
    """One thing on a timeline, whatever it is; each has only some of these."""

    typename: str = msgspec.field(name="__typename")
    id: str = ""
    full_database_id: str | None = None
    created_at: str | None = None
    submitted_at: str | None = None
    actor: Who | None = None
    author: Who | None = None
    assignee: Who | None = None
    requested_reviewer: Who | None = None
    label: Named | None = None
    milestone_title: str | None = None
    previous_title: str | None = None
    current_title: str | None = None
    current_ref_name: str | None = None
    state: str | None = None
    state_reason: str | None = None
    commit: Oid | None = None
    after_commit: Oid | None = None
    parent: Numbered | None = None
    canonical: Numbered | None = None
    status: str | None = None


class Commit(Node, kw_only=True, frozen=True):
    """A commit of a pull request."""

    oid: str
    authored_date: str | None = None
    committed_date: str | None = None
    message_headline: str = ""


class PullCommit(Node, kw_only=True, frozen=True):
    """Its place among the pull request's commits."""

    commit: Commit


class Pull(Node, kw_only=True, frozen=True):
    """A pull request with its thread."""

    full_database_id: str | None = None
    number: int
    title: str
    state: str
    is_draft: bool = False
    author: Who | None = None
    created_at: str
    updated_at: str
    closed_at: str | None = None
    merged_at: str | None = None
    merged_by: Who | None = None
    base_ref_name: str = ""
    head_ref_name: str = ""
    head_ref_oid: str | None = None
    merge_commit: Oid | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None
    labels: Listed[Named] | None = None
    milestone: Titled | None = None
    closing_issues_references: Listed[Numbered] | None = None
    commits: Listed[PullCommit] | None = None
    timeline_items: Listed[Event] | None = None


class Issue(Node, kw_only=True, frozen=True):
    """An issue with its thread."""

    number: int
    title: str
    state: str
    state_reason: str | None = None
    author: Who | None = None
    created_at: str
    updated_at: str
    closed_at: str | None = None
    labels: Listed[Named] | None = None
    issue_type: Named | None = None
    assignees: Listed[Who] | None = None
    milestone: Titled | None = None
    parent: Numbered | None = None
    timeline_items: Listed[Event] | None = None


class DeploymentState(Node, kw_only=True, frozen=True):
    """One state that a deployment came to."""

    id: str
    state: str
    created_at: str
    creator: Who | None = None


class Ref(Node, kw_only=True, frozen=True):
    """A branch or tag."""

    name: str


class Deployment(Node, kw_only=True, frozen=True):
    """A deployment with its states."""

    database_id: int | None = None
    id: str
    task: str | None = None
    environment: str | None = None
    commit_oid: str | None = None
    ref: Ref | None = None
    created_at: str
    creator: Who | None = None
    statuses: Listed[DeploymentState] | None = None


class Page(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """One page of a list, its nodes not read yet: one that is odd leaves the others whole."""

    nodes: list[Any] = []
    total_count: int = 0
    page_info: PageInfo = PageInfo()


def read_as(data: Any, form: type[T]) -> T:
    """A part of an answer in its form, empty where it is null. Errors: SourceBroken."""
    try:
        return msgspec.convert({} if data is None else data, form)
    except msgspec.ValidationError as error:
        raise SourceBroken(f"the answer makes no sense: {error}") from error


def read_page(data: Any, *path: str) -> Any:
    """What stands at a path of an answer, None where something on the way is null."""
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
