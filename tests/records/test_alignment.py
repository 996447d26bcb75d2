"""The fold of alignment: the last word holds, what is removed is gone, its children move up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from groundplan.records import alignment
from groundplan.records.alignment import ALIGNMENT, Alignment
from groundplan.records.journal import Entry, Visibility


def fold(*said: tuple[str, dict[str, Any]]) -> Alignment:
    """The state after these entries."""
    state = ALIGNMENT.initial
    for nr, (kind, body) in enumerate(said, start=1):
        entry = Entry(
            seq=nr, stream=alignment.STREAM, version=nr, kind=kind, form=1,
            at=datetime(2026, 1, 5, tzinfo=UTC), by="p1", owner="p1", team="",
            visibility=Visibility.TEAM, body=body, digest="",
        )  # fmt: skip
        before = replace(state)
        state, old = ALIGNMENT.step(state, entry), state
        assert old == before, "a step changes nothing that it is given"
    return state


def key_result(text: str, parent: str = "") -> tuple[str, dict[str, Any]]:
    return alignment.PLACED, {"text": text, "level": "team", "parent": parent}


def word(work: str, kind: str, said: str) -> tuple[str, dict[str, Any]]:
    body = {"goal": "", "kind": kind, "said_kind": said, "chance": 0.7, "drawn": True}
    return alignment.CORRECTED, {"work": work, **body}


def test_what_served_a_removed_key_result_serves_what_it_served() -> None:
    gone = (alignment.REMOVED, {"what": "K2"})
    known = fold(key_result("a"), key_result("b", "K1"), key_result("c", "K2"), gone)
    assert {key: one.parent for key, one in known.key_results.items()} == {"K1": "", "K3": "K1"}


def test_the_last_word_holds_and_every_word_is_scored() -> None:
    known = fold(word("w", "support", "support"), word("w", "unplanned", "support"))
    assert known.corrections["w"].kind == "unplanned"
    assert [one.was_right for one in known.record] == [True, False]


def test_goals_are_named_by_rules_and_words() -> None:
    rule = {"how": "key", "match": "PAY-", "goal": "G1", "kind": ""}
    known = fold((alignment.RULED, rule), word("w", "support", "support"))
    assert known.named_goals == {"G1"}
    assert fold((alignment.RULED, rule), (alignment.REMOVED, {"what": "R1"})).rules == ()


def test_documents_come_and_go() -> None:
    body = {"title": "Notes", "on": "2026-01-05", "text": "Search quality"}
    assert fold((alignment.BROUGHT, body)).documents[0].on.isoformat() == "2026-01-05"
    assert fold((alignment.BROUGHT, body), (alignment.REMOVED, {"what": "D1"})).documents == ()
