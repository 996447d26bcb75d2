"""The kinds of fact that a code host leaves: pull requests, threads, CI, deployments, releases.

The same kinds for every host; a merge request is a pull request here. Of what is told again, the
later word holds: `facts/host_sql.py` says which. Ids are the host's own, whoever asked for them.
"""

from __future__ import annotations

from typing import Final

from groundplan.facts.host_items import ITEM_KINDS, ITEM_LINKS, SEEN, SOURCE, WORKLOGS
from groundplan.facts.kinds import Column, FactKind, Type

HOST_PREFIX: Final = "items:"  # a host keeps work items too: its issues are rows of `item_events`

PULL, ISSUE = "pull", "issue"

# What happens in a thread, besides what `item_events` knows of an issue.
THREAD_EVENTS_KNOWN: Final = (
    "told",  # the whole thread was told anew: what was told of it before holds no more
    "opened", "closed", "merged", "reopened", "deleted", "transferred",
    "ready", "drafted", "review_requested", "review_unrequested",
    "approved", "changes_requested", "reviewed", "dismissed", "commented",
    "labelled", "unlabelled", "assigned", "unassigned", "milestoned", "unmilestoned",
    "renamed", "force_pushed", "base_changed", "queued", "unqueued", "auto_merge", "no_auto_merge",
    "duplicate",
)  # fmt: skip

PULLS = FactKind(
    name="pulls",
    version=1,
    grain="one observation of a pull or merge request; the latest holds",
    columns=(
        SOURCE,
        Column("key", Type.TEXT, "its key there: 12, AB-12"),
        Column("pull_id", Type.TEXT, "the host's own id"),
        Column("title", Type.TEXT, "as written"),
        Column("state", Type.TEXT, "open, merged, closed or gone (a tombstone: deleted, moved)"),
        Column("draft", Type.BOOLEAN, "not yet meant to be reviewed"),
        Column("author_name", Type.TEXT, "the login; empty for a deleted account"),
        Column("author_email", Type.TEXT, "the host's hidden address of the account"),
        Column("created_at", Type.TIMESTAMP, "UTC"),
        Column("updated_at", Type.TIMESTAMP, "UTC; by it and `seen` the latest is told"),
        Column("closed_at", Type.TIMESTAMP, "UTC; merged or not; null while open"),
        Column("merged_at", Type.TIMESTAMP, "UTC; null unless merged"),
        Column("merger_name", Type.TEXT, "who merged, as the author; empty if not merged"),
        Column("merger_email", Type.TEXT, "as the author's"),
        Column("base_ref", Type.TEXT, "the branch it goes to"),
        Column("head_ref", Type.TEXT, "the branch it comes from"),
        Column("head_commit", Type.TEXT, "the branch's newest commit"),
        Column("merge_commit", Type.TEXT, "the last commit that it left on the base; null if none"),
        Column("commits", Type.BIGINT, "how many; null if not told"),
        Column("added", Type.BIGINT, "lines; null if not told"),
        Column("deleted", Type.BIGINT, "lines; null if not told"),
        Column("files", Type.BIGINT, "changed files; null if not told"),
        Column("labels", Type.TEXT, "names, by `, `"),
        Column("milestone", Type.TEXT, "its title; empty if none"),
        Column("closes", Type.TEXT, "keys of the issues that merging closes, by a space"),
        SEEN,
    ),
    key=("source", "key", "seen"),
    accounts=(("author_name", "author_email"), ("merger_name", "merger_email")),
    texts=("title",),
)

