"""What GitLab tells, as far as it is used."""

from __future__ import annotations

from groundplan.sources.http.objects import Object


class User(Object, kw_only=True, frozen=True):
    """An account."""

    username: str
    id: int | None = None


class Named(Object, kw_only=True, frozen=True):
    """A label, a milestone or an environment."""

    title: str = ""
    name: str = ""
    tier: str | None = None


class Note(Object, kw_only=True, frozen=True):
    """A comment without its text, or GitLab's own words on what was done."""

    id: int
    created_at: str
    system: bool = False
    body: str = ""
    type: str | None = None
    author: User | None = None


class Happened(Object, kw_only=True, frozen=True):
    """A change of state, of labels or of the milestone."""

    id: int
    created_at: str
    user: User | None = None
    state: str = ""
    action: str = ""
    label: Named | None = None
    milestone: Named | None = None


class Commit(Object, kw_only=True, frozen=True):
    """A commit of a merge request."""

    id: str
    title: str = ""
    authored_date: str
    committed_date: str


class Thread(Object, kw_only=True, frozen=True):
    """What merge requests and issues have in common, with what was asked for besides."""

    id: int
    iid: int
    title: str
    state: str
    created_at: str
    updated_at: str
    closed_at: str | None = None
    author: User | None = None
    assignees: tuple[User, ...] = ()
    milestone: Named | None = None
    labels: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    state_events: tuple[Happened, ...] = ()
    label_events: tuple[Happened, ...] = ()
    milestone_events: tuple[Happened, ...] = ()


class MergeRequest(Thread, kw_only=True, frozen=True):
    """A merge request."""

    draft: bool = False
    merged_at: str | None = None
    merge_user: User | None = None
    merged_by: User | None = None
    closed_by: User | None = None
    target_branch: str
    source_branch: str
    sha: str | None = None
    merge_commit_sha: str | None = None
    squash_commit_sha: str | None = None
    commits: list[Commit] | None = None


class TimeStats(Object, kw_only=True, frozen=True):
    """An estimate [s]."""

    time_estimate: int = 0


class Issue(Thread, kw_only=True, frozen=True):
    """An issue."""

    issue_type: str = ""
    time_stats: TimeStats = TimeStats()
    closed_by: User | None = None


class Pipeline(Object, kw_only=True, frozen=True):
    """A pipeline; who started it and when is told where its details were asked for."""

    id: int
    status: str
    created_at: str
    updated_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    sha: str = ""
    ref: str | None = None
    source: str | None = None
    name: str | None = None
    user: User | None = None


class PipelineRef(Object, kw_only=True, frozen=True):
    """The pipeline of a job."""

    id: int


class Job(Object, kw_only=True, frozen=True):
    """A job."""

    id: int
    name: str
    status: str
    created_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    pipeline: PipelineRef


class Deployment(Object, kw_only=True, frozen=True):
    """A deployment as it stands."""

    id: int
    status: str
    created_at: str
    updated_at: str | None = None
    sha: str | None = None
    ref: str | None = None
    user: User | None = None
    environment: Named | None = None


class CommitId(Object, kw_only=True, frozen=True):
    """The commit of a release."""

    id: str


class Release(Object, kw_only=True, frozen=True):
    """A release; its tag is its id."""

    tag_name: str
    name: str | None = None
    created_at: str | None = None
    released_at: str | None = None
    upcoming_release: bool = False
    author: User | None = None
    commit: CommitId | None = None


class Milestone(Object, kw_only=True, frozen=True):
    """A milestone."""

    id: int
    title: str
    state: str
    due_date: str | None = None
    start_date: str | None = None
    created_at: str | None = None
    updated_at: str | None = None
