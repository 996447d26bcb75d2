"""The role x use-case matrix, generated from the declarations: who reaches what, and whose words.

Every use case is asked by every relation through the HTTP API; what comes back may hold nothing
that the viewer may not know.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from groundplan.interfaces.api.app import create_api
from groundplan.interfaces.api.openapi import TEAM_HEADER
from groundplan.interfaces.catalogue import list_use_cases, must_post
from groundplan.interfaces.codec.fields import Field, read_fields
from groundplan.interfaces.codec.views import write_view
from groundplan.terms.errors import NotFound, Refused
from groundplan.terms.scope import Role
from groundplan.usecase import UseCase
from tests.access.conftest import WORDS, Company, open_company
from tests.team_server import TeamServer

CASES = {case.name: case for cases in list_use_cases().values() for case in cases}
VIEWERS = ("self", "mate", "lead", "above", "elsewhere", "partner", "admin")
PRIVATE, SHARED, PUBLISHED = WORDS.values()
FACT = "seen-in-git"
MAY_KNOW = {
    "self": {PRIVATE, SHARED, PUBLISHED, FACT},
    "mate": {SHARED, PUBLISHED, FACT},
    "lead": {SHARED, PUBLISHED, FACT},
    "above": {SHARED, PUBLISHED, FACT},
    "elsewhere": {PUBLISHED, FACT},
    "admin": {PUBLISHED, FACT},
    "partner": {PUBLISHED},
}


def fill(field: Field, company: Company) -> Any:
    """A value for an input, about the person in the middle of it all wherever one is named."""
    if field.name in ("person", "again"):
        return company.people["self"]
    if field.name in ("team", "parent"):
        return company.home["self"]
    if field.many:
        return ()
    if field.choices:
        return field.made(field.choices[0])
    return {str: "something", int: 1, float: 2.0, bool: True, date: date(2026, 1, 5)}[field.kind]


def ask(company: Company, case: UseCase[Any, Any], who: str) -> Response:
    """What the HTTP API answers somebody who asks in their own team."""
    given = {f.name: fill(f, company) for f in read_fields(case.inputs) if f.required}
    path = "/" + case.name.replace(".", "/")
    headers = {"X-Viewer": company.people[who], TEAM_HEADER: company.home[who]}
    client = api(company)
    if must_post(case):
        return client.post(path, json=write_view(given), headers=headers)
    return client.get(path, params=write_view(given), headers=headers)


def api(company: Company) -> TestClient:
    """The API on the company; who asks is whoever the request says."""
    app = create_api(company.server, lambda request: request.headers.get("x-viewer"))
    return TestClient(app, raise_server_exceptions=False)


def plant_facts(server: TeamServer) -> None:
    """Facts that anybody inside may read."""
    at = "timestamp '2026-01-01'"
    for sql in (
        "insert into repos (repo, name, as_of, commits, lines_pending, shallow) "
        f"values ('r', 'r', {at}, 1, 0, false)",
        "insert into files (repo, file_id, path, area, alive, entry, changes, first_at, last_at) "
        f"values ('r', 1, '{FACT}.py', '{FACT}', true, 'file', 1, {at}, {at})",
        "insert into areas (repo, area, files, alive_files, changes) "
        f"values ('r', '{FACT}', 1, 1, 1)",
        "insert into changes (repo, commit_id, order_nr, file_id, area, path, status, entry, "
        "lines, added, deleted, bulk, person_id, actor, kind, authored_at, authored_week) values "
        f"('r', 'c', 1, 1, '{FACT}', '{FACT}.py', 'A', 'file', 'counted', 1, 0, false, 'self', "
        f"'human', 'feature', {at}, '2025-12-29')",
    ):
        server.mart.execute(sql)
    server.build_rollups()


@pytest.mark.parametrize("name", [name for name in CASES if not CASES[name].writes])
def test_every_relation_asks_every_question(company: Company, name: str) -> None:
    plant_facts(company.server)
    for who in VIEWERS:
        check(company, CASES[name], who)


@pytest.mark.parametrize("name", [name for name in CASES if CASES[name].writes])
def test_every_relation_tries_every_act(founded: Path, tmp_path: Path, name: str) -> None:
    for who in VIEWERS:
        with open_company(founded, tmp_path / who) as company:
            check(company, CASES[name], who)


def check(company: Company, case: UseCase[Any, Any], who: str) -> None:
    """Ask: NotFound for a role that it is not for, and no word that is not for the viewer."""
    role = company.server.scope(company.people[who], company.home[who]).role
    answer = ask(company, case, who)
    assert answer.status_code < 500, answer.text
    if role not in case.roles:
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no such thing here."
    told = answer.text if answer.status_code == 200 else ""
    known = {word for word in (PRIVATE, SHARED, PUBLISHED, FACT) if word in told}
    assert known <= MAY_KNOW[who], f"{who} reads {known - MAY_KNOW[who]}"


def test_a_stranger_reaches_nothing(company: Company) -> None:
    for case in CASES.values():
        assert ask(company, case, "stranger").status_code == 404


def test_the_words_that_are_planted_are_read_by_whom_they_are_for(company: Company) -> None:
    """So that the matrix cannot pass because nothing is there to be read."""
    plant_facts(company.server)
    told = dict.fromkeys(VIEWERS, "")
    for who in VIEWERS:
        for case in CASES.values():
            if not case.writes:
                told[who] += ask(company, case, who).text
    seen = {
        who: {word for word in (PRIVATE, SHARED, PUBLISHED, FACT) if word in text}
        for who, text in told.items()
    }
    assert seen == MAY_KNOW


SELF, INNER = "self", "inner"
ACTS: dict[str, tuple[dict[str, Any], set[str]]] = {  # an act about somebody, and who may do it
    "add": ({"name": "new"}, {"admin"}),
    "add to the team": ({"name": "new", "team": INNER}, {"lead", "above", "admin"}),
    "change": ({"person": SELF, "name": "Another Name"}, {"self", "admin"}),
    "change the address": ({"person": SELF, "email": "b@example.com"}, {"admin"}),
    "leave": ({"person": SELF}, {"admin"}),
    "add_team": ({"name": "new"}, {"admin"}),
    "add_team inside": ({"name": "new", "parent": INNER}, {"lead", "above", "admin"}),
    "change_team": ({"team": INNER, "name": "new"}, {"lead", "above", "admin"}),
    "join": ({"person": "elsewhere", "team": INNER}, {"lead", "above", "admin"}),
    "join another": ({"person": SELF, "team": "other"}, {"elsewhere", "admin"}),
    "join as admin": ({"person": SELF, "role": Role.ADMIN}, {"admin"}),
    "end_membership": ({"number": 5}, {"lead", "above", "admin"}),
    "unlink": ({"person": SELF, "name": SELF, "email": "self@example.com"}, {"self", "admin"}),
    "link": ({"person": SELF, "name": "home", "email": "home@example.com"}, {"admin"}),
    "link by address": ({"person": SELF, "name": "x", "email": "SELF@example.com"},
                        {"self", "admin"}),
    "erase": ({"person": SELF, "again": SELF}, {"self", "admin"}),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_who_may_enter_what(founded: Path, tmp_path: Path, act: str) -> None:
    given, allowed = ACTS[act]
    done = set()
    for who in VIEWERS:
        with open_company(founded, tmp_path / who) as company:
            server = company.server
            server.see("home")
            server.see("x", "SELF@example.com")
            inputs = {
                name: company.people.get(value, value) if name in ("person", "again") else value
                for name, value in given.items()
            }
            scope = server.scope(company.people[who], company.home[who])
            before = server.journal.version("roster")
            try:
                server.ask(f"people.{act.partition(' ')[0]}", scope, **inputs)
                done.add(who)
            except (NotFound, Refused):
                assert server.journal.version("roster") == before
    assert done == allowed
