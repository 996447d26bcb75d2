"""A team's times of being stuck: of those who let them count, over five people and more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundplan.practices.stuck.rules import Team
from groundplan.records.journal import Entry, Saying, Visibility
from groundplan.records.stuck import ANSWERED, BEGAN, ENDED, GIVEN, SHOWN, STREAM
from groundplan.sources.journal.spells import shape_spells
from groundplan.terms.errors import NotFound, Refused
from groundplan.terms.estimate import Estimate, Unknown
from tests.histories import History
from tests.offices import FIRST, SIX, Office

MONDAY = FIRST + timedelta(weeks=1)


@pytest.fixture
def office(six_people: History, tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path, six_people)
    yield made
    made.close()


def tell(office: Office, kind: str, owner: int, by: int | None = None, **body: object) -> int:
    """An entry as the use cases write it; its number."""
    journal, who = office.workspace.journal, f"m{owner if by is None else by}"
    saying = Saying(STREAM, kind, body, who, f"m{owner}", "core", Visibility.PRIVATE)
    return journal.append(saying, expected=journal.version(STREAM)).version


def be_stuck(office: Office, nr: int, week: int, hours: float, *, answer: float = 1.0) -> None:
    """Somebody shows a spell after an hour, is answered, and goes on so long after it began."""
    office.now = MONDAY + timedelta(weeks=week, hours=19 * nr)  # one after the other, by Friday
    words, other = {"about": "why the ledger is empty", "tried": "", "unclear": ""}, (nr + 1) % 6
    number, began = tell(office, BEGAN, nr, **words), office.now.isoformat()
    office.now += timedelta(hours=1)
    tell(office, GIVEN, other, nr, number=number, began_at=began, **words)
    tell(office, SHOWN, nr, number=number, to=[f"m{other}"])
    office.now += timedelta(hours=answer)
    tell(office, ANSWERED, nr, other, number=number, text="Look at the import.")
    tell(office, ANSWERED, other, number=number, text="Look at the import.")
    office.now += timedelta(hours=hours - 1 - answer)
    tell(office, ENDED, nr, number=number, how="helped", learnt="")


def read(office: Office, nr: int = 0) -> Team:
    office.now += timedelta(days=1)
    office.workspace.refresh()
    found = office.say(nr, "stuck.team")
    assert isinstance(found, Team)
    return found


def spells(office: Office) -> list[tuple[object, ...]]:
    office.now += timedelta(days=1)
    office.workspace.refresh()
    return office.workspace.context().mart.rows(
        "select name, round(hours, 2), over, round(answer_hours, 2), answered "
        "from spells join people using (person_id) order by began_at"
    )


def test_a_team_reads_how_soon_its_spells_are_answered_and_over(office: Office) -> None:
    for nr in SIX:
        office.say(nr, "stuck.share")
    for week in range(9):
        for nr in SIX:
            be_stuck(office, nr, week, 3.0 if week % 3 else 6.0, answer=0.5 + nr / 10)
    office.now = MONDAY + timedelta(weeks=14)
    team = read(office)
    assert (team.answered.people, team.answered.spells) == (6, 54)
    assert isinstance(team.unblocked.half_by, Estimate)
    assert team.unblocked.half_by.value == pytest.approx(3.0)
    assert isinstance(team.answered.half_by, Estimate)
    assert team.answered.half_by.value == pytest.approx(0.7)
    shares = {each.within: each.share.value for each in team.unblocked.within}
    assert shares == {1.0: 0.0, 2.0: 0.0, 4.0: pytest.approx(2 / 3), 8.0: 1.0}
    assert (
        b"why the ledger"
        not in next((office.workspace.folder / "mart").glob("*.duckdb")).read_bytes()
    )


def test_who_does_not_let_theirs_count_is_not_in_it(office: Office) -> None:
    for nr in range(4):
        office.say(nr, "stuck.share")
    for week in range(5):
        for nr in SIX:
            be_stuck(office, nr, week, 3.0)
    office.now = MONDAY + timedelta(weeks=14)
    assert {name for name, *_ in spells(office)} == {f"Person {nr} Example" for nr in range(4)}
    team = read(office)
    for told in (team.answered, team.unblocked):
        assert isinstance(told.half_by, Unknown)
        assert (told.spells, told.people, told.within) == (0, 0, ())


def test_only_what_began_while_it_counts_is_seen_and_only_so_long(office: Office) -> None:
    be_stuck(office, 0, 0, 3.0)
    office.now = MONDAY + timedelta(weeks=1)
    office.say(0, "stuck.share")
    with pytest.raises(Refused, match="count already"):
        office.say(0, "stuck.share")
    number = office.say(0, "stuck.begin", about="one").number
    office.now += timedelta(hours=2)
    office.say(0, "stuck.unshare")
    with pytest.raises(NotFound):
        office.say(0, "stuck.unshare")
    assert not office.say(0, "stuck.record").counts
    office.now += timedelta(hours=5)
    office.say(0, "stuck.end", number=number)
    be_stuck(office, 0, 2, 3.0)
    assert spells(office) == [("Person 0 Example", 2.0, False, None, False)]


def test_a_number_tells_nothing_of_how_often_others_are_stuck(office: Office) -> None:
    """Each reader counts the spells that they may read: their own, and those given to them."""
    assert office.say(0, "stuck.begin", about="one").number == 1
    for _ in range(3):
        office.say(1, "stuck.begin", about="theirs")
    assert office.say(0, "stuck.begin", about="two").number == 2
    office.say(1, "stuck.show", number=2, to="m0")
    [asked] = office.say(0, "stuck.list").asked_of_you
    assert asked.number == 3
    office.say(0, "stuck.answer", number=3, text="Look at the import.")
    assert [len(row.answers) for row in office.say(1, "stuck.list").running] == [0, 1, 0]
    office.say(1, "stuck.show", number=2, to="m2")
    assert office.say(0, "stuck.begin", about="three").number == 4
    assert office.say(0, "stuck.quiet").number == 0
    with pytest.raises(NotFound, match="no spell 3"):
        office.say(0, "stuck.end", number=3)


def test_what_waits_is_seen_until_now_and_moves_no_name_of_a_mart(office: Office) -> None:
    office.say(0, "stuck.share")
    office.now = MONDAY
    office.say(0, "stuck.begin", about="one")
    entries = office.workspace.journal.read(STREAM)
    later = MONDAY + timedelta(hours=5)
    assert shape_spells(entries, later)["hours"].tolist() == [5.0]
    assert shape_spells(entries, None)["hours"].mask.tolist() == [True]
    office.now = MONDAY + timedelta(days=1)
    known = office.workspace.context().facts
    office.now += timedelta(days=1)
    assert office.workspace.context().facts == known


def test_erased_their_spells_are_gone(office: Office) -> None:
    for nr in (0, 1):
        office.say(nr, "stuck.share")
        be_stuck(office, nr, 0, 3.0)
    assert len(spells(office)) == 2
    office.say(1, "people.erase", person="m1", again="m1")
    assert {name for name, *_ in spells(office)} == {"Person 0 Example"}


def test_times_are_those_of_the_owner_whatever_others_were_given(office: Office) -> None:
    """Copies of a spell that others have are no spells of theirs."""
    office.say(0, "stuck.share")
    office.say(1, "stuck.share")
    be_stuck(office, 0, 0, 4.0, answer=2.0)
    assert spells(office) == [("Person 0 Example", 4.0, True, 2.0, True)]


def test_nothing_of_an_erased_entry_is_read() -> None:
    gone = Entry(1, STREAM, 1, "stuck.began", 1, datetime(2026, 1, 5, tzinfo=UTC), "", "", "",
                 Visibility.PRIVATE, {}, "")  # fmt: skip
    assert shape_spells([gone], MONDAY)["seen"].tolist() == []