THREAD_EVENTS = FactKind(
    name="thread_events",
    version=1,
    grain="one thing that happened to a pull request or an issue, and who did it",
    columns=(
        SOURCE,
        Column("thread", Type.TEXT, "pull or issue"),
        Column("key", Type.TEXT, "its key there: 12, AB-12"),
        Column("event_id", Type.TEXT, "the host's own id; made of what is told where it has none"),
        Column("happened_at", Type.TIMESTAMP, "UTC"),
        Column("what", Type.TEXT, ", ".join(THREAD_EVENTS_KNOWN)),
        Column("name", Type.TEXT, "who did it: the login; empty for a deleted account"),
        Column("email", Type.TEXT, "the host's hidden address of the account"),
        Column("value", Type.TEXT, "label, milestone, new title, branch, number; empty if none"),
        Column("other_name", Type.TEXT, "whom it was done to: reviewer, assignee; a team's name"),
        Column("other_email", Type.TEXT, "their hidden address; empty for a team"),
        Column("commit_id", Type.TEXT, "the commit reviewed, merged or pushed; null if none"),
        SEEN,
    ),
    key=("source", "thread", "key", "event_id", "seen"),
    accounts=(("name", "email"), ("other_name", "other_email")),
    texts=("value",),
)

PULL_COMMITS = FactKind(
    name="pull_commits",
    version=1,
    grain="one commit of a pull request's branch, as it was when last told",
    columns=(
        SOURCE,
        Column("key", Type.TEXT, "the pull request's number"),
        Column("nr", Type.INTEGER, "position on the branch, from 0"),
        Column("commit_id", Type.TEXT, "full object id"),
        Column("authored_at", Type.TIMESTAMP, "UTC"),
        Column("committed_at", Type.TIMESTAMP, "UTC"),
        Column("subject", Type.TEXT, "first line of the message"),
        SEEN,
    ),
    key=("source", "key", "nr", "seen"),
    texts=("subject",),
)

RUNS = FactKind(
    name="runs",
    version=1,
    grain="one observation of one attempt of a CI run; the latest holds",
    columns=(
        SOURCE,
        Column("run_id", Type.TEXT, "the host's own id, the same for all attempts"),
        Column("attempt", Type.INTEGER, "from 1"),
        Column("workflow", Type.TEXT, "what is run: a workflow's or pipeline's name"),
        Column("event", Type.TEXT, "push, pull_request, schedule, ..."),
        Column("branch", Type.TEXT, "as told; null if none"),
        Column("commit_id", Type.TEXT, "what was run on"),
        Column("status", Type.TEXT, "waiting, running or done"),
        Column("result", Type.TEXT, "success, failure, cancelled, skipped or other; null until"),
        Column("told_result", Type.TEXT, "in the host's own word"),
        Column("name", Type.TEXT, "who or what started this attempt"),
        Column("email", Type.TEXT, "the host's hidden address of the account"),
        Column("pulls", Type.TEXT, "numbers of its pull requests, by a space"),
        Column("created_at", Type.TIMESTAMP, "UTC, of the first attempt"),
        Column("started_at", Type.TIMESTAMP, "UTC, of this attempt"),
        Column("finished_at", Type.TIMESTAMP, "UTC; null until it has"),
        Column("updated_at", Type.TIMESTAMP, "UTC"),
        SEEN,
    ),
    key=("source", "run_id", "attempt", "seen"),
    accounts=(("name", "email"),),
)

JOBS = FactKind(
    name="jobs",
    version=1,
    grain="one observation of one job of one attempt of a CI run; the latest holds",
    columns=(
        SOURCE,
        Column("job_id", Type.TEXT, "the host's own id"),
        Column("run_id", Type.TEXT, "its run"),
        Column("attempt", Type.INTEGER, "of the run, from 1"),
        Column("job", Type.TEXT, "its name"),
        Column("status", Type.TEXT, "waiting, running or done"),
        Column("result", Type.TEXT, "success, failure, cancelled, skipped or other; null until"),
        Column("told_result", Type.TEXT, "in the host's own word"),
        Column("created_at", Type.TIMESTAMP, "UTC, when it was queued; null if not told"),
        Column("started_at", Type.TIMESTAMP, "UTC; null until it has"),
        Column("finished_at", Type.TIMESTAMP, "UTC; null until it has"),
        SEEN,
    ),
    key=("source", "job_id", "seen"),
)

