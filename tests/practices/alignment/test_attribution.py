"""Attribution: what people said goes first and in order, and the rest is learnt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import pytest

from groundplan.facts.item_signs import sign_of_item
from groundplan.facts.traced_work import Work, find_keys
from groundplan.records.alignment import WORK_KINDS, Alignment, Correction, How, Rule
from groundplan.records.goals import Goal
from groundplan.signals.attribution import Attribution, attribute, list_traits, matches, prepare

WORK = Work("commit:demo:c1", "PAY-2 Round refunds", "fix", datetime(2026, 1, 5), ("PAY-2",),
            ("PAY-1",), ("billing",), ("pay/refunds/round.py",), 1, (4, 2))  # fmt: skip
GOAL = Goal("G3", "", "Payments", "w", "k", "ms", 1, 9.0, 1.0, "2026 H1", "p1", "", "", "p1",
            date(2026, 1, 1))  # fmt: skip


def rule(number: int, how: How, match: str, goal: str = "", kind: str = "") -> Rule:
    return Rule(number, how, match, goal, kind)


def word(work: str, kind: str, goal: str = "") -> Correction:
    return Correction(9, work, goal, kind, "unplanned", 0.6, False)


def said(*rules: Rule, words: Sequence[Correction] = ()) -> Alignment:
    return Alignment(rules=rules, corrections={one.work: one for one in words})


def decide(work: Work, known: Alignment, *others: Work, goals: Sequence[Goal] = ()) -> Attribution:
    return attribute(prepare([work, *others], known, goals), [work])


def kind_of(found: Attribution) -> str:
    return WORK_KINDS[int(found.kind[0].argmax())]


def goal_of(found: Attribution) -> str:
    return found.goals[int(found.goal[0].argmax())]


@pytest.mark.parametrize(
    ("how", "match", "fits"),
    [
        ("key", "PAY-", True), ("key", "PAY-2", True), ("key", "PAY", False),
        ("key", "PAY-22", False), ("epic", "PAY-1", True), ("epic", "PAY-2", False),
        ("label", "Billing", True), ("label", "bill", False), ("path", "pay", True),
        ("path", "pay/refunds/", True), ("path", "pa", False), ("path", "*/round.py", True),
        ("word", "refunds", True), ("word", "refund", False), ("word", "a.b(", False),
    ],
)  # fmt: skip
def test_a_rule_fits_whole_things(how: How, match: str, fits: bool) -> None:
    assert matches(rule(1, how, match), WORK) is fits


def test_rules_go_key_epic_label_path_word_and_the_newest_first() -> None:
    rules = (rule(1, "word", "refunds", "W"), rule(2, "path", "pay", "P"),
             rule(3, "label", "billing", "L"), rule(4, "epic", "PAY-1", "E"),
             rule(5, "key", "PAY-", "K"), rule(6, "key", "PAY-2", "N"))  # fmt: skip
    for left in range(5, -1, -1):
        found = decide(WORK, said(*rules[: left + 1]))
        assert goal_of(found) == rules[left].goal
        assert kind_of(found) == "strategic"
        assert found.how == ("rule",)


def test_one_rule_may_say_the_goal_and_another_the_kind() -> None:
    found = decide(
        WORK, said(rule(1, "label", "billing", "", "maintenance"), rule(2, "key", "PAY-", "K"))
    )
    assert (goal_of(found), kind_of(found)) == ("K", "maintenance")


def test_a_goal_named_in_a_subject_goes_before_rules_and_a_word_before_both() -> None:
    named = replace(WORK, title="G3: round refunds")
    known = said(rule(1, "key", "PAY-", "K"))
    assert goal_of(decide(named, known, goals=[GOAL])) == "G3"
    corrected = said(rule(1, "key", "PAY-", "K"), words=[word(WORK.work, "support")])
    found = decide(named, corrected, goals=[GOAL])
    assert (goal_of(found), kind_of(found), found.how) == ("", "support", ("corrected",))


def test_a_word_on_an_item_is_a_word_on_its_commits() -> None:
    item = Work("item:board:PAY-2", "Refunds", "feature", None, ("PAY-2",))
    found = decide(WORK, said(words=[word(item.work, "support")]), item)
    assert (kind_of(found), found.how) == ("support", ("corrected",))


def test_without_a_word_nothing_serves_a_goal_and_a_planned_fix_is_no_surprise() -> None:
    planned = decide(WORK, said())
    assert goal_of(planned) == ""
    assert planned.kind[0, 0] == 0
    assert kind_of(planned) == "punch list"
    assert kind_of(decide(replace(WORK, keys=(), title="Fix a crash"), said())) == "unplanned"
    assert planned.kind[0].sum() == pytest.approx(1)


def test_what_work_for_a_goal_looks_like_is_learnt_and_is_rather_too_careful() -> None:
    mine = [
        replace(WORK, work=f"commit:demo:m{nr}", title=f"PAY-{nr} Refund ledger step {nr}",
                keys=(f"PAY-{nr}",), epics=(), labels=(), paths=("pay/ledger.py",))
        for nr in range(60)
    ]  # fmt: skip
    rest = [
        replace(WORK, work=f"commit:demo:r{nr}", title=f"Rename window {nr}", keys=(), epics=(),
                labels=(), paths=("ui/window.py",), sign="chore")
        for nr in range(120)
    ]  # fmt: skip
    forgot = replace(mine[0], work="commit:demo:x", title="Refund ledger once more", keys=())
    by = prepare([*mine, *rest], said(rule(1, "key", "PAY-", "G1")), [])
    found = attribute(by, [forgot, rest[0]])
    assert found.goals == ("", "G1")
    assert 0.5 < found.goal[0, 1] < 1
    assert found.goal[1, 1] < 0.1
    assert found.how == ("learnt", "learnt")
    assert found.kind[0, 0] == pytest.approx(found.goal[0, 1])


def test_kinds_are_learnt_from_ten_words() -> None:
    works = [replace(WORK, work=f"commit:demo:{nr}", title=f"Tune export {nr}", keys=())
             for nr in range(12)]  # fmt: skip
    new = replace(WORK, work="commit:demo:new", title="Tune export again", keys=())
    few = said(words=[word(one.work, "support") for one in works[:9]])
    enough = said(words=[word(one.work, "support") for one in works])
    assert kind_of(decide(new, few, *works)) == "unplanned"
    found = decide(new, enough, *works)
    assert kind_of(found) == "support"
    assert found.how == ("learnt",)


@pytest.mark.parametrize(
    ("labels", "title", "sign"),
    [
        (("Production Bug",), "Anything", "fix"), (("MMF",), "Anything", "feature"),
        (("Build Maintenance",), "x", "build"), (("Support",), "Fix it", "support"),
        ((), "How do I tune a job?", "support"), ((), "Fix a crash", "fix"),
        ((), "Add a page", "feature"), (("team-blue",), "Rename a helper", "chore"),
    ],
)  # fmt: skip
def test_items_have_signs(labels: tuple[str, ...], title: str, sign: str) -> None:
    assert sign_of_item([label.casefold() for label in labels], title) == sign


def test_keys_and_traits() -> None:
    assert find_keys("PAY-12: see #7 and UTF-8, not a#3") == ("PAY-12", "7", "UTF-8")
    traits = list_traits(["tests/a.py", "docs/b.md"], 2, (0, 40))
    assert {"sort test", "sort docs", "in tests", "ends .md", "files 1", "added 0"} <= set(traits)
    assert list_traits([], None, None) == []
