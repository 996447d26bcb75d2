"""What GitLab pushes, as far as it is used: in other forms than it tells when asked."""

from __future__ import annotations

from typing import Any

import msgspec

from groundplan.sources.gitlab.objects import CommitId, Named, User
from groundplan.sources.http.objects import Object


class Attributes(Object, kw_only=True, frozen=True):
    """What a push is about: a merge request, an issue, or a note on one of them."""

    id: int
    iid: int = 0
    title: str = ""
    state: str = ""
    action: str = ""
    created_at: str
    updated_at: str | None = None
    author_id: int | None = None
    draft: bool = False
    source_branch: str = ""
    target_branch: str = ""
    merge_commit_sha: str | None = None
    last_commit: CommitId | None = None
    noteable_type: str = ""
    system: bool = False
    type: str | None = None


class Change(Object, kw_only=True, frozen=True):
    """A field before and after."""

    previous: Any = None
    current: Any = None


class Noted(Object, kw_only=True, frozen=True):
    """What a note stands on."""

    iid: int


class ThreadPush(Object, kw_only=True, frozen=True):
    """A push about a merge request, an issue or a note."""

    user: User | None = None
    object_attributes: Attributes
    labels: tuple[Named, ...] | None = None
    changes: dict[str, Any] | None = None
    merge_request: Noted | None = None
    issue: Noted | None = None

    def change(self, name: str) -> Change | None:
        """How a field changed; None if it did not."""
        told = (self.changes or {}).get(name)
        return msgspec.convert(told, Change) if isinstance(told, dict) else None


class Job(Object, kw_only=True, frozen=True):
    """A job of a pipeline that is pushed, or of a push of its own, which names things otherwise."""

    id: int | None = None
    build_id: int | None = None
    name: str = ""
    build_name: str = ""
    status: str = ""
    build_status: str = ""
    created_at: str | None = None
    build_created_at: str | None = None
    started_at: str | None = None
    build_started_at: str | None = None
    finished_at: str | None = None
    build_finished_at: str | None = None
    pipeline_id: int | None = None


class PipelinePush(Object, kw_only=True, frozen=True):
    """A push about a pipeline with its jobs."""

    user: User | None = None
    object_attributes: dict[str, Any]
    builds: tuple[Job, ...] = ()


class DeploymentPush(Object, kw_only=True, frozen=True):
    """A push about a deployment: it names a commit by its address only."""

    deployment_id: int
    status: str
    status_changed_at: str
    environment: str = ""
    environment_tier: str | None = None
    commit_url: str = ""
    ref: str | None = None
    user: User | None = None


class ReleasePush(Object, kw_only=True, frozen=True):
    """A push about a release; the rest of it is as it is told when asked for."""

    tag: str
    action: str = ""
    created_at: str | None = None


class MilestonePush(Object, kw_only=True, frozen=True):
    """A push about a milestone."""

    object_attributes: dict[str, Any]
