"""Working days on local clocks: days off, clocks that change, half hours counted one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.inference.working_time import (
    SLOTS_A_DAY,
    WorkingTime,
    find_free,
    find_spans,
    moment_of,
    split_weeks,
    take_off,
)

NOTHING = np.empty((0, 2))
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia")


def minutes(*at: int) -> float:
    year, month, day, hour = at
    return datetime(year, month, day, hour, tzinfo=UTC).timestamp() / 60


def test_hours_follow_the_local_clock_over_a_change() -> None:
    spans = find_spans(WorkingTime("Europe/Berlin", 540, 1020), date(2026, 3, 27), 4)
    assert spans.tolist() == [
        [minutes(2026, 3, 27, 8), minutes(2026, 3, 27, 16)],
        [minutes(2026, 3, 30, 7), minutes(2026, 3, 30, 15)],
    ]


def test_who_works_until_midnight_works_until_midnight() -> None:
    ((opens, closes),) = find_spans(WorkingTime("UTC", 1320, 1440), date(2026, 1, 5), 1)
    assert (opens, closes) == (minutes(2026, 1, 5, 22), minutes(2026, 1, 6, 0))


def test_weekends_and_days_off_are_not_worked() -> None:
    times = WorkingTime(days_off=frozenset({date(2026, 1, 6), date(2026, 1, 10)}))
    assert len(find_spans(times, date(2026, 1, 5), 7)) == 4
    busy = np.array([[minutes(2026, 1, 5, 10), minutes(2026, 1, 5, 11)]])
    (week,) = split_weeks(times, busy, busy, [date(2026, 1, 5)])
    assert (week.days, week.hours.working, week.hours.meetings) == (4, 32.0, 1.0)
    assert (week.hours.focus, week.hours.broken) == (30.0, 1.0)


def test_before_its_first_event_nobody_knows_what_a_calendar_held() -> None:
    busy = np.array([[minutes(2026, 1, 14, 10), minutes(2026, 1, 14, 11)]])
    mondays = [date(2026, 1, 5) + timedelta(weeks=nr) for nr in range(3)]
    told = split_weeks(WorkingTime(), busy, NOTHING, mondays)
    assert [one.week_on for one in told] == mondays[1:]
    assert told[0].hours.meetings == 0.0
    assert split_weeks(WorkingTime(), NOTHING, NOTHING, mondays) == ()


@given(
    st.sampled_from(ZONES),
    st.sampled_from(ZONES),
    st.integers(0, 20),
    st.integers(2, 4),
    st.dates(date(2026, 3, 20), date(2026, 4, 10)),
    st.lists(st.tuples(st.integers(0, 96 * 3), st.integers(1, 30)), max_size=4),
)
def test_a_half_hour_is_free_if_all_of_it_is(
    own: str, shown: str, opens: int, length: int, day: date, busy: list[tuple[int, int]]
) -> None:
    times = WorkingTime(own, opens * 60, min(opens + length, 24) * 60)
    start = moment_of(day, 0, "UTC").timestamp() / 60 - 1_440
    spans = np.array([[start + 15 * s, start + 15 * (s + n)] for s, n in busy]).reshape(-1, 2)
    free = find_free(times, spans, [day], shown)
    assert free.shape == (1, SLOTS_A_DAY)
    for slot in range(SLOTS_A_DAY):
        at = moment_of(day, slot, shown)
        if moment_of(day, slot + 1, shown) - at != timedelta(minutes=30):
            continue  # the half hour in which clocks change
        told = [at + timedelta(minutes=15 * part) for part in range(2)]
        assert free[0, slot] == all(
            works(times, each) and not is_busy(spans, each) for each in told
        )


def works(times: WorkingTime, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(times.zone))
    minute = local.hour * 60 + local.minute
    return local.weekday() < 5 and times.opens <= minute < times.closes


def is_busy(spans: np.ndarray, at: datetime) -> bool:
    minute = at.timestamp() / 60
    return bool(((spans[:, 0] <= minute) & (minute < spans[:, 1])).any())


@pytest.mark.parametrize("zone", ZONES)
def test_a_week_of_work_is_forty_hours_everywhere(zone: str) -> None:
    spans = find_spans(WorkingTime(zone), date(2026, 1, 5), 7)
    assert (spans[:, 1] - spans[:, 0]).sum() == 40 * 60


def test_days_away_as_a_whole_are_not_worked_and_half_days_are() -> None:
    times = WorkingTime("Pacific/Auckland")
    mondays = [date(2026, 1, 5)]
    whole = [moment_of(date(2026, 1, day), 0, times.zone).timestamp() / 60 for day in (6, 8)]
    half = [moment_of(date(2026, 1, 9), slot, times.zone).timestamp() / 60 for slot in (0, 26)]
    off = take_off(times, np.array([whole, half]), mondays).days_off
    assert off == {date(2026, 1, 6), date(2026, 1, 7)}
    assert take_off(times, NOTHING, mondays) == times
