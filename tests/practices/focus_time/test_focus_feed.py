"""The blocks as a calendar: read by our own reader, and by a real client of calendars."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import icalendar
from hypothesis import given
from hypothesis import strategies as st

from groundplan.practices.focus_time.rules import KeptFree, write_feed
from groundplan.sources.ics.shape import read_events
from groundplan.sources.ics.write import OwnEvent, write_calendar

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
BLOCKS = [
    KeptFree(
        NOW + timedelta(days=nr), NOW + timedelta(days=nr, hours=hours), "",
        f"{hours} hours without a meeting in your working hours, while most of your team is free",
    )
    for nr, hours in enumerate((2, 3, 2))
]  # fmt: skip
QUIET = [(NOW + timedelta(days=1), NOW + timedelta(days=1, hours=2))]


def feed(whose: str = "p1", on: date = date(2026, 1, 5)) -> str:
    return write_feed(BLOCKS, QUIET, whose, on)


def test_a_feed_holds_each_block_with_its_reason_and_the_quiet_window() -> None:
    assert all(len(line.encode()) <= 75 for line in feed().split("\r\n"))
    told = icalendar.Calendar.from_ical(feed())
    events = told.walk("VEVENT")
    assert [(e.decoded("DTSTART"), e.decoded("DTEND")) for e in events] == [
        *((b.starts_at, b.ends_at) for b in BLOCKS),
        *QUIET,
    ]
    assert [str(e["SUMMARY"]) for e in events] == ["Focus"] * 3 + ["Quiet in your team"]
    assert str(events[0]["DESCRIPTION"]) == BLOCKS[0].why
    assert {str(e["TRANSP"]) for e in events} == {"TRANSPARENT"}
    assert str(told["X-WR-CALNAME"]) == "Focus time"


def test_a_feed_that_says_the_same_is_the_same_text_and_nobody_elses() -> None:
    assert feed() == feed()
    mine, other = (
        {str(e["UID"]) for e in icalendar.Calendar.from_ical(feed(who)).walk("VEVENT")}
        for who in ("p1", "p2")
    )
    assert len(mine) == 4
    assert not mine & other


def test_our_own_events_never_make_their_owner_busy() -> None:
    assert read_events(feed().encode(), NOW, NOW + timedelta(days=9)).events == ()


@given(st.text(max_size=300))
def test_any_words_come_back_as_they_were(words: str) -> None:
    plain = "".join(c for c in words if c.isprintable())
    event = OwnEvent("focus-x", NOW, NOW + timedelta(hours=2), "Focus", plain, NOW)
    text = write_calendar([event], plain)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (told,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert str(told["DESCRIPTION"]) == plain
