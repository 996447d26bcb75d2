"""Pages of GitHub's GraphQL as rows of facts; an odd node leaves the others whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from groundplan.facts.host import DEPLOYMENTS, PULL_COMMITS, PULLS, THREAD_EVENTS
from groundplan.sources.github import nodes
from groundplan.sources.github.people import face_of
from groundplan.sources.github.states import deployment_state
from groundplan.sources.github.threads import (
    issue_item,
    issue_thread,
    key_of,
    pull_thread,
    tell_item,
    tell_timeline,
)
from groundplan.sources.http.people import NOBODY, Face
from groundplan.sources.http.rows import (
    MOST_VALUE,
    Thread,
    Unreadable,
    labels_of,
    moment,
    required,
    tell_each,
)
from groundplan.sources.http.shaped import ItemTold, Row, Shaped

PULL_PAGE: Final = "github/pulls"
ISSUE_PAGE: Final = "github/issues"
DEPLOYMENT_PAGE: Final = "github/deployments"
THREAD_REST: Final = "github/thread"
ONE_PULL: Final = "github/pull"
ONE_ISSUE: Final = "github/issue"
LISTS: Final[Mapping[str, str]] = {
    PULL_PAGE: "pullRequests", ISSUE_PAGE: "issues", DEPLOYMENT_PAGE: "deployments",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply comes from. host: where accounts are known; home: the repository's name."""

    host: str
    home: str


def read_list(data: Any, kind: str) -> nodes.Page:
    """The page of a list in an answer, its nodes unread. Errors: SourceBroken."""
    return nodes.read_as(nodes.read_page(data, "data", "node", LISTS[kind]), nodes.Page)


def tell_list(shaped: Shaped, kind: str, data: Any, place: Place, since: str) -> None:
    """The rows of one page. since: nodes that did not change since then are no news."""
    found = nodes.read_page(data, "data", "node", LISTS[kind], "nodes")
    _tell_nodes(shaped, kind, found, place, since)


def tell_one(shaped: Shaped, kind: str, data: Any, place: Place) -> None:
    """The rows of one pull request or issue that was asked for by its number."""
    field, like = {ONE_PULL: ("pullRequest", PULL_PAGE), ONE_ISSUE: ("issue", ISSUE_PAGE)}[kind]
    _tell_nodes(shaped, like, [nodes.read_page(data, "data", "node", field)], place, "")


def _tell_nodes(shaped: Shaped, kind: str, found: Any, place: Place, since: str) -> None:
    def tell(node: Any) -> None:
        if node is None:
            raise Unreadable("the token may not see it")
        _TELLERS[kind](shaped, node, place, since)

    tell_each(shaped, kind, found, tell, _name)


def tell_rest(shaped: Shaped, data: Any, thread: Thread) -> None:
    """The rows of the next events of one long thread."""
    field = {"pull": "pullRequest", "issue": "issue"}[thread.kind]
    found = nodes.read_page(data, "data", "node", field, "timelineItems")
    try:
        listed = msgspec.convert(found or {}, nodes.Listed[nodes.Event])
        tell_timeline(shaped, thread, listed.found)
    except msgspec.ValidationError as error:
        shaped.reject(THREAD_REST, f"{thread.kind} {thread.key}", str(error))


