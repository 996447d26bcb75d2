"""What calendars may say, and what of it counts; times that are hard to get right."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundplan.sources.ics.lines import OWNER, keep_times, read_lines
from groundplan.sources.ics.shape import read_events
from tests.sources.ics.calendars import ANN, SINCE, UNTIL, calendar, event, read, starts


def test_a_meeting_keeps_its_local_hour_when_clocks_change() -> None:
    body = calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20260323T090000",
            "DURATION:PT1H",
            "RRULE:FREQ=WEEKLY;COUNT=2",
        )
    )
    assert starts(read(body).events) == ["03-23 08:00", "03-30 07:00"]


def test_over_a_change_of_clocks_an_event_has_its_true_length() -> None:
    body = calendar(
        event(
            "DTSTART;TZID=Europe/Berlin:20260329T010000", "DTEND;TZID=Europe/Berlin:20260329T040000"
        )
    )
    assert [each.hours for each in read(body).events] == [2.0]


def test_a_series_without_an_end_is_told_between_the_days() -> None:
    told = read(calendar(event("DTSTART:20200101T100000Z", "DURATION:PT30M", "RRULE:FREQ=DAILY")))
    assert len(told.events) == 181
    assert all(each.recurring for each in told.events)


def test_dates_added_taken_out_and_moved() -> None:
    series = event(
        "DTSTART:20260105T100000Z", "DTEND:20260105T110000Z", "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE:20260112T100000Z", "RDATE:20260214T150000Z",
    )  # fmt: skip
    moved = event(
        "RECURRENCE-ID:20260119T100000Z", "DTSTART:20260120T130000Z", "DTEND:20260120T133000Z",
        "STATUS:CANCELLED",
    )  # fmt: skip
    told = read(calendar(series, moved)).events
    assert starts(told) == ["01-05 10:00", "01-20 13:00", "01-26 10:00", "02-14 15:00"]
    assert [each.status for each in told] == ["confirmed", "cancelled", "confirmed", "confirmed"]
    assert len({each.series for each in told}) == 1


def test_without_an_end_an_event_has_no_length_and_a_date_is_a_day() -> None:
    told = read(
        calendar(event("DTSTART:20260105T100000Z"), event("DTSTART;VALUE=DATE:20260106", uid="b"))
    )
    assert [(each.hours, each.whole_day) for each in told.events] == [(0.0, False), (24.0, True)]


def test_times_without_a_zone_are_the_calendars_or_the_owners() -> None:
    floating = event("DTSTART:20260105T100000", "DURATION:PT1H")
    assert starts(read(calendar(floating), "Asia/Tokyo").events) == ["01-05 01:00"]
    named = calendar(floating, before=["X-WR-TIMEZONE:Europe/Berlin"])
    assert starts(read(named, "Asia/Tokyo").events) == ["01-05 09:00"]


def test_a_zone_of_one_file_is_not_known_to_the_next() -> None:
    def body(offset: str) -> bytes:
        zone = [
            "BEGIN:VTIMEZONE", "TZID:Office", "BEGIN:STANDARD", "DTSTART:19700101T000000",
            f"TZOFFSETFROM:{offset}", f"TZOFFSETTO:{offset}", "TZNAME:O", "END:STANDARD",
            "END:VTIMEZONE",
        ]  # fmt: skip
        return calendar(event("DTSTART;TZID=Office:20260105T100000", "DURATION:PT1H"), before=zone)

    assert starts(read(body("+0300")).events) == ["01-05 07:00"]
    assert starts(read(body("-0500")).events) == ["01-05 15:00"]


def test_who_invites_comes_and_rooms_are_nobody() -> None:
    lines = [
        "DTSTART:20260105T100000Z", "DURATION:PT1H", "ORGANIZER;CN=Ben:mailto:ben@example.com",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN.upper()}", "ATTENDEE:mailto:cy@example.com",
        "ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room@example.com",
        "ATTENDEE;PARTSTAT=DECLINED;CN=\"A: b, c; d\":mailto:di@example.com",
    ]  # fmt: skip
    (told,) = read(calendar(event(*lines))).events
    assert (told.invited, told.accepted, told.answer) == (4, 2, "accepted")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["DTSTART:20261399T990000Z"], "DTSTART"),
        (["SUMMARY:nothing"], "there is none"),
        (["DTSTART:20260105T100000Z", "RRULE:FREQ=SECONDLY"], "within the hour"),
        (["DTSTART:20260105T100000Z", "RRULE:FREQ=DAILY;BYMINUTE=0,15"], "within the hour"),
        (["DTSTART:20260105T100000Z", "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"], "no such day"),
        (["DTSTART:00010105T100000Z", "RRULE:FREQ=DAILY"], "repetitions"),
        (["DTSTART:20260105T100000Z", "RRULE:FREQ=NEVER"], "RRULE"),
        (["DTSTART:20260105T100000Z", "DURATION:PT99999999999999999999H"], "DURATION"),
    ],
)
def test_what_makes_no_sense_is_left_out_by_line_and_the_rest_is_read(
    lines: list[str], reason: str
) -> None:
    good = event("DTSTART:20260106T100000Z", "DURATION:PT1H", uid="good")
    told = read(calendar(event(*lines), good))
    assert starts(told.events) == ["01-06 10:00"]
    assert [(left.line, reason in left.reason) for left in told.rejected] == [(4, True)]


def test_a_file_that_stops_in_the_middle_keeps_what_was_whole() -> None:
    whole = event("DTSTART:20260106T100000Z", "DURATION:PT1H")
    body = calendar(whole, ["BEGIN:VEVENT", "DTSTART:20260107T100000Z"])
    told = read(body)
    assert starts(told.events) == ["01-06 10:00"]
    assert told.rejected[0].reason == "has no END:VEVENT"


def test_only_times_and_answers_are_kept_and_lines_stay_where_they_were() -> None:
    body = calendar(
        event(
            "SUMMARY:Salary of Ben", "DESCRIPTION:a\r\n  long\r\n  story", "LOCATION:Room 1",
            "ATTENDEE;CN=Ben B;PARTSTAT=TENTATIVE:mailto:ben@example.com",
            f"ATTENDEE;PARTSTAT=DECLINED:mailto:{ANN}", "DTSTART:20260105T100000Z", "DURATION:PT1H",
            "X-ALT-DESC:ben@example.com",
        )
    )  # fmt: skip
    kept = keep_times(body, (ANN,))
    for secret in (b"Ben", b"ben@", b"Salary", b"story", b"Room", b"ann@"):
        assert secret not in kept
    assert [line.nr for line in read_lines(kept) if line.name == "DTSTART"] == [13]
    assert [line.nr for line in read_lines(body) if line.name == "DTSTART"] == [13]
    (told,) = read_events(kept, SINCE, UNTIL, "UTC", (OWNER,)).events
    assert (told.answer, told.invited, told.accepted) == ("declined", 2, 0)


def test_a_hundred_thousand_events_are_read_in_seconds() -> None:
    events = [
        event(f"DTSTART:{2026 - nr // 400}{nr % 6 + 1:02d}{nr % 28 + 1:02d}T100000Z",
              "DURATION:PT1H", "SUMMARY:something", uid=str(nr))
        for nr in range(100_000)
    ]  # fmt: skip
    body = calendar(*events, before=[])
    before = time.process_time()
    told = read(body)
    assert time.process_time() - before < 20
    assert told.rejected == ()
    assert len(told.events) == 400


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_that_comes_is_raised(body: bytes) -> None:
    told = read(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:20260105T100000Z\r\n" + body)
    assert told.events or told.rejected


@given(st.lists(st.tuples(st.integers(0, 170), st.integers(0, 47), st.integers(1, 20)), max_size=8))
@settings(max_examples=40, deadline=None)
def test_single_events_come_back_as_they_were_written(rows: list[tuple[int, int, int]]) -> None:
    written = [(SINCE + timedelta(days=d, minutes=30 * s), n / 2) for d, s, n in rows]
    body = calendar(*(
        event(f"DTSTART:{at:%Y%m%dT%H%M%SZ}", f"DURATION:PT{int(60 * hours)}M", uid=str(nr))
        for nr, (at, hours) in enumerate(written)
    ))  # fmt: skip
    assert sorted((e.starts_at, e.hours) for e in read(body).events) == sorted(written)