DEPLOYMENTS = FactKind(
    name="deployments",
    version=1,
    grain="one thing told of a deployment: that it was made, or a state that it came to",
    columns=(
        SOURCE,
        Column("deployment_id", Type.TEXT, "the host's own id"),
        Column("event_id", Type.TEXT, "the state's own id; `made` for the deployment itself"),
        Column("happened_at", Type.TIMESTAMP, "UTC"),
        Column("state", Type.TEXT, "made, waiting, running, success, failure, ended or other"),
        Column("told_state", Type.TEXT, "in the host's own word"),
        Column("environment", Type.TEXT, "as told"),
        Column("production", Type.BOOLEAN, "whether the host calls it so; null if it does not say"),
        Column("commit_id", Type.TEXT, "what was deployed; null if not told"),
        Column("ref", Type.TEXT, "branch or tag; null if not told"),
        Column("task", Type.TEXT, "deploy, rollback, ... as told; null if not told"),
        Column("name", Type.TEXT, "who or what did it"),
        Column("email", Type.TEXT, "the host's hidden address of the account"),
        SEEN,
    ),
    key=("source", "deployment_id", "event_id", "seen"),
    accounts=(("name", "email"),),
)

RELEASES = FactKind(
    name="releases",
    version=1,
    grain="one observation of a release; the latest holds",
    columns=(
        SOURCE,
        Column("release_id", Type.TEXT, "the host's own id"),
        Column("tag", Type.TEXT, "as told"),
        Column("title", Type.TEXT, "as written"),
        Column("state", Type.TEXT, "draft, early, released or gone (a tombstone)"),
        Column("target", Type.TEXT, "the branch or commit it was made from; null if not told"),
        Column("created_at", Type.TIMESTAMP, "UTC, of its commit on GitHub"),
        Column("released_at", Type.TIMESTAMP, "UTC; null until it was"),
        Column("name", Type.TEXT, "who or what made it"),
        Column("email", Type.TEXT, "the host's hidden address of the account"),
        SEEN,
    ),
    key=("source", "release_id", "seen"),
    accounts=(("name", "email"),),
    texts=("title",),
)

MILESTONES = FactKind(
    name="host_milestones",
    version=1,
    grain="one observation of a milestone, sprint or version; the latest holds",
    columns=(
        SOURCE,
        Column("milestone_id", Type.TEXT, "the host's own id"),
        Column("title", Type.TEXT, "as written"),
        Column("state", Type.TEXT, "open, closed or gone (a tombstone)"),
        Column("due_at", Type.TIMESTAMP, "UTC; null if none"),
        Column("created_at", Type.TIMESTAMP, "UTC; null if not told"),
        Column("started_at", Type.TIMESTAMP, "UTC; null if it has no beginning"),
        Column("closed_at", Type.TIMESTAMP, "UTC; null until it was"),
        SEEN,
    ),
    key=("source", "milestone_id", "seen"),
    texts=("title",),
)

REJECTED = FactKind(
    name="host_rejected",
    version=1,
    grain="one thing in a raw reply that could not be shaped, and why",
    columns=(
        SOURCE,
        Column("kind", Type.TEXT, "the raw reply's kind"),
        Column("what", Type.TEXT, "which thing of the reply"),
        Column("reason", Type.TEXT, "why it was left out"),
        SEEN,
    ),
    key=("source", "kind", "what", "seen"),
)

HOST_KINDS = (
    PULLS, THREAD_EVENTS, PULL_COMMITS, RUNS, JOBS, DEPLOYMENTS, RELEASES, MILESTONES, REJECTED,
    *ITEM_KINDS,
)  # fmt: skip

# Of these, what a tracker without code leaves.
TRACKER_KINDS = (THREAD_EVENTS, MILESTONES, WORKLOGS, ITEM_LINKS, REJECTED)
