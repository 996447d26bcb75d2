"""A real workspace for the pages: built with git, full of text that tries to escape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap import Workspace
from groundplan.interfaces.web.app import create_app
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


@pytest.fixture(scope="session")
def client(workspace: Workspace) -> TestClient:
    """A browser without eyes, on the workspace."""
    return TestClient(create_app(workspace), base_url="http://127.0.0.1:8088")


@pytest.fixture(scope="session")
def empty_client(empty_workspace: Workspace) -> TestClient:
    """The same on an empty workspace."""
    return TestClient(create_app(empty_workspace), base_url="http://127.0.0.1:8088")


@pytest.fixture(scope="session")
def repo(workspace: Workspace) -> str:
    """The id of the repository."""
    return workspace.repos()[0]
