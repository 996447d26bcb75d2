"""The roster is what its entries amount to: places as intervals, nested teams, links, erasure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundplan.records.folding import Folds
from groundplan.records.journal import Journal
from groundplan.records.linking import SAME_ADDRESS, SAME_NAME, propose
from groundplan.records.roster import (
    ROSTER,
    STREAM,
    Colleague,
    Membership,
    Roster,
    Team,
    members_of,
    nested_in,
    parents_of,
    roles_of,
)
from groundplan.records.roster_checks import check_email, find_person, find_team
from groundplan.records.sqlite import SQLiteJournal
from groundplan.terms.errors import BadInput, NotFound, SourceBroken
from groundplan.terms.people import Account
from groundplan.terms.scope import Role
from tests.journals import saying

MONDAY = date(2026, 1, 5)
Enter = Callable[..., Roster]


@pytest.fixture
def days() -> list[date]:
    """The day on which the next entry is made."""
    return [MONDAY]


@pytest.fixture
def opened(tmp_path, days: list[date]):
    made = SQLiteJournal(
        tmp_path / "journal.sqlite", lambda: datetime.combine(days[0], datetime.min.time(), UTC)
    )
    yield made
    made.close()


@pytest.fixture
def enter(opened: Journal) -> Enter:
    """Enter something and read the roster."""
    folds = Folds(opened)

    def write(kind: str, owner: str = "workspace", **body: Any) -> Roster:
        said = saying(body, STREAM, kind=kind, by="workspace", owner=owner)
        opened.append(said, expected=opened.version(STREAM))
        return folds.fold(STREAM, ROSTER)

    return write


def found_platform(enter: Enter) -> Roster:
    enter("teams.added", team="t1", name="Platform", parent="")
    enter("people.added", "p1", person="p1", name="Ann Example", email="ann@example.com")
    return enter(
        "memberships.began", "p1", person="p1", team="t1", role="engineer", since="2025-11-03"
    )


def test_a_place_holds_from_its_first_day_to_the_day_before_its_end(
    enter: Enter, days: list[date]
) -> None:
    found_platform(enter)
    days[0] = date(2026, 2, 2)
    roster = enter("memberships.ended", "p1", membership=3, until="2026-03-02")
    (place,) = roster.memberships
    assert (place.began_on, place.ended_on, place.number) == (MONDAY, date(2026, 2, 2), 3)
    there = [
        members_of(roster, "t1", day)
        for day in (date(2025, 11, 2), date(2025, 11, 3), date(2026, 3, 1), date(2026, 3, 2))
    ]
    assert there == [frozenset(), {"p1"}, {"p1"}, frozenset()]


def test_who_leaves_has_no_place_and_who_joins_again_is_back(
    enter: Enter, days: list[date]
) -> None:
    found_platform(enter)
    days[0] = date(2026, 2, 2)
    left = enter("people.left", "p1", person="p1", on="2026-02-01")
    assert left.people["p1"].left_on == date(2026, 2, 1)
    assert members_of(left, "t1", date(2026, 2, 1)) == frozenset()
    assert members_of(left, "t1", date(2026, 1, 31)) == {"p1"}
    back = enter("memberships.began", "p1", person="p1", team="t1", role="lead", since="2026-05-04")
    assert back.people["p1"].left_on is None
    assert roles_of(back, "p1", date(2026, 5, 4)) == {"t1": Role.LEAD}


def test_of_two_roles_in_one_team_the_stronger_counts() -> None:
    places = tuple(
        Membership("p1", "t1", role, MONDAY) for role in (Role.PARTNER, Role.LEAD, Role.ENGINEER)
    )
    assert roles_of(Roster(memberships=places), "p1", MONDAY) == {"t1": Role.LEAD}


def test_a_partner_does_not_work_in_the_team() -> None:
    places = (Membership("p1", "t1", Role.PARTNER, MONDAY),)
    roster = Roster(teams={"t1": Team("t1", "Platform")}, memberships=places)
    assert members_of(roster, "t1", MONDAY) == frozenset()


@given(st.lists(st.integers(0, 30), max_size=30))
def test_nested_teams_make_no_circle(parents: list[int]) -> None:
    """A parent is one that stands already, so that every chain of parents ends."""
    teams = {"t0": Team("t0", "0")}
    for nr, parent in enumerate(parents, start=1):
        teams[f"t{nr}"] = Team(f"t{nr}", str(nr), f"t{parent % nr}")
    roster = Roster(teams=teams)
    assert nested_in(roster, "t0") == nested_in(roster, "") == frozenset(teams)
    for team in teams:
        above = parents_of(roster, team)
        assert team not in above
        assert all(team in nested_in(roster, parent) for parent in above)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("teams.added", {"team": "t2", "name": "Tools", "parent": "t2"}),
        ("teams.added", {"team": "t1", "name": "Again", "parent": ""}),
        ("people.added", {"person": "p1", "name": "Again", "email": ""}),
        ("people.added", {"person": "p2"}),
        ("people.changed", {"person": "p9", "name": "Nobody", "email": ""}),
        (
            "memberships.began",
            {"person": "p1", "team": "t9", "role": "lead", "since": "2026-01-05"},
        ),
        (
            "memberships.began",
            {"person": "p1", "team": "t1", "role": "boss", "since": "2026-01-05"},
        ),
        ("memberships.began", {"person": "p1", "team": "t1", "role": "lead", "since": "Monday"}),
        ("memberships.ended", {"membership": 99, "until": "2026-01-05"}),
        ("people.linked", {"person": "p1", "name": "ann"}),
    ],
)
def test_an_entry_that_cannot_be_is_named(
    enter: Enter, kind: str, body: Mapping[str, object]
) -> None:
    found_platform(enter)
    with pytest.raises(SourceBroken, match=f"entry 4 of the stream 'roster' is no {kind}"):
        enter(kind, **body)


def test_kinds_of_newer_programs_are_left_out(enter: Enter) -> None:
    before = found_platform(enter)
    assert enter("people.praised", person="p1") == before


def test_a_link_keeps_its_days_and_ends(enter: Enter, days: list[date]) -> None:
    found_platform(enter)
    account = {"name": "ann", "email": "Ann@example.com"}
    linked = enter("people.linked", "p1", person="p1", reason="said by hand", **account)
    assert linked.people["p1"].accounts == (Account("ann", "Ann@example.com"),)
    days[0] = date(2026, 2, 2)
    undone = enter("people.unlinked", "p1", person="p1", **account)
    assert undone.people["p1"].accounts == ()
    (link,) = undone.links
    assert (link.since, link.until, link.reason) == (MONDAY, date(2026, 2, 2), "said by hand")


def test_erasing_a_person_takes_what_is_about_them_and_nothing_else(
    opened: Journal, enter: Enter
) -> None:
    found_platform(enter)
    enter("people.added", "p4", person="p4", name="Ben Example", email="", entered_by="p1")
    opened.erase("p1", by="p4")
    roster = Folds(opened).fold(STREAM, ROSTER)
    assert set(roster.people) == {"p4"}
    assert roster.memberships == ()
    assert set(roster.teams) == {"t1"}
    assert opened.verify() is None


def roster_of(*people: Colleague, teams: Mapping[str, Team] | None = None) -> Roster:
    return Roster(people={p.person_id: p for p in people}, teams=teams or {})


ANN, ANOTHER = Colleague("p1", "Ann Example", "ann@example.com"), Colleague("p2", "ann  example")


def test_a_person_is_found_by_what_only_they_have() -> None:
    roster = roster_of(ANN, ANOTHER)
    assert find_person(roster, "p2") is ANOTHER
    assert find_person(roster, "ANN@Example.com") is ANN
    with pytest.raises(BadInput, match="2 people are called that"):
        find_person(roster, "Ann Example")
    for nobody in ("Ben Example", "", " "):
        with pytest.raises(NotFound):
            find_person(roster, nobody)


def test_a_team_is_found_by_id_or_name() -> None:
    roster = roster_of(teams={"t1": Team("t1", "Café")})
    assert [find_team(roster, text) for text in ("t1", "CAFE\u0301", " ")] == ["t1", "t1", ""]
    with pytest.raises(NotFound):
        find_team(roster, "t2")


@pytest.mark.parametrize(
    "email", ["ann", "ann@", "@example.com", "ann b@example.com", "a@b\n", "x" * 100_000 + "@b"]
)
def test_an_address_that_is_none_is_refused_shortly(email: str) -> None:
    if email == "a@b\n":
        assert check_email(Roster(), email) == "a@b"
        return
    with pytest.raises(BadInput, match="email") as caught:
        check_email(Roster(), email)
    assert len(str(caught.value)) < 300


def test_two_people_cannot_have_one_address() -> None:
    with pytest.raises(BadInput, match="Ann Example has it"):
        check_email(roster_of(ANN), "Ann@Example.COM")
    assert check_email(roster_of(ANN), "ann@example.com", "p1") == "ann@example.com"


@pytest.mark.parametrize("name", ["דנה דוגמה", "أمثلة", "Zoë 👩‍🚀", "李例"])
def test_names_of_every_script_stay_as_they_are(enter: Enter, name: str) -> None:
    roster = enter("people.added", "p1", person="p1", name=name, email="")
    assert find_person(roster, name).name == name


def test_accounts_are_proposed_with_a_reason_and_only_if_nobody_has_them() -> None:
    seen = {
        Account("ann", "Ann@Example.com"): "x1",
        Account("ann", "ann@home.example.com"): "x1",
        Account("Ann Example", "a@example.org"): "x2",
        Account("", ""): "x3",
        Account("Ben", "ben@example.com"): "x4",
    }
    found = propose([ANN, ANOTHER], seen, frozenset())
    assert [(p.person, p.account_email, p.reason) for p in found] == [
        ("p1", "Ann@Example.com", SAME_ADDRESS),
        ("p1", "a@example.org", f"{SAME_NAME}, as 1 other on the roster"),
        ("p2", "a@example.org", f"{SAME_NAME}, as 1 other on the roster"),
    ]
    assert [p.person for p in propose([ANN], seen, frozenset({"x1"}))] == ["p1"]
    assert propose([ANN, ANOTHER], seen, frozenset({"x1", "x2"})) == ()
