"""The commands: one that takes pushes in a process of its own, and one that makes facts anew."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from groundplan.facts.host_items import INCIDENTS
from groundplan.facts.ledger import Ledger
from groundplan.interfaces.cli.commands import rebuild
from groundplan.interfaces.cli.syncing import sync
from groundplan.terms.errors import Refused
from tests.sources.github.github_builder import build_world
from tests.sources.github.githubs import Place
from tests.sources.http_server import BEGIN, Clock, serving

TOKEN = "plantedPushTokenPlantedPushToken0001"
BROKEN = {"id": "i-1", "title": "Payments fail", "started_at": "2026-03-02T09:00:00Z"}
PATIENCE_S = 60.0


def test_pushes_are_taken_and_become_facts(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["sync", "push:ci", "--hook", "env:PLANTED", "--listen", str(port), "--quiet"]
    listening = subprocess.Popen(
        [sys.executable, "-m", "groundplan", *words, "--workspace", str(tmp_path)],
        env={**os.environ, "PLANTED": TOKEN}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True,
    )  # fmt: skip
    assert listening.stdout is not None
    try:
        said = ""
        while not (place := re.search(r"pushed to (http://\S+)", said)):
            line = listening.stdout.readline()
            assert line, said
            said += line
        answer = send(place[1], TOKEN)
        assert (answer.status_code, answer.json()) == (200, {"kept": 1, "known": 0})
        assert send(place[1], "another").status_code == 401
        until = time.monotonic() + PATIENCE_S
        with closing(Ledger(tmp_path, Clock().now)) as ledger:
            while not ledger.snapshot().rows(INCIDENTS) and time.monotonic() < until:
                time.sleep(0.1)
            assert ledger.snapshot().rows(INCIDENTS) == 1
    finally:
        listening.send_signal(signal.SIGINT)
        said += listening.communicate(timeout=PATIENCE_S)[0]
    assert TOKEN not in said
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written


def send(address: str, token: str) -> httpx.Response:
    """Push when the server is there."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            headers = {"Authorization": f"Bearer {token}"}
            return httpx.post(address, json={"incidents": [BROKEN]}, headers=headers)
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.1)


def test_there_is_nothing_to_listen_for_without_a_secret(tmp_path: Path) -> None:
    words = ["push:ci", "--listen", "1", "--workspace", str(tmp_path), "--quiet"]
    done = CliRunner().invoke(sync, words, env={"GROUNDPLAN_PUSH_TOKEN": None})
    assert isinstance(done.exception, Refused)
    assert "--hook" in str(done.exception)


def test_facts_of_hosts_are_made_anew_by_command(tmp_path: Path) -> None:
    world, place = build_world(pulls=20, issues=10, runs=3), Place(tmp_path, Clock(BEGIN))
    runner = CliRunner()
    with serving(world.answer, clock=place.clock) as server:
        first = ["github:ann/engine", "--api", server.base, "--token", "env:PLANTED"]
        more = ["--workspace", str(tmp_path), "--quiet"]
        runner.invoke(sync, [*first, *more], env={"PLANTED": "x"}, catch_exceptions=False)
        before, count = place.digest(), server.count
        assert before["pulls"].startswith("20 ")
        place.ledger.forget(f"items:{server.base.rpartition('//')[2].partition(':')[0]}-ann-engine")
        assert place.digest()["pulls"].startswith("0 ")
        done = runner.invoke(rebuild, [*more, "--json"], catch_exceptions=False)
        assert server.count == count
    told = json.loads(done.stdout)
    assert told["repositories"] == []
    assert told["replies"]["github:ann/engine"] > 0
    assert place.digest() == before
    place.close()


@pytest.mark.parametrize("words", [["--help"]])
def test_the_command_tells_of_pushes(words: list[str]) -> None:
    assert "--listen" in CliRunner().invoke(sync, words).output
