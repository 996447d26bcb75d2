"""What GitHub's GraphQL is asked: everything of a page of pull requests or issues in one request.

REST would need a request for each of them. Parts that an older server does not know are left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

EVENTS_AT_ONCE: Final = 60  # of a timeline; more of them are asked for one thread at a time
COMMITS_AT_ONCE: Final = 50

# Fields and timeline items that came late: GitHub Enterprise Server may not know them.
LATE_FIELDS: Final[Mapping[str, str]] = {
    "parent": "parent { number repository { nameWithOwner } }",
    "issueType": "issueType { name }",
}
LATE_EVENTS: Final = frozenset((
    "ParentIssueAddedEvent", "ParentIssueRemovedEvent", "ProjectV2ItemStatusChangedEvent",
    "AddedToMergeQueueEvent", "RemovedFromMergeQueueEvent",
))  # fmt: skip

_MADE: Final = "id createdAt actor { ...who }"
_BOTH: Final[Mapping[str, str]] = {
    "AssignedEvent": f"{_MADE} assignee {{ ...who }}",
    "UnassignedEvent": f"{_MADE} assignee {{ ...who }}",
    "ClosedEvent": f"{_MADE} stateReason",
    "ReopenedEvent": _MADE,
    "LabeledEvent": f"{_MADE} label {{ name }}",
    "UnlabeledEvent": f"{_MADE} label {{ name }}",
    "MilestonedEvent": f"{_MADE} milestoneTitle",
    "DemilestonedEvent": f"{_MADE} milestoneTitle",
    "RenamedTitleEvent": f"{_MADE} previousTitle currentTitle",
    "IssueComment": "id fullDatabaseId createdAt author { ...who }",
}
_PULL_EVENTS: Final[Mapping[str, str]] = {
    **_BOTH,
    "MergedEvent": f"{_MADE} commit {{ oid }}",
    "ReadyForReviewEvent": _MADE,
    "ConvertToDraftEvent": _MADE,
    "ReviewRequestedEvent": f"{_MADE} requestedReviewer {{ ...who ... on Team {{ slug }} }}",
    "ReviewRequestRemovedEvent": f"{_MADE} requestedReviewer {{ ...who ... on Team {{ slug }} }}",
    "ReviewDismissedEvent": _MADE,
    "PullRequestReview": "id fullDatabaseId state createdAt submittedAt author { ...who } "
    "commit { oid }",
    "HeadRefForcePushedEvent": f"{_MADE} afterCommit {{ oid }}",
    "BaseRefChangedEvent": f"{_MADE} currentRefName",
    "AutoMergeEnabledEvent": _MADE,
    "AutoMergeDisabledEvent": _MADE,
    "AddedToMergeQueueEvent": _MADE,
    "RemovedFromMergeQueueEvent": _MADE,
}
_ISSUE_EVENTS: Final[Mapping[str, str]] = {
    **_BOTH,
    "MarkedAsDuplicateEvent": f"{_MADE} canonical {{ ... on Issue {{ number repository "
    "{ nameWithOwner } } ... on PullRequest { number repository { nameWithOwner } } }",
    "TransferredEvent": _MADE,
    "ParentIssueAddedEvent": f"{_MADE} parent {{ number repository {{ nameWithOwner }} }}",
    "ParentIssueRemovedEvent": f"{_MADE} parent {{ number repository {{ nameWithOwner }} }}",
    "ProjectV2ItemStatusChangedEvent": f"{_MADE} status",
}
# The enumeration's name of a timeline item is the type's, but for these.
_ODD_NAMES: Final[Mapping[str, str]] = {
    "IssueComment": "ISSUE_COMMENT",
    "PullRequestReview": "PULL_REQUEST_REVIEW",
    "ProjectV2ItemStatusChangedEvent": "PROJECT_V2_ITEM_STATUS_CHANGED_EVENT",
}

_WHO: Final = """
fragment who on Actor {
  __typename login ... on User { databaseId } ... on Bot { databaseId }
}
"""
_PAGE: Final = "totalCount pageInfo { hasNextPage endCursor }"
_PULL: Final = f"""
fullDatabaseId number title state isDraft author {{ ...who }} createdAt updatedAt closedAt mergedAt
mergedBy {{ ...who }} baseRefName headRefName headRefOid mergeCommit {{ oid }}
additions deletions changedFiles labels(first: 30) {{ nodes {{ name }} }} milestone {{ title }}
closingIssuesReferences(first: 10) {{ nodes {{ number repository {{ nameWithOwner }} }} }}
commits(first: {COMMITS_AT_ONCE}) {{
  totalCount nodes {{ commit {{ oid authoredDate committedDate messageHeadline }} }}
}}
"""
_ISSUE: Final = """
number title state stateReason author { ...who } createdAt updatedAt closedAt
labels(first: 30) { nodes { name } } milestone { title }
assignees(first: 10) { nodes { ...who } }
"""

KNOWS: Final = """
query {
  issue: __type(name: "Issue") { fields { name } }
  issueEvents: __type(name: "IssueTimelineItems") { possibleTypes { name } }
  pullEvents: __type(name: "PullRequestTimelineItems") { possibleTypes { name } }
}
"""

DEPLOYMENTS: Final = f"""
query($repo: ID!, $first: Int!, $after: String) {{
  node(id: $repo) {{ ... on Repository {{
    deployments(
      first: $first, after: $after, orderBy: {{ field: CREATED_AT, direction: DESC }}
    ) {{
      {_PAGE}
      nodes {{
        id databaseId task environment commitOid ref {{ name }} createdAt creator {{ ...who }}
        statuses(first: 50) {{ nodes {{ id state createdAt creator {{ ...who }} }} }}
      }}
    }}
  }} }}
}}
{_WHO}"""

# Which numbers exist: a hundred a request, to find what was deleted.
NUMBERS: Final[Mapping[str, str]] = {
    name: f"""
