"""Who read what about whom: one entry a day, whatever the interface, and everybody may look."""

from __future__ import annotations

import dataclasses
import threading
from datetime import timedelta

import pytest

from groundplan.access import MOST_NOTED, local_scope
from groundplan.records import access_log
from groundplan.records.folding import Folds
from groundplan.terms.errors import GroundplanError, NotFound
from groundplan.usecase import About, NoInputs, UseCase, ask
from tests.access.conftest import Company
from tests.team_server import REPOS

TELLING = UseCase("demo.tell", "Tells of a team.", NoInputs, str, frozenset(), lambda *_: "told")


def tell(company: Company, who: str, about: About = About.TEAM) -> str:
    server = company.server
    scope = server.scope(company.people[who], company.home[who])
    case = dataclasses.replace(TELLING, roles=frozenset({scope.role}), about=about)
    return ask(case, server.context(scope), scope, NoInputs())


def logged(company: Company) -> list[access_log.Reading]:
    journal = company.server.journal
    return [
        access_log.read(entry)
        for stream in journal.streams(access_log.STREAMS)
        for entry in journal.read(stream)
    ]


def test_a_reading_is_written_once_a_day(company: Company) -> None:
    for _ in range(3):
        assert tell(company, "lead") == "told"
    company.server.today += timedelta(days=1)
    tell(company, "lead")
    tell(company, "mate")
    found = [(r.viewer, r.use_case, r.team, (r.on - logged(company)[0].on).days)
             for r in logged(company)]  # fmt: skip
    lead, mate, inner = company.people["lead"], company.people["mate"], company.home["lead"]
    assert found == [
        (lead, "demo.tell", inner, 0),
        (lead, "demo.tell", inner, 1),
        (mate, "demo.tell", inner, 1),
    ]


def test_a_second_process_writes_nothing_again(company: Company) -> None:
    tell(company, "lead")
    company.server.folds = Folds(company.server.journal)
    tell(company, "lead")
    assert len(logged(company)) == 1


def test_what_was_written_is_not_asked_of_the_store_again(company: Company) -> None:
    scope = company.server.scope(company.people["lead"], company.home["lead"])
    journal = company.server.context(scope).journal
    journal.note_reading("demo.tell", company.server.today)
    company.server.journal.close()
    journal.note_reading("demo.tell", company.server.today)
    with pytest.raises(GroundplanError):
        journal.note_reading("demo.other", company.server.today)


def test_readings_of_many_at_once_are_all_there(company: Company) -> None:
    scopes = [
        company.server.scope(company.people[who], company.home[who])
        for who in ("self", "mate", "lead", "above", "elsewhere")
    ]
    journals = [company.server.context(scope).journal for scope in scopes]
    threads = [
        threading.Thread(target=journal.note_reading, args=(f"demo.{nr}", company.server.today))
        for nr in range(4)
        for journal in journals
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(logged(company))) == len(logged(company)) == 20


def test_the_memory_of_what_was_written_is_bounded(company: Company) -> None:
    company.server.folds.noted.update(range(MOST_NOTED))
    tell(company, "lead")
    assert len(company.server.folds.noted) == 1


@pytest.mark.parametrize("about", [About.NOBODY, About.SELF])
def test_what_tells_nothing_of_others_is_not_in_it(company: Company, about: About) -> None:
    tell(company, "lead", about)
    assert logged(company) == []


def test_the_local_user_is_alone_and_not_in_it(company: Company) -> None:
    scope = local_scope(REPOS)
    case = dataclasses.replace(TELLING, roles=frozenset({scope.role}))
    assert ask(case, company.server.context(scope), scope, NoInputs()) == "told"
    assert logged(company) == []


def test_what_was_refused_was_not_read(company: Company) -> None:
    server = company.server
    scope = server.scope(company.people["lead"], company.home["lead"])
    with pytest.raises(NotFound):
        ask(TELLING, server.context(scope), scope, NoInputs())

    def fail(*_: object) -> str:
        raise NotFound("nothing of that kind")

    case = dataclasses.replace(TELLING, roles=frozenset({scope.role}), run=fail)
    with pytest.raises(NotFound):
        ask(case, server.context(scope), scope, NoInputs())
    assert logged(company) == []


SEE = {  # who sees that the lead of the inner team, of the outer one, of another one read
    "self": {"lead", "above"},
    "mate": {"lead", "above"},
    "lead": {"lead", "above"},
    "above": {"above"},
    "elsewhere": {"elsewhere"},
    "admin": set[str](),
}


@pytest.mark.parametrize("viewer", SEE)
def test_everybody_sees_who_read_about_their_team(company: Company, viewer: str) -> None:
    for reader in ("lead", "above", "elsewhere"):
        tell(company, reader)
    scope = company.server.scope(company.people[viewer], company.home[viewer])
    log = company.server.ask("people.access_log", scope)
    assert {row.who for row in log.readings} == SEE[viewer]
    assert {row.who for row in log.readings if row.yours} <= {viewer}


def test_the_log_goes_back_a_year(company: Company) -> None:
    for days in (0, 40, 300, 200):
        company.server.today += timedelta(days=days)
        tell(company, "lead")
    scope = company.server.scope(company.people["mate"], company.home["mate"])
    seen = company.server.ask("people.access_log", scope).readings
    age = [(company.server.today - row.on).days for row in seen]
    assert age == [0, 200]
    newest = company.server.ask("people.access_log", scope, most=1).readings
    assert newest == seen[:1]


def test_erasing_a_reader_leaves_that_somebody_read(company: Company) -> None:
    tell(company, "lead")
    lead = company.people["lead"]
    admin = company.server.scope(company.people["admin"])
    company.server.ask("people.erase", admin, person=lead, again=lead)
    scope = company.server.scope(company.people["mate"], company.home["mate"])
    (row,) = company.server.ask("people.access_log", scope).readings
    assert (row.who, row.use_case) == ("somebody", "demo.tell")
