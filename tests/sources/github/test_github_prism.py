"""What GitHub is asked by REST is what its own OpenAPI description allows, and what it describes is
shaped. Slower than the others, and only where Prism is installed: `make prism`.
"""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from groundplan.facts.raw import RawReply
from groundplan.sources.github.asking import Asking
from groundplan.sources.github.fetch import ask_as_app, connect
from groundplan.sources.github.lists import read_milestones, read_releases, read_runs
from groundplan.sources.github.shape import shape
from groundplan.sources.http.secrets import Secret, Token
from groundplan.terms.errors import GroundplanError
from groundplan.terms.progress import Silent
from tests.sources.http_server import Answer, Asked, Server, serving

INSTALLED = Path(__file__).parents[3] / ".tools" / "prism" / "node_modules"
SPEC = INSTALLED / "@octokit" / "openapi" / "generated" / "api.github.com.json"
PATIENCE_S = 120

pytestmark = [
    pytest.mark.skipif(not SPEC.exists(), reason="Prism is not installed: make prism"),
    pytest.mark.xdist_group("prism"),
]


@pytest.fixture(scope="module")
def prism() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    running = subprocess.Popen(
        ["node", INSTALLED / ".bin" / "prism", "mock", "-p", str(port), SPEC],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            httpx.get(f"{base}/meta", timeout=PATIENCE_S)
            break
        except httpx.TransportError:
            time.sleep(0.2)
    yield base
    running.kill()
    running.wait()


class Described:
    """Prism behind a server of ours. wrong: what it had against requests."""

    def __init__(self, prism: str) -> None:
        self.prism = prism
        self.wrong: list[str] = []

    def answer(self, asked: Asked) -> Answer:
        # Prism knows no media types of GitHub's own; of its examples the links lead to GitHub
        headers = {
            name: value
            for name, value in asked.headers.items()
            if name in ("authorization", "x-github-api-version")
        }
        found = httpx.request(
            asked.verb, self.prism + asked.path, params=dict(asked.params),
            content=asked.body, headers={**headers, "accept": "application/json"},
            timeout=PATIENCE_S,
        )  # fmt: skip
        told = json.loads(found.headers.get("sl-violations", "[]"))
        self.wrong += [f"{asked.path}: {one}" for one in told if one["location"][0] == "request"]
        if found.status_code >= 400:
            self.wrong.append(f"{asked.path}: {found.status_code} {found.text[:200]}")
        return Answer(found.content, found.status_code)


def asking(server: Server) -> Asking:
    github = connect("octocat/Hello-World", Token(Secret("x")), Silent(), api=server.base)
    repo = {"id": 1, "node_id": "R_1", "name": "octocat/Hello-World"}
    return Asking(github.client, Silent(), github.graphql, github.host, {"repo": repo})


def test_every_question_is_one_that_the_description_allows(prism: str) -> None:
    described = Described(prism)
    with serving(described.answer) as server:
        asks = asking(server)
        asks.place("runs")["jobs"] = [30_433_642]  # a run whose jobs are to be read
        pages = [
            *read_runs(asks, "2000-01-01T00:00:00Z"), *read_releases(asks), *read_milestones(asks),
        ]  # fmt: skip
        asks.get("repos/octocat/Hello-World")
        asks.get(asks.of_repo("issues/1"), expect=(301, 404, 410))
    assert described.wrong == []
    told = [reply for page in pages for reply in page.replies]
    rows: dict[str, int] = {}
    for nr, reply in enumerate(told):
        shaped = shape(RawReply(nr, "x", reply.kind, reply.about, "", reply.body))
        assert list(shaped.rejected()) == []
        rows.update({kind.name: len(found) for kind, found in shaped.rows.items()})
    assert {name for name, count in rows.items() if count} == {
        "runs", "jobs", "releases", "host_milestones"
    }  # fmt: skip


def test_an_installation_buys_its_token_as_described(prism: str) -> None:
    key = rsa.generate_private_key(65_537, 2_048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    described = Described(prism)
    with serving(described.answer) as server:
        app = ask_as_app("7", "8", Secret(key.decode()), server.base)
        assert app.headers()["Authorization"].startswith("Bearer ")
    assert described.wrong == []


@pytest.mark.parametrize(
    ("path", "params"),
    [("milestones", {"state": "odd"}), ("actions/runs", {"per_page": "many"}), ("nothing", {})],
)
def test_a_question_that_is_wrong_is_found(prism: str, path: str, params: dict[str, Any]) -> None:
    described = Described(prism)
    with serving(described.answer) as server, pytest.raises(GroundplanError):
        asks = asking(server)
        asks.get(asks.of_repo(path), **params)
    assert described.wrong
