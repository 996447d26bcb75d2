"""The workspace that API, MCP server and command line are asked about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.workspace import Workspace
from tests.histories import History
from tests.interfaces.api_workspace import TOKEN, mount, open_workspace, write_history


@pytest.fixture(scope="session")
def asked_history(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The repository."""
    return write_history(tmp_path_factory.mktemp("asked") / "sample")


@pytest.fixture(scope="session")
def asked(asked_history: History, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The repository, read."""
    opened = open_workspace(tmp_path_factory.mktemp("asked-workspace"), asked_history)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def api(asked: Workspace) -> TestClient:
    """Somebody who has a token, in front of the API."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return TestClient(mount(asked), headers=headers, raise_server_exceptions=False)
