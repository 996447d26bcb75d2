"""What holds for any accounts whatever: a partition, explained, and open to objection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.facts.identity import (
    Certainty,
    Decision,
    Identities,
    SeenAccount,
    Verdict,
    resolve,
)
from groundplan.terms.people import Account

words = st.sampled_from(["Ann", "Ben", "Zoë", "Zoe", "Example", "Sample", "A.", "bot", "", "root"])
made_names = st.lists(words, max_size=3).map(" ".join)
locals_ = st.sampled_from(["ann", "ben", "ann.example", "1+ann", "dev", "root", "annexample"])
domains = st.sampled_from(
    ["example.com", "example.org", "gmail.com", "localhost", "users.noreply.github.com", ""]
)
made_accounts = st.builds(
    SeenAccount,
    made_names,
    st.builds("{}@{}".format, locals_, domains),
    st.sampled_from(["one", "two"]),
    st.integers(1, 50),
    st.none() | st.datetimes(datetime(1960, 1, 1), datetime(2030, 1, 1)),
    st.none(),
)


def groups(found: Identities) -> set[frozenset[Account]]:
    return {frozenset(person.accounts) for person in found.people}


@settings(max_examples=200, deadline=None)
@given(st.lists(made_accounts, max_size=25), st.randoms(use_true_random=False), st.data())
def test_laws(accounts: Sequence[SeenAccount], random: object, data: st.DataObject) -> None:
    found = resolve(accounts, {}, [])
    distinct = {each.account for each in accounts}
    # a partition of all accounts, whose ids are unique
    assert sorted(a for p in found.people for a in p.accounts) == sorted(distinct)
    assert len({p.person_id for p in found.people}) == len(found.people)
    assert {a: p.person_id for p in found.people for a in p.accounts} == found.person_of
    # every join is explained: the applied merges alone connect each person
    parts = {a: {a} for a in distinct}
    for merge in found.merges:
        if merge.applied:
            joined = parts[merge.side_a] | parts[merge.side_b]
            parts.update(dict.fromkeys(joined, joined))
        assert merge.applied or merge.certainty is not Certainty.CERTAIN
    assert {frozenset(part) for part in parts.values()} == groups(found)
    # the order of the rows does not matter
    shuffled = data.draw(st.permutations(accounts))
    assert resolve(shuffled, {}, []) == found
    # a rejection parts the two, whatever else speaks for them
    if found.merges:
        merge = data.draw(st.sampled_from(found.merges))
        rejected = Decision(Verdict.DIFFERENT, merge.side_a, merge.side_b)
        again = resolve(accounts, {}, [rejected])
        assert again.person_of[merge.side_a] != again.person_of[merge.side_b]
        accepted = Decision(Verdict.SAME, merge.side_a, merge.side_b)
        again = resolve(accounts, {}, [accepted])
        assert again.person_of[merge.side_a] == again.person_of[merge.side_b]
