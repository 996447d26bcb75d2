"""Whom to go to: few, active, with reasons, and never a ranking of people who are close."""

from __future__ import annotations

from datetime import date

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
