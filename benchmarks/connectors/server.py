"""A GitHub with many pull requests, made while they are asked for, faster than they can be read.

Each has the thread of a usual one: two reviews requested, three reviews, two comments, two labels,
a force-push, a merge; and three commits.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
PEOPLE = 60

EVENTS = (
    ("ReviewRequestedEvent", '"requestedReviewer":%(reviewer)s'),
    ("ReviewRequestedEvent", '"requestedReviewer":%(other)s'),
    ("LabeledEvent", '"label":{"name":"area/one"}'),
    ("LabeledEvent", '"label":{"name":"feature"}'),
    ("IssueComment", '"fullDatabaseId":"%(number)d1","author":%(reviewer)s'),
    ("PullRequestReview", '"fullDatabaseId":"%(number)d2","state":"COMMENTED","author":%(other)s'),
    ("PullRequestReview",
     '"fullDatabaseId":"%(number)d3","state":"CHANGES_REQUESTED","author":%(reviewer)s'),
    ("HeadRefForcePushedEvent", '"afterCommit":{"oid":"%(head)s"}'),
    ("IssueComment", '"fullDatabaseId":"%(number)d4","author":%(author)s'),
    ("PullRequestReview",
     '"fullDatabaseId":"%(number)d5","state":"APPROVED","author":%(reviewer)s'),
    ("MergedEvent", '"commit":{"oid":"%(merge)s"}'),
    ("ClosedEvent", '"stateReason":null'),
)  # fmt: skip


def make_pull(number: int) -> str:
    """One pull request as GraphQL tells it."""
    at = BEGIN + timedelta(minutes=20 * number)
    later = [(at + timedelta(minutes=37 * nr)).strftime("%Y-%m-%dT%H:%M:%SZ") for nr in range(14)]
    given: dict[str, Any] = {
        "number": number, "head": f"{number:040x}",
        "merge": f"{number + 10**9:040x}",
        "author": make_person(number), "reviewer": make_person(number * 7 + 1),
        "other": make_person(number * 11 + 2),
    }  # fmt: skip
    events = ",".join(
        f'{{"__typename":"{name}","id":"E_{number}_{nr}","createdAt":"{later[nr + 1]}",'
        f'"submittedAt":"{later[nr + 1]}","actor":{given["author"]},{more % given}}}'
        for nr, (name, more) in enumerate(EVENTS)
    )
    commits = ",".join(
        f'{{"commit":{{"oid":"{number * 4 + nr:040x}","authoredDate":"{later[0]}",'
        f'"committedDate":"{later[0]}","messageHeadline":"Step {nr} of change {number}"}}}}'
        for nr in range(3)
    )
    return (
        f'{{"fullDatabaseId":"{number}","number":{number},"title":"Change {number} of things",'
        f'"state":"MERGED","isDraft":false,"author":{given["author"]},'
        f'"createdAt":"{later[0]}","updatedAt":"{later[12]}","closedAt":"{later[12]}",'
        f'"mergedAt":"{later[12]}","mergedBy":{given["author"]},"baseRefName":"main",'
        f'"headRefName":"change-{number}","headRefOid":"{given["head"]}",'
        f'"mergeCommit":{{"oid":"{given["merge"]}"}},"additions":40,"deletions":12,'
        '"changedFiles":3,"labels":{"nodes":[{"name":"feature"},{"name":"area/one"}]},'
        '"milestone":null,"closingIssuesReferences":{"nodes":[]},'
        f'"commits":{{"totalCount":3,"nodes":[{commits}]}},"timelineItems":'
        f'{{"pageInfo":{{"hasNextPage":false,"endCursor":null}},"nodes":[{events}]}}}}'
    )


def make_person(number: int) -> str:
    """An account as GraphQL tells it."""
    who = number % PEOPLE
    return f'{{"__typename":"User","login":"person-{who}","databaseId":{1000 + who}}}'


def answer(total: int, path: str, body: bytes) -> bytes:
    """The body of one answer."""
    if path.endswith("/graphql"):
        asked = json.loads(body)
        return _list(total, asked["query"], asked["variables"])
    if path.startswith(("/repos/ann/engine?", "/repositories/1?")) or path in (
        "/repos/ann/engine", "/repositories/1"
    ):  # fmt: skip
        return b'{"id":1,"node_id":"R_1","full_name":"ann/engine"}'
    return b'{"total_count":0,"workflow_runs":[]}' if "/actions/" in path else b"[]"


def _list(total: int, query: str, given: dict[str, Any]) -> bytes:
    if "__type(" in query:
        return b'{"data":{}}'
    numbers: range = range(0)
    if "pullRequests(" in query:
        first, after = given["first"], given.get("after")
        if given.get("way", "ASC") == "ASC":
            start = int(after or 0) + 1
            numbers = range(start, min(total + 1, start + first))
        else:
            start = int(after or total + 1) - 1
            numbers = range(start, max(0, start - first), -1)
    name = next(n for n in ("pullRequests", "issues", "deployments") if f"{n}(" in query)
    nodes = ",".join(map(make_pull, numbers))
    more = "true" if numbers and numbers[-1] not in (total, 1) else "false"
    cursor = f'"{numbers[-1]}"' if numbers else "null"
    count = total if name == "pullRequests" else 0
    return (
        f'{{"data":{{"node":{{"{name}":{{"totalCount":{count},"pageInfo":'
        f'{{"hasNextPage":{more},"endCursor":{cursor}}},"nodes":[{nodes}]}}}}}}}}'
    ).encode()


def serve(total: int) -> None:
    """Answer until killed; the first line printed is the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            found = answer(total, self.path, body)
            etag = f'"{hash(found) & 0xFFFFFFFF:x}"'
            known = self.headers.get("If-None-Match") == etag
            self.send_response_only(304 if known else 200)
            self.send_header("ETag", etag)
            if not known:
                self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(b"" if known else found)

        do_POST = do_GET  # noqa: N815

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pulls", type=int)
    serve(parser.parse_args().pulls)
