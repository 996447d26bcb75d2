"""GitHub's objects as REST and webhooks give them: only what facts are made of."""

from __future__ import annotations

from typing import Any

from groundplan.sources.http.objects import Object


class User(Object, kw_only=True, frozen=True):
    """An account, or a team, which has a slug."""

    login: str | None = None
    id: int | None = None
    type: str | None = None
    slug: str | None = None


class Label(Object, kw_only=True, frozen=True):
    """A label by its name."""

    name: str


class Titled(Object, kw_only=True, frozen=True):
    """A milestone of an issue or pull request."""

    title: str


class Branch(Object, kw_only=True, frozen=True):
    """One end of a pull request."""

    ref: str = ""
    sha: str | None = None


class Pull(Object, kw_only=True, frozen=True):
    """A pull request; lists tell less of it than webhooks."""

    id: int
    number: int
    title: str
    state: str
    draft: bool | None = None
    user: User | None = None
    created_at: str
    updated_at: str
    closed_at: str | None = None
    merged_at: str | None = None
    merged_by: User | None = None
    base: Branch
    head: Branch
    merge_commit_sha: str | None = None
    commits: int | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None
    labels: tuple[Label, ...] = ()
    milestone: Titled | None = None


class Run(Object, kw_only=True, frozen=True):
    """One attempt of a run of Actions."""

    id: int
    name: str | None = None
    path: str | None = None
    event: str = ""
    head_branch: str | None = None
    head_sha: str
    status: str | None = None
    conclusion: str | None = None
    run_attempt: int = 1
    actor: User | None = None
    triggering_actor: User | None = None
    pull_requests: list[dict[str, Any]] | None = None
    created_at: str
    run_started_at: str | None = None
    updated_at: str


class Job(Object, kw_only=True, frozen=True):
    """One job of a run of Actions."""

    id: int
    run_id: int
    run_attempt: int | None = None
    name: str
    status: str | None = None
    conclusion: str | None = None
    created_at: str | None = None
    started_at: str | None = None
    completed_at: str | None = None


class Deployment(Object, kw_only=True, frozen=True):
    """A deployment."""

    id: int
    environment: str | None = None
    production_environment: bool | None = None
    sha: str | None = None
    ref: str | None = None
    task: str | None = None
    created_at: str
    creator: User | None = None


class DeploymentState(Object, kw_only=True, frozen=True):
    """A state that a deployment came to."""

    id: int
    node_id: str | None = None
    state: str
    created_at: str
    creator: User | None = None


class Release(Object, kw_only=True, frozen=True):
    """A release."""

    id: int
    tag_name: str
    name: str | None = None
    draft: bool = False
    prerelease: bool = False
    target_commitish: str | None = None
    created_at: str | None = None
    published_at: str | None = None
    author: User | None = None


class Milestone(Object, kw_only=True, frozen=True):
    """A milestone."""

    id: int
    title: str
    state: str = "open"
    due_on: str | None = None
    created_at: str | None = None
    closed_at: str | None = None


class Review(Object, kw_only=True, frozen=True):
    """A review of a pull request."""

    id: int
    user: User | None = None
    state: str
    submitted_at: str | None = None
    commit_id: str | None = None


class Comment(Object, kw_only=True, frozen=True):
    """A comment of an issue or pull request."""

    id: int
    user: User | None = None
    created_at: str


class Issue(Object, kw_only=True, frozen=True):
    """An issue; `pull_request` says that it is none."""

    number: int
    title: str
    state: str
    state_reason: str | None = None
    user: User | None = None
    labels: tuple[Label, ...] = ()
    assignees: tuple[User, ...] = ()
    type: dict[str, Any] | None = None
    milestone: Titled | None = None
    pull_request: dict[str, Any] | None = None
    created_at: str
    updated_at: str
    closed_at: str | None = None
