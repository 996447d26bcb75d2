"""The mart's tables of code hosts as declarations: pull requests, reviews, deployments, answers.

Declared apart from the others because they come from replies of a host and not from a clone; a
host's repository that is not read from git has no `repo`.
"""

from __future__ import annotations

from groundplan.facts.mart_columns import AT, ON, B, F, I, T, X, declare

_REPO = {"repo": (T, "the repository that has its commits; null if none is read here")}
_PULL = {"source": (T, "the host's connection"), "key": (T, "its number there"), **_REPO}
_WHO = {
    "person_id": (T, "the actor behind the account; null for a deleted account"),
    "actor": (T, "human, bot or agent; null for a deleted account"),
}
_UNTIL = {"told_until": (AT, "the newest thing that its host told, UTC: watched until then")}
_AREA = {"area": (T, "where most of its changed files lie; null where they are not known")}

HOST_TABLES = (
    declare(
        "hosts",
        "a code host's repository",
        "source",
        {
            "source": (T, "the connection"),
            **_REPO,
            "pulls": (B, "pull requests"),
            "merged": (B, "merged ones"),
            "linked": (B, "merged ones whose commits on the main line are known"),
            "pulls_from": (AT, "when the first one was opened, UTC; null if there is none"),
            "deploys": (T, "what tells of deployments: deployment, run or release; null: nothing"),
            "deploys_from": (AT, "the first deployment to production, UTC; null if none is told"),
            "deploys_until": (AT, "the last one, UTC, where none is told any more; else null"),
            **_UNTIL,
        },
    ),
    declare(
        "pulls",
        "a pull or merge request as it stands; sorted by source, created_at",
        "source key",
        {
            **_PULL,
            "title": (T, "as written"),
            "state": (T, "open, merged or closed"),
            "draft": (X, "not yet meant to be reviewed"),
            **_WHO,
            "base_ref": (T, "the branch it goes to"),
            "head_ref": (T, "the branch it comes from"),
            "labels": (T, "names, by `, `"),
            "milestone": (T, "its title; empty if none"),
            "closes": (T, "keys of the issues that merging closes, by a space"),
            "created_at": (AT, "UTC"),
            "created_week": (ON, "the Monday of that week; null if the time cannot be true"),
            "first_commit_at": (AT, "when the first of its commits was written, UTC; null: unseen"),
            "ready_at": (AT, "when it was meant to be reviewed, UTC; null for a draft"),
            "first_review_at": (AT, "the first review or comment by another human, UTC"),
            "approved_at": (AT, "the last approval by another human before the merge, UTC"),
            "merged_at": (AT, "UTC; null unless merged"),
            "merged_week": (ON, "the Monday of that week"),
            "closed_at": (AT, "UTC; merged or not; null while open"),
            "deployed_at": (AT, "the first deployment to production that holds it, UTC"),
            "method": (T, "merge, squash, rebase, fast_forward or message; null if not linked"),
            "landing_nr": (B, "position on the main line of what it left there; null if unseen"),
            **_AREA,
            "commits": (B, "commits of its branch; null if not told"),
            "added": (B, "lines; null if not told"),
            "deleted": (B, "lines; null if not told"),
            "files": (B, "changed files; null if not told"),
            "reopened": (I, "times that it was open again after it was closed"),
            **_UNTIL,
        },
    ),
    declare(
        "pull_landings",
        "a commit that a pull request left on the main line",
        "source key commit_id",
        {
            **_PULL,
            "commit_id": (T, "full object id"),
            "method": (T, "how it came there, as in pulls"),
        },
    ),
    declare(
        "pull_weeks",
        "a pull request that was open at the end of a week",
        "source key week",
        {**_PULL, "week": (ON, "the Monday of that week"), **_WHO},
    ),
    declare(
        "reviews",
        "a review of, or a comment on, a pull request; sorted by reviewed_at",
        "source key event_id",
        {
            **_PULL,
            "event_id": (T, "the host's own id"),
            **_AREA,
            **_WHO,
            "author_id": (T, "whose pull request it is; null for a deleted account"),
            "what": (T, "approved, changes_requested, reviewed or commented"),
            "reviewed_at": (AT, "UTC"),
            "reviewed_week": (ON, "the Monday of that week; null if the time cannot be true"),
        },
    ),
    declare(
        "deployments",
        "an attempt to deploy to production (facts/mart_host_deploys.py says which count)",
        "source deployment_id",
        {
            "source": (T, "the host's connection"),
            "deployment_id": (T, "the host's own id"),
            **_REPO,
            "witness": (T, "what tells of it: deployment, run or release"),
            "environment": (T, "as told; of a run its workflow; of a release its tag"),
            "commit_id": (T, "what was deployed; null if not told"),
            "landing_nr": (B, "position of that commit on the main line; null if unseen"),
            "made_at": (AT, "UTC"),
            "finished_at": (AT, "when it came to its result, UTC"),
            "week": (ON, "the Monday of the week in which it was made"),
            "result": (T, "success or failure"),
            "rollback": (X, "it brought back an older state"),
            "failed": (T, "failure, rolled_back, incident; empty if none; null: nobody would tell"),
            **_WHO,
        },
    ),
    declare(
        "deployment_people",
        "a human whose changes a deployment brought, else who made it",
        "source deployment_id person_id",
        {
            "source": (T, "the host's connection"),
            "deployment_id": (T, "as in deployments"),
            "person_id": (T, "the person"),
        },
    ),
    declare(
        "failures",
        "a time in which production was not well",
        "source failure_id",
        {
            "source": (T, "the host's or tracker's connection"),
            "failure_id": (T, "of the deployment, or the incident's key"),
            **_REPO,
            "deployment_id": (T, "the deployment behind it; null if none is known"),
            "cause": (T, "failure, rolled_back or incident"),
            "person_id": (T, "of an incident without a deployment, who has it; null if nobody"),
            "began_at": (AT, "UTC"),
            "week": (ON, "the Monday of that week"),
            "ended_at": (AT, "when it was well again, UTC; null if it is not, or not told"),
            **_UNTIL,
        },
    ),
    declare(
        "questions",
        "an issue, as a question that waits for an answer",
        "source key",
        {
            **_PULL,
            **_WHO,
            "asked_at": (AT, "UTC"),
            "week": (ON, "the Monday of that week; null if the time cannot be true"),
            "answered_at": (AT, "the first comment or closing by another human, UTC"),
            "closed_at": (AT, "the first closing by anybody, UTC; null while open"),
            **_UNTIL,
        },
    ),
    declare(
        "closings",
        "a closing of an issue",
        "source key closed_at",
        {
            **_PULL,
            **_WHO,
            "closed_at": (AT, "UTC"),
            "week": (ON, "the Monday of that week; null if the time cannot be true"),
            "reopened_at": (AT, "when it was open again, UTC; null if it was not"),
            **_UNTIL,
        },
    ),
    declare(
        "measurements",
        "a value of a KPI that was pushed here; sorted by nr",
        "source measurement_id",
        {
            "source": (T, "the connection that is pushed to"),
            "measurement_id": (T, "the id that whoever pushed it gave"),
            "nr": (B, "in which order they first came"),
            "kpi": (T, "what was measured"),
            "unit": (T, "of the value"),
            "value": (F, "as measured; the last word on its id"),
            "measured_at": (AT, "UTC"),
            "commit_id": (T, "what was measured; null if not told"),
            "host": (T, "where; empty if not told"),
            "session": (T, "what was measured at one go; empty if not told"),
        },
    ),
)
