"""What is merged, what is only proposed, and what must never be."""

from __future__ import annotations

from datetime import datetime

import pytest

from groundplan.facts.identities.mailmap import parse_mailmap
from groundplan.facts.identity import (
    Certainty,
    Decision,
    Identities,
    SeenAccount,
    Verdict,
    resolve,
)
from groundplan.terms.people import Account, ActorKind

LATER = datetime(2021, 1, 1)


def seen(
    text: str, commits: int = 1, repo: str = "demo", at: datetime | None = None
) -> SeenAccount:
    name, _, email = text.rpartition(" <")
    return SeenAccount(name, email.rstrip(">"), repo, commits, at or datetime(2020, 1, 1), LATER)


def account(text: str) -> Account:
    return seen(text).account


def merge_kinds(found: Identities) -> list[tuple[str, bool]]:
    return [(merge.certainty.value, merge.applied) for merge in found.merges]


def are_one(found: Identities, *texts: str) -> bool:
    return len({found.person_of[account(text)] for text in texts}) == 1


ANN = "Ann Example <ann@example.com>"

CERTAIN = [
    (ANN, "ann <ANN@Example.com>"),
    (ANN, "Somebody Renamed <ann@example.com>"),
    ("Ann <12+ann@users.noreply.github.com>", "ann <ann@users.noreply.github.com>"),
    ("Ann <12+ann@users.noreply.github.com>", "Ann <12+annie@users.noreply.github.com>"),
    ("Ann <7-ann@users.noreply.gitlab.com>", "Ann E <7-anne@users.noreply.gitlab.com>"),
]
LIKELY = [
    (ANN, "Ann Example <ann.example@work.example>"),
    (ANN, "ann  EXAMPLE <other@work.example>"),
    (ANN, "Example, Ann <other@work.example>"),
    (ANN, "Ann Example (Work) <other@work.example>"),
    ("Zoë Exämple <a@x.example>", "ZoÃ« ExÃ¤mple <b@y.example>"),
    (ANN, "ann <ann+git@example.com>"),
    ("annex <annex@mail.example>", "annex <annex@other.example>"),
    ("Ann Example <annexample@gmail.com>", "Ann E. <ann.example@gmail.com>"),
    (ANN, "Ann E <ann@host.example.com>"),
    ("Ann Example <9+annex77@users.noreply.github.com>", "annex77 <x@mail.example>"),
    ("annex77 <9+annex77@users.noreply.github.com>", "Ann Example <annex77@mail.example>"),
    ("Ann Example <root@localhost>", ANN),
    (
        "dependabot[bot] <1+dependabot[bot]@users.noreply.github.com>",
        "dependabot <support@x.example>",
    ),
    ("Claude Opus 4 <noreply@anthropic.com>", "Claude Code <claude-code@x.example>"),
]
POSSIBLE = [
    (ANN, "A. Example <other@work.example>"),
    ("Zoé Example <a@x.example>", "Zoe Example <b@y.example>"),
    (ANN, "Example Ann <other@work.example>"),
    (ANN, "Ann Exampel <other@work.example>"),
    (ANN, "Ann Middle Example <other@work.example>"),
    ("Ann Example <annexa@x.example>", "Ann E <annexa@y.example>"),
    (ANN, "aexample <aexample@work.example>"),
    (ANN, "AnnExample <other@work.example>"),
    (
        "Ann Example <1+ann@users.noreply.github.com>",
        "Ann Example <2+anx@users.noreply.github.com>",
    ),
]
NOTHING = [
    ("root <root@localhost>", "Ann Example <root@localhost>"),
    ("unknown <a@x.example>", "unknown <b@y.example>"),
    ("Ann Example <>", "Ben Sample <>"),
    ("Ann Example <noreply@github.com>", "Ben Sample <noreply@github.com>"),
    ("Ann Example <team@example.com>", "Ben Sample <team@example.com>"),
    ("Ann Example <dev@example.com>", "Ben Sample <dev@example.com>"),
    ("Ann <ann@x.example>", "Ann <ann@y.example>"),
    ("Ann Example <ann@x.example>", "Ann Different <ann@y.example>"),
    ("ann <5+ann@users.noreply.github.com>", "Ann Example <ann@y.example>"),
    ("Ann Example <ann@x.example>", "example-bot <ann@x.example>"),
    ("Your Name <you@example.com>", "Ann Example <you@example.com>"),
    ("Example Team <a@x.example>", "Example Team <b@y.example>"),
    ("Ann and Ben Example <a@x.example>", "Ann and Ben Example <b@y.example>"),
]


