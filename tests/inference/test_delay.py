"""Notices of delay: when they fire, what their chances are worth, and how they are scored."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundplan.inference.delay import (
    AS_FORECAST,
    DUE_DATES,
    SPRINTS,
    SURE,
    Notice,
    Odds,
    Record,
    look_at,
    look_at_new_date,
    recall_alike,
    score_notices,
    weigh,
)
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.terms.estimate import Estimate, Unknown

RESULT = Path(__file__).parents[2] / "evidence" / "delay" / "result.json"
FOUND: dict[str, Any] = json.loads(RESULT.read_text())

histories = st.lists(st.integers(0, 30), min_size=8, max_size=40).filter(
    lambda counts: sum(counts[-26:]) >= 5
)


def known(counts: object) -> Forecast:
    told = forecast(np.asarray(counts))
    assert isinstance(told, Forecast)
    return told


def seen(told: Notice | Unknown) -> Notice:
    assert isinstance(told, Notice)
    return told


def value(told: object) -> float:
    assert isinstance(told, Estimate)
    return told.value


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 60), st.floats(0.5, 180), st.sampled_from([0.5, 0.85, 0.95]))
def test_a_notice_fires_exactly_when_the_sure_date_passes_the_promised_one(
    counts: list[int], items: int, days: float, sure: float
) -> None:
    plan = known(counts)
    told = seen(look_at(plan, items, days, sure=sure))
    until = plan.when(items, sure)
    weeks = math.inf if isinstance(until, Unknown) else until
    if abs(7 * weeks - days) > 1e-6:
        assert told.fires == (7 * weeks > days)
    if not isinstance(told.days_over, Unknown):
        assert told.days_over == pytest.approx(7 * weeks - days)


@settings(max_examples=30, deadline=None)
@given(histories, st.integers(1, 40), st.floats(1, 90))
def test_less_work_or_more_time_is_never_later(counts: list[int], items: int, days: float) -> None:
    plan = known(counts)
    late = seen(look_at(plan, items, days)).late
    assert seen(look_at(plan, items - 1, days)).late <= late + 1e-9
    assert seen(look_at(plan, items, days + 7)).late <= late + 1e-9


def test_the_notice_goes_out_on_the_day_that_the_pace_breaks() -> None:
    """Ten a week for half a year, then nothing: one promise, looked at every week."""
    steady = np.random.default_rng(4).poisson(10, 30)
    days, items, fired = 70, 50, []
    for silent in range(6):
        plan = known(np.concatenate([steady, np.zeros(silent, dtype=int)]))
        fired.append(seen(look_at(plan, items, days - 7 * silent)).fires)
    assert fired[0] is False
    assert fired[-1] is True
    assert fired == sorted(fired)


def test_absence_and_new_work_bring_the_notice_nearer() -> None:
    plan = known(np.random.default_rng(5).poisson(8, 40))
    growth = known(np.random.default_rng(6).poisson(4, 40))
    late = seen(look_at(plan, 20, 42)).late
    assert seen(look_at(plan, 20, 42, capacity=(0.0, 0.0, 0.0))).late > late
    assert seen(look_at(plan, 20, 42, growth=growth)).late > late


def test_what_is_done_is_kept_and_what_is_over_is_late() -> None:
    plan = known([3] * 20)
    done = seen(look_at(plan, 0, 5))
    assert (done.late, done.fires, done.days_over) == (0.0, False, -5)
    assert seen(look_at(plan, 0, -3)).days_over == 0
    nothing = Unknown("too short a history", 1, 6, "weeks")
    for told in (look_at(plan, 2, 0), look_at(plan, 2, -3), look_at(nothing, 2, 0)):
        assert seen(told).late == 1.0
        assert seen(told).fires
    assert look_at(nothing, 2, 9) is nothing


def test_promises_that_were_never_tested_are_unknown() -> None:
    plan = known([3] * 20)
    assert isinstance(look_at(plan, 2, 7 * 26), Notice)
    assert isinstance(look_at(plan, 2, 7 * 26 + 1), Unknown)
    assert isinstance(look_at_new_date(1, Record(3, 9)), Unknown)
    assert isinstance(look_at_new_date(365, Record(3, 9)), Unknown)
    for wrong in (lambda: look_at(plan, -1, 7), lambda: look_at(plan, 1, 7, sure=1.0)):
        with pytest.raises(ValueError, match="need"):
            wrong()


def test_odds_of_the_forecast_alone_change_nothing() -> None:
    chances = np.linspace(0, 1, 11)
    assert (weigh(chances, 0.4, AS_FORECAST) == chances).all()
    assert weigh(0.3, 0.5, Odds(0, 2, 0)) == pytest.approx(0.09 / (0.09 + 0.49))


@given(st.floats(0, 1), st.floats(0.01, 0.99), st.sampled_from([SPRINTS, DUE_DATES]))
def test_a_worse_record_is_a_worse_chance(told: float, record: float, odds: Odds) -> None:
    assert weigh(told, min(record + 0.005, 0.995), odds) > weigh(told, record, odds)
    assert 0 < weigh(told, record, odds) < 1


def test_odds_are_calibrated_where_the_world_is_as_they_say() -> None:
    """Outcomes drawn from known odds: the chances that are said come true."""
    rng = np.random.default_rng(7)
    told, record = rng.uniform(0.02, 0.98, 40_000), rng.beta(4, 4, 40_000)
    late = rng.uniform(size=40_000) < weigh(told, record, SPRINTS)
    for low, high in ((0.2, 0.4), (0.4, 0.6), (0.6, 0.8)):
        here = (weigh(told, record, SPRINTS) > low) & (weigh(told, record, SPRINTS) <= high)
        said = weigh(told, record, SPRINTS)[here].mean()
        assert abs(late[here].mean() - said) < 4 * math.sqrt(0.25 / here.sum())


def test_alike_promises_count_most() -> None:
    late = [True] * 10 + [False] * 100
    ahead = [6.0] * 10 + [90.0] * 100
    near, far = recall_alike(late, ahead, 7), recall_alike(late, ahead, 90)
    assert (near.late, near.promises) == pytest.approx((10, 14))
    assert (far.late, far.promises) == pytest.approx((4, 104))
    assert recall_alike([], [], 7) == Record()
    assert Record().share == 0.5
    assert seen(look_at_new_date(7, near)).late > seen(look_at_new_date(90, far)).late


def test_scores_count_what_they_say() -> None:
    fired = np.array([1, 1, 1, 0, 0, 0, 0, 1], dtype=bool)
    late = np.array([1, 1, 0, 1, 0, 0, 0, 0], dtype=bool)
    days = np.array([4.0, 8.0, 1.0, 9.0, 9.0, 9.0, 9.0, 2.0])
    team = np.array([*"aabbccdd"])
    told = score_notices(fired, late, days, team)
    assert (told.promises, told.late, told.notices) == (8, 3, 4)
    assert value(told.precision) == 2 / 4
    assert value(told.recall) == pytest.approx(2 / 3)
    assert value(told.false_alarms) == pytest.approx(2 / 5)
    assert value(told.quiet_kept) == 3 / 4
    assert told.days_before == (5.0, 6.0, 7.0)
    silent = score_notices(np.zeros(8, dtype=bool), late, days, team)
    assert isinstance(silent.precision, Unknown)
    assert isinstance(silent.days_before, Unknown)
    with pytest.raises(ValueError, match="each promise"):
        score_notices(fired, late[:-1], days, team)


def test_one_team_is_not_many() -> None:
    """Promises of a few teams that are all alike inside tell less than as many loose ones."""
    rng = np.random.default_rng(8)
    team = np.repeat(np.arange(12), 25)
    fired = np.ones(300, dtype=bool)
    late = (rng.uniform(size=12) < 0.5)[team]
    loose = score_notices(fired, late, np.ones(300), np.arange(300)).precision
    bunched = score_notices(fired, late, np.ones(300), team).precision
    assert isinstance(loose, Estimate)
    assert isinstance(bunched, Estimate)
    assert bunched.high - bunched.low > 3 * (loose.high - loose.low)


def test_precision_holds_in_its_interval() -> None:
    """Nine of ten intervals hold the truth, where teams differ; 400 worlds of 20 teams."""
    rng = np.random.default_rng(9)
    team, held = np.repeat(np.arange(20), 15), 0
    for _ in range(400):
        chance = rng.beta(6, 4, 20)[team]
        late = rng.uniform(size=300) < chance
        told = score_notices(rng.uniform(size=300) < 0.7, late, np.ones(300), team).precision
        assert isinstance(told, Estimate)
        held += told.low <= 0.6 <= told.high
    assert 0.86 <= held / 400 <= 0.96


@pytest.mark.parametrize(("kind", "odds"), [("sprints", SPRINTS), ("due_dates", DUE_DATES)])
def test_what_ships_is_what_was_measured(kind: str, odds: Odds) -> None:
    assert FOUND[kind]["shipped"] == asdict(odds)
    assert asdict(odds) == pytest.approx(FOUND[kind]["fitted_to_all"], abs=0.0006)


def test_shipped_odds_earned_their_place_on_projects_they_had_not_seen() -> None:
    """Sharper than the base rate, and than the naive rule where that can speak."""
    for at in FOUND["sprints"]["at"].values():
        gain = at["all"]["brier_less_than"]
        assert gain["odds / late share of the others"][1] > 0
        assert gain["odds / naive, learnt"][1] > 0
        assert gain["odds / forecast"][0] > 0
    everyone = FOUND["due_dates"]["with_or_without_a_forecast"]["all"]["brier_less_than"]
    assert everyone["odds / late share of the others"][1] > 0
    assert SURE == 0.85
