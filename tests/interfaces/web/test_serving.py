"""The server as it is started: a real process, a real link, and what it refuses to be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from groundplan.bootstrap.connections import Connection, Connections
from groundplan.bootstrap.receiving import start_receiving
from groundplan.bootstrap.workspace import Workspace
from groundplan.interfaces.web.serving import open_vault, prepare_local, prepare_team
from groundplan.records.sqlite_vault import SQLiteVault
from groundplan.terms.errors import BadInput

ENVIRON = {"GROUNDPLAN_URL": "https://plan.example.org"}


@contextmanager
def served(workspace: Workspace, *options: str, **environ: str) -> Iterator[dict[str, str]]:
    """`groundplan serve` in a process of its own; what it prints first."""
    command = [sys.executable, "-m", "groundplan", "serve", "--json", "--quiet", "--no-open"]
    command += ["--workspace", str(workspace.folder), "--port", "18431", *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **environ}
    )
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, "the server ended before it said where it is"
            text += line
        yield json.loads(text)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(20)


def get(client: httpx.Client, address: str) -> httpx.Response:
    """Ask until the server, which has just said where it is, answers."""
    for _ in range(300):
        try:
            return client.get(address)
        except httpx.ConnectError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer within half a minute")


def test_the_printed_link_lets_in_and_a_restart_forgets_nobody(own_workspace: Workspace) -> None:
    client = httpx.Client(follow_redirects=True, timeout=60)
    with served(own_workspace) as said:
        assert get(client, said["address"]).status_code == 401
        assert client.get(said["link"]).status_code == 200
        assert client.get(said["address"]).status_code == 200
        assert httpx.get(said["link"]).status_code == 410
    with served(own_workspace) as again:
        assert get(client, again["address"]).status_code == 200
        assert again["link"] != said["link"]
    client.close()


def test_a_team_server_offers_its_first_link_until_somebody_is_there(
    own_workspace: Workspace, tmp_path: Path
) -> None:
    server = prepare_team(own_workspace, tmp_path, "127.0.0.1", 8088, environ=ENVIRON)
    assert server.link.startswith("https://plan.example.org/enter/")
    assert server.address == "https://plan.example.org/"
    inputs = {"name": "Ann Example", "email": "ann@example.com"}
    case = next(c for p in own_workspace.practices for c in p.use_cases if c.name == "people.add")
    case.run(own_workspace.context(), own_workspace.scope(), case.inputs(**inputs))
    assert prepare_team(own_workspace, tmp_path, "127.0.0.1", 8088, environ=ENVIRON).link == ""


@pytest.mark.parametrize(
    ("host", "environ", "field"),
    [
        ("127.0.0.1", {}, "GROUNDPLAN_URL"),
        ("", ENVIRON, "--host"),
        ("127.0.0.1", {"GROUNDPLAN_URL": "http://plan.example.org"}, "GROUNDPLAN_URL"),
    ],
)
def test_a_team_server_is_not_started_half_configured(
    own_workspace: Workspace, tmp_path: Path, host: str, environ: dict[str, str], field: str
) -> None:
    with pytest.raises(BadInput) as error:
        prepare_team(own_workspace, tmp_path, host, 8088, environ=environ)
    assert error.value.field == field


def test_a_team_server_takes_what_is_pushed_with_the_secret_and_nothing_else(
    own_workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = own_workspace.folder
    assert start_receiving(folder, own_workspace.ledger, own_workspace.tracker) is None
    monkeypatch.setenv("PUSHED_WITH", "a secret that only this test knows")
    Connections(folder).add(Connection("push", "ci", hook="env:PUSHED_WITH"))
    receiver = start_receiving(folder, own_workspace.ledger, own_workspace.tracker)
    server = prepare_team(
        own_workspace, folder, "127.0.0.1", 8088, environ=ENVIRON, receiver=receiver
    )
    client = TestClient(server.app, base_url=ENVIRON["GROUNDPLAN_URL"])
    told = {
        "id": "d-1", "environment": "production", "state": "success", "at": "2026-03-02T09:00:00Z"
    }  # fmt: skip
    signed = {"Authorization": "Bearer a secret that only this test knows"}
    assert client.post("/hooks/push-ci", json={"deployments": [told]}).status_code == 401
    answer = client.post("/hooks/push-ci", json={"deployments": [told]}, headers=signed)
    assert (answer.status_code, answer.json()) == (200, {"kept": 1, "known": 0})
    assert client.get("/", headers=signed).status_code == 401
    for _ in range(300):
        if "items:push-ci" in own_workspace.ledger.sources():
            break
        time.sleep(0.1)
    assert "items:push-ci" in own_workspace.ledger.sources()


def test_a_local_server_keeps_its_vault_in_the_workspace(
    own_workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROUNDPLAN_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    server = prepare_local(own_workspace, tmp_path, 8088)
    assert server.host == "127.0.0.1"
    assert server.until is not None
    assert (tmp_path / "vault.sqlite").exists()
    assert isinstance(open_vault(tmp_path, {}), SQLiteVault)
