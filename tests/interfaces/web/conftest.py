"""A real workspace for the pages: built with git, full of text that tries to escape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.settings import utc_now
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.app import create_app
from groundplan.interfaces.web.doors.doors import Doors
from groundplan.interfaces.web.doors.links import Purpose
from groundplan.interfaces.web.doors.settings import Settings, local_settings
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.terms.progress import Silent
from tests.histories import ANN, BEN, BOT, History

START = datetime(2025, 1, 6, 9)
PEOPLE = (ANN, BEN, *(f"Person {nr} Example <p{nr}@example.com>" for nr in range(6)))
HOSTILE_NAME = "<img src=x onerror=alert(1)> Example <hostile@example.com>"
HOSTILE_SUBJECT = '<script>alert("subject")</script> \u202egnihton ' + "long " * 2000
HOSTILE_PATHS = (
    'core/<script>alert("path")<.py',
    "core/\u202excod.py",
    "a b&c?d#e/file one.py",
    "=cmd|calc/+sum.py",
)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """A year of work by nine people and a bot in four areas."""
    made = History(tmp_path_factory.mktemp("repos") / "sample")
    for nr in range(260):
        place = ("core", "docs", "store/disk", "api")[nr % 4]
        made.commit(
            {f"{place}/part{nr % 11}.py": f"value = {nr}\n" * (nr % 5 + 1)},
            ("Add a part", "Fix a crash", "Describe it", "Test the part")[nr % 4],
            by=PEOPLE[nr % len(PEOPLE)],
            at=START + timedelta(hours=34 * nr),
        )
    late = START + timedelta(hours=34 * 260)
    odd = [f"{HOSTILE_PATHS[2].rpartition('/')[0]}/file{nr}.py" for nr in range(12)]
    made.commit(dict.fromkeys([*HOSTILE_PATHS, *odd], "text\n"), HOSTILE_SUBJECT, by=ANN, at=late)
    made.commit({"core/bot.py": "1\n"}, "Bump", by=BOT, at=late + timedelta(hours=1))
    hostile = late + timedelta(hours=2)
    made.commit({HOSTILE_PATHS[0]: "more\n"}, "Fix <b>it</b>", by=HOSTILE_NAME, at=hostile)
    return made


def read(folder: Path, *histories: History) -> Workspace:
    """A workspace in `folder` with every history read, lines included."""
    workspace = Workspace(folder, Silent())
    for made in histories:
        found = workspace.read_names(made.path)
        workspace.read_lines(found.repo)
    return workspace


@pytest.fixture(scope="session")
def workspace(history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The history, read."""
    opened = read(tmp_path_factory.mktemp("workspace"), history)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Nothing read yet."""
    opened = Workspace(tmp_path_factory.mktemp("empty"), Silent())
    yield opened
    opened.close()


BASE = "http://127.0.0.1:8088"
OURS = {"origin": BASE, "sec-fetch-site": "same-origin"}


def open_doors(workspace: Workspace, folder: Path, settings: Settings | None = None) -> Doors:
    """The ways in of a server with a vault of its own."""
    vault = SQLiteVault(folder / "vault.sqlite", utc_now)
    return Doors(vault, utc_now, settings or local_settings(8088), workspace.roster)


def browser(workspace: Workspace, doors: Doors, **settings: Any) -> TestClient:
    """A browser without eyes, at the door."""
    return TestClient(create_app(workspace, doors), base_url=BASE, **settings)


def enter(workspace: Workspace, folder: Path, **settings: Any) -> TestClient:
    """The same, signed in by the local link."""
    doors = open_doors(workspace, folder)
    client = browser(workspace, doors, **settings)
    link, _ = doors.invite(Purpose.LOCAL)
    assert client.get(link).status_code == 200
    return client


@pytest.fixture(scope="session")
def client(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Somebody signed in, on the workspace."""
    return enter(workspace, tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="session")
def empty_client(
    empty_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory
) -> TestClient:
    """The same on an empty workspace."""
    return enter(empty_workspace, tmp_path_factory.mktemp("doors"))


@pytest.fixture(scope="session")
def repo(workspace: Workspace) -> str:
    """The id of the repository."""
    return workspace.repos()[0]


def hire(workspace: Workspace, admin: TestClient, name: str, email: str) -> str:
    """Put somebody on the roster, as an admin does; their person id."""
    reply = admin.post("/people/add", data={"name": name, "email": email})
    assert reply.status_code == 200, reply.text
    return next(p.person_id for p in workspace.roster().people.values() if p.email == email)


@pytest.fixture
def own_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A small workspace for one test, to write into."""
    made = History(tmp_path / "sample")
    for nr, who in enumerate([ANN, BEN] * 3):
        made.commit({f"core/part{nr}.py": "1\n"}, "Add", by=who, at=START + timedelta(days=nr))
    opened = read(tmp_path / "workspace", made)
    yield opened
    opened.close()


@pytest.fixture
def own_client(own_workspace: Workspace, tmp_path: Path) -> TestClient:
    """Somebody signed in there, on pages of ours."""
    return enter(own_workspace, tmp_path, headers=OURS)
