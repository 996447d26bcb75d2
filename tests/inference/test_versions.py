"""Plans that are moved about, promises looked at, and arrivals followed: what must always hold."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.arrivals import follow_arrivals
from groundplan.inference.delay import Notice, find_worst
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.inference.forecasts.plans import Planned, move, name_moved, place_items, reorder
from groundplan.inference.forecasts.versions import (
    claim_three_days,
    look_at_promise,
    speak_of_change,
)
from groundplan.terms.estimate import Unknown

UNTIL = date(2026, 1, 4)
ITEMS = [f"A-{nr}" for nr in range(1, 13)]
FEW = Unknown("too short a history", 2, 6, "weeks")


def steady(a_week: int = 3, weeks: int = 40) -> Forecast:
    found = forecast(np.full(weeks, a_week), np.datetime64(UNTIL))
    assert isinstance(found, Forecast)
    return found


@given(st.lists(st.tuples(st.sampled_from(ITEMS), st.integers(1, 20)), max_size=8))
def test_an_order_is_known_by_what_it_has_to_name(moves: list[tuple[str, int]]) -> None:
    plan = move(ITEMS, moves)
    assert sorted(plan) == sorted(ITEMS)
    if moves:
        item, place = moves[-1]
        assert plan.index(item) == min(place, len(ITEMS)) - 1
    named = name_moved(plan, ITEMS)
    assert reorder(ITEMS, [], named, []) == plan
    assert not named or plan[len(named) - 1] != ITEMS[len(named) - 1]


@given(st.permutations(ITEMS[:6]), st.permutations(ITEMS[:6]))
def test_days_belong_to_places_not_to_items(one: list[str], other: list[str]) -> None:
    def planned(names: list[str]) -> list[Planned]:
        return [Planned(name, name, "even" if int(name[2:]) % 2 else "odd") for name in names]

    futures = {"even": steady(), "odd": FEW}
    placed = place_items(planned(one), planned(other), futures, UNTIL)
    known = [row for row in placed if row.name == "even"]
    assert [row.on_85 for row in known] == sorted(row.on_85 for row in known if row.on_85)
    assert sum(row.shift_days or 0 for row in known) == 0
    assert all(row.on_85 is row.was_85 is None for row in placed if row.name == "odd")
    said = speak_of_change(placed, futures)
    assert said[0] == f"odd: {FEW}."
    assert not any("have no day" in each for each in said)


def test_less_capacity_makes_everybody_pay() -> None:
    plan = [Planned(name, name, "all") for name in ITEMS]
    placed = place_items(plan, plan, {"all": steady()}, UNTIL, (0.0, 0.0))
    assert all(row.shift_days and row.shift_days > 7 for row in placed)


@pytest.mark.parametrize("days", [3, 10, 20, 40, 80])
def test_a_notice_fires_exactly_when_the_85_percent_day_lies_behind_the_promised_one(
    days: int,
) -> None:
    ahead, by = steady(), UNTIL + timedelta(days=days)
    for items in (1, 5, 9, 12):
        sure = claim_three_days("all", ahead, items, UNTIL)[1].on
        said = look_at_promise("all", ahead, items, by, UNTIL)
        assert isinstance(sure, date)
        assert said.fires == (sure > by)
        assert said.fires or not said.likely


def test_what_lacks_a_history_or_lies_too_far_says_so() -> None:
    far = UNTIL + timedelta(days=300)
    for said in (
        look_at_promise("all", FEW, 3, far, UNTIL),
        look_at_promise("all", steady(), 3, far, UNTIL, FEW),
        look_at_promise("all", steady(), 3, far, UNTIL),
    ):
        assert isinstance(said.late, Unknown)
        assert not said.fires and not said.likely
        assert "no chance is told" in str(said)


def test_the_worst_part_speaks_for_the_whole() -> None:
    fine, bad = Notice(0.1, False, False, 9, -3), Notice(0.8, True, True, 9, 12)
    assert find_worst([]) == (False, 0.0)
    assert find_worst([fine, bad]) == (True, 0.8)
    assert find_worst([bad, FEW]) == (True, FEW)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=40),
    st.integers(1, 25),
)
def test_arrivals_only_rise_and_end_where_nobody_was_watched(
    seen: list[tuple[int, bool]], most: int
) -> None:
    lasted, came = [days for days, _ in seen], [arrived for _, arrived in seen]
    found = list(follow_arrivals(lasted, came, most, "requests"))
    shares = [one.share.value for one in found]
    assert shares == sorted(shares)
    assert [one.within for one in found] == list(range(1, len(found) + 1))
    assert len(found) <= min(most, max(lasted, default=0))
    assert all(one.share.low <= one.share.value <= one.share.high for one in found)
    if not any(came):
        assert all(share == 0 for share in shares)