@pytest.mark.parametrize(("one", "two"), CERTAIN)
def test_certain(one: str, two: str) -> None:
    found = resolve([seen(one), seen(two)], {}, [])
    assert merge_kinds(found) == [("certain", True)]
    assert are_one(found, one, two)


@pytest.mark.parametrize(("one", "two"), LIKELY)
def test_likely_is_applied_and_listed(one: str, two: str) -> None:
    # the word "ann" also stands in other names, as given names do
    others = [seen("Ann Sample <s@z.example>"), seen("Ann Other <o@z.example>")]
    found = resolve([seen(one), seen(two), *others], {}, [])
    assert [m.certainty for m in found.merges if m.applied] == [Certainty.LIKELY]
    assert are_one(found, one, two)


@pytest.mark.parametrize(("one", "two"), POSSIBLE)
def test_possible_is_only_proposed(one: str, two: str) -> None:
    found = resolve([seen(one), seen(two)], {}, [])
    assert merge_kinds(found) == [("possible", False)]
    assert not are_one(found, one, two)


@pytest.mark.parametrize(("one", "two"), NOTHING)
def test_never_merged(one: str, two: str) -> None:
    others = [seen("Ann Sample <s@z.example>"), seen("Ann Other <o@z.example>")]
    found = resolve([seen(one), seen(two), *others], {}, [])
    assert not [m for m in found.merges if m.applied]


def test_an_address_with_many_names_is_an_alias() -> None:
    names = ["Ann Example", "Ben Sample", "Cara Muster", "Dan Ejemplo", "Eve Esempio"]
    found = resolve([seen(f"{name} <desk@example.com>") for name in names], {}, [])
    assert len(found.people) == 5
    assert [(s.email, s.names) for s in found.shared] == [("desk@example.com", 4)]


def test_a_slip_under_a_colleagues_address_does_not_join_the_two() -> None:
    slip = "Ben Sample <ann@example.com>"
    ben = "Ben Sample <ben@example.com>"
    found = resolve([seen(ANN, 90), seen(slip), seen(ben, 80)], {}, [])
    assert are_one(found, ANN, slip)
    assert not are_one(found, ANN, ben)


def test_a_name_of_two_common_words_is_not_enough() -> None:
    firsts, lasts = ["Ann", "Ben", "Cara", "Dan", "Eve", "Finn"], ["Example", "Sample", "Muster"]
    crowd = [
        seen(f"{first} {last} <{first}{last}@{nr}.example>")
        for nr, (first, last) in enumerate((f, la) for f in firsts for la in lasts)
    ]
    twin = "Ann Example <twin@z.example>"
    found = resolve([*crowd, seen(twin)], {}, [])
    assert not are_one(found, twin, "Ann Example <AnnExample@0.example>")
    assert "two common words" in found.merges[0].reason


def test_a_chain_of_possible_never_applies() -> None:
    chain = [f"Ann {'x' * nr}example <a{nr}@{nr}.example>" for nr in range(6)]
    found = resolve([seen(text) for text in chain], {}, [])
    assert len(found.people) == 6
    assert merge_kinds(found) == [("possible", False)] * len(found.merges)


def test_the_mailmap_is_followed_and_keeps_people_apart() -> None:
    lines = parse_mailmap(
        "Ann Example <ann@example.com> <old@example.com>\n"
        "Ann Example <ann@example.com> <desk@example.com>\n"
        "Ben Sample <ben@example.com> Ben <desk@example.com>\n"
        "Ann Example <second@example.com> <second@example.com>\n"
    )
    old, desk, ben = "x <old@example.com>", "y <desk@example.com>", "Ben <desk@example.com>"
    twin = "Ann Example <second@example.com>"
    accounts = [seen(text) for text in (old, desk, ben, "Ben Sample <ben@example.com>", twin)]
    found = resolve(accounts, {"demo": lines}, [])
    assert are_one(found, old, desk)
    assert are_one(found, ben, "Ben Sample <ben@example.com>")
    assert not are_one(found, old, ben)
    assert not are_one(found, old, twin)
    person = next(p for p in found.people if account(old) in p.accounts)
    assert person.name == "Ann Example"
    assert all(".mailmap of demo" in m.reason for m in found.merges if m.applied)


