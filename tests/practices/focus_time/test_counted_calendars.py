"""A calendar that somebody brings counts for their team once they say so, and no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from groundplan.records.calendars import COUNTED
from groundplan.records.journal import Saying
from groundplan.signals import focus_hours, meeting_load
from groundplan.signals.why import explain
from groundplan.terms.estimate import Estimate, Unknown
from tests.histories import History
from tests.offices import FIRST, SIX, Office
from tests.sources.ics.calendars import calendar, event


class Calendars(Office):
    """The office, with calendars of one meeting a week."""

    def bring(self, nr: int, hours: int = 2) -> None:
        yes = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:p{who}@example.com" for who in (nr, nr + 1)]
        told = calendar(
            event("DTSTART;TZID=Europe/Berlin:20251103T090000", f"DURATION:PT{hours}H",
                  "RRULE:FREQ=WEEKLY", "SUMMARY:Secret plans", *yes, uid="a"),
        )  # fmt: skip
        self.say(nr, "focus_time.bring", calendar=told.decode(), zone="Europe/Berlin",
                 address=f"p{nr}@example.com")  # fmt: skip

    def weeks(self) -> dict[str, list[date]]:
        """The weeks of each person that count, from the next day on."""
        self.now += timedelta(days=1)
        self.workspace.refresh()
        found: dict[str, list[date]] = {}
        for name, week_on in self.workspace.context().mart.rows(
            "select name, week_on from calendar_weeks join people using (person_id) order by all"
        ):
            found.setdefault(name.removesuffix(" Example"), []).append(week_on)
        return found


@pytest.fixture
def office(six_people: History, tmp_path: Path) -> Iterator[Calendars]:
    made = Calendars(tmp_path, six_people)
    yield made
    made.close()


def monday(week: int) -> date:
    return (FIRST + timedelta(weeks=week)).date()


def test_six_who_share_make_the_teams_numbers_and_nobody_reads_them(office: Calendars) -> None:
    office.now = FIRST + timedelta(weeks=10)
    for nr in SIX:
        office.bring(nr, 2 + nr % 2)
    assert office.weeks() == {}  # brought is not shared
    for nr in SIX:
        assert "nobody sees them" in office.say(nr, "focus_time.share").says
    assert office.weeks() == {f"Person {nr}": [monday(w) for w in range(2, 10)] for nr in SIX}
    load = office.measure(meeting_load.SIGNAL)
    assert isinstance(load.now, Estimate)
    assert load.now.value == pytest.approx(2.5)
    assert (load.people, load.now.low < 2.5 < load.now.high) == (6, True)
    assert isinstance(office.measure(focus_hours.SIGNAL).now, Estimate)
    scope = office.workspace.scope("m0", "core")
    context = office.workspace.context(scope)
    why = explain(meeting_load.SIGNAL, load, context.trace(meeting_load.SIGNAL, scope), monday(10))
    assert [source.name for source in why.sources] == ["6 calendars"]
    counted = [entry for entry in office.workspace.journal.read("calendars/m1")
               if entry.kind == COUNTED]  # fmt: skip
    assert [(entry.owner, entry.visibility.value) for entry in counted] == [("m1", "private")]
    assert all(entry.kind != COUNTED for entry in context.journal.read("calendars/m1"))
    assert b"Secret plans" not in (office.workspace.folder / "journal.sqlite").read_bytes()


def test_four_who_share_are_nobodys_business(office: Calendars) -> None:
    office.now = FIRST + timedelta(weeks=4)
    for nr in range(4):
        office.bring(nr)
        office.say(nr, "focus_time.share")
    office.now = FIRST + timedelta(weeks=9)
    for nr in range(4):
        office.bring(nr)
    assert {len(weeks) for weeks in office.weeks().values()} == {5}  # no past, of four only
    reading = office.measure(meeting_load.SIGNAL)
    assert isinstance(reading.now, Unknown)
    assert (reading.people, reading.rows, reading.series) == (0, 0, ())


def test_taken_back_it_counts_no_longer_and_no_old_number_changes(office: Calendars) -> None:
    office.now = FIRST + timedelta(weeks=10)
    for nr in SIX:
        office.bring(nr)
        office.say(nr, "focus_time.share")
    before = office.measure(meeting_load.SIGNAL)
    office.say(0, "focus_time.unshare")
    assert office.measure(meeting_load.SIGNAL) == before
    office.now = FIRST + timedelta(weeks=12, hours=1)
    for nr in SIX:
        office.bring(nr, 5)
    weeks = office.weeks()
    assert weeks["Person 0"] == [monday(w) for w in range(2, 10)]
    assert weeks["Person 1"] == [monday(w) for w in range(2, 12)]
    shown = office.say(0, "focus_time.show")
    assert (shown.shared, shown.counts) == (False, False)
    office.say(0, "focus_time.share")  # again: what lies between stays out
    assert office.weeks() == weeks
    office.now = FIRST + timedelta(weeks=14, hours=1)
    for nr in SIX:
        office.bring(nr, 5)
    assert office.weeks()["Person 0"] == [*weeks["Person 0"], monday(12), monday(13)]


def test_a_week_is_told_once_however_often_the_calendar_is_brought(office: Calendars) -> None:
    office.now = FIRST + timedelta(weeks=10)
    for nr in SIX:
        office.bring(nr)
        office.say(nr, "focus_time.share")
    before = office.measure(meeting_load.SIGNAL)
    for nr in SIX:
        office.bring(nr, 7)  # somebody tidied up
        office.say(nr, "focus_time.share")
    assert office.measure(meeting_load.SIGNAL).now == before.now
    entries = office.workspace.journal.read("calendars/m3")
    assert [entry.kind for entry in entries].count(COUNTED) == 1


def test_whoever_is_erased_counts_no_more(office: Calendars) -> None:
    office.now = FIRST + timedelta(weeks=10)
    for nr in SIX:
        office.bring(nr)
        office.say(nr, "focus_time.share")
    assert "Person 5" in office.weeks()
    office.say(5, "people.erase", person="m5", again="m5")
    assert set(office.weeks()) == {f"Person {nr}" for nr in range(5)}
    assert all(entry.erased for entry in office.workspace.journal.read("calendars/m5"))


def test_who_linked_no_account_is_told_so_and_counts_from_the_link_on(
    six_people: History, tmp_path: Path
) -> None:
    office = Calendars(tmp_path, six_people, linked=5)
    office.now = FIRST + timedelta(weeks=10)
    for nr in SIX:
        office.bring(nr)
        said = office.say(nr, "focus_time.share").says
        assert ("once you link your accounts" in said) is (nr == 5)
    assert set(office.weeks()) == {f"Person {nr}" for nr in range(5)}
    office.link(5)
    assert set(office.weeks()) == {f"Person {nr}" for nr in SIX}
    office.close()


def test_who_shared_only_for_the_quiet_window_is_not_counted_by_that(office: Calendars) -> None:
    """Entries of before calendars counted: what somebody agreed to then says nothing of numbers."""
    office.now = FIRST + timedelta(weeks=10)
    office.bring(0)
    journal = office.workspace.journal
    (brought,) = journal.read("calendars/m0")
    journal.append(
        Saying("calendars/m0", "focus_time.shared", brought.body, "m0", "m0", "core"), expected=1
    )
    office.bring(0)
    shown = office.say(0, "focus_time.show")
    assert (shown.shared, shown.counts) == (True, False)
    assert COUNTED not in [entry.kind for entry in journal.read("calendars/m0")]
    office.say(0, "focus_time.share")
    assert office.say(0, "focus_time.show").counts
