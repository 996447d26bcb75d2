"""Whom to go to: few, active, with reasons, and never a ranking of people who are close."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from groundplan.inference import go_to
from groundplan.terms.estimate import Estimate, Unknown


def crowd(rows: list[tuple[str, float, int, int, float]]) -> go_to.Crowd:
    """name, decayed touches here, changes, reviews, days of silence"""
    names, here, changes, reviews, silent = (np.array(column) for column in zip(*rows, strict=True))
    last_at = np.where(
        changes + reviews > 0, np.datetime64("2026-03-07T10:00"), np.datetime64("NaT")
    )
    everywhere = here + 1.0
    return go_to.Crowd(
        names.astype(object), np.stack([here, everywhere]), here, changes, reviews, last_at, silent
    )


def test_at_most_three_people_and_close_ones_by_name() -> None:
    people, silent = go_to.choose_experts(
        crowd([("Dee", 5, 5, 0, 1), ("Cy", 5.1, 5, 0, 1), ("Bo", 5, 5, 0, 1), ("Ann", 5, 5, 0, 1)])
    )
    assert len(people) == 3
    assert [one.name for one in people] == sorted(one.name for one in people)
    assert silent == ()


def test_who_stands_out_comes_first() -> None:
    people, _ = go_to.choose_experts(crowd([("Ann", 2, 2, 0, 1), ("Zoe", 40, 50, 0, 1)]))
    assert [one.name for one in people] == ["Zoe", "Ann"]
    assert isinstance(people[0].share, Estimate)
    assert people[0].share.value > 0.5


def test_the_silent_are_not_proposed_but_said_to_be_so() -> None:
    people, silent = go_to.choose_experts(crowd([("Ann", 0.1, 1, 0, 3), ("Bo", 9, 90, 2, 400)]))
    assert [one.name for one in people] == ["Ann"]
    assert [(one.name, one.active) for one in silent] == [("Bo", False)]
    assert isinstance(silent[0].share, Unknown)


def test_reasons_name_counts_and_the_month_only() -> None:
    people, _ = go_to.choose_experts(crowd([("Ann", 5, 14, 3, 1), ("Bo", 5, 0, 1, 1)]))
    assert people[0].reason == "changed it 14 times; reviewed 3 times, last in March 2026"
    assert people[1].reason == "reviewed once, last in March 2026"
    assert people[0].last_on == date(2026, 3, 1)


def test_somebody_next_to_it_has_no_date() -> None:
    people, _ = go_to.choose_experts(crowd([("Ann", 0, 0, 0, 1)]))
    assert [(one.reason, one.last_on) for one in people] == [("works next to it", None)]
    assert isinstance(people[0].share, Unknown)


def test_nobody_is_no_error() -> None:
    nobody = crowd([("Ann", 1, 1, 0, 1)]).without(["Ann"])
    assert go_to.choose_experts(nobody) == ((), ())


def test_knowers_are_active_and_not_far_from_the_best() -> None:
    some = crowd(
        [("Ann", 10, 9, 0, 1), ("Bo", 1, 1, 0, 9), ("Cy", 0.9, 1, 0, 9), ("Dee", 9, 9, 0, 200)]
    )
    assert go_to.count_knowers(some) == 2
    few = go_to.count_knowers(crowd([("Ann", 4, 4, 0, 1)]))
    assert isinstance(few, Unknown)
    assert (few.have, few.need) == (4, 5)


def test_how_often_a_share_came_true_is_said_of_the_first_answer_for_a_file_only() -> None:
    here = crowd([("Ann", 40, 50, 0, 1), ("Bo", 30, 40, 0, 1)])
    assert [one.held for one in go_to.choose_experts(here)[0]] == ["", ""]
    levels = np.vstack([here.levels[:1], here.levels[:1], here.levels])
    named, _ = go_to.choose_experts(
        go_to.Crowd(
            here.names, levels, here.kept, here.changes, here.reviews, here.last_at,
            here.silent_days,
        )
    )  # fmt: skip
    best = max(named, key=lambda one: one.share.value if isinstance(one.share, Estimate) else 0)
    assert best.held.startswith("shares like this came true for")
    assert [one.held for one in named if one is not best] == [""]


def test_declared_owners_come_with_what_the_facts_say_of_them() -> None:
    here = crowd([("Ann", 5, 5, 0, 1), ("Bo", 0, 0, 0, 400)])
    found = go_to.describe_declared(
        "CODEOWNERS",
        {"@ann": 4, "@org/team": 4, "@bo": 1, "@gone": 1},
        4,
        {"@ann": "p1", "@bo": "p2"},
        np.array(["p1", "p2"], dtype=object),
        here,
        datetime(2026, 8, 1, tzinfo=UTC),
    )
    assert [(one.owner, one.name, one.active, one.reason) for one in found] == [
        ("@ann", "Ann", True, "declared in CODEOWNERS, last touched one of its files 4 months ago"),
        ("@org/team", "", None, "declared in CODEOWNERS"),
        ("@bo", "Bo", False, "declared in CODEOWNERS for 1 of 4 files, never touched it"),
        (
            "@gone",
            "",
            None,
            "declared in CODEOWNERS for 1 of 4 files, not recognised in the history",
        ),
    ]
