"""Claims are made only where such claims were tested, and a plan's days agree with them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.forecasts import claims
from groundplan.inference.forecasts.forecast import FURTHEST_WEEKS, Forecast
from groundplan.inference.forecasts.plans import LEVELS, Planned, place_items, reorder
from groundplan.terms.estimate import Estimate, Unknown

UNTIL = date(2025, 6, 28)


def finished(a_week: float, weeks: int = 40, seed: int = 1) -> np.ndarray:
    """Days of a Poisson tracker whose history ends with `UNTIL`."""
    rng = np.random.default_rng(seed)
    days = np.arange(7 * weeks)
    return np.datetime64(UNTIL) - np.repeat(days, rng.poisson(a_week / 7, len(days)))


def look(a_week: float, weeks: int = 40) -> Forecast:
    ahead = claims.look_ahead(finished(a_week, weeks), UNTIL)
    assert isinstance(ahead, Forecast)
    return ahead


def test_nothing_finished_and_too_little_finished_are_unknown() -> None:
    nothing = claims.look_ahead(np.array([], dtype="datetime64[us]"), UNTIL)
    assert nothing == Unknown("nothing was finished yet", 0, 5, "items")
    three = claims.look_ahead(np.array(["2025-06-01"] * 3, dtype="datetime64[us]"), UNTIL)
    assert isinstance(three, Unknown)


def test_days_rise_with_items_and_sureness_and_agree_with_the_plan() -> None:
    ahead = look(4.0)
    rows = claims.claim_days(ahead, [1, 5, 10, 20], LEVELS, UNTIL)
    for items, days in zip([1, 5, 10, 20], rows, strict=True):
        singly = tuple(claims.claim_day(ahead, items, level, UNTIL) for level in LEVELS)
        assert singly == days
        assert list(days) == sorted(days)  # type: ignore[type-var]
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)  # type: ignore[type-var]


def test_no_day_is_claimed_for_more_than_thirteen_weeks_of_work() -> None:
    ahead = look(4.0)
    far = claims.claim_day(ahead, 70, 0.85, UNTIL)
    assert isinstance(far, Unknown)
    assert (far.have, far.of) == (13, "weeks")
    assert claims.claim_days(ahead, [70], LEVELS, UNTIL) == [(None, None, None)]


def test_no_count_is_claimed_beyond_half_a_year() -> None:
    ahead = look(4.0)
    assert isinstance(claims.claim_count(ahead, 26, 0.85), int)
    beyond = claims.claim_count(ahead, 27, 0.85)
    assert isinstance(beyond, Unknown)
    assert (beyond.have, beyond.need) == (26, 27)
    assert len(list(claims.fan_out("all", ahead, UNTIL, 40))) == 26


def test_a_record_is_told_only_of_a_past_that_is_long_enough() -> None:
    done = finished(4.0, weeks=120)
    track = claims.track("all", done, UNTIL, "how many", 7.5)
    assert track.horizon_weeks == 8
    assert track.holds
    assert isinstance(track.own, Estimate)
    assert 0.75 < track.own.value <= 1.0
    assert track.own_claims > 50
    short = claims.track("all", finished(4.0, weeks=10), UNTIL, "how many", 13)
    assert isinstance(short.own, Unknown)
    assert (short.own.need, short.own.of, short.own_claims) == (19, "weeks", 0)
    far = claims.track("all", done, UNTIL, "when", 20)
    assert isinstance(far.others, Unknown)
    assert not far.holds


@given(st.floats(0, 3, allow_nan=False), st.floats(0, 52, allow_nan=False), st.floats(0, 52))
def test_capacity_moves_as_many_weeks_as_it_lasts(
    share: float, after: float, during: float
) -> None:
    worked = claims.spread_capacity(share, after, during)
    lasts = min(after + during, FURTHEST_WEEKS) - after
    assert len(worked) == FURTHEST_WEEKS
    assert sum(worked) == pytest.approx(FURTHEST_WEEKS + (share - 1) * lasts)
    assert all(min(share, 1) - 1e-9 <= week <= max(share, 1) + 1e-9 for week in worked)


def test_new_items_come_first_unless_they_are_ordered() -> None:
    items = ["a", "b", "c"]
    assert reorder(items, ["new"], [], []) == ["new", "a", "b", "c"]
    assert reorder(items, ["new"], ["c", "new"], ["b"]) == ["c", "new", "a"]
    assert reorder(items, [], ["c", "c"], []) == ["c", "a", "b"]


def test_who_pays_is_who_waits_behind_in_the_same_class() -> None:
    futures = {"engineering": look(4.0), "research": look(2.0)}
    before = [Planned(f"e{nr}", "", "engineering") for nr in range(4)]
    before += [Planned("r0", "", "research"), Planned("u0", "", "unheard of")]
    plan = [Planned("new", "New", "engineering"), *before]
    placed = {one.item_id: one for one in place_items(plan, before, futures, UNTIL)}
    assert placed["new"].was_85 is None
    assert placed["new"].shift_days is None
    assert placed["new"].on_85 is not None
    assert placed["new"].on_85 > UNTIL
    assert all((placed[f"e{nr}"].shift_days or 0) > 0 for nr in range(4))
    assert placed["r0"].shift_days == 0
    assert placed["u0"].on_85 is None
    away = place_items(before, before, futures, UNTIL, claims.spread_capacity(0.0, 0, 3))
    shifts = [one.shift_days for one in away if one.name != "unheard of"]
    assert all(shift is not None and 14 <= shift <= 60 for shift in shifts)


def test_a_claim_holds_until_the_end_of_its_day() -> None:
    assert claims.day_after(UNTIL, 1.0) == UNTIL + timedelta(days=7)
    assert claims.day_after(UNTIL, 1.0 + 1e-6) == UNTIL + timedelta(days=8)
