"""Every practice's page for every role that may read it: none rests on what only a lead may ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.doors.settings import Settings
from groundplan.practices.catalogue import discover
from groundplan.records.journal import Saying
from groundplan.terms.scope import Role
from tests.histories import History
from tests.interfaces.web.conftest import BASE, open_doors, read

PAGES = [practice.name for practice in discover()]


@pytest.fixture(scope="module")
def team(history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A team with somebody in each role."""
    opened = read(tmp_path_factory.mktemp("roles"), history)

    def enter(kind: str, body: dict[str, str]) -> None:
        saying = Saying("roster", kind, body, "workspace", body.get("person", "workspace"))
        opened.journal.append(saying, expected=opened.journal.version("roster"))

    enter("teams.added", {"team": "t1", "name": "Platform", "parent": ""})
    for role in Role:
        enter("people.added", {"person": role.value, "name": f"{role} Example", "email": ""})
        where = "" if role is Role.ADMIN else "t1"
        since = date(2025, 1, 6).isoformat()
        place = {"person": role.value, "team": where, "role": role.value, "since": since}
        enter("memberships.began", place)
    yield opened
    opened.close()


@pytest.mark.parametrize("role", Role)
def test_every_page_is_drawn(team: Workspace, tmp_path: Path, role: Role) -> None:
    doors = open_doors(team, tmp_path, Settings(BASE, True))
    client = TestClient(create_app(team, doors), base_url=BASE)
    client.cookies.set(doors.cookie, doors.sessions.start(role.value, "link", "A browser"))
    drawn = {name: client.get(f"/{name}").status_code for name in PAGES}
    assert set(drawn.values()) <= {200, 404}, drawn
    roles = {p.name: {each for case in p.use_cases for each in case.roles} for p in discover()}
    assert all(drawn[name] == 404 for name in PAGES if role not in roles[name])
    assert sum(code == 200 for code in drawn.values()) > 3
