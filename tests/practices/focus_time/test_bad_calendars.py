"""Calendars as the world has them, brought to a real workspace: read, or refused by line."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest

from groundplan.access import ScopedJournal
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.catalogue import list_use_cases
from groundplan.practices.focus_time.rules import BringInputs, Mine, Said
from groundplan.records.folding import Folds
from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import BadInput
from groundplan.terms.progress import Silent
from groundplan.usecase import NoInputs, ask
from tests.sources.ics.calendars import ANN, calendar, event

CASES = {case.name: case for case in list_use_cases()["focus_time"]}
DATA = Path(os.environ.get("GROUNDPLAN_DATA", "../shared/data")) / "calendars"
NOW = datetime(2026, 4, 1, 5, tzinfo=UTC)  # a Wednesday, three days after clocks changed
MONDAY = date(2026, 3, 30)
YES = (
    f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{ANN}",
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@example.com",
)


class Owner:
    """Whoever the calendar is of, on a real workspace, on a day of our choice."""

    def __init__(self, folder: Path) -> None:
        self.workspace = Workspace(folder, Silent())
        self.journal = SQLiteJournal(folder / "then.sqlite", lambda: NOW)
        self.folds = Folds(self.journal)

    def ask(self, name: str, inputs: Any = None) -> Any:
        scope = self.workspace.scope()
        journal = ScopedJournal(self.journal, scope, self.workspace.kinds, self.folds)
        context = replace(self.workspace.context(), now=NOW, journal=journal)
        return ask(CASES[name], context, scope, inputs or NoInputs())

    def bring(self, body: bytes, zone: str = "Europe/Berlin") -> Said:
        said = self.ask("focus_time.bring", BringInputs(body.decode("utf-8", "replace"), ANN, zone))
        assert isinstance(said, Said)
        return said

    def show(self) -> Mine:
        mine = self.ask("focus_time.show")
        assert isinstance(mine, Mine)
        return mine

    def met(self) -> dict[date, float]:
        return {week.week_on: week.meetings for week in self.show().weeks}


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[Owner]:
    made = Owner(tmp_path)
    yield made
    made.journal.close()
    made.workspace.close()


def test_a_meeting_without_an_end_of_its_series_is_counted_each_week(owner: Owner) -> None:
    body = event("DTSTART;TZID=Europe/Berlin:20190107T090000", "DURATION:PT2H",
                 "RRULE:FREQ=WEEKLY", *YES)  # fmt: skip
    assert owner.bring(calendar(body)).left_out == ()
    assert set(owner.met().values()) == {2.0}
    assert len(owner.met()) == 10
    # nine o'clock stays nine o'clock over the change of clocks: no block begins there
    assert all("09:00" not in block.at for block in owner.show().blocks if "Monday" in block.at)


def test_dates_added_taken_out_and_moved(owner: Owner) -> None:
    series = event("DTSTART:20260302T100000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=5",
                   "EXDATE:20260309T100000Z", "RDATE:20260318T100000Z", *YES)  # fmt: skip
    moved = event("RECURRENCE-ID:20260323T100000Z", "DTSTART:20260324T100000Z",
                  "DURATION:PT3H", *YES)  # fmt: skip
    owner.bring(calendar(series, moved))
    assert [owner.met()[MONDAY - timedelta(weeks=nr)] for nr in range(5)] == [1, 3, 2, 0, 1]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (("DTSTART:20260330T100000Z", "RRULE:FREQ=SECONDLY"), "repeats within the hour"),
        (("DTSTART:00010101T100000Z", "RRULE:FREQ=HOURLY"), "repetitions"),
        (("DTSTART:20260330T100000Z", "RRULE:FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2"), "no such day"),
        (("DTSTART:20260330T100000Z", "RRULE:FREQ=OFTEN"), "RRULE"),
        (("DTSTART:20260230T100000Z",), "DTSTART"),
        (("DTSTART:20260330T990000Z",), "DTSTART"),
        (("SUMMARY:never",), "there is none"),
        (("DTSTART:20260330T100000Z", "DTSTART:20260331T100000Z"), "twice"),
        (("DTSTART:20260330T100000Z", "DURATION:long"), "DURATION"),
        (("DTSTART;VALUE=DATE:20260101", "RDATE;VALUE=PERIOD:x/y"), "RDATE"),
    ],
)
def test_what_makes_no_sense_is_named_by_line_and_the_rest_is_kept(
    owner: Owner, lines: tuple[str, ...], reason: str
) -> None:
    good = event("DTSTART:20260330T120000Z", "DURATION:PT1H", *YES, uid="good")
    said = owner.bring(calendar(event(*lines), good))
    (left,) = said.left_out
    assert left.startswith("line 4: ")
    assert reason in left
    assert owner.show().left_out == 1
    assert owner.met()[MONDAY] == 1.0


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:18700101T100000Z", "DURATION:PT1H"),
        ("DTSTART:16010101T000000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        ("DTSTART:99991231T235959Z", "DURATION:PT9H"),
        ("DTSTART:20260330T100000Z",),  # no end: no length
        ("DTSTART:20260330T100000Z", "DTEND:99991231T000000Z"),
        ("DTSTART:20260330T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=19690101T000000Z"),
        ("DTSTART;TZID=Nowhere/AtAll:20260404T100000", "DURATION:PT1H"),
    ],
)
def test_times_far_away_or_without_length_take_nothing(
    owner: Owner, lines: tuple[str, ...]
) -> None:
    good = event("DTSTART:20260330T120000Z", "DURATION:PT1H", *YES, uid="good")
    owner.bring(calendar(event(*lines, *YES), good))
    mine = owner.show()
    assert owner.met()[MONDAY] == 1.0
    assert mine.blocks
    assert icalendar.Calendar.from_ical(owner.ask("focus_time.feed").ics).walk("VEVENT")


def test_what_ends_before_it_starts_is_read_as_the_library_reads_it(owner: Owner) -> None:
    """As between its two moments, which recurring-ical-events expects in its own tests."""
    owner.bring(calendar(event("DTSTART:20260330T100000Z", "DTEND:20260330T080000Z", *YES)))
    assert owner.met()[MONDAY] == 2.0


def test_the_hour_that_clocks_leave_out_and_the_one_they_have_twice(owner: Owner) -> None:
    missing = event("DTSTART;TZID=Europe/Berlin:20260329T023000", "DURATION:PT1H", uid="missing")
    across = event("DTSTART;TZID=Europe/Berlin:20260329T010000",
                   "DTEND;TZID=Europe/Berlin:20260329T040000", uid="across")  # fmt: skip
    later = event("DTSTART;TZID=Europe/Berlin:20260330T023000", "DURATION:PT1H", uid="later")
    said = owner.bring(calendar(missing, across, later))
    assert said.left_out == ()
    # half past two never was that day: an hour from then on is none, and no other is harmed
    assert "2 busy times" in said.says


def test_away_since_long_ago_and_for_ever_leaves_no_block(owner: Owner) -> None:
    away = event("DTSTART;VALUE=DATE:20250801", "DTEND;VALUE=DATE:21501231",
                 "X-MICROSOFT-CDO-BUSYSTATUS:OOF", "TRANSP:OPAQUE")  # fmt: skip
    owner.bring(calendar(away))
    assert owner.show().blocks == ()


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu", "Europe/Berlin"])
def test_a_vacation_is_its_owners_days_wherever_they_are(owner: Owner, zone: str) -> None:
    """Days have no zone: they are the owner's, from midnight to midnight."""
    away = event("DTSTART;VALUE=DATE:20260407", "DTEND;VALUE=DATE:20260411", "TRANSP:OPAQUE")
    meeting = event("DTSTART:20260301T000000Z", "DURATION:PT1H", *YES, uid="first")
    owner.bring(calendar(away, meeting), zone)
    mine = owner.show()
    (week,) = [one for one in mine.weeks if one.week_on == date(2026, 4, 6)]
    assert (week.working, week.focus) == (8.0, 8.0)
    days = [block.at.split()[1].rstrip(",") for block in mine.blocks]
    assert [day for day in days if day >= "2026-04-06"] == ["2026-04-06"]


