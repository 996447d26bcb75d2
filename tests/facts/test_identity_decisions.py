"""Decisions are folded from what was said: the last word holds, and any can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.facts.identities.decisions import DECIDED, UNDONE, standing, write_decision
from groundplan.facts.identity import Decision, Verdict, decisions
from groundplan.terms.errors import SourceBroken
from groundplan.terms.people import Account, ActorKind

ANN, BEN, CARA = (Account(n, f"{n.lower()}@example.com") for n in ("Ann", "Ben", "Cara"))
SAME = Decision(Verdict.SAME, ANN, BEN)
DIFFERENT = Decision(Verdict.DIFFERENT, BEN, ANN)
APART = Decision(Verdict.APART, BEN)
BOT = Decision(Verdict.KIND, ANN, kind=ActorKind.BOT)
HUMAN = Decision(Verdict.KIND, ANN, kind=ActorKind.HUMAN)


@dataclass(frozen=True)
class Said:
    version: int
    kind: str
    body: dict[str, Any]


def say(*what: Decision | int) -> list[Said]:
    return [
        Said(nr, UNDONE, {"version": each})
        if isinstance(each, int)
        else Said(nr, DECIDED, write_decision(each))
        for nr, each in enumerate(what, start=1)
    ]


@pytest.mark.parametrize(
    ("said", "holding"),
    [
        ((), []),
        ((SAME,), [SAME]),
        ((SAME, DIFFERENT), [DIFFERENT]),
        ((SAME, DIFFERENT, 2), [SAME]),
        ((SAME, DIFFERENT, 1), [DIFFERENT]),
        ((BOT, SAME, HUMAN), [SAME, HUMAN]),
        ((SAME, APART), [APART]),
        ((APART, SAME), [APART, SAME]),
        ((DIFFERENT, APART), [DIFFERENT, APART]),
        ((SAME, 1, SAME), [SAME]),
    ],
)
def test_what_holds(said: tuple[Decision | int, ...], holding: list[Decision]) -> None:
    assert decisions(say(*said)) == holding


def test_other_entries_are_left_out() -> None:
    assert decisions([Said(1, "identities.noted", {"text": "hello"}), *say(SAME)[:0]]) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (DECIDED, {}),
        (DECIDED, {"verdict": "twin", "account": {"name": "Ann", "email": "a@example.com"}}),
        (DECIDED, {"verdict": "same", "account": "Ann"}),
        (UNDONE, {"version": "x"}),
        (UNDONE, {}),
    ],
)
def test_a_damaged_entry_is_named(kind: str, body: dict[str, Any]) -> None:
    with pytest.raises(SourceBroken, match="entry 7 of the stream 'identity'"):
        decisions([Said(7, kind, body)])


accounts = st.sampled_from([ANN, BEN, CARA])
pairs = st.tuples(accounts, accounts).filter(lambda pair: pair[0] != pair[1])
made = st.one_of(
    st.builds(
        lambda v, p: Decision(v, *p), st.sampled_from([Verdict.SAME, Verdict.DIFFERENT]), pairs
    ),
    st.builds(lambda a: Decision(Verdict.APART, a), accounts),
    st.builds(lambda a, k: Decision(Verdict.KIND, a, kind=k), accounts, st.sampled_from(ActorKind)),
    st.integers(1, 8),
)


@given(st.lists(made, max_size=10))
def test_undoing_is_as_if_it_was_never_said(said: list[Decision | int]) -> None:
    undone = {each for each in said if isinstance(each, int)}
    spoken = [
        each
        for nr, each in enumerate(said, start=1)
        if not isinstance(each, int) and nr not in undone
    ]
    assert decisions(say(*said)) == decisions(say(*spoken))
    holding = standing(say(*said))
    assert list(holding) == sorted(holding)
