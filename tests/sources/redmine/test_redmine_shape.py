"""Replies and what they come to: by hand, as a real server gave them, and the odd ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import groundplan.sources.redmine
from groundplan.facts.host import THREAD_EVENTS, THREAD_EVENTS_KNOWN
from groundplan.facts.raw import RawReply
from groundplan.sources.http.shaped import Shaped
from groundplan.sources.redmine.asking import stage_in
from groundplan.sources.redmine.people import account_of, people_in
from groundplan.sources.redmine.shape import shape
from groundplan.terms.people import Account
from tests.sources.redmine.replies import load
from tests.sources.shape_cases import check_case, load_cases

CASES = load_cases(groundplan.sources.redmine.__file__)


def told(kind: str, body: bytes, about: dict[str, Any] | None = None) -> Shaped:
    at = "2026-03-02T09:00:00+00:00"
    return shape(RawReply(1, "items:x", kind, about or {"host": "h"}, at, body))


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    text = case["text"] if "text" in case else json.dumps({"things": case["things"]})
    shaped = told(case["kind"], text.encode(), case["about"])
    check_case(case, shaped)


def recorded() -> list[dict[str, Any]]:
    """The issues that a real server told with their journals."""
    replies = load()[0].replies
    found = [body for name, (_, body) in replies.items() if "include=journals" in name]
    return [body["issue"] for body in found]


def test_every_word_for_what_happened_is_one_that_the_facts_know() -> None:
    issues = recorded()
    assert len(issues) == 8
    shaped = told("redmine/issues", json.dumps({"things": issues}).encode())
    assert list(shaped.rejected()) == []
    assert {row["what"] for row in shaped.rows[THREAD_EVENTS]} <= set(THREAD_EVENTS_KNOWN)


def test_any_issue_with_holes_is_rejected_and_never_crashes() -> None:
    tried = 0
    for issue in (one for one in recorded() if one.get("journals")):
        holders = (issue, issue["status"], issue["journals"][0], *issue["journals"][0]["details"])
        for holder in holders:
            for name, value in list(holder.items()):
                for odd in list[Any]((None, 7, "x", [], {}, ["x"])):
                    holder[name] = odd
                    shaped = told("redmine/issues", json.dumps({"things": [issue]}).encode())
                    assert shaped.rows
                    assert all(reason.strip() for reason in shaped.rejected())
                    tried += 1
                holder[name] = value
    assert tried > 500


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.text(max_size=8)
    | st.sampled_from(["2026-03-02T09:00:00Z", "status_id", "attr", "erased-1"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["id", "subject", "status", "created_on", "updated_on", "journals",
                         "details", "name", "property", "old_value", "new_value", "entries"]),
        inner, max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(ANYTHING, st.sampled_from(["issues", "times", "versions", "else"]))
def test_whatever_comes_is_shaped_or_rejected(value: Any, kind: str) -> None:
    shaped = told(f"redmine/{kind}", json.dumps({"things": [value, value]}).encode())
    assert shaped.rows
    assert not any("unexpected" in reason for reason in shaped.rejected())


def test_only_accounts_are_taken_for_accounts() -> None:
    names = people_in({"author": {"id": 5, "name": "Ann"}, "status": {"id": 5, "name": "New"}})
    assert names == {"5": "Ann"}
    assert account_of({"id": 5, "name": "Ann"}, names, "h") == Account("Ann", "5@users.noreply.h")
    assert account_of({"id": 5, "name": "New"}, names, "h") is None
    assert account_of({"id": 5, "name": "Ann", "due": 1}, names, "h") is None


@pytest.mark.parametrize(
    ("name", "closed", "stage"),
    [("New", False, "todo"), ("Feedback", False, "doing"), ("Resolved", False, "done"),
     ("Closed", True, "done"), ("Rejected", True, "dropped"), ("Erledigt", True, "done"),
     ("Wartet", False, "doing")],
)  # fmt: skip
def test_how_far_a_status_brings_an_issue(name: str, closed: bool, stage: str) -> None:
    assert stage_in({"name": name, "is_closed": closed}) == stage