query($repo: ID!, $first: Int!, $after: String) {{
  node(id: $repo) {{ ... on Repository {{
    {name}(first: $first, after: $after, orderBy: {{ field: CREATED_AT, direction: ASC }}) {{
      {_PAGE} nodes {{ number }}
    }}
  }} }}
}}
"""
    for name in ("pullRequests", "issues")
}


def list_pulls(lacks: Collection[str]) -> str:
    """Pull requests with their threads, in an order by creation or change."""
    return _list("pullRequests", _pull(lacks))


def list_issues(lacks: Collection[str]) -> str:
    """Issues with their threads, in an order by creation or change."""
    return _list("issues", _issue(lacks))


def one_pull(lacks: Collection[str]) -> str:
    """One pull request with its thread, by its number."""
    return _one("pullRequest", _pull(lacks))


def one_issue(lacks: Collection[str]) -> str:
    """One issue with its thread, by its number."""
    return _one("issue", _issue(lacks))


def rest_of_thread(kind: str, lacks: Collection[str]) -> str:
    """The next events of one long thread. kind: pull or issue."""
    name, field, events = {
        "pull": ("PullRequest", "pullRequest", _PULL_EVENTS),
        "issue": ("Issue", "issue", _ISSUE_EVENTS),
    }[kind]
    return f"""
query($repo: ID!, $number: Int!, $first: Int!, $after: String) {{
  node(id: $repo) {{ ... on Repository {{
    {field}(number: $number) {{ ...rest }}
  }} }}
}}
fragment rest on {name} {{ {_timeline(events, lacks, "$first", "$after")} }}
{_WHO}"""


def lacking(fields: Collection[str], events: Collection[str]) -> list[str]:
    """What a server does not know, by the names of an issue's fields and of timeline items."""
    return sorted({*(set(LATE_FIELDS) - set(fields)), *(LATE_EVENTS - set(events))})


def _pull(lacks: Collection[str]) -> str:
    return f"{_PULL} {_timeline(_PULL_EVENTS, lacks)}"


def _issue(lacks: Collection[str]) -> str:
    late = " ".join(text for name, text in LATE_FIELDS.items() if name not in lacks)
    return f"{_ISSUE} {late} {_timeline(_ISSUE_EVENTS, lacks)}"


def _one(name: str, node: str) -> str:
    return f"""
query($repo: ID!, $number: Int!) {{
  node(id: $repo) {{ ... on Repository {{ {name}(number: $number) {{ {node} }} }} }}
}}
{_WHO}"""


def _list(name: str, node: str) -> str:
    return f"""
query(
  $repo: ID!, $first: Int!, $after: String, $by: IssueOrderField!, $way: OrderDirection!
) {{
  node(id: $repo) {{ ... on Repository {{
    {name}(first: $first, after: $after, orderBy: {{ field: $by, direction: $way }}) {{
      {_PAGE} nodes {{ {node} }}
    }}
  }} }}
}}
{_WHO}"""


def _timeline(
    events: Mapping[str, str], lacks: Collection[str], first: str = "", after: str = ""
) -> str:
    known = {name: fields for name, fields in events.items() if name not in lacks}
    kinds = ", ".join(_enumerated(name) for name in known)
    parts = " ".join(f"... on {name} {{ {fields} }}" for name, fields in known.items())
    place = f"first: {first or EVENTS_AT_ONCE}" + (f", after: {after}" if after else "")
    return (
        f"timelineItems({place}, itemTypes: [{kinds}]) "
        f"{{ pageInfo {{ hasNextPage endCursor }} nodes {{ __typename {parts} }} }}"
    )


def _enumerated(name: str) -> str:
    if name in _ODD_NAMES:
        return _ODD_NAMES[name]
    return "".join(f"_{c}" if c.isupper() and nr else c for nr, c in enumerate(name)).upper()
