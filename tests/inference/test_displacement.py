"""New work that goes first moves what is behind it, by what the forecast itself would say."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from groundplan.inference.forecasts.claims import claim_day
from groundplan.inference.forecasts.displacement import displace
from groundplan.inference.forecasts.forecast import Forecast, forecast
from groundplan.inference.forecasts.standing import LEVEL
from groundplan.terms.estimate import Unknown

UNTIL = date(2026, 3, 1)


@pytest.fixture(scope="module")
def ahead() -> Forecast:
    counts = np.random.default_rng(4).poisson(6, 40)
    made = forecast(counts, np.datetime64(UNTIL))
    assert isinstance(made, Forecast)
    return made


def test_the_days_are_the_forecasts_own(ahead: Forecast) -> None:
    ends = (("first", 4), ("second", 9), ("third", 15))
    found = displace(ahead, ends, 3, UNTIL, UNTIL)
    assert found.now_on == claim_day(ahead, 3, LEVEL, UNTIL)
    assert found.after_on == claim_day(ahead, 18, LEVEL, UNTIL)
    assert [one.name for one in found.moved] == ["first", "second", "third"]
    for one, (_, end) in zip(found.moved, ends, strict=True):
        assert one.on == claim_day(ahead, end, LEVEL, UNTIL)
        assert one.if_now == claim_day(ahead, end + 3, LEVEL, UNTIL)
        assert isinstance(one.on, date)
        assert isinstance(one.if_now, date)
        assert one.shift_days == (one.if_now - one.on).days
    assert found.moved[-1].if_now == found.after_on


def test_more_work_never_moves_anything_less(ahead: Forecast) -> None:
    ends = (("first", 2), ("second", 12))
    before = [0, 0]
    for size in (1, 2, 5, 10, 20):
        shifts = [one.shift_days for one in displace(ahead, ends, size, UNTIL, UNTIL).moved]
        assert all(isinstance(shift, int) for shift in shifts)
        assert all(now >= then for now, then in zip(shifts, before, strict=True))  # type: ignore[operator]
        before = shifts  # type: ignore[assignment]


def test_only_so_many_are_shown_and_all_are_counted(ahead: Forecast) -> None:
    ends = tuple((f"item {n}", n) for n in range(1, 21))
    found = displace(ahead, ends, 1, UNTIL, UNTIL, most=3)
    assert (len(found.moved), found.of_moved) == (3, 20)


def test_what_is_promised_is_told_first_however_late_it_comes(ahead: Forecast) -> None:
    ends = [(f"item {place}", place) for place in range(1, 12)]
    found = displace(ahead, ends, 1, UNTIL, UNTIL, promised={"item 11"}, most=3)
    assert [one.name for one in found.moved] == ["item 11", "item 1", "item 2"]
    assert found.of_moved == 11


def test_nothing_is_claimed_beyond_what_was_tested(ahead: Forecast) -> None:
    found = displace(ahead, (("near", 5), ("far", 400)), 2, UNTIL, UNTIL)
    assert isinstance(found.now_on, date)
    assert isinstance(found.after_on, Unknown)
    near, far = found.moved
    assert isinstance(near.shift_days, int)
    assert isinstance(far.on, Unknown)
    assert isinstance(far.shift_days, Unknown)


def test_unknown_stays_unknown(ahead: Forecast) -> None:
    lacking = Unknown("too short a history", 2, 6, "weeks")
    found = displace(lacking, (("first", 4),), 3, UNTIL, UNTIL)
    assert (found.now_on, found.after_on, found.moved) == (lacking, lacking, ())
    alone = displace(ahead, (), 3, UNTIL, UNTIL)
    assert isinstance(alone.now_on, date)
    assert isinstance(alone.after_on, Unknown)


def test_new_work_is_not_done_before_today(ahead: Forecast) -> None:
    today = date(2026, 3, 9)
    found = displace(ahead, (("first", 1),), 1, UNTIL, today)
    assert claim_day(ahead, 1, LEVEL, UNTIL) < today  # type: ignore[operator]
    assert found.now_on == today
