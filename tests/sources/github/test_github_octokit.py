"""The client against a server that nobody here wrote: octokit's, of replies that GitHub gave."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from groundplan.sources.http.fetch import Client
from groundplan.sources.http.replies import Request
from groundplan.sources.http.secrets import Secret, Token
from groundplan.terms.errors import NotFound

SERVER = Path(__file__).parents[3] / ".tools/octokit/node_modules/.bin/octokit-fixtures-server"
ACCEPTED = {"Accept": "application/vnd.github.v3+json"}
PATIENCE_S = 60


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    if not SERVER.exists():
        pytest.skip("octokit's server is not installed: scripts/install-octokit")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        [SERVER, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://localhost:{port}"
    try:
        for _ in range(PATIENCE_S * 10):
            try:
                httpx.get(base)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield base
    finally:
        running.kill()
        running.wait()


def replay(server: str, scenario: str) -> Client:
    """A client of one recording, with the token that it was made with."""
    told = httpx.post(f"{server}/fixtures", json={"scenario": scenario}, timeout=PATIENCE_S)
    return Client(told.json()["url"], Token(Secret(f"{'0' * 39}1"), scheme="token "))


def test_recorded_pages_are_read_by_their_links(server: str) -> None:
    client = replay(server, "paginate-issues")
    path = "repos/octokit-fixture-org/paginate-issues/issues"
    pages = client.pages(Request(path, {"per_page": 3}, headers=ACCEPTED))
    numbers = [issue["number"] for reply in pages for issue in reply.data]
    client.close()
    assert numbers == list(range(13, 0, -1))
    assert client.requests == 5


def test_a_recorded_thing_is_read_and_another_is_not_there(server: str) -> None:
    client = replay(server, "get-repository")
    found = client.send(Request("repos/octokit-fixture-org/hello-world", headers=ACCEPTED))
    assert {"id", "node_id", "full_name"} <= set(found.data)  # what a connection begins with
    with pytest.raises(NotFound, match="no such thing"):
        client.send(Request("repos/octokit-fixture-org/nothing", headers=ACCEPTED))
    client.close()
