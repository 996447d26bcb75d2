"""Hours and days off: typed in many ways, said back in one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.sources.ics.hours import read_working_time, say_clock, say_days_off
from groundplan.terms.errors import BadInput

DAYS = st.sets(st.dates(date(2025, 12, 1), date(2026, 3, 1)), max_size=40)


@given(DAYS, st.integers(0, 1_320), st.integers(120, 1_440))
def test_what_is_said_is_read_as_it_was(days: set[date], opens: int, length: int) -> None:
    closes = min(opens + length, 1_440)
    told = read_working_time(
        " Europe/Berlin ", say_clock(opens), say_clock(closes), say_days_off(days)
    )
    assert (told.zone, told.opens, told.closes) == ("Europe/Berlin", opens, closes)
    assert told.days_off == days


def test_adjacent_days_are_a_span() -> None:
    first = date(2026, 12, 24)
    days = [first + timedelta(days=nr) for nr in (0, 1, 2, 7)]
    assert say_days_off(days) == "2026-12-24..2026-12-26 2026-12-31"


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("zone", ("Mars/Olympus", "9:00", "17:00", "")),
        ("zone", ("../../etc/passwd", "9:00", "17:00", "")),
        ("zone", ("", "9:00", "17:00", "")),
        ("opens", ("UTC", "9", "17:00", "")),
        ("opens", ("UTC", "24:30", "25:00", "")),
        ("closes", ("UTC", "9:00", "10:30", "")),
        ("closes", ("UTC", "9:00", "5:00", "")),
        ("days_off", ("UTC", "9:00", "17:00", "tomorrow")),
        ("days_off", ("UTC", "9:00", "17:00", "2026-01-05..2026-01-01")),
        ("days_off", ("UTC", "9:00", "17:00", "2026-01-05..2028-01-01")),
    ],
)
def test_what_cannot_be_read_is_named(field: str, given: tuple[str, str, str, str]) -> None:
    with pytest.raises(BadInput, match=rf"^{field}: "):
        read_working_time(*given)
