"""The workspace's books: entered once, by whom, and what an erasure takes and leaves."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundplan.access import WORKSPACE, local_scope
from groundplan.records.roster import STREAM
from groundplan.terms.errors import BadInput, Conflict, NotFound, Refused
from groundplan.terms.scope import Role
from tests.access.conftest import WORDS, Company, open_company
from tests.team_server import REPOS


def test_an_entry_says_who_entered_it_and_belongs_to_whom_it_is_about(company: Company) -> None:
    admin = company.server.scope(company.people["admin"])
    person = company.server.ask("people.add", admin, name="New Example").id
    added, began = company.server.journal.read(STREAM)[-2:]
    assert {added.by, began.by} == {WORKSPACE}
    assert {added.owner, began.owner} == {person}
    assert {added.body["entered_by"], began.body["entered_by"]} == {company.people["admin"]}


def test_a_repeated_request_is_entered_once(company: Company) -> None:
    admin = company.server.scope(company.people["admin"])
    before = company.server.journal.version(STREAM)
    answers = {
        company.server.ask("people.add", admin, "request-1", name="New", email="new@example.com")
        for _ in range(3)
    }
    assert len(answers) == 1
    assert company.server.journal.version(STREAM) == before + 2
    with pytest.raises(BadInput, match="New has it"):
        company.server.ask("people.add", admin, "request-2", name="New", email="new@example.com")


def test_an_entry_that_rests_on_an_old_roster_is_told_so(company: Company) -> None:
    journal = company.server.context(local_scope(REPOS)).journal
    old = journal.version(STREAM) - 1
    body = {"team": "t99", "name": "new", "parent": ""}
    with pytest.raises(Conflict):
        journal.enter(STREAM, "teams.added", body, expected=old)


@pytest.mark.parametrize("name", ["x" * 100_000, "\x00", "", "a\nb"])
def test_a_name_that_is_none_is_refused_and_nothing_is_entered(company: Company, name: str) -> None:
    admin = company.server.scope(company.people["admin"])
    before = company.server.journal.version(STREAM)
    with pytest.raises(BadInput, match="name") as caught:
        company.server.ask("people.add", admin, name=name)
    assert len(str(caught.value)) < 300
    assert company.server.journal.version(STREAM) == before


def test_an_erasure_takes_somebodys_words_and_place_and_nobody_elses(company: Company) -> None:
    server, mine = company.server, company.people["self"]
    others = {id_: who for id_, who in server.roster.people.items() if id_ != mine}
    erased = server.ask("people.erase", server.scope(mine), person=mine, again=mine)
    assert erased.entries == 5  # on the roster, placed, linked, and two promises
    assert server.roster.people == others
    assert mine not in {m.person_id for m in server.roster.memberships}
    kept = repr([entry.body for entry in server.journal.read_all()])
    assert [what in kept for what in WORDS.values()] == [False, False, True]
    assert server.journal.verify() is None
    with pytest.raises(NotFound):
        server.scope(mine)


def test_erasing_an_admin_leaves_what_they_entered_about_others(company: Company) -> None:
    server, admin = company.server, company.people["admin"]
    scope = server.scope(admin)
    new = server.ask("people.add", scope, name="New").id
    with pytest.raises(Refused, match="another admin"):
        server.ask("people.erase", scope, person=admin, again=admin)
    server.ask("people.join", scope, person=new, role=Role.ADMIN)
    server.ask("people.erase", scope, person=admin, again=admin)
    assert server.roster.people[new].name == "New"
    assert admin not in server.roster.people


def test_a_partner_erases_their_own_words(company: Company) -> None:
    server, partner = company.server, company.people["partner"]
    scope = server.scope(partner, company.home["partner"])
    with pytest.raises(NotFound):
        server.ask(
            "people.erase", scope, person=company.people["self"], again=company.people["self"]
        )
    assert server.ask("people.erase", scope, person=partner, again=partner).entries == 3


@pytest.mark.parametrize("nobody", [WORKSPACE, "", "p999"])
def test_nobody_cannot_be_erased(company: Company, nobody: str) -> None:
    for scope in (local_scope(REPOS), company.server.scope(company.people["admin"])):
        with pytest.raises(NotFound):
            company.server.ask("people.erase", scope, person=nobody, again=nobody)


def test_a_company_is_a_copy(founded: Path, tmp_path: Path) -> None:
    """What one test enters, no other one sees."""
    for nr in range(2):
        with open_company(founded, tmp_path / str(nr)) as company:
            assert len(company.server.roster.people) == 7
            company.server.enter("add", name="New")
