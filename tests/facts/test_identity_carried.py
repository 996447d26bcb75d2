"""Logins of a code host joined with authors of commits, by the pull requests that carry them."""

from __future__ import annotations

from datetime import datetime

import pytest

from groundplan.facts.identity import (
    Carried,
    Certainty,
    Decision,
    Identities,
    SeenAccount,
    Verdict,
    resolve,
)
from groundplan.terms.people import Account, ActorKind

LATER = datetime(2021, 1, 1)
LOGIN = Account("zeta", "12+zeta@users.noreply.github.com")
ANN = Account("Ann Example", "ann@mail.example")
HOME = Account("Ann Example", "a.e@home.example")
BEN = Account("Ben Sample", "ben@mail.example")
OTHER = Account("omega", "13+omega@users.noreply.github.com")
BOT = Account("renovate[bot]", "99+renovate[bot]@users.noreply.github.com")


def found(*carried: Carried, decisions: tuple[Decision, ...] = ()) -> Identities:
    accounts = [LOGIN, ANN, HOME, BEN, OTHER, BOT]
    seen = [SeenAccount(a.name, a.email, "r", 9, datetime(2020, 1, 1), LATER) for a in accounts]
    return resolve(seen, {}, decisions, carried)


def are_one(identities: Identities, one: Account, other: Account) -> bool:
    return identities.person_of[one] == identities.person_of[other]


def test_a_login_is_whose_commits_its_pull_requests_carry() -> None:
    identities = found(Carried(LOGIN, ANN, 12), Carried(LOGIN, BEN, 1), Carried(OTHER, BEN, 9))
    assert are_one(identities, LOGIN, ANN)
    assert are_one(identities, OTHER, BEN)
    assert not are_one(identities, LOGIN, OTHER)
    merge = next(m for m in identities.merges if m.side_b == LOGIN)
    assert merge.certainty is Certainty.LIKELY
    assert (
        merge.reason == "of one's 12 commits in pull requests, 12 are in those of the login 'zeta'"
    )


def test_without_pull_requests_nothing_speaks_for_it() -> None:
    identities = found()
    assert not are_one(identities, LOGIN, ANN)


def test_a_second_machine_of_the_same_person_comes_along() -> None:
    identities = found(Carried(LOGIN, ANN, 12), Carried(LOGIN, HOME, 8))
    assert are_one(identities, LOGIN, HOME)


def test_a_colleague_on_ones_branch_is_not_oneself() -> None:
    """Ben never opens a pull request: all of his commits come by Ann's, and names differ."""
    identities = found(Carried(LOGIN, ANN, 12), Carried(LOGIN, BEN, 11))
    assert are_one(identities, LOGIN, ANN)
    assert not are_one(identities, LOGIN, BEN)


@pytest.mark.parametrize(
    "carried",
    [
        [Carried(LOGIN, ANN, 2)],  # too few
        [Carried(LOGIN, ANN, 5), Carried(OTHER, ANN, 20)],  # a bundler of others' work
        [Carried(LOGIN, ANN, 5), *(Carried(LOGIN, each, 9) for each in (BEN, HOME))],
    ],
)  # fmt: skip
def test_too_little_is_not_applied(carried: list[Carried]) -> None:
    identities = found(*carried)
    one = [m for m in identities.merges if m.applied and LOGIN in (m.side_a, m.side_b)]
    assert ANN not in {side for m in one for side in (m.side_a, m.side_b)}


def test_half_of_it_is_proposed() -> None:
    identities = found(Carried(LOGIN, ANN, 6), Carried(LOGIN, BEN, 8), Carried(OTHER, ANN, 5))
    (merge,) = [m for m in identities.merges if {m.side_a, m.side_b} == {LOGIN, ANN}]
    assert (merge.certainty, merge.applied) == (Certainty.POSSIBLE, False)


def test_programs_carry_nobody() -> None:
    identities = found(Carried(BOT, ANN, 30))
    assert not are_one(identities, BOT, ANN)
    kinds = {person.accounts[0]: person.kind for person in identities.people}
    assert kinds[BOT] is ActorKind.BOT


def test_somebody_who_decided_otherwise_is_heard() -> None:
    apart = Decision(Verdict.DIFFERENT, LOGIN, ANN)
    assert not are_one(found(Carried(LOGIN, ANN, 12), decisions=(apart,)), LOGIN, ANN)
    alone = Decision(Verdict.APART, LOGIN)
    assert not are_one(found(Carried(LOGIN, ANN, 12), decisions=(alone,)), LOGIN, ANN)
