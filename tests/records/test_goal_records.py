"""Goals as the journal holds them: periods, places, monthly checks, and what changes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.records import goals as records
from groundplan.records.goal_periods import (
    LETTERS,
    choose_period,
    name_period,
    next_month,
    period_of,
    read_period,
)
from groundplan.records.goals import (
    GOALS,
    Goal,
    Goals,
    Month,
    State,
    check_place,
    list_active,
    list_checks,
    step,
)
from groundplan.records.journal import Entry, Visibility
from groundplan.terms.errors import BadInput, Refused

BODY = {
    "title": "Pages open at once", "why": "x", "kpi": "latency", "unit": "ms", "version": 1,
    "baseline": 100.0, "target": 70.0, "due": "2026 H2", "owner": "Ann Example",
    "key_result": "y", "if_not_done": "z",
}  # fmt: skip


def entry(nr: int, kind: str, on: date, body: dict[str, Any]) -> Entry:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    seen = Visibility.TEAM
    return Entry(nr, records.STREAM, nr, kind, 1, at, "p1", "p1", "", seen, body, "")


def fold(*told: tuple[str, date, dict[str, Any]]) -> Goals:
    known = GOALS.initial
    for nr, (kind, on, body) in enumerate(told, 1):
        known = step(known, entry(nr, kind, on, body))
    return known


def said(goal: str, **more: Any) -> dict[str, Any]:
    return {"goal": goal, "says": "", "level": None, "chance": None, **more}


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(sorted(LETTERS)))
def test_every_day_lies_in_one_period_whose_name_names_it(day: date, months: int) -> None:
    period = period_of(day, months)
    assert day in period
    assert read_period(name_period(period)) == period
    assert read_period(f" {name_period(period).lower()} ") == period
    after = period_of(period.end_on, months)
    assert after.start_on == period.end_on
    first = period.start_on
    for _ in range(months):
        first = next_month(first)
    assert first == period.end_on


@pytest.mark.parametrize(
    "name", ["", "2026", "2026 H3", "2026 H0", "H2 2026", "0000 H1", "2026 X1"]
)
def test_what_is_no_period_is_told(name: str) -> None:
    with pytest.raises(BadInput, match="2026 H2"):
        read_period(name)


def test_a_period_that_is_over_is_not_chosen() -> None:
    today = date(2026, 7, 10)
    assert name_period(choose_period("", today, 6)) == "2026 H2"
    assert name_period(choose_period("2027 q1", today, 6)) == "2027 Q1"
    with pytest.raises(BadInput, match="it is over"):
        choose_period("2026 H1", today, 6)


def test_a_goal_lives_from_set_to_closed() -> None:
    told = [
        (records.SET, date(2026, 7, 1), BODY),
        (records.STARTED, date(2026, 7, 20), said("G1", level=99.0, chance=0.4)),
        (records.PARKED, date(2026, 8, 10), {"goal": "G1", "reason": "the audit"}),
        (records.RESUMED, date(2026, 9, 1), {"goal": "G1"}),
        (records.CHECKED, date(2026, 9, 15), said("G1", says="half", level=85.0, chance=0.6)),
        (records.CLOSED, date(2027, 1, 4), {"goal": "G1", "reached": True, "level": 68.0,
                                            "says": "kept"}),
    ]  # fmt: skip
    states = [fold(*told[:nr]).goals["G1"].state for nr in range(1, len(told) + 1)]
    assert states == [State.SET, State.UNDER_WAY, State.PARKED, State.UNDER_WAY, State.UNDER_WAY,
                      State.CLOSED]  # fmt: skip
    goal = fold(*told).goals["G1"]
    assert goal.spans == (
        (date(2026, 7, 20), date(2026, 8, 10)), (date(2026, 9, 1), date(2027, 1, 4)),
    )  # fmt: skip
    assert [one.chance for one in goal.told] == [0.4, 0.6]
    assert [one.says for one in goal.checks] == ["half"]
    assert goal.result is not None
    assert (goal.result.reached, goal.result.level) == (True, 68.0)
    assert fold(*told[:3]).goals["G1"].rests
    assert not goal.rests


def test_a_goal_that_was_parked_before_its_start_comes_back_as_it_was() -> None:
    told = [
        (records.SET, date(2026, 7, 1), BODY),
        (records.PARKED, date(2026, 7, 2), {"goal": "G1", "reason": "later"}),
        (records.RESUMED, date(2026, 7, 3), {"goal": "G1"}),
    ]
    goal = fold(*told).goals["G1"]
    assert goal.state is State.SET
    assert goal.spans == ()


def test_what_is_said_of_a_goal_that_nobody_may_read_is_left_out() -> None:
    assert fold((records.CHECKED, date(2026, 7, 1), said("G9"))).goals == {}


def set_up(**more: Any) -> Goal:
    return replace(fold((records.SET, date(2026, 7, 1), BODY)).goals["G1"], **more)


def test_two_places_a_period_and_what_is_over_keeps_one_until_it_is_closed() -> None:
    half = read_period("2026 H2")
    two = {name: set_up(goal_id=name) for name in ("G1", "G2")}
    today = date(2026, 7, 10)
    with pytest.raises(Refused, match=r"G1 .* and G2"):
        check_place(Goals(two), "", half, today)
    check_place(Goals(two), "other", half, today)
    check_place(Goals(two), "", read_period("2027 H1"), today)
    parked = {**two, "G2": replace(two["G2"], state=State.PARKED)}
    check_place(Goals(parked), "", half, today)
    next_half, later = read_period("2027 H1"), date(2027, 1, 10)
    assert len(list_active(Goals(two), "", next_half, later)) == 2
    closed = {**parked, "G1": replace(two["G1"], state=State.CLOSED)}
    assert list_active(Goals(closed), "", next_half, later) == []


def test_months_owe_a_check_and_a_missed_one_stays_visible() -> None:
    goal = set_up(state=State.UNDER_WAY, spans=((date(2026, 7, 25), None),))
    goal = replace(goal, told=(records.Told(date(2026, 9, 3), "p1", "half", None, None),))
    stands = {one.first_on.month: one.stands for one in list_checks(goal, date(2026, 10, 5))}
    assert stands == {8: Month.MISSED, 9: Month.DONE, 10: Month.DUE}  # July had seven days
    over = list_checks(goal, date(2027, 3, 1))
    assert [one.first_on.month for one in over] == [8, 9, 10, 11, 12]  # none after its period
    parked = replace(goal, spans=((date(2026, 7, 25), date(2026, 8, 5)),), state=State.PARKED)
    assert list_checks(replace(parked, told=()), date(2026, 12, 1)) == ()


@given(st.integers(0, 200), st.integers(0, 200))
def test_checks_are_of_months_in_order_each_once(start: int, ahead: int) -> None:
    begun = date(2026, 7, 1) + timedelta(days=start)
    goal = set_up(state=State.UNDER_WAY, spans=((begun, None),))
    months = [one.first_on for one in list_checks(goal, begun + timedelta(days=ahead))]
    assert months == sorted(set(months))


def test_a_text_names_a_goal_by_id_or_title() -> None:
    goal = set_up()
    assert goal.is_named("G1: faster pages")
    assert goal.is_named(" pages open AT once ")
    assert not goal.is_named("G12")
    assert not goal.is_named("pages")
