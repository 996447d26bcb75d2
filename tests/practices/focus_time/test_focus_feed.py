"""The blocks as a calendar: read by our own reader, and by a CalDAV server with a real client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import caldav
import icalendar

from groundplan.practices.focus_time.rules import KeptFree, write_feed
from groundplan.sources.ics.shape import read_events
from tests.sources.ics.radicales import serving_calendars

NOW = datetime(2026, 1, 5, 6, tzinfo=UTC)
BLOCKS = [
    KeptFree(
        NOW + timedelta(days=nr), NOW + timedelta(days=nr, hours=hours), "",
        f"{hours} hours without a meeting in your working hours, while most of your team is free",
    )
    for nr, hours in enumerate((2, 3, 2))
]  # fmt: skip


def test_the_feed_is_read_as_it_was_written() -> None:
    feed = write_feed(BLOCKS, NOW)
    assert all(len(line.encode()) <= 75 for line in feed.split("\r\n"))
    told = read_events(feed.encode(), NOW, NOW + timedelta(days=9))
    assert [(e.starts_at, e.ends_at) for e in told.events] == [
        (b.starts_at, b.ends_at) for b in BLOCKS
    ]
    assert {e.shows for e in told.events} == {"free"}
    assert told.rejected == ()
    (first, *_) = icalendar.Calendar.from_ical(feed).walk("VEVENT")
    assert str(first["DESCRIPTION"]) == BLOCKS[0].why


def test_a_caldav_server_takes_it_and_a_client_reads_it_back(tmp_path: Path) -> None:
    feed = icalendar.Calendar.from_ical(write_feed(BLOCKS, NOW))
    with (
        serving_calendars(tmp_path) as base,
        caldav.DAVClient(base, username="ann", password="secret") as client,
    ):
        made = client.principal().make_calendar(name="focus", cal_id="focus")
        for event in feed.walk("VEVENT"):
            one = icalendar.Calendar()
            one.add("VERSION", "2.0")
            one.add("PRODID", feed["PRODID"])
            one.add_component(event)
            made.add_event(one.to_ical().decode())
        found = made.search(start=NOW, end=NOW + timedelta(days=9), event=True)
        starts = sorted(one.icalendar_component["DTSTART"].dt for one in found)
    assert starts == [block.starts_at for block in BLOCKS]