def test_a_mailmap_speaks_for_its_own_repository() -> None:
    lines = parse_mailmap("Ann Example <ann@example.com> <old@other.example>\n")
    accounts = [seen(ANN, repo="one"), seen("old <old@other.example>", repo="two")]
    assert len(resolve(accounts, {"one": lines}, []).people) == 2
    assert len(resolve(accounts, {"two": lines}, []).people) == 1


def test_where_mailmaps_disagree_the_better_informed_is_followed() -> None:
    ann = parse_mailmap("Ann Example <ann@example.com> <pc@example.org>\n")
    ben = parse_mailmap("Ben Sample <ben@example.com> <pc@example.org>\n")
    accounts = [
        seen("pc <pc@example.org>", 9, "one"),
        seen("pc <pc@example.org>", 2, "two"),
        seen(ANN, 5, "one"),
        seen("Ben Sample <ben@example.com>", 5, "two"),
    ]
    found = resolve(accounts, {"one": ann, "two": ben}, [])
    assert are_one(found, "pc <pc@example.org>", ANN)
    assert not are_one(found, "pc <pc@example.org>", "Ben Sample <ben@example.com>")
    proposed = [m.reason for m in found.merges if not m.applied]
    assert proposed == ["the .mailmap of two says so, but another repository's disagrees"]


def test_the_display_name_is_the_most_used_proper_one() -> None:
    accounts = [seen("ann <ann@example.com>", 50), seen(ANN, 3), seen("Ann E <ann@example.com>", 9)]
    assert resolve(accounts, {}, []).people[0].name == "Ann Example"


@pytest.mark.parametrize(
    "decision",
    [
        Decision(Verdict.DIFFERENT, account(ANN), account("ann <ANN@example.com>")),
        Decision(Verdict.APART, account("ann <ANN@example.com>")),
    ],
)
def test_even_a_certain_merge_can_be_taken_apart(decision: Decision) -> None:
    accounts = [seen(ANN), seen("ann <ANN@example.com>")]
    assert len(resolve(accounts, {}, []).people) == 1
    assert len(resolve(accounts, {}, [decision]).people) == 2


def test_the_newest_of_contradicting_decisions_holds() -> None:
    a, b, c = (account(f"{name} <{name}@{name}.example>") for name in ("axa", "bxb", "cxc"))
    accounts = [SeenAccount(x.name, x.email, "demo", 1, None, None) for x in (a, b, c)]
    same = [Decision(Verdict.SAME, a, b), Decision(Verdict.SAME, b, c)]
    assert len(resolve(accounts, {}, same).people) == 1
    found = resolve(accounts, {}, [*same, Decision(Verdict.DIFFERENT, a, c)])
    assert found.person_of[a] != found.person_of[c]
    assert [m.applied for m in found.merges if m.certainty is Certainty.DECIDED] == [True, False]


def test_what_stands_behind_a_person_can_be_decided() -> None:
    bot = "example-bot <bot@example.com>"
    found = resolve([seen(bot)], {}, [Decision(Verdict.KIND, account(bot), kind=ActorKind.HUMAN)])
    assert found.people[0].kind is ActorKind.HUMAN
    agent = Decision(Verdict.KIND, account(ANN), kind=ActorKind.AGENT)
    other = "Ann Example <other@work.example>"
    found = resolve([seen(ANN), seen(other)], {}, [agent])
    assert [(p.kind, len(p.accounts)) for p in found.people] == [(ActorKind.AGENT, 2)]
    assert found.kind_reasons[found.people[0].person_id] == "somebody decided so"


def test_the_id_stays_when_accounts_are_added_and_shows_no_address() -> None:
    first = seen(ANN, at=datetime(2019, 1, 1))
    more = [seen("Ann Example <new@work.example>", 99), seen("Ben Sample <b@b.example>")]
    before, after = resolve([first], {}, []), resolve([*more, first], {}, [])
    assert before.person_of[account(ANN)] == after.person_of[account(ANN)]
    assert before.people[0].person_id.isalnum()
    assert "ann" not in before.people[0].person_id
