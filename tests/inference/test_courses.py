"""Finish or switch: by arithmetic where nothing is uncertain, and by what must rise or fall."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from groundplan.inference.resumption import AWAY, WORK, Ramp, RampPrior, learn, learn_ramp
from groundplan.inference.switching import (
    FUTURES,
    GONE,
    HELD,
    Advice,
    Range,
    Team,
    Weighed,
    check_range,
    draw_left,
    draw_range,
    score_chances,
    weigh,
)
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown

RESULT = Path(__file__).parents[2] / "evidence" / "switching" / "result.json"


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def team(back_after: float = 1.0, cases: int = 400, ramp: float = 1.0) -> Team:
    """A team whose interrupted work always came back, and whose rest took so many times as long."""
    ones, nothing = np.ones(cases, bool), np.zeros(cases, bool)
    work = learn(np.full(50, 8.0), np.ones(50, bool), np.zeros(50, bool), WORK)
    away = learn(np.full(cases, back_after), ones, nothing, AWAY)
    none: list[float] = []
    sure = learn_ramp(none, none, none, work, RampPrior(float(np.log(ramp)), 1e-3))
    return Team(work, 50, away, sure)


def compared(left: float, new: float, urgency: float = 1.0, **of: float) -> Weighed:
    found = weigh(np.full(FUTURES, left), np.full(FUTURES, new), 30.0, team(**of), urgency, rng())  # type: ignore[arg-type]
    assert isinstance(found, Weighed)
    return found


def test_what_is_printed_beside_claims_is_the_evidence() -> None:
    judged = json.loads(RESULT.read_text())["away"]["judged"]["after 0 days"]
    times, gone = judged["times"]["groundplan"], judged["given_up"]
    assert (times["if_so_range_80_held"][0], times["came_in_half_a_year"]) == HELD
    assert (gone["groundplan"]["said"], gone["given_up"], gone["cases"]) == GONE


def test_without_doubt_it_is_arithmetic() -> None:
    found = compared(left=4.0, new=20.0)
    assert found.delay_new.value == 4.0
    assert found.delay_item.value == pytest.approx(20.0, abs=0.3)
    assert found.finish.new.value == 24.0
    assert found.switch.new.value == 20.0
    assert found.switch.item.value == pytest.approx(24.0, abs=0.3)
    assert found.worth.value == pytest.approx(5.0, abs=0.1)
    assert found.advice is Advice.FINISH
    slow = compared(left=4.0, new=20.0, ramp=2.0)
    assert slow.delay_item.value == pytest.approx(24.0, abs=0.3)
    assert slow.lost.value == pytest.approx(4.0, abs=0.1)


def test_urgency_turns_the_advice_where_worth_says() -> None:
    assert compared(4.0, 20.0, urgency=4.0).advice is Advice.FINISH
    assert compared(4.0, 20.0, urgency=6.0).advice is Advice.SWITCH
    assert compared(40.0, 2.0).advice is Advice.SWITCH


def test_a_team_that_gives_up_should_finish() -> None:
    ones, nothing = np.ones(200, bool), np.zeros(200, bool)
    lost = learn(np.full(200, 10.0), nothing, ones, AWAY)
    kind = team()
    found = weigh(
        np.full(FUTURES, 40.0), np.full(FUTURES, 2.0), 30.0,
        Team(kind.work, 50, lost, kind.ramp), 1.0, rng(),
    )  # fmt: skip
    assert isinstance(found, Weighed)
    assert found.given_up.value > 0.9
    assert found.advice is Advice.FINISH
    assert found.lost.high == 30.0


def test_a_return_gains_nothing() -> None:
    assert compared(left=10.0, new=2.0, ramp=0.5).delay_item.value >= 2.0
    assert compared(left=10.0, new=2.0, ramp=0.5).lost.high == 0.0


def test_what_is_uncertain_is_named() -> None:
    wide = draw_range(Range(1.0, 200.0), rng())
    found = weigh(wide, np.full(FUTURES, 10.0), 5.0, team(), 1.0, rng())
    assert isinstance(found, Weighed)
    assert found.advice is Advice.CANNOT_TELL
    assert "a narrower range would tell" in found.because
    few = Team(team().work, 50, learn([], [], [], AWAY), team().ramp)
    found = weigh(np.full(FUTURES, 25.0), np.full(FUTURES, 10.0), 5.0, few, 1.0, rng())
    assert isinstance(found, Weighed)
    assert found.advice is Advice.CANNOT_TELL
    assert found.because.startswith("only 0 of your own items")


def test_ranges_hold_what_they_say_and_history_speaks_without_one() -> None:
    drawn = draw_range(Range(3.0, 12.0), rng())
    assert np.mean((drawn >= 3) & (drawn <= 12)) == pytest.approx(0.8, abs=0.01)
    assert draw_range(Range(5.0, 5.0), rng()) == pytest.approx(np.full(FUTURES, 5.0))
    told = draw_left(None, team(), 0.0, rng())
    assert not isinstance(told, Unknown)
    assert np.median(told) == pytest.approx(8.0, rel=0.1)
    short = Team(team().work, 4, team().away, team().ramp)
    assert draw_left(None, short, 0.0, rng()) == Unknown(
        "how long is left is not known; say a range, or", 4, 5, "finished pieces of work"
    )


def test_what_is_unknown_stays_unknown() -> None:
    nothing = Unknown("why", 0, 5, "things")
    some = np.full(FUTURES, 2.0)
    assert weigh(nothing, some, 1.0, team(), 1.0, rng()) is nothing
    assert weigh(some, nothing, 1.0, team(), 1.0, rng()) is nothing


@pytest.mark.parametrize(("low", "high"), [(5, 2), (0, 3), (-1, 3), (1, 1_001), (3, 0)])
def test_a_range_that_cannot_be_is_refused(low: float, high: float) -> None:
    with pytest.raises(BadInput, match="left_low"):
        check_range("left_low", low, high)
    assert check_range("left_low", 0, 0) is None


def test_chances_that_tell_nothing_score_nothing() -> None:
    came = np.array([1.0, 0.0] * 50)
    flat = score_chances(np.full(100, 0.5), came)
    right = score_chances(np.abs(came - 0.1), came)
    wrong = score_chances(np.abs(came - 0.9), came)
    assert isinstance(flat, Estimate)
    assert isinstance(right, Estimate)
    assert isinstance(wrong, Estimate)
    assert flat.value == pytest.approx(0.0)
    assert right.value == pytest.approx(0.96)
    assert wrong.value < -1
    assert isinstance(score_chances(came[:3], came[:3]), Unknown)
    assert isinstance(score_chances(came[::2], came[::2]), Unknown)


def test_the_ramp_is_drawn_as_it_is_told() -> None:
    ramp = Ramp(np.array([1.0, 2.0]), np.array([0.25, 0.75]), 3)
    assert ramp.draw(40_000, rng()).mean() == pytest.approx(1.75, abs=0.01)
    assert (ramp.estimate().low, ramp.estimate().high) == (1.0, 2.0)
