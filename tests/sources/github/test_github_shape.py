"""Replies and what they come to, by hand; and the odd ones, which must not crash."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import groundplan.sources.github
from groundplan.facts.host import THREAD_EVENTS_KNOWN
from groundplan.facts.raw import RawReply
from groundplan.sources.github import threads, webhooks
from groundplan.sources.github.fetch import connect
from groundplan.sources.github.nodes import Who
from groundplan.sources.github.people import account_of, face, face_of
from groundplan.sources.github.shape import shape
from groundplan.sources.http.secrets import Nobody
from groundplan.terms.errors import BadInput
from groundplan.terms.people import Account
from groundplan.terms.progress import Silent

FOLDER = Path(groundplan.sources.github.__file__).parent / "cases"
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['says']}")
    for path in sorted(FOLDER.glob("*.yml"))
    for case in yaml.safe_load(path.read_text())
]
ABOUT = {"host": "github.com", "home": "ann/engine", "since": ""}


def reply(kind: str, body: bytes, about: dict[str, Any] | None = None) -> RawReply:
    return RawReply(1, "items:x", kind, about or ABOUT, "2026-03-02T09:00:00+00:00", body)


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    body = case.get("body")
    if "list" in case:
        body = {"data": {"node": {case["list"]: {"nodes": case["nodes"]}}}}
    text = case["text"].encode() if "text" in case else json.dumps(body).encode()
    shaped = shape(reply(case["kind"], text, case["about"]))
    expected = case.get("rows", {})
    found = {kind.name: rows for kind, rows in shaped.rows.items()}
    if "items" not in case:
        assert set(found) == set(expected)
    for kind, rows in expected.items():
        assert len(found[kind]) == len(rows), found[kind]
        for row, want in zip(found[kind], rows, strict=True):
            assert {name: row[name] for name in want} == want
    for item, events in case.get("items", {}).items():
        told = [
            [event["happened_at"], event["what"], event["value"], event["stage"], event["name"]]
            for event in sorted(shaped.items[item].events, key=lambda e: e["happened_at"])
        ]
        assert told == [[*event, ""][:5] for event in events]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=8)
    | st.sampled_from(["2026-03-02T09:00:00Z", "OPEN", "ClosedEvent", "9999-99-99"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["nodes", "number", "title", "state", "createdAt", "updatedAt", "label",
                         "author", "login", "timelineItems", "__typename", "pageInfo", "id"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANYTHING, st.sampled_from(["pulls", "issues", "deployments", "runs", "jobs", "releases",
                                  "milestones"]))  # fmt: skip
def test_whatever_comes_is_shaped_or_rejected(value: Any, kind: str) -> None:
    names = {"pulls": "pullRequests", "issues": "issues", "deployments": "deployments"}
    body: Any = [value, value]
    if kind in names:
        body = {"data": {"node": {names[kind]: {"nodes": [value]}}}}
    shaped = shape(reply(f"github/{kind}", json.dumps(body).encode()))
    assert shaped.rows
    assert not any("unexpected" in reason for reason in shaped.rejected())


def test_an_issue_with_a_megabyte_of_body_and_title() -> None:
    node = {
        "number": 1, "title": "x" * 1_000_000, "body": "y" * 1_000_000, "state": "OPEN",
        "createdAt": "2026-03-02T09:00:00Z", "updatedAt": "2026-03-02T09:00:00Z",
    }  # fmt: skip
    body = json.dumps({"data": {"node": {"issues": {"nodes": [node]}}}}).encode()
    shaped = shape(reply("github/issues", body))
    titled = [e for e in shaped.items["1"].events if e["what"] == "titled"]
    assert len(titled[0]["value"]) == 1_000


def test_the_same_account_is_the_same_however_it_is_told() -> None:
    node = face_of(Who(typename="Bot", login="renovate", database_id=9), "github.com")
    assert node == face("renovate[bot]", 9, "github.com", bot=True)
    told = {"login": "renovate[bot]", "id": 9, "type": "Bot"}
    assert account_of(told, "github.com") == Account(*node)
    told = {"__typename": "Bot", "login": "renovate", "databaseId": 9}
    assert account_of(told, "github.com") == Account(*node)
    assert account_of({"name": "speed", "id": 4}, "github.com") is None
    assert face("ghost", 10137, "github.com") == ("", "")


def test_every_word_for_what_happened_is_one_that_the_facts_know() -> None:
    told = {*threads._WHAT.values(), *threads.REVIEWS.values()}
    assert told | set(webhooks._WHAT.values()) <= set(THREAD_EVENTS_KNOWN)


@pytest.mark.parametrize(
    ("address", "api", "graphql", "source"),
    [
        ("ann/engine", "https://api.github.com", "https://api.github.com/graphql",
         "items:github-ann-engine"),
        ("https://github.com/Ann/Engine.git", "https://api.github.com",
         "https://api.github.com/graphql", "items:github-ann-engine"),
        ("ann/engine.js", "https://git.example.org/api/v3/", "https://git.example.org/api/graphql",
         "items:git.example.org-ann-engine.js"),
    ],
)  # fmt: skip
def test_where_an_address_leads(address: str, api: str, graphql: str, source: str) -> None:
    found = connect(address, Nobody(), Silent(), api=api)
    assert (found.graphql, found.source) == (graphql, source)
    assert found.host == ("github.com" if "github.com" in api else "git.example.org")


@pytest.mark.parametrize("address", ["", "ann", "ann/engine/issues", "a b/c", "../x", "ann/.."])
def test_what_is_no_repository(address: str) -> None:
    with pytest.raises(BadInput, match="owner/name"):
        connect(address, Nobody(), Silent())