def _tell_pull(shaped: Shaped, node: Any, place: Place, since: str) -> None:
    pull = msgspec.convert(node, nodes.Pull)
    if pull.updated_at < since:
        return
    created, updated = required(pull.created_at), required(pull.updated_at)
    thread = pull_thread(pull.number, place.host)
    author = face_of(pull.author, place.host)
    merger = face_of(pull.merged_by, place.host)
    closes = pull.closing_issues_references
    shaped.add(PULLS, {
        "key": thread.key, "pull_id": pull.full_database_id or "",
        "title": pull.title[:MOST_VALUE], "state": pull.state.lower(), "draft": pull.is_draft,
        "author_name": author.name, "author_email": author.email,
        "created_at": created, "updated_at": updated,
        "closed_at": moment(pull.closed_at), "merged_at": moment(pull.merged_at),
        "merger_name": merger.name, "merger_email": merger.email,
        "base_ref": pull.base_ref_name, "head_ref": pull.head_ref_name,
        "head_commit": pull.head_ref_oid,
        "merge_commit": pull.merge_commit.oid if pull.merge_commit else None,
        "commits": pull.commits.total_count if pull.commits else None,
        "added": pull.additions, "deleted": pull.deletions, "files": pull.changed_files,
        "labels": labels_of(each.name for each in pull.labels.found) if pull.labels else "",
        "milestone": pull.milestone.title if pull.milestone else "",
        "closes": " ".join(key_of(each, place.home) for each in closes.found) if closes else "",
    })  # fmt: skip
    for nr, each in enumerate(pull.commits.found if pull.commits else ()):
        shaped.add(PULL_COMMITS, _commit(thread.key, nr, each.commit))
    _tell_thread(shaped, thread, (created, updated), author, pull.timeline_items)


def _tell_issue(shaped: Shaped, node: Any, place: Place, since: str) -> None:
    issue = msgspec.convert(node, nodes.Issue)
    if issue.updated_at < since:
        return
    created, updated = required(issue.created_at), required(issue.updated_at)
    thread = issue_thread(issue.number, place.host)
    listed = issue.timeline_items or nodes.Listed[nodes.Event]()
    author = face_of(issue.author, place.host)
    _tell_thread(shaped, thread, (created, updated), author, listed)
    item = issue_item(issue, created, place.host, place.home)
    events = tell_item(item, listed.found, place.host, place.home)
    shaped.items[item.key] = ItemTold(events, whole=listed.complete)


def _tell_thread(
    shaped: Shaped,
    thread: Thread,
    times: tuple[datetime, datetime],
    author: Face,
    timeline: nodes.Listed[nodes.Event] | None,
) -> None:
    listed = timeline or nodes.Listed[nodes.Event]()
    created, updated = times
    shaped.add(THREAD_EVENTS, thread.row("opened", created, "opened", author))
    tell_timeline(shaped, thread, listed.found)
    if listed.complete:
        shaped.add(THREAD_EVENTS, thread.told(updated))


def _tell_deployment(shaped: Shaped, node: Any, place: Place, _since: str) -> None:
    made = msgspec.convert(node, nodes.Deployment)
    states = made.statuses.found if made.statuses else []
    name = str(made.database_id or made.id)
    what = {
        "deployment_id": name, "environment": made.environment or "", "production": None,
        "commit_id": made.commit_oid, "ref": made.ref.name if made.ref else None,
        "task": made.task,
    }  # fmt: skip
    begin = (
        "made",
        required(made.created_at),
        "made",
        "created",
        face_of(made.creator, place.host),
    )
    shaped.add(DEPLOYMENTS, {**what, **_came_to(*begin)})
    for each in states:
        who = face_of(each.creator, place.host)
        at = required(each.created_at)
        state = deployment_state(each.state)
        came = _came_to(each.id, at, state, each.state.lower(), who)
        shaped.add(DEPLOYMENTS, {**what, **came})


def _came_to(event: str, at: datetime, state: str, told: str, who: Face = NOBODY) -> Row:
    return {
        "event_id": event, "happened_at": at, "state": state, "told_state": told,
        "name": who.name, "email": who.email,
    }  # fmt: skip


def _commit(key: str, nr: int, commit: nodes.Commit) -> Row:
    return {
        "key": key, "nr": nr, "commit_id": commit.oid,
        "authored_at": moment(commit.authored_date), "committed_at": moment(commit.committed_date),
        "subject": commit.message_headline[:MOST_VALUE],
    }  # fmt: skip


def _name(node: Mapping[str, Any]) -> str:
    number = node.get("number")
    return f"#{number}" if isinstance(number, int) else ""


_TELLERS: Final[Mapping[str, Callable[[Shaped, Any, Place, str], None]]] = {
    PULL_PAGE: _tell_pull, ISSUE_PAGE: _tell_issue, DEPLOYMENT_PAGE: _tell_deployment,
}  # fmt: skip
