"""From connected calendars to a team's numbers: whose they are, what is told when, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

import groundplan
from groundplan.access import local_scope
from groundplan.bootstrap.workspace import Workspace
from groundplan.facts.raw import Raw
from groundplan.signals import focus_hours, fragmentation, meeting_load
from groundplan.signals.signal import Reading, Signal
from groundplan.sources.http.secrets import Nobody
from groundplan.sources.http.sync import rebuild, sync
from groundplan.sources.ics.fetch import connect
from groundplan.terms.errors import BadInput
from groundplan.terms.estimate import Estimate, Unknown
from groundplan.terms.progress import Silent
from tests.histories import History
from tests.sources.ics.calendars import calendar, event

FIRST = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
WEEKS = 12
PEOPLE = [f"Person {nr} Example <p{nr}@example.com>" for nr in range(6)]
HERE = Path(groundplan.__file__).parent


def address(nr: int) -> str:
    return f"p{nr}@example.com"


def weekly(nr: int, hours: int) -> bytes:
    """A meeting each Monday from nine on, and one on each Tuesday at eleven."""
    yes = [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{address(who)}" for who in (nr, nr + 1)]
    return calendar(
        event("DTSTART;TZID=Europe/Berlin:20260105T090000", f"DURATION:PT{hours}H",
              "RRULE:FREQ=WEEKLY", "SUMMARY:Secret plans", *yes, uid="a"),
        event("DTSTART;TZID=Europe/Berlin:20260106T110000", "DURATION:PT30M",
              "RRULE:FREQ=WEEKLY", *yes, uid="b"),
        before=["X-WR-TIMEZONE:Europe/Berlin"],
    )  # fmt: skip


class Team:
    """A workspace with a repository of six people, and their calendars as files."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, FIRST + timedelta(weeks=WEEKS, hours=9)
        history = History(folder / "sample")
        for nr in range(6 * WEEKS + 6):
            at = FIRST.replace(tzinfo=None) + timedelta(days=7 * nr // 6, hours=10)
            history.commit({f"core/a{nr}.py": "1\n"}, "Add", by=PEOPLE[nr % 6], at=at)
        self.workspace = Workspace(folder / "workspace", Silent())
        self.workspace.read_names(history.path)

    def read(self, nr: int, body: bytes, **works: str) -> None:
        """One turn at somebody's calendar."""
        path = self.folder / f"{nr}.ics"
        path.write_bytes(body)
        source = connect(address(nr), Nobody(), Silent(), api=f"file:{path}", **works,
                         now=lambda: self.now)  # fmt: skip
        with closing(Raw(self.workspace.folder / "raw.sqlite")) as raw:
            sync(self.workspace.ledger, raw, source, Silent(), clock=lambda: self.now)

    def weeks(self, columns: str = "*") -> list[tuple[object, ...]]:
        self.workspace.refresh()
        mart = self.workspace.context().mart
        return mart.rows(
            f"select {columns} from calendar_weeks join people using (person_id) "
            "order by name, week_on"
        )

    def measure(self, signal: Signal) -> Reading:
        self.workspace.refresh()
        context = self.workspace.context()
        return context.measure(signal, local_scope(self.workspace.repos()))


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.workspace.close()


def test_six_calendars_come_to_three_numbers_of_the_team(team: Team) -> None:
    for nr in range(6):
        team.read(nr, weekly(nr, 2 + nr % 2))
    assert len(team.weeks()) == 6 * WEEKS
    # Monday 2 or 3 hours, Tuesday half an hour: 2.5 or 3.5 of 40
    load = team.measure(meeting_load.SIGNAL).now
    assert isinstance(load, Estimate)
    assert load.value == pytest.approx(3.0)
    # eleven to half past eleven leaves 2 and 5.5 hours of Tuesday: nothing is broken
    assert team.measure(focus_hours.SIGNAL).now.value == pytest.approx(37.0)  # type: ignore[union-attr]
    assert team.measure(fragmentation.SIGNAL).now.value == 0.0  # type: ignore[union-attr]
    assert load.low < 3.0 < load.high


def test_four_calendars_are_nobodys_business(team: Team) -> None:
    end = team.now
    for team.now in (FIRST + timedelta(days=8), end):
        for nr in range(4):
            team.read(nr, weekly(nr, 2))
    assert len(team.weeks()) == 4 * (WEEKS - 1)
    for signal in (meeting_load.SIGNAL, focus_hours.SIGNAL, fragmentation.SIGNAL):
        reading = team.measure(signal)
        assert isinstance(reading.now, Unknown)
        assert (reading.people, reading.rows, reading.series) == (0, 0, ())


def test_who_joins_later_than_others_counts_from_then_on(team: Team) -> None:
    """An older report and a newer one may not differ by one person's past."""
    end = team.now
    team.now = FIRST + timedelta(weeks=6, hours=9)
    for nr in range(5):
        team.read(nr, weekly(nr, 2))
    before = team.weeks("name, week_on, meeting_hours")
    assert len(before) == 5 * 6
    team.now += timedelta(weeks=2)
    team.read(5, weekly(5, 5))
    assert team.weeks("name, week_on, meeting_hours") == before
    team.now = end
    for nr in range(6):
        team.read(nr, weekly(nr, 2))
    after = team.weeks("name, week_on, meeting_hours")
    assert [row for row in after if row in before] == before
    late = [row[1] for row in after if row[0] == "Person 5 Example"]
    assert late == [date(2026, 1, 5) + timedelta(weeks=nr) for nr in range(8, WEEKS)]


def test_hours_and_days_off_are_each_persons_own(team: Team) -> None:
    for nr in range(1, 5):
        team.read(nr, weekly(nr, 2))
    team.read(
        0, weekly(0, 2), opens="10:00", closes="16:00", days_off="2026-01-06 2026-01-19..2026-01-23"
    )
    hours = "week_on, days, working_hours, meeting_hours, focus_hours, broken_hours"
    told = [row[1:] for row in team.weeks(f"name, {hours}") if row[0] == "Person 0 Example"]
    # from ten on an hour of Monday's meeting counts, five are left; Tuesday is off
    assert told[0] == (date(2026, 1, 5), 4, 24.0, 1.0, 23.0, 0.0)
    # Tuesday's meeting leaves one hour before it
    assert told[1] == (date(2026, 1, 12), 5, 30.0, 1.5, 27.5, 1.0)
    assert date(2026, 1, 19) not in [row[0] for row in told]  # a week off is no week
    with pytest.raises(BadInput, match="days_off"):
        team.read(1, weekly(1, 2), days_off="sometimes")


def test_a_week_is_told_when_it_is_over_and_then_stays(team: Team) -> None:
    end = team.now
    team.now = FIRST + timedelta(weeks=4, days=2)
    for nr in range(5):
        team.read(nr, weekly(nr, 2))
    before = team.weeks("name, week_on, meeting_hours")
    assert len(before) == 5 * 4
    team.now = end
    team.read(0, weekly(0, 5))  # somebody tidied up
    team.read(1, weekly(1, 2))  # somebody did not
    after = team.weeks("name, week_on, meeting_hours")
    assert [row for row in after if row[1] < date(2026, 2, 2)] == before  # type: ignore[operator]
    told = [(row[0], row[2]) for row in after if row not in before]
    assert told == [
        *[("Person 0 Example", 5.5)] * (WEEKS - 4), *[("Person 1 Example", 2.5)] * (WEEKS - 4),
    ]  # fmt: skip


def test_an_address_that_is_nobodys_here_is_left_out_and_nothing_names_its_owner(
    team: Team,
) -> None:
    team.read(77, weekly(77, 2))
    assert team.weeks() == []
    source = connect(address(77), Nobody(), Silent(), api=f"file:{team.folder / '77.ics'}")
    with closing(Raw(team.workspace.folder / "raw.sqlite")) as raw:
        assert rebuild(team.workspace.ledger, raw, source, Silent()) == 1
    for stored in team.workspace.folder.rglob("*"):
        if stored.is_file():
            words = stored.read_bytes()
            # a connection is called by its owner; what it brought names nobody
            assert b"p77@example.com" not in words or stored.name.startswith("manifest.sqlite")
            assert b"p78@example.com" not in words
            assert b"Secret plans" not in words


@pytest.mark.parametrize(
    ("words", "rooms"),
    [("calendar_weeks|said_weeks", {"facts", "signals", "sources"}),
     (r"from spells|said_spells", {"facts", "signals"})],
)  # fmt: skip
def test_only_signals_and_the_mart_read_what_people_let_count(words: str, rooms: set[str]) -> None:
    readers = {
        path.relative_to(HERE).parts[0]
        for path in HERE.rglob("*.py")
        if re.search(words, path.read_text(encoding="utf-8"))
    }
    assert readers == rooms