def test_a_calendar_of_a_hundred_thousand_events_is_brought_in_seconds(owner: Owner) -> None:
    events = [
        event(f"DTSTART:{2026 - nr // 400}{nr % 12 + 1:02d}{nr % 28 + 1:02d}T100000Z",
              "DURATION:PT1H", *YES, uid=str(nr))
        for nr in range(100_000)
    ]  # fmt: skip
    body = calendar(*events)
    before = time.process_time()
    said = owner.bring(body)
    assert time.process_time() - before < 30
    assert said.left_out == ()
    assert sum(owner.met().values()) > 0


@pytest.mark.parametrize(
    ("events", "wanted"),
    [
        ([event("DTSTART:20260101T000000Z", "DURATION:PT10M", "RRULE:FREQ=HOURLY",
                uid=str(nr)) for nr in range(3)], "4,000 in eleven weeks"),
        ([event("RRULE:x")], "a calendar"),
    ],
)  # fmt: skip
def test_what_is_too_much_or_nothing_at_all_is_refused_with_the_reason(
    owner: Owner, events: list[list[str]], wanted: str
) -> None:
    with pytest.raises(BadInput, match=wanted):
        owner.bring(calendar(*events))
    assert owner.show().brought_on is None


@pytest.mark.skipif(not DATA.exists(), reason="set GROUNDPLAN_DATA to read real calendars")
@pytest.mark.filterwarnings("ignore")
def test_every_calendar_of_the_libraries_is_brought_or_refused(owner: Owner) -> None:
    brought = refused = 0
    for path in sorted(DATA.rglob("*.ics")):
        try:
            said = owner.bring(path.read_bytes())
        except BadInput as error:
            assert error.field == "calendar" and str(error.got).startswith("line "), path.name
            refused += 1
            continue
        assert all(line.startswith("line ") for line in said.left_out), path.name
        owner.show()
        brought += 1
    assert brought + refused >= 290
    assert refused <= 80  # nearly all without any event, or with events that never are
